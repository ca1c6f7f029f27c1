"""The search log of one run as a person keeps it: rows are added, empty cells filled, nothing else is touched."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metaethno.errors import Problem, UserError
from metaethno.schemas import _PATTERNS, SEARCHES

# What `metaethno import` takes from flags or asks for; the file's name it knows.
FIELDS: Final = tuple(name for name in SEARCHES.names if name != "file")
# What must be known of a search before its exports can be registered.
REQUIRED: Final = tuple(c.name for c in SEARCHES.columns if c.required and c.name != "file")
# What all files of one search share.
OF_THE_SEARCH: Final = tuple(name for name in FIELDS if name not in ("search_id", "accepted_count", "note"))


# What may stand in a column of ids is told best by one of them.
_SUCH_AS: Final = {
    "search_id": "such as medline-2024",
    "strategy_version": "such as v1, or v2 once the strategy has changed",
    "platform_group": "such as ovid-2024",
    "supersedes": "the search_id of an earlier search, such as medline-2024",
    "seed_report_ids": "the ids that `metaethno flow chased` lists",
}


def wrong(name: str, value: str) -> str:
    """Return what a cell of the search log must be, where `value` is not; else nothing."""
    column = SEARCHES[name]
    if not value:
        return f"{name} must not be empty" if column.required else ""
    if column.kind == "choice" and value not in column.choices:
        return column.allowed
    if column.kind in _PATTERNS and not re.fullmatch(_PATTERNS[column.kind][0], value):
        return "; ".join(filter(None, (_PATTERNS[column.kind][1], _SUCH_AS.get(name))))
    if column.kind == "date":
        from metaethno.intake import is_day

        return "" if is_day(value) else "a day of the calendar, as YYYY-MM-DD"
    return ""


@dataclass
class SearchLog:
    """The cells of one `searches.csv` as text, in the order and with the separator that stand there."""

    header: list[str] = field(default_factory=lambda: list(SEARCHES.names))
    rows: list[list[str]] = field(default_factory=list)
    delimiter: str = ","

    @classmethod
    def read(cls, path: Path) -> SearchLog:
        """Read a log that `tables.load_decisions` found no fault with; an empty one where there is no file."""
        if not path.is_file():
            return cls()
        text = path.read_bytes().decode("utf-8-sig")
        head = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=head.count)
        header, *rows = (
            r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(c.strip() for c in r)
        )
        return cls([name.strip() for name in header], rows, delimiter)

    def of(self, file: str) -> dict[str, str] | None:
        """Return the row of an export, or None."""
        at = self.header.index("file")
        row = next((r for r in self.rows if r[at].strip() == file), None)
        return {n: c.strip() for n, c in zip(self.header, row, strict=True)} if row is not None else None

    def of_search(self, search_id: str) -> dict[str, str]:
        """Return the first row of a search; empty where there is none."""
        at = {name: self.header.index(name) for name in ("search_id", "file")}
        row = next((r for r in self.rows if r[at["search_id"]].strip() == search_id), None)
        return (self.of(row[at["file"]].strip()) or {}) if row is not None else {}

    @property
    def files(self) -> list[str]:
        """The exports that have a row."""
        at = self.header.index("file")
        return [name for row in self.rows if (name := row[at].strip())]

    @property
    def ids(self) -> set[str]:
        """The ids of all searches."""
        at = self.header.index("search_id")
        return {row[at].strip() for row in self.rows}

    def new_id(self, source: str) -> str:
        """Return an id for a search of `source` that no other search has."""
        stem = re.sub(r"[^a-z0-9]+", "-", source.casefold().encode("ascii", "ignore").decode()).strip("-")[:40]
        stem = stem if stem[:1].isalpha() else f"search-{stem}".strip("-")
        return next(i for i in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if i not in self.ids)

    def put(self, file: str, cells: Mapping[str, str], shown: str) -> None:
        """Add the row of an export, or fill the empty cells of the one it has; what stands there is never changed."""
        row = self.of(file)
        if row is None:
            self.rows.append([file if n == "file" else cells.get(n, "") for n in self.header])
            return
        hint = f"If the search log is wrong, correct it there: {shown}."
        said = [
            Problem("ME0333", f"the search log says {row[name]!r} of {file}", shown, None, name, value, hint=hint)
            for name, value in cells.items()
            if value and row.get(name) not in ("", value)
        ]
        if said:
            raise UserError(said)
        at = self.header.index("file")
        for present in self.rows:
            if present[at].strip() == file:
                present[:] = [
                    old if old.strip() else cells.get(n, "") for n, old in zip(self.header, present, strict=True)
                ]

    def put_without_file(self, cells: Mapping[str, str]) -> str:
        """Add the row of a search that found nothing, once; return its id."""
        for row in self.rows:
            there = {n: c.strip() for n, c in zip(self.header, row, strict=True)}
            said = {n: c for n, c in cells.items() if c and n != "search_id"}
            same = cells.get("search_id") in ("", None, there["search_id"])
            if same and not there["file"] and all(there.get(n) == c for n, c in said.items()):
                return there["search_id"]
        cells = {**cells, "search_id": cells.get("search_id") or self.new_id(cells["source"])}
        self.rows.append([cells.get(n, "") for n in self.header])
        return cells["search_id"]

    def lacking(self, files: Iterable[str]) -> dict[str, list[str]]:
        """Return file -> the required columns that are empty in its row."""
        found = {}
        for file in files:
            row = self.of(file) or {}
            if empty := [name for name in REQUIRED if not row.get(name)]:
                found[file] = empty
        return found

    def to_bytes(self) -> bytes:
        """Return the log as CSV: UTF-8, LF."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator="\n")
        writer.writerows([self.header, *self.rows])
        return out.getvalue().encode()
