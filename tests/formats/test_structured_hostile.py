"""Damaged and hostile files of the structured formats: a clear refusal or every record, never less, never a crash."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno.errors import UserError
from metaethno.formats import read_bytes

FIXTURES = Path(__file__).parent / "fixtures/structured"
DATA = {path.name: path.read_bytes() for path in sorted(FIXTURES.iterdir())}
# Seconds of the processor; what grows with the square of the length would take minutes.
ENDLESS = 30
STARTS = {
    "bib": rb"(?i)@(?:article|inproceedings|book)\{",
    "xml": rb"<(?:record|rec|PubmedArticle|PubmedBookArticle)[ >]",
    "json": rb'"type"',
}
JUNK = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            b"{",
            b"}",
            b'"',
            b"@a{b,",
            b"<record>",
            b"</record>",
            b"<!--",
            b"]]>",
            b"&x;",
            b"\\",
            b",",
            b"\n",
            b"\r",
            b"\x00",
        ]
    ),
)


def refusal(data: bytes, name: str = "x") -> str:
    with pytest.raises(UserError) as caught:
        read_bytes(data, name)
    return str(caught.value)


def read_or_refused(data: bytes, name: str) -> list[str]:
    """Return the codes with which a file is refused; none where it is read, and then every record that was counted."""
    try:
        export = read_bytes(data, name)
    except UserError as error:
        return [problem.code for problem in error.problems]
    assert export.starts == len(export.records)
    return []


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(DATA)), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 8), JUNK), max_size=4))
def test_whatever_is_changed_only_the_documented_exception(name: str, changes) -> None:
    data = DATA[name]
    for at, gone, new in changes:
        start = int(at * len(data))
        data = data[:start] + new + data[start + gone :]
    codes = read_or_refused(data, name)
    assert all(code.startswith("ME02") for code in codes)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from([name for name in DATA if name.endswith((".bib", ".xml", ".json"))]), st.floats(0, 1))
def test_a_file_that_breaks_off_loses_no_record_that_has_begun(name: str, at: float) -> None:
    data = DATA[name][: int(at * len(DATA[name]))]
    begun = len(re.findall(STARTS[name.rpartition(".")[2]], data))
    try:
        export = read_bytes(data, name)
    except UserError:
        return
    assert len(export.records) == begun


@pytest.mark.parametrize("name", [name for name in DATA if not name.endswith((".json", ".xlsx"))])
@pytest.mark.parametrize("between", [b"\n", b"\r\n", b"\xef\xbb\xbf"])
def test_files_put_together_are_read_whole(name: str, between: bytes) -> None:
    data = DATA[name].rstrip(b"\r\n")
    once = read_bytes(data, name).records
    both = read_bytes(data + b"\n" + between + data, name).records
    assert list(both["title"]) == [*once["title"], *once["title"]]


def test_json_files_put_together_are_refused() -> None:
    assert "ME0204" in refusal(DATA["zotero.json"] + b"\n" + DATA["zotero.json"])


@pytest.mark.parametrize("name", [name for name in DATA if name.endswith(".xml")])
def test_xml_that_defines_entities_is_refused_at_once(name: str) -> None:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{levels}]>'.encode()
    text = re.sub(rb"<!DOCTYPE[^>]*>", b"", DATA[name])
    head, tail = re.split(rb"(?<=\?>)", text, maxsplit=1)
    started = time.process_time()
    assert "ME0208" in refusal(head + bomb + tail.replace(b"Wards", b"&a11;", 1))
    assert "ME0208" in refusal(head + b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + tail)
    assert time.process_time() - started < ENDLESS


def test_xml_nested_without_end_is_refused() -> None:
    data = b"<xml><records><record><ref-type/>" + b"<a>" * 200_000
    assert "ME0208" in refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        b"@article{a, title = {" + b"{" * 300_000,
        b"@article{a, title = {x}}" + b"@a{" * 100_000,
        b"@article{a,\n title = {x},\n" + b"b = {c\n" * 50_000,
        b"<xml><records><record><ref-type/></record>" + b"<!--" * 200_000,
        b'[{"type": "book", "title": "x", "author": ' + b"[" * 100_000,
        b'[{"type": "book", "title": "' + b"\\" * 400_000,
        b'{"items": [{"type": "book", "title": "x", "volume": ' + b"9" * 100_000 + b"}]}",
    ],
    ids=["braces", "entries", "fields", "comments", "lists", "backslashes", "digits"],
)
def test_what_never_ends_takes_little_time(data: bytes) -> None:
    started = time.process_time()
    assert all(code.startswith("ME02") for code in read_or_refused(data, "x"))
    assert time.process_time() - started < ENDLESS


def test_a_brace_too_many_swallows_no_entry() -> None:
    text = "@article{a,\n  title = {One { too many},\n  author = {Ash, M},\n  year = {2001}\n}\n\n"
    export = read_bytes((text + "@article{b,\n  title = {Next},\n  year = {2002}\n}\n").encode(), "x.bib")
    assert list(export.records["title"]) == ["One too many", "Next"]
    assert list(export.records["authors"]) == ["Ash, M", ""]
    assert [problem.code for problem in export.problems] == ["ME0212"]


def test_an_entry_inside_a_value_is_an_entry() -> None:
    export = read_bytes(b"@article{a,\n title = {One\n@article{b,\n title = {Two}}}\n", "x.bib")
    assert list(export.records["title"]) == ["One", "Two"]
    assert "ME0212" in [problem.code for problem in export.problems]


@pytest.mark.parametrize("stray", ["title = {Lost},\n", "TY  - JOUR\nTI  - Lost\nER  - \n", "PMID- 1\nTI  - Lost\n"])
def test_what_stands_between_bibtex_entries_is_not_passed_over(stray: str) -> None:
    entry = "@article{a,\n title = {One},\n year = {2001}\n}\n"
    assert "ME0204" in refusal((entry + stray + entry).encode())


def test_comments_and_abbreviations_are_no_records() -> None:
    text = (
        '@comment{jabref-meta: databaseType:bibtex;}\n@string{jw = {Journal of Wards}}\n@preamble{"x"}\n'
        '@article{a, title = "One {"}two{"}", journal = jw # " B", year = 1999, month = jan }\n'
    )
    export = read_bytes(text.encode(), "x.bib")
    assert export.records.loc[0, ["title", "container", "year"]].tolist() == ['One "two"', "Journal of Wards B", "1999"]


def test_several_fields_of_a_name_and_names_with_small_words() -> None:
    text = (
        "@article{a, title={T}, year={2001}, keywords={a, b}, keywords={c},"
        " author={Smith, Jr, John and de la Cruz, Ana and others and {{Not a group}}}}"
    )
    record = read_bytes(text.encode(), "x.bib").records.iloc[0]
    assert (record["keywords"], record["group_authors"]) == ("a; b; c", "")
    assert record["authors"] == "Smith, John, Jr; de la Cruz, Ana; Not a group"


def test_a_record_that_is_no_record_in_json() -> None:
    assert "ME0204" in refusal(b'[{"type": "book", "title": "x"}, "y"]')
    assert "ME0205" in refusal(b'[{"type": "book", "title": "x"}, {"type": "book"}]')


# ------------------------------------------------------------------------------------------------ workbooks


def workbook(*rows: list[object], more: dict[str, list[list[object]]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, others in (more or {}).items():
        sheet = book.create_sheet(title)
        for row in others:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def replaced(data: bytes, name: str, change) -> bytes:
    """Return a workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return out.getvalue()


HEADER = ["Title", "Authors", "Year", "DOI"]
SHEET = "xl/worksheets/sheet1.xml"


def test_a_workbook_with_two_lists_is_read_whole_and_says_so() -> None:
    data = workbook(
        HEADER, ["A", "Ash, M", 2001, ""], more={"Two": [["x"], HEADER, ["B", "Low, B", 2002.0, ""]], "Empty": []}
    )
    export = read_bytes(data, "x.xlsx")
    assert list(export.records["title"]) == ["A", "B"]
    assert list(export.records["year"]) == ["2001", "2002"]
    assert any("Sheet, Two" in remark for remark in export.remarks)


def test_a_workbook_without_titles_is_refused() -> None:
    assert "ME0201" in refusal(workbook(["Name", "Phone"], ["A", "1"]), "x.xlsx")


def test_a_formula_that_nobody_has_worked_out_is_not_read_as_nothing() -> None:
    assert "whose result is not stored" in refusal(workbook(HEADER, ['="A ward"', "Ash, M", 2001, ""]), "x.xlsx")


def test_rows_that_the_library_passes_over_are_missed() -> None:
    # A cell without a type that holds text is damaged: openpyxl would stop; a row openpyxl doesn't see is counted.
    data = workbook(HEADER, ["A", "Ash, M", 2001, ""], ["B", "Low, B", 2002, ""])
    broken = replaced(data, SHEET, lambda xml: xml.replace(b'<row r="3"', b'<row r="30000000"'))
    assert "ME0218" in refusal(broken, "x.xlsx")


def test_a_workbook_that_claims_rows_without_end() -> None:
    data = workbook(HEADER, ["A", "Ash, M", 2001, ""])
    started = time.process_time()
    far = replaced(data, SHEET, lambda xml: xml.replace(b'ref="A1:D2"', b'ref="A1:XFD1048576"'))
    assert list(read_bytes(far, "x.xlsx").records["title"]) == ["A"]
    assert time.process_time() - started < ENDLESS


def test_a_workbook_that_unpacks_without_end_is_refused() -> None:
    data = workbook(HEADER, ["A", "Ash, M", 2001, ""])
    bomb = replaced(data, SHEET, lambda xml: xml + b" " * (300 * 1024**2))
    assert len(bomb) < 2 * 1024**2
    assert "ME0218" in refusal(bomb, "x.xlsx")


def test_a_workbook_with_entities_or_cut_off_is_refused() -> None:
    data = workbook(HEADER, ["A", "Ash, M", 2001, ""])
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert "ME0202" in refusal(replaced(data, SHEET, lambda xml: bomb + xml.replace(b"2001", b"&b;")), "x.xlsx")
    assert "ME0202" in refusal(data[: len(data) // 2], "x.xlsx")


def test_cells_that_a_spreadsheet_has_changed_are_said() -> None:
    sheet = "Title;Authors;Year;Issue\nA;Ash, M;2001;02. Mrz\nB;Low, B;2002;Mar-12\n#NAME?;Low, C;2003;1\n"
    export = read_bytes(sheet.encode(), "x.csv")
    assert [problem.code for problem in export.problems] == ["ME0209", "ME0209"]
    assert list(export.records["title"]) == ["A", "B", ""]
    assert "turned into dates: record 2; line 3" in str(export.problems[0])


def test_columns_can_be_named_in_a_workbook_too() -> None:
    data = workbook(["Nr", "Titel", "Wer"], [1, "Ein Haus", "Meier, A"])
    export = read_bytes(data, "x.xlsx", {"title": "Titel", "authors": "Wer"})
    assert export.records.loc[0, ["title", "authors"]].tolist() == ["Ein Haus", "Meier, A"]
    with pytest.raises(UserError, match="no column 'Autor'"):
        read_bytes(data, "x.xlsx", {"title": "Titel", "authors": "Autor"})


@pytest.mark.parametrize("field", ["keyword", "title", "container-title", "ISSN", "note"])
def test_lists_nested_in_json_are_no_text(field: str) -> None:
    data = f'[{{"type": "book", "title": "W", "{field}": {"[" * 700}"x"{"]" * 700}}}]'
    assert read_or_refused(data.encode(), "x") in ([], ["ME0205"])
