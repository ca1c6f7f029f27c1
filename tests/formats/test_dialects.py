"""Every made-up export is told for what it is, read whole, and read right; and so is each of its records by itself."""

from __future__ import annotations

import gzip

import pytest
from tests.formats.fixtures import FIXTURES, Fixture

from metaethno.errors import UserError
from metaethno.formats import read_bytes
from metaethno.formats.fields import STATUS, TEXT_FIELDS

every = pytest.mark.parametrize("fixture", FIXTURES, ids=[f.dialect.split(":")[0] for f in FIXTURES])


@every
def test_what_is_read(fixture: Fixture) -> None:
    export = read_bytes(fixture.data, "x")
    assert (export.format, export.starts) == (fixture.format, len(fixture.expected))
    for record, expected in zip(export.records.to_dict("records"), fixture.expected, strict=True):
        assert {name: record[name] for name in expected} == expected
    assert set(export.records["status"]) <= {"", *STATUS}
    assert export.about


@every
def test_line_ends_do_not_matter(fixture: Fixture) -> None:
    if fixture.data.startswith(b"\xff\xfe"):
        pytest.skip("UTF-16: its bytes can't be exchanged")
    plain = fixture.data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    one = read_bytes(plain, "x").records[list(TEXT_FIELDS)]
    for end in (b"\r", b"\r\n", b"\r\r\n"):
        assert read_bytes(plain.replace(b"\n", end), "x").records[list(TEXT_FIELDS)].equals(one)


@every
def test_packed_and_with_a_mark_it_reads_the_same(fixture: Fixture) -> None:
    one = read_bytes(fixture.data, "x").records
    assert read_bytes(gzip.compress(fixture.data), "x").records.equals(one)
    if not fixture.data.startswith((b"\xff\xfe", b"\xef\xbb\xbf")):
        marked = read_bytes(b"\xef\xbb\xbf" + fixture.data, "x").records
        assert marked[list(TEXT_FIELDS)].equals(one[list(TEXT_FIELDS)])


@every
def test_the_bytes_of_each_record_hold_what_was_read_from_them(fixture: Fixture) -> None:
    wide = fixture.data.startswith(b"\xff\xfe")
    for record in read_bytes(fixture.data, "x").records.to_dict("records"):
        raw = fixture.data[record["byte_start"] : record["byte_end"]].decode("utf-16-le" if wide else "utf-8")
        assert record["title"].split()[0].split("&")[0] in raw
        assert record["accession"] in raw
        assert record["doi"].split(";")[0] in raw.lower()


@every
def test_two_of_it_put_together_are_twice_the_records(fixture: Fixture) -> None:
    if fixture.data.startswith(b"\xff\xfe"):
        pytest.skip("a UTF-16 table")
    end = b"" if fixture.data.endswith((b"\n", b"\r")) else b"\n"
    joint = b"\n" if fixture.data.startswith(b"%") else b""
    export = read_bytes(fixture.data + end + joint + fixture.data, "x")
    assert export.starts == 2 * len(fixture.expected)


@every
def test_broken_off_anywhere_nothing_is_lost_without_a_word(fixture: Fixture) -> None:
    whole = read_bytes(fixture.data, "x").records
    for at in range(1, len(fixture.data), 17):
        try:
            part = read_bytes(fixture.data[:at], "x").records
        except UserError:
            continue
        started = int((whole["byte_start"] < at).sum())
        assert started - 1 <= len(part) <= started
