"""What a file holds: itself, or what is packed in it (.gz, .zip), within bounds that no real export reaches.

Nothing is ever unpacked to a disk, so a name in an archive can lead nowhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, Protocol

from metaethno.errors import Problem, UserError

LARGEST: Final = 8 * 1024**3
"""The most bytes of a file, packed or not, that are read."""
_FREE: Final = 32 * 1024**2  # a bomb of this size does no harm, whatever it was packed into
_RATIO: Final = 100  # bibliographic text shrinks to a third or a fifth; a bomb to a thousandth
_MOST_FILES: Final = 2000
_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b")
_OFFICE: Final = ("[Content_Types].xml", "mimetype")  # workbooks and documents are archives, too


class Reads(Protocol):
    """All that is asked of an opened file."""

    def read(self, size: int = -1, /) -> bytes:  # noqa: D102 - as of any file
        ...


class Bounded:
    """Reads a packed file; stops with a `UserError` where it unpacks to more than is sane, or is damaged."""

    def __init__(self, packed: Reads, size: int, name: str) -> None:
        self._packed, self._name = packed, name
        self._most = min(LARGEST, max(_FREE, size * _RATIO))
        self._seen = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return the next `size` bytes; all of the rest, where it is negative."""
        wanted = self._most - self._seen + 1
        try:
            data = self._packed.read(wanted if size < 0 else min(size, wanted))
        except EOFError:
            message = "The archive breaks off before its end: the download was not complete."
            raise UserError(Problem("ME0202", message, self._name, hint="download it again")) from None
        except (OSError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError) as error:
            message = f"The archive is damaged, or packed in a way that can't be read: {error}."
            raise UserError(Problem("ME0202", message, self._name, hint="unpack it and give the files")) from None
        self._seen += len(data)
        if self._seen > self._most:
            message = (
                f"The archive holds more than {self._most // 1024**2} MB, far more than its size would let expect."
            )
            hint = "do not open it if you don't know where it comes from; else unpack it and give the files"
            raise UserError(Problem("ME0218", message, self._name, hint=hint))
        return data


def is_office(file: BinaryIO) -> bool:
    """Say whether an opened ZIP archive is a workbook or document."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    finally:
        file.seek(0)
    return any(name in names for name in _OFFICE)


@contextmanager
def _gzip(file: BinaryIO, size: int, name: str) -> Iterator[Bounded]:
    import gzip

    with gzip.GzipFile(fileobj=file) as unpacked:
        yield Bounded(unpacked, size, name)


def contents(file: BinaryIO, size: int, name: str) -> Iterator[tuple[str, Reads]]:
    """Yield what a file holds: pairs of a name inside the archive ("" for a file that is none), and its bytes.

    `file` is open and at its start. The parts of a ZIP come sorted by name; folders and what operating systems add
    (`__MACOSX`, `.DS_Store`) are passed over. Raises `UserError` for bombs (ME0218), for names that lead out of the
    archive, for archives in archives, and for what is locked, damaged or empty (ME0202).
    """
    if size > LARGEST:
        message = f"The file has {size / 1024**3:.0f} GB; at most {LARGEST // 1024**3} GB are read."
        raise UserError(Problem("ME0218", message, name, hint="export it in several batches"))
    start = file.read(4)
    file.seek(0)
    if start[:2] == b"\x1f\x8b":
        with _gzip(file, size, name) as unpacked:
            yield "", _not_nested(unpacked, name)
    elif start == b"PK\x03\x04" and not is_office(file):
        yield from _members(file, size, name)
    else:
        yield "", file


def _members(file: BinaryIO, size: int, name: str) -> Iterator[tuple[str, Reads]]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        message = f"The ZIP archive is damaged, or its download broke off: {error}."
        raise UserError(Problem("ME0202", message, name, hint="download it again")) from None
    with archive:
        members = sorted((m for m in archive.infolist() if _is_export(m)), key=lambda m: m.filename)
        _check(members, size, name)
        for member in members:
            shown = f"{name}:{member.filename}"
            try:
                opened = archive.open(member)
            except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError) as error:
                message = f"This part of the archive can't be read: {error}."
                raise UserError(Problem("ME0202", message, shown, hint="unpack it and give the files")) from None
            with opened:
                yield member.filename, _not_nested(Bounded(opened, member.compress_size, shown), shown)


def _is_export(member: zipfile.ZipInfo) -> bool:
    parts = member.filename.split("/")
    return not member.is_dir() and "__MACOSX" not in parts and parts[-1] not in (".DS_Store", "Thumbs.db")


def _check(members: list[zipfile.ZipInfo], size: int, name: str) -> None:
    hint = "unpack it and give the files"
    if not members:
        raise UserError(Problem("ME0202", "There is no file in this ZIP archive.", name, hint="export it again"))
    if len(members) > _MOST_FILES:
        message = f"There are {len(members)} files in this archive; at most {_MOST_FILES} are read."
        raise UserError(Problem("ME0218", message, name, hint=hint))
    # No more is read of a file than is said here, so many small bombs are as harmless as a large one.
    most = min(LARGEST, max(_FREE, size * _RATIO))
    if sum(member.file_size for member in members) > most:
        message = (
            f"The files in this archive have more than {most // 1024**2} MB, far more than its size would let expect."
        )
        raise UserError(Problem("ME0218", message, name, hint=hint))
    problems = []
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            message = "A name in this archive leads out of it: no database makes such a file."
            problems.append(Problem("ME0218", message, name, value=member.filename, hint="do not open this archive"))
        elif member.flag_bits & 1:
            problems.append(Problem("ME0202", "This archive is locked with a password.", name, hint=hint))
    if problems:
        raise UserError(problems)


class _Again:
    """An opened file of which the first bytes have been read already."""

    def __init__(self, head: bytes, rest: Reads) -> None:
        self._head, self._rest = io.BytesIO(head), rest

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return self._head.read() + self._rest.read()
        return self._head.read(size) or self._rest.read(size)


def _not_nested(unpacked: Reads, name: str) -> Reads:
    head = unpacked.read(4)
    if head.startswith(_ARCHIVES):
        message = "An archive, or a workbook, inside an archive."
        raise UserError(Problem("ME0202", message, name, hint="unpack the outer one and give what is in it"))
    return _Again(head, unpacked)
