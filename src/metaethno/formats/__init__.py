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
| ME0211 | a record without title, authors and DOI | warning |
| ME0212 | a record without an end: the download may have broken off | warning |
| ME0213 | lines that are not UTF-8, read as Windows-1252 | warning |
| ME0214 | a date without a year, or no year | warning |
| ME0215 | rows with fewer cells than the header | warning |
| ME0216 | a file without records | warning |
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.formats.fields import RECORD_FIELDS, TEXT_FIELDS
from metaethno.formats.model import Export, Source

__all__ = ["RECORD_FIELDS", "TEXT_FIELDS", "Export", "inspect", "kinds", "read", "read_bytes"]

_log = logging.getLogger(__name__)


def read(path: Path, mapping: Mapping[str, str] | None = None) -> Export:
    """Read an export file; see `read_bytes`. Raises `UserError` also where the file is missing or can't be read."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise UserError(
            Problem("ME0203", "This is a folder, not a file.", str(path), hint="name the files in it")
        ) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserError(Problem("ME0203", f"The file can't be read: {reason}.", str(path))) from None
    return read_bytes(data, str(path), mapping)


def read_bytes(data: bytes, name: str, mapping: Mapping[str, str] | None = None) -> Export:
    """Read the content of an export file; `name` is only for messages.

    `mapping` is for tables: field of a record (`TEXT_FIELDS`) to the heading of its column. Raises `UserError` where
    the kind is not known, where records may be lost or are blank, and where the mapping does not fit.
    """
    from metaethno.formats.check import finish
    from metaethno.formats.decode import decode
    from metaethno.formats.registry import READERS

    text, problems = decode(data, name)
    source = Source(name, text, dict(mapping or {}), tuple(problems))
    for reader in READERS:
        if reader.recognise(source):
            export = finish(source, reader.parse(source))
            _log.info("%s: %s, %d records", name, export.format, len(export.records))
            return export
    raise UserError(_unknown(source))


def kinds() -> list[str]:
    """Return the kinds of file that can be read, in words."""
    from metaethno.formats.registry import READERS

    return [reader.kind for reader in READERS]


def inspect(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Say of each file what it is and how complete its records are, without raising.

    Keys: file, format, records, with_title, with_authors, with_year, with_doi, with_abstract, with_accession (counts)
    and problems (texts). A file that can't be read has the format "unknown" and no records.
    """
    return [_inspect(Path(path)) for path in paths]


_INSPECTED = ("title", "authors", "year", "doi", "abstract", "accession")


def _inspect(path: Path) -> dict[str, Any]:
    try:
        export = read(path)
    except UserError as error:
        counts = {f"with_{name}": 0 for name in _INSPECTED}
        problems = [str(problem) for problem in error.problems]
        return {"file": str(path), "format": "unknown", "records": 0, **counts, "problems": problems}
    counts = {f"with_{name}": int((export.records[name] != "").sum()) for name in _INSPECTED}
    problems = [str(problem) for problem in export.problems]
    return {"file": str(path), "format": export.format, "records": len(export.records), **counts, "problems": problems}


def _unknown(source: Source) -> Problem:
    """Say that no reader knows the file, what it looks like most, and what can be read."""
    head = source.text.lstrip()[:2000]
    first = head.split("\n", 1)[0].strip()
    if first.startswith("<") or first.startswith("<?xml"):
        looks = "It looks like XML or HTML, which can't be read yet."
    elif first.startswith("@"):
        looks = "It looks like BibTeX, which can't be read yet."
    elif first.startswith(("{", "[")):
        looks = "It looks like JSON, which can't be read yet."
    elif first.startswith("%0") or "\n%A " in head:
        looks = "It looks like an EndNote file (.enw), which can't be read yet."
    elif first.startswith("<1") or "Unique Identifier" in head:
        looks = "It looks like Ovid's own tagged format; export it as RIS."
    elif any(mark in first for mark in ",;\t"):
        near = next((m for m in (did_you_mean(w, ("title", "article title")) for w in _words(first)) if m), "")
        looks = f'It may be a table, but no line has a column headed "Title".{near} A column mapping can name it.'
    else:
        looks = "Nothing in it looks like the start of a record."
    return Problem(
        "ME0201",
        f"No reader knows this kind of file. {looks}",
        source.name,
        1,
        value=first,
        allowed="; ".join(kinds()),
        hint="export it again in one of these formats",
    )


def _words(line: str) -> list[str]:
    for mark in (";", "\t"):
        line = line.replace(mark, ",")
    return [word.strip(' "').casefold() for word in line.split(",")]
