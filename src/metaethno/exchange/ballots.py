"""From decisions that were read and matched to rows of a ledger of votes: what is new, what replaces what.

Pure: ids come from outside, and the caller writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from metaethno import tables
from metaethno.errors import Problem
from metaethno.exchange.said import Said
from metaethno.schemas import SCREENING

if TYPE_CHECKING:
    import pandas as pd

_STAMPED: Final = "Rayyan log "


@dataclass(frozen=True)
class Voter:
    """Who votes, and as what. role and round hold where a row doesn't say them itself; today: ISO date."""

    stage: str
    reviewer: str
    role: str
    round: str
    criteria_version: str
    today: str


@dataclass
class Ballot:
    """New rows of the ledger, and what became of the decisions: already there, changed, what is wrong."""

    rows: list[dict[str, str]] = field(default_factory=list)
    same: int = 0
    changed: int = 0
    problems: list[Problem] = field(default_factory=list)


Subject = tuple[str, str, str]  # record, role, round
_Row = Mapping[str, str]


def _heads(own: pd.DataFrame) -> dict[Subject, list[_Row]]:
    """Return the rows that count of one person's ledger (with `record_id` as ids of records), by subject."""
    found: dict[Subject, list[_Row]] = {}
    for row in tables.heads(SCREENING, own).to_dict("records"):
        found.setdefault((row["record_id"], row["role"], row["round"]), []).append(row)
    return found


def _single(file: str, subject: Subject, saids: Sequence[Said], content: str, out: Ballot) -> Said | None:
    """Return the one decision of several rows about a record; they may not contradict each other.

    content: the hash of its text as it is now. A tool may hold a record twice, as it was before a rerun and as it is:
    what was said of the present text counts.
    """
    if any(said.seen == content for said in saids):
        saids = [said for said in saids if said.seen in ("", content)]
    first = saids[0]
    for other in saids[1:]:
        if (other.decision, set(other.reasons)) != (first.decision, set(first.reasons)):
            message = f"says something else about {subject[0]} than line {first.line}: these rows are one record"
            hint = "Keep one of the two, or make them agree."
            value = f"{other.decision} {' '.join(other.reasons)}".strip()
            out.problems.append(Problem("ME0485", message, file, other.line, value=value, hint=hint))
            return None
    first.note = "; ".join(dict.fromkeys(said.note for said in saids if said.note))
    return first


def _says_the_same(head: _Row, said: Said, content: str) -> bool:
    """Tell whether a vote that counts says what is said now; a text seen anew makes it another vote."""
    alike = head["decision"] == said.decision and set(filter(None, head["reasons"].split(";"))) == set(said.reasons)
    noted = not said.note or said.note in head["note"]
    seen_anew = said.seen == content and head["record_hash"] not in ("", content)
    return alike and noted and not (said.seen and seen_anew)


def cast(
    file: str,
    matched: Sequence[tuple[Said, str]],
    own: pd.DataFrame,
    content: Mapping[str, str],
    voter: Voter,
    new_id: Callable[[], str],
) -> Ballot:
    """Return the rows to add for decisions that were matched to records.

    own: the person's ledger, `record_id` as ids of records. content: content hash by record id. A decision that says
    what the person's vote says already adds nothing; another one supersedes it, and where two votes count (after a
    merge of two clones) every one of them that says something else.
    """
    out = Ballot()
    heads = _heads(own)
    times = own["note"].str.extract(rf"{_STAMPED}(\S+)")[0]
    stamps = set(zip(own["record_id"].tolist(), times, own["decision"].tolist(), own["reasons"].tolist(), strict=True))
    by_subject: dict[Subject, list[Said]] = {}
    for said, record in matched:
        out.problems += _rules(file, said, voter)
        subject = (record, said.role or voter.role, said.round or voter.round)
        by_subject.setdefault(subject, []).append(said)
    for subject, saids in by_subject.items():
        record = subject[0]
        now = content.get(record, "")
        if saids[0].stamp:
            for said in sorted(saids, key=lambda s: s.stamp):
                event = (record, said.stamp, said.decision, ";".join(said.reasons))
                if event in stamps:
                    out.same += 1
                    continue
                stamps.add(event)
                said.note = f"{_STAMPED}{said.stamp}"
                _add(out, subject, said, heads, now, voter, new_id)
            continue
        said_once = _single(file, subject, saids, now, out)
        if said_once is None:
            continue
        present = heads.get(subject, [])
        if present and all(_says_the_same(head, said_once, now) for head in present):
            out.same += 1
            continue
        _add(out, subject, said_once, heads, now, voter, new_id)
    return out


def _add(
    out: Ballot,
    subject: Subject,
    said: Said,
    heads: dict[Subject, list[_Row]],
    content: str,
    voter: Voter,
    new_id: Callable[[], str],
) -> None:
    present = heads.get(subject, [])
    # Of two votes that count, one may say what is said now; it stays, and the other is replaced.
    replaced = [head for head in present if len(present) == 1 or not _says_the_same(head, said, content)]
    out.changed += bool(replaced)
    rows: list[_Row] = []
    none: list[_Row | None] = [None]
    for old in [*replaced] or none:
        rows.append(
            {
                "vote_id": new_id(),
                "supersedes": old["vote_id"] if old else "",
                "record_id": subject[0],
                "record_hash": said.seen or content,
                "reviewer": voter.reviewer,
                "role": subject[1],
                "round": subject[2],
                "decision": said.decision,
                "reasons": ";".join(said.reasons),
                "criteria_version": voter.criteria_version,
                "decided_on": said.when or voter.today,
                "note": said.note,
            }
        )
    out.rows += [dict(row) for row in rows]
    heads[subject] = [head for head in present if head not in replaced] + rows


def asked(
    matched: Sequence[tuple[Said, str]], known: pd.DataFrame, voter: Voter, new_id: Callable[[], str], *, again: bool
) -> tuple[list[dict[str, str]], int]:
    """Return the rows of schema RETRIEVAL to add for what came of asking for full texts, and how many are there.

    known: schema RETRIEVAL, with `record_id` as ids of records. again: this very file was entered before. An outcome
    answers a request by the same route (without a route: every request) and replaces it, since a row is one time of
    asking; so it does with another outcome of the same day, and an `obtained` that turned out to be wrong. What is
    there already is passed over; on another day that the file names, it is another time of asking.
    """
    ever: dict[str, list[_Row]] = {}
    for row in known.to_dict("records"):
        ever.setdefault(row["record_id"], []).append(row)
    gone = set(known["supersedes"].tolist())
    rows: list[_Row] = []
    same = 0
    for said, record in matched:
        mine = [r for r in ever.get(record, []) if said.note in ("", r["route"])]
        live = [r for r in mine if r["retrieval_id"] not in gone]
        day = said.when or voter.today
        if any(
            r["outcome"] == said.decision and said.when in ("", r["asked_on"])
            for r in (mine if again or said.decision == "requested" else live)
        ):
            same += 1
            continue
        answered = [
            r
            for r in live
            if said.decision != "requested"
            and r["outcome"] != said.decision
            and (r["outcome"] != "not_obtained" or r["asked_on"] == day)
        ]
        none: list[_Row | None] = [None]
        for old in answered or none:
            row = {"retrieval_id": new_id(), "supersedes": old["retrieval_id"] if old else "", "record_id": record}
            row |= {"asked_on": day, "route": said.note or (old["route"] if old else ""), "outcome": said.decision}
            rows.append(row | {"by": voter.reviewer, "note": ""})
            ever.setdefault(record, []).append(rows[-1])
            gone.add(row["supersedes"])
    return [dict(row) for row in rows], same


def _rules(file: str, said: Said, voter: Voter) -> list[Problem]:
    """Return what a decision lacks or has too much of."""
    if voter.stage == "eligibility" and said.decision == "exclude" and not said.reasons:
        hint = "Pick at least one reason: the first in the configured order is counted."
        return [Problem("ME0488", "a full text is excluded without a reason", file, said.line, "reason", hint=hint)]
    if said.reasons and said.decision == "include":
        message = "a reason for exclusion, and yet included"
        hint = "Take the reason out, or change the decision."
        return [Problem("ME0489", message, file, said.line, "reason", "; ".join(said.reasons), hint=hint)]
    return []
