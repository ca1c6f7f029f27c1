"""From bytes to text: encodings, byte-order marks, line ends and control characters, and the way back to the bytes."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from metaethno.errors import Problem, UserError

if TYPE_CHECKING:
    import numpy as np

# What a file that is no text starts with. All of them are things that people have taken for an export.
_MAGIC: Final = (
    (b"PK\x03\x04", "a ZIP archive, an Excel workbook (.xlsx) or a Word document (.docx)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or Word document (.doc)"),
    (b"{\\rtf", "a rich text document (.rtf)"),
    (b"SQLite format 3", "a database"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"PAR1", "a Parquet table"),
    (b"\x89PNG", "an image"),
)
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument."
_SAVE_AS: Final = "unpack it, or save it as text (RIS, CSV, Web of Science tagged or .nbib), and give that file"

# Separators that other programs take for a line end become a space; every other control character goes.
_SPACES: Final = bytes.maketrans(b"\x0b\x0c\x1c\x1d\x1e\x1f", b"      ")
_CONTROLS: Final = bytes((*range(9), *range(14, 28), 0x7F))
_C1: Final = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_NO_LETTERS: Final = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF: no XML may hold them
_BOM: Final = "\ufeff"
_BOM8: Final = codecs.BOM_UTF8
# A second file starts here: with one of the marks that open a record or a file.
_OPENING: Final = re.compile(rb"TY  - |FN |PT [A-Z]|PMID- |\d+\. *[\r\n]|Record #\d|Provider:|%0 |<\d+\. *>")
# Records, or a header and a record, put together without a line end: where the second one starts, in files of RIS and
# of Web of Science. One search for letters each is faster than one expression for all; what stands before them is
# looked at afterwards.
RIS: Final = "RIS"
WOS: Final = "Web of Science"
_GLUED_RIS: Final = re.compile(rb"ER {1,2}-[ \t]*(?=TY {1,2}-)")
_GLUED_WOS: Final = ((b"ERPT ", re.compile(rb"ER(?=PT [A-Z][\r\n])")), (b"EFFN ", re.compile(rb"EF(?=FN )")))
_GLUED_HEADER: Final = re.compile(rb"VR 1\.0[ \t]+(?=PT [A-Z][ \t]*[\r\n])")

_LETTER: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_ESCAPED: Final = re.compile("[\udc80-\udcff]")

LINES_NOT_UTF8: Final = (
    "ME0213",
    "Lines that are not UTF-8 and were read as Windows-1252",
    "look at the accented letters there; if they are wrong, export again as UTF-8",
)
NULS: Final = (
    "ME0217",
    "NUL bytes, which no text has, were left out",
    "compare these lines with the database; a damaged file should be exported again",
)


@dataclass
class Decoded:
    """Text of a part of a file. `odd` and `nuls` are its lines that aren't UTF-8 or hold NUL bytes.

    `utf8` is the text as bytes, where these were at hand.
    """

    text: str
    glued: list[int] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    nuls: list[int] = field(default_factory=list)
    utf8: bytes = b""


def refuse_binary(head: bytes, name: str, inside: str = "") -> None:
    """Raise `UserError` where a file does not start like a text. `inside` names an archive around it."""
    if _OPEN_DOCUMENT in head[:200]:
        what = "an OpenDocument sheet or text (.ods, .odt)"
        hint = "save it as an Excel workbook (.xlsx) or as CSV, and give that file"
        raise UserError(Problem("ME0202", f"This is {what}, not a text export.", name, hint=hint))
    for magic, what in _MAGIC:
        if head.startswith(magic):
            where = f" inside {inside}" if inside else ""
            raise UserError(Problem("ME0202", f"This is {what}{where}, not a text export.", name, hint=_SAVE_AS))


def refuse_nuls(head: bytes, name: str) -> None:
    """Raise `UserError` where there is a NUL in the first bytes: it would be no text, whatever else it is."""
    if b"\0" in head[:8192]:
        raise UserError(Problem("ME0202", "This is a binary file, not a text export.", name, hint=_SAVE_AS))


def wide_encoding(head: bytes) -> str:
    """Return the encoding of UTF-16 and UTF-32 text, with and without a byte-order mark, or an empty string."""
    head = head[:2000]
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 8 and head[1::2].count(0) > len(head) * 0.4 and not head[::2].count(0):
        return "utf-16-le"
    if len(head) >= 8 and head[::2].count(0) > len(head) * 0.4 and not head[1::2].count(0):
        return "utf-16-be"
    return ""


def from_wide(data: bytes, encoding: str, name: str) -> bytes:
    """Return UTF-8 bytes of UTF-16 or UTF-32 text."""
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        message = f"The file starts like {encoding.upper()} text, but is not: {error.__class__.__name__}."
        raise UserError(Problem("ME0202", message, name, hint="save it as UTF-8 and give that file")) from None


def wide_offsets(utf8: bytes, encoding: str, offsets: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return where in the UTF-16 or UTF-32 file the bytes at `offsets` of its UTF-8 copy come from."""
    import numpy as np

    unit = 4 if encoding == "utf-32" else 2
    mark = unit if encoding in ("utf-16", "utf-32") else 0
    array = np.frombuffer(utf8, dtype=np.uint8)
    units = ((array & 0xC0) != 0x80).astype(np.int64)
    if unit == 2:
        units += array >= 0xF0
    before = np.concatenate([[0], np.cumsum(units)])
    found: np.ndarray[Any, Any] = mark + unit * before[offsets]
    return found


def decode(data: bytes, opening: bytes = b"", kinds: Collection[str] = (RIS, WOS)) -> Decoded:
    """Return the text of UTF-8 bytes, with LF line ends, NFC-normalised, free of marks and control characters.

    A line that is not UTF-8 is read as Windows-1252 and named. `opening` are the first bytes of the file: where they
    come again behind a byte-order mark, a second file starts. `kinds`: whose records may follow on the line with which
    another ends.
    """
    glued = _glue(data, opening, kinds)
    raw = data
    for position in reversed(glued):
        data = data[:position] + b"\n" + data[position:]
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    nuls = _lines_with_nul(data) if b"\0" in raw else []
    if _controlled(data):
        data = data.translate(_SPACES, _CONTROLS)
    if data.isascii():
        return Decoded(data.decode("ascii"), glued, [], nuls, data)
    if b"\xc2" in data:
        data = _C1.sub(b"", data.replace(b"\xc2\x85", b" "))
    if b"\xef\xbf" in data:
        data = _NO_LETTERS.sub(b"", data)
    text, odd = _utf8_or_cp1252(data)
    if odd:
        data = b""
    if (odd or _BOM8[:1] in data) and _BOM in text:
        text, data = text.replace(_BOM, ""), b""
    if (not data or _may_compose(data)) and not unicodedata.is_normalized("NFC", text):
        text, data = unicodedata.normalize("NFC", text), b""
    return Decoded(text, glued, odd, nuls, data)


def _controlled(data: bytes) -> bool:
    """Say whether there are other control characters than tabs and line ends."""
    import numpy as np

    letters = np.frombuffer(data, dtype=np.uint8)
    odd = np.count_nonzero(letters < 32) - np.count_nonzero(letters == 10)
    return b"\x7f" in data or bool(odd and odd > np.count_nonzero(letters == 9))


def _may_compose(data: bytes) -> bool:
    """Say whether UTF-8 may hold a letter that NFC changes: a look at all letters one by one costs much more.

    There is none below U+0300, and none among Greek letters without accents, Cyrillic, Vietnamese and Chinese ones,
    dashes, quotation marks, arrows and signs of mathematics.
    """
    import numpy as np

    letters = np.frombuffer(data, dtype=np.uint8)
    first = np.flatnonzero(letters >= 0xCC)
    if len(first) and first[-1] > len(letters) - 3:
        return True
    one, two, three = (letters[first + place] for place in range(3))
    fine = (one == 0xCE) & (two >= 0x91) | (one == 0xCF) | (one == 0xD0) | (one == 0xD1)
    fine |= (one == 0xE1) & (two >= 0xB8) & (two <= 0xBB) | (one >= 0xE4) & (one <= 0xE9)
    fine |= (one == 0xE2) & ((two == 0x80) & (three >= 0x82) | (two >= 0x81) & (two <= 0x82))
    fine |= (one == 0xE2) & (two >= 0x85) & (two <= 0x8B)
    return not fine.all()


def text_of(data: bytes, name: str) -> tuple[str, list[Problem]]:
    """Return the whole text of a file that is no export (a sheet, a list from a tool), as `decode` does, and warnings.

    Raises `UserError` for an empty file and for one that is not text.
    """
    refuse_binary(data, name)
    encoding = wide_encoding(data)
    if encoding:
        data = from_wide(data, encoding, name)
    refuse_nuls(data, name)
    found = decode(data)
    if not found.text.strip():
        raise UserError(Problem("ME0203", "The file is empty.", name, hint="save or export it again"))
    warnings = []
    if found.odd:
        code, message, hint = LINES_NOT_UTF8
        lines = ", ".join(map(str, found.odd[:5])) + (" ..." if len(found.odd) > 5 else "")
        warnings.append(Problem(code, f"{message} (lines {lines})", name, found.odd[0], hint=hint))
    return found.text, warnings


def line_starts(data: bytes, glued: list[int]) -> np.ndarray[Any, Any]:
    """Return the first byte of each line of `decode(data).text`, in `data`."""
    import numpy as np

    array = np.frombuffer(data, dtype=np.uint8)
    breaks = np.flatnonzero(array == 10)
    if b"\r" in data:
        returns = np.flatnonzero(array == 13)
        padded = np.concatenate([array, np.zeros(2, dtype=np.uint8)])
        after, second = padded[returns + 1], padded[returns + 2]
        alone = (after != 10) & ~((after == 13) & (second == 10))
        breaks = np.sort(np.concatenate([breaks, returns[alone]]))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), breaks + 1])
    return np.sort(np.concatenate([starts, np.array(glued, dtype=np.int64)])) if glued else starts


def places_of(data: bytes, pair: bytes) -> np.ndarray[Any, Any]:
    """Return where two letters stand side by side: many times faster than one match after the other."""
    import numpy as np

    number = int.from_bytes(pair, "little")
    halves = (np.frombuffer(data, "<u2", max(0, len(data) - half) // 2, half) for half in (0, 1) if len(data) > half)
    found = [2 * np.flatnonzero(pairs == number) + half for half, pairs in enumerate(halves)]
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _records_of_ris_glued(data: bytes) -> bool:
    """Say whether a record may start on the line with which another ends: in most files none does."""
    import numpy as np

    letters = np.frombuffer(data, dtype=np.uint8)
    places = places_of(data, b"TY")
    places = places[(places > 0) & (places < len(letters) - 4)]
    places = places[np.isin(letters[places - 1], (45, 32, 9)) & (letters[places + 2] == 32)]
    return bool(np.isin(letters[places + 3], (45, 32)).any())


def _glue(data: bytes, opening: bytes, kinds: Collection[str]) -> list[int]:
    """Return where a line end is missing between two files or records."""
    found: list[int] = []
    patterns = [_GLUED_RIS] if RIS in kinds and _records_of_ris_glued(data) else []
    if WOS in kinds:
        found += [match.end() for match in _GLUED_HEADER.finditer(data)] if b"VR 1.0" in data else []
        patterns += [pattern for letters, pattern in _GLUED_WOS if letters in data]
    for pattern in patterns:
        found += [match.end() for match in pattern.finditer(data) if _at_line_start(data, match.start())]
    at = data.find(_BOM8, 1) if _BOM8[:1] in data else -1
    while at > 0:
        after = at
        while data.startswith(_BOM8, after):
            after += 3
        again = bool(opening) and data.startswith(opening, after)
        if not _at_line_start(data, at) and (_OPENING.match(data, after) or again):
            found.append(at)
        at = data.find(_BOM8, after)
    return sorted(set(found))


def _at_line_start(data: bytes, position: int) -> bool:
    while position >= 3 and data.startswith(_BOM8, position - 3):
        position -= 3
    return position == 0 or data[position - 1] in b"\r\n"


def _lines_with_nul(data: bytes) -> list[int]:
    return [number for number, line in enumerate(data.split(b"\n"), start=1) if b"\0" in line]


def _utf8_or_cp1252(data: bytes) -> tuple[str, list[int]]:
    """Decode line by line where the whole is not UTF-8: concatenated files often mix two encodings."""
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    lines: list[str] = []
    odd: list[int] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(_mostly_utf8(line) or line.decode("cp1252", errors="replace"))
            odd.append(number)
    return "\n".join(lines), odd


def _mostly_utf8(line: bytes) -> str:
    """Return a line with more letters in UTF-8 than bytes that are none: a database cut a letter in two there.

    All its accents would be wrong if the line were read as Windows-1252. Those bytes alone are; else "".
    """
    whole = len(_LETTER.findall(line))
    if not whole:
        return ""
    text = line.decode("utf-8", errors="surrogateescape")
    strange = _ESCAPED.findall(text)
    if len(strange) >= whole:
        return ""
    return _ESCAPED.sub(lambda match: bytes([ord(match.group()) & 0xFF]).decode("cp1252", errors="replace"), text)
