"""Workbooks as bytes: ECMA-376 as far as worklists need it, fast enough for every record of a review.

A library that keeps an object per cell takes ten seconds for what is written here in one. Only text is written,
never a formula. Reading tells formulas, dates, errors and numbers apart, and trusts nothing: what unpacks to too much
or declares entities is refused before it is parsed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

ROW_LIMIT: Final = 1_048_576
CELL_LIMIT: Final = 32_767  # characters
UNPACKED_LIMIT: Final = 200 * 1024 * 1024

# What XML can't hold, and what a spreadsheet would show as a box.
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")

# Places in the list of styles below. The last two of a row of three are for text that looks like a formula: the
# apostrophe that Excel would show is kept in the style.
TEXT, FILL_IN, HEAD, HEAD_FILL_IN = 1, 3, 5, 6
_QUOTED: Final = {TEXT: 2, FILL_IN: 4}


class NotAWorkbook(Exception):
    """The bytes are no workbook, or one that can't be trusted; the text says why."""


# ------------------------------------------------------------------------------------------------ writing


def letters(column: int) -> str:
    """Return the letters of a column (from 1): 1 is A, 27 is AA."""
    said = ""
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


@dataclass(frozen=True)
class PickList:
    """A pick-list for the cells of a column below the header line, or for one of them (`row`, as Excel counts)."""

    column: int
    values: tuple[str, ...]
    title: str = ""
    prompt: str = ""
    row: int = 0


@dataclass(frozen=True)
class Page:
    """One sheet to write: `rows` of text, the first being the header; `styles` and `widths` per column, from 0."""

    name: str
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    styles: Sequence[int]
    head_styles: Sequence[int]
    hidden: frozenset[int] = frozenset()
    frozen: int = 0  # columns that stay in sight
    lists: Sequence[PickList] = field(default_factory=tuple)


_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WRAP: Final = '<alignment vertical="top" wrapText="1"/>'


def _style(fill: int = 0, font: int = 0, *, quote: bool = False) -> str:
    # Number format 49 is "text": what is typed into the cell stays what was typed.
    marks = 'applyNumberFormat="1" applyFill="1" applyFont="1" applyAlignment="1"' + (' quotePrefix="1"' * quote)
    return f'<xf numFmtId="49" fontId="{font}" fillId="{fill}" borderId="0" xfId="0" {marks}>{_WRAP}</xf>'


def _fill(colour: str) -> str:
    return f'<fill><patternFill patternType="solid"><fgColor rgb="FF{colour}"/></patternFill></fill>'


_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="5"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    f"{_fill('FFF8E1')}{_fill('E0E0E0')}{_fill('FFD54F')}</fills>"
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    f"{_style()}{_style(quote=True)}{_style(2)}{_style(2, quote=True)}{_style(3, 1)}{_style(4, 1)}</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def clean(text: str) -> str:
    """Return text as a cell can hold it: no control characters, and not longer than Excel allows."""
    text = CONTROLS.sub("", text)
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - 2] + " …"


def _cell(place: str, text: str, style: int) -> str:
    if not text:
        # An empty cell of its own keeps its colour, and stays text when somebody types into it.
        return f'<c r="{place}" s="{style}"/>'
    if text[0] in "=+-@'\t":
        style = _QUOTED.get(style, style)
    if "_x" in text:
        text = _ESCAPED.sub(r"_x005F_x\1_", text)
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _heights(page: Page) -> Iterator[float]:
    """Yield the height of each row below the header: Excel doesn't work it out when it opens a file."""
    seen = [(i, width) for i, width in enumerate(page.widths) if i not in page.hidden]
    for row in page.rows[1:]:
        lines = max((len(row[i]) / width + row[i].count("\n") for i, width in seen if row[i]), default=0.0)
        yield min(15 * (int(lines) + 1), 255)


def _sheet(page: Page, lists: dict[tuple[str, ...], str]) -> str:
    names = [letters(i + 1) for i in range(len(page.widths))]
    last = len(page.rows)
    corner = f'xSplit="{page.frozen}" ' if page.frozen else ""
    pane = "bottomRight" if page.frozen else "bottomLeft"
    out = [
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0"><pane {corner}ySplit="1" '
        f'topLeftCell="{letters(page.frozen + 1)}2" activePane="{pane}" state="frozen"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultRowHeight="15"/><cols>'
    ]
    for i, width in enumerate(page.widths):
        hidden = ' hidden="1"' if i in page.hidden else ""
        out.append(
            f'<col min="{i + 1}" max="{i + 1}" width="{width}" style="{page.styles[i]}"{hidden} customWidth="1"/>'
        )
    out.append("</cols><sheetData>")
    head = "".join(_cell(f"{n}1", t, s) for n, t, s in zip(names, page.rows[0], page.head_styles, strict=True))
    out.append(f'<row r="1">{head}</row>')
    columns = list(zip(names, page.styles, strict=True))
    for at, (row, height) in enumerate(zip(page.rows[1:], _heights(page), strict=True), 2):
        cells = "".join([_cell(f"{n}{at}", t, s) for (n, s), t in zip(columns, row, strict=True)])
        out.append(f'<row r="{at}" ht="{height}" customHeight="1">{cells}</row>')
    out.append("</sheetData>")
    if last > 1:
        out.append(f'<autoFilter ref="A1:{names[-1]}{last}"/>')
        # Nothing to pick from (no concept yet) is no pick-list: Excel takes its empty range for a damaged file.
        if picked := [one for one in page.lists if one.values]:
            out.append(f'<dataValidations count="{len(picked)}">')
            for one in picked:
                name = names[one.column]
                where = f"{name}{one.row}" if one.row else f"{name}2:{name}{last}"
                # Excel shows no more than 32 and 255 characters.
                said = f"promptTitle={quoteattr(one.title[:32])} prompt={quoteattr(one.prompt[:255])}"
                out.append(
                    f'<dataValidation type="list" allowBlank="1" showInputMessage="1" {said} sqref="{where}">'
                    f"<formula1>{lists[one.values]}</formula1></dataValidation>"
                )
            out.append("</dataValidations>")
    out.append('<pageSetup orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>')
    return "".join(out)


def _list_sheet(lists: dict[tuple[str, ...], str]) -> str:
    rows = []
    for at in range(max(map(len, lists))):
        cells = [
            _cell(f"{letters(i)}{at + 1}", values[at], TEXT) for i, values in enumerate(lists, 1) if at < len(values)
        ]
        rows.append(f'<row r="{at + 1}">{"".join(cells)}</row>')
    return f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def write(pages: Sequence[Page]) -> bytes:
    """Return a workbook of `pages`; pick-lists stand on a hidden sheet, as they may be long and hold commas."""
    lists: dict[tuple[str, ...], str] = {}
    for one in (one for page in pages for one in page.lists if one.values):
        column = letters(len(lists) + 1)
        lists.setdefault(one.values, f"_lists!${column}$1:${column}${len(one.values)}")
    sheets = [(page.name, "", _sheet(page, lists)) for page in pages]
    if lists:
        sheets.append(("_lists", ' state="hidden"', _list_sheet(lists)))
    numbers = range(1, len(sheets) + 1)
    book = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}"{state} r:id="rId{i}"/>'
        for i, (name, state, _) in zip(numbers, sheets, strict=True)
    )
    # Excel wants the name behind a filter; without it LibreOffice filters and Excel repairs.
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{i}" hidden="1">'
        f"'{escape(page.name)}'!$A$1:${letters(len(page.widths))}${len(page.rows)}</definedName>"
        for i, page in enumerate(pages)
        if len(page.rows) > 1
    )
    defined = f"<definedNames>{filters}</definedNames>" if filters else ""
    parts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for i in numbers
        )
        + "</Types>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><bookViews><workbookView/>'
        f"</bookViews><sheets>{book}</sheets>{defined}</workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{i}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in numbers
        )
        + f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{i}.xml": xml for i, (_, _, xml) in zip(numbers, sheets, strict=True)}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, xml in parts.items():
            # A fixed date: the same worklist gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), xml, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


# ------------------------------------------------------------------------------------------------ reading


class Cell(NamedTuple):
    """One cell: its text, and what it is where it is no plain text (formula, date, error, number, yes/no, merged)."""

    text: str
    kind: str = ""


_NOTHING: Final = Cell("")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _checked(data: bytes) -> zipfile.ZipFile:
    """Return the archive, or raise NotAWorkbook where it unpacks to too much or its XML declares entities."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    if sum(m.file_size for m in members) > UNPACKED_LIMIT or len(members) > 5000:
        raise NotAWorkbook("it unpacks to more than a worklist holds")
    total = 0
    for member in members:
        if not member.filename.casefold().endswith((".xml", ".rels")):
            continue
        with archive.open(member) as part:
            tail = b""
            while chunk := part.read(1 << 20):
                total += len(chunk)
                if total > UNPACKED_LIMIT:
                    raise NotAWorkbook("it unpacks to more than it says")
                seen = tail + chunk
                # UTF-16 puts a zero byte beside every letter.
                if b"\0" in seen:
                    seen = seen.replace(b"\0", b"")
                if b"<!" in seen and re.search(rb"<!(?:DOCTYPE|ENTITY)", seen, re.I):
                    raise NotAWorkbook("its XML declares entities")
                tail = chunk[-40:]
    return archive


def _root(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(archive.read(name))
    except KeyError:
        return None


def _text(element: ElementTree.Element) -> str:
    """Return the text of a string: its runs, without the phonetic ones."""
    parts: list[str] = []
    for child in element:
        name = _local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [t.text or "" for t in child if _local(t.tag) == "t"]
    text = "".join(parts)
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _strings(archive: zipfile.ZipFile) -> list[str]:
    name = next((n for n in archive.namelist() if n.casefold() == "xl/sharedstrings.xml"), None)
    if name is None:
        return []
    found: list[str] = []
    with archive.open(name) as part:
        for _, element in ElementTree.iterparse(part):
            if _local(element.tag) == "si":
                found.append(_text(element))
                element.clear()
    return found


_RANGE: Final = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_DATE_FORMATS: Final = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


def _date_styles(archive: zipfile.ZipFile) -> set[int]:
    """Return the places of the styles that show a number as a date or time."""
    root = _root(archive, "xl/styles.xml")
    if root is None:
        return set()
    formats = set(_DATE_FORMATS)
    found: set[int] = set()
    for part in root:
        if _local(part.tag) == "numFmts":
            for one in part:
                code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", one.get("formatCode", ""))
                if re.search(r"[dmyhs]", code, re.I) and not re.search(r"general", code, re.I):
                    formats.add(int(one.get("numFmtId", "0")))
    for part in root:
        if _local(part.tag) == "cellXfs":
            found = {i for i, xf in enumerate(part) if int(xf.get("numFmtId", "0")) in formats}
    return found


@dataclass(frozen=True)
class _Reading:
    strings: list[str]
    dates: set[int]
    base: datetime


def _number(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else text


def _date(text: str, base: datetime) -> str:
    try:
        moment = base + timedelta(days=float(text))
    except (ValueError, OverflowError):
        return text
    return moment.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")


def _read_cell(element: Any, space: str, reading: _Reading) -> Cell:
    value, inline = None, None
    for child in element:
        tag = child.tag
        if tag == f"{space}is":
            inline = child
        elif tag == f"{space}v":
            value = child.text
        elif tag == f"{space}f":
            return Cell(value or "", "formula")
    if inline is not None:
        return Cell(_text(inline).strip())
    if value is None:
        return _NOTHING
    kind = element.get("t", "n")
    if kind == "s":
        at = int(value)
        return Cell(reading.strings[at].strip() if at < len(reading.strings) else "")
    if kind == "n":
        if reading.dates and int(element.get("s", "0")) in reading.dates:
            return Cell(_date(value, reading.base), "date")
        return Cell(_number(value), "number")
    if kind == "b":
        return Cell("TRUE" if value == "1" else "FALSE", "yes/no")
    return Cell(value.strip(), {"e": "error", "d": "date"}.get(kind, ""))


@lru_cache(maxsize=20_000)
def _column_at(name: str) -> int:
    at = 0
    for letter in name:
        at = at * 26 + ord(letter.upper()) - 64
    return at - 1


def _column_of(reference: str) -> int:
    return _column_at(reference.rstrip("0123456789"))


def _covered(root: ElementTree.Element, space: str) -> set[tuple[int, int]]:
    """Return the cells (row, column from 0) that are merged with one above them."""
    found: set[tuple[int, int]] = set()
    for one in root.iterfind(f"{space}mergeCells/{space}mergeCell"):
        match = _RANGE.fullmatch(one.get("ref", ""))
        if match is None:
            continue
        left, top, right, bottom = _column_at(match[1]), int(match[2]), _column_at(match[3]), int(match[4])
        # Nobody merges a million cells by hand; a file that says so is not to fill the memory.
        rows, columns = range(top + 1, min(bottom, top + 20_000) + 1), range(left, min(right, left + 50) + 1)
        found |= {(row, column) for row in rows for column in columns}
    return found


def _read_rows(archive: zipfile.ZipFile, name: str, reading: _Reading) -> Iterator[tuple[int, list[Cell]]]:
    root = ElementTree.fromstring(archive.read(name))
    # There are two names for this language, the usual and the "strict" one.
    space = root.tag.removesuffix(_local(root.tag))
    covered = _covered(root, space)
    at = 0
    for row in root.iterfind(f"{space}sheetData/{space}row"):
        at = int(row.get("r", at + 1))
        cells: list[Cell] = []
        for child in row:
            reference = child.get("r")
            place = _column_of(reference) if reference else len(cells)
            if place > 16_384:
                raise NotAWorkbook("it names columns that a sheet doesn't have")
            if place > len(cells):
                cells += [_NOTHING] * (place - len(cells))
            cells.append(_read_cell(child, space, reading))
        if covered:
            cells = [Cell("", "merged") if (at, i) in covered else cell for i, cell in enumerate(cells)]
        yield at, cells


def read(data: bytes) -> Iterator[tuple[str, Iterator[tuple[int, list[Cell]]]]]:
    """Yield (name, rows) of every visible sheet; a row is its number and its cells. Raises NotAWorkbook."""
    archive = _checked(data)
    book = _root(archive, "xl/workbook.xml")
    relations = _root(archive, "xl/_rels/workbook.xml.rels")
    if book is None or relations is None:
        raise NotAWorkbook("it holds no workbook (is it a Word file, or OpenDocument?)")
    targets = {r.get("Id", ""): r.get("Target", "") for r in relations}
    late = any(_local(e.tag) == "workbookPr" and e.get("date1904") in ("1", "true") for e in book)
    base = datetime(1904, 1, 1) if late else datetime(1899, 12, 30)
    reading = _Reading(_strings(archive), _date_styles(archive), base)
    for part in book:
        if _local(part.tag) != "sheets":
            continue
        for sheet in part:
            if sheet.get("state", "visible") != "visible":
                continue
            key = next((v for k, v in sheet.attrib.items() if _local(k) == "id"), "")
            target = targets.get(key, "").removeprefix("/").removeprefix("xl/")
            name = f"xl/{target}"
            if name in archive.namelist() and "worksheets/" in name:
                yield sheet.get("name", ""), _read_rows(archive, name, reading)
