# ruff: noqa: E501 - tags and values are easier to see in few lines
"""Records that need no mending are read in a shorter way: to the same result."""

from __future__ import annotations

import re
from unittest.mock import patch

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import formats
from metaethno.formats import ris
from metaethno.formats.ris_columns import LAYOUT
from metaethno.formats.tidy import Layout, Tidy

TAGS = ("AU", "A1", "A2", "TI", "T1", "T2", "JF", "PY", "Y1", "DA", "VL", "IS", "CP", "SP", "EP", "DO", "DI", "L3", "SN",
        "BN", "UR", "L2", "AB", "N2", "N1", "M1", "M3", "PT", "KW", "DE", "LA", "AN", "ID", "U2", "DB", "DP", "PM", "C2",
        "C5", "ST", "XX")  # fmt: skip
SAMPLES = (
        "Low, Ann", "Low A.", "WHO,", "Low, A;", "2001", "2001/02/03/", "(Low A.) Ward, York", "10.1000/a.1", "5", "9", "e12",
        "https://doi.org/10.1000/b", "http://x.org/?AN=12 y", "1234-5678", "9780306406157", "Copyright of the ward is the property of",
        "EBSCO", "Ovid MEDLINE", "L1234567", "PMC1234567", "<i>A</i> ward", "a & b", "a &amp; b", "a\xa0b", "a\u2009b",
        "é", "a  b", "a\tb", " a", "a ", "", ",", "; ,", "x\ny", "x\n\ny",
)  # fmt: skip
VALUES = st.one_of(st.sampled_from(SAMPLES), st.text("ab ,;.-ü\n&<", max_size=12))
NOTHING = Layout(re.compile(b"(?!)"), b"")
RECORDS = st.lists(st.tuples(st.sampled_from(TAGS), VALUES), max_size=12)
ENDS = st.sampled_from(
    ["ER  - ", "ER  - \n", "ER  -\n\n", "ER  -  \n", "", "ER  - \n\n1. \n", "ER  - \nID  - 1\n", "ER  - x\n"]
)


def _file(records: list[tuple[list[tuple[str, str]], str]]) -> bytes:
    return "\n".join(
        "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in tags) + "T1  - A ward\n" + end
        for tags, end in records
    ).encode()


def _read(data: bytes) -> tuple[object, ...]:
    try:
        export = formats.read_bytes(data, "x.ris")
    except formats.UserError as error:
        return (tuple(map(str, error.problems)),)
    return export.format, tuple(map(str, export.problems)), export.records.to_csv()


def test_every_tag_with_every_value() -> None:
    data = _file([([(tag, value)], "ER  - \n") for tag in TAGS for value in SAMPLES])
    with patch.object(ris, "LAYOUT", NOTHING):
        longer = _read(data)
    assert len(longer) == 3
    assert _read(data) == longer


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(RECORDS, ENDS), min_size=1, max_size=4))
def test_the_shorter_way_reads_the_same(records: list[tuple[list[tuple[str, str]], str]]) -> None:
    data = _file(records)
    with patch.object(ris, "LAYOUT", NOTHING):
        longer = _read(data)
    assert _read(data) == longer


def _tidy(text: str, records: int = 1) -> list[int]:
    return list(Tidy(text, LAYOUT, records).places)


def test_what_is_tidy() -> None:
    plain = "TY  - JOUR\nTI  - A ward – à la carte\nER  - \n\n"
    assert _tidy(plain + plain, 2) == [0, 1]
    assert _tidy(plain + plain, 3) == []  # which is which can't be said


def test_what_is_not_tidy() -> None:
    for value in ("a  b", " a", "a ", "a\tb", "a & b", "a\u2009b", "é\xa0b", "", "a\nb"):
        assert _tidy(f"TY  - JOUR\nTI  - {value}\nER  - \n") == [], value
    for end in ("", "ER  - x", "ER  - \nER  - ", "ER  - \n1. ", "ER  - \nID  - 1", "\nER  - "):
        assert _tidy(f"TY  - JOUR\nTI  - A ward\n{end}") == [], end


def test_tables_have_all_columns() -> None:
    export = formats.read_bytes(b"TY  - JOUR\nTI  - A ward\nER  - \n", "x.ris")
    assert list(export.records) == list(formats.RECORD_FIELDS)
    assert isinstance(export.records, pd.DataFrame)
