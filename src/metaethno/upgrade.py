"""From the layout of an earlier version to this one's: what the decision tables of a review lack, and how they get it.

The layout of the decision tables has a number, kept in `data/decisions/schema-version.txt`. Columns and tables that
were added are seen from the tables themselves, so that nothing hangs on the number; what can't be seen (a column that
was renamed, words that were) is declared in `STEPS`, each with the number that it leads to.

Rows are only ever carried over: same rows, same order, every cell under the name its column has now. That is checked
before anything is written, and what was there before is laid aside in `.metaethno/before-upgrade/`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metaethno import tables
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.schemas import DECISIONS, SEARCHES, Table

VERSION_FILE: Final = "data/decisions/schema-version.txt"
# 1: as first declared. 2: `reviewed` keeps the evidence that was signed.
SCHEMA_VERSION: Final = 2
_HEAD = "# The layout of the tables in this folder; `metaethno upgrade` changes it. Not to be edited.\n"


@dataclass(frozen=True)
class Step:
    """What no table shows of a change of layout. `version`: the layout that it leads to.

    renamed: old name of a column -> new one. words: column (by its new name) -> old word -> new one. filled: column
    that is new -> what stands in the rows that are there (empty, if not named here).
    """

    version: int
    table: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    filled: Mapping[str, str] = field(default_factory=dict)


STEPS: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Migrated:
    """One table as it will be: its path, its bytes, how many rows it holds, and what changes, each in a sentence."""

    path: str
    data: bytes
    rows: int
    changes: tuple[str, ...]
    before: bytes


def version_text() -> bytes:
    """Return what the file that holds the number of the layout says."""
    return f"{_HEAD}{SCHEMA_VERSION}\n".encode()


def version_of(root: Path) -> int | None:
    """Return the number of the review's layout; nothing where it has none (laid out before there were numbers).

    Raises UserError where the file says no number.
    """
    path = root / VERSION_FILE
    if not path.is_file():
        return None
    lines = [line.strip() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line and not line.startswith("#")]
    if len(said) != 1 or not said[0].isascii() or not said[0].isdecimal():
        # A merge of two versions, or an editor's slip: the tables themselves show what they hold.
        hint = "Delete the file, then run `metaethno upgrade`: it looks at the tables themselves."
        raise UserError(Problem("ME0165", "does not hold one number", VERSION_FILE, hint=hint))
    return int(said[0])


def check_version(root: Path) -> None:
    """Raise UserError where the tables are of another layout than this program's."""
    version = version_of(root)
    if version is not None and version > SCHEMA_VERSION:
        hint = "Install the version of metaethno that your colleagues use: `pipx upgrade metaethno`."
        message = f"the tables have layout {version}; this version of metaethno knows {SCHEMA_VERSION} and older ones"
        raise UserError(Problem("ME0166", message, VERSION_FILE, hint=hint))
    if version is not None and version < SCHEMA_VERSION:
        hint = "`metaethno upgrade --dry-run` shows what would change, `metaethno upgrade` does it. No row is lost."
        message = f"the tables have layout {version}; this version of metaethno uses {SCHEMA_VERSION}"
        raise UserError(Problem("ME0167", message, VERSION_FILE, hint=hint))


# ------------------------------------------------------------------------------------------------ tables


def migrate(
    table: Table, raw: bytes, shown: str, version: int, extra: Iterable[str] = ()
) -> tuple[Migrated | None, list[Problem]]:
    """Return a table of an earlier layout as it is to be now, or nothing where it is so already; and what is wrong.

    raw: the bytes of the table; version: the layout it is of; extra: columns that the review adds to it. Raises
    AssertionError where a row or a cell would be lost, which is a mistake of the program.
    """
    header, rows, lines, problems = tables.parse_rows(raw, shown)
    if problems:
        return None, problems
    steps = sorted((s for s in STEPS if s.table == table.name and s.version > version), key=lambda s: s.version)
    now = list(header)
    changes: list[str] = []
    words: dict[str, Mapping[str, str]] = {}
    filled: dict[str, str] = {}
    for step in steps:
        for old, new in step.renamed.items():
            if old in now and new not in now:
                now[now.index(old)] = new
                changes.append(f"the column {old} is called {new} now")
        words |= step.words
        filled |= step.filled
    wanted = [*table.names, *extra]
    unknown = [name for name in now if name not in wanted]
    ragged = [line for row, line in zip(rows, lines, strict=True) if len(row) != len(header)]
    hint = (
        "Rename it, take it out, or name it under `extraction: columns:`."
        if table.open_columns
        else ("Rename it or take it out: nothing is thrown away here by itself.")
    )
    problems += [
        Problem("ME0106", f"there is no column {n!r} in this table.{did_you_mean(n, wanted)}", shown, 1, hint=hint)
        for n in unknown
    ]
    problems += [Problem("ME0109", "has not as many cells as the header", shown, line) for line in ragged]
    problems += [
        Problem("ME0107", f"the column {n!r} stands there twice", shown, 1) for n in {*now} if now.count(n) > 1
    ]
    missing = [name for name in wanted if name not in now]
    needs = [
        Problem("ME0168", f"the column {n!r} is missing, and only you can say what stands in it", shown, 1, n,
                allowed=table[n].allowed, hint="Add the column and fill it, then run this again.")
        for n in missing if n in table.names and rows and table[n].required and n not in filled
    ]  # fmt: skip
    problems += needs
    if problems:
        return None, problems
    changes += [f"the column {n} is added" + (f", filled with {filled[n]!r}" if filled.get(n) else "") for n in missing]
    at = {name: now.index(name) for name in wanted if name in now}
    done = []
    renamed = 0
    for row in rows:
        cells = [row[at[n]] if n in at else filled.get(n, "") for n in wanted]
        for i, name in enumerate(wanted):
            if name in words and cells[i].strip() in words[name]:
                cells[i] = words[name][cells[i].strip()]
                renamed += 1
        done.append(cells)
    if renamed:
        changes.append(f"{renamed:,} cells hold a word that is called otherwise now")
    if not changes:
        return None, []
    _nothing_lost(now, rows, wanted, done, words)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([wanted, *done])
    return Migrated(shown, out.getvalue().encode(), len(rows), tuple(changes), raw), []


def _nothing_lost(
    before: list[str], rows: list[list[str]], after: list[str], done: list[list[str]], words: Mapping[str, object]
) -> None:
    """Hold the new rows against the old ones, cell by cell: another look than the one that made them."""
    assert len(rows) == len(done), "a row would be lost"
    for old, new in zip(rows, done, strict=True):
        kept = dict(zip(after, new, strict=True))
        for name, cell in zip(before, old, strict=True):
            assert name in kept, f"the column {name} would be lost"
            assert kept[name] == cell or name in words, f"a cell of {name} would be changed"


def plan(root: Path, extra: Mapping[str, Iterable[str]] | None = None) -> tuple[list[Migrated], list[Problem]]:
    """Return every table that changes, missing ones included, and everything that has to be mended by a person first.

    extra: name of a table -> columns that the review adds to it.
    """
    version = version_of(root) or 1
    if version > SCHEMA_VERSION:
        check_version(root)
    found: list[Migrated] = []
    problems: list[Problem] = []
    for table in (*DECISIONS.values(), SEARCHES):
        more = [*(extra or {}).get(table.name, ())] if table.open_columns else []
        paths = tables.files_of(table, root)
        for path in paths:
            shown = path.relative_to(root).as_posix()
            one, wrong = migrate(table, path.read_bytes(), shown, version, more)
            problems += wrong
            found += [one] if one else []
        if not paths and "*" not in table.path:
            head = (",".join([*table.names, *more]) + "\n").encode()
            found.append(Migrated(table.path, head, 0, ("the table is new",), b""))
    return found, problems


def carry_out(root: Path, planned: Iterable[Migrated], folder: Path) -> None:
    """Write the tables, each whole or not at all; what was there before is laid aside in `folder` first.

    The number of the layout is written last: a command that was stopped half-way goes on when it is given again.
    Raises UserError where a table was changed since it was looked at.
    """
    planned = list(planned)
    for one in planned:
        path = root / one.path
        if (path.read_bytes() if path.is_file() else b"") != one.before:
            hint = "Nothing was changed. Run the same command again."
            raise UserError(Problem("ME0169", "was changed by somebody else just now", one.path, hint=hint))
    for one in planned:
        if one.before:
            # Named by what it holds, so that nothing that was laid aside is ever written over.
            tables.write_bytes(folder / f"{one.path}.{hashlib.sha256(one.before).hexdigest()[:12]}", one.before)
    for one in planned:
        tables.write_bytes(root / one.path, one.data)
    if not (root / VERSION_FILE).is_file() or (root / VERSION_FILE).read_bytes() != version_text():
        tables.write_bytes(root / VERSION_FILE, version_text())
