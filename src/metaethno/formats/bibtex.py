"""BibTeX as Web of Science, EBSCO, Scopus, Zotero, Mendeley, Rayyan and people write it: finding entries and fields.

`bibtexparser` (2.1) was tried first: it takes seconds for what takes tenths of one here, stumbles over the space that
Web of Science leaves before its keys and over one brace too few, and leaves names and LaTeX as they are.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from metaethno.formats import table
from metaethno.formats.bibtex_fields import Fields, flavour_of, to_record
from metaethno.formats.check import WITHOUT_YEAR, line_numbers
from metaethno.formats.model import Parsed, Reader, Source
from metaethno.formats.spans import byte_spans

_ENTRY: Final = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*[{(]")
_NO_RECORDS: Final = frozenset({"comment", "preamble", "string"})
_KEY: Final = re.compile(r"\s*([^\s,={}\"]*)[ \t]*(?:,|(?=[})])|(?=\n))")
# Most fields are like this: braces that match, two deep inside at most; no joining by "#".
_PLAIN_FIELD: Final = re.compile(
    r"""[\s,]*+([^\s={},"#%()]++)\s*+=\s*+
    (?:\{((?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+)\}|"([^"{}]*+)"|(\d++))\s*+(?=[,}])""",
    re.VERBOSE,
)
_NAME: Final = re.compile(r'[\s,]*([^\s={},"#%()]+)\s*=\s*')
_BRACES: Final = re.compile(r"[{}]")
_MARKS: Final = re.compile(r'[{}"]')
_JOINT: Final = re.compile(r"\s*#\s*")
_WORD: Final = re.compile(r"[^\s,{}#\"=]+")
_CLOSE: Final = re.compile(r"[\s,]*[})]")
# A value whose braces don't match ends where its line does, if a new field or the end of the entry follows.
_LOOSE_END: Final = re.compile(
    r"[}\"]?[ \t]*,?[ \t]*(?=\n[ \t]*(?:[A-Za-z][\w()-]*[ \t]*=[ \t]*[{\"\d]|\}?[ \t]*(?:\n|\Z)))|\s*\}?\s*\Z"
)
# The independent count: whatever a person would take for the first line of an entry.
_LOOKS_LIKE_ENTRY: Final = re.compile(r"@[ \t]*([A-Za-z][\w-]*)\s*[{(](?=[^=@{}\"]{0,300}[,}\n])")
_NEXT: Final = re.compile(r"@[ \t]*[A-Za-z][\w-]*\s*[{(]\s*[^\s,={}]*\s*,")
# What begins a record of another format: an entry can't stand before it in a BibTeX file, and it in no entry.
_OTHER: Final = re.compile(r"^(?:TY  - [A-Z]|PMID- \d|PT [A-Z]$|FN |%0 |\s*<)", re.MULTILINE)
_STRAY: Final = re.compile(
    r"^(?:[ \t]*(?:title|author)[ \t]*=[ \t]*[{\"]|TY  - [A-Z]|PMID- \d|PT [A-Z]$)", re.MULTILINE | re.IGNORECASE
)
_MONTHS: Final = {n: n for n in ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")}
_MENDED: Final = (
    "ME0212",
    "Entries whose braces don't match",
    "what follows the mismatch was read line by line; look at these entries, or export them again",
)


def _apparent(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return the matches that stand at the start of a line, or directly behind the end of an entry."""
    found = []
    for match in pattern.finditer(text):
        at = match.start()
        if text[at - 1 : at] == "\n":
            found.append(match)
            continue
        before = text[max(0, at - 12) : at].rpartition("\n")[2]
        at_line_start = at <= 12 or len(before) < 12
        clean_before = at_line_start and not any(c.isalnum() or c in '{="@' for c in before)
        if clean_before or before.rstrip().endswith(("}", ")")):
            found.append(match)
    return found


def _apparent_entries(text: str) -> list[int]:
    return [match.start() for match in _apparent(text, _LOOKS_LIKE_ENTRY) if match[1].lower() not in _NO_RECORDS]


def _recognise(source: Source) -> bool:
    found = _apparent_entries(source.head)
    if not found or _OTHER.search(source.head, 0, found[0]):
        return False
    # Something that looks like an entry may stand in a cell of a table.
    return not source.head[: found[0]].strip() or not table.READER.recognise(source)


def _parse(source: Source) -> Parsed:
    text = source.text
    parsed = Parsed("BibTeX", [], [], [])
    limits = [*(match.start() for match in _apparent(text, _NEXT)), len(text)]
    spans: list[tuple[int, int]] = []
    strings: dict[str, str] = dict(_MONTHS)
    stray: list[int] = []
    at = 0
    while match := _ENTRY.search(text, at):
        stray += [found.start() for found in _STRAY.finditer(text, at, match.start())]
        kind = match[1].lower()
        # Nothing of this entry can lie behind the start of the next.
        limit = limits[bisect_left(limits, match.end())]
        if kind in _NO_RECORDS:
            at = _skip(text, match.end(), limit, kind, strings)
            continue
        key, fields, at, whole = _entry(text, match.end(), limit, strings)
        spans.append((match.start(), at))
        place = len(spans)
        flavour = flavour_of(key, fields)
        parsed.flavours[flavour] += 1
        record = to_record(kind, fields, flavour)
        if not whole:
            parsed.note(*_MENDED, place, match.start())
        if "year" not in record:
            parsed.note(*WITHOUT_YEAR, place, match.start())
        parsed.records.append(record)
    stray += [found.start() for found in _STRAY.finditer(text, at)]
    _place(source, parsed, spans, stray)
    return parsed


def _place(source: Source, parsed: Parsed, spans: list[tuple[int, int]], stray: list[int]) -> None:
    """Turn offsets into lines, and into bytes where they can be found again."""
    text = source.text
    parsed.lines = line_numbers(text, [start for start, _ in spans])
    parsed.start_lines = line_numbers(text, _apparent_entries(text))
    reason = "Fields or another record outside any entry: the start of an entry may be missing."
    parsed.doubtful += [(line, reason) for line in line_numbers(text, stray)]
    parsed.notes = {
        key: [(place, parsed.lines[place - 1]) for place, _ in places] for key, places in parsed.notes.items()
    }
    parsed.spans = byte_spans(source, "@", "}", spans)


def _skip(text: str, at: int, limit: int, kind: str, strings: dict[str, str]) -> int:
    """Return where a comment, preamble or abbreviation ends; keep the abbreviation."""
    end = _balanced(text, at, limit)
    if kind == "string" and (match := _NAME.match(text, at)):
        value, _, _ = _value(text, match.end(), end if end >= 0 else len(text), strings)
        strings[match[1].lower()] = value
    return end if end >= 0 else at


def _balanced(text: str, at: int, limit: int, *, escaped: bool = True) -> int:
    """Return the offset behind the brace that closes the one before `at`, or -1. `escaped` braces count, too."""
    depth = 1
    for brace in _BRACES.finditer(text, at, limit):
        where = brace.start()
        if not escaped and text[where - 1] == "\\" and text[where - 2] != "\\":
            continue
        depth += 1 if text[where] == "{" else -1
        if depth == 0:
            return where + 1
    return -1


def _entry(text: str, at: int, limit: int, strings: dict[str, str]) -> tuple[str, Fields, int, bool]:
    """Read one entry from behind its opening brace: key, fields, where it ends, and whether its braces matched.

    Where one brace too many swallows the fields that follow, the entry doesn't close; it is then read line by line.
    """
    found = _KEY.match(text, at)
    key = found[1] if found else ""
    at = found.end() if found else at
    fields, end, closed = _fields(text, at, limit, strings, by_line=False)
    if not closed:
        fields, end, _ = _fields(text, at, limit, strings, by_line=True)
    return key, fields, end, closed


def _fields(text: str, at: int, limit: int, strings: dict[str, str], *, by_line: bool) -> tuple[Fields, int, bool]:
    fields: Fields = {}
    while True:
        if plain := _PLAIN_FIELD.match(text, at, limit):
            name, value = plain[1], plain[plain.lastindex or 2]
            at = plain.end()
        elif named := _NAME.match(text, at, limit):
            name = named[1]
            if by_line and text[named.end() : named.end() + 1] in ("{", '"'):
                value, at = _loose(text, named.end() + 1, limit)
            else:
                value, at, matched = _value(text, named.end(), limit, strings)
                if not matched:  # or every further field would be searched to the end of the entry, too
                    return fields, at, False
        else:
            break
        name = name.lower()
        if name in fields:
            fields[name].append(value)
        else:
            fields[name] = [value]
    closing = _CLOSE.match(text, at)
    return fields, closing.end() if closing else at, closing is not None


def _value(text: str, at: int, limit: int, strings: dict[str, str]) -> tuple[str, int, bool]:
    """Read a value that may be joined from several by "#"; also say where it ends and whether its braces matched."""
    parts: list[str] = []
    while at < limit:
        if text[at] == "{":
            end = _balanced(text, at + 1, limit)
            if end < 0 or not _ends_field(text, end):
                other = _balanced(text, at + 1, limit, escaped=False)
                end = other if other >= 0 and _ends_field(text, other) else -1
            if end < 0:
                return *_loose(text, at + 1, limit), False
            parts.append(text[at + 1 : end - 1])
            at = end
        elif text[at] == '"':
            end = _quoted(text, at + 1, limit)
            if end < 0:
                return *_loose(text, at + 1, limit), False
            parts.append(text[at + 1 : end - 1])
            at = end
        elif word := _WORD.match(text, at, limit):
            parts.append(strings.get(word[0].lower(), word[0]))
            at = word.end()
        else:
            break
        joint = _JOINT.match(text, at, limit)
        if not joint:
            break
        at = joint.end()
    return "".join(parts), at, True


def _ends_field(text: str, at: int) -> bool:
    """Say whether a comma, "#", or the end of the entry follows."""
    rest = text[at : at + 200].lstrip()
    return not rest or rest[0] in ",#})"


def _quoted(text: str, at: int, limit: int) -> int:
    """Return the offset behind the closing quotation mark (one inside braces or behind a backslash closes nothing)."""
    depth = 0
    for mark in _MARKS.finditer(text, at, limit):
        where = mark.start()
        sign = text[where]
        if sign == '"':
            if depth <= 0 and text[where - 1] != "\\":
                return where + 1
        else:
            depth += 1 if sign == "{" else -1
    return -1


def _loose(text: str, at: int, limit: int) -> tuple[str, int]:
    end = _LOOSE_END.search(text, at, limit)
    if not end:
        return text[at:limit], limit
    return text[at : end.start()], end.end()


READER: Final = Reader("BibTeX (.bib)", _recognise, _parse)
