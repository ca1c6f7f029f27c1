"""Fragments for those who check: who decided what and when, and the files of decisions with their hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows

if TYPE_CHECKING:
    import pandas as pd

_DECISIONS = "data/decisions/"


def decided(data: ReportData) -> str:
    """Return who voted on what: how many votes, from when to when, and how many were changed later."""
    label, caption = "decided", "Votes by stage and reviewer. A changed vote stays in the ledger, with its successor."
    names = {"screening": "title and abstract", "eligibility": "full text"}
    body = []
    for stage, votes in (("screening", data.screening_votes), ("eligibility", data.eligibility_votes)):
        changed = votes["vote_id"].isin(set(votes["supersedes"]) - {""})
        for reviewer, part in votes.assign(_changed=changed).groupby("reviewer", sort=True):
            body.append(_line(data, names[stage], str(reviewer), part))
    signed = data.reviewed
    for person, part in signed.groupby("reviewed_by", sort=True):
        days = part["reviewed_on"]
        body.append(
            ["signatures", md.escape(data.named(person)), md.number(len(part)), days.min(), days.max(), md.MISSING]
        )
    if not body:
        return md.nothing_yet("Nobody has decided anything yet.", "", caption, label)
    headers = ["What", "Who", "How many", "First", "Last", "Changed later"]
    return md.table(headers, body, caption, label, (4, 5, 2, 3, 3, 2), (2, 5))


def _line(data: ReportData, what: str, reviewer: str, part: pd.DataFrame) -> list[str]:
    days = part["decided_on"]
    counts = md.number(len(part)), md.number(int(part["_changed"].sum()))
    return [what, md.escape(data.named(reviewer)), counts[0], days.min(), days.max(), counts[1]]


def files(data: ReportData) -> str:
    """Return every file of decisions with its hash: a reader who has the file can see that it is the one used here."""
    label, caption = "decision-files", "The files of decisions that these pages were made from, with their SHA-256."
    found = sorted((path, digest) for path, digest in data.hashes.items() if path.startswith(_DECISIONS))
    if not found:
        return md.nothing_yet("No decision is kept yet.", "", caption, label)
    body = [[f"`{path.removeprefix(_DECISIONS)}`" if "`" not in path else md.escape(path), f"`{digest[:32]}…`"]
            for path, digest in found]  # fmt: skip
    return md.table([f"File below `{_DECISIONS}`", "SHA-256, its first half"], body, caption, label, (4, 5))


def signed(data: ReportData) -> str:
    """Return who signed which interpretation, the latest first."""
    label, caption = "signed", "Interpretations that a person has read against their evidence, and signed."
    if not len(data.reviewed):
        return md.nothing_yet("No interpretation has been signed yet.", "", caption, label)
    names = {row["target_id"]: row["label"] for row in rows(data.support)}
    ordered = sorted(rows(data.reviewed), key=lambda r: (r["reviewed_on"], r["target_id"]), reverse=True)
    body = [
        [
            md.escape(names.get(r["target_id"], r["target_id"])),
            md.escape(data.named(r["reviewed_by"])),
            r["reviewed_on"],
        ]
        for r in ordered
    ]
    return md.table(["Interpretation", "Signed by", "On"], body, caption, label, (9, 4, 3))
