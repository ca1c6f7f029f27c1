"""What the columns of tables mean, by the names that databases, reference managers and people give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from metaethno.formats.fields import TEXT_FIELDS

# In order of preference: the first named column with text in it counts. `keywords` and `issn` take all of them.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "accession": (
        "accession number",
        "pui",
        "accession",
        "accession no",
        "eid",
        "ut (unique wos id)",
        "lens id",
        "publication id",
    ),
    "title": ("title", "article title", "document title", "primary title", "titles", "ti"),
    "authors": (
        "author full names",
        "authors",
        "author",
        "author names",
        "author(s)",
        "author/s",
        "primary authors",
    ),
    "editors": ("editor", "editors", "book editors"),
    "year": (
        "year",
        "publication year",
        "published year",
        "pub year",
        "pubyear",
        "publication date",
        "date published",
        "date",
    ),
    "container": (
        "source title",
        "journal title",
        "journal",
        "journal/book",
        "publication title",
        "journal name",
        "publication name",
        "container title",
        "secondary title",
        "book title",
        "anthology title",
        "proceedings title",
    ),
    "volume": ("volume", "vol", "vol."),
    "issue": ("issue", "issue number", "number", "no."),
    "pages": ("pages", "page range", "page numbers", "page", "pagination"),
    "first_page": ("first page", "page start", "start page", "startpage"),
    "last_page": ("last page", "page end", "end page", "endpage"),
    "page_count": ("page count",),
    "article_number": ("art. no.", "article number", "article no."),
    "doi": ("doi", "digital object identifier", "doi link"),
    "pmid": ("pmid", "pubmed id", "medline pmid"),
    "pmcid": ("pmcid", "pmc id"),
    "issn": ("issn", "print issn", "e-issn", "eissn", "electronic issn", "issns"),
    "isbn": ("isbn", "isbns", "isbn13"),
    "language": ("language", "article language", "language of original document"),
    "status": ("publication stage",),
    "pub_type": ("publication type", "document type", "doctype", "item type", "type"),
    "keywords": (
        "keywords",
        "author keywords",
        "subjects",
        "subject terms",
        "index keywords",
        "manual tags",
        "mesh terms",
        "fields of study",
        "emtree drug index terms (major focus)",
        "emtree drug index terms",
        "emtree medical index terms (major focus)",
        "emtree medical index terms",
    ),
    "url": (
        "url",
        "plink",
        "embase link",
        "link",
        "urls",
        "full text link",
        "external url",
        "source linkout",
        "dimensions url",
        "source urls",
    ),
    "abstract": ("abstract", "abstract note", "abstracts"),
    "notes": ("notes", "note", "extra"),
    "citation": ("citation", "source"),
}
TITLES: Final = frozenset(COLUMNS["title"])
HEADINGS: Final = frozenset(name for names in COLUMNS.values() for name in names)

# Whose table it is: all columns of one of the sets are there. The first that fits counts.
FLAVOURS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("Covidence CSV", frozenset({"covidence #", "title"})),
    ("EBSCO CSV", frozenset({"article title", "plink"})),
    ("EBSCO CSV", frozenset({"article title", "accession number", "doctype"})),
    ("Embase CSV", frozenset({"title", "author names", "pui"})),
    ("PubMed CSV", frozenset({"pmid", "title", "journal/book"})),
    ("Zotero CSV", frozenset({"item type", "title", "abstract note"})),
    ("Scopus CSV", frozenset({"title", "source title", "eid"})),
    ("Lens CSV", frozenset({"lens id", "title"})),
    ("Dimensions CSV", frozenset({"publication id", "title", "dimensions url"})),
    ("Rayyan CSV", frozenset({"key", "title", "authors", "url", "abstract", "notes"})),
)
OWN_TABLE: Final = "metaethno CSV"
_OWN_HEADINGS: Final = frozenset({"record id", "accession", "container", "pub type", "group authors", "title"})
WOS_TABLE: Final = "Web of Science tab-delimited"
WOS_TAGS: Final = frozenset({"pt", "au", "ti", "so", "ut"})
DELIMITER_NAMES: Final = {",": "CSV", ";": "CSV with semicolons", "\t": "tab-separated table", "|": "table with bars"}


def heading(cell: str) -> str:
    """Return a column heading as it is compared: lower case, one space between words."""
    return " ".join(cell.strip(" \"'").replace("_", " ").casefold().split())


@dataclass(frozen=True)
class Layout:
    """A table's header: which delimiter and line, whose table, and which columns hold what."""

    delimiter: str
    line: int
    header: tuple[str, ...]
    flavour: str
    columns: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def value(self, row: Sequence[str], name: str) -> str:
        """Return the first cell with any text among the columns of a field."""
        for column in self.columns.get(name, ()):
            if column < len(row) and row[column].strip():
                return row[column]
        return ""

    def values(self, row: Sequence[str], name: str) -> list[str]:
        """Return all cells with any text among the columns of a field."""
        return [row[i] for i in self.columns.get(name, ()) if i < len(row) and row[i].strip()]


def layout(delimiter: str, line: int, header: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """Work out whose table it is and where its fields are; `mapping` (field to heading) goes before what is known."""
    names = [heading(cell) for cell in header]
    present = frozenset(names)
    if present >= _OWN_HEADINGS:
        columns = {name: tuple(i for i, found in enumerate(names) if found == heading(name)) for name in TEXT_FIELDS}
        return Layout(delimiter, line, tuple(header), OWN_TABLE, columns)
    if present >= WOS_TAGS:
        flavour = WOS_TABLE
    else:
        flavour = next((name for name, needed in FLAVOURS if needed <= present), DELIMITER_NAMES[delimiter])
    columns = {
        name: tuple(i for known in knowns for i, found in enumerate(names) if found == known)
        for name, knowns in COLUMNS.items()
    }
    if flavour == "Zotero CSV":
        # "Pages" and "Extra" are Zotero's own; its "Number" is the issue only where "Issue" is empty.
        columns["notes"] = tuple(i for i, name in enumerate(names) if name in ("notes", "extra"))
        columns["accession"] = tuple(i for i, name in enumerate(names) if name == "archive location")
    for name, wanted in mapping.items():
        columns[name] = tuple(i for i, found in enumerate(names) if found == heading(wanted))
    return Layout(delimiter, line, tuple(header), flavour, columns)


MAPPABLE: Final = TEXT_FIELDS
