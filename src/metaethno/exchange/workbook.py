"""Sheets that people fill in: written with pick-lists and help, read back whatever a spreadsheet did to them.

Nobody types an id: a pick-list shows labels (`Options`), and what comes back is understood as label or id in any case.
Reading never trusts the file: archives that unpack to too much, entities in XML and formulas are refused, and every
cell that isn't plain text is remembered (`Grid.odd`), so that a caller can refuse a date where an id should stand.

Codes: ME0470 not a sheet that can be read, ME0471 no header line, ME0472 damaged, ME0473 a cell that can't be used.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metaethno import tables
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.exchange import xlsx

_HEAD_ROWS: Final = 30
_ERRORS: Final = re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!|FIELD!)|Err:\d{3}", re.I)
_QUOTED_FORMULA: Final = re.compile(r'="([^"]*)"')
_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATES: Final = re.compile(
    rf"\d{{1,2}}-(?:{_MONTHS})(?:-\d{{2,4}})?|(?:{_MONTHS})-\d{{2,4}}|\d{{1,4}}[/.]\d{{1,2}}[/.]\d{{2,4}}", re.I
)
_WHOLE: Final = re.compile(r"^(-?\d+)[.,]0+$")
_SCIENTIFIC: Final = re.compile(r"-?\d(?:[.,]\d+)?E\+\d+", re.I)


# ------------------------------------------------------------------------------------------------ pick-lists


def _plain(text: str) -> str:
    """Return a word as it is compared: without case, outer punctuation, double blanks, `.0` of a whole number."""
    plain = " ".join(text.replace("_", " ").casefold().strip(" \t\n.,;:'\"*").split())
    return _WHOLE.sub(r"\1", plain) if plain[-1:] == "0" else plain


class Options:
    """What a cell may hold: ids with the labels that people see, and other words for them.

    Labels are made different by their id where two are alike.
    """

    def __init__(self, labels: Mapping[str, str], also: Mapping[str, str] | None = None) -> None:
        plain = [_plain(label) for label in labels.values()]
        self.labels: dict[str, str] = {
            key: label if plain.count(_plain(label)) == 1 else f"{label} ({key})" for key, label in labels.items()
        }
        self._known = {_plain(word): key for word, key in (also or {}).items()}
        self._known |= {_plain(label): key for key, label in self.labels.items()}
        # An id counts before a label: it says one thing only.
        self._known |= {_plain(key): key for key in labels}

    def find(self, text: str) -> str | None:
        """Return the id that a text means, or nothing."""
        return self._known.get(_plain(text))

    def find_all(self, text: str) -> tuple[list[str], list[str]]:
        """Return the ids of a cell with several, in the order they stand in, and the parts that mean nothing.

        A label may hold commas itself, so the whole is tried first, then what ';', '|' or a line end part, then
        what commas part.
        """
        found: list[str] = []
        unknown: list[str] = []
        for marks in ("", r"[;|\n]", r"[;|\n,]"):
            parts = [p.strip() for p in (re.split(marks, text) if marks else [text]) if p.strip()]
            found, unknown = [], []
            for part in parts:
                key = self.find(part)
                if key is None:
                    unknown.append(part)
                elif key not in found:
                    found.append(key)
            if not unknown:
                break
        if unknown:
            # What is said to be unknown should be what a person wrote as one reason; of several that commas part, some
            # of them known, the others.
            parts = [p.strip() for p in re.split(r"[;|\n]", text) if p.strip()]
            commas = {p: [c.strip() for c in p.split(",") if c.strip()] for p in parts if self.find(p) is None}
            unknown = []
            for part, pieces in commas.items():
                strange = [c for c in pieces if self.find(c) is None]
                unknown += strange if len(strange) < len(pieces) else [part]
        return found, unknown

    def near(self, text: str) -> str:
        """Return `Did you mean …?` for the nearest label, or nothing."""
        words = {_plain(label): label for label in self.labels.values()} | {_plain(k): k for k in self.labels}
        said = did_you_mean(_plain(text), words)
        match = re.search(r"'(.*)'\?$", said)
        return f" Did you mean {words[match[1]]!r}?" if match and match[1] in words else ""

    @property
    def allowed(self) -> str:
        """All labels in words."""
        return ", ".join(self.labels.values())


# ------------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True)
class Field:
    """One column of a sheet: its heading, how wide, what may be picked, and what it says to the person.

    fill_in: coloured, for the person to fill in. hidden: what the program needs again and nobody has to see.
    """

    name: str
    width: float = 12
    says: str = ""
    options: Options | None = None
    fill_in: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, columns and rows of text. Sheets after the first only inform (criteria, help)."""

    name: str
    fields: Sequence[Field]
    rows: Iterable[Sequence[str]] = field(default_factory=tuple)
    frozen: int = 0  # columns that stay in sight when the sheet is moved sideways
    picks: Mapping[tuple[int, int], Options] = field(default_factory=dict)  # of single cells: row, column, from 0


def help_sheet(fields: Sequence[Field], opening: Sequence[str] = ()) -> Sheet:
    """Return a sheet that says what to do: some opening sentences, then every column to be filled in or read."""
    rows = [(text, "", "") for text in opening]
    rows += [(f.name, f.says, f.options.allowed if f.options else "") for f in fields if f.says and not f.hidden]
    return Sheet("How to", (Field("column", 22), Field("what it is", 70), Field("what may stand in it", 60)), rows)


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", name)[:31]


def sheet_name(name: str, used: set[str]) -> str:
    """Return a name for a sheet that none of `used` (lower case) is; it is added to them."""
    count = 1
    while True:
        more = "" if count == 1 else f" ({count})"
        made = f"{_sheet_name(name)[: 31 - len(more)].strip()}{more}" or "study"
        if made.casefold() not in used | {"studies", "constructs", "reports", "how to", "_lists", "history"}:
            used.add(made.casefold())
            return made
        count += 1


def _page(sheet: Sheet) -> xlsx.Page:
    rows = [[xlsx.clean(str(c)) for c in row] for row in sheet.rows]
    if len(rows) >= xlsx.ROW_LIMIT:
        hint = "Ask for fewer of them (`--sample`, `--new-since`), or for CSV."
        raise UserError(Problem("ME0474", f"{len(rows):,} rows are more than a sheet of Excel holds", hint=hint))
    lists = [
        xlsx.PickList(i, tuple(f.options.labels.values()), f.name, f.says)
        for i, f in enumerate(sheet.fields)
        if f.options is not None
    ]
    lists += [xlsx.PickList(c, tuple(o.labels.values()), row=r + 2) for (r, c), o in sorted(sheet.picks.items())]
    return xlsx.Page(
        _sheet_name(sheet.name),
        [[f.name for f in sheet.fields], *rows],
        [f.width for f in sheet.fields],
        [xlsx.FILL_IN if f.fill_in else xlsx.TEXT for f in sheet.fields],
        [xlsx.HEAD_FILL_IN if f.fill_in else xlsx.HEAD for f in sheet.fields],
        frozenset(i for i, f in enumerate(sheet.fields) if f.hidden),
        sheet.frozen,
        lists,
    )


def to_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook: frozen header line, filters, widths, pick-lists; no cell is ever a formula.

    Raises UserError where a sheet has more rows than Excel can hold.
    """
    return xlsx.write([_page(sheet) for sheet in sheets])


def to_csv(sheet: Sheet) -> bytes:
    """Return a sheet as CSV: UTF-8 with a mark (Excel needs it), CRLF, nothing in it that a spreadsheet would run."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([f.name for f in sheet.fields])
    writer.writerows([tables.escape(xlsx.CONTROLS.sub("", str(c))) for c in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


# ------------------------------------------------------------------------------------------------ reading


@dataclass(frozen=True)
class Grid:
    """A sheet as it was read: all cells as text.

    header: headings in lower case with single blanks. lines: the line (CSV) or row (XLSX) of each row. odd: what a
    cell is, where it is no plain text: formula, date, error, number, yes/no; by row and column from 0.
    """

    file: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    odd: dict[tuple[int, int], str] = field(default_factory=dict)
    sheet: str = ""
    warnings: list[Problem] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)  # the headings as they stand there

    def column(self, *names: str) -> int | None:
        """Return the place of the first of `names` that is a heading, or nothing."""
        return next((self.header.index(n) for n in names if n in self.header), None)

    def texts(self, *names: str) -> list[str]:
        """Return the cells of that column; empty texts where there is none."""
        at = self.column(*names)
        return [""] * len(self.rows) if at is None else [row[at] for row in self.rows]

    def problem(self, row: int, column: int | None, message: str, **more: str) -> Problem:
        """Return a problem at a cell, with the line and, in a workbook, the cell's name."""
        code = more.pop("code", "ME0473")
        name = self.header[column] if column is not None else ""
        if self.sheet and column is not None:
            name += f" (cell {xlsx.letters(column + 1)}{self.lines[row]})"
        value = more.pop("value", self.rows[row][column] if column is not None else "")
        return Problem(code, message, self.file, self.lines[row], name, value, **more)

    def unusable(self, columns: Collection[int], *, dates: Collection[int] = ()) -> list[Problem]:
        """Return a problem for every cell of `columns` that holds a formula or an error, or a date outside `dates`."""
        said = {
            "formula": ("holds a formula", "Put in what it should say, as text."),
            "error": ("holds an error of the spreadsheet", "Type in what should stand there."),
            "date": ("was made a date by the spreadsheet", "Make the column 'Text' and type in what stood there."),
            "merged": ("is merged with the cell above it and says nothing itself", "Unmerge the cells; fill in each."),
        }
        return [
            self.problem(row, column, said[kind][0], hint=said[kind][1])
            for (row, column), kind in sorted(self.odd.items())
            if column in columns and kind in said and not (kind == "date" and column in dates)
        ]


def heading(cell: str) -> str:
    """Return a heading as it is compared: lower case, single blanks, no underscores."""
    return " ".join(cell.strip(" \"'\ufeff").replace("_", " ").casefold().split())


def read(path: Path, needed: Collection[str]) -> Grid:
    """Read a sheet (XLSX, CSV, TSV); its header is the first line that has one of `needed` (headings).

    Raises UserError where it can't be read, holds no such line, or is made to do harm.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(Problem("ME0470", f"can't be read ({error.strerror})", str(path))) from None
    return read_bytes(data, str(path), needed)


def read_bytes(data: bytes, name: str, needed: Collection[str]) -> Grid:
    """Read a sheet from its bytes; `name` is for messages. See `read`."""
    from metaethno.formats.decode import text_of

    if data[:4] == b"PK\x03\x04":
        return _read_xlsx(data, name, needed)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        hint = "Open it in your spreadsheet program and save it as .xlsx, without a password."
        raise UserError(Problem("ME0470", "is an old Excel file, or protected by a password", name, hint=hint))
    text, warnings = text_of(data, name)
    return _read_text(text, name, needed, list(warnings))


def _no_header(file: str, needed: Collection[str]) -> UserError:
    hint = "The header line of the worklist has to stay as it was."
    if "decision" in needed:
        hint += " If another tool wrote the file, say which: --from rayyan, covidence, asreview, endnote ..."
    return UserError(Problem("ME0471", f"has no line with a column {' or '.join(needed)!r}", file, 1, hint=hint))


def _header_at(rows: Iterator[tuple[int, list[str]]], needed: Collection[str]) -> tuple[int, list[str]] | None:
    for count, (line, row) in enumerate(rows):
        names = [heading(cell) for cell in row]
        if set(names) & set(needed):
            return line, names
        if count >= _HEAD_ROWS:
            return None
    return None


def _text_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for row in reader:
        yield start, row
        start = reader.line_num + 1


def _read_text(text: str, file: str, needed: Collection[str], warnings: list[Problem]) -> Grid:
    csv.field_size_limit(64 * 1024 * 1024)
    best: tuple[int, str, int, list[str]] | None = None
    broken = None
    for delimiter in ",;\t|":
        try:
            found = _header_at(_text_rows(text[:200_000], delimiter), needed)
        except csv.Error as error:
            broken = broken or error
            continue
        if found and (best is None or len(found[1]) > best[0]):
            best = (len(found[1]), delimiter, *found)
    if best is None:
        if broken:
            hint = "Look for a quotation mark that is not closed."
            raise UserError(Problem("ME0472", f"can't be read as a table ({broken})", file, hint=hint))
        raise _no_header(file, needed)
    _, delimiter, head, header = best
    grid = Grid(file, header, [], [], {}, "", warnings)
    width = len(header)
    line = head
    try:
        for line, row in _text_rows(text, delimiter):
            if line <= head or not any(cell.strip() for cell in row):
                continue
            if heading(row[0]) == header[0] and [heading(cell) for cell in row] == header:
                continue  # two files put together
            _add_text_row(grid, line, row, width)
    except csv.Error as error:
        hint = "Look for a quotation mark that is not closed, below this line."
        raise UserError(Problem("ME0472", f"can't be read as a table ({error})", file, line, hint=hint)) from None
    return grid


def _add_text_row(grid: Grid, line: int, row: list[str], width: int) -> None:
    cells = [cell.strip() for cell in row]
    if len(cells) > width and any(cells[width:]):
        hint = "Put quotation marks round a cell that holds the mark that parts the cells."
        message = f"has {len(cells)} cells where the header has {width}"
        grid.warnings.append(Problem("ME0475", message, grid.file, line, hint=hint))
    cells = (cells + [""] * width)[:width]
    at = len(grid.rows)
    for i, cell in enumerate(cells):
        if not cell or cell[0] not in "='#E0123456789JFMASOND-jfmasond":
            continue
        if match := _QUOTED_FORMULA.fullmatch(cell):
            cells[i] = match[1]  # how some databases keep a number text
        elif cell[0] == "'":
            cells[i] = tables.unescape(cell)
        elif cell[0] == "=":
            grid.odd[at, i] = "formula"
        elif _ERRORS.fullmatch(cell):
            grid.odd[at, i] = "error"
        elif _DATES.fullmatch(cell):
            grid.odd[at, i] = "date"
        elif _SCIENTIFIC.fullmatch(cell):
            grid.odd[at, i] = "number"
    grid.rows.append(cells)
    grid.lines.append(line)


def read_every(data: bytes, name: str, needed: Collection[str]) -> list[Grid]:
    """Read every sheet that has a line with one of `needed`; a text file holds one. See `read`."""
    if data[:4] == b"PK\x03\x04":
        return list(_grids_of(data, name, needed))
    return [read_bytes(data, name, needed)]


def _read_xlsx(data: bytes, file: str, needed: Collection[str]) -> Grid:
    for grid in _grids_of(data, file, needed):
        return grid
    raise _no_header(file, needed)


def _grids_of(data: bytes, file: str, needed: Collection[str]) -> Iterator[Grid]:
    from metaethno.exchange import cards

    hint = "Open it in your spreadsheet program and save it again as .xlsx."
    try:
        sheets: Iterable[tuple[str, Iterable[tuple[int, list[xlsx.Cell]]]]]
        sheets = cards.read(data) if cards.is_document(data) else xlsx.read(data)
        for name, rows in sheets:
            if grid := _sheet_grid(name, rows, file, needed):
                yield grid
    except xlsx.NotAWorkbook as error:
        raise UserError(Problem("ME0470", f"is no workbook that can be read: {error}", file, hint=hint)) from error
    except (zipfile.BadZipFile, zlib.error, SyntaxError, OSError, ValueError, RuntimeError, EOFError) as error:
        # A damaged archive shows itself in many ways; XML's own error is a SyntaxError.
        raise UserError(Problem("ME0472", "is a damaged workbook", file, hint=hint)) from error


def _sheet_grid(
    name: str, rows: Iterable[tuple[int, list[xlsx.Cell]]], file: str, needed: Collection[str]
) -> Grid | None:
    grid: Grid | None = None
    for count, (line, row) in enumerate(rows):
        if grid is None:
            names = [heading(cell.text) for cell in row]
            if set(names) & set(needed):
                while names and not names[-1]:
                    names.pop()
                titles = [cell.text.strip() for cell in row[: len(names)]]
                grid = Grid(file, names, [], [], {}, name, titles=titles)
            elif count > _HEAD_ROWS:
                return None
            continue
        cells = [tables.unescape(cell.text) for cell in row[: len(grid.header)]]
        if not any(cells) and not any(cell.kind for cell in row):
            continue
        cells += [""] * (len(grid.header) - len(cells))
        for i, cell in enumerate(row[: len(grid.header)]):
            if cell.kind:
                grid.odd[len(grid.rows), i] = cell.kind
        grid.rows.append(cells)
        grid.lines.append(line)
    return grid


def is_scientific(text: str) -> bool:
    """Tell whether a long number was cut short by a spreadsheet (1.23E+07): it identifies nothing any more."""
    return _SCIENTIFIC.fullmatch(text) is not None
