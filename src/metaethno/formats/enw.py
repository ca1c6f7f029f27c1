"""EndNote's import format (`.enw`, `.enl`): a line per field, `%A Low, Ann`; records parted by empty lines.

Most programs open a record with its type (`%0`); some write other fields before it, or none, so that the empty line
decides; a second `%0` without one opens a record, too.
"""

from __future__ import annotations

import re
from typing import Final

from metaethno.formats import clean
from metaethno.formats.check import UNDATED, foreign, line_numbers
from metaethno.formats.model import Parsed, Reader, Record, Source, Tags

_MARKS: Final = r"0-9A-Z?@!#$\]&()*+^><=~\["
_TAG: Final = re.compile(rf"^%([{_MARKS}])(?:[ \t]|$)", re.MULTILINE)
_FIRST: Final = re.compile(rf"\A\s*%[{_MARKS}][ \t]\S")
_AFTER_EMPTY: Final = re.compile(rf"(?:\A|\n)[ \t]*\n(?=%[{_MARKS}](?:[ \t]|$|\n))|\A(?=%)")
_TYPE: Final = re.compile(r"^%0(?:[ \t]|$)", re.MULTILINE)
_TITLE: Final = re.compile(r"^%[TB](?:[ \t]|$)", re.MULTILINE)
_BOUNDARY: Final = re.compile(rb"%0 (?<=[\r\n]%0 )")
_ISSN_OR_ISBN: Final = "@"


def _recognise(source: Source) -> bool:
    return _FIRST.match(source.head) is not None and bool(_TYPE.search(source.head) or _TITLE.search(source.head))


def _boundary(source: Source) -> re.Pattern[bytes] | None:
    # Where a record doesn't open with its type, only its empty line parts it from the last: read as a whole.
    return _BOUNDARY if source.text.lstrip().startswith("%0") else None


def _parse(source: Source) -> Parsed:
    text = source.text
    offsets = _starts(text)
    lines = line_numbers(text, offsets)
    parsed = Parsed("EndNote (.enw)", [], lines, _apparent(text))
    parsed.doubtful.extend(foreign(text, "EndNote"))
    for place, (start, line) in enumerate(zip(offsets, lines, strict=True), start=1):
        chunk = text[start : offsets[place] if place < len(offsets) else len(text)]
        parts = _TAG.split(chunk)
        tags: Tags = {}
        for tag, value in zip(parts[1::2], parts[2::2], strict=True):
            tags.setdefault(tag, []).append(value)
        if len(tags.get("T", ())) > 1:
            parsed.doubtful.append((line, "Two titles (%T) in one record: the start of a record may be missing."))
        record = _to_record(tags)
        if not record["year"] and "".join(tags.get("D", ())).strip():
            parsed.note(*UNDATED, place, line)
        parsed.records.append(record)
    return parsed


def _starts(text: str) -> list[int]:
    """Return where records start: after an empty line, or with a second `%0`."""
    after = [match.end() for match in _AFTER_EMPTY.finditer(text)]
    types = [match.start() for match in _TYPE.finditer(text)]
    found: list[int] = []
    seen_type = True
    for position in sorted({*after, *types}):
        end = text.find("\n\n", position)
        is_type = text.startswith("%0", position)
        if is_type and not seen_type and position not in after:
            seen_type = True  # "%T …" came first in this record
            continue
        paragraph = text[position : end if end >= 0 else len(text)]
        # Fields behind an empty line go on with the record, where they hold neither its type nor its title.
        if not is_type and not _TYPE.search(paragraph) and not _TITLE.search(paragraph) and found:
            continue
        found.append(position)
        seen_type = is_type
    return found


def _apparent(text: str) -> list[int]:
    """Count by paragraphs: each with a type or a title is a record; each further type in it is one more."""
    lines: list[int] = []
    paragraph: list[tuple[int, str]] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            paragraph.append((number, line))
            continue
        fields = [(n, content) for n, content in paragraph if content.startswith("%")]
        types = [n for n, content in fields if content.startswith("%0")]
        if fields and (types or any(content.startswith(("%T", "%B")) for _, content in fields)):
            opens = fields[0][0] if fields[0] == paragraph[0] else (types or [fields[0][0]])[0]
            lines += [opens, *(n for n in types[1:])]
        paragraph = []
    return lines


def _to_record(tags: Tags) -> Record:
    def first(*names: str) -> str:
        return next((v for name in names for v in tags.get(name, ()) if v.strip()), "")

    def every(*names: str) -> list[str]:
        return [line for name in names for v in tags.get(name, ()) for line in v.split("\n") if line.strip()]

    kind = clean.one_line(first("0"))
    # A comma at the end marks the name of an organisation in EndNote: "World Health Organization,".
    groups = [clean.one_line(name).rstrip(",") for name in every("A") if name.strip().endswith(",")]
    journal = first("J") or (first("B") if first("T") else "") or first("O")
    links = clean.doi(*(v for v in tags.get("U", ()) if "doi.org" in v))
    accession = clean.one_line(first("M"))
    base = clean.one_line(first("~", "W"))
    return {
        "accession": "" if accession.lower().startswith(("10.", "doi")) else accession,
        "title": clean.title(first("T", "B")),
        "authors": clean.joined(clean.author(name) for name in every("A") or every("E")),
        "group_authors": clean.joined(groups),
        "year": clean.year(first("D"), first("8")),
        "container": clean.one_line(journal),
        "volume": clean.one_line(first("V")),
        "issue": clean.issue(first("N")),
        "pages": clean.pages(first("P")) or clean.one_line(first("]")),
        "doi": clean.doi(*tags.get("R", ()), *(v for v in tags.get("M", ()) if "10." in v[:8])) or links,
        "pmid": clean.digits(accession) if base.upper() in ("NLM", "PUBMED", "MEDLINE") else "",
        "issn": clean.issn(*tags.get(_ISSN_OR_ISBN, ())),
        "isbn": clean.isbn(*tags.get(_ISSN_OR_ISBN, ())),
        "language": clean.one_line(first("G")),
        "pub_type": clean.one_line(first("9") or kind),
        "keywords": clean.joined(word for line in every("K") for word in line.split(";")),
        "url": clean.address(first("U")),
        "abstract": clean.paragraphs(first("X")),
        "notes": clean.paragraphs("\n".join(every("Z", "<"))),
        "accessions": clean.numbers((base or "EndNote", accession)) if base else "",
    }


READER: Final = Reader(
    "EndNote import (.enw)",
    _recognise,
    _parse,
    boundary=_boundary,
    looks=re.compile(r"^%[0ATDJ] ", re.MULTILINE),
    about="EndNote's import format: a line per field, starting with %; Google Scholar and publishers offer it, too",
)
