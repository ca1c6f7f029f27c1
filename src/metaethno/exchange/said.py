"""What a file from outside says: one decision per row, with what tells which record it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from metaethno.config import Config
from metaethno.errors import Problem
from metaethno.exchange.words import ASIDE, MARK, SEEN, decisions, reasons

_MARKED: Final = re.compile(
    rf"{MARK}\s*([A-Za-z][A-Za-z0-9_.-]*)((?:\s+(?:{SEEN}[0-9a-f]+|{'|'.join(ASIDE)})(?![\w.-]))*)"
)


@dataclass
class Said:
    """One decision as it was read; empty texts for what the file doesn't say.

    line, column: where it stands. decision and reasons are ids. when: ISO date. stamp: the exact time of an event in
    a log. record: our own id, where the file has it. seen: hash of the title and abstract that were shown.
    """

    line: int
    decision: str = ""
    reasons: tuple[str, ...] = ()
    note: str = ""
    when: str = ""
    stamp: str = ""
    record: str = ""
    doi: str = ""
    pmid: str = ""
    title: str = ""
    year: str = ""
    authors: str = ""
    seen: str = ""
    role: str = ""
    round: str = ""


@dataclass
class Reading:
    """All a file says: decisions, how many rows hold none, what is wrong (nothing is entered then), what is odd.

    asked: what came of asking for full texts: `decision` is the outcome, `note` the route, `when` the day.
    """

    file: str
    said: list[Said] = field(default_factory=list)
    asked: list[Said] = field(default_factory=list)
    undecided: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What the person who enters a file says of it.

    user: whose votes in it, as the tool names that person. decision: what the whole file is a list of (include …),
    where the tool exports lists. stage: screening | eligibility. dates: dmy | mdy, where days and months can't be told.
    """

    stage: str
    reviewer: str
    config: Config
    user: str = ""
    decision: str = ""
    dates: str = ""


def marked(said: Said, *texts: str) -> None:
    """Put into `said` what we wrote into one of `texts`: the record, the text that was shown, round and role."""
    for text in texts:
        if MARK in text and (match := _MARKED.search(text)):
            said.record = match[1]
            for word in match[2].split():
                name, value = ("seen", word.removeprefix(SEEN)) if word.startswith(SEEN) else (ASIDE[word], word)
                setattr(said, name, value)
            return


class Words:
    """Understands decisions and reasons of a file, and gathers what it doesn't understand: one problem per word."""

    def __init__(self, file: str, asked: Asked) -> None:
        self.file = file
        self.stage = asked.stage
        self.decisions = decisions(asked.stage)
        self.reasons = reasons(asked.config)
        self._unknown: dict[tuple[str, str], list[tuple[int, str]]] = {}

    def decision(self, text: str, line: int, column: str = "decision") -> str:
        """Return the decision that a text means, or nothing (and remember the text)."""
        found = self.decisions.find(text)
        if found is None:
            self._unknown.setdefault(("ME0481", text), []).append((line, column))
        return found or ""

    def reason_ids(self, texts: Iterable[str], line: int, column: str = "reason") -> tuple[str, ...]:
        """Return the reasons that texts mean, in their order; what means nothing is remembered."""
        ids: dict[str, None] = {}
        for text in texts:
            if not text.strip():
                continue
            found, unknown = self.reasons.find_all(text)
            ids |= dict.fromkeys(found)
            for one in unknown:
                self._unknown.setdefault(("ME0482", one), []).append((line, column))
        return tuple(ids)

    def problems(self) -> list[Problem]:
        """Return one problem per word that wasn't understood, at its first line, with how often it stands there."""
        out = []
        for (code, text), places in self._unknown.items():
            line, column = places[0]
            more = f" ({len(places):,} times; first here)" if len(places) > 1 else ""
            if code == "ME0481":
                message = f"{text!r} is no decision{more}.{self.decisions.near(text)}"
                out.append(Problem(code, message, self.file, line, column, text, self.decisions.allowed))
            else:
                message = f"there is no reason {text!r}{more}.{self.reasons.near(text)}"
                hint = "If it is another word for one of them, add it there: `also: [...]` in config/review.yaml."
                out.append(Problem(code, message, self.file, line, column, text, self.reasons.allowed, hint))
        return sorted(out, key=lambda p: (p.line or 0, p.code))
