"""Reading, checking and writing tables: what users' files do to us, and what we do to theirs."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import tables
from metaethno.errors import UserError
from metaethno.schemas import (
    ALIASES,
    CONCEPTS,
    DECISIONS,
    FLOW,
    MEMOS,
    SCREENING,
    SEARCHES,
    TABLES,
    TRANSLATIONS,
    Column,
)

HEADER = ",".join(CONCEPTS.names)
GOOD = "K1,G1,Trust,what people mean by trust,settled"


def concepts(tmp_path: Path, text: str | bytes) -> list[str]:
    path = tmp_path / CONCEPTS.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    groups = tmp_path / TABLES["groups"].path
    groups.write_text("group_id,label,rationale\nG1,one,because\n")
    return [str(p) for p in tables.check_decisions(CONCEPTS, tmp_path, {"ann"})[1]]


def test_every_decision_table_has_a_schema_that_takes_an_empty_one():
    for table in DECISIONS.values():
        table.pandera().validate(tables.empty(table), lazy=True)


def test_a_good_table_has_no_problems(tmp_path):
    assert concepts(tmp_path, f"{HEADER}\n{GOOD}\n") == []


def test_excel_bom_crlf_and_padded_rows_are_no_problem(tmp_path):
    assert concepts(tmp_path, f"\ufeff{HEADER}\r\n{GOOD}\r\n,,,,\r\n,,,,\r\n") == []


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_and_nameless_empty_columns_are_no_problem(tmp_path, mark):
    text = f"{HEADER},,\n{GOOD},,\n".replace(",", mark)
    assert concepts(tmp_path, text) == []


def test_all_problems_come_at_once_with_line_column_value_and_what_is_allowed(tmp_path):
    found = "\n".join(
        concepts(
            tmp_path, f"{HEADER}\n{GOOD}\n7K,G9,Hope,a wish,settled\nK3,G1,,something,Settled\nK1,G1,Twice,x,dropped\n"
        )
    )
    assert "line 3, column concept_id" in found
    assert "'7K'" in found
    assert "line 3, column group_id" in found
    assert "'G9' does not occur in data/decisions/groups.csv" in found
    assert "line 4, column label: label must not be empty" in found
    assert "one of: provisional, settled, dropped" in found
    assert "'Settled'" in found
    assert "already stands in data/decisions/concepts.csv, line 2" in found


def test_a_line_number_counts_the_lines_inside_a_quoted_cell(tmp_path):
    found = concepts(tmp_path, f'{HEADER}\nK1,G1,Trust,"two\nlines",settled\nK2,G1,Hope,x,wrong\n')
    assert len(found) == 1
    assert "line 4" in found[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty"),
        (b"concept_id;group_id;label\n", "the column 'definition' is missing"),
        (f"{HEADER},colour\n".encode(), "there is no column 'colour'"),
        (f"{HEADER.replace('label', 'lable')}\n".encode(), "Did you mean 'label'?"),
        (f"{HEADER}\nK1,G1,Trust,meaning,settled,extra\n".encode(), "has 6 cells where the header has 5"),
        (f"{HEADER}\nK1,G1,Tr\xfcst,m,settled\n".encode("latin-1"), "is not UTF-8"),
        (f'{HEADER}\nK1,G1,"Trust,m,settled\n'.encode(), "can't be read as CSV"),
        (f"{HEADER}\n<<<<<<< HEAD\n{GOOD}\n=======\n{GOOD}\n>>>>>>> other\n".encode(), "a Git merge left a conflict"),
    ],
)
def test_damaged_files_are_refused_in_words(tmp_path, text, said):
    assert any(said in problem for problem in concepts(tmp_path, text))


def test_a_missing_table_is_said(tmp_path):
    problems = tables.check_decisions(CONCEPTS, tmp_path, {"ann"})[1]
    assert [p.code for p in problems] == ["ME0108"]
    assert "metaethno upgrade" in problems[0].hint, "a review that an older version laid out lacks what is new"


def test_a_vote_in_another_reviewers_file_is_refused(tmp_path):
    path = tmp_path / "data/decisions/screening/ann.csv"
    path.parent.mkdir(parents=True)
    row = "V1,,R1,,ben,reviewer,main,include,,c1,2020-01-01,"
    path.write_text(",".join(SCREENING.names) + f"\n{row}\n")
    problems = tables.check_decisions(SCREENING, tmp_path, {"ann", "ben"})[1]
    assert {"ME0112", "ME0113"} == {p.code for p in problems}  # R1 is no known row, and ben's vote is in ann's file


def test_several_ids_in_a_cell_are_each_looked_up():
    frame = pd.DataFrame({c: [""] for c in TRANSLATIONS.names} | {"_file": ["f"], "_line": [2]})
    frame["translators"] = "ann; eve"
    known = {t: set() for c in TRANSLATIONS.columns for t in c.refers.split("|") if t} | {"team": {"ann"}}
    assert [p.value for p in tables.reference_problems(TRANSLATIONS, frame, known)] == ["eve"]


text = st.text(st.one_of(st.characters(blacklist_categories=("Cs",)), st.sampled_from("\r\n\"',=-\t")), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.lists(text, min_size=1, max_size=5))
def test_what_is_written_is_read_back_whatever_the_text(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("t") / "memos.csv"
    frame = pd.DataFrame(
        {
            "memo_id": [f"M{i}" for i in range(len(cells))],
            "target_id": "",
            "kind": "analytic",
            "author": "ann",
            "written_on": "2020-01-01",
            "text": [c or "x" for c in cells],
        },
        dtype=str,
    )
    written = tables.write(MEMOS, frame, path)
    assert tables.read(MEMOS, path).equals(written)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 3))
def test_csv_is_what_every_reader_takes_apart_into_the_same_cells(data, width):
    rows = data.draw(st.lists(st.lists(text, min_size=width, max_size=width), max_size=4))
    frame = pd.DataFrame(rows, columns=[f"c{i}" for i in range(width)], dtype=str)
    written = tables.to_csv(frame).decode()
    cells = [[tables.escape(cell) for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(written, newline=""), strict=True)) == [list(frame.columns), *cells]
    # Marks of quotation stand where they are needed and nowhere else: a file that changes shows in a diff what changed.
    bare = [cell for row in cells for cell in row if not set(cell) & set('",\r\n')]
    assert written.count('"') == sum(c.count('"') * 2 + 2 for r in cells for c in r if c not in bare) + (
        2 * cells.count([""]) if width == 1 else 0
    )


pieces = st.sampled_from(
    [
        "a",
        "b",
        "é",
        " ",
        ",",
        ",,",
        "\n",
        "\n\n",
        "\r",
        '"',
        "\0",
        "\t",
        "'",
        "=",
        "\ufeff",
        "\x85",
        "\u2028",
        "<<<<<<< x\n",
        "x,y\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["x,y\n", "y,x\n", "x, y\n", "x,y,z\n", "x\n", ""]), st.lists(pieces, max_size=12).map("".join))
def test_what_is_read_the_quick_way_is_what_the_thorough_way_reads(header, text):
    raw = (header + text).encode()
    quick = tables.plain_rows(raw, ["x", "y"], "x")
    names, rows, lines, problems = tables.parse_rows(raw, "f")
    if quick is not None:
        assert not problems
        assert list(quick.columns) == names
        assert quick.to_numpy().tolist() == rows
        assert lines == list(range(2, len(rows) + 2))


def test_a_plain_table_is_read_the_quick_way_and_no_other():
    assert tables.plain_rows(b"x,y\nR1,a b\nR2,\n", ["y", "x"], "x").to_numpy().tolist() == [["R1", "a b"], ["R2", ""]]
    for raw in (
        b"x,y\nR1,a\xff\n",
        b"x,y\nR1,a",
        b'x,y\nR1,"a"\n',
        b"x,y\nR1\n",
        b"x,y\n,\n",
        b"x,y\n",
        b"x,x,y\n1,2,3\n",
    ):
        assert tables.plain_rows(raw, ["x", "y"], "x") is None, raw
    assert tables.plain_rows(b"x,y\nR1," + b"a" * 2**21 + b"\n", ["x", "y"], "x") is None


def test_numbers_and_missing_cells_are_written_plainly():
    frame = pd.DataFrame({"n": pd.array([1, None, -3], "Int64"), "t": pd.Series(["-4", None, "-x"], dtype=str)})
    assert tables.to_csv(frame) == b"n,t\n1,-4\n,\n-3,'-x\n"


@pytest.mark.parametrize("damage", [b"memo_id\n", b"", b'"' * 200_000, b"\xff\xfe", b"a,b\n1,2,3\n"])
def test_a_derived_table_that_is_damaged_is_said_to_be(tmp_path, damage):
    path = tmp_path / "memos.csv"
    path.write_bytes(damage)
    with pytest.raises(UserError, match="ME0121"):
        tables.read(MEMOS, path)
    with pytest.raises(UserError, match="ME0121"):
        tables.read(MEMOS, path, ["text"])


def test_a_derived_table_that_a_spreadsheet_saved_again_is_read(tmp_path):
    path = tmp_path / "memos.csv"
    row = {"memo_id": "M1", "kind": "analytic", "author": "ann", "written_on": "2020-01-01", "text": "a, b"}
    written = tables.write(MEMOS, pd.DataFrame([row], columns=MEMOS.names, dtype=str).fillna(""), path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert tables.read(MEMOS, path).equals(written)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "'=", "''="])
def test_no_cell_of_a_csv_starts_as_a_formula(tmp_path, start):
    path = tmp_path / "memos.csv"
    cell = f"{start}cmd|'/c calc'!A1"
    row = {
        "memo_id": "M1",
        "target_id": "",
        "kind": "analytic",
        "author": "ann",
        "written_on": "2020-01-01",
        "text": cell,
    }
    tables.write(MEMOS, pd.DataFrame([row], dtype=str), path)
    assert f",{start}" not in path.read_text()
    assert ",'" in path.read_text()
    assert tables.read(MEMOS, path)["text"][0] == cell


@pytest.mark.parametrize("cell", ["-0.12", "-7", "'-0.12", "''-7", "-", "-1+1", "-0.12 ", "-1\n", "-1e3", "-.5", "-٣"])
def test_a_plain_negative_number_stays_a_number_and_all_else_comes_back(tmp_path, cell):
    row = {"memo_id": "M1", "kind": "analytic", "author": "ann", "written_on": "2020-01-01", "text": cell}
    frame = pd.DataFrame([row], columns=MEMOS.names, dtype=str).fillna("")
    tables.write(MEMOS, frame, path := tmp_path / "memos.csv")
    assert tables.read(MEMOS, path)["text"][0] == cell
    assert tables.unescape(tables.escape(cell)) == cell
    assert (tables.escape(cell) == cell) is (cell in ("-0.12", "-7"))
    # Tables that were written while numbers were guarded too.
    assert tables.unescape("'-0.12") == "-0.12"


def test_the_same_table_gives_the_same_bytes_in_any_order(tmp_path):
    frame = pd.DataFrame({"alias_id": ["R3", "R2"], "record_id": ["R1", "R1"]}, dtype=str)
    tables.write(ALIASES, frame, tmp_path / "a.csv")
    tables.write(ALIASES, frame[::-1], tmp_path / "b.csv")
    assert (
        (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() == b"alias_id,record_id\nR2,R1\nR3,R1\n"
    )


def test_a_repeated_index_multiplies_no_row(tmp_path):
    frame = pd.DataFrame({"alias_id": ["R3", "R2"], "record_id": ["R1", "R1"]}, dtype=str, index=[0, 0])
    assert len(tables.write(ALIASES, frame, tmp_path / "a.csv")) == 2


def test_a_derived_table_that_was_changed_by_hand_is_refused(tmp_path):
    path = tmp_path / "aliases.csv"
    path.write_text("alias_id,record_id\n9,R1\n")
    with pytest.raises(UserError, match="does not hold what it should"):
        tables.read(ALIASES, path)


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    tables.write_bytes(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        tables.write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]


def test_a_file_in_the_search_log_twice_is_named_with_the_line_it_stands_in_already(tmp_path):
    cells = dict.fromkeys(SEARCHES.names, "") | {"search_id": "S1", "file": "a.ris", "source": "A", "kind": "database"}
    cells |= {"searched_on": "2020-01-02", "scope": "full", "hits": "1"}
    rows = [cells, cells | {"search_id": "S2"}, cells | {"note": "again"}]
    path = tmp_path / "data/raw/2020-01-02/searches.csv"
    tables.write_bytes(path, tables.to_csv(pd.DataFrame(rows, dtype=str)))
    frame, problems = tables.load_decisions(SEARCHES, tmp_path)
    assert problems == []
    (twice,) = [p for p in tables.schema_problems(SEARCHES, frame) if p.code == "ME0111"]
    assert (twice.line, twice.column) == (4, "search_id")
    assert "line 2" in twice.message


@pytest.mark.parametrize("count", ["1.5", "inf", "1e400", "99999999999999999999", "many", "-1"])
def test_a_number_that_is_none_in_a_table_of_results_is_said_in_plain_words(tmp_path, count):
    row = dict.fromkeys(FLOW.names, "A") | {"unit": "record", "template": "prisma2020", "count": count}
    path = tmp_path / "flow.csv"
    path.write_bytes(tables.to_csv(pd.DataFrame([row], dtype=str)).replace(b"'-1", b"-1"))
    with pytest.raises(UserError) as refused:
        tables.read(FLOW, path)
    assert [p.code for p in refused.value.problems] == ["ME0121"]


def test_a_table_of_results_with_a_column_twice_is_damaged(tmp_path):
    path = tmp_path / "flow.csv"
    path.write_text(",".join([*FLOW.names, "count"]) + "\n")
    with pytest.raises(UserError) as refused:
        tables.read(FLOW, path)
    assert [p.code for p in refused.value.problems] == ["ME0121"]


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("count", "\u0663"), ("count", "9" * 16), ("year", "\u0662\u0660\u0662\u0660"), ("date", "202\u0660-01-01")],
)
def test_numbers_that_cannot_be_reckoned_with_are_none(kind, cell):
    assert not re.fullmatch(Column("c", "", kind).pattern, cell)
