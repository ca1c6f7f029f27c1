"""PubMed's `.nbib` (MEDLINE), also ERIC's and PMC's: tags padded to four characters, six spaces to go on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats.check import WITHOUT_YEAR, foreign
from metaethno.formats.columns import columns_of, filled, in_order, matches
from metaethno.formats.decode import places_of
from metaethno.formats.model import Parsed, Reader, Source, Tags
from metaethno.formats.nbib_columns import tidy_records, to_columns
from metaethno.formats.nbib_fields import to_record, unfolded

if TYPE_CHECKING:
    import numpy as np

_DIALECTS: Final = {"PMID": "", "PMC": "PMC", "OWN": "ERIC"}
_BREAK, _BLANK = b"\n "
_LOOK_BACK: Final = 21  # five letters of four bytes, and a line end
_OPENERS: Final = ("PMID", "PMC", "OWN")
_FIRST: Final = re.compile(r"\A\s*(PMID|PMC|OWN) *- *\S")
# A line end in front in place of "^" makes the search many times faster.
_TAG: Final = re.compile(r"\n([A-Z]{4}|[A-Z]{3} |[A-Z]{2} {2})-(?: |(?=\n)|\Z)")
_CUT: Final = (
    "ME0212",
    "The last record has no citation (SO), which stands at the end of all others",
    "check that it is whole: a download that broke off looks like this",
)
_CUT_INSIDE: Final = (
    "ME0212",
    "The last record breaks off in its citation (SO)",
    "check that it is whole: a download that broke off looks like this",
)
_CUT_ALONE: Final = (
    "ME0212",
    "The record has no citation (SO), with which PubMed closes each",
    "check that it is whole: a download that broke off looks like this",
)
# A whole citation of PubMed: "Ward Stud. 2020 Feb;63(2):454-81. doi: 10.1000/ward.1."
_CITED: Final = re.compile(r"(?s)\b[0-9]{4}\b.*[.]$")
# What stands at the head of each of its records.
_PUBMED: Final = re.compile(r"^OWN - NLM\nSTAT- ", re.MULTILINE)


def _recognise(source: Source) -> bool:
    return _FIRST.match(source.head) is not None


def _opener(text: str) -> str:
    found = _FIRST.match(text)
    return found[1] if found else _OPENERS[0]


def _boundary(source: Source) -> re.Pattern[bytes]:
    opener = f"{_opener(source.text):4}-".encode()
    return re.compile(opener + b"(?<=[\r\n]" + opener + b")")


def _parse(source: Source) -> Parsed:
    import numpy as np

    data, opener = source.utf8, _opener(source.text)
    offsets = _starts(data, opener)
    breaks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _BREAK)
    lines = (np.searchsorted(breaks, offsets) + 1).tolist()
    apparent = _apparent_starts(data, opener)
    start_lines = lines if apparent == offsets else (np.searchsorted(breaks, apparent) + 1).tolist()
    parsed = Parsed("MEDLINE (.nbib)", [], lines, start_lines)
    parsed.flavours[_DIALECTS[opener]] = len(offsets)
    tidy = tidy_records(data, opener, len(offsets))
    if tidy.starting(b"TY  ", b"PT ", b"VN  "):
        parsed.doubtful.extend(foreign(source.text, "MEDLINE"))
    others = np.setdiff1d(np.arange(len(offsets)), tidy.places).tolist()
    limits = [*offsets, len(data)]
    tags_of = [_tags(data[limits[place] : limits[place + 1]].decode()) for place in others]
    records = columns_of([to_record(tags, opener) for tags in tags_of])
    parsed.columns = in_order([(tidy.places, to_columns(tidy, opener)), (np.array(others, dtype=np.int64), records)])
    twice = [place for place, tags in zip(others, tags_of, strict=True) if len(tags.get("TI", ())) > 1]
    for place in sorted([*twice, *tidy.places[tidy.count("TI") > 1].tolist()]):
        parsed.doubtful.append((lines[place], "Two titles (TI) in one record: the start of a record may be missing."))
    for place in np.flatnonzero(~filled(parsed.columns["year"])).tolist():
        parsed.note(*WITHOUT_YEAR, place + 1, lines[place])
    cited, ended = np.zeros(len(offsets), dtype=bool), np.zeros(len(offsets), dtype=bool)
    cited[tidy.places], ended[tidy.places] = tidy.have(("SO",)), matches(tidy.first("SO"), _CITED.pattern)
    cited[others] = ["SO" in tags for tags in tags_of]
    ended[others] = [bool(_CITED.search(tags.get("SO", [""])[0].strip())) for tags in tags_of]
    if len(cited) and not ended[-1]:
        note = _broken_off(source, cited, ended, opener)
        parsed.cut = (note, len(cited), lines[-1]) if note else None
    return parsed


def _broken_off(
    source: Source, cited: np.ndarray[Any, Any], ended: np.ndarray[Any, Any], opener: str
) -> tuple[str, str, str] | None:
    """Return what is to be said of the last record, if it seems to be cut off: by all others, or by PubMed's habits.

    `cited` and `ended` say of each record whether it has a citation, and whether that is whole.
    """
    alone = len(cited) == 1 and not source.before.strip()
    if cited[-1]:
        return _CUT_INSIDE if ended[:-1].all() and opener == "PMID" else None
    if alone:
        return _CUT_ALONE if _PUBMED.search(source.text) else None
    others = cited[:-1].all() if len(cited) > 1 else "\nSO  - " in source.before
    return _CUT if others else None


def _starts(data: bytes, opener: str) -> list[int]:
    """Return where records start: the opener is at the start of a line, with a blank or nothing behind its hyphen."""
    import numpy as np

    head, letters = f"{opener:4}-".encode(), np.frombuffer(data, dtype=np.uint8)
    places = places_of(data, head[:2])
    places = places[places <= len(data) - len(head)]
    for away, sign in enumerate(head):
        places = places[letters[places + away] == sign]
    places = places[(places == 0) | (letters[places - 1] == _BREAK)]
    after = places + len(head)
    parted = (after == len(data)) | np.isin(letters[np.minimum(after, len(data) - 1)], (_BREAK, _BLANK))
    found: list[int] = places[parted].tolist()
    return found


def _apparent_starts(data: bytes, opener: str) -> list[int]:
    """Return the starts of lines that a person would take for the first of a record."""
    import numpy as np

    name, letters = opener.encode(), np.frombuffer(data, dtype=np.uint8)
    places = places_of(data, name[-2:]) - len(name) + 2
    places = places[places >= 0]
    for away, sign in enumerate(name[:-2]):
        places = places[letters[places + away] == sign]
    # As nearly all are written; only the others are looked at one by one.
    usual = (places > 0) & (places < len(data) - 6)
    for away, sign in enumerate(f"\n{opener:4}- ".encode(), -1):
        usual[usual] = letters[places[usual] + away] == sign
    usual[usual] = (letters[places[usual] + 6] > _BLANK) & (letters[places[usual] + 6] < 0x7F)
    found = places[usual].tolist()
    pattern = re.compile(name + rb"[ \t]*-[ \t]*")
    for start in places[~usual].tolist():
        match = pattern.match(data, start)
        following = data[match.end() : match.end() + 4].decode(errors="ignore")[:1] if match else ""
        if not following or following.isspace():
            continue
        # A line of ten million characters may hold a million such matches: look back no further than is asked for.
        line = data.rfind(b"\n", max(0, start - _LOOK_BACK), start) + 1
        before = data[line:start].decode(errors="replace")
        if (line or start <= _LOOK_BACK) and len(before) <= 5 and not any(c.isalnum() or c == "_" for c in before):
            found.append(line)
    return sorted(found)


def _tags(chunk: str) -> Tags:
    parts = _TAG.split("\n" + unfolded(chunk))
    tags: Tags = {}
    for tag, value in zip(map(str.rstrip, parts[1::2]), parts[2::2], strict=True):
        if tag in tags:
            tags[tag].append(value)
        else:
            tags[tag] = [value]
    return tags


READER: Final = Reader(
    "MEDLINE (.nbib)",
    _recognise,
    _parse,
    boundary=_boundary,
    looks=re.compile(r"^(?:PMID|PMC |OWN |FAU |AU  |TI  |DP  )-", re.MULTILINE),
    about="PubMed's own format (“PubMed” or “Citation manager”): tags of four characters, a hyphen, the value",
)
