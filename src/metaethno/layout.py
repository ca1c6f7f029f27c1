"""What the folder of a review holds from the start: for `metaethno new`, and for `metaethno upgrade`, which looks
whether a review that was laid out by an earlier version has it all.

Texts with places to fill in lie in `template/`; nothing here opens a review.
"""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from metaethno import ledger, review, tables
from metaethno.schemas import DECISIONS, ID
from metaethno.upgrade import VERSION_FILE, version_text

_TEMPLATE = Path(__file__).parent / "template"
MODES: Final = {
    "single": "one person reads each record",
    "double": "two people read each record, and neither sees the other's vote",
    "exclusions": "a second person reads only what the first excluded",
    "share": "a second person reads a random fifth",
}
# As `dvc init` would make them; usage statistics are off before DVC runs for the first time.
_DVC: Final = {
    ".dvc/config": "[core]\n    analytics = false\n    check_update = false\n",
    ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
}


@dataclass(frozen=True)
class Answers:
    """What a new review is asked for. `team`: (id, name) in order; `mode`: a key of `MODES`."""

    title: str
    question: str
    team: tuple[tuple[str, str], ...]
    mode: str


# Words that YAML reads as true, false or nothing; some are names of people.
_NOT_TEXT: Final = {"yes", "no", "on", "off", "true", "false", "null"}


def person(said: str, taken: Sequence[str] = ()) -> tuple[str, str]:
    """Return (id, name) of what was said of a person: `ID:Name`, or only a name, from which the id is made.

    Raises ValueError with a sentence where that can't be an id, or where another person has it. Ids are told apart
    without regard to case: some disks don't see it, and every reviewer has a file of their own.
    """
    before, colon, after = said.partition(":")
    one, name = (before.strip(), after.strip()) if colon else ("", said.strip())
    if not name:
        raise ValueError(f"{said!r} has no name")
    folded = {t.casefold() for t in taken}
    if not one:
        words = [w for w in re.split(r"[^a-z0-9]+", _ascii(name)) if w] or ["reviewer"]
        stem = words[0] if words[0][0].isalpha() else f"r{words[0]}"
        tries = [stem, *(["-".join([stem, *words[1:]])] if len(words) > 1 else [])]
        tries += [f"{stem}-{n}" for n in range(2, 1000)]
        one = next(t[:64] for t in tries if t[:64] not in folded | _NOT_TEXT)
    if not re.fullmatch(ID, one):
        raise ValueError(f"{one!r} can't be an id: a letter, then letters, digits, '-', '_' or '.'")
    if one.casefold() in _NOT_TEXT:
        raise ValueError(f"{one!r} can't be an id: without quotation marks the settings read it as yes, no or nothing")
    if one.casefold() in folded:
        raise ValueError(f"the id {one!r} stands there twice")
    return one, name


def _ascii(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()


def _quoted(text: str) -> str:
    """Return `text` as a YAML string on one line."""
    # YAML reads JSON's strings; what JSON leaves as it is and YAML takes for the end of a line is spelled out.
    said = json.dumps(" ".join(text.split()), ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff]", lambda m: f"\\u{ord(m[0]):04x}", said)


def _filled(name: str, **values: str) -> bytes:
    return Template((_TEMPLATE / name).read_text(encoding="utf-8")).substitute(values).encode()


def config_text(answers: Answers) -> bytes:
    """Return `config/review.yaml` of a new review, with a note on every setting."""
    votes = 1 if answers.mode == "single" else 2
    second = {"exclusions": "  second_votes: exclusions\n", "share": "  second_votes: share\n  share: 20\n"}
    return _filled(
        "config/review.yaml",
        title=_quoted(answers.title),
        question=_quoted(answers.question),
        ids=", ".join(one for one, _ in answers.team),
        team="\n".join(f"  {one}:\n    name: {_quoted(name)}" for one, name in answers.team),
        votes=str(votes),
        second=second.get(answers.mode, ""),
    )


def hook() -> bytes:
    """Return the check that Git runs before each commit; it finds this program even where PATH doesn't name it."""
    return _filled("pre-commit", python=shlex.quote(sys.executable))


def empty_tables(reviewers: Sequence[str]) -> dict[str, bytes]:
    """Return path -> header line of every decision table; one per reviewer where votes stand in files of their own."""
    found = {}
    for table in DECISIONS.values():
        head = (",".join(table.names) + "\n").encode()
        for who in reviewers if "*" in table.path else ("",):
            found[table.path.replace("*", who)] = head
    return found


def files(answers: Answers) -> dict[str, bytes]:
    """Return path -> bytes of everything that a new review holds before any command has run in it."""
    names = [name for _, name in answers.team]
    found = {
        "config/review.yaml": config_text(answers),
        "README.md": _filled(
            "README.md",
            heading=" ".join(answers.title.split()),
            question=" ".join(answers.question.split()) or "The question stands in `config/review.yaml`.",
            people=f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0],
            first=answers.team[0][0],
        ),
        ".gitignore": (_TEMPLATE / "gitignore").read_bytes(),
        ".gitattributes": ledger.gitattributes().encode(),
        "Snakefile": (_TEMPLATE / "Snakefile").read_bytes(),
        "data/raw/.gitkeep": b"",
        VERSION_FILE: version_text(),
    }
    found |= {path: text.encode() for path, text in _DVC.items()}
    for name in ("profiles/default/config.yaml", "reports/_quarto.yml", ".dvcignore"):
        found[name] = review.shipped(name).read_bytes()
    for page in sorted((_TEMPLATE / "reports/pages").glob("*.qmd")):
        found[f"reports/pages/{page.name}"] = page.read_bytes()
    return found | empty_tables([one for one, _ in answers.team])


def write(folder: Path, answers: Answers) -> None:
    """Write a new review's files into `folder`."""
    for path, data in files(answers).items():
        tables.write_bytes(folder / path, data)
