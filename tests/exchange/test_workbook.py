"""Sheets out and in: what a spreadsheet does to them, and what somebody could put into them."""

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno.errors import UserError
from metaethno.exchange import workbook, xlsx
from metaethno.exchange.workbook import Field, Options, Sheet

openpyxl = pytest.importorskip("openpyxl")  # another program's idea of what a workbook is

YES = Options({"include": "include", "exclude": "exclude"}, {"y": "include", "1": "include"})
WHY = Options({"X1": "Wrong sample", "X2": "Not qualitative, or no data", "X3": "wrong sample"})
FIELDS = (
    Field("record_id", 14),
    Field("seen", hidden=True),
    Field("title", 40),
    Field("decision", 12, "Your decision.", YES, fill_in=True),
    Field("reason", 30, "The main reason.", WHY, fill_in=True),
)
ROWS = [["R1", "ab12", "=1+1 <b> & 'more'", "", ""], ["R2", "cd34", "Line one\nline two", "", ""]]
NEEDED = ("record id",)


def saved(tmp_path: Path, data: bytes, name: str = "list.xlsx") -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def written(tmp_path: Path) -> Path:
    return saved(
        tmp_path, workbook.to_xlsx([Sheet("Decide", FIELDS, ROWS, 1), workbook.help_sheet(FIELDS, ["Do it."])])
    )


# ---------------------------------------------------------------------------------------- pick-lists


def test_labels_and_ids_are_understood_in_any_case_and_lists_of_them():
    assert YES.find(" Include. ") == "include"
    assert YES.find("1") == "include"
    assert YES.find("perhaps") is None
    # Two labels that are alike say which is which; an id says one thing only.
    assert list(WHY.labels.values()) == ["Wrong sample (X1)", "Not qualitative, or no data", "wrong sample (X3)"]
    assert WHY.find("x3") == "X3"
    assert WHY.find_all("Not qualitative, or no data; X1") == (["X2", "X1"], [])
    assert WHY.find_all("X1, X3,X1") == (["X1", "X3"], [])
    assert WHY.find_all("X1\nno such thing") == (["X1"], ["no such thing"])
    assert WHY.near("not qualitativ, or no data") == " Did you mean 'Not qualitative, or no data'?"
    assert WHY.near("zzz") == ""


# ---------------------------------------------------------------------------------------- writing


def test_a_pick_list_without_anything_to_pick_is_left_out(tmp_path):
    # A range that ends in row 0 makes Excel say that the file is damaged.
    into = Field("into", 20, "Which concept.", Options({}), fill_in=True)
    path = saved(tmp_path, workbook.to_xlsx([Sheet("Concepts", (FIELDS[0], into), [["R1", ""]], 1)]))
    assert not openpyxl.load_workbook(path)["Concepts"].data_validations.dataValidation
    path = saved(tmp_path, workbook.to_xlsx([Sheet("Concepts", (*FIELDS[:4], into), [[*ROWS[0][:4], ""]], 1)]))
    lists = openpyxl.load_workbook(path)["Concepts"].data_validations.dataValidation
    assert [str(one.sqref) for one in lists] == ["D2"]


def test_another_program_finds_frozen_header_pick_lists_and_no_formula(tmp_path):
    book = openpyxl.load_workbook(written(tmp_path))
    assert book.sheetnames == ["Decide", "How to", "_lists"]
    sheet = book["Decide"]
    assert sheet.freeze_panes == "B2"
    assert sheet.column_dimensions["B"].hidden
    assert not sheet.column_dimensions["A"].hidden
    cell = sheet["C2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1 <b> & 'more'", "s", True)
    assert sheet["C3"].value == "Line one\nline two"
    assert sheet["D2"].number_format == "@"
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists == {"D2:D3": "_lists!$A$1:$A$2", "E2:E3": "_lists!$B$1:$B$3"}
    assert [c.value for c in book["_lists"]["B"]] == list(WHY.labels.values())
    assert book["_lists"].sheet_state == "hidden"


def test_the_same_sheet_gives_the_same_bytes(tmp_path):
    assert written(tmp_path).read_bytes() == written(tmp_path).read_bytes()


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.text(), st.text()), max_size=5), kind=st.sampled_from(["xlsx", "csv"]))
def test_whatever_text_goes_out_comes_back(rows, kind, tmp_path_factory):
    sheet = Sheet("s", (Field("record_id"), Field("note")), [("R1", "x"), *rows])
    data = workbook.to_xlsx([sheet]) if kind == "xlsx" else workbook.to_csv(sheet)
    grid = workbook.read(saved(tmp_path_factory.getbasetemp(), data, f"any.{kind}"), NEEDED)
    # Text that prints comes back as it was, but for blanks around it and an apostrophe before a formula.
    wrote = [tuple(c.strip() for c in row) for row in rows if all(c.isprintable() for c in row)]
    read = [tuple(row) for row in grid.rows]
    for row in wrote:
        if any(row) and row != ("record_id", "note") and not any(c.startswith(("'", '="')) for c in row):
            assert row in read


# ---------------------------------------------------------------------------------------- reading


def test_our_own_sheet_filled_in_by_another_program_is_read_with_its_places(tmp_path):
    path = written(tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["Decide"]
    sheet["D2"], sheet["E2"], sheet["D3"] = "Include", "Wrong sample (X1)", 1
    book.save(path)
    grid = workbook.read(path, NEEDED)
    assert grid.header == ["record id", "seen", "title", "decision", "reason"]
    assert grid.rows == [
        ["R1", "ab12", "=1+1 <b> & 'more'", "Include", "Wrong sample (X1)"],
        ["R2", "cd34", "Line one\nline two", "1", ""],
    ]
    assert grid.odd == {(1, 3): "number"}
    assert grid.lines == [2, 3]
    assert grid.problem(1, 3, "odd").column == "decision (cell D3)"


def test_formulas_errors_and_dates_are_told_with_their_cells(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Titles of another sheet"])
    sheet = book.create_sheet("Mine")
    sheet.append(["My list"])
    sheet.append(["Record_ID", "decision", "note"])
    import datetime

    sheet.append(["=A1", "#NAME?", "x"])
    sheet["B3"].data_type = "e"
    sheet.append([datetime.datetime(2020, 3, 1), True, 12345678.0])
    path = tmp_path / "l.xlsx"
    book.save(path)
    grid = workbook.read(path, NEEDED)
    assert grid.rows[1] == ["2020-03-01", "TRUE", "12345678"]
    assert grid.odd == {(0, 0): "formula", (0, 1): "error", (1, 0): "date", (1, 1): "yes/no", (1, 2): "number"}
    said = [(p.line, p.column) for p in grid.unusable([0, 1, 2])]
    assert said == [(3, "record id (cell A3)"), (3, "decision (cell B3)"), (4, "record id (cell A4)")]
    assert [p.line for p in grid.unusable([0, 1], dates=[0])] == [3, 3]


@pytest.mark.parametrize(
    "data",
    [
        "record_id;decision;note\r\nR1;Include;é\r\n".encode("cp1252"),
        b"\xef\xbb\xbfrecord_id,decision,note\nR1,Include,\xc3\xa9,,,\n,,,,,\n\n",
        "My review\t\t\nRecord ID\tdecision\tnote\nR1\tInclude\té".encode("utf-16"),
        'record_id;decision;note\n="R1";Include;é\nrecord_id;decision;note\n'.encode(),
    ],
    ids=["cp1252 and semicolons", "mark and padding", "utf-16 and tabs", "quoted formula and a second header"],
)
def test_what_spreadsheets_save_as_text_is_understood(data, tmp_path):
    grid = workbook.read(saved(tmp_path, data, "l.csv"), NEEDED)
    assert [row[:3] for row in grid.rows] == [["R1", "Include", "é"]]
    assert grid.odd == {}


def test_mangled_cells_of_text_files_are_told(tmp_path):
    data = b"record_id,doi,pmid,decision\n1-Mar,=A2+1,1.23457E+07,#NAME?\nR2,10.1/x,123,Include\n"
    grid = workbook.read(saved(tmp_path, data, "l.csv"), NEEDED)
    assert grid.odd == {(0, 0): "date", (0, 1): "formula", (0, 2): "number", (0, 3): "error"}


def test_a_line_with_a_break_in_a_cell_counts_as_in_an_editor(tmp_path):
    data = b'record_id,note\nR1,"one\ntwo"\nR2,x\n'
    assert workbook.read(saved(tmp_path, data, "l.csv"), NEEDED).lines == [2, 4]


# ---------------------------------------------------------------------------------------- hostile


def rezip(data: bytes, **changed: bytes) -> bytes:
    """Return a workbook with some of its sheets' bytes replaced (by the name without path and ending)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(Path(name).stem, old.read(name)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda d: rezip(d, sheet1=b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'), "entities"),
        (lambda d: rezip(d, sheet1='<!DOCTYPE x [<!ENTITY a "aaaa">]><w>&a;</w>'.encode("utf-16")), "entities"),
        (lambda d: rezip(d, sheet1=b" " * 10_001), "unpacks to more"),
        (lambda d: rezip(d, sheet1=b"<worksheet><sheetData><row>"), "damaged"),
        (lambda d: d[:-300], "damaged"),
        (lambda d: rezip(d, workbook=b"<w:document xmlns:w='x'/>"), "no line with a column"),
        (lambda d: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + d, "protected by a password"),
        (lambda d: b"%PDF-1.4 " + d, "PDF"),
        (lambda d: b"", "empty"),
        (lambda d: b'record_id,note\nR1,"never closed\nR2,x\n', "can't be read as a table"),
        (lambda d: b"id,note\nR1,x\n", "no line with a column"),
    ],
)
def test_what_could_do_harm_or_is_no_sheet_is_refused_in_words(make, said, tmp_path, monkeypatch):
    path = written(tmp_path)
    monkeypatch.setattr(xlsx, "UNPACKED_LIMIT", 10_000)
    path.write_bytes(make(path.read_bytes()))
    with pytest.raises(UserError, match=said):
        workbook.read(path, NEEDED)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_damage_makes_a_traceback(data):
    good = workbook.to_xlsx([Sheet("Decide", FIELDS, ROWS)])
    at = data.draw(st.integers(0, len(good) - 1))
    bad = good[:at] + data.draw(st.binary(max_size=8)) + good[at + data.draw(st.integers(0, 40)) :]
    path = Path("/tmp") / "metaethno-damaged.xlsx"
    path.write_bytes(bad)
    with contextlib.suppress(UserError):
        workbook.read(path, NEEDED)
    path.unlink()
