# ruff: noqa: E501 - tags and values are easier to see in few lines
"""Records that need no mending are read many at once: to the same result."""

from __future__ import annotations

import io
import random
import re
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import formats
from metaethno.formats import nbib_columns, ris
from metaethno.formats.reading import Reading
from metaethno.formats.ris_columns import LAYOUT
from metaethno.formats.tidy import Layout, Tidy

TAGS = ("AU", "A1", "A2", "TI", "T1", "T2", "JF", "PY", "Y1", "DA", "VL", "IS", "CP", "SP", "EP", "DO", "DI", "L3", "SN",
        "BN", "UR", "L2", "L1", "LK", "NS", "PG", "C3", "C7", "AR", "U1", "M4", "RP", "WE", "ED", "JO", "NT", "FX", "AB", "N2", "N1", "M1", "M3", "PT", "KW", "DE", "LA", "AN", "ID", "U2", "DB", "DP", "PM", "C2",
        "C5", "ST", "XX")  # fmt: skip
SAMPLES = (
        "Low, Ann", "Low A.", "WHO,", "Low, A;", "2001", "2001/02/03/", "(Low A.) Ward, York", "10.1000/a.1", "5", "9", "e12",
        "https://doi.org/10.1000/b", "http://x.org/?AN=12 y", "1234-5678", "9780306406157", "Copyright of the ward is the property of",
        "EBSCO", "Ovid MEDLINE", "L1234567", "PMC1234567", "<i>A</i> ward", "a & b", "a &amp; b", "a\xa0b", "a\u2009b",
        "é", "a  b", "a\tb", " a", "a ", "", ",", "; ,", "x\ny", "x\n\ny", " ", "\xa0", "\u2009\xa0", "WHO,\xa0", "WHO , ", "\nx", "x\n",
        "x\n \n  y \n", "x\n\xa0\ny", "a &amp;lt; b", "&#10;", "&#1;", "a&nbsp;", "R&D; b", "1.", "3. ", "Low, &Aacute;", "Smith JA&nbsp;Jr",
        "x\ty\n\tz", "\tx", "ER  -x", "x\nER  - positive\ny", "x\nhttp://ovidsp.ovid.com/?AN=1", "metaethno", " metaethno", "\xa0metaethno",
        "Copyright (c) A. All rights\nreserved", "a\nCopyright of b is the property of c", "\nCopyright of b is the property of c",
        "Low, Ann\nHigh, Bo ; \n WHO,", "RAYYAN-1", "rayyan-12", "2024/06//", "Scopus", "PubMed", "CN-00778158", "WOS:0001", "Provider: JSTOR",
        "Accession Number: 12; x", "PUBMED 12345", "2-s2.0-123", "https://www.proquest.com/docview/12", "https://www.embase.com/x?id=L12345678&y",
        "https://pubmed.ncbi.nlm.nih.gov/12345678/", "a" + " " * 50, " " * 50 + "b", "x" * 200 + "&amp;", "12 (EPPI-Reviewer)", "Citavi", "NOT IN FILE",
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(SAMPLES), st.text("ab ,;.-ü\n\t&<\xa0", max_size=12))
NOTHING = Layout(re.compile(rb"TY  "), b"TY  ", never=re.compile(rb"(?s)[^\n]"))
RECORDS = st.lists(st.tuples(st.sampled_from(TAGS), VALUES), max_size=12)
ENDINGS = (
        "ER  - ", "ER  - \n", "ER  -\n\n", "ER  -  \n", "", "ER  - \n\n1. \n", "ER  - \nID  - 1\n", "ER  - x\n", "ER  -\t\n",
        "ER  -  \nLA  - English\nhttp://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=12-3\n\n \n\n3. \n", "ER  - \nhttp://x.org/?AN=1 \nLA  - a &amp; b",
        "ER  - \nLA  - 3. \n", "ER  - \nLA  - x\ny\n", "ER  - \nTI  - y\n", "ER  - \nhttp://x.org\nhttp://y.org\n", "ER  - \nsomething\n",
        "ER  - \n\n\nRecord #4 of 18\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain\n\n", "ER  - \nProvider: JSTOR http://www.jstor.org\n",
        "ER  - \nER  - \n", "ER  - \n<3. >\n", "ER  -x\nER  - ", "ER  - \n\xa0\n", "ER  - \nUR  - http://z.org\nhttp://y.org\n", "ER  -\xa0\n",
        "ER  - \n٣. \n", "ER  - \nLA  - ٣.\n", "ER  - \n" + "x" * 900,
)  # fmt: skip
ENDS = st.sampled_from(ENDINGS)


def _file(records: list[tuple[list[tuple[str, str]], str]]) -> bytes:
    return "\n".join(
        "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in tags) + "T1  - A ward\n" + end
        for tags, end in records
    ).encode()


NBIB_TAGS = ("FAU", "AU", "CN", "AD", "IS", "ISSN", "ISBN", "VI", "IP", "DP", "DEP", "YR", "BTI", "TT", "PG", "LID", "AID",
             "SO", "AB", "LA", "PT", "TA", "JT", "MH", "OT", "PST", "ROF", "EIN", "RIN", "PMC", "AN", "ID", "OWN", "URL",
             "GN", "NT", "XX")  # fmt: skip
NBIB_SAMPLES = (*SAMPLES, "a\n      b", "a\n      b\n      c", "\n      b", "a &amp; b\n      c", "10.1000/a.1 [doi]", "10.1000/A.1 [doi]", "S1 [pii]",
                "J W. 2020;1:2. doi: 10.1000/so.1.", "1234-5678 (Print)", "ISSN-1234-5679", "aheadofprint", "Smith JA Jr",
                "https://doi.org/10.1000/c", "Published Erratum", "Retracted: a ward")  # fmt: skip
NBIB_RECORDS = st.lists(st.tuples(st.sampled_from(NBIB_TAGS), st.sampled_from(NBIB_SAMPLES)), max_size=12)


def _nbib(records: list[list[tuple[str, str]]], opener: str) -> bytes:
    return "\n".join(
        f"{opener:4}- 12{n}\n"
        + "".join(f"{tag:4}- {value}\n" for tag, value in tags if tag != opener)
        + "TI  - A ward\n"
        for n, tags in enumerate(records)
    ).encode()


def _read(data: bytes, name: str = "x.ris") -> tuple[object, ...]:
    """Return the records, also those of a file that is refused in the end, and all that is said of the file."""
    reading = Reading(name, None)
    records = pd.concat(reading.frames(io.BytesIO(data), len(data)))
    try:
        said = reading.finish()
    except formats.UserError as error:
        return tuple(map(str, error.problems)), records.to_csv()
    return *map(str, said), records.to_csv()


def _both_ways(data: bytes) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """Return what is read as columns where it can be, and what is read record by record."""
    with patch.object(ris, "LAYOUT", NOTHING), patch.object(nbib_columns, "_TAG", re.compile(b"(?!)")):
        longer = _read(data)
    return _read(data), longer


def test_every_tag_with_every_value() -> None:
    columns, longer = _both_ways(_file([([(tag, value)], "ER  - \n") for tag in TAGS for value in SAMPLES]))
    assert len(longer[-1]) > 100 * len(SAMPLES)
    assert columns == longer


@pytest.mark.parametrize("opener", ["PMID", "PMC", "OWN"])
def test_every_tag_with_every_value_in_nbib(opener: str) -> None:
    columns, longer = _both_ways(_nbib([[(tag, value)] for tag in NBIB_TAGS for value in NBIB_SAMPLES], opener))
    assert len(longer[-1]) > 100 * len(SAMPLES)
    assert columns == longer


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(RECORDS, ENDS), min_size=1, max_size=4))
def test_many_at_once_and_one_by_one_are_the_same(records: list[tuple[list[tuple[str, str]], str]]) -> None:
    columns, longer = _both_ways(_file(records))
    assert columns == longer


@settings(max_examples=60, deadline=None)
@given(st.lists(NBIB_RECORDS, min_size=1, max_size=4), st.sampled_from(["PMID", "PMC", "OWN"]))
def test_many_at_once_and_one_by_one_are_the_same_in_nbib(records: list[list[tuple[str, str]]], opener: str) -> None:
    columns, longer = _both_ways(_nbib(records, opener))
    assert columns == longer


# What tells who wrote a record.
MARKS = (
    [], [("NS", ""), ("PG", "")], [("AN", "WOS:12")], [("U2", "L1234567"), ("LK", "http://x")], [("DB", "Scopus")],
    [("DP", "EBSCOhost"), ("DB", "aph")], [("AN", "CN-00778158")], [("DP", "ProQuest"), ("AN", "12; 34 ; a &amp;amp; b")],
    [("UR", "https://www.jstor.org/stable/12345")], [("UR", "https://psycnet.apa.org/x?a=b")], [("ID", "rayyan-12")],
    [("U1", "EPPI")], [("M4", "Citavi")], [("RP", "IN FILE")], [("DB", "Ovid MEDLINE(R) <1>"), ("ID", "12345678"), ("PT", "x")],
    [("L2", "http://ovidsp.ovid.com/?AN=12-1")], [("ST", "x"), ("ID", "12")], [("DA", "2024/01//")], [("ID", "12"), ("Y1", "2001///")],
    [("DB", "PubMed"), ("UR", "https://pubmed.ncbi.nlm.nih.gov/12345678/")], [("DB", "Embase\nMedline"), ("ST", "a"), ("ID", "1"), ("N1", "L12345678\n2024")],
)  # fmt: skip


def test_every_dialect_with_any_tags() -> None:
    pick = random.Random(5)
    records = []
    for n in range(3000):
        tags = [*pick.choice(MARKS), *((pick.choice(TAGS), pick.choice(SAMPLES)) for _ in range(pick.randint(1, 5)))]
        pick.shuffle(tags)
        records.append((tags, "ER  - \n" if n % 2 else pick.choice(ENDINGS)))
    columns, longer = _both_ways(_file(records))
    assert columns == longer


def _tidy(text: str, records: int = 1) -> list[int]:
    return list(Tidy(text.encode(), LAYOUT, records).places)


def test_what_is_tidy() -> None:
    plain = "TY  - JOUR\nTI  - A ward – à la carte\nER  - \n\n"
    assert _tidy(plain + plain, 2) == [0, 1]
    assert _tidy(plain + plain, 3) == []  # which is which can't be said


def test_what_is_tidy_in_nbib() -> None:
    text = "PMID- 1\nTI  - A ward\n      and more\n\nPMID- 2\nTI  - A &amp; B\n\nPMID- 3\nTI  - C & D"
    assert list(nbib_columns.tidy_records(text.encode(), "PMID", 3).places) == [0, 2]


def test_what_is_mended_in_ris() -> None:
    for value in ("a  b", " a", "a ", "a\tb", "a &amp; b", "a\u2009b", "é\xa0b", "", "a\nb", "a\n\nb", "\xa0"):
        assert _tidy(f"TY  - JOUR\nTI  - {value}\nER  - \n") == [0], value
    for end in ("ER  -  ", "\nER  - ", "ER  - \n1. ", "ER  - \nID  - 1", "ER  - \nID  - 1\nhttps://x.org/?a"):
        assert _tidy(f"TY  - JOUR\nTI  - A ward\n{end}") == [0], end


def test_what_is_not_tidy() -> None:
    for end in (
        "",
        "ER  - x",
        "ER  -x\nER  - ",
        "ER  - \nER  - ",
        "ER  - \nTI  - Two",
        "ER  - \nwords",
        "ER  - \nID  - 1.",
    ):
        assert _tidy(f"TY  - JOUR\nTI  - A ward\n{end}") == [], end
    assert _tidy("TY  - JOUR\nDP  - metaethno\nER  - \n") == []


def test_what_is_not_tidy_in_nbib() -> None:
    for value in ("a  b", " a", "a ", "a\tb", "a &amp; b", "a\u2009b", "é\xa0b", "", "a\nb", "a\n\nAB  - b", "a\n  "):
        assert list(nbib_columns.tidy_records(f"PMID- 1\nTI  - {value}\n".encode(), "PMID", 1).places) == [], value


def test_tables_have_all_columns() -> None:
    export = formats.read_bytes(b"TY  - JOUR\nTI  - A ward\nER  - \n", "x.ris")
    assert list(export.records) == list(formats.RECORD_FIELDS)
    assert isinstance(export.records, pd.DataFrame)
