"""Ovid's texts, EndNote's .enw and MEDLINE, damaged in every way: read whole, or refused; never lost, never a crash."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.fixtures import FIXTURES

from metaethno.errors import UserError
from metaethno.formats import TEXT_FIELDS, Export, read_bytes

KINDS = ("Ovid (tagged)", "Ovid (text with field labels)", "EndNote (.enw)", "MEDLINE (.nbib)")
MADE = [fixture for fixture in FIXTURES if fixture.format.startswith(KINDS)]
# What a person would count: the first line of a record, kind by kind.
STARTS = {
    "Ovid (tagged)": rb"^ ?<\d+\. *>",
    "Ovid (text with field labels)": rb"^<\d+\. *>",
    "EndNote (.enw)": rb"^%0 ",
    "MEDLINE (.nbib)": rb"^PMID- ",
    "MEDLINE (.nbib) (PMC)": rb"^PMC - ",
    "MEDLINE (.nbib) (ERIC)": rb"^OWN - ",
}
CONTENT = [name for name in TEXT_FIELDS if name not in ("pub_type", "language", "status", "accessions")]
MARKS = (
    *(b"<1. >\n", b"<2>\n", b" <3. >\n", b"VN  - Ovid Technologies\n", b"DB  - Embase\n", b"UI  - 1\n", b"TI  - A\n"),
    *(b"Accession Number\n", b"Title\n  A\n", b"Authors\n", b"Database\n  Embase\n", b"Link to the Ovid Full Text\n"),
    *(b"%0 Journal Article\n", b"%T A\n", b"%A B, C\n", b"%D 2001\n", b"%0\n", b"%", b"%X a\n%0 b\n"),
    *(b"PMID- 1\n", b"PMID-", b"PMC - PMC1\n", b"OWN - NLM\n", b"TI  - \n", b"      more\n", b"SO  - J Ward\n"),
    *(b"\n", b"\n\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b"\xff", b"\xc2\xa0", b"\t", b"   ", b"&amp;", b"<", b">"),
)
OPENINGS = (b"<1. >\nVN  - Ovid Technologies\nTI  - A\n", b"%0 Book\n%T A\n", b"PMID- 1\nTI  - A\n")
JUNK = st.one_of(st.sampled_from(MARKS), st.binary(max_size=6))
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.lists(JUNK, max_size=3)), max_size=4)


def test_each_kind_is_tried() -> None:
    assert {kind for kind in KINDS for fixture in MADE if fixture.format.startswith(kind)} == set(KINDS)


def read_or_refused(data: bytes) -> Export | None:
    try:
        export = read_bytes(data, "x")
    except UserError:
        return None
    records = export.records
    assert export.starts == len(records)
    assert not (records[CONTENT] == "").all(axis=1).any()
    assert not records.isna().any().any()
    return export


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(MADE), CHANGES)
def test_whatever_is_changed_only_the_documented_exception(fixture, changes) -> None:
    data = fixture.data
    for at, gone, put in changes:
        place = int(at * len(data))
        data = data[:place] + b"".join(put) + data[place + gone :]
    read_or_refused(data)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([b"<1. >\nVN  - Ovid Technologies\nTI  - A\n", b"%0 Book\n%T A\n", b"PMID- 1\nTI  - A\n"]),
    st.data(),
)
def test_any_lines_behind_a_record_are_read_whole_or_refused(opening: bytes, data) -> None:
    read_or_refused(opening + b"".join(data.draw(st.lists(JUNK, max_size=12))))


@pytest.mark.parametrize("fixture", MADE, ids=lambda fixture: fixture.dialect[:30])
def test_wherever_a_file_breaks_off_no_record_that_has_begun_is_lost(fixture) -> None:
    """Every record whose first line stands there whole is one of those that are read, or the file is refused."""
    pattern = re.compile(STARTS[fixture.format], re.MULTILINE)
    read = 0
    for at in range(0, len(fixture.data), 7):
        data = fixture.data[:at]
        export = read_or_refused(data)
        if export is not None and not data.endswith((b"<", b"%0 ")):
            begun = sum(b"\n" in data[match.end() :] for match in pattern.finditer(data))
            assert len(export.records) >= begun
            read += 1
    assert read > 5  # it isn't refused at each turn
