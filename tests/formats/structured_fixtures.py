"""Made-up exports of the structured formats (files in `fixtures/structured`), and what must be read in them."""

# ruff: noqa: E501 - one line for each export

from __future__ import annotations

from pathlib import Path

from tests.formats.fixtures import Fixture

FOLDER = Path(__file__).parent / "fixtures/structured"

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
                "notes": 'RAYYAN-INCLUSION: {"A"=>"Included"} | RAYYAN-LABELS: x',
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

SAYS = {
    "wos.bib": "BibTeX of Web of Science: a space before the key, &apos;, \\_ in DOIs, lines that go on, no year but early access",
    "ebsco.bib": "BibTeX of EBSCO: CRLF, spaces around the page hyphen, the accession number only in the link",
    "zotero.bib": "BibTeX of Zotero: LaTeX accents and commands, paragraphs, ~ and -- in addresses, no end of line",
    "rayyan.bib": "BibTeX of Rayyan: its own key, Embase's U2 spilled into the link, a Ruby hash in the notes",
    "scopus.bib": "BibTeX of Scopus: lines before the first entry, the EID in the link",
    "endnote.xml": "EndNote XML: style runs, &#xD;, a forbidden &#x2;, a comma behind a group, all on one line",
    "zotero_endnote.xml": "EndNote XML of Zotero: no runs, web links, CRLF",
    "mendeley_endnote.xml": "EndNote XML of Mendeley: types numbered otherwise, the DOI only as a link",
    "pubmed.xml": "PubMed XML: a DTD, inline tags, labelled abstract, references with DOIs of their own, a book chapter, a retraction",
    "ebsco.xml": "EBSCO XML: the accession number in the header, several ui, first page and page count, a copyright notice as abstract",
    "ovid.xml": "Ovid XML: fields by code and label, SO packs the citation",
    "zotero.json": "CSL JSON of Zotero: particles, groups, PMID in the note, braces in strings, a date as text",
    "scopus.csv": "CSV of Scopus: authors with numbers, articles in press",
    "lens.csv": "CSV of Lens: byte-order mark, ISSNs without hyphens, several links",
    "dimensions.csv": "CSV of Dimensions: a line about the data before the header",
    "zotero.csv": "CSV of Zotero: a line end inside a cell, PMID in Extra",
    "ebsco.csv": "CSV of EBSCO: formulas around ISSN and date, US dates, entities",
    "embase.csv": "CSV of Embase: three lines before the header, an article number in the citation",
    "embase_excel.csv": "CSV of Embase saved again by a European Excel: byte-order mark, semicolons, padded rows",
    "pubmed.csv": "CSV of PubMed: byte-order mark, the citation packed, no line end at the end",
    "embase.xlsx": "XLSX of Embase: lines before the header, empty rows, numbers as numbers, a further sheet",
}
FIXTURES = tuple(
    Fixture(SAYS[name], kind, (FOLDER / name).read_bytes(), tuple(records))
    for name, (kind, records) in EXPECTED.items()
)
