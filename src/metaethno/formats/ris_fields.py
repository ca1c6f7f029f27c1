"""What RIS tags mean: the same for all, with what is known of each platform's habits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from metaethno.formats import clean
from metaethno.formats.model import OWN, Record

Tags = dict[str, list[str]]
"""A tag and its values in their order, continuation lines included; `_link` holds what stands behind `ER`."""

_NUMBER_LINE: Final = re.compile(r"^\s*(?:\d+\. *|<\d+\. *>)\s*\Z", re.MULTILINE)
_MANAGER_DATE: Final = re.compile(r"^\s*\d{4}/\d{0,2}/\d{0,2}/")
_EBSCO_NUMBER: Final = re.compile(r"Accession Number: *([^\s;]+)")
_EBSCO_PMID: Final = re.compile(r"PMID: *(?:NLM)?(\d{4,9})")
_EMBASE_NUMBER: Final = re.compile(r"^L\d{6,}$")
_COCHRANE_PMID: Final = re.compile(r"PUBMED (\d+)")
_LINK_NUMBER: Final = re.compile(
    r"(?:embase\.com/\S*?[?&]id=|ebsco\w*\.com/\S*?[?&]AN=|ovid\.com/\S*?[?&]AN=)([\w.:-]+)", re.IGNORECASE
)
_COPYRIGHT: Final = re.compile(
    r"^\s*Copyright (?:of|\(c\)|©) .{0,300}(?:is the property of|may not be copied|All rights)"
)
_DOI_LINK: Final = re.compile(r"https?://(?:\w+\.)*doi\.org", re.IGNORECASE)
_ARTICLE_NUMBER: Final = re.compile(r"^(?:[A-Za-z]+\d{4,}|0\d{3,})$")


def flavour_of(tags: Tags, before: str) -> str:
    """Name the program or platform that wrote a record, or return an empty string. `before` is what precedes it."""
    if _first(tags, "DP").strip() == OWN:
        return OWN
    accession = _first(tags, "AN").strip()
    link = _first(tags, "UR")
    if "NS" in tags and "PG" in tags:
        return "Covidence"
    if accession.startswith(("WOS:", "MEDLINE:", "BCI:", "CCC:", "KJD:")) or "WE" in tags:
        return "Web of Science"
    if "U2" in tags and ("LK" in tags or "embase.com" in link):
        return "Embase.com"
    if "EBSCO" in _first(tags, "DP") or ("DB" in tags and "ebscohost" in link):
        return "EBSCO"
    if accession.startswith("CN-") or "Provider: John Wiley" in before:
        return "Cochrane"
    if _is_ovid(tags, before, link):
        return "Ovid"
    if "ST" in tags and "ID" in tags:
        return "EndNote"
    if _MANAGER_DATE.match(_first(tags, "DA")) or "Zotero" in _first(tags, "DP"):
        return "Zotero"
    if "ID" in tags and _MANAGER_DATE.match(_first(tags, "Y1") + " "):
        return "Mendeley"
    return ""


def _is_ovid(tags: Tags, before: str, link: str) -> bool:
    if "ovid.com" in link or "ovid.com" in _first(tags, "L2") or "ovid.com" in _first(tags, "_link"):
        return True
    return _NUMBER_LINE.search(before) is not None or ("DB" in tags and "ID" in tags and "PT" in tags)


def to_record(tags: Tags, flavour: str) -> Record:
    """Return a record with every field of `fields.TEXT_FIELDS` that the tags hold."""
    if flavour == OWN:
        return _own(tags)
    notes = _notes(tags, flavour)
    links = tags.get("UR", []) + tags.get("_link", [])
    return {
        "accession": _accession(tags, flavour, notes, links),
        "title": clean.title(_filled(tags, "TI", "T1", "CT", "BT")),
        "authors": clean.joined(
            clean.author(name, capitals=flavour == "Ovid") for name in _lines(_all(tags, *_author_tags(flavour)))
        ),
        "year": clean.year(*_all(tags, "PY"), *_all(tags, "Y1"), *_all(tags, "DA")),
        "container": clean.one_line(_filled(tags, "JF", "T2", "JO", "JA", "J2", "J1", "JI", "BT", "NL")),
        "volume": clean.one_line(_filled(tags, "VL")),
        "issue": clean.issue(_filled(tags, "IS", "CP")),
        "pages": _pages(tags, flavour),
        "doi": _doi(tags),
        "pmid": _pmid(tags, flavour, notes),
        "issn": clean.issn(*tags.get("SN", ())),
        "language": clean.one_line(_filled(tags, "LA")),
        "pub_type": clean.one_line(_pub_type(tags, flavour)),
        "keywords": clean.joined(_lines(_all(tags, "KW", "DE"))),
        "url": _url(tags, links),
        "abstract": _abstract(tags),
        "notes": notes,
    }


def _first(tags: Tags, tag: str) -> str:
    values = tags.get(tag)
    return values[0] if values else ""


def _all(tags: Tags, *names: str) -> list[str]:
    """Return the values of the first of several tags that has any text."""
    for name in names:
        values = [value for value in tags.get(name, ()) if value and not value.isspace()]
        if values:
            return values
    return []


def _filled(tags: Tags, *names: str) -> str:
    """Return the first value with any text, of the first of several tags that has one."""
    for name in names:
        for value in tags.get(name, ()):
            if value and not value.isspace():
                return value
    return ""


def _lines(values: Iterable[str]) -> list[str]:
    """Part values that run over several lines: EndNote writes the second author or keyword on a line without a tag."""
    return [line for value in values for line in value.split("\n") if line.strip()]


def _author_tags(flavour: str) -> tuple[str, ...]:
    # Where there are no authors, editors stand in; but Ovid's A2 lists the authors of the cited references.
    return ("AU", "A1") if flavour == "Ovid" else ("AU", "A1", "A2", "ED")


def _accession(tags: Tags, flavour: str, notes: str, links: list[str]) -> str:
    stated = _filled(tags, "AN") or _filled(tags, "U2")
    # ID is the accession number on Ovid and in the new EBSCO interface; reference managers number their own records.
    if not stated and flavour in ("Ovid", "EBSCO"):
        stated = _filled(tags, "ID")
    if stated:
        return clean.one_line(stated)
    if flavour == "EBSCO" and (found := _EBSCO_NUMBER.search(notes)):
        return found[1]
    for line in notes.split("\n"):
        if _EMBASE_NUMBER.match(line):  # EndNote moves Embase's U2 into the notes
            return line
    for link in links:
        if found := _LINK_NUMBER.search(link):
            return found[1]
    return ""


def _pages(tags: Tags, flavour: str) -> str:
    first = clean.one_line(_filled(tags, "SP", "PG"))
    last = clean.one_line(_filled(tags, "EP"))
    if flavour == "EBSCO" and _ARTICLE_NUMBER.match(first):
        last = ""  # EBSCO adds the number of pages to an article number: the end page does not exist
    return clean.pages(first, last) or clean.one_line(_filled(tags, "C7", "AR"))


def _doi(tags: Tags) -> str:
    found = clean.doi(*tags.get("DO", ()), *tags.get("DI", ()))
    if found:
        return found
    # EBSCO states it in L3 only, Embase again in L2, ERIC in L1; older exports in M3.
    for tag in ("L3", "L2", "L1"):
        found = clean.doi(*(v for v in tags.get(tag, ()) if _DOI_LINK.search(v) or v.strip().startswith("10.")))
        if found:
            return found
    stated = (v for v in tags.get("M3", ()) if v.strip().lower().startswith(("10.", "doi")))
    return clean.doi(*stated) or clean.doi(*(v for v in tags.get("UR", ()) if _DOI_LINK.search(v)))


def _pmid(tags: Tags, flavour: str, notes: str) -> str:
    if flavour == "Embase.com":
        return clean.digits(_filled(tags, "C5"))
    if flavour == "Cochrane":
        found = _COCHRANE_PMID.search(_filled(tags, "C3"))
        return found[1] if found else ""
    if flavour == "Ovid" and "MEDLINE" in _first(tags, "DB").upper():
        return clean.digits(_filled(tags, "ID"))
    if flavour == "EBSCO":
        found = _EBSCO_PMID.search(notes)
        return found[1] if found else ""
    return clean.digits(_filled(tags, "PM"))


def _pub_type(tags: Tags, flavour: str) -> str:
    if flavour == "Ovid":  # M3 is PsycINFO's classification there
        return _filled(tags, "PT", "TY")
    stated = _filled(tags, "M3", "PT")
    return stated if stated and not stated.strip().lower().startswith(("10.", "doi")) else _filled(tags, "TY")


def _url(tags: Tags, links: list[str]) -> str:
    for value in (*links, *tags.get("L2", ()), *tags.get("LK", ())):
        for word in value.split():
            if "://" in word:
                return clean.address(word)
    return clean.address(_filled(tags, "UR"))


def _abstract(tags: Tags) -> str:
    for tag in ("AB", "N2"):
        values = [v for v in tags.get(tag, ()) if v.strip() and not _COPYRIGHT.match(v)]
        if values:
            return clean.paragraphs("\n".join(values))
    return ""


def _notes(tags: Tags, flavour: str) -> str:
    values = [*tags.get("N1", ()), *tags.get("NT", ()), *tags.get("FX", ())]
    if not flavour:
        # Elsewhere M1 holds addresses (Embase), the cited references (PsycINFO) or an issue number (EndNote).
        values += tags.get("M1", [])
    return clean.paragraphs("\n".join(values)) if values else ""


def _own(tags: Tags) -> Record:
    """Return a record that this program wrote (`exchange.writers.ris`); a comma behind a name tells a group."""
    names = [clean.one_line(name) for name in tags.get("AU", ())]
    single = {
        "accession": "AN", "title": "TI", "year": "PY", "container": "T2", "volume": "VL", "issue": "IS", "pages": "SP",
        "pmid": "PM", "language": "LA", "pub_type": "M3", "url": "UR", "accessions": "C1", "status": "C2",
        "status_of": "C3",
    }  # fmt: skip
    return {field: clean.one_line(_filled(tags, tag)) for field, tag in single.items()} | {
        "authors": clean.joined(name.rstrip(",") for name in names),
        "group_authors": clean.joined(name.rstrip(",") for name in names if name.endswith(",")),
        "doi": clean.doi(*tags.get("DO", ())),
        "issn": clean.issn(*tags.get("SN", ())),
        "isbn": clean.isbn(*tags.get("BN", ())),
        "keywords": clean.joined(tags.get("KW", ())),
        "abstract": clean.paragraphs(_filled(tags, "AB")),
        "notes": clean.paragraphs(_filled(tags, "N1")),
    }
