"""RIS, in every dialect: the tokeniser. What the tags mean is in `ris_fields`.

`rispy` (0.10) was tried first: on files as databases and people make them it loses the record after a byte-order mark
in mid-file, the last record where its `ER` is cut off, every tag that Ovid writes after `ER`, and all tags behind a
bare CR, each without a word. A tokeniser of our own also allows the count to be checked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from metaethno.formats import table
from metaethno.formats.check import UNDATED, UNENDED, foreign, line_numbers
from metaethno.formats.columns import columns_of, in_order
from metaethno.formats.decode import RIS, places_of
from metaethno.formats.model import Parsed, Reader, Source, Tags
from metaethno.formats.ris_columns import LAYOUT, to_columns
from metaethno.formats.ris_fields import flavour_of, to_record, undated
from metaethno.formats.tidy import Tidy

# A tag is strict: two characters, two spaces, a hyphen. A keyword "ER stress" or "TI - …" inside a note is none.
# A line end in front in place of "^" makes the search many times faster.
_TAG: Final = re.compile(r"\n([A-Z][A-Z0-9])  -(?:[ \t]|(?=\n)|\Z)")
# The independent count: anything at the start of a line that a person would take for the first line of a record.
# Not anchored by "^": a search for letters is many times faster, and the line's start is looked at afterwards.
_LOOKS_LIKE_START: Final = re.compile(rb"TY[ \t]{0,4}-[ \t]*(?:[A-Z]{3,6}[ \t]*$|(?<=[ \t])\S|$)", re.MULTILINE)
_USUAL_START: Final = b"\nTY  - "
# What Ovid and Cochrane write before `TY`: it would end up in the last tag of the record before.
_BETWEEN: Final = re.compile(r"^\s*(?:\d+\. *|<\d+\. *>|Record #\d+ of \d+|Provider:.*|Content:.*)$")
_BOUNDARY: Final = re.compile(rb"TY  -(?<=[\r\n]TY  -)")
_LINK: Final = re.compile(r"\s*https?://\S+\s*$")
_TITLE_TAGS: Final = ("TI", "T1")
_SHORT_TAIL: Final = 400
_LOOK_BACK: Final = 41  # ten letters of four bytes, and a line end


def _recognise(source: Source) -> bool:
    head = source.head.encode()
    found = _apparent_starts(head)
    # What looks like a record may stand in a cell of a table.
    return bool(found) and (not head[: found[0]].strip() or not table.READER.recognise(source))


def _apparent_starts(data: bytes) -> list[int]:
    import numpy as np

    letters = np.frombuffer(data, dtype=np.uint8)
    places = places_of(data, b"TY")
    places = places[places < len(data) - 2]
    places = places[np.isin(letters[places + 2], (32, 9, 45))]
    # As nearly all are written; only the others are looked at one by one.
    usual = (places > 0) & (places < len(data) - 6)
    for away, sign in enumerate(_USUAL_START, -1):
        usual[usual] = letters[places[usual] + away] == sign
    usual[usual] = letters[places[usual] + 6] > 32
    found = places[usual].tolist()
    for start in places[~usual].tolist():
        if not _LOOKS_LIKE_START.match(data, start):
            continue
        if data[start - 1 : start] == b"\n":
            found.append(start)
            continue
        # A line of ten million characters may hold a million such matches: look back no further than is asked for.
        line = data.rfind(b"\n", max(0, start - _LOOK_BACK), start) + 1
        if not line and start > _LOOK_BACK:
            continue
        before = data[line:start].decode(errors="replace")
        if len(before) <= 10 and not any(c.isalnum() for c in before):
            found.append(line)
    return sorted(found)


def _line_numbers(data: bytes, offsets: list[int]) -> list[int]:
    lines, line, last = [], 1, 0
    for offset in offsets:
        line += data.count(b"\n", last, offset)
        last = offset
        lines.append(line)
    return lines


def _parse(source: Source) -> Parsed:
    import numpy as np

    data = source.utf8
    tidy = Tidy(data, LAYOUT)
    offsets, lines = tidy.starts, tidy.lines
    apparent = _apparent_starts(data)
    start_lines = lines if apparent == offsets else _line_numbers(data, apparent)
    parsed = Parsed("RIS", [], lines, start_lines)
    if tidy.starting(b"PT ", b"PMID", b"VN  "):
        parsed.doubtful.extend(foreign(source.text, "RIS"))
    preamble = data[: offsets[0]].decode() if offsets else source.text
    stray = _TAG.search("\n" + preamble)
    if stray:
        line = line_numbers(preamble, [stray.start()])[0]
        reason = "There are tags before the first record (TY): the start of a record may be missing."
        parsed.doubtful.append((line, reason))

    limits = [*offsets, len(data)]
    places = tidy.places.tolist()
    others = np.setdiff1d(np.arange(len(offsets)), tidy.places).tolist()
    chunks = {place: data[limits[place] : limits[place + 1]].decode() for place in others}
    # What stands before a record may tell who wrote it.
    between = {place + 1: _between(chunk) for place, chunk in chunks.items()}
    between |= {place + 1: tail for place, tail in tidy.tails(_SHORT_TAIL).items()}
    between[0] = _between(source.before + preamble)
    before = {}
    for place, said in between.items():
        at = bisect_left(places, place)
        if places[at : at + 1] == [place] and said.strip():
            before[at] = said
    columns, writers, undated_ = to_columns(tidy, before)
    parsed.flavours.update(writers)
    without_year = tidy.places[undated_].tolist()
    records = []
    for place, chunk in chunks.items():
        line = lines[place]
        tags, ended, doubt = _tags(_TAG.split("\n" + chunk))
        if doubt:
            parsed.doubtful.append((line + chunk[: _second_end(chunk)].count("\n"), doubt))
        if not ended:
            parsed.note(*UNENDED, place + 1, line)
        flavour = flavour_of(tags, between.get(place, ""))
        parsed.flavours[flavour] += 1
        records.append(to_record(tags, flavour))
        if undated(tags, records[-1]["year"]):
            without_year.append(place)
    for place in sorted(without_year):
        parsed.note(*UNDATED, place + 1, lines[place])
    parsed.columns = in_order([(tidy.places, columns), (np.array(others, dtype=np.int64), columns_of(records))])
    return parsed


def _between(text: str) -> str:
    """Return what stands behind the end of a record, or else the end of the text."""
    return text.rpartition("\nER  -")[2][-_SHORT_TAIL:]


def _tags(parts: list[str]) -> tuple[Tags, bool, str]:
    """Put the parts of one record together; also say whether `ER` was seen, and what makes the record doubtful."""
    tags: Tags = {}
    ended = False
    doubt = ""
    last: list[str] = []
    for tag, value in zip(parts[1::2], parts[2::2], strict=True):
        if tag == "ER":
            head, _, rest = value.partition("\n")
            if head.strip() and last:  # "ER  - positive" is a line of the value before it
                last[-1] += f"\nER  - {value}"
                continue
            if ended:
                doubt = "A second end (ER) without a start (TY): the start of a record may be missing."
            ended = True
            if "://" in rest:
                tags.setdefault("_link", []).append(rest)
            last = []
            continue
        if ended:
            if tag in _TITLE_TAGS and any(name in tags for name in _TITLE_TAGS):
                doubt = "A second title after the end (ER) of a record: the start of a record may be missing."
            value = _until_next(value)
            if "\n" in value and "://" in value:
                # Ovid's link to the record stands behind its last tag, on a line of its own.
                lines = value.split("\n")
                tags.setdefault("_link", []).extend(line for line in lines[1:] if _LINK.match(line))
                value = "\n".join([lines[0], *(line for line in lines[1:] if not _LINK.match(line))])
        if tag in tags:
            last = tags[tag]
            last.append(value)
        else:
            last = tags[tag] = [value]
    if not ended and last:
        last[-1] = _until_next(last[-1])
    return tags, ended, doubt


def _until_next(value: str) -> str:
    """Drop the lines between two records (Ovid's record number, Cochrane's preamble) from a record's last value."""
    return "\n".join(line for line in value.split("\n") if not _BETWEEN.match(line))


def _second_end(chunk: str) -> int:
    """Return where in a doubtful record the next one may begin: after its first `ER`."""
    found = re.search(r"^ER  -[ \t]*\n", chunk, re.MULTILINE)
    return found.end() if found else 0


READER: Final = Reader(
    "RIS (.ris)",
    _recognise,
    _parse,
    boundary=lambda _: _BOUNDARY,
    looks=re.compile(r"^(?:TY|T1|TI|AU|A1|PY|ER) ?-? {0,2}- ", re.MULTILINE),
    about="RIS: what most databases and reference managers export; a line per field, from TY to ER",
    glued=(RIS,),
)
