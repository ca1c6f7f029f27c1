"""CSL JSON, as Zotero, Mendeley, Paperpile and Crossref write it: a list of items, or `{"items": [...]}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from metaethno.formats import clean
from metaethno.formats.check import WITHOUT_YEAR, line_numbers
from metaethno.formats.model import OWN, Parsed, Reader, Record, Source
from metaethno.formats.spans import byte_spans

_START: Final = re.compile(r"\A\s*(?:\{\s*\"items\"\s*:\s*)?\[\s*(?=[{\]])|\A\s*(?=\{)")
_OWN: Final = re.compile(r"\"(?:container-title|issued|DOI|author|title)\"\s*:")
_TYPE: Final = re.compile(r"\"type\"\s*:\s*\"[a-z-]+\"")
_BETWEEN: Final = re.compile(r"[\s,]*")
_END: Final = re.compile(r"\s*\](?:\s*\})?\s*\Z")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACE: Final = re.compile(r"[{}]")
_EXTRA: Final = re.compile(r"^(PMID|PMCID|DOI): *(\S+)", re.MULTILINE | re.IGNORECASE)


def _recognise(source: Source) -> bool:
    head = source.head
    return _START.match(head) is not None and _OWN.search(head) is not None and _TYPE.search(head) is not None


def _parse(source: Source) -> Parsed:
    parsed = Parsed("CSL JSON", [], [], [])
    spans: list[tuple[int, int]] = []
    text = source.text
    for item, start, end in _items(text, parsed):
        if not isinstance(item, dict):
            parsed.doubtful.append((line_numbers(text, [start])[0], "Something that is no record stands in the list."))
            continue
        spans.append((start, end))
        parsed.records.append(_to_record(item))
    parsed.lines = line_numbers(text, [start for start, _ in spans])
    parsed.start_lines = line_numbers(text, _apparent(text))
    parsed.spans = byte_spans(source, "{", "}", spans)
    for place, (record, line) in enumerate(zip(parsed.records, parsed.lines, strict=True), start=1):
        if not record.get("year"):
            parsed.note(*WITHOUT_YEAR, place, line)
    return parsed


def _items(text: str, parsed: Parsed) -> Iterator[tuple[Any, int, int]]:
    """Yield each item of the list with where it starts and ends; where the JSON is damaged, its line is doubtful."""
    # Numbers stay as they are written: nobody needs a volume of a million digits as a number.
    decoder = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
    opening = _START.match(text)
    at = opening.end() if opening else 0
    single = opening is not None and "[" not in opening.group()
    while at < len(text):
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if _END.match(text, at) and not single:
            return
        try:
            item, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = getattr(error, "pos", at)
            reason = f"The JSON is damaged or breaks off here ({getattr(error, 'msg', 'nested too deep')})."
            parsed.doubtful.append((line_numbers(text, [min(where, len(text))])[0], reason))
            return
        yield item, at, end
        at = end
        if single and not text[at:].strip():
            return
    parsed.doubtful.append((text.count("\n") + 1, "The list of records is not closed: the file breaks off."))


def _apparent(text: str) -> list[int]:
    """Count without the JSON parser: braces that open at the outermost level, strings left aside."""
    bare = _STRING.sub(lambda match: '"' * len(match.group()), text)
    wrapped = re.match(r"\s*\{[\s\"]*:\s*\[", bare) is not None
    depth, found = 0, []
    for brace in _BRACE.finditer(bare):
        if brace.group() == "{":
            if depth == int(wrapped):
                found.append(brace.start())
            depth += 1
        else:
            depth -= 1
    return found


def _to_record(item: dict[str, Any]) -> Record:
    def text(*names: str) -> str:
        return next((value for name in names if (value := _text(item.get(name)))), "")

    names, groups = _names(item.get("author") or item.get("editor"))
    extra = {key.upper(): value for key, value in _EXTRA.findall(text("note"))}
    pmid = clean.digits(text("PMID") or extra.get("PMID", ""))
    pmcid = text("PMCID") or extra.get("PMCID", "")
    own = item.get("custom") if text("source") == OWN else None
    own = own if isinstance(own, dict) else {}
    return {
        "accession": clean.one_line(text("archive_location", "accession")),
        "accessions": _text(own.get("accessions")) or (f"PMC:{pmcid}" if pmcid else ""),
        "status": _text(own.get("status")),
        "status_of": _text(own.get("status_of")),
        "title": clean.title(text("title")),
        "authors": names,
        "group_authors": groups,
        "year": _year(item.get("issued")),
        "container": clean.title(text("container-title", "collection-title", "event-title", "event")),
        "volume": clean.one_line(text("volume")),
        "issue": clean.issue(text("issue")),
        "pages": clean.pages(text("page")) or clean.one_line(text("article-number", "number", "page-first")),
        "doi": clean.doi(text("DOI") or extra.get("DOI", "")),
        "pmid": pmid,
        "issn": clean.issn(text("ISSN")),
        "isbn": clean.isbn(text("ISBN")),
        "language": clean.one_line(text("language")),
        "pub_type": clean.one_line(text("genre") or ("" if text("source") == OWN else text("type"))),
        "keywords": _keywords(item.get("keyword")),
        "url": clean.address(text("URL")),
        "abstract": clean.paragraphs(text("abstract")),
        "notes": clean.paragraphs(text("note")),
    }


def _text(value: object) -> str:
    """Return a value as text: Crossref gives titles and ISSNs as lists."""
    if isinstance(value, str):
        return clean.sound(value)
    if isinstance(value, list):  # a list in a list is none of anybody's habits, and could be nested without end
        return "; ".join(filter(None, (_text(one) for one in value[:1000] if isinstance(one, str))))
    return ""


def _names(value: object) -> tuple[str, str]:
    names, groups = [], []
    for person in value if isinstance(value, list) else []:
        if not isinstance(person, dict):
            continue
        group = clean.one_line(_text(person.get("literal")) or _text(person.get("name")))
        particles = (_text(person.get(key)) for key in ("dropping-particle", "non-dropping-particle"))
        family = " ".join(filter(None, (*particles, _text(person.get("family")))))
        given = " ".join(filter(None, (_text(person.get("given")), _text(person.get("suffix")))))
        if family or given:
            names.append(", ".join(filter(None, (clean.one_line(family), clean.one_line(given)))))
        elif group:
            names.append(group.replace(";", ","))
            groups.append(names[-1])
    return clean.joined(names), clean.joined(groups)


def _year(value: object) -> str:
    if isinstance(value, str):
        return clean.year(value)
    if not isinstance(value, dict):
        return ""
    parts = value.get("date-parts")
    while isinstance(parts, list) and parts:
        parts = parts[0]
    return clean.year(_text(parts), _text(value.get("raw")), _text(value.get("literal")), _text(value.get("year")))


def _keywords(value: object) -> str:
    text = _text(value)
    return clean.joined(clean.parted(text) if ";" in text else text.split(","))


READER: Final = Reader(
    "CSL JSON (.json)",
    _recognise,
    _parse,
    looks=re.compile(r"\"(?:container-title|issued|date-parts|non-dropping-particle)\""),
    about="CSL JSON: Zotero, Mendeley, Paperpile and Crossref write it",
)
