"""From bytes to text: encodings, byte-order marks, line ends and control characters."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

from metaethno.errors import Problem, UserError

# What a file that is no text starts with. All of them are things that people have taken for an export.
_MAGIC: Final = (
    (b"PK\x03\x04", "a ZIP archive, an Excel workbook (.xlsx) or a Word document (.docx)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or Word document (.doc)"),
    (b"{\\rtf", "a rich text document (.rtf)"),
    (b"SQLite format 3", "a database"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"PAR1", "a Parquet table"),
    (b"\x89PNG", "an image"),
)
_SAVE_AS: Final = "unpack it, or save it as text (RIS, CSV, Web of Science tagged or .nbib), and give that file"

# Separators that other programs take for a line end become a space; every other control character goes.
_SPACES: Final = bytes.maketrans(b"\x0b\x0c\x1c\x1d\x1e\x1f", b"      ")
_CONTROLS: Final = bytes((*range(9), *range(14, 28), 0x7F))
_C1: Final = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_BOM: Final = "\ufeff"
# A second file starts here: with one of the marks that open a record or a file.
_OPENING: Final = re.compile(r"TY  - |FN |PT [A-Z]|PMID- |\d+\. *\n|Record #\d|Provider:")


def decode(data: bytes, name: str) -> tuple[str, list[Problem]]:
    """Return the text of a file, with LF line ends, NFC-normalised, free of marks and control characters.

    UTF-8 and UTF-16 are recognised with and without a byte-order mark; a line that is not UTF-8 is read as
    Windows-1252, with a problem that names it. Raises `UserError` for an empty file and for one that is not text.
    """
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise UserError(Problem("ME0202", f"This is {what}, not a text export.", name, hint=_SAVE_AS))
    data = _from_utf16(data, name)
    if b"\0" in data[:8192]:
        raise UserError(Problem("ME0202", "This is a binary file, not a text export.", name, hint=_SAVE_AS))
    data = data.translate(_SPACES, _CONTROLS)
    if b"\r" in data:
        data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.isascii():
        data = _C1.sub(b"", data.replace(b"\xc2\x85", b" "))
    text, problems = _utf8_or_cp1252(data, name)
    text = _without_marks(text)
    if not text.strip():
        raise UserError(
            Problem(
                "ME0203", "The file is empty.", name, hint="export it again; even a search without hits needs no file"
            )
        )
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text, problems


def _from_utf16(data: bytes, name: str) -> bytes:
    """Return UTF-8 bytes where the data are UTF-16, else the data as they are."""
    head = data[:2000]
    if data.startswith(codecs.BOM_UTF32_LE):
        encoding = "utf-32"
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif len(head) >= 8 and head[1::2].count(0) > len(head) * 0.4 and not head[::2].count(0):
        encoding = "utf-16-le"
    elif len(head) >= 8 and head[::2].count(0) > len(head) * 0.4 and not head[1::2].count(0):
        encoding = "utf-16-be"
    else:
        return data
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        message = f"The file starts like {encoding.upper()} text, but is not: {error.__class__.__name__}."
        raise UserError(Problem("ME0202", message, name, hint="save it as UTF-8 and give that file")) from None


def _utf8_or_cp1252(data: bytes, name: str) -> tuple[str, list[Problem]]:
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
            lines.append(line.decode("cp1252", errors="replace"))
            odd.append(number)
    shown = ", ".join(map(str, odd[:10])) + (", …" if len(odd) > 10 else "")
    message = f"{len(odd)} line(s) are not UTF-8 and were read as Windows-1252: line {shown}."
    hint = "look at the accented letters there; if they are wrong, export again as UTF-8"
    return "\n".join(lines), [Problem("ME0213", message, name, odd[0], hint=hint)]


def _without_marks(text: str) -> str:
    """Drop byte-order marks; where one shows that two files were put together without a line end, add the line end."""
    if _BOM not in text:
        return text
    first, *rest = text.lstrip(_BOM).split(_BOM)
    opening = first[:8]
    out = [first]
    for piece in rest:
        if not out[-1].endswith("\n") and (_OPENING.match(piece) or (opening and piece.startswith(opening))):
            out.append("\n")
        out.append(piece)
    return "".join(out)
