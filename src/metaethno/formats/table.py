"""Tables as text: CSV and TSV from databases, screening tools, reference managers and spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.formats.model import Parsed, Reader, Source
from metaethno.formats.table_columns import HEADINGS, MAPPABLE, TITLES, WOS_TABLE, WOS_TAGS, Layout, heading, layout
from metaethno.formats.table_fields import to_record

_DELIMITERS: Final = (",", ";", "\t", "|")
_HEAD_ROWS: Final = 30
_HEAD_CHARS: Final = 200_000
# Python's own limit (128 KB) is less than some abstracts with references; without one an open quote eats the memory.
_CELL_LIMIT: Final = 64 * 1024 * 1024
_NEWLINE: Final = "\x1e"  # stands for a line end inside quotes; decoding has removed it from the text
_SHORT: Final = (
    "ME0215",
    "Rows with fewer cells than the header",
    "the missing cells are taken as empty; check that the file is whole",
)
_UNDATED: Final = (
    "ME0214",
    "Dates in which no year can be found",
    "the year is left empty; a spreadsheet may have changed the date",
)
_SHEET_ERRORS: Final = frozenset({"#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"})
_BROKEN: Final = (
    "ME0209",
    "Cells that a spreadsheet could not work out (#NAME? and the like)",
    "they are taken as empty; export again, and don't open the file in a spreadsheet before it is imported",
)
_SHEET_DATE: Final = re.compile(
    r"^\s*(?:\d{1,2}-(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)-\d{2}|\d{4}-\d\d-\d\d(?: 00:00:00)?)\s*$",
    re.IGNORECASE,
)
_TURNED: Final = (
    "ME0209",
    "Pages, issues or volumes that a spreadsheet has turned into dates",
    "they are kept as they stand; export again, and don't open the file in a spreadsheet before it is imported",
)
_QUOTED_CELL: Final = re.compile(r'"(?:[^"]|"")*+"')
_BLANK: Final = " \t\n,;|\"'" + _NEWLINE


def _recognise(source: Source) -> bool:
    return _find_layout(source) is not None


def _parse(source: Source) -> Parsed:
    found = _find_layout(source)
    check_mapping(source, found)
    if found is None:  # pragma: no cover - `_recognise` was asked before
        raise UserError(Problem("ME0201", "No header line with a title column.", source.name))
    csv.field_size_limit(_CELL_LIMIT)
    parsed = Parsed(found.flavour, [], [], [])
    unquoted = found.flavour == WOS_TABLE and _is_unquoted(source.text, found)
    rows = _plain_rows if unquoted else partial(_rows, delimiter=found.delimiter)
    try:
        read_rows(parsed, found, rows(source.text))
    except csv.Error as error:
        parsed.doubtful.append((parsed.lines[-1] if parsed.lines else found.line, f"The table breaks off: {error}."))
    parsed.start_lines = _start_lines(source.text.split("\n") if unquoted else _masked_by_parity(source.text), found)
    if parsed.start_lines != parsed.lines and not unquoted:
        # A quotation mark inside an unquoted cell (the 5" scale) makes the plain count of marks wrong.
        parsed.start_lines = _start_lines(_masked_by_cell(source.text, found.delimiter), found)
    return parsed


def read_rows(parsed: Parsed, found: Layout, rows: Iterable[tuple[int, list[str]]]) -> None:
    """Add the record of each row (line and cells) below the header to `parsed`; repeated headers are passed over."""
    above: list[tuple[str, ...]] = []
    width = len(found.header)
    title_at = found.columns.get("title", ())
    for line, row in rows:
        if line <= found.line:
            above.append(tuple(row))
            continue
        if _is_blank(row) or tuple(row) in above:  # the header again: files were put together
            continue
        if not _is_blank(row[width:]):
            reason = f"The row has {len(row)} cells, but the header has {width}: a delimiter without quotes?"
            parsed.doubtful.append((line, reason))
        if any(i < len(row) and heading(row[i]) in TITLES for i in title_at):
            parsed.doubtful.append((line, "A second header: two tables of different layout in one file."))
        parsed.lines.append(line)
        place = len(parsed.lines)
        if len(row) < width and not _is_padding(found.header[len(row) :]):
            parsed.note(*_SHORT, place, line)
        if any(cell.startswith("#") and cell.strip() in _SHEET_ERRORS for cell in row):
            parsed.note(*_BROKEN, place, line)
            row = ["" if cell.strip() in _SHEET_ERRORS else cell for cell in row]
        if any(_SHEET_DATE.match(found.value(row, name)) for name in ("pages", "issue", "volume", "first_page")):
            parsed.note(*_TURNED, place, line)
        record = to_record(found, row)
        if not record.get("year") and found.value(row, "year"):
            parsed.note(*_UNDATED, place, line)
        parsed.records.append(record)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row and the line on which it starts."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    for row in reader:
        yield start, row
        start = reader.line_num + 1


def _plain_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each line's cells and its number: Web of Science quotes nothing."""
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, line.split("\t")


def _is_unquoted(text: str, found: Layout) -> bool:
    """Say whether quotation marks in a tab-separated table are text: a title that begins with one is not closed by it.

    Whatever a spreadsheet has saved again is quoted: a mark inside a cell is doubled there, the cell is in marks, and
    may go on over several lines, of which none is as wide as the header.
    """
    if '"' not in text:
        return False
    rows = [line.split("\t") for line in text.rstrip().split("\n")[found.line - 1 :]]
    # The last line may have broken off.
    if any(len(row) < len(found.header) - 1 and not _is_blank(row) for row in rows[:-1]):
        return False
    return any('"' in cell and not _QUOTED_CELL.fullmatch(cell) for row in rows for cell in row)


def _find_layout(source: Source) -> Layout | None:
    """Find the delimiter and the header: the first line that has a title column, maybe behind a few others."""
    head = source.text[:_HEAD_CHARS]
    found = (find_header(_head_rows(head, mark), mark, source) for mark in _DELIMITERS)
    # Of two delimiters by which a header shows, the one that parts more cells is right.
    return max(filter(None, found), key=lambda one: sum(1 for cell in one.header if cell.strip()), default=None)


def find_header(rows: Iterable[tuple[int, list[str]]], delimiter: str, source: Source) -> Layout | None:
    """Return the layout by the first of some rows (line and cells) that has a title column and one more.

    There is none where the fields of a record stand below one another, each behind its heading.
    """
    rows = list(rows)
    wanted = heading(source.mapping.get("title", ""))
    for place, (line, row) in enumerate(rows):
        names = {heading(cell) for cell in row} - {""}
        if len(names) >= 2 and (names & TITLES or wanted in names or names >= WOS_TAGS):
            sideways = heading(row[0]) in TITLES and not names & (HEADINGS - TITLES) and by_row(rows[place + 1 :])
            return None if sideways else layout(delimiter, line, row, source.mapping)
    return None


def by_row(rows: Sequence[tuple[int, list[str]]]) -> bool:
    """Say whether headings stand at the start of rows: at least two of those that we know."""
    found = {heading(row[0]) for _, row in rows if row} & HEADINGS
    return len(found - TITLES) >= 2


def _head_rows(head: str, delimiter: str) -> list[tuple[int, list[str]]]:
    rows: list[tuple[int, list[str]]] = []
    csv.field_size_limit(_CELL_LIMIT)
    try:
        for item in _rows(head, delimiter):
            rows.append(item)
            if len(rows) == _HEAD_ROWS:
                break
    except csv.Error:
        pass
    return rows


def check_mapping(source: Source, found: Layout | None) -> None:
    """Refuse (ME0207) a mapping that names a field of no record, or a column that the file does not have."""
    problems = []
    names = {heading(cell): cell for cell in found.header} if found else {}
    for name, column in source.mapping.items():
        if name not in MAPPABLE:
            message = f"The column mapping names the field {name!r}, which no record has.{did_you_mean(name, MAPPABLE)}"
            problems.append(Problem("ME0207", message, source.name, value=name, allowed=", ".join(MAPPABLE)))
        if heading(column) not in names:
            message = f"The file has no column {column!r}.{did_you_mean(column, names.values())}"
            allowed = ", ".join(cell for cell in names.values() if cell)
            problems.append(Problem("ME0207", message, source.name, column=name, value=column, allowed=allowed))
    if problems:
        raise UserError(problems)


def _masked_by_parity(text: str) -> list[str]:
    """Hide the line ends behind every odd quotation mark; return the lines. An open quote hides nothing."""
    parts = text.split('"')
    if len(parts) % 2:
        parts[1::2] = [part.replace("\n", _NEWLINE) if "\n" in part else part for part in parts[1::2]]
    return '"'.join(parts).split("\n")


def _masked_by_cell(text: str, delimiter: str) -> list[str]:
    """Hide the line ends inside cells that are quoted as a whole; return the lines."""
    quoted = re.compile(rf'(?:^|(?<={re.escape(delimiter)}))"(?:[^"]|"")*"', re.MULTILINE)
    return quoted.sub(lambda match: match.group().replace("\n", _NEWLINE), text).split("\n")


def _start_lines(masked: list[str], found: Layout) -> list[int]:
    """Count the rows without the CSV parser: lines with text whose line ends inside cells are hidden."""
    above: set[str] = set()
    starts: list[int] = []
    number = 1
    for row in masked:
        if number <= found.line:
            above.add(row)
        elif row not in above and row.strip(_BLANK):
            starts.append(number)
        number += 1 + row.count(_NEWLINE)
    return starts


def _is_blank(row: Iterable[str]) -> bool:
    return not any(cell.strip(_BLANK) for cell in row)


def _is_padding(headings: Iterable[str]) -> bool:
    return not any(cell.strip() for cell in headings)


READER: Final = Reader("a table with a title column (.csv, .tsv)", _recognise, _parse)
