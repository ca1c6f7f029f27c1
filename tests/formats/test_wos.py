"""Web of Science tagged files, one quirk at a time."""

from __future__ import annotations

import pytest

from metaethno.errors import UserError
from metaethno.formats import Export, read_bytes

HEADER = "FN Clarivate Analytics Web of Science\nVR 1.0\n"
RECORD = """PT J
AU Ashdown, MK
   de Wit, A
AF Ashdown, Mira K.
   de Wit, Anna
TI What nurses say when
   nobody asks
SO WARD STUDIES
LA English
DT Article
DE waiting; cost of
   care
ID CARE
AB First line
   second line.
FX Paid by nobody.
NT stand-in
SN 1234-5678
EI 8765-4321
J9 WARD STUD
PD SEP
PY 2010
VL 5
IS 9
BP 168
EP 180
DI 10.1000/ward.1
PG 13
UT WOS:000282053100002
ER

"""
SECOND = """PT J
AU Birch, T
TI Sitting still
SO WARD STUDIES
EA JUN 2021
AR e12292
DI 10.1000/a.1; 10.1000/a.
   2; 10.1000/b
UT WOS:000282053100003
ER

"""


def load(text: str) -> Export:
    return read_bytes(text.encode(), "savedrecs.txt")


def test_every_field() -> None:
    export = load(HEADER + RECORD + "EF\n")
    assert (export.format, export.starts, export.problems) == ("Web of Science tagged", 1, [])
    assert export.records.iloc[0].to_dict() == {
        "place": 1,
        "part": "",
        "byte_start": len(HEADER),
        "byte_end": len(HEADER + RECORD + "EF\n"),
        "accession": "WOS:000282053100002",
        "title": "What nurses say when nobody asks",
        "authors": "Ashdown, Mira K.; de Wit, Anna",
        "year": "2010",
        "container": "WARD STUDIES",
        "volume": "5",
        "issue": "9",
        "pages": "168-180",
        "doi": "10.1000/ward.1",
        "pmid": "",
        "issn": "1234-5678;8765-4321",
        "language": "English",
        "pub_type": "Article",
        "keywords": "waiting; cost of care; CARE",
        "url": "",
        "abstract": "First line second line.",
        "notes": "stand-in\nPaid by nobody.",
        "isbn": "",
        "group_authors": "",
        "accessions": "WOS:000282053100002",
        "status": "print",
        "status_of": "",
    }


def test_early_access_year_article_number_and_wrapped_dois() -> None:
    record = load(HEADER + SECOND + "EF\n").records.iloc[0]
    assert (record["year"], record["pages"]) == ("2021", "e12292")
    assert record["doi"] == "10.1000/a.1;10.1000/a.2;10.1000/b"
    assert record["authors"] == "Birch, T"


def test_full_names_for_some_authors_only_are_not_taken() -> None:
    text = HEADER + RECORD.replace("AF Ashdown, Mira K.\n   de Wit, Anna\n", "AF Ashdown, Mira K.\n")
    assert load(text).records.loc[0, "authors"] == "Ashdown, MK; de Wit, A"


@pytest.mark.parametrize(
    "joint",
    ["EF\n\ufeff", "EF\ufeff", "EF", "EF\n", "\n"],
    ids=["newline and mark", "mark", "none", "newline", "no EF"],
)
def test_chunks_put_together(joint: str) -> None:
    export = load("\ufeff" + HEADER + RECORD + joint + HEADER + SECOND + "EF")
    assert list(export.records["accession"]) == ["WOS:000282053100002", "WOS:000282053100003"]
    assert export.problems == []


@pytest.mark.parametrize("header", ["", "FN Clarivate Analytics Web of Science VR 1.0\n", "VR 1.0 ", "FN Clarivat\n"])
def test_damaged_header(header: str) -> None:
    assert load(header + RECORD + SECOND).starts == 2


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_any_line_end(end: str) -> None:
    assert load((HEADER + RECORD + SECOND).replace("\n", end)).starts == 2


def test_missing_final_newline_and_end() -> None:
    export = load(HEADER + RECORD + SECOND.removesuffix("\nER\n\n"))
    assert list(export.records["accession"]) == ["WOS:000282053100002", "WOS:000282053100003"]
    assert [p.code for p in export.problems] == ["ME0212"]


def test_missing_start_is_refused_with_the_line_of_its_neighbour() -> None:
    with pytest.raises(UserError) as caught:
        load(HEADER + RECORD + SECOND.removeprefix("PT J\n"))
    assert [(p.code, p.line) for p in caught.value.problems] == [("ME0204", 3)]


def test_rubbish_before_a_start_is_refused() -> None:
    with pytest.raises(UserError, match="2 records seem to start"):
        load(HEADER + RECORD + "?" + SECOND)


def test_tab_delimited() -> None:
    text = (
        "PT\tAU\tTI\tSO\tPY\tBP\tEP\tDI\tUT\t\nJ\tAshdown, MK; de Wit, A\tA ward\tWARDS\t2010\t1\t9\t10.1/x\tWOS:1\t\n"
    )
    export = load(text.replace("10.1/x", "10.1000/x"))
    record = export.records.iloc[0]
    assert export.format == "Web of Science tab-delimited"
    assert (record["authors"], record["pages"], record["accession"]) == ("Ashdown, MK; de Wit, A", "1-9", "WOS:1")


def test_a_file_without_its_closing_line_is_noticed() -> None:
    assert load(HEADER + RECORD + "EF\n").problems == []
    (problem,) = load(HEADER + RECORD).problems
    assert problem.code == "ME0219"
    assert load(RECORD).problems == []  # nothing was opened


def test_a_book_has_the_full_names_of_its_authors_and_its_group() -> None:
    text = (
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT B\nBA Low, A\n   High, B\nBF Low, Ann\n   High, Bea\n"
        "GP Ward Study Group\nTI Wards\nPY 2020\nUT WOS:000000000000001\nER\n\nEF"
    )
    (record,) = read_bytes(text.encode(), "x.txt").records.to_dict("records")
    assert record["authors"] == "Low, Ann; High, Bea; Ward Study Group"
    assert record["group_authors"] == "Ward Study Group"
