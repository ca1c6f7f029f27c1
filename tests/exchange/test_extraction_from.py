"""Passages and constructs from what people have: Word and Excel tables, matrices, exports of coding tools."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.test_extraction_sheets import World
from tests.extraction_world import review, rows

from metaethno.exchange import coded_readers, docx
from metaethno.exchange.coded_readers import items

docx_of = pytest.importorskip("docx")
openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return review(tmp_path_factory.mktemp("from") / "review")


@pytest.fixture
def world(tmp_path, template, monkeypatch, capsys):
    return World(Path(shutil.copytree(template, tmp_path / "review")), monkeypatch, capsys)


def word(path: Path, *lines: list[str], before: int = 0) -> Path:
    """A Word document with a table, after `before` tables of something else."""
    document = docx_of.Document()
    for _ in range(before):
        document.add_table(1, 2).rows[0].cells[0].text = "Database"
    table = document.add_table(len(lines), len(lines[0]))
    for row, cells in zip(table.rows, lines, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(path))
    return path


def excel(path: Path, *lines: list[str]) -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def text(path: Path, *lines: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(lines)
    return path


def left(world: World) -> list[tuple[str, str]]:
    (path,) = (world.root / "worklists").glob("left-over-*.csv")
    with path.open(newline="", encoding="utf-8-sig") as out:
        return [(row["column"], row["text"]) for row in csv.DictReader(out)]


def labels(world: World) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in rows(world.root, "constructs"):
        found.setdefault(row["study_id"], set()).add(row["label"])
    return found


WHOLE = ("--order", "2", "--kind", "concept", "--speaker", "participant")

TABLE = (
    ["Study", "Theme", "Definition", "Quote", "Page", "CASP"],
    ["Doe and Roe 2015", "Getting on", "Work goes on", "“We get on with it”", "3", "8"],
    ["", "Giving up", "Work stops", "“We gave up” (p. 7)", "", ""],
    ["Roe 2017", "Night", "Another time", "", "", "9"],
)


@pytest.mark.parametrize("save", [lambda p, *t: word(p, *t, before=1), excel, text], ids=["docx", "xlsx", "csv"])
def test_a_table_with_one_row_per_construct(world, save):
    name = {word: "a.docx", excel: "a.xlsx", text: "a.csv"}.get(save, "a.docx")
    path = save(world.root / name, *TABLE)
    said = world.enter(path, "--from", "table", *WHOLE)
    assert "5 rows and values entered" in said
    assert "2 of 'casp' (there is no such column here)" in said
    assert left(world) == [("casp", "8"), ("casp", "9")]
    assert labels(world) == {"S1": {"Getting on", "Giving up"}, "S2": {"Night"}}
    assert {(p["report_id"], p["locator"], p["text"]) for p in rows(world.root, "passages")} == {
        ("A1", "3", "We get on with it"),
        ("A1", "p. 7", "We gave up"),
    }
    before = [rows(world.root, name) for name in ("constructs", "passages")]
    assert "0 rows and values entered" in world.enter(path, "--from", "table", *WHOLE)
    assert [rows(world.root, name) for name in ("constructs", "passages")] == before


def test_only_marks_round_a_whole_quotation_are_taken_off(world):
    quotes = ['"I don\'t plan"', "'We don't, ever'", "“Night” and “day”", "'Night' and 'day'", '"', "say “no”"]
    table = [["Study", "Theme", "Quote", "Page"], *(["Roe 2017", f"T{n}", q, str(n)] for n, q in enumerate(quotes))]
    world.enter(text(world.root / "a.csv", *table), "--from", "table", *WHOLE)
    kept = {p["locator"]: p["text"] for p in rows(world.root, "passages")}
    assert [kept[str(n)] for n in range(6)] == ["I don't plan", "We don't, ever", *quotes[2:]]


def test_what_a_whole_file_leaves_open_is_asked_once_with_everything_else(world):
    path = text(world.root / "a.csv", *TABLE, ["Doo 2015", "x", "y", "z", "1", ""], ["Nobody", "x", "y", "", "", ""])
    said = world.enter(path, "--from", "table", code=1)
    assert [said.count(f"--{name} ") for name in ("order", "kind", "speaker")] == [1, 1, 1]
    assert "Did you mean 'Doe 2015'?" in said
    assert "'Nobody' is no study of this review" in said
    assert rows(world.root, "constructs") == []


MATRIX = (
    ["", "Carrying on", "Fear"],
    ["Doe 2015", "- Work goes on whatever happens (p. 12)\n- “We get on with it” (pp. 13-14)", ""],
    ["Roe 2016", "", "Night is feared; by all of them"],
)


@pytest.mark.parametrize("turned", [False, True])
def test_a_matrix_either_way_round_with_several_constructs_and_pages_in_a_cell(world, turned):
    lines = [list(row) for row in zip(*MATRIX, strict=True)] if turned else MATRIX
    path = word(world.root / "a.docx", *lines)
    world.enter(path, "--from", "matrix", *WHOLE)
    assert labels(world) == {
        "S1": {"Work goes on whatever happens", "We get on with it"},
        "S2": {"Night is feared; by all of them"},
    }
    assert {(p["locator"], p["speaker"], p["text"]) for p in rows(world.root, "passages")} == {
        ("p. 12", "review_author", "Work goes on whatever happens"),
        ("pp. 13-14", "participant", "We get on with it"),
    }
    assert left(world) == [("concept", "Carrying on"), ("concept", "Carrying on"), ("concept", "Fear")]


def test_a_matrix_without_studies_is_refused(world):
    path = excel(world.root / "a.xlsx", ["", "A", "B"], ["c", "d", "e"])
    assert "ME0471" in world.enter(path, "--from", "matrix", *WHOLE, code=1)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("One thing (p. 3)", [("One thing", "p. 3")]),
        ("One (p. 3); two (p. 4)", [("One", "p. 3"), ("two", "p. 4")]),
        ("One (p. 3), two [pp. 4-5].", [("One", "p. 3"), ("two", "pp. 4-5")]),
        ("• One\n• two (12 nurses)", [("One", ""), ("two (12 nurses)", "")]),
        ("1. One\n2) two\n\n", [("One", ""), ("two", "")]),
        ("One; and more of it", [("One; and more of it", "")]),
        ("One\n(p. 3)", [("One", "p. 3")]),
        ("", []),
    ],
)
def test_the_parts_of_a_cell(cell, parts):
    assert items(cell) == parts


@settings(deadline=None)
@given(st.text(alphabet="ab (p.1);,[]-\n“”", max_size=60))
def test_no_letter_of_a_cell_is_lost(cell):
    kept = "".join(text + page for text, page in items(cell))
    assert sorted(c for c in kept if c == "a" or c == "b") == sorted(c for c in cell if c in "ab")


def test_highlights_of_taguette(world):
    path = text(
        world.root / "all_tags.csv",
        ["id", "document", "tag", "content"],
        ["7", "Doe 2015.pdf", "Getting on", "We get on with it"],
        ["7", "Doe 2015.pdf", "Night work", "We get on with it"],
        ["9", "Roe_2017.pdf", "", "Nobody came"],
    )
    world.enter(path, "--from", "taguette", *WHOLE)
    assert labels(world) == {"S1": {"Getting on", "Night work"}}
    assert {(p["report_id"], p["locator"]) for p in rows(world.root, "passages")} == {
        ("A1", "Taguette, highlight 7"),
        ("A3", "Taguette, highlight 9"),
    }
    one, two = rows(world.root, "constructs")
    assert one["passage_ids"] == two["passage_ids"]


def test_a_coding_report_of_qualcoder_by_cases_with_pictures_memos_and_categories(world):
    path = text(
        world.root / "Report_codings.csv",
        ["Case", "Filename", "Coder", "Coded", "Id", "Codename", "Coded_Memo", "Category", "Category", "CaseVar_age"],
        ["Ward 3", "doe 2015.txt", "me", "We get on with it", "ctid:4", "Getting on", "strong", "Work", "All", "30"],
        ["Ward 3", "doe 2015.txt", "me", "image", "imid:2", "Getting on", "", "Work", "All", ""],
    )
    said = world.enter(path, "--from", "qualcoder", *WHOLE)
    assert labels(world) == {"S1": {"Getting on"}}
    assert rows(world.root, "passages")[0]["locator"] == "QualCoder, coding ctid:4"
    assert "1 of 'coded' (a coding without words)" in said
    assert ("coded memo", "strong") in left(world)
    assert ("casevar age", "30") in left(world)
    assert left(world).count(("category", "All")) == 2


NVIVO = """Name: Getting on with it

<Files\\\\Included\\\\Doe 2015> - § 2 references coded  [1.21% Coverage]

Reference 1 - 0.80% Coverage

We get on with it.
Whatever they say. (p. 4)

Reference 2 - 0.41% Coverage

It goes on.

<Internals\\\\Roe 2017> - § 1 reference coded  [0.10% Coverage]

Reference 1 - 0.10% Coverage

Nobody came.
"""


@pytest.mark.parametrize("kind", ["txt", "docx"])
def test_a_code_of_nvivo_with_its_references(world, kind):
    path = world.root / f"code.{kind}"
    if kind == "txt":
        path.write_text(NVIVO)
    else:
        document = docx_of.Document()
        for line in NVIVO.splitlines():
            document.add_paragraph(line)
        document.save(str(path))
    world.enter(path, "--from", "nvivo", *WHOLE)
    assert labels(world) == {"S1": {"Getting on with it"}, "S2": {"Getting on with it"}}
    assert {(p["report_id"], p["locator"], p["text"]) for p in rows(world.root, "passages")} == {
        ("A1", "p. 4", "We get on with it.\nWhatever they say."),
        ("A1", "NVivo, reference 2", "It goes on."),
        ("A3", "NVivo, reference 1", "Nobody came."),
    }


@pytest.mark.parametrize("source", ["table", "matrix", "qualcoder", "taguette", "nvivo"])
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", b"\x00\x01\x02", b"a,b\n1,2\n", b'"a\n'])
def test_a_file_that_is_no_such_export_is_refused_in_plain_words(world, source, data):
    path = world.root / "odd.bin"
    path.write_bytes(data)
    said = world.enter(path, "--from", source, *WHOLE, code=1)
    assert said.startswith("ME0")
    assert "Traceback" not in said


def test_a_word_file_that_declares_entities_is_refused(world):
    path = world.root / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    assert "declares entities" in world.enter(path, "--from", "table", *WHOLE, code=1)


def test_cells_that_reach_over_several_rows_or_columns(tmp_path):
    document = docx_of.Document()
    table = document.add_table(3, 3)
    for row in table.rows:
        for n, cell in enumerate(row.cells):
            cell.text = "abc"[n]
    table.cell(1, 0).merge(table.cell(2, 0)).text = "both"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "wide"
    document.save(str(tmp_path / "a.docx"))
    found = docx.tables((tmp_path / "a.docx").read_bytes(), "a.docx")
    assert found == [[["a", "wide", ""], ["both", "b", "c"], ["both", "b", "c"]]]


def test_other_stages_refuse_what_only_extraction_reads(world):
    path = text(world.root / "a.csv", ["record_id", "decision"], ["R", "include"])
    said = world.run("enter", "screening", path, "--reviewer", "ann", "--from", "taguette", code=2)
    assert "ME0495" in said
    assert "ME0495" in world.enter(path, "--from", "rayyan", code=2)


def test_every_reader_is_offered():
    from metaethno.cli import parser

    for name in coded_readers.READERS:
        parser().parse_args(["enter", "extraction", "a", "--reviewer", "b", "--from", name])
