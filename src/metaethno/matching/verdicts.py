"""Verdicts of people on pairs: which count, and whether they contradict one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metaethno.errors import Problem, UserError
from metaethno.matching.match import Verdicts
from metaethno.schemas import DUPLICATES

if TYPE_CHECKING:
    import pandas as pd


def _problem(row: Any, code: str, message: str, hint: str) -> Problem:
    return Problem(
        code,
        message,
        str(row.get("_file", DUPLICATES.path)),
        int(row["_line"]) if "_line" in row else None,
        "verdict",
        str(row["verdict"]),
        hint=hint,
    )


def _roots(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return for every row in `same` verdicts one row that stands for all that are said to be the same."""
    root: dict[str, str] = {}

    def find(row: str) -> str:
        root.setdefault(row, row)
        while root[row] != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    for left, right in pairs:
        a, b = sorted((find(left), find(right)))
        root[b] = a
    return {row: find(row) for row in list(root)}


def check(duplicates: pd.DataFrame, row_ids: pd.Series) -> Verdicts:
    """Return the verdicts that count as pairs of places in `row_ids`; `duplicates` has the columns of DUPLICATES.

    Raises UserError with every verdict on an unknown row (ME0321) or on a row and itself (ME0322), every pair with
    two verdicts that differ (ME0323), and every `different` or `related` that a chain of `same` contradicts (ME0324).
    """
    from metaethno.tables import heads

    place = {row: at for at, row in enumerate(row_ids)}
    problems: list[Problem] = []
    by_pair: dict[tuple[str, str], Any] = {}
    for _, row in heads(DUPLICATES, duplicates).iterrows():
        left, right = sorted((str(row["left_row"]), str(row["right_row"])))
        lost = [r for r in (left, right) if r not in place]
        if lost:
            hint = "Correct the id; `metaethno todo dedupe` lists the pairs with their ids."
            problems.append(_problem(row, "ME0321", f"there is no exported row {' or '.join(lost)}", hint))
        elif left == right:
            problems.append(_problem(row, "ME0322", f"is a verdict on {left} and itself", "Take this row out."))
        elif (left, right) in by_pair and by_pair[left, right]["verdict"] != row["verdict"]:
            earlier = by_pair[left, right]
            message = (
                f"{row['verdict_id']} says {row['verdict']!r} of {left} and {right}, "
                f"but {earlier['verdict_id']} says {earlier['verdict']!r}"
            )
            hint = "Agree on one, and add a row that supersedes the other."
            problems.append(_problem(row, "ME0323", message, hint))
        else:
            by_pair[left, right] = row
    same = [pair for pair, row in by_pair.items() if row["verdict"] == "same"]
    root = _roots(same)
    for (left, right), row in by_pair.items():
        joined = left in root and root.get(left) == root.get(right)
        if row["verdict"] in ("different", "related") and joined:
            chain = sorted(r for r in root if root[r] == root[left])
            message = (
                f"{left} and {right} are {row['verdict']} by this row, but the same by others ({', '.join(chain)})"
            )
            hint = "One of these verdicts is wrong: add a row that supersedes it."
            problems.append(_problem(row, "ME0324", message, hint))
    if problems:
        raise UserError(problems)

    def places(*kinds: str) -> list[tuple[int, int]]:
        found = [(place[a], place[b]) for (a, b), row in by_pair.items() if row["verdict"] in kinds]
        return sorted((min(p), max(p)) for p in found)

    ids = list(row_ids)
    unsure = [p for p in places("unsure") if root.get(ids[p[0]], "") != root.get(ids[p[1]], "-")]
    return Verdicts(places("same"), places("different", "related"), unsure)
