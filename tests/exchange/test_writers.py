"""What is written for other programs is read back as the same records, whatever stands in them."""

from __future__ import annotations

import csv
import io
import json
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno.exchange.writers import WRITERS
from metaethno.formats import TEXT_FIELDS, clean, read_bytes
from metaethno.formats.status import publication_status

# What people and hostile files put into text: LaTeX, XML, RIS tags, formulas, entities, quotes, other scripts.
PIECES = st.sampled_from(
    [
        *(
            "care",
            "women",
            " ",
            " ",
            "and",
            "AND",
            ",",
            ";",
            "--",
            "---",
            "``",
            "''",
            "~",
            "^",
            "\\",
            "{",
            "}",
            "$",
            "%",
            "#",
        ),
        *(
            "_",
            "&",
            "&amp;",
            "&lt;",
            "&#65;",
            "<",
            ">",
            "]]>",
            "<!--",
            '"',
            "'",
            "=1+1",
            "+",
            "-",
            "@article{x,",
            "@x{",
        ),
        *(
            "TY  - JOUR",
            "ER  - ",
            "PT J",
            "PMID- 1",
            "AU  - ",
            "é",
            "Ž",
            "ß",
            "ł",
            "ü",
            "漢字",
            "עברית",
            "ا",
            "😀",
            ":",
        ),
        *(
            "\\textit{x}",
            "10.1000/x",
            "Part II",
            "type 2",
            "/",
            "|",
            "\t",
            "%0 x",
            "1. ",
            "<1. >",
            "source = {x}",
            "others",
        ),
    ]
)
TEXT = st.one_of(
    st.lists(PIECES, max_size=8).map("".join),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=30),
).map(clean.sound)
PARAGRAPHS = st.lists(TEXT, max_size=3).map("\n".join)
WORD = st.text("abcdefghijklmnopqrstuvwxyzéüñçłøÅŽ'-", min_size=1, max_size=10).filter(lambda w: w[0].isalpha())


def fixed(clean_one, value: str) -> str:
    """Clean until nothing changes: what is in our tables was cleaned, and is what a reader may give back."""
    for _ in range(20):
        once = clean_one(value)
        if once == value:
            return value
        value = once
    return ""


def name(value: str) -> str:
    value = fixed(clean.author, value.replace(";", "").replace("\n", " "))
    return value if re.match(r"^[^,\s][^,]*(?:, [^,\s][^,]*){0,2}$", value) else ""


NAMES = st.one_of(
    st.tuples(WORD, WORD).map(", ".join),
    st.tuples(WORD, WORD, st.sampled_from(["Jr", "III"])).map(", ".join),
    st.tuples(WORD, WORD).map(" ".join),
    TEXT.map(name),
).filter(bool)


def unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


@st.composite
def record(draw) -> dict[str, str]:
    people = unique(draw(st.lists(NAMES, max_size=4)))
    groups = [one for one in people if "," not in one and draw(st.booleans())]
    words = [fixed(clean.one_line, w.replace(";", "").replace("\n", " ")) for w in draw(st.lists(TEXT, max_size=4))]
    number = st.integers(1, 999).map(str)
    pages = st.one_of(number, st.tuples(number, number).map("-".join), st.just("e0123"), st.just("S1–S9"), st.just(""))
    dois = [
        "10.1000/x(1)",
        "10.1002/(sici)1<1::aid-a>3.0.co;2-2",
        "10.1007/978_10",
        "10.1000/{a}b",
        "10.1000/a&b~c",
        "10.1000/a[1]",
    ]
    found = {
        "title": fixed(clean.title, draw(TEXT)) or "A title",
        "authors": "; ".join(people),
        "group_authors": "; ".join(groups),
        "year": draw(st.sampled_from(["", "1999", "2024"])),
        "container": fixed(clean.title, fixed(clean.one_line, draw(TEXT))),
        "volume": draw(st.sampled_from(["", "12", "12 Suppl. 1", "A&B"])),
        "issue": draw(st.sampled_from(["", "3", "1-2", "Pt 1"])),
        "pages": draw(pages),
        "doi": ";".join(unique(draw(st.lists(st.sampled_from(dois), max_size=2)))),
        "pmid": draw(st.sampled_from(["", "123", "38773066"])),
        "issn": draw(st.sampled_from(["", "1234-567X", "1234-567X;0001-0002"])),
        "isbn": draw(st.sampled_from(["", "9783161484100", "9783161484100;080442957X"])),
        "language": draw(st.sampled_from(["", "eng", "English; Welsh"])),
        "pub_type": draw(st.sampled_from(["", "Article", "Journal Article; Review", "Book chapter", "Thesis"])),
        "keywords": "; ".join(unique([word for word in words if word])),
        "url": draw(
            st.sampled_from(
                ["", "https://example.org/a_b?c=1&d=~e%20f#g", "https://example.org/{x}", "https://doi.org/10.1000/u"]
            )
        ),
        "abstract": fixed(lambda text: clean.untagged(clean.paragraphs(text)), draw(PARAGRAPHS)),
        "notes": fixed(clean.paragraphs, draw(PARAGRAPHS)),
        "accession": draw(st.sampled_from(["", "WOS:000123", "L2029880245", "2024-1-2"])),
        "accessions": draw(st.sampled_from(["", "PubMed:1; PMC:PMC2"])),
        "status": draw(st.sampled_from(["", "early view", "retracted"])),
        "status_of": draw(st.sampled_from(["", "10.1000/x"])),
    }
    publication_status(found) if not found["status"] else None
    return found


FORMAT = {
    "ris": "RIS",
    "csv": "metaethno CSV",
    "bibtex": "BibTeX",
    "csl-json": "CSL JSON",
    "endnote-xml": "EndNote XML",
}


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=25, deadline=None)
@given(records=st.lists(record(), min_size=1, max_size=4))
def test_export_then_import_gives_the_same_records(kind, records) -> None:
    frame = pd.DataFrame(records)
    export = read_bytes(WRITERS[kind](frame), f"export.{kind}")
    assert export.format.startswith(FORMAT[kind])
    assert export.starts == len(records)
    found = export.records[list(TEXT_FIELDS)].to_dict("records")
    assert found == [{name: one.get(name, "") for name in TEXT_FIELDS} for one in records]


FRAME = pd.DataFrame(
    {
        "record_id": ["R1"],
        "title": ['=HYPERLINK("x")'],
        "authors": ["Ash, Mira; WHO"],
        "group_authors": ["WHO"],
        "year": ["2001"],
        "pub_type": ["Book chapter"],
    }
)


def test_cells_that_a_spreadsheet_would_run_are_made_text() -> None:
    text = WRITERS["csv"](FRAME).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["title"] == '\'=HYPERLINK("x")'


def test_what_other_programs_go_by() -> None:
    assert b"TY  - CHAP\r\n" in WRITERS["ris"](FRAME)
    assert b"@incollection{R1," in WRITERS["bibtex"](FRAME)
    assert b"{WHO}" in WRITERS["bibtex"](FRAME)
    (item,) = json.loads(WRITERS["csl-json"](FRAME))
    assert (item["type"], item["id"]) == ("chapter", "R1")
    assert item["author"] == [{"family": "Ash", "given": "Mira"}, {"literal": "WHO"}]
    assert item["issued"] == {"date-parts": [[2001]]}
    assert b'<ref-type name="Book Section">5</ref-type>' in WRITERS["endnote-xml"](FRAME)
    assert b">WHO,</style>" in WRITERS["endnote-xml"](FRAME)


@pytest.mark.parametrize("kind", WRITERS)
def test_what_came_from_a_database_is_ours_once_we_wrote_it(kind):
    """Its link still leads to EBSCO or Scopus; read as their own export, it would lose its accession numbers."""
    links = {
        "https://search.ebscohost.com/login.aspx?direct=true&db=aph&AN=175006434": "aph:175006434",
        "https://www.scopus.com/inward/record.uri?eid=2-s2.0-85012345678": "Scopus:2-s2.0-85012345678",
    }
    rows = [
        {"record_id": f"R{n}", "title": f"Study {n}", "url": u, "accessions": a}
        for n, (u, a) in enumerate(links.items())
    ]
    written = pd.DataFrame(rows).reindex(columns=["record_id", *TEXT_FIELDS], fill_value="").fillna("")
    data = WRITERS[kind](written)
    records = read_bytes(data, "written").records
    assert records["url"].to_list() == list(links)
    assert records["accessions"].to_list() == list(links.values())
