"""EndNote's XML, and the XML that Mendeley, Zotero and others write in its likeness.

EndNote wraps every value in `<style>` runs, several where a title has italics, and writes line ends as `&#xD;`; the
others leave the runs out and number the types otherwise, so the type is taken by its name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from metaethno.formats import clean
from metaethno.formats.model import OWN, Parsed, Reader, Record, Source
from metaethno.formats.xml_records import every, first, is_xml, parse, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MARK: Final = re.compile(r"<record(?=[\s>])")
_OWN: Final = re.compile(r"<(?:ref-type|source-app|contributors|electronic-resource-num)(?=[\s/>])")
_APP: Final = re.compile(r"<source-app\s[^>]*?name=[\"']([^\"']{1,40})")
_PMID: Final = re.compile(r"^PMID: *(\d{1,9})\b", re.MULTILINE)
_PUBMED: Final = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)


def _recognise(source: Source) -> bool:
    return is_xml(source) and _MARK.search(source.head) is not None and _OWN.search(source.head) is not None


def _parse(source: Source) -> Parsed:
    parsed = parse(source, "EndNote XML", ("record",), _to_record)
    app = _APP.search(source.head)
    if app and app[1] != "EndNote":
        parsed.flavours[app[1]] = len(parsed.records)
    return parsed


def _to_record(record: Element) -> Record:
    names, groups = _authors(record)
    issn = every(record, "isbn", "issn", "orig-pub/isbn")
    accession = clean.one_line(first(record, "accession-num"))
    database = first(record, "remote-database-name") + " " + first(record, "remote-database-provider")
    kind = record.find("ref-type")
    named = kind.get("name", "") if kind is not None else ""
    urls = every(record, "urls/related-urls/url", "urls/web-urls/url", "urls/text-urls/url", "url")
    doi = clean.doi(*every(record, "electronic-resource-num", "doi"))
    own = first(record, "source-app") == OWN
    stated = _PMID.search("\n".join(every(record, "custom1", "custom2", "custom3", "notes")))
    pmid = accession if accession.isdecimal() and _PUBMED.search(database) else ""
    return {
        "accession": accession,
        "accessions": clean.one_line(first(record, "custom3")) if own else "",
        "status": clean.one_line(first(record, "custom4")) if own else "",
        "status_of": clean.one_line(first(record, "custom5")) if own else "",
        "title": clean.title(first(record, "titles/title")),
        "authors": names,
        "group_authors": groups,
        "year": clean.year(*every(record, "dates/year", "dates/pub-dates/date", "year")),
        "container": clean.one_line(
            first(record, "periodical/full-title", "titles/secondary-title", "alt-periodical/full-title",
                  "titles/alt-title", "titles/tertiary-title")
        ),
        "volume": clean.one_line(first(record, "volume")),
        "issue": clean.issue(first(record, "number", "issue")),
        "pages": clean.pages(first(record, "pages")) or clean.one_line(first(record, "custom7", "electronic-pages")),
        "doi": doi or clean.doi(*(url for url in urls if "doi.org/" in url and not own)),
        "pmid": pmid or (stated[1] if stated else ""),
        "issn": clean.issn(*issn),
        "isbn": clean.isbn(*issn),
        "language": clean.one_line(first(record, "language")),
        "pub_type": clean.one_line(first(record, "work-type") or ("" if own else named)),
        "keywords": clean.joined(word for text in every(record, "keywords/keyword") for word in clean.parted(text)),
        "url": clean.address(urls[0]) if urls else "",
        "abstract": clean.paragraphs(first(record, "abstract")),
        "notes": clean.paragraphs("\n".join(every(record, "notes", "research-notes"))),
    }  # fmt: skip


def _authors(record: Element) -> tuple[str, str]:
    """Return authors, else editors, and groups. EndNote closes a group's name with a comma, so as not to turn it."""
    names, groups = [], []
    people = record.findall("contributors/authors/author") or record.findall("contributors/secondary-authors/author")
    for element in people:
        for name in text_of(element).split("\n"):
            corporate = name.rstrip().endswith(",") or bool(element.get("corp-name"))
            name = clean.author(name or element.get("corp-name", ""))
            names.append(name)
            if corporate:
                groups.append(name)
    return clean.joined(names), clean.joined(groups)


READER: Final = Reader(
    "EndNote XML (.xml)",
    _recognise,
    _parse,
    looks=re.compile(r"<(?:style face|ref-type|source-app|rec-number)"),
    about="EndNote's XML: File > Export, type XML; Mendeley and Zotero write it, too",
)
