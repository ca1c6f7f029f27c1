"""BibTeX, XML, JSON, workbooks and database tables: made-up exports that copy, byte by byte, how each source writes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.formats.structured_fixtures import EXPECTED
from tests.formats.structured_fixtures import FOLDER as FIXTURES

from metaethno.formats import read


def test_every_fixture_is_expected() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_the_records_say(name: str) -> None:
    kind, expected = EXPECTED[name]
    export = read(FIXTURES / name)
    records = export.records.to_dict("records")
    assert (export.format, export.starts, export.problems) == (kind, len(expected), [])
    assert [
        {field: record[field] for field in wanted} for record, wanted in zip(records, expected, strict=True)
    ] == expected


@pytest.mark.parametrize("name", [name for name in EXPECTED if not name.endswith(".xlsx")])
def test_every_record_can_be_found_in_the_bytes_of_its_file(name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    records = read(FIXTURES / name).records
    spans = list(zip(records["byte_start"], records["byte_end"], strict=True))
    pieces = [data[start:end].decode() for start, end in spans]
    opening = {"bib": "@", "xml": "<", "json": "{"}.get(name.rpartition(".")[2])
    closing = {"bib": "}", "xml": ">", "json": "}"}.get(name.rpartition(".")[2])
    for piece, record in zip(pieces, records.to_dict("records"), strict=True):
        # The year is written in every record as it is read; no record holds another's number.
        assert record["year"] in piece
        assert opening is None or (piece.startswith(opening) and piece.endswith(closing))
        assert not any(other in piece for other in set(records["accession"]) - {record["accession"], ""})
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.parametrize("name", [name for name in EXPECTED if not name.endswith(".xlsx")])
def test_the_same_in_other_encodings_and_line_ends(name: str) -> None:
    from metaethno.formats import read_bytes

    text = (FIXTURES / name).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    fields = [name for name in read(FIXTURES / name).records.columns if not name.startswith("byte")]
    plain = read(FIXTURES / name).records[fields]
    for data in (
        text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode(), text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
    ):  # fmt: skip
        again = read_bytes(data, name)
        assert again.records[fields].equals(plain)
        assert again.problems == []
