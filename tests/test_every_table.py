"""Every table that a person or a database fills: a wrong cell is named, with file, line, column and what is allowed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from metaethno import tables
from metaethno.schemas import DECISIONS, ROWS, SEARCHES, TABLES, Column, Table

FILLED = [*DECISIONS.values(), SEARCHES, ROWS]
GOOD = {"id": "A1", "ids": "A1", "date": "2020-01-02", "count": "1", "year": "2020", "text": "words"}
CASES = [(table, column) for table in FILLED for column in table.columns if column.kind != "text"]


def good(column: Column) -> str:
    return column.choices[0] if column.kind == "choice" else "" if column.refers == "self" else GOOD[column.kind]


def write(root: Path, table: Table, **cells: str) -> str:
    """Write a table with one row; return its path as problems name it."""
    path = table.path.replace("data/raw/*", "data/raw/2020-01-02").replace("*", "A1")
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    with (root / path).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(table.names)
        writer.writerow([cells.get(c.name, good(c)) for c in table.columns])
    return path


def lay_out(root: Path) -> None:
    """Write one good row into every table, so that every reference finds something."""
    for table in FILLED:
        superseding = {c.name: "" for c in table.columns if c.name == "supersedes"}
        write(root, table, **superseding)


@pytest.mark.parametrize("table", FILLED, ids=lambda t: t.name)
def test_a_good_row_has_no_problem(tmp_path, table):
    lay_out(tmp_path)
    assert [str(p) for p in tables.check_decisions(table, tmp_path, {"A1"})[1]] == []


@pytest.mark.parametrize(("table", "column"), CASES, ids=lambda x: x.name)
def test_a_wrong_cell_is_named_with_what_is_allowed(tmp_path, table, column):
    lay_out(tmp_path)
    path = write(tmp_path, table, **{c.name: "" for c in table.columns if c.name == "supersedes"} | {column.name: "?!"})
    problems = tables.check_decisions(table, tmp_path, {"A1"})[1]
    (problem, *_) = [p for p in problems if p.column == column.name and p.code == "ME0110"]
    assert (problem.file, problem.line, problem.value) == (path, 2, "?!")
    assert problem.allowed


@pytest.mark.parametrize(
    ("table", "column"), [(t, c) for t in FILLED for c in t.columns if c.required], ids=lambda x: x.name
)
def test_a_required_cell_must_not_be_empty(tmp_path, table, column):
    lay_out(tmp_path)
    path = write(tmp_path, table, **{c.name: "" for c in table.columns if c.name in ("supersedes", column.name)})
    problems = tables.check_decisions(table, tmp_path, {"A1"})[1]
    assert any(
        (p.file, p.line, p.column) == (path, 2, column.name) and "must not be empty" in p.message for p in problems
    )


@pytest.mark.parametrize(
    ("table", "column"),
    [(t, c) for t in FILLED for c in t.columns if c.refers and c.refers != "self"],
    ids=lambda x: x.name,
)
def test_an_id_that_refers_to_nothing_is_named(tmp_path, table, column):
    lay_out(tmp_path)
    superseding = {c.name: "" for c in table.columns if c.name == "supersedes"}
    path = write(tmp_path, table, **superseding | {column.name: "Nowhere"})
    problems = tables.check_decisions(table, tmp_path, {"A1"})[1]
    assert any(
        (p.code, p.file, p.line, p.column, p.value) == ("ME0112", path, 2, column.name, "Nowhere") for p in problems
    ) or (column.name in table.key and column.refers.startswith(f"{table.name}."))


@pytest.mark.parametrize("table", [t for t in TABLES.values() if t.kind == "derived"], ids=lambda t: t.name)
def test_every_derived_table_is_written_and_read_back_empty(tmp_path, table):
    path = tmp_path / Path(table.path).name
    tables.write(table, tables.empty(table), path)
    assert list(tables.read(table, path).columns) == table.names


def test_a_day_that_does_not_exist_is_no_date(tmp_path):
    lay_out(tmp_path)
    memos = DECISIONS["memos"]
    write(tmp_path, memos, written_on="2020-02-31")
    (problem,) = tables.check_decisions(memos, tmp_path, {"A1"})[1]
    assert (problem.column, problem.value) == ("written_on", "2020-02-31")
    assert "a day of the calendar" in problem.message
