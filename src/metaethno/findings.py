"""The checks of phases 3 to 6: their codes and levels, and the table that a stage's findings go into.

A check can only reject: that it passes says nothing about the quality of an interpretation. Codes are stable; Y1 to
Y15 are the method's own, from Y16 on stand checks of bookkeeping. A code has one level, which a review may
set to another (`check_levels` in its configuration).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from metaethno import tables
from metaethno.cells import each_row
from metaethno.check_codes import KNOWN
from metaethno.schemas import CHECKS, TABLES


def split_ids(cell: str) -> list[str]:
    """Return the ids of a cell that holds several, parted by ';'."""
    return [part.strip() for part in cell.split(";") if part.strip()]


def long_ids(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return `frame` with one row per id of `column`; rows whose cell is empty are left out."""
    out = frame.assign(**{column: frame[column].map(split_ids)}).explode(column)
    return out[out[column].notna()]


def where(frame: pd.DataFrame, holds: Iterable[bool]) -> pd.DataFrame:
    """Return the rows of `frame` for which `holds` (one value per row, in order); a frame without rows as it is."""
    return frame[np.fromiter(holds, dtype=bool, count=len(frame))]


def with_levels(checks: pd.DataFrame, levels: Mapping[str, str]) -> pd.DataFrame:
    """Return the table `checks` with the levels that the review's configuration says, by code."""
    return checks.assign(level=[levels.get(c, level) for c, level in each_row(checks, "code", "level")])


class Findings:
    """Gathers what a stage's checks find; `frame` returns it as the table `checks`.

    levels: code → level, where the review's configuration says another level than KNOWN.
    """

    def __init__(self, levels: Mapping[str, str] | None = None) -> None:
        self._rows: list[dict[str, Any]] = []
        self._levels = {code: level for code, (level, _) in KNOWN.items()} | dict(levels or {})

    def add(
        self, code: str, table: str, ids: Iterable[str], message: str, hint: str = "", line: int | None = None
    ) -> None:
        """Add one finding about the rows `ids` of `table`; the level is the one of its code."""
        said = ";".join(dict.fromkeys(i for i in ids if i))
        row = {"code": code, "level": self._levels[code], "table": table, "line": line, "ids": said}
        self._rows.append({**row, "message": message, "hint": hint})

    def rows(
        self,
        code: str,
        table: str,
        frame: pd.DataFrame,
        ids: Callable[[dict[str, Any]], Iterable[str]],
        message: Callable[[dict[str, Any]], str],
        hint: str = "",
    ) -> None:
        """Add one finding per row of `frame`, with the line it stands on where the frame has a column `_line`."""
        for row in frame.to_dict("records"):
            self.add(code, table, ids(row), message(row), hint, row.get("_line"))

    def references(self, checked: Mapping[str, pd.DataFrame], against: Mapping[str, pd.DataFrame]) -> None:
        """Add Y1 for every id in the tables `checked` that refers to nothing in the tables `against`.

        Decisions are checked for this when they are read; a stage looks again, because a row that another table
        refers to may have gone since. A column that refers to a table not given is passed over.
        """
        every = {**against, **checked}
        for name, frame in checked.items():
            table = TABLES[name]
            for column in table.columns:
                targets = [t.split(".") for t in column.refers.split("|") if "." in t]
                if not targets or any(t not in every for t, _ in targets):
                    continue
                known = set().union(*(set(every[t][c]) for t, c in targets))
                cells = long_ids(frame, column.name)
                bad = cells[~cells[column.name].isin(known)]
                where = " or ".join(f"{t}.csv" for t, _ in targets)
                for row in bad.to_dict("records"):
                    said = f"{row[column.name]!r} in the column {column.name} does not occur in {where}."
                    hint = "Correct the id, or put back the row it means: rows are marked as dropped, never deleted."
                    self.add("Y1", name, [row[table.key[0]], row[column.name]], said, hint, row.get("_line"))

    def one_meaning(self, kinds: Mapping[str, Iterable[str]]) -> None:
        """Add Y1 for every id that stands for two kinds of thing: a link to it could mean either."""
        seen: dict[str, str] = {}
        for table, ids in kinds.items():
            for one in sorted(set(ids)):
                if one in seen:
                    said = f"The id {one!r} is also used in {seen[one]}.csv, so that a link to it could mean either."
                    self.add("Y1", table, [one], said, "Give one of them another id.")
                seen.setdefault(one, table)

    def frame(self) -> pd.DataFrame:
        """Return the findings as the table `checks`, sorted."""
        if not self._rows:
            return tables.empty(CHECKS)
        found = pd.DataFrame(self._rows, columns=CHECKS.names)
        return tables.canonical(CHECKS, found.astype({"line": "Int64"}))
