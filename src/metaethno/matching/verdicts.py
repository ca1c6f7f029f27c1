"""Verdicts of people on pairs: which count, and whether they contradict one another."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from metaethno.cells import each_row
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


def _line(row: Any) -> str:
    """Return a verdict as its id and, where it was read from a file, its line."""
    return f"{row['verdict_id']} (line {row['_line']})" if "_line" in row else str(row["verdict_id"])


class _Same:
    """Rows that `same` verdicts hold together, directly or by way of others."""

    def __init__(self, by_pair: dict[tuple[str, str], Any]) -> None:
        self._verdicts: dict[str, list[tuple[str, Any]]] = {}
        self.root: dict[str, str] = {}
        for (left, right), row in by_pair.items():
            if row["verdict"] == "same":
                self._verdicts.setdefault(left, []).append((right, row))
                self._verdicts.setdefault(right, []).append((left, row))
        for start in sorted(self._verdicts):
            if start not in self.root:
                self.root |= dict.fromkeys(self._reach(start), start)

    def _reach(self, start: str) -> dict[str, tuple[str, Any]]:
        """Return every row that `start` is the same as, with the row before it on the shortest way, and the verdict."""
        before: dict[str, tuple[str, Any]] = {start: ("", None)}
        todo = deque([start])
        while todo:
            at = todo.popleft()
            for other, row in self._verdicts.get(at, ()):
                if other not in before:
                    before[other] = (at, row)
                    todo.append(other)
        return before

    def joined(self, left: str, right: str) -> bool:
        """Tell whether the two are the same."""
        return left in self.root and self.root[left] == self.root.get(right)

    def chain(self, left: str, right: str) -> list[Any]:
        """Return the verdicts of the shortest way from `left` to `right`."""
        before = self._reach(left)
        found = []
        while right != left:
            right, row = before[right]
            found.append(row)
        return found[::-1]


def chained(duplicates: pd.DataFrame, left: str, right: str) -> bool:
    """Tell whether verdicts `same` hold two rows together by way of other rows, whatever is said of the two alone."""
    from metaethno.tables import heads

    live = heads(DUPLICATES, duplicates)
    pairs = {(str(a), str(b)): {"verdict": v} for a, b, v in zip(live["left_row"], live["right_row"], live["verdict"],
             strict=True) if {a, b} != {left, right}}  # fmt: skip
    return _Same(pairs).joined(left, right)


def _ledger_problems(duplicates: pd.DataFrame) -> list[Problem]:
    """Return rows whose `supersedes` would make verdicts vanish: circles (ME0371), or a row on other rows (ME0372)."""
    linked = duplicates[duplicates["supersedes"].ne("")]
    if not len(linked):
        return []
    after = dict(each_row(linked, "verdict_id", "supersedes"))
    pair = {row["verdict_id"]: {row["left_row"], row["right_row"]} for _, row in duplicates.iterrows()}
    problems = []
    for _, row in linked.iterrows():
        at, steps = row["supersedes"], 0
        while at in after and at != row["verdict_id"] and steps <= len(after):
            at, steps = after[at], steps + 1
        if at == row["verdict_id"]:
            hint = "A row replaces an earlier one: name the row that was there before, or leave the cell empty."
            problems.append(_problem(row, "ME0371", "supersedes itself, directly or by way of other rows", hint))
        elif pair.get(row["supersedes"], pair[row["verdict_id"]]) != pair[row["verdict_id"]]:
            said = " and ".join(sorted(pair[row["supersedes"]]))
            hint = "Leave `supersedes` empty, or name the verdict on the same two rows that this one replaces."
            problems.append(_problem(row, "ME0372", f"replaces a verdict on other rows ({said})", hint))
    return problems


def check(duplicates: pd.DataFrame, row_ids: pd.Series) -> Verdicts:
    """Return the verdicts that count as pairs of places in `row_ids`; `duplicates` has the columns of DUPLICATES.

    Raises UserError with every verdict on an unknown row (ME0321) or on a row and itself (ME0322), every pair with
    two verdicts that differ (ME0323), every `different` or `related` that a chain of `same` contradicts (ME0324),
    and every row that supersedes itself (ME0371) or a verdict on other rows (ME0372). The lines are named where
    `duplicates` has the column `_line`.
    """
    from metaethno.tables import heads

    place = {row: at for at, row in enumerate(row_ids)}
    problems = _ledger_problems(duplicates)
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
                f"{_line(row)} says {row['verdict']!r} of {left} and {right}, "
                f"but {_line(earlier)} says {earlier['verdict']!r}"
            )
            hint = "Agree on one, and replace the other: metaethno todo dedupe --pairs decided lists all verdicts."
            problems.append(_problem(row, "ME0323", message, hint))
        else:
            by_pair[left, right] = row
    same = _Same(by_pair)
    for (left, right), row in by_pair.items():
        if row["verdict"] in ("different", "related") and same.joined(left, right):
            chain = "; ".join(f"{v['left_row']} and {v['right_row']} by {_line(v)}" for v in same.chain(left, right))
            message = f"{left} and {right} are {row['verdict']} by {_line(row)}, but the same by others: {chain}"
            hint = "One of them is wrong. metaethno todo dedupe --pairs decided lists all, to change it there."
            problems.append(_problem(row, "ME0324", message, hint))
    if problems:
        raise UserError(problems)

    def places(*kinds: str) -> list[tuple[int, int]]:
        found = [(place[a], place[b]) for (a, b), row in by_pair.items() if row["verdict"] in kinds]
        return sorted((min(p), max(p)) for p in found)

    ids = list(row_ids)
    unsure = [p for p in places("unsure") if not same.joined(ids[p[0]], ids[p[1]])]
    return Verdicts(places("same"), places("different", "related"), unsure)


def standing(duplicates: pd.DataFrame, row_ids: pd.Series, verdict: str) -> list[tuple[int, int]]:
    """Return the pairs of places in `row_ids` that have `verdict`; `duplicates` has been checked."""
    from metaethno.tables import heads

    live = heads(DUPLICATES, duplicates)
    live = live[live["verdict"].eq(verdict)]
    place = {row: at for at, row in enumerate(row_ids)}
    return sorted({(place[a], place[b]) for a, b in each_row(live, "left_row", "right_row")})
