"""Web of Science tagged files (`.ciw`, `.txt`): two-letter tags, continuation lines by three spaces, `PT` to `ER`."""

from __future__ import annotations

import re
from typing import Final

from metaethno.formats import clean
from metaethno.formats.check import UNENDED, foreign, line_numbers
from metaethno.formats.decode import WOS
from metaethno.formats.model import Parsed, Reader, Record, Source

# Neither is anchored by "^": a search for letters is many times faster, and the line's start is looked at afterwards.
_START: Final = re.compile(r"PT[ \t]+[A-Z][ \t]*$", re.MULTILINE)
_LOOKS_LIKE_START: Final = re.compile(r"PT[ \t]+[A-Za-z][a-z \t]{0,40}$", re.MULTILINE)
_END: Final = re.compile(r"^ER[ \t]*$", re.MULTILINE)
_TAG: Final = re.compile(r"^([A-Z][A-Z0-9])(?:[ \t]|$)", re.MULTILINE)
_BOUNDARY: Final = re.compile(rb"PT [A-Z][\r\n](?<=[\r\n]PT [A-Z][\r\n])")
_UNDATED: Final = (
    "ME0214",
    "Records without a year",
    "early-access records carry EY or EA instead of PY; these have none of them",
)
# Web of Science closes what it opens by FN with EF.
_LAST_LINE: Final = re.compile(r"^EF[ \t]*$", re.MULTILINE)
_OPEN: Final = (
    "ME0219",
    "The file does not end with EF, as files of Web of Science do",
    "check that no record is missing at its end: a download that broke off looks like this",
)

Tags = dict[str, str]


def _recognise(source: Source) -> bool:
    head = source.text.lstrip()[:300]
    if head.startswith(("FN Clarivate", "FN Thomson", "FN ISI")):
        return True
    return bool(_starts(source.head)) and _END.search(source.head) is not None


def _starts(text: str) -> list[int]:
    return [at for match in _START.finditer(text) if (at := match.start()) == 0 or text[at - 1] == "\n"]


def _apparent_starts(text: str) -> list[int]:
    found = []
    for match in _LOOKS_LIKE_START.finditer(text):
        # A line of ten million characters may hold a million such matches: look back no further than is asked for.
        line = text.rfind("\n", max(0, match.start() - 5), match.start()) + 1
        if not line and match.start() > 4:
            continue
        before = text[line : match.start()]
        # An indented line goes on with the one before it; anything else before the tag is rubbish.
        if len(before) <= 4 and not any(c.isalnum() or c.isspace() for c in before):
            found.append(line)
    return found


def _parse(source: Source) -> Parsed:
    text = source.text
    offsets = _starts(text)
    lines = line_numbers(text, offsets)
    start_lines = line_numbers(text, _apparent_starts(text))
    parsed = Parsed("Web of Science tagged", [], lines, start_lines)
    parsed.doubtful.extend(foreign(text, "Web of Science"))
    preamble = text[: offsets[0]] if offsets else text
    if _END.search(preamble) or re.search(r"^(?:AU|TI|UT) ", preamble, re.MULTILINE):
        parsed.doubtful.append((1, "There are tags before the first record (PT): its start may be missing."))

    ends = 0
    for place, (start, line) in enumerate(zip(offsets, lines, strict=True), start=1):
        chunk = text[start : offsets[place] if place < len(offsets) else len(text)]
        tags, ends, doubled = _tags(chunk)
        if ends > 1 or doubled:
            reason = "Two ends (ER) or two accession numbers (UT) in one record: the start of a record may be missing."
            parsed.doubtful.append((line, reason))
        if not ends:
            parsed.note(*UNENDED, place, line)
        record = to_record(tags)
        if not record["year"]:
            parsed.note(*_UNDATED, place, line)
        parsed.records.append(record)
    with_header = not source.first or text.lstrip().startswith("FN ")
    if offsets and with_header and ends and not _LAST_LINE.search(text, offsets[-1]):
        parsed.cut = (_OPEN, 0, text.count("\n") + 1)
    return parsed


def _tags(chunk: str) -> tuple[Tags, int, bool]:
    """Split one record into its tags; also count its ends, and say whether it has two accession numbers."""
    parts = _TAG.split(chunk)
    tags: Tags = {}
    ends = 0
    doubled = False
    last = ""
    for tag, value in zip(parts[1::2], parts[2::2], strict=True):
        if tag == "ER":
            if value.split("\n", 1)[0].strip() and last:  # a line of text that lost its indent
                tags[last] += f"ER {value}"
            else:
                ends += 1
            continue
        if tag in tags:
            doubled = doubled or tag == "UT"
            tags[tag] += f"\n{value}"
        else:
            tags[tag] = value
        last = tag
    return tags, ends, doubled


def to_record(tags: Tags) -> Record:
    """Return one record from its tags (also the columns of the tab-delimited export); lists have a name per line."""
    get = tags.get
    return {
        "accession": clean.one_line(get("UT", "")),
        "title": clean.title(get("TI", "")),
        "authors": _authors(tags),
        "group_authors": clean.joined(_names(tags, "CA", "GP")),
        "year": clean.year(get("PY", ""), get("EY", ""), get("EA", ""), get("PD", "")),
        "container": clean.one_line(get("SO", "") or get("J9", "") or get("JI", "")),
        "volume": clean.one_line(get("VL", "")),
        "issue": clean.issue(get("IS", "")),
        "pages": clean.pages(get("BP", ""), get("EP", "")) or clean.one_line(get("AR", "")),
        "doi": clean.doi(_unwrapped(get("DI", ""))),
        "pmid": clean.digits(get("PM", "")),
        "issn": clean.issn(get("SN", ""), get("EI", "")),
        "isbn": clean.isbn(get("BN", "")),
        "language": clean.one_line(get("LA", "")),
        "pub_type": clean.one_line(get("DT", "") or get("PT", "")),
        "keywords": clean.joined(f"{get('DE', '')};{get('ID', '')}".replace("\n   ", " ").split(";")),
        "url": clean.address(get("UR", "")),
        "abstract": clean.one_line(get("AB", "")),
        "notes": clean.paragraphs("\n".join(get(tag, "") for tag in ("NT", "N1", "FX", "M1"))),
        "accessions": clean.numbers(("WOS", clean.one_line(get("UT", ""))), ("PubMed", clean.digits(get("PM", "")))),
        # EA is the date of early access; it stays when the article has got its volume.
        "status": "early view" if "EA" in tags and not get("VL", "").strip() else "",
    }


def _authors(tags: Tags) -> str:
    people: list[str] = []
    for short, full in (("AU", "AF"), ("BA", "BF"), ("BE", "")):  # of a book its own authors, else its editors
        # Full names are better, but some records have them for a part of the authors only.
        people = people or max(_names(tags, full), _names(tags, short), key=len)
    return clean.joined([*map(clean.author, people), *_names(tags, "CA", "GP")])


def _names(tags: Tags, *wanted: str) -> list[str]:
    """Return the names in some tags, one a line."""
    return [name for tag in wanted for name in tags.get(tag, "").split("\n") if name.strip()]


def _unwrapped(value: str) -> str:
    """Join a wrapped DI: a line that does not start a new DOI goes on with the one before."""
    return re.sub(r"\s*\n\s*(?!10\.|\s)", "", value.strip())


READER: Final = Reader(
    "Web of Science tagged (.ciw, .txt)",
    _recognise,
    _parse,
    boundary=lambda _: _BOUNDARY,
    looks=re.compile(r"^(?:PT [A-Z]$|AU \S|AF \S|SO [A-Z]|UT \S|ER$|EF$)", re.MULTILINE),
    about="Web of Science's own format (“Plain text” or “EndNote desktop”): two-letter tags, from PT to ER",
    glued=(WOS,),
)
