"""EBSCO's XML (CINAHL, PsycINFO and others): one `<rec>` per record, the accession number in its header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from metaethno.formats import clean
from metaethno.formats.model import Parsed, Reader, Record, Source
from metaethno.formats.xml_records import every, first, is_xml, parse, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MARK: Final = re.compile(r"<rec(?=[\s>])")
_OWN: Final = re.compile(r"<controlInfo(?=[\s>/])|<header\s[^>]*uiTerm=")


def _recognise(source: Source) -> bool:
    return is_xml(source) and _MARK.search(source.head) is not None and _OWN.search(source.head) is not None


def _parse(source: Source) -> Parsed:
    return parse(source, "EBSCO XML", ("rec",), _to_record)


def _to_record(record: Element) -> Record:
    header = record.find("header")
    number = clean.one_line(header.get("uiTerm", "")) if header is not None else ""
    database = header.get("longDbName", "") if header is not None else ""
    info = next(record.iter("controlInfo"), record)
    art = info.find("artinfo")
    art = info if art is None else art
    date = info.find("pubinfo/dt")
    uis = art.findall("ui")
    issns = every(info, "jinfo/issn", "jinfo/jid[@type='issn']", "jinfo/jid[@type='eissn']")
    isbns = every(info, "bkinfo/isbn", "bkinfo/bid[@type='isbn']")
    names, groups = _authors(info)
    number = number or clean.one_line(first(art, "an", "ui"))
    return {
        "accession": number,
        "accessions": f"{database}:{number}" if database and number and ";" not in database else "",
        "title": clean.title(first(art, "tig/atl") or first(info, "bkinfo/btl", "jinfo/jtl")),
        "authors": names,
        "group_authors": groups,
        "year": clean.year(date.get("year", "") if date is not None else "", text_of(date)),
        "container": clean.one_line(first(info, "jinfo/jtl", "bkinfo/btl", "dissinfo/dissinst")),
        "volume": clean.one_line(first(info, "pubinfo/vid")),
        "issue": clean.issue(first(info, "pubinfo/iid")),
        "pages": clean.pages(first(art, "pages")) or clean.pages_by_count(first(art, "ppf"), first(art, "ppct")),
        "doi": clean.doi(*(text_of(ui) for ui in uis if ui.get("type") == "doi")),
        "pmid": next((clean.digits(text_of(ui)) for ui in uis if ui.get("type") == "pmid"), ""),
        "issn": clean.issn(*issns),
        "isbn": clean.isbn(*isbns),
        "language": clean.one_line(first(info, "language")),
        "pub_type": clean.joined(every(art, "doctype")) or clean.joined(every(art, "pubtype")),
        "keywords": clean.joined(every(art, "sug/subj", "keyword", "kwg/kw")),
        "url": clean.address(
            first(record, "plink", "pLink/url", "displayInfo/pLink/url") or first(info, ".//pLink/url")
        ),
        "abstract": clean.paragraphs("\n".join(_without_copyright(every(art, "ab")))),
        "notes": clean.paragraphs("\n".join(every(art, "note"))),
    }


def _authors(info: Element) -> tuple[str, str]:
    """Return authors and groups: EBSCO marks a group with a type, and writes the names of people with a comma."""
    names, groups = [], []
    elements = info.findall("artinfo/aug/au") or info.findall("bkinfo/aug/au")
    for element in elements:
        name = clean.author(text_of(element))
        names.append(name)
        if element.get("type", "").lower() in ("corporate", "corp", "group"):
            groups.append(name)
    return clean.joined(names), clean.joined(groups)


def _without_copyright(texts: list[str]) -> list[str]:
    """Leave out abstracts that are nothing but EBSCO's notice of rights, where there is a real one."""
    real = [text for text in texts if not _RIGHTS.match(text)]
    return real or texts


_RIGHTS: Final = re.compile(r"^\s*(?:\[ABSTRACT FROM|Copyright of )[^\n]*$")

READER: Final = Reader(
    "EBSCO XML (.xml)",
    _recognise,
    _parse,
    looks=re.compile(r"<(?:controlInfo|artinfo|jinfo|header short)|uiTerm="),
    about="EBSCOhost's XML (CINAHL, APA PsycInfo, Academic Search and others): Export > XML",
)
