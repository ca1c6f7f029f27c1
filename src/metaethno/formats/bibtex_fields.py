"""From the fields of one BibTeX entry to one record: the habits of those who write BibTeX."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from metaethno.formats import clean
from metaethno.formats.latex import to_text
from metaethno.formats.model import OWN, Record

Fields = dict[str, list[str]]

_EMPTY_LINE: Final = re.compile(r"\n[ \t]*\n")
_AND: Final = re.compile(r"\s+and\s+", re.IGNORECASE)
_SMALL: Final = re.compile(r"^[a-zß-öø-ÿ]")
_PAGE_DASH: Final = re.compile(r"\s*-{2,3}\s*|\s+-\s+")
_PLAIN_PAGES: Final = re.compile(r"[0-9]+(?:--?[0-9]+)?")
_RAYYAN: Final = re.compile(r"^rayyan-\d+$")


def flavour_of(key: str, fields: Fields) -> str:
    """Return whose entry it is, where it shows. Ours first: it keeps the links of the database it is from."""
    if fields.get("source") == [OWN]:
        return OWN
    if "unique-id" in fields or "ut_(unique_wos_id)" in fields:
        return "Web of Science"
    if _RAYYAN.match(key):
        return "Rayyan"
    address = " ".join(fields.get("url", ()))
    if "search.ebscohost.com" in address or "research.ebsco.com" in address or "openurl.ebsco.com" in address:
        return "EBSCO"
    if "scopus" in " ".join(fields.get("source", ())).lower() or "scopus.com" in address:
        return "Scopus"
    if "urldate" in fields or ("file" in fields and "shorttitle" in fields) or "journaltitle" in fields:
        return "Zotero"
    if "mendeley-tags" in fields or "mendeley-groups" in fields:
        return "Mendeley"
    return ""


def to_record(kind: str, fields: Fields, flavour: str) -> Record:
    """Return one record: names from `fields.TEXT_FIELDS`, as far as the entry has them."""
    record: Record = {}
    ranks: dict[str, int] = {}
    values: dict[str, str] = {}
    for name, found in fields.items():
        rule = _RULES.get(name)
        if rule is None and name not in _OTHERS:
            continue
        value = found[0] if len(found) == 1 else _several(name, found)
        if not value or (value[0].isspace() and value.isspace()):
            continue
        if rule is None:
            # Rayyan's notes hold its decisions in braces.
            raw = name in _NAMES or (name in _NOTES and flavour == "Rayyan")
            values[name] = value if raw else to_text(value, verbatim=name in _EXACT)
            continue
        field, rank, cleaned = rule
        if field in ranks and rank >= ranks[field]:
            continue
        if field in _FREQUENT and len(value) < _SHORT:
            value = _known(name, value)
        else:
            value = cleaned(to_text(value, verbatim=name in _EXACT))
        if value:
            record[field], ranks[field] = value, rank
    for name in _NAMES:
        if name in values and "authors" not in record:
            record["authors"], record["group_authors"] = _authors(values[name])
    address = values.get("url") or values.get("link", "")
    # What we wrote ourselves has a DOI in its place, or none.
    if doi := clean.doi(values.get("doi", "")) or (clean.doi(address) if flavour != OWN else ""):
        record["doi"] = doi
    if numbers := [values[name] for name in _NUMBERS if name in values]:
        record["issn"], record["isbn"] = _numbers(*numbers)
    if words := [values[name] for name in _KEYWORDS if name in values]:
        record["keywords"] = _keywords(words)
    if notes := [values[name] for name in _NOTES if name in values]:
        record["notes"] = _paragraphs("\n\n".join(notes))
    if address:
        record["url"] = clean.address(address)
    record["accession"] = _accession(values, address, flavour)
    if flavour == OWN:
        return record | {field: clean.one_line(values.get(name, "")) for name, field in _OWN_FIELDS}
    record.setdefault("pub_type", kind)
    return record


@lru_cache(maxsize=1 << 14)
def _known(name: str, value: str) -> str:
    """Return a value of a field that comes again and again, cleaned."""
    return _RULES[name][2](to_text(value, verbatim=name in _EXACT))


@lru_cache(maxsize=1 << 13)
def _numbers(*stated: str) -> tuple[str, str]:
    return clean.issn(*stated), clean.isbn(*stated)


def _several(name: str, found: list[str]) -> str:
    """Return one value for a field that stands in an entry more than once: the first, but all keywords and notes."""
    filled = [value for value in found if value.strip()]
    if name in _KEYWORDS:
        filled = [value if ";" in value else value.replace(",", ";") for value in filled]
    return _JOINTS[name].join(filled) if name in _JOINTS else next(iter(filled), "")


def _accession(values: dict[str, str], address: str, flavour: str) -> str:
    """Return the number by which the source knows the record. Rayyan's own key is none: it changes at each import."""
    for name in _ACCESSIONS:
        if name in values:
            return clean.one_line(values[name]).replace("ISI:", "WOS:")
    pattern = _IN_ADDRESS.get(flavour)
    found = pattern.search(address) if pattern else None
    return found[1] if found else ""


def _pages(value: str) -> str:
    """Return pages with a single hyphen: TeX wants two, and EBSCO writes spaces around one."""
    if _PLAIN_PAGES.fullmatch(value):
        return value.replace("--", "-")
    return clean.pages(_PAGE_DASH.sub("-", clean.one_line(value)))


def _paragraphs(text: str) -> str:
    """Return text in paragraphs: in BibTeX a line end is a space, and an empty line parts two paragraphs."""
    if "\n" not in text:
        return clean.paragraphs(text)
    parts = (" ".join(part.split()) for part in _EMPTY_LINE.split(text))
    return clean.paragraphs("\n".join(part for part in parts if part))


def _keywords(values: list[str]) -> str:
    words: list[str] = []
    for value in values:
        words += clean.parted(value) if ";" in value else value.split(",")
    return clean.joined(words)


def _authors(value: str) -> tuple[str, str]:
    """Return names as "Family, Given", and those in braces of their own, which are groups and stay as they are."""
    names: dict[str, None] = {}
    groups: dict[str, None] = {}
    for part in _parted(value) if "{" in value else _split(value):
        name, whole = _person(part)
        if name:
            names[name] = None
        if whole:
            groups[name] = None
    return "; ".join(names), "; ".join(groups)


@lru_cache(maxsize=1 << 15)
def _person(part: str) -> tuple[str, bool]:
    """Return a name as "Family, Given" ("" for "others"), and whether it is that of a group."""
    name = clean.one_line(to_text(part))
    if not name or (name.lower() == "others" and "{" not in part):
        return "", False
    whole = part.lstrip().startswith("{") and _closes_at_end(part.strip())
    name = name.rstrip(";, ").replace(";", ",")
    if whole:
        # A second pair of braces only keeps a name from being turned about.
        return name, not part.lstrip().startswith("{{")
    if "," not in part:
        return _turned(name), False
    return (_with_suffix(name) if name.count(",") > 1 else name), False


def _split(value: str) -> list[str]:
    """Part names at "and"."""
    if (
        value.isascii()
        and value.isprintable()
        and "  " not in value
        and value.count(" and ") == value.lower().count(" and ")
    ):
        return value.split(" and ")
    return _AND.split(value)


def _parted(value: str) -> list[str]:
    """Part names at "and", but not inside braces: {Health and Safety Executive} is one."""
    whole = _split(value)
    for part in whole:
        if ("{" in part or "}" in part) and part.count("{") != part.count("}"):
            break
    else:
        return whole
    parts, depth, last = [], 0, 0
    for mark in re.finditer(r"[{}]|\s+and\s+", value, re.IGNORECASE):
        sign = mark.group()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
        elif depth <= 0:
            parts.append(value[last : mark.start()])
            last = mark.end()
    return [*parts, value[last:]]


def _closes_at_end(part: str) -> bool:
    """Say whether the brace that opens a name is the one that closes it: not so in {\\'A}lvarez {de} {Luna}."""
    depth = 0
    for at, sign in enumerate(part):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return at == len(part) - 1
    return False


def _turned(name: str) -> str:
    """Turn "Ludwig van Beethoven" about, by BibTeX's rule: the family is the last word and the small words before."""
    words = name.split(" ")
    if len(words) < 2 or len(words) > 8:
        return name
    first = next((i for i, word in enumerate(words[1:-1], 1) if _SMALL.match(word)), len(words) - 1)
    return f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _with_suffix(name: str) -> str:
    """Turn BibTeX's "Family, Jr, Given" into "Family, Given, Jr"."""
    parts = [part.strip() for part in name.split(",")]
    return f"{parts[0]}, {parts[2]}, {parts[1]}" if len(parts) == 3 and all(parts) else clean.author(name)


_NAMES: Final = ("author", "authors", "editor", "editors")  # the first that has any name
_NOTES: Final = ("note", "notes", "annote", "annotation", "howpublished")
_KEYWORDS: Final = ("keywords", "keyword", "author_keywords", "keywords-plus")
_JOINTS: Final = {
    **dict.fromkeys(_NAMES, " and "), **dict.fromkeys(_KEYWORDS, "; "), **dict.fromkeys(_NOTES, "\n\n"), "doi": "; ",
}  # fmt: skip
_ACCESSIONS: Final = (
    "unique-id", "ut_(unique_wos_id)", "accession-number", "accession_number", "accessionnumber", "an",
)  # fmt: skip
_IN_ADDRESS: Final = {
    "EBSCO": re.compile(r"[?&]AN=([\w.-]+)", re.IGNORECASE),
    "Scopus": re.compile(r"\b(2-s2\.0-\d+)"),
    "Rayyan": re.compile(r"\s+U2 {2}- (\S+)"),
}
_FREQUENT: Final = frozenset(("year", "container", "volume", "issue", "language", "pub_type"))
_SHORT: Final = 200
_NUMBERS: Final = ("issn", "eissn", "isbn")
_PAGES: Final = ("pages",)
_ARTICLE: Final = ("article-number", "art_number", "article_number", "articleno", "eid")
# Addresses and numbers in which "~", "--" and quotes are what they look like.
_EXACT: Final = frozenset(("url", "link", "doi", *_NUMBERS, "pmid", "pubmed_id", *_PAGES, *_ARTICLE, *_ACCESSIONS))
_OWN_FIELDS: Final = (("accessions", "accessions"), ("status", "status"), ("status-of", "status_of"))
_OTHERS: Final = frozenset(
    (*_NAMES, *_NOTES, *_KEYWORDS, *_ACCESSIONS, *_NUMBERS, "doi", "url", "link", *(name for name, _ in _OWN_FIELDS))
)
# Field, names in order of preference, how it is cleaned.
_PLAIN: Final[tuple[tuple[str, tuple[str, ...], Callable[[str], str]], ...]] = (
    ("title", ("title",), clean.title),
    ("year", ("year", "date", "publicationyear", "issued", "earlyaccessdate"), clean.year),
    ("container", ("journal", "journaltitle", "journal-full", "booktitle", "maintitle", "series"), clean.one_line),
    ("volume", ("volume",), clean.one_line),
    ("issue", ("number", "issue"), clean.issue),
    ("pages", (*_PAGES, *_ARTICLE), _pages),
    ("pmid", ("pmid", "pubmed_id", "pubmedid", "pubmed-id"), clean.digits),
    ("language", ("language", "langid"), clean.one_line),
    ("pub_type", ("document_type", "type"), clean.one_line),
    ("abstract", ("abstract",), _paragraphs),
)
_RULES: Final = {name: (field, rank, cleaned) for field, names, cleaned in _PLAIN for rank, name in enumerate(names)}
