"""Rows of the tables that people write, as they stood at any snapshot, and what differs between two states.

A table of ten thousand rows is compared by its lines: only those that differ are taken apart. Where lines can't say
it (other columns, cells over several lines, a spreadsheet's dialect), the whole table is read and compared by cell.
"""

from __future__ import annotations

import csv
import fnmatch
import hashlib
import io
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from metaethno import tables
from metaethno.history.git import Blobs, Change, Commit, Repository
from metaethno.schemas import TABLES, Table

# What a state of the review is made of, as far as people made it; results follow from it and stand in dvc.lock.
PATHS = ("config/review.yaml", "data", "dvc.lock", "reports/pages")
_DISK = "file:"
_KEPT = 128


class Row(NamedTuple):
    """One row: the file it stands in, and its cells that hold something."""

    file: str
    cells: dict[str, str]


@dataclass(frozen=True)
class Delta:
    """What differs in one table between two states; `changed` holds pairs of (before, after) with one key."""

    table: Table
    added: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)


@dataclass(frozen=True)
class _Text:
    """A table's bytes by line; `plain` says that every row is one line."""

    data: bytes
    header: bytes
    lines: frozenset[bytes]
    plain: bool


@lru_cache(maxsize=4096)
def table_of(path: str) -> Table | None:
    """Return the table that people write at `path`; nothing for any other file."""
    for table in TABLES.values():
        if (
            table.kind != "derived"
            and fnmatch.fnmatchcase(path, table.path)
            and path.count("/") == table.path.count("/")
        ):
            return table
    return None


def own_id(table: Table) -> str:
    """Return the column with the table's own ids; empty for a table of links, whose rows may come and go."""
    first = table[table.key[0]]
    return first.name if first.kind == "id" and not first.refers else ""


def only_grows(table: Table) -> bool:
    """Tell whether a row of this table may never change: ledgers, and the register of exported rows."""
    return table.kind == "ledger" or table.name == "rows"


def key_of(table: Table, cells: dict[str, str]) -> tuple[str, ...]:
    """Return what a row is known by."""
    return tuple(cells.get(name, "") for name in table.key)


class Reader:
    """Reads tables from Git and from the folder; what was read last is kept, so that each state is read once."""

    def __init__(self, repo: Repository, blobs: Blobs) -> None:
        self.repo = repo
        self.blobs = blobs
        self._texts: OrderedDict[str, _Text] = OrderedDict()

    def bytes_of(self, ref: str) -> bytes:
        """Return the bytes of a blob or, for `file:PATH`, of a file of the review's folder."""
        if ref.startswith(_DISK):
            return (self.repo.root / ref.removeprefix(_DISK)).read_bytes()
        return self.blobs.read(ref)

    def text(self, ref: str) -> _Text:
        """Return a table by line."""
        if ref in self._texts:
            self._texts.move_to_end(ref)
            return self._texts[ref]
        data = self.bytes_of(ref)
        lines = data.split(b"\n")
        if lines and not lines[-1]:
            lines.pop()
        plain = b"\r" not in data and not (b'"' in data and any(line.count(b'"') & 1 for line in lines))
        found = _Text(data, lines[0] if lines else b"", frozenset(lines[1:]), plain)
        self._texts[ref] = found
        if len(self._texts) > _KEPT:
            self._texts.popitem(last=False)
        return found

    def rows(self, ref: str, file: str) -> list[Row]:
        """Return every row of a table; what can't be read as a table has none."""
        header, rows, _, _ = tables.parse_rows(self.bytes_of(ref), file)
        return [Row(file, cells(header, row)) for row in rows]

    def columns(self, ref: str, file: str) -> set[str]:
        """Return the names of the columns of a table."""
        return set(tables.parse_rows(self.bytes_of(ref), file)[0])

    def mentioning(self, ref: str, file: str, ids: Sequence[bytes]) -> list[Row]:
        """Return the rows of a table in which one of `ids` stands, as any part of a cell."""
        data = self.bytes_of(ref)
        found = {at for one in ids for at in _places(data, one)}
        if not found:
            return []
        if b'"' in data or b"\r" in data:
            words = [one.decode() for one in ids]
            return [row for row in self.rows(ref, file) if any(w in cell for cell in row.cells.values() for w in words)]
        ends = {(data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)) for at in found}
        lines = [data[start : end if end >= 0 else None] for start, end in sorted(ends) if start]
        return self._taken_apart(data[: data.find(b"\n")], lines, file)

    def _taken_apart(self, header: bytes, lines: Iterable[bytes], file: str) -> list[Row]:
        head = header.decode("utf-8-sig", "replace")
        parted = tables.delimiter_of(head)
        names = next(csv.reader([head], delimiter=parted), [])
        body = io.StringIO("\n".join(line.decode("utf-8", "replace") for line in lines), newline="")
        csv.field_size_limit(1 << 20)
        return [
            Row(file, cells(names, row))
            for row in csv.reader(body, delimiter=parted)
            if any(cell.strip() for cell in row)
        ]

    def delta(self, table: Table, changes: Iterable[Change]) -> Delta:
        """Return what differs in `table`, given those of its files that differ."""
        gone: list[Row] = []
        came: list[Row] = []
        columns = set(table.names)
        for change in changes:
            # A file that isn't there is one without rows.
            old, new = self.text(change.old), self.text(change.new)
            if old.plain and new.plain and (old.header == new.header or not old.data or not new.data):
                gone += self._taken_apart(old.header, old.lines - new.lines, change.path)
                came += self._taken_apart(new.header, new.lines - old.lines, change.path)
            else:
                gone += self.rows(change.old, change.path) if change.old else []
                came += self.rows(change.new, change.path) if change.new else []
                columns = columns & self.columns(change.old, change.path) if change.old else columns
        return compare(table, gone, came, columns)

    def deltas(self, changes: Iterable[Change]) -> list[Delta]:
        """Return what differs in each table that people write, in the order of the tables' names."""
        of: dict[str, list[Change]] = {}
        for change in changes:
            if table := table_of(change.path):
                of.setdefault(table.name, []).append(change)
        return [self.delta(TABLES[name], some) for name, some in sorted(of.items())]


def cells(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Return the cells of a row that hold something."""
    return {name.strip(): cell.strip() for name, cell in zip(header, row, strict=False) if cell.strip()}


def compare(table: Table, before: Iterable[Row], after: Iterable[Row], columns: Collection[str] = ()) -> Delta:
    """Return what differs between two lists of rows of `table`; in another order or file, a row is the same.

    columns: those that both states have (all, if none are named): a column that a later version of the program adds
    to a table changes no row.
    """

    def by_key(rows: Iterable[Row]) -> dict[tuple[str, ...], Row]:
        found: dict[tuple[str, ...], Row] = {}
        for row in rows:
            place = (row.file,) if table.key_per_file else ()
            found.setdefault((*place, *key_of(table, row.cells)), row)
        return found

    def shared(row: Row) -> dict[str, str]:
        return {n: c for n, c in row.cells.items() if n in columns or n not in table.names} if columns else row.cells

    old, new = by_key(before), by_key(after)
    return Delta(
        table,
        [new[key] for key in sorted(new.keys() - old.keys())],
        [old[key] for key in sorted(old.keys() - new.keys())],
        [(old[key], new[key]) for key in sorted(old.keys() & new.keys()) if shared(old[key]) != shared(new[key])],
    )


def _places(data: bytes, word: bytes) -> Iterable[int]:
    at = data.find(word)
    while at >= 0:
        yield at
        at = data.find(word, at + 1)


def blob_id(data: bytes) -> str:
    """Return the id that Git gives to a file of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def present(repo: Repository, head: str) -> Commit:
    """Return the files as they are now as one more state after `head`: what differs from it, not yet kept."""
    kept = {path: blob for path, blob in (repo.files(head) if head else {}).items() if _wanted(path)}
    changes = []
    for path, blob in kept.items():
        file = repo.root / path
        if not file.is_file():
            changes.append(Change(path, blob, ""))
        elif blob_id(file.read_bytes()) != blob:
            changes.append(Change(path, blob, _DISK + path))
    for path in written(repo.root):
        if path not in kept:
            changes.append(Change(path, "", _DISK + path))
    return Commit("", (head,), "", "", "the files as they are now", False, (tuple(sorted(changes)),) if changes else ())


def _wanted(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in PATHS)


def written(root: Path) -> list[str]:
    """Return the files people write that are in the folder: tables, settings, pages, and what `.dvc` files track."""
    patterns = [t.path for t in TABLES.values() if t.kind != "derived"]
    patterns += ["config/review.yaml", "data/raw/**/*.dvc", "reports/pages/*", "dvc.lock"]
    return sorted({p.relative_to(root).as_posix() for pattern in patterns for p in root.glob(pattern) if p.is_file()})


def brought(commit: Commit, reader: Reader) -> list[Delta]:
    """Return what a commit itself brought into the tables: for a merge, what none of its parents had."""
    if len(commit.edges) < max(len(commit.parents), 1):
        return []
    first, *others = [reader.deltas(edge) for edge in commit.edges]
    if not others:
        return first
    found = []
    for delta in first:
        same = [d for edge in others for d in edge if d.table is delta.table]
        if len(same) < len(others):
            continue
        found.append(
            Delta(
                delta.table,
                [row for row in delta.added if all(row in d.added for d in same)],
                [row for row in delta.removed if all(row in d.removed for d in same)],
                [pair for pair in delta.changed if all(pair[1] in [p[1] for p in d.changed] for d in same)],
            )
        )
    return found
