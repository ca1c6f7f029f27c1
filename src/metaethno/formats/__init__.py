"""Export files of databases, reference managers and screening tools: recognised by content, read whole or refused.

    export = read(Path("embase.ris"))
    export.format        # "RIS (Ovid)"
    export.records       # a table with the columns `RECORD_FIELDS`

Every file is counted twice: by its parser, and by an independent look at where records start. If the two differ, the
file is refused with the doubtful lines. A new format is a module with a `READER`, named in `registry`.

Codes

| code | what | |
|---|---|---|
| ME0201 | no reader knows the file | refused |
| ME0202 | a binary or compressed file, not text | refused |
| ME0203 | the file is missing, a folder, unreadable or empty | refused |
| ME0204 | records may be lost: counts differ, or the start of a record is missing | refused |
| ME0205 | a blank record: the file was taken for another kind, or is damaged | refused |
| ME0207 | the column mapping names a field or column that does not exist | refused |
| ME0208 | XML that defines entities of its own, or is nested without end | refused |
| ME0209 | cells that a spreadsheet has turned into dates, or could not work out | warning |
| ME0211 | a record without title, authors and DOI | warning |
| ME0212 | a record without an end: the download may have broken off | warning |
| ME0213 | lines that are not UTF-8, read as Windows-1252 | warning |
| ME0214 | a date without a year, or no year | warning |
| ME0215 | rows with fewer cells than the header | warning |
| ME0216 | a file without records | warning |
| ME0217 | NUL bytes in a text, left out | warning |
| ME0219 | a Web of Science file without its closing line: records may be missing at the end | warning |
| ME0218 | too large, or an archive that no database makes (a bomb, names that lead out of it) | refused |
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from metaethno.errors import Problem, UserError
from metaethno.formats.fields import RECORD_FIELDS, TEXT_FIELDS
from metaethno.formats.model import Export

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RECORD_FIELDS", "TEXT_FIELDS", "Export", "batches", "inspect", "kinds", "read", "read_bytes"]

_log = logging.getLogger(__name__)


def read(path: Path, mapping: Mapping[str, str] | None = None) -> Export:
    """Read an export file; see `read_bytes`. Raises `UserError` also where the file is missing or can't be read."""
    path = Path(path)
    with _opened(path) as file:
        return _read(file, path.stat().st_size, str(path), mapping)


def read_bytes(data: bytes, name: str, mapping: Mapping[str, str] | None = None) -> Export:
    """Read the content of an export file, also packed (.gz, .zip); `name` is only for messages.

    `mapping` is for tables: field of a record (`TEXT_FIELDS`) to the heading of its column. Raises `UserError` where
    the kind is not known, where records may be lost or are blank, and where the mapping does not fit.
    """
    return _read(io.BytesIO(data), len(data), name, mapping)


def batches(path: Path, mapping: Mapping[str, str] | None = None) -> Iterator[pd.DataFrame]:
    """Yield the records of a file of any size some thousands at a time (columns `RECORD_FIELDS`), in little memory.

    Tagged formats (RIS, Web of Science, MEDLINE, Ovid, EndNote's .enw) are read in parts; other kinds come as one.
    What is wrong with the whole, lost records above all, is only known at its end, and raised there as `UserError`.
    """
    from metaethno.formats.reading import Reading

    path = Path(path)
    with _opened(path) as file:
        reading = Reading(str(path), mapping)
        yield from reading.frames(file, path.stat().st_size)
        reading.finish()


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except IsADirectoryError:
        raise UserError(
            Problem("ME0203", "This is a folder, not a file.", str(path), hint="name the files in it")
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(Problem("ME0203", f"The file can't be read: {reason}.", str(path))) from None


def _read(file: BinaryIO, size: int, name: str, mapping: Mapping[str, str] | None) -> Export:
    import pandas as pd

    from metaethno.formats.reading import Reading, no_collection

    reading = Reading(name, mapping)
    with no_collection():
        frames = list(reading.frames(file, size))
    kind, starts, problems, remarks = reading.finish()
    records = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    _log.info("%s: %s, %d records", name, kind, len(records))
    return Export(kind, records, starts, problems, remarks, reading.about)


def kinds() -> list[str]:
    """Return the kinds of file that can be read, in words."""
    from metaethno.formats.registry import READERS

    return [reader.kind for reader in READERS]


def inspect(paths: Iterable[Path], mapping: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Say of each file what it is and how complete its records are, without raising; `mapping` as in `read_bytes`.

    Keys: file, format, about (what such a file is, in words), records, with_title, with_authors, with_year, with_doi,
    with_abstract, with_accession (counts), problems and remarks (texts). A file that can't be read has the format
    "unknown" and no records.
    """
    return [_inspect(Path(path), mapping) for path in paths]


_INSPECTED = ("title", "authors", "year", "doi", "abstract", "accession")


def _inspect(path: Path, mapping: Mapping[str, str] | None) -> dict[str, Any]:
    try:
        export = read(path, mapping)
    except UserError as error:
        found: dict[str, Any] = {"file": str(path), "format": "unknown", "about": "", "records": 0}
        found |= {f"with_{name}": 0 for name in _INSPECTED}
        return found | {"problems": [str(problem) for problem in error.problems], "remarks": []}
    records = export.records
    found = {"file": str(path), "format": export.format, "about": export.about, "records": len(records)}
    found |= {f"with_{name}": int((records[name] != "").sum()) for name in _INSPECTED}
    return found | {"problems": [str(problem) for problem in export.problems], "remarks": export.remarks}
