"""Read the text of one file by pages, in a process of its own: `python -m metaethno.fulltext_reader FILE`.

A full text comes from anywhere: it may be broken, encrypted, or made to fill the memory. So it is opened by a child
with limits on memory and time, which says what it found as JSON and can come to no harm that matters.

PDF by PDFium (through pypdfium2), DOCX, HTML and plain text by the standard library.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

MOST_BYTES: Final = 300 * 1024 * 1024
MOST_PAGES: Final = 3000
MOST_LETTERS: Final = 20_000_000
MEMORY: Final = 2 * 1024 * 1024 * 1024
SECONDS: Final = 60


@dataclass(frozen=True)
class Text:
    """What a file holds: texts and labels by page; paged: whether it has pages; error: why it couldn't be read.

    about: what it says of itself beside its text (a PDF's title, subject and DOI).
    """

    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    paged: bool = True
    error: str = ""
    about: str = ""


def kind_of(data: bytes) -> str:
    """Return the ending that a file's first 4 KB call for: pdf, docx, html or txt; nothing where it is none of them."""
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data[:4] == b"PK\x03\x04":
        return "docx"
    if b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return ""
    return "html" if data[:1024].lstrip()[:1] == b"<" else "txt"


def read(path: Path, seconds: int = SECONDS, pages: int = 0) -> Text:
    """Return the text of a file; never raises for what is in it, and takes no longer than `seconds`.

    pages: of a PDF only so many, and what it says about itself; all of them, and that left out, where it is 0.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            return Text(error="it is larger than a full text is")
        command = [sys.executable, "-m", "metaethno.fulltext_reader", str(path), str(seconds), str(pages)]
        done = subprocess.run(command, capture_output=True, timeout=seconds + 10, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Text(error="reading it took too long")
    except OSError as error:
        return Text(error=f"it can't be read ({error.strerror})")
    try:
        said = json.loads(done.stdout)
        texts, labels = tuple(said["texts"]), tuple(said["labels"])
        return Text(texts, labels, bool(said["paged"]), str(said["error"]), str(said["about"]))
    except (ValueError, KeyError, TypeError):
        return Text(error="it is damaged, or takes too much memory or time to read")


# ------------------------------------------------------------------------------------------------ in the child


class _Unreadable(Exception):
    pass


def _limit(seconds: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS knows no such limit; time and size remain.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _about(document: Any, data: bytes) -> str:
    """Return what a PDF says about itself: in its dictionary, and its DOI in the metadata of publishers."""
    parts = [str(value)[:2000] for value in document.get_metadata_dict(skip_empty=True).values()]
    named = re.findall(rb"(?:prism:doi|crossmark:DOI|dc:identifier)[^<>]{0,40}>\s*(?:doi:)?(10\.[^<>\s]{4,200})", data)
    return "\n".join([*parts, *(one.decode("utf-8", "replace") for one in named[:5])])


def _pdf(data: bytes, pages: int = 0) -> Text:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        said = str(error).casefold()
        why = "it is protected by a password" if "password" in said or "security" in said else "it is a damaged PDF"
        raise _Unreadable(why) from None
    count = len(document)
    if count > MOST_PAGES:
        raise _Unreadable("it has more pages than a full text has")
    texts, labels, size = [], [], 0
    for index in range(min(count, pages or count)):
        try:
            page = document[index]
            part = page.get_textpage()
            text = part.get_text_range()
            part.close()
            page.close()
        except pypdfium2.PdfiumError:
            text = ""  # one damaged page doesn't spoil the others
        size += len(text)
        if size > MOST_LETTERS:
            raise _Unreadable("it holds more text than a full text does")
        texts.append(text.replace("\r\n", "\n"))
        try:
            labels.append(document.get_page_label(index))
        except pypdfium2.PdfiumError:
            labels.append("")
    return Text(tuple(texts), tuple(labels), about=_about(document, data) if pages else "")


def _docx(data: bytes) -> Text:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            with archive.open("word/document.xml") as part:
                xml = part.read(MOST_LETTERS * 5 + 1)
        except KeyError:
            raise _Unreadable("it is no Word document") from None
    if len(xml) > MOST_LETTERS * 5:
        raise _Unreadable("it unpacks to more than a full text holds")
    if b"<!DOCTYPE" in xml.replace(b"\0", b"") or b"<!ENTITY" in xml.replace(b"\0", b""):
        raise _Unreadable("its XML declares entities")
    lines = []
    for paragraph in ElementTree.fromstring(xml).iter():
        if paragraph.tag.rpartition("}")[2] == "p":
            lines.append("".join(t.text or "" for t in paragraph.iter() if t.tag.rpartition("}")[2] == "t"))
    return Text(("\n".join(lines),), paged=False)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style") and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def _plain(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def extract(data: bytes, pages: int = 0) -> Text:
    """Return the text of a file's bytes, known by how they begin. In the child only: this may take any time."""
    kind = kind_of(data)
    if kind == "pdf":
        return _pdf(data, pages)
    if kind == "docx":
        return _docx(data)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _Unreadable("it is an old Word file: save it as .docx or PDF")
    if not kind:
        raise _Unreadable("it is of no kind that can be read (PDF, DOCX, HTML, plain text)")
    text = _plain(data)
    if len(text) > MOST_LETTERS:
        raise _Unreadable("it holds more text than a full text does")
    if kind == "html":
        words = _Words()
        words.feed(text)
        return Text(("".join(words.parts),), paged=False)
    # A form feed parts pages, where a program put it there.
    return Text(tuple(text.split("\f"))) if "\f" in text else Text((text,), paged=False)


def main(path: str, seconds: str, pages: str = "0") -> None:
    """Read the file and say what it holds."""
    _limit(int(seconds))
    try:
        found = extract(Path(path).read_bytes(), int(pages))
    except _Unreadable as error:
        found = Text(error=str(error))
    except (zipfile.BadZipFile, SyntaxError, ValueError, OSError, RuntimeError, EOFError, MemoryError):
        found = Text(error="it is damaged")
    said = {"texts": found.texts, "labels": found.labels, "paged": found.paged, "error": found.error}
    said["about"] = found.about
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:4])
