"""Excel workbooks (.xlsx): Embase's, and lists that people keep. Read cell by cell; formulas are never worked out.

`openpyxl` reads the cells in its streaming mode. Before that, the workbook is weighed: one that unpacks to more than
is sane, or that claims rows and columns without end, is refused.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from metaethno.errors import Problem, UserError
from metaethno.formats import clean
from metaethno.formats.model import Parsed, Reader, Source
from metaethno.formats.table import check_mapping, find_header, read_rows
from metaethno.formats.table_columns import Layout

_LARGEST: Final = 256 * 1024**2
_MOST_FILES: Final = 2000
_MOST_ROWS: Final = 1_048_576  # what Excel itself can hold
_MOST_CELLS: Final = 10_000_000
_HEAD_ROWS: Final = 30
_ROW: Final = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(?:/>|>(.*?)(?:</(?:\w+:)?row>|\Z))", re.DOTALL)
_ROW_NUMBER: Final = re.compile(rb"\br=[\"'](\d{1,9})[\"']")
_FILLED: Final = re.compile(rb"<(?:\w+:)?(?:v|is|f)(?=[\s>])")
# A formula whose result was not stored: a program wrote the workbook, and nothing ever worked it out.
_UNWORKED: Final = re.compile(
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_UNWORKED_SAID: Final = (
    "A formula stands here whose result is not stored: open the workbook in Excel, save it, and give it again."
)
_ASK: Final = "save the sheet as CSV (UTF-8), and give that file"

Rows = list[tuple[int, list[str]]]


def _recognise(source: Source) -> bool:
    return source.data.startswith(b"PK\x03\x04") and b"xl/" in source.data


def _parse(source: Source) -> Parsed:
    _weigh(source)
    parsed = Parsed("", [], [], [])
    read: list[str] = []
    empty: list[str] = []
    above = 0  # rows of the sheets before
    for title, rows, apparent, unworked in _sheets(source):
        found = find_header(rows[:_HEAD_ROWS], ",", source)
        if found is None:
            if rows:
                empty.append(title)
            continue
        check_mapping(source, found)
        one = Parsed("", [], [], [])
        read_rows(one, found, rows)
        one.start_lines = _counted(one, found, rows, apparent)
        one.doubtful += [(number, _UNWORKED_SAID) for number in unworked if number > found.line]
        _join(parsed, one, above)
        above += max((line for line, _ in rows), default=0)
        read.append(title)
        parsed.format = parsed.format or _name(found.flavour)
    if not read:
        message = "No sheet of this workbook has a line of headings with a title."
        hint = "name the columns in `columns` of config/review.yaml, or export the records again"
        raise UserError(Problem("ME0201", message, source.name, value="; ".join(empty), hint=hint))
    if empty or len(read) > 1:
        left = f"; without records: {', '.join(empty)}" if empty else ""
        parsed.remarks.append(f"Sheets that were read: {', '.join(read)}{left}.")
    # The cells of a workbook stand packed in several files: a record's place is its row.
    parsed.spans = [(0, len(source.data))] * len(parsed.records)
    return parsed


def _name(flavour: str) -> str:
    return f"{flavour.removesuffix(' CSV')} XLSX" if flavour.endswith(" CSV") else "Excel workbook"


def _join(parsed: Parsed, one: Parsed, above: int) -> None:
    """Add what a sheet holds to what the sheets before it hold; its lines follow theirs."""
    base = len(parsed.records)
    parsed.records += one.records
    parsed.lines += [above + line for line in one.lines]
    parsed.start_lines += [above + line for line in one.start_lines]
    parsed.doubtful += [(above + line, reason) for line, reason in one.doubtful]
    for key, places in one.notes.items():
        parsed.notes.setdefault(key, []).extend((base + place, above + line) for place, line in places)


def _weigh(source: Source) -> None:
    """Refuse a workbook that is no archive, is locked, or unpacks to more than is sane (ME0202, ME0218)."""
    try:
        with zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        message = f"The workbook is damaged, or its download broke off: {error}."
        raise UserError(Problem("ME0202", message, source.name, hint="download or save it again")) from None
    if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _LARGEST:
        message = f"The workbook unpacks to more than {_LARGEST // 1024**2} MB or {_MOST_FILES:,} parts."
        raise UserError(Problem("ME0218", message, source.name, hint=_ASK))


def _sheets(source: Source) -> Iterator[tuple[str, Rows, list[int], list[int]]]:
    """Yield per sheet: title, filled rows (number and cells), numbers of the rows that seem to be filled, and of
    those with formulas that nobody has worked out.
    """
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(source.data)) as archive:
            warnings.simplefilter("ignore")  # about styles and pictures, which we don't look at
            book = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                path = getattr(sheet, "_worksheet_path", "")
                apparent, unworked = _apparent(archive.read(path)) if path in archive.namelist() else ([], [])
                if any(number > _MOST_ROWS for number in apparent):
                    raise _too_large(source)
                yield sheet.title, _filled(sheet, source), apparent, unworked
    except UserError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged workbook makes it trip over
        message = f"The workbook can't be read: {type(error).__name__}."
        raise UserError(Problem("ME0202", message, source.name, hint=_ASK)) from None


def _too_large(source: Source) -> UserError:
    message = f"The workbook has more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells."
    return UserError(Problem("ME0218", message, source.name, hint=_ASK))


def _filled(sheet: Any, source: Source) -> Rows:
    rows: Rows = []
    cells = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells += len(row)
        if number > _MOST_ROWS or cells > _MOST_CELLS:
            raise _too_large(source)
        values = ["" if value is None else _text(value) for value in row]
        while values and not values[-1]:
            values.pop()
        if values:
            rows.append((number, values))
    return _padded(rows)


def _padded(rows: Rows) -> Rows:
    """Give every row below the first full one as many cells as it: Excel doesn't store empty cells at its end."""
    width = max((len(row) for _, row in rows[:_HEAD_ROWS]), default=0)
    return [(number, row + [""] * (width - len(row))) for number, row in rows]


def _text(value: object) -> str:
    """Return what a cell shows: numbers without a needless ".0", dates as ISO."""
    if isinstance(value, str):
        return clean.sound(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return clean.sound(str(value))


def _apparent(xml: bytes) -> tuple[list[int], list[int]]:
    """Count without openpyxl: the numbers of the rows in which any cell has a value, a text or a formula.

    Also return those with a formula that has no result.
    """
    found: list[int] = []
    unworked: list[int] = []
    number = 0
    for match in _ROW.finditer(xml):
        given = _ROW_NUMBER.search(match[1])
        number = int(given[1]) if given else number + 1
        if match[2] and _FILLED.search(match[2]):
            found.append(number)
            if _UNWORKED.search(match[2]):
                unworked.append(number)
    return found, unworked


def _counted(one: Parsed, found: Layout, rows: Rows, apparent: list[int]) -> list[int]:
    """Return the rows that should be records: those that seem filled, without header, repeated headers and blanks."""
    header = {tuple(row) for number, row in rows if number <= found.line}
    passed = {number for number, row in rows if tuple(row) in header or not any(cell.strip() for cell in row)}
    return [number for number in apparent if number > found.line and number not in passed]


READER: Final = Reader(
    "Excel workbook (.xlsx)",
    _recognise,
    _parse,
    binary=True,
    about="an Excel workbook, such as Embase.com exports, or a list that somebody keeps",
)
