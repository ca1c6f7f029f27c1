"""Where in people's files a finding is: file and line, looked up when it is shown.

The tables of checks name rows by their ids. A line changes whenever somebody enters a row above it; so it is no part of
what a stage makes, and never of what is signed, but is looked up in the decisions as they are now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from metaethno import tables
from metaethno.findings import split_ids
from metaethno.schemas import TABLES

Read = Callable[[str], bytes | None]


class Places:
    """Looks up rows of decision tables. `read` returns the bytes of a file below the review's folder, or nothing."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._rows: dict[str, tuple[list[str], dict[str, list[tuple[list[str], int]]]]] = {}

    def of(self, row: Mapping[str, Any]) -> tuple[str, int | None]:
        """Return file and line of one finding (row of schemas.CHECKS); no line where it is about no single row.

        Where the table is no file of one name, or one that the program made, the table's name or path stands alone.
        """
        name, line = str(row["table"]), row["line"]
        table = TABLES.get(name)
        path = name if table is None or "*" in table.path else table.path
        if line == line and str(line) not in ("", "None", "<NA>", "nan"):
            return path, int(line)
        if table is None or table.kind == "derived" or "*" in table.path:
            return path, None
        return path, self._line(name, split_ids(str(row["ids"])))

    def _line(self, name: str, ids: list[str]) -> int | None:
        header, by_key = self._table(name)
        if not ids or not header:
            return None
        rows = by_key.get(ids[0], [])
        if len(rows) > 1:
            # Several rows of one key: the one that names most of what the finding names.
            rows = [max(rows, key=lambda r: (sum(one in r[0] for one in ids[1:]), -r[1]))]
        return rows[0][1] if rows else None

    def _table(self, name: str) -> tuple[list[str], dict[str, list[tuple[list[str], int]]]]:
        if name not in self._rows:
            table = TABLES[name]
            data = self._read(table.path)
            header, rows, lines, _ = tables.parse_rows(data, table.path) if data else ([], [], [], [])
            found: dict[str, list[tuple[list[str], int]]] = {}
            at = [header.index(key) for key in table.key if key in header]
            for cells, line in zip(rows, lines, strict=True):
                parts = [part for cell in cells for part in split_ids(cell)]
                for place in at:
                    if len(cells) > place:
                        found.setdefault(cells[place].strip(), []).append((parts, line))
            self._rows[name] = (header, found)
        return self._rows[name]


def shown(file: str, line: int | None) -> str:
    """Return a place in a few words: `constructs.csv, line 12`."""
    short = file.rpartition("/")[2]
    return f"{short}, line {line}" if line else short
