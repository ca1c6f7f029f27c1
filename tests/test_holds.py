"""The quick look at tables says yes to nothing that pandera refuses, and to everything that is plainly right."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from pathlib import Path

import pandas as pd
import pandera.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import holds as quick
from metaethno import tables
from metaethno.holds import holds
from metaethno.schemas import MEMOS, TABLES, Column, Table

from .test_every_table import good

KINDS = ("text", "id", "ids", "date", "count", "year", "choice")
# What stands in cells, and is right in one kind of column at most; the odd ones are nearly right.
CELLS = (
    *("", "A1", "a1;B2", "a1; B2", "2020-02-29", "12", "2020", "yes", "words and more"),
    *("1A", "A1;", ";A1", "A1\n", " A1", "A1 ", "é1", "A" * 65, "A1,B2", "Yes", "yes ", "12\n", "-3", "1.5"),
    *("2021-02-29", "2020-13-01", "2020-02-29\n", "20200229", "2020-W01-1", "0001-01-01", "9999-12-31", "1799-12-31"),
    *("٣", "٢٠٢٠", "٢٠٢٠-٠٢-٢٩", "\u2028", "\x00", "a1;\u00a0B2", "yes;no"),
)


def agrees(table: Table, frame: pd.DataFrame) -> bool:
    """Tell whether pandera takes `frame`."""
    try:
        table.pandera().validate(frame, lazy=True)
    except pandera.errors.SchemaErrors:
        return False
    return True


def one(kind: str, required: bool, of: str = "register") -> Table:
    """Return a table with one column."""
    column = Column("c", "", kind, required, ("yes", "no") if kind == "choice" else ())
    return Table("t", "t.csv", of, ("c",), (column,), "")


@pytest.mark.parametrize(("kind", "required"), list(product(KINDS, (True, False))))
def test_no_cell_is_taken_that_pandera_refuses(kind, required):
    table = one(kind, required)
    taken = set()
    for cell in CELLS:
        frame = pd.DataFrame({"c": [good(table["c"]), cell]}, dtype=str)
        if holds(table, frame):
            assert agrees(table, frame), cell
            taken.add(cell)
    plain = {"text": "words and more", "choice": "yes", "date": "2020-02-29", "count": "12", "year": "2020"}
    assert plain.get(kind, "A1") in taken
    assert ("" in taken) is not required


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("numbers", [[0, 7], [-1], [None], [3, None], []])
def test_numbers_of_derived_tables_are_looked_at_as_pandera_does(required, numbers):
    table, frame = one("count", required, "derived"), pd.DataFrame({"c": pd.array(numbers, "Int64")})
    assert holds(table, frame) is agrees(table, frame)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"c": ["a", None]}, dtype=str),
        pd.DataFrame({"c": ["a", 1]}, dtype=object),
        pd.DataFrame({"c": [1]}),
        pd.DataFrame({"c": ["a"], "d": ["b"]}, dtype=str),
        pd.DataFrame({"d": ["b"]}, dtype=str),
        pd.DataFrame([["a", "b"]], columns=["c", "c"], dtype=str),
        pd.DataFrame({"c": pd.Categorical(["a"])}),
    ],
    ids=["missing", "mixed", "number", "too_many", "other", "twice", "category"],
)
def test_a_frame_of_another_form_is_left_to_pandera(frame):
    assert not holds(one("text", False), frame)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_a_right_table_of_every_kind_is_known_without_pandera(table):
    typed = table.kind == "derived"
    cells = {c.name: [1 if typed and c.kind == "count" else good(c)] for c in table.columns}
    frame = tables._typed(table, pd.DataFrame({name: pd.Series(v, dtype=str) for name, v in cells.items()}))
    for some in (frame, frame.iloc[:0], tables.empty(table)):
        assert holds(table, some)
        assert agrees(table, some)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_is_in_a_table_a_yes_is_one_that_pandera_gives_too(data):
    table = data.draw(st.sampled_from(list(TABLES.values())))
    frame = tables.empty(table)
    for c in table.columns:
        odd = data.draw(st.integers(0, 19)) == 0
        if table.kind == "derived" and c.kind == "count":
            values = data.draw(st.lists(st.sampled_from([-1, None] if odd else [0, 5]), min_size=2, max_size=2))
            frame[c.name] = pd.array(values, "Int64")
        else:
            text = st.one_of(st.sampled_from(CELLS), st.text(max_size=5)) if odd else st.just(good(c) or "A1")
            frame[c.name] = pd.Series(data.draw(st.lists(text, min_size=2, max_size=2)), dtype=str)
    assert not holds(table, frame) or agrees(table, frame)


def test_a_day_is_taken_in_the_years_that_all_ways_of_holding_dates_know():
    assert [quick._is_day(day) for day in ("1800-01-01", "2199-12-31", "2200-01-01", "2020-02-30")] == [
        *(True, True, False, False)
    ]


def test_what_is_right_is_written_and_read_without_loading_pandera(tmp_path):
    code = """
import sys
from pathlib import Path
from metaethno import tables
from metaethno.schemas import MEMOS
import pandas as pd
row = {c: "x" for c in MEMOS.names} | {"kind": "analytic", "written_on": "2020-01-01"}
tables.write(MEMOS, pd.DataFrame([row], dtype=str), Path("memos.csv"))
assert len(tables.read(MEMOS, Path("memos.csv"))) == 1
print("pandera" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_wrong_is_refused_by_pandera_when_it_is_written(tmp_path):
    row = dict.fromkeys(MEMOS.names, "x") | {"kind": "nonsense", "written_on": "2020-01-01"}
    with pytest.raises(pandera.errors.SchemaErrors, match="kind must be one of"):
        tables.write(MEMOS, pd.DataFrame([row], dtype=str), Path(tmp_path / "memos.csv"))
    assert not list(tmp_path.iterdir())
