"""Signed statements: what a person says where a program cannot judge.

A statement names a check and what that check found (the ids of the finding, as they stand in its table), or an item of
a reporting checklist that does not apply. It settles that finding, and no other: where the check later finds something
else, nobody has said anything about it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from metaethno.check_codes import BY_STATEMENT
from metaethno.findings import split_ids


def key_of(code: object, ids: object) -> tuple[str, str]:
    """Return what a statement and a finding have in common, whatever the order of the ids."""
    return str(code), ";".join(sorted(split_ids(str(ids))))


def settle(
    found: Iterable[dict[str, str]], statements: Iterable[Mapping[str, Any]]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the findings (rows of schemas.CHECKS) that are open, and those that a statement settles.

    statements: rows of schemas.STATEMENTS; one that another supersedes doesn't count. A settled finding has the cells
    `statement`, `stated_by` and `stated_on` of the latest statement beside its own.
    """
    rows = list(statements)
    gone = {row["supersedes"] for row in rows} - {""}
    kept = [row for row in rows if row["statement_id"] not in gone]
    said = {key_of(r["code"], r["ids"]): r for r in sorted(kept, key=lambda r: (r["stated_on"], r["statement_id"]))}
    open_, settled = [], []
    for row in found:
        by = said.get(key_of(row["code"], row["ids"])) if row["code"] in BY_STATEMENT else None
        if by is None:
            open_.append(row)
        else:
            words = {"statement": by["text"], "stated_by": by["stated_by"], "stated_on": by["stated_on"]}
            settled.append({**row, **words})
    return open_, settled


def not_applicable(statements: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return by item of a checklist (`emerge-13`) the latest statement that it does not apply."""
    rows = list(statements)
    gone = {row["supersedes"] for row in rows} - {""}
    kept = [row for row in rows if row["statement_id"] not in gone and "-" in row["code"]]
    return {row["code"]: row for row in sorted(kept, key=lambda r: (r["stated_on"], r["statement_id"]))}
