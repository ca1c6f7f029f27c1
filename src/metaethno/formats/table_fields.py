"""From one row of a table to one record: the habits of each database's table."""

from __future__ import annotations

import re
from typing import Final

from metaethno.formats import clean
from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import Record
from metaethno.formats.table_columns import OWN_TABLE, WOS_TABLE, Layout, heading
from metaethno.formats.wos import to_record as wos_record

_FORMULA: Final = re.compile(r'^\s*="(.*)"\s*$', re.DOTALL)
_ESCAPED: Final = re.compile(r"^'+[=+\-@\t\r]")
_PARAGRAPHS: Final = ("abstract", "notes")
_CITATION: Final = re.compile(r";\s*([\w -]*?)(?:\(([^)]*)\))?:([^.;]+)\.")
_SPILLED: Final = re.compile(r"\s+U2 {2}- (\S+)")
_IN_PRESS: Final = ("press", "aip")  # Scopus: "Article in Press", or "aip"
_EXTRA_PMID: Final = re.compile(r"^PMID: *(\d+)", re.MULTILINE)
_SCOPUS_ID: Final = re.compile(r"\s*\(\d{5,}\)\s*$")
_AND: Final = re.compile(r"\s+and\s+", re.IGNORECASE)
_EMBASE_ARTICLE: Final = re.compile(r"Article Number: *(\w+)")
_EMBASE_PARTER: Final = re.compile(r",(?: |(?=[^\W\d]))")  # "2,4 dinitrophenol" is one term
_FAMILY_INITIALS: Final = re.compile(r"^[^,;]+?\s+(?:[A-ZÀ-ÖØ-Þ]\.?[-‐ ]?){1,5}(?:\s+(?:Jr|Sr|2nd|3rd))?\.?$")
# As APA style lists authors: "Low, A. B., van Dam, C., & High, D."
_APA_NAME: Final = re.compile(r"([^,;&.]{2,60}), ((?:[^\W\d_]\.[ -]?){1,5})(?:,? ?& ?|, |$)")
_APA: Final = re.compile(rf"(?:{_APA_NAME.pattern}){{2,}}")
# Whose accession number a table holds, where that can be told.
_NUMBERED: Final = {
    "Embase CSV": "Embase", "Scopus CSV": "Scopus", "Lens CSV": "Lens", "Dimensions CSV": "Dimensions",
}  # fmt: skip
_WOS_LISTS: Final = ("AU", "AF", "CA", "BA", "BF", "BE", "GP")


def to_record(layout: Layout, cells: list[str]) -> Record:
    """Return one record with every field of `fields.TEXT_FIELDS`."""
    if layout.flavour == OWN_TABLE:
        return _own(layout, cells)
    # Excel is kept from changing numbers and dates by writing them as formulas: ="19326203".
    row = [_plain(cell) if "=" in cell else cell for cell in cells]
    if layout.flavour == WOS_TABLE:
        return _from_wos(layout, row)
    link = layout.value(row, "url")
    record = {
        "accession": clean.one_line(layout.value(row, "accession")),
        "title": clean.title(layout.value(row, "title")),
        "authors": _authors(layout.value(row, "authors") or layout.value(row, "editors"), layout.flavour),
        "year": clean.year(*layout.values(row, "year")),
        "container": clean.one_line(layout.value(row, "container")),
        "volume": clean.one_line(layout.value(row, "volume")),
        "issue": clean.issue(layout.value(row, "issue")),
        "pages": _pages(layout, row),
        "doi": clean.doi(layout.value(row, "doi")) or (clean.doi(link) if "doi.org/" in link else ""),
        "pmid": clean.digits(layout.value(row, "pmid")),
        "issn": clean.issn(*layout.values(row, "issn")),
        "isbn": clean.isbn(*layout.values(row, "isbn"), *layout.values(row, "issn")),
        "language": clean.one_line(layout.value(row, "language")),
        "pub_type": clean.one_line(layout.value(row, "pub_type")),
        "keywords": _keywords(layout, row),
        "url": clean.address(link),
        "abstract": clean.paragraphs(layout.value(row, "abstract")),
        "notes": clean.paragraphs("\n".join(layout.values(row, "notes"))),
    }
    if any(word in layout.value(row, "status").lower() for word in _IN_PRESS):
        record["status"] = "early view"
    if layout.flavour == "Zotero CSV" and not record["pmid"]:
        found = _EXTRA_PMID.search(record["notes"])
        record["pmid"] = found[1] if found else ""
    if layout.flavour == "PubMed CSV":
        record["accession"] = record["pmid"]
        _from_citation(record, layout.value(row, "citation"))
    elif layout.flavour == "Embase CSV" and not record["pages"]:
        found = _EMBASE_ARTICLE.search(layout.value(row, "citation"))
        record["pages"] = found[1] if found else ""
    elif layout.flavour == "Rayyan CSV" and not record["accession"]:
        # Rayyan reads RIS with bare CRs badly and leaves the next tag in the cell. Its own key is no accession
        # number: it changes at each import.
        found = _SPILLED.search(link)
        record["accession"] = found[1] if found else ""
    record["accessions"] = clean.numbers(
        (_NUMBERED.get(layout.flavour, ""), record["accession"] if layout.flavour in _NUMBERED else ""),
        ("PubMed", record["pmid"]),
        ("PMC", clean.one_line(layout.value(row, "pmcid"))),
    )
    return record


def _own(layout: Layout, cells: list[str]) -> Record:
    """Return a record of a table that this program wrote: an apostrophe before a formula is taken off again."""
    row = [cell[1:] if _ESCAPED.match(cell) else cell for cell in cells]
    record = {name: clean.one_line(layout.value(row, name)) for name in TEXT_FIELDS if name not in _PARAGRAPHS}
    return record | {name: clean.paragraphs(layout.value(row, name)) for name in _PARAGRAPHS}


def _plain(cell: str) -> str:
    found = _FORMULA.match(cell)
    return found[1].replace('""', '"') if found else cell


def _authors(text: str, flavour: str) -> str:
    text = clean.paragraphs(text)
    capitals = flavour == "PubMed CSV"
    if ";" in text or flavour == "EBSCO CSV":  # EBSCO parts names by ";", so without one "van Dam, Al B." is one name
        names = [_SCOPUS_ID.sub("", name) for name in text.split(";")]
    elif "\n" in text:
        names = text.split("\n")
    elif "|" in text:
        names = text.split("|")
    elif "&" in text and _APA.fullmatch(text[:5000]):
        names = [f"{family}, {given}" for family, given in _APA_NAME.findall(text)]
    elif "," in text and _AND.search(text):
        names = _AND.split(text)
    else:
        parts = [part.strip() for part in text.rstrip(". ").split(", ")] if capitals else text.split(", ")
        # "Yang Z., Jiang B." is a list; "Yang, Zixiao" is one name.
        is_list = capitals or flavour == "Embase CSV" or (len(parts) > 1 and all(map(_FAMILY_INITIALS.match, parts)))
        names = parts if is_list else [text]
        capitals = capitals or (is_list and flavour != "Embase CSV")
    return clean.joined(clean.author(name, capitals) for name in names)


def _pages(layout: Layout, row: list[str]) -> str:
    first = layout.value(row, "first_page")
    if layout.flavour == "EBSCO CSV":
        return clean.pages_by_count(first, layout.value(row, "page_count"))
    return (
        clean.pages(layout.value(row, "pages"))
        or clean.pages(first, layout.value(row, "last_page"))
        or clean.one_line(layout.value(row, "article_number"))
    )


def _keywords(layout: Layout, row: list[str]) -> str:
    cells = layout.values(row, "keywords")
    if layout.flavour == "Embase CSV":
        return clean.joined(word for cell in cells for word in _EMBASE_PARTER.split(cell))
    return clean.joined(word for cell in cells for word in clean.parted(cell))


def _from_citation(record: Record, citation: str) -> None:
    """Fill volume, issue and pages from PubMed's "Eur J Med Genet. 2020 Feb;63(2):103640. doi: …"."""
    found = _CITATION.search(citation)
    if found:
        record["volume"] = record["volume"] or found[1].strip()
        record["issue"] = record["issue"] or (found[2] or "").strip()
        record["pages"] = record["pages"] or found[3].strip()


def _from_wos(layout: Layout, row: list[str]) -> Record:
    tags = {heading(name).upper(): cell for name, cell in zip(layout.header, row, strict=False) if name.strip()}
    for tag in _WOS_LISTS:
        tags[tag] = tags.get(tag, "").replace("; ", "\n")
    return wos_record(tags)
