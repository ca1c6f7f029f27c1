"""From an opened file to tables: unpacked, told by its content, decoded and read, part by part where it is large."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.formats import decode, unpack
from metaethno.formats.check import Gathering
from metaethno.formats.model import HEAD, Reader, Source

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, Any]

PART: Final = 4096 * 1024
"""How many bytes are parsed at a time, where a kind can be read in parts."""
_LARGEST_RECORD: Final = 64 * 1024 * 1024
_LARGEST_WHOLE: Final = 512 * 1024 * 1024
_BEFORE: Final = 400
_NEAR: Final = 64 * 1024
_MARK: Final = b"\xef\xbb\xbf"
_HEADER: Final = re.compile(rb"FN (?=Clarivate|Thomson|ISI)")


class Reading:
    """Reads one file: `frames`, to the end, then `finish`."""

    def __init__(self, name: str, mapping: Mapping[str, str] | None) -> None:
        self._name = name
        self._mapping = dict(mapping or {})
        self._gathering = Gathering(name)
        self._abouts: dict[str, None] = {}

    def frames(self, file: BinaryIO, size: int) -> Iterator[pd.DataFrame]:
        """Yield one or more tables (`fields.RECORD_FIELDS`). Raises `UserError` where it can't be read at all."""
        for part, opened in unpack.contents(file, size, self._name):
            name = f"{self._name}:{part}" if part else self._name
            self._gathering.new_file(name)
            yield from self._file(opened, name, part)

    @property
    def about(self) -> str:
        """What the file is, in words; of an archive, each kind in it."""
        return "; and ".join(self._abouts)

    def finish(self) -> tuple[str, int, list[Problem], list[str]]:
        """Return format, independent count, warnings and remarks; see `check.Gathering.finish`."""
        return self._gathering.finish()

    def _file(self, opened: unpack.Reads, name: str, part: str) -> Iterator[pd.DataFrame]:
        from metaethno.formats.registry import READERS

        head = _filled(opened, HEAD)
        for reader in READERS:
            if reader.binary and reader.recognise(Source(name, "", self._mapping, data=head)):
                data = _whole(head, opened, name)
                source = Source(name, "", self._mapping, data=data)
                yield self._part(reader, source, decode.line_starts(data, []), part)
                return
        decode.refuse_binary(head, name)
        encoding = decode.wide_encoding(head)
        if encoding:
            yield self._wide(head, opened, encoding, name, part)
            return
        decode.refuse_nuls(head, name)
        reader, start = self._reader(head, name, whole=len(head) < HEAD)
        boundary = reader.boundary(start) if reader.boundary else None
        blocks = _blocks(head, opened, boundary, name) if boundary else [_whole(head, opened, name)]
        before, opening, joints = "", _opening(head), 0
        for block in blocks:
            decoded = decode.decode(block, opening, reader.glued)
            self._gathering.note(decode.LINES_NOT_UTF8, decoded.odd)
            self._gathering.note(decode.NULS, decoded.nuls)
            source = Source(name, decoded.text, self._mapping, (), block, before, not before, decoded.utf8)
            yield self._part(reader, source, decode.line_starts(block, decoded.glued), part)
            before = (before + decoded.text)[-_BEFORE:]
            joints += _joints(block, reader) + len(decoded.glued)
        # What stands at the start of the file is no joint; a byte-order mark and a header behind it are one.
        if joints > _joints(head[:40], reader):
            self._gathering.remark("Several exports seem to have been put together in this file; it is read as one.")

    def _wide(self, head: bytes, opened: unpack.Reads, encoding: str, name: str, part: str) -> pd.DataFrame:
        """Read a UTF-16 file: as a whole, since its bytes are others than those of the text that is parsed."""
        data = _whole(head, opened, name)
        utf8 = decode.from_wide(data, encoding, name)
        reader, _ = self._reader(utf8, name, whole=True)
        decoded = decode.decode(utf8, _opening(utf8), reader.glued)
        starts = decode.wide_offsets(utf8, encoding, decode.line_starts(utf8, decoded.glued))
        return self._part(reader, Source(name, decoded.text, self._mapping, (), data), starts, part)

    def _reader(self, head: bytes, name: str, *, whole: bool) -> tuple[Reader, Source]:
        from metaethno.formats.registry import READERS

        if not whole:  # not in the middle of a letter
            head = head[: max(head.rfind(b"\n"), head.rfind(b"\r"), len(head) - 4) + 1]
        text = decode.decode(head[:HEAD]).text
        if not text.strip():
            if not whole:
                message = "The file starts with hundreds of kilobytes of nothing."
                raise UserError(Problem("ME0202", message, name, hint="export it again"))
            hint = "export it again; if nothing was found: `metaethno import RUN --source ... --hits 0`, without a file"
            raise UserError(Problem("ME0203", "The file is empty.", name, hint=hint))
        source = Source(name, text, self._mapping, data=head)
        for reader in READERS:
            if not reader.binary and reader.recognise(source):
                return reader, source
        raise UserError(_unknown(source))

    def _part(self, reader: Reader, source: Source, starts: Array, part: str) -> pd.DataFrame:
        self._abouts[reader.about or reader.kind] = None
        with no_collection():
            return self._gathering.add(source, reader.parse(source), starts, part)


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep Python from looking for circles among the many small objects of a part: there are none, and it costs."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _joints(data: bytes, reader: Reader) -> int:
    """Count what stands where a file starts: a byte-order mark, or the header of Web of Science on a line."""
    # One search for letters each is many times faster than one expression for all that may stand before them.
    headers = (match.start() for match in (_HEADER.finditer(data) if decode.WOS in reader.glued else ()))
    marks = data.count(_MARK) if _MARK[:1] in data else 0
    return marks + sum(at == 0 or data[at - 1] in b"\r\n" for at in headers)


def _opening(data: bytes) -> bytes:
    return data.removeprefix(_MARK)[:8]


def _filled(opened: unpack.Reads, size: int) -> bytes:
    """Return `size` bytes, fewer only at the end: an archive hands out less at a time than it is asked for."""
    pieces = []
    while size > 0 and (piece := opened.read(size)):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _whole(head: bytes, opened: unpack.Reads, name: str) -> bytes:
    data = head + _filled(opened, _LARGEST_WHOLE + 1 - len(head))
    if len(data) > _LARGEST_WHOLE:
        message = f"The file has more than {_LARGEST_WHOLE // 1024**2} MB, which only tagged formats may have."
        raise UserError(Problem("ME0218", message, name, hint="export it as RIS, or in several batches"))
    return data


def _blocks(head: bytes, opened: unpack.Reads, boundary: re.Pattern[bytes], name: str) -> Iterator[bytes]:
    """Yield the bytes of a file cut where records start: some megabytes at a time, never a part of a record."""
    data, size = head, PART
    while piece := _filled(opened, size):
        data += piece
        cut = _last(boundary, data, max(1, len(data) - 2 * size))
        if cut:
            yield data[:cut]
            data, size = data[cut:], PART
        elif len(data) > _LARGEST_RECORD:
            message = (
                f"In more than {_LARGEST_RECORD // 1024**2} MB no record starts: something is wrong with the file."
            )
            raise UserError(Problem("ME0218", message, name, hint="export it again"))
        else:
            size = len(data)
    yield data


def _last(boundary: re.Pattern[bytes], data: bytes, start: int) -> int:
    """Return where the last match is, or 0. Most often it is near the end, and the rest needs no look."""
    for near in (max(start, len(data) - _NEAR), start):
        cut = 0
        for match in boundary.finditer(data, near):
            cut = match.start()
        if cut:
            return cut
    return 0


# What databases offer beside the formats that are read: how it begins, what it is, and what to choose instead.
_NOT_READ: Final = (
    (
        re.compile(r"\A(?:RT|SR|ID) \S.*\n(?:[A-Z0-9]{2} .*\n){0,30}?(?:A1|T1) \S"),
        "It looks like RefWorks's tagged format.",
        "export it again as RIS",
    ),
    (
        re.compile(r"\A1[:.] .+(?:\n.*){0,400}?\bPMID: \d"),
        "It looks like the text that PubMed makes for people to read (“Summary” or “Abstract”).",
        "save it again in the format “PubMed”",
    ),
    (
        re.compile(
            r"^(?:\"?RECORD 1\"?|<RECORD 1>)[ \t]*$"
            r"|^\"?TITLE\"?[,;\t].*\n(?:.*\n){0,20}?\"?AUTHOR(?:S| NAMES?)\"?[,;\t]",
            re.MULTILINE | re.IGNORECASE,
        ),
        "The fields of each record seem to stand below one another, as in Embase's text and its tables by row.",
        "export it again as RIS, or as a table with the fields by column",
    ),
)


def _unknown(source: Source) -> Problem:
    """Say that no reader knows the file, which kinds it is nearest to, and what can be read."""
    from metaethno.formats.registry import READERS

    head = source.text.lstrip()[:20_000]
    first = head.split("\n", 1)[0].strip()
    likeness = [(len(r.looks.findall(head)), -i, r.kind) for i, r in enumerate(READERS) if r.looks is not None]
    near = [kind for count, _, kind in sorted(likeness, reverse=True)[:3] if count]
    hint = "export it again in one of these formats"
    known = next(((what, instead) for form, what, instead in _NOT_READ if form.search(head)), None)
    if known:
        looks, hint = known
    elif near:
        looks = f"The nearest kinds are: {'; '.join(near)}. The line that such a file starts with was not found in it."
    elif first.startswith("<"):
        looks = "It looks like XML or HTML, but of none of the kinds that databases export."
    elif first.startswith("@"):
        looks = "It looks like BibTeX."
    elif first.startswith(("{", "[")):
        looks = "It looks like JSON."
    elif any(mark in first for mark in ",;\t"):
        words = [word for word in _words(first)[:30] if word]
        maybe = next((word for word in words if "title" in word.casefold()), "")
        near_word = f' Is it "{maybe}"?' if maybe else next(filter(None, map(_like_title, words)), "")
        looks = (
            f'It may be a table, but no line has a column headed "Title".{near_word} A column mapping can name it '
            f"(`columns` in config/review.yaml). The headings of its first line: {'; '.join(words)[:600]}."
        )
    else:
        looks = "Nothing in it looks like the start of a record."
    return Problem(
        "ME0201",
        f"No reader knows this kind of file. {looks}",
        source.name,
        1,
        value=first[:200],
        allowed="; ".join(reader.kind for reader in READERS),
        hint=hint,
    )


def _like_title(word: str) -> str:
    return did_you_mean(word, ("title",))


def _words(line: str) -> list[str]:
    for mark in (";", "\t"):
        line = line.replace(mark, ",")
    return [word.strip(' "') for word in line.split(",")]
