"""Ovid's own formats: tagged (`.cgi`, `.ovd`) and text with full field labels. A record starts with `<12. >` or `<12>`.

Tagged: no end of record, `SO` packs journal, volume and pages; in `.cgi` the sections of an abstract go on without an
indent ("Method(s): …"), so whatever is no tag belongs to the tag before it. Labelled: a label on a line of its own,
its value on the lines below, indented.
"""

from __future__ import annotations

import re
from typing import Final

from metaethno.formats import clean
from metaethno.formats.check import WITHOUT_YEAR, foreign, line_numbers
from metaethno.formats.model import Parsed, Reader, Record, Source, Tags

# Label of the text format -> tag of the tagged format (Ovid's field guides give both).
LABELS: Final = {
    "unique identifier": "UI", "accession number": "AN", "database": "DB", "status": "ST", "title": "TI",
    "original title": "OT", "source": "SO", "journal name": "JN", "author": "AU", "authors": "AU",
    "author/editor": "AU", "authors full name": "FA", "author full name": "FA", "institution": "IN",
    "corporate author": "CA", "abstract": "AB", "issn": "IS", "issn print": "IS", "issn electronic": "IS",
    "issn linking": "IS", "isbn": "IB", "doi": "DO", "doi number": "DO", "digital object identifier": "DO",
    "language": "LG", "publication type": "PT", "document type": "DT", "year of publication": "YR",
    "publication year": "YR", "date of publication": "DP", "publication date": "DP",
    "mesh subject headings": "MH", "subject headings": "MH", "subject heading": "MH", "emtree heading": "MH",
    "key concepts": "KW", "keyword": "KW", "keywords": "KW", "keyword heading": "KW", "author keywords": "KW",
    "pubmed id": "PM", "pmid": "PM", "publisher": "PB", "copyright": "CR", "url": "UR",
    "link to the ovid full text or citation": "XL", "link to the external link resolver": "XX",
}  # fmt: skip
_RECORD: Final = re.compile(r"^ ?<\d+(?:\. ?)?>[ \t]*$", re.MULTILINE)
_LOOKS_LIKE_RECORD: Final = re.compile(r"^[^\w\n]{0,6}<[ \t]*\d+[. \t]{0,4}>", re.MULTILINE)
_TAG: Final = re.compile(r"^ ?([A-Z][A-Z0-9]) {1,2}-(?: |$)", re.MULTILINE)
_TAGGED: Final = re.compile(r"^ ?<\d+(?:\. ?)?>[ \t]*\n\s*(?!TY)[A-Z][A-Z0-9] {1,2}- ", re.MULTILINE)
_LABELLED: Final = re.compile(r"^ ?<\d+(?:\. ?)?>[ \t]*\n+ ?([A-Z][A-Za-z/ ]{2,40}):?[ \t]*(?:\n|$)", re.MULTILINE)
_LABEL: Final = re.compile(r"^([A-Z][A-Za-z/() ]{1,60}?):?$")
_BOUNDARY: Final = re.compile(rb"(?<=[\r\n])<\d+(?:\. ?)?>[ \t]*[\r\n]+[A-Z]")
_ONCE: Final = ("VN", "UI", "TI")
_BRACKET: Final = re.compile(r"\s*\[[^\]]*\]\s*$|[\s,*]*\d[\d,*\s]*$")
_NUMBER_PREFIX: Final = re.compile(r"^[A-Za-z ]+:\s*")
_LABEL_OF_TITLE: Final = re.compile(r"\s*\[(?:References|Article|Report|Miscellaneous)\]\.?$")
_VOLUME: Final = re.compile(r"(?:\bVol\.?\s*|[.;,]\s+)(\d+[A-Za-z]?)\s*(?:\((?!pp|no pag)([^()]*)\))?\s*(?=[:(,.])")
_PAGES: Final = (
    re.compile(r"\(pp\.?\s*([^()]+)\)"),
    re.compile(r"\bpp?\.\s*([A-Za-z]?\d[\w-]*)"),
    re.compile(r"(?<=[\d)]):\s*([A-Za-z]{0,4}\d[\w.]*(?:-\w+)?)\s*(?=[,.;]|$)"),
    re.compile(r"Article Number:?\s*([\w.-]+?)(?=[.,;]|\s|$)"),
)
_LISTED: Final = re.compile(r"^(?:[^.;,]+ [A-Z]{1,4}\.\s*){2,}$")


def _recognise(source: Source) -> bool:
    if _TAGGED.search(source.head):
        return True
    return any(found[1].strip().lower() in LABELS for found in _LABELLED.finditer(source.head))


def _parse(source: Source) -> Parsed:
    text = source.text
    offsets = [match.start() for match in _RECORD.finditer(text)]
    lines = line_numbers(text, offsets)
    starts = line_numbers(text, [match.start() for match in _LOOKS_LIKE_RECORD.finditer(text)])
    parsed = Parsed("Ovid", [], lines, starts)
    parsed.doubtful.extend(foreign(text, "Ovid"))
    preamble = text[: offsets[0]] if offsets else text
    if source.first and _TAG.search(preamble):
        parsed.doubtful.append((1, "There are tags before the first record (<1. >): its start may be missing."))
    for place, (start, line) in enumerate(zip(offsets, lines, strict=True), start=1):
        chunk = text[start : offsets[place] if place < len(offsets) else len(text)]
        body = chunk.partition("\n")[2]
        tagged = _TAG.search(body) is not None
        tags = _tags(body) if tagged else _fields(body)
        parsed.flavours["tagged" if tagged else "text with field labels"] += 1
        twice = [tag for tag in _ONCE if len(tags.get(tag, ())) > 1]
        if twice:
            reason = f"Two values of {twice[0]} in one record: the start of a record may be missing."
            parsed.doubtful.append((line, reason))
        record = to_record(tags)
        if not record["year"]:
            parsed.note(*WITHOUT_YEAR, place, line)
        parsed.records.append(record)
    return parsed


def _tags(body: str) -> Tags:
    parts = _TAG.split(body)
    tags: Tags = {}
    for tag, value in zip(parts[1::2], parts[2::2], strict=True):
        tags.setdefault(tag, []).append(value)
    return tags


def _fields(body: str) -> Tags:
    """Split a record with full labels. An indented line is a value; another is a label, if it is known or looks so."""
    lines = body.split("\n")
    indented = any(line.startswith((" ", "\t")) and line.strip() for line in lines)
    tags: Tags = {}
    current: list[str] | None = None
    for line in lines:
        label = _LABEL.match(line.rstrip())
        known = LABELS.get(label[1].strip().lower()) if label else None
        if known or (label and indented and len(label[1]) < 50 and not line.startswith(" ")):
            current = tags.setdefault(known or f"_{line}", [])
        elif current is not None and line.strip():
            current.append(line.strip())
    # A title or abstract on several lines is one; authors and headings have a line each.
    return {tag: values if tag in ("AU", "FA", "MH", "KW", "IS", "PT", "DO") else ["\n".join(values)]
            for tag, values in tags.items() if values}  # fmt: skip


def to_record(tags: Tags) -> Record:
    """Return the record that Ovid's fields make, whether they were tagged, labelled or XML."""

    def first(*names: str) -> str:
        return next((v for name in names for v in tags.get(name, ()) if v.strip()), "")

    base = clean.one_line(first("DB"))
    number = _NUMBER_PREFIX.sub("", clean.one_line(first("UI", "AN"))).rstrip(".")
    medline = "MEDLINE" in base.upper()
    pmid = clean.digits(first("PM")) or (clean.digits(number) if medline else "")
    source = clean.one_line(first("SO"))
    groups = [clean.one_line(value) for value in tags.get("CA", ())]
    return {
        "accession": number,
        "title": _LABEL_OF_TITLE.sub("", clean.title(first("TI", "OT"))),
        "authors": clean.joined([*_authors(tags), *groups]),
        "group_authors": clean.joined(groups),
        "year": clean.year(first("YR"), first("DP"), *_years(source)),
        "container": clean.one_line(first("JN", "JT")) or _container(source) or clean.one_line(first("BT")),
        "volume": clean.one_line(first("VO")) or _volume(source)[0],
        "issue": clean.issue(first("IP")) or _volume(source)[1],
        "pages": clean.pages(first("PG")) or _pages(source),
        "doi": clean.doi(*tags.get("DO", ()), *tags.get("DI", ())),
        "pmid": pmid,
        "issn": clean.issn(*tags.get("IS", ()), *tags.get("IT", ())),
        "isbn": clean.isbn(*tags.get("IB", ()), *tags.get("IS", ())),
        "language": clean.one_line(first("LG", "LA")),
        "pub_type": clean.joined(tags.get("PT", tags.get("DT", ()))),
        "keywords": clean.joined(w for tag in ("KW", "MH", "SH") for v in tags.get(tag, ()) for w in v.split("\n")),
        "url": clean.address(first("XL", "UR")),
        "abstract": clean.paragraphs(first("AB")),
        "accessions": clean.numbers((base.partition("<")[0].strip() or "Ovid", number), ("PubMed", pmid)),
    }


def _authors(tags: Tags) -> list[str]:
    short = _names(tags.get("AU", []))
    full = _names(tags.get("FA", []))
    return full if full and len(full) >= len(short) else short


def _names(values: list[str]) -> list[str]:
    if len(values) == 1 and ";" in values[0]:
        values = values[0].split(";")
    elif len(values) == 1 and _LISTED.match(values[0][:20_000]):
        values = values[0].split(".")
    # What is longer than any name is none, and would be costly to search.
    bare = [_BRACKET.sub("", value) if len(value) < 500 else value for value in values if value.strip()]
    return [clean.author(value, True) for value in bare]


def _container(source: str) -> str:
    """Return the journal of "JAMA. 298(12):1411-9, 2007." or "Wards. Vol.43(5), Sep 2015, pp. 623-634."."""
    return re.split(r"\.\s", source, maxsplit=1)[0].rstrip(".") if source else ""


def _volume(source: str) -> tuple[str, str]:
    found = _VOLUME.search(source[:2000])
    # A year by itself is no volume: "… [Book]. 2004."
    if not found or (found[2] is None and clean.year(found[1])):
        return "", ""
    return found[1], clean.one_line(found[2] or "")


def _pages(source: str) -> str:
    for pattern in _PAGES:
        found = pattern.search(source[:2000])
        if found:
            return clean.pages(found[1])
    return ""


def _years(source: str) -> list[str]:
    """Return the year after volume and pages: titles of conferences hold others."""
    return re.findall(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)", source[:2000])[::-1]


READER: Final = Reader(
    "Ovid tagged or labelled text (.cgi, .ovd, .txt)",
    _recognise,
    _parse,
    boundary=lambda _: _BOUNDARY,
    looks=re.compile(r"^ ?<\d+\. ?>|^ ?(?:VN|UI|SO|IN) {1,2}- |^Unique Identifier$", re.MULTILINE),
    about="Ovid's own formats: records numbered <1. >, then tags or full labels; as “Citavi”, “EndNote” or text",
)
