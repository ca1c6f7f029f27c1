"""BibTeX, XML, JSON, workbooks and database tables: made-up exports that copy, byte by byte, how each source writes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from metaethno.formats import read

FIXTURES = Path(__file__).parent / "fixtures/structured"

# File -> format, and what its records must say. What stands here was read off the files by eye.
EXPECTED: dict[str, tuple[str, list[dict[str, str]]]] = {
    "wos.bib": (
        "BibTeX (Web of Science)",
        [
            {
                "accession": "WOS:000900000000001",
                "authors": "Ashdown, Mira; de Wit, Anna; Night Ward Study Group; Low, Bea",
                "group_authors": "Night Ward Study Group",
                "title": "Waiting for Care: The Patient's Voice in UK Wards, Part II",
                "container": "JOURNAL OF MADE-UP NURSING",
                "pages": "101-119",
                "doi": "10.5555/mun_2021_03",
                "issn": "1234-5679;9876-5430",
                "keywords": "SELF-MANAGEMENT; R&D COSTS",
                "abstract": "We asked nurses & patients (p < 0.05). Costs fell by 12% in vivo.",
            },
            {
                "year": "2022",
                "pages": "103848",
                "authors": "Müller, Jörg; Mañas, Øle",
                "container": "PROCEEDINGS OF THE WARD",
            },
        ],
    ),
    "ebsco.bib": (
        "BibTeX (EBSCO)",
        [
            {
                "accession": "176404503",
                "pages": "1-60",
                "authors": "Curry, Kris; Martínez, Ricardo N.",
                "issn": "1932-6203",
                "keywords": "Waiting; Wards; Nurses",
                "abstract": "Nurses spoke of waiting.",
            }
        ],
    ),
    "zotero.bib": (
        "BibTeX (Zotero)",
        [
            {
                "title": "Living with COPD: qualitative study — of Čapek's “ward”",
                "authors": "Ash, Mira; van Beethoven, Ludwig; World Health Organization",
                "group_authors": "World Health Organization",
                "url": "https://example.org/~ash/living_with--copd",
                "abstract": "First paragraph.\nSecond paragraph, 5% & more.",
                "pages": "12-34",
                "keywords": "care; waiting lists",
                "pub_type": "article",
            },
            {"title": "No newline and no comma at the end", "year": "2018", "pub_type": "book"},
        ],
    ),
    "rayyan.bib": (
        "BibTeX (Rayyan)",
        [
            {
                "accession": "L900000245",
                "authors": "Yang, Z.; Jiang, B.",
                "doi": "10.5555/ray.1",
                "url": "https://www.embase.com/search/results?subaction=viewrecord&id=L900000245&from=export",
            }
        ],
    ),
    "scopus.bib": (
        "BibTeX (Scopus)",
        [{"accession": "2-s2.0-85100000001", "pages": "104", "keywords": "care; ward", "pub_type": "Article"}],
    ),
    "endnote.xml": (
        "EndNote XML",
        [
            {
                "title": "Care for Homo sapiens & others: CO2",
                "authors": "Ash, Mira; Night Ward Study Group",
                "group_authors": "Night Ward Study Group",
                "container": "The Journal of Wards",
                "abstract": "BACKGROUND: One.\nRESULTS: Two more.",
                "keywords": "*Care; Nursing/*methods",
                "issn": "1234-5679;9876-5430",
                "doi": "10.5555/end.1",
                "pmid": "26000001",
                "accession": "26000001",
                "url": "https://example.org/a?b=1&c=2",
                "pub_type": "Journal Article",
            },
            {"title": "A book of wards", "isbn": "9783161484100", "issn": "", "pub_type": "Book"},
        ],
    ),
    "zotero_endnote.xml": (
        "EndNote XML (Zotero)",
        [{"title": "Plain values without runs", "issue": "1", "doi": "10.5555/zx.1", "url": "https://example.org/zx"}],
    ),
    "mendeley_endnote.xml": (
        "EndNote XML (Mendeley)",
        [{"pub_type": "Journal Article", "doi": "10.5555/men.1", "container": "Wards"}],
    ),
    "pubmed.xml": (
        "PubMed XML",
        [
            {
                "title": "Care in vivo and H2O & more.",
                "authors": "Pérez-de la Fuente, Ricardo; Smith, John A Jr; Night Ward Study Group",
                "group_authors": "Night Ward Study Group",
                "abstract": "BACKGROUND: One.\nRESULTS: Two.",
                "doi": "10.5555/pm.1",
                "year": "2015",
                "pages": "454-81",
                "keywords": "waiting; Nursing Care",
                "accessions": "PubMed:90000001; PMC:PMC9000001",
                "status": "retracted",
                "status_of": "",
            },
            {
                "title": "A chapter",
                "authors": "Low, B",
                "container": "Handbook of wards",
                "isbn": "9783161484100",
                "doi": "",
            },
        ],
    ),
    "ebsco.xml": (
        "EBSCO XML",
        [
            {
                "accession": "109000477",
                "title": "Wards & waiting.",
                "authors": "Ash, Mira; Night Ward Study Group",
                "group_authors": "Night Ward Study Group",
                "doi": "10.5555/s12889-1",
                "pmid": "26000339",
                "pages": "924-934",
                "abstract": "We asked.",
                "keywords": "Waiting Lists; Wards",
                "issn": "1234-5679",
            },
            {"accession": "109000478", "year": "2016", "abstract": ""},
        ],
    ),
    "ovid.xml": (
        "Ovid XML",
        [
            {
                "accession": "2021-90001-001",
                "authors": "Ash, Mira; Low, Bea",
                "volume": "43",
                "issue": "5",
                "pages": "623-634",
                "doi": "10.5555/ov.1",
                "container": "Journal of Wards",
                "accessions": "APA PsycInfo:2021-90001-001",
            }
        ],
    ),
    "zotero.json": (
        "CSL JSON",
        [
            {
                "title": 'A ward & {more} "braces"',
                "authors": "van der Meer, Jan; Night Ward Study Group",
                "group_authors": "Night Ward Study Group",
                "pmid": "90000001",
                "year": "2015",
                "issn": "1234-5679;9876-5430",
                "abstract": "One.\nTwo.",
                "doi": "10.5555/csl.1",
            },
            {"authors": "Low, B. Jr", "year": "1999", "isbn": "9783161484100"},
        ],
    ),
    "scopus.csv": (
        "Scopus CSV",
        [
            {
                "authors": "Ash, Mira; Low, Bea",
                "pages": "104",
                "status": "early view",
                "accession": "2-s2.0-85100000001",
                "pmid": "90000001",
                "keywords": "care; ward; nursing",
            }
        ],
    ),
    "lens.csv": (
        "Lens CSV",
        [
            {
                "accession": "000-111-222-333-44X",
                "authors": "Mira Ash; Bea Low",
                "pages": "12-34",
                "issn": "1234-5679;9876-5430",
                "doi": "10.5555/le.1",
                "url": "https://doi.org/10.5555/le.1",
                "keywords": "care; Wards; Nursing; Medicine",
            }
        ],
    ),
    "dimensions.csv": (
        "Dimensions CSV",
        [
            {
                "accession": "pub.1100000001",
                "authors": "Ash, Mira; Low, Bea",
                "year": "2023",
                "pages": "12-34",
                "keywords": "Humans; Wards",
            }
        ],
    ),
    "zotero.csv": (
        "Zotero CSV",
        [
            {
                "abstract": 'One.\nTwo "quoted".',
                "pmid": "90000001",
                "accession": "L900000001",
                "pub_type": "journalArticle",
            }
        ],
    ),
    "ebsco.csv": (
        "EBSCO CSV",
        [
            {
                "issn": "1234-5679",
                "year": "2024",
                "pages": "924-934",
                "title": "Care & cure.",
                "keywords": "COST; R&D",
                "abstract": 'We asked, "why".',
                "doi": "10.5555/eb.1",
            },
            {"year": "2023", "pages": "e024", "authors": "van der Merwe, Aaliyah T.", "accession": "900290"},
        ],
    ),
    "embase.csv": (
        "Embase CSV",
        [
            {
                "authors": "Yang, Z.; McNamara, M.E.",
                "pages": "4063",
                "abstract": 'One.\nTwo, "three".',
                "issn": "2041-1723",
            },
            {"pages": "307-356", "accession": "L900000246"},
        ],
    ),
    "embase_excel.csv": ("Embase CSV", [{"authors": "Yang, Z.; Low, B.", "abstract": "One; two", "pages": "307-356"}]),
    "pubmed.csv": (
        "PubMed CSV",
        [
            {
                "authors": "Griffin, DK; Pérez-de la Fuente, R; Smith, JA Jr",
                "volume": "63",
                "pages": "103640",
                "pmid": "90000926",
            }
        ],
    ),
    "embase.xlsx": (
        "Embase XLSX",
        [
            {"year": "2024", "volume": "15", "pmid": "90000066", "abstract": "One.\nTwo.", "pages": "4063"},
            {"title": "B ward", "year": "2023", "volume": ""},
        ],
    ),
}


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
