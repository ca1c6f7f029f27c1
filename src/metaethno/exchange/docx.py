"""Tables of a Word document: rows of text, cells that span others counted once for each place they cover.

Reads ECMA-376 as far as tables need it, and trusts nothing: what unpacks to too much or declares entities is refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any, Final
from xml.etree import ElementTree

from metaethno.errors import Problem, UserError

UNPACKED_LIMIT: Final = 100 * 1024 * 1024
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"


def is_docx(data: bytes) -> bool:
    """Tell whether bytes are a Word document."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _root(data: bytes, file: str) -> ElementTree.Element:
    hint = "Open it in Word and save it again as .docx."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as part:
            xml = part.read(UNPACKED_LIMIT + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, RuntimeError, EOFError, ValueError):
        raise UserError(Problem("ME0472", "is a damaged Word document", file, hint=hint)) from None
    if len(xml) > UNPACKED_LIMIT:
        raise UserError(Problem("ME0470", "unpacks to more than a document holds", file))
    plain = xml.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise UserError(Problem("ME0470", "declares entities, which no Word document does", file))
    try:
        return ElementTree.fromstring(xml)
    except SyntaxError:
        raise UserError(Problem("ME0472", "is a damaged Word document", file, hint=hint)) from None


def _paragraphs(cell: Any, space: str) -> str:
    lines = []
    for paragraph in cell.iter(f"{space}p"):
        parts = []
        for one in paragraph.iter():
            if one.tag == f"{space}t":
                parts.append(one.text or "")
            elif one.tag in (f"{space}br", f"{space}cr"):
                parts.append("\n")
            elif one.tag == f"{space}tab":
                parts.append("\t")
        lines.append("".join(parts).strip())
    return "\n".join(line for line in lines if line)


def paragraphs(data: bytes, file: str) -> list[str]:
    """Return the paragraphs of a document, empty ones left out. Raises UserError where it can't be read."""
    root = _root(data, file)
    space = _STRICT if root.tag.startswith(_STRICT) else _WORD
    return [line for p in root.iter(f"{space}p") for line in _lines(p, space)]


def _lines(paragraph: Any, space: str) -> list[str]:
    text = "".join(
        "\n" if one.tag in (f"{space}br", f"{space}cr") else one.text or ""
        for one in paragraph.iter()
        if one.tag in (f"{space}t", f"{space}br", f"{space}cr")
    )
    return [line.strip() for line in text.split("\n") if line.strip()]


def tables(data: bytes, file: str) -> list[list[list[str]]]:
    """Return the tables of a document, outermost ones only, as rows of text. Raises UserError where it can't be read.

    A cell that reaches over several rows says the same in each of them; one that reaches over columns says it once.
    """
    root = _root(data, file)
    space = _STRICT if root.tag.startswith(_STRICT) else _WORD
    inner = {id(t) for table in root.iter(f"{space}tbl") for t in table.iter(f"{space}tbl") if t is not table}
    return [_rows(t, space) for t in root.iter(f"{space}tbl") if id(t) not in inner]


def _rows(table: Any, space: str) -> list[list[str]]:
    out: list[list[str]] = []
    for row in table.findall(f"{space}tr"):
        cells: list[str] = []
        for cell in row.findall(f"{space}tc"):
            about = cell.find(f"{space}tcPr")
            span, merge = None, None
            if about is not None:
                span, merge = about.find(f"{space}gridSpan"), about.find(f"{space}vMerge")
            text = _paragraphs(cell, space)
            if merge is not None and merge.get(f"{space}val") != "restart" and out and len(cells) < len(out[-1]):
                text = out[-1][len(cells)]
            wide = span.get(f"{space}val", "1") if span is not None else "1"
            cells += [text, *[""] * (min(int(wide), 100) - 1 if wide.isdecimal() else 0)]
        out.append(cells)
    return out
