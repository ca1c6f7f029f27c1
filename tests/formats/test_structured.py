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


def only(text: str) -> dict[str, str]:
    from metaethno.formats import read_bytes

    (record,) = read_bytes(text.encode(), "x").records.to_dict("records")
    return record


PUBMED = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>90000001</PMID><Article><Journal><JournalIssue><PubDate>"
    "<Year>2020</Year></PubDate></JournalIssue></Journal><ArticleTitle>{}</ArticleTitle></Article></MedlineCitation>"
    "</PubmedArticle></PubmedArticleSet>"
)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("[Wards at night].", "Wards at night."),
        ("[Wards [sic] at night]", "Wards [sic] at night"),
        ("Wards at night [a protocol]", "Wards at night [a protocol]"),
        ("[Day] and [night]", "[Day] and [night]"),
    ],
)
def test_pubmed_xml_keeps_the_brackets_of_a_title(written: str, read_as: str) -> None:
    assert only(PUBMED.format(written))["title"] == read_as


PEOPLE = "<AuthorList Type='{}'><Author><LastName>Low</LastName><ForeName>Ann</ForeName></Author></AuthorList>"
BOOK = (
    "<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>90000001</PMID>{}<Book><BookTitle>Wards</BookTitle>"
    "<PubDate><Year>2011</Year></PubDate>{}</Book></BookDocument></PubmedBookArticle></PubmedArticleSet>"
)


@pytest.mark.parametrize(
    ("chapter", "kind", "authors"),
    [
        ("", "authors", "Low, Ann"),
        ("", "editors", "Low, Ann"),
        ("<ArticleTitle>One</ArticleTitle>", "editors", ""),
    ],
)
def test_the_authors_of_a_whole_book_in_pubmed_xml(chapter: str, kind: str, authors: str) -> None:
    assert only(BOOK.format(chapter, PEOPLE.format(kind)))["authors"] == authors


@pytest.mark.parametrize(
    "text",
    [
        "@book{a, editor = {Low, Ann and High, Ben}, title = {Wards}, year = 2011}",
        '[{"type": "book", "title": "Wards", "editor": [{"family": "Low", "given": "Ann"}, '
        '{"family": "High", "given": "Ben"}], "issued": {"date-parts": [[2011]]}}]',
        '<xml><records><record><ref-type name="Edited Book">28</ref-type><contributors><secondary-authors>'
        "<author>Low, Ann</author><author>High, Ben</author></secondary-authors></contributors>"
        "<titles><title>Wards</title></titles><dates><year>2011</year></dates></record></records></xml>",
    ],
)
def test_editors_stand_in_where_there_are_no_authors(text: str) -> None:
    assert only(text)["authors"] == "Low, Ann; High, Ben"


@pytest.mark.parametrize("written", [r"Nguy{\~{\^e}}n", r"Nguy\~{\^{e}}n", r"Nguy\~\^en", r"Nguy{\~{\^{e}}}n"])
def test_two_accents_on_one_letter(written: str) -> None:
    assert only(f"@article{{a, author = {{{written}, An}}, title = {{W}}, year = 2011}}")["authors"] == "Nguyễn, An"
