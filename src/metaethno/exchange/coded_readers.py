"""Passages and constructs out of files that people have: tables, matrices, and the exports of coding tools.

Every reader gives `Coded` rows and what it has no place for (`Leftover`): nothing is guessed, and nothing is dropped.
REFI-QDA, the exchange format of coding tools, would be one more reader here.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metaethno.errors import Problem, UserError
from metaethno.exchange import docx, workbook
from metaethno.exchange.coding import Coded, Places
from metaethno.exchange.workbook import Grid, heading


@dataclass(frozen=True)
class Leftover:
    """Something of a file that has no place in the review: where it stands, what it says, and why it was left."""

    line: int
    column: str
    text: str
    why: str
    study: str = ""
    construct: str = ""


@dataclass
class Read:
    """What a file says, what of it has no place, what is wrong with it; columns: headings, for messages."""

    file: str
    coded: list[Coded] = field(default_factory=list)
    left: list[Leftover] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)


# What people call the columns of such a table.
_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "study": ("study", "studies", "paper", "article", "author", "authors", "author year", "source", "study id"),
    "report": ("report", "citation", "reference", "publication"),
    "locator": ("page", "pages", "page no", "page no.", "page number", "p.", "locator", "location", "place", "pg"),
    "speaker": ("speaker", "voice", "whose words", "who", "said by", "source of quote"),
    "text": (
        *("quotation", "quote", "quotes", "quotations", "passage", "text", "extract", "excerpt", "evidence"),
        *("supporting quote", "illustrative quote", "participant quote", "data extract"),
    ),
    "construct": ("construct", "concept", "label", "theme", "code", "finding", "key concept", "second-order construct"),
    "authors_term": ("authors' term", "author's term", "authors term", "original term", "term", "authors’ term"),
    "meaning": ("meaning", "definition", "description", "explanation", "interpretation", "what it means"),
    "order": ("order", "level", "order of construct", "construct order"),
    "kind": ("kind", "type"),
    "status": ("status",),
    "reason": ("reason",),
}


def _grid(path: Path, needed: set[str]) -> Grid:
    """Read a table out of Word, Excel or CSV; the first table (or sheet) whose header has one of `needed`."""
    data = path.read_bytes()
    if not docx.is_docx(data):
        return workbook.read_bytes(data, str(path), needed)
    found = docx.tables(data, str(path))
    for number, rows in enumerate(found, 1):
        for at, row in enumerate(rows[:5]):
            names = [heading(cell.replace("\n", " ")) for cell in row]
            if set(names) & needed:
                return _as_grid(path, names, rows, at, number)
    message = f"holds {len(found)} tables, and none has a column {' or '.join(sorted(needed)[:6])} ..."
    raise UserError(Problem("ME0471", message, str(path), hint="Name the columns in the table's first row."))


def _as_grid(path: Path, names: list[str], rows: list[list[str]], at: int, number: int) -> Grid:
    width = len(names)
    body = [(n, (row + [""] * width)[:width]) for n, row in enumerate(rows[at + 1 :], at + 2) if any(row)]
    return Grid(f"{path} (table {number})", names, [row for _, row in body], [n for n, _ in body])


def _places(grid: Grid) -> dict[str, int]:
    """Return which column holds what; of several that could, the one whose name stands first in our list."""
    return {name: at for name, words in _HEADINGS.items() if (at := grid.column(*words)) is not None}


def table(path: Path, where: Places) -> Read:
    """Read a table with one row per construct or quotation, from Word, Excel or CSV.

    Cells of the first column (the study) that are left empty mean the one above, as in a table that people read.
    """
    grid = _grid(path, {*_HEADINGS["construct"], *_HEADINGS["text"]})
    at = _places(grid)
    read = Read(grid.file, warnings=list(grid.warnings), columns={name: grid.header[i] for name, i in at.items()})
    read.problems += grid.unusable(set(at.values()))
    if not {"construct", "text"} & set(at) or not {"study", "report"} & set(at):
        hint = "Name them: study, page, quotation, construct, meaning, order ... as docs/extraction.md lists."
        message = "needs a column for the study, and one for the construct or the quotation"
        raise UserError(Problem("ME0471", message, grid.file, 1, hint=hint))
    bad = {p.line for p in read.problems}
    above = {"study": "", "report": ""}
    for line, row in zip(grid.lines, grid.rows, strict=True):
        cells = {name: row[i] for name, i in at.items()}
        if cells.get("study"):
            above = {"study": cells["study"], "report": cells.get("report", "")}
        elif any(cells.values()):
            cells |= {name: cells.get(name) or text for name, text in above.items() if name in at or text}
        coded = _unquoted(_with_page(Coded(line, **cells)))
        if line not in bad and not coded.is_empty:
            read.coded.append(coded)
        for i, text in enumerate(row):
            if text and i not in at.values():
                name = grid.header[i]
                read.left.append(
                    Leftover(line, name, text, "there is no such column here", coded.study, coded.construct)
                )
    return read


_PAGE: Final = re.compile(
    r"\s*[(\[]\s*((?:pp?|pgs?|pages?)\.?\s*[\w.]+(?:\s*[-–,;&]\s*(?:pp?\.?\s*)?\w+)*)\s*[)\]]\s*[.;,]?\s*$", re.I
)


def _with_page(coded: Coded) -> Coded:
    """Take the page out of the end of a quotation ("..." (p. 12)), where no column holds it."""
    if coded.text and not coded.locator and (match := _PAGE.search(coded.text)):
        coded.locator, coded.text = match[1], coded.text[: match.start()].rstrip()
    return coded


def _unquoted(coded: Coded) -> Coded:
    """Take off the quotation marks round the whole of a quotation: its column says that it is one."""
    text = coded.text
    if (match := _QUOTED.match(text)) and not re.search(r"[“”\"«»‘]|'\s|\s'", match[1]):
        coded.text = match[1].strip()
    return coded


# ------------------------------------------------------------------------------------------------ matrix

_QUOTED: Final = re.compile(r"^[“\"«‘'](.+)[”\"»’']$", re.S)


def items(cell: str) -> list[tuple[str, str]]:
    """Return the parts of a cell of a matrix with the page of each: lines, bullets, or what ';' parts after a page."""
    lines = [re.sub(r"^\s*(?:[-•*·▪–]|\(?\d{1,2}[.)])\s+", "", line).strip() for line in cell.splitlines()]
    out: list[tuple[str, str]] = []
    for line in filter(None, lines):
        # A ';' within a sentence parts nothing; one behind a page does.
        for part in re.split(r"(?<=[)\]])\s*[;,]?\s+(?=[^\s(\[])|(?<=[)\]]);\s*", line):
            match = _PAGE.search(part)
            text = part[: match.start()].strip(" ;,") if match else part.strip(" ;,")
            if text:
                out.append((text, match[1] if match else ""))
            elif match and out:
                out[-1] = (out[-1][0], match[1])
    return out


def matrix(path: Path, where: Places) -> Read:
    """Read a matrix of studies and concepts, either way round, with several constructs and their pages in a cell.

    Each part of a cell is a construct of its study. The concept over it is a matter of translation: it is listed
    among what is left, beside the construct. A part in quotation marks is a quotation; any other with a page is what
    the review's author says of that place.
    """
    data = path.read_bytes()
    candidates = _matrices(data, path)
    best = max(candidates, key=lambda c: _known(c[1], where), default=None)
    if best is None or not _known(best[1], where):
        allowed = ", ".join(where.studies.labels.values())
        hint = "A matrix has the studies down its first column or along its first row, by label or citation."
        raise UserError(Problem("ME0471", "has no row or column of studies", str(path), 1, allowed=allowed, hint=hint))
    file, rows = best
    read = Read(file, columns={"study": "study", "construct": "cell", "text": "cell", "locator": "cell"})
    down = _count([row[0] for _, row in rows[1:]], where) >= _count(rows[0][1][1:], where)
    head = rows[0][1]
    for line, row in rows[1:]:
        for column, cell in enumerate(row[1:], 1):
            other = head[column] if column < len(head) else ""
            study, concept = (row[0], other) if down else (other, row[0])
            if not cell.strip():
                continue
            if not study:
                read.problems.append(Problem("ME0483", "names no study", file, line, f"column {column + 1}", cell))
                continue
            for text, page in items(cell):
                quoted = _QUOTED.match(text)
                said = quoted[1].strip() if quoted else text
                coded = Coded(line, study=study, construct=said, meaning="" if quoted else said)
                if page:
                    coded.locator, coded.text = page, said
                    coded.speaker = "" if quoted else "review_author"
                elif quoted:
                    coded.authors_term = said
                read.coded.append(coded)
                why = "concepts come in with the translation"
                read.left.append(Leftover(line, "concept", concept, why, study, said))
    return read


def _matrices(data: bytes, path: Path) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    """Return every table of a file as numbered rows of text."""
    if docx.is_docx(data):
        found = docx.tables(data, str(path))
        return [
            (f"{path} (table {n})", [(i, row) for i, row in enumerate(rows, 1) if any(row)])
            for n, rows in enumerate(found, 1)
            if len(rows) > 1
        ]
    if data[:4] == b"PK\x03\x04":
        from metaethno.exchange import xlsx

        try:
            sheets = [(name, [(n, [c.text for c in row]) for n, row in rows]) for name, rows in xlsx.read(data)]
        except (
            xlsx.NotAWorkbook,
            zipfile.BadZipFile,
            zlib.error,
            SyntaxError,
            ValueError,
            OSError,
            RuntimeError,
            EOFError,
        ) as error:
            raise UserError(Problem("ME0472", "is no workbook that can be read", str(path))) from error
        return [(str(path), [r for r in rows if any(r[1])]) for _, rows in sheets if len(rows) > 1]
    from metaethno import tables as decisions
    from metaethno.formats.decode import text_of

    text, _ = text_of(data, str(path))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=decisions.delimiter_of(text))
    try:
        rows = [(reader.line_num, [decisions.unescape(c.strip()) for c in row]) for row in reader if any(row)]
    except csv.Error as error:
        raise UserError(Problem("ME0472", f"can't be read as a table ({error})", str(path))) from None
    return [(str(path), rows)] if len(rows) > 1 else []


def _count(names: list[str], where: Places) -> int:
    return sum(where.study(name) is not None for name in names)


def _known(rows: list[tuple[int, list[str]]], where: Places) -> int:
    return max(_count([row[0] for _, row in rows[1:] if row], where), _count(rows[0][1][1:], where))


# ------------------------------------------------------------------------------------------------ coding tools


def _tool(path: Path, needed: Mapping[str, tuple[str, ...]], tool: str) -> tuple[Grid, dict[str, int]]:
    grid = workbook.read_bytes(path.read_bytes(), str(path), set(needed["construct"]))
    at = {name: i for name, words in needed.items() if (i := grid.column(*words)) is not None}
    missing = [words[0] for name, words in needed.items() if name not in at]
    if missing:
        hint = f"Export it from {tool} again, as docs/extraction.md says."
        message = f"is no export of {tool}: the columns {', '.join(missing)} are missing"
        raise UserError(Problem("ME0471", message, str(path), 1, hint=hint))
    return grid, at


def _left_columns(read: Read, grid: Grid, place: int, used: set[int], why: str, study: str, construct: str) -> None:
    for i, text in enumerate(grid.rows[place]):
        if text and i not in used:
            read.left.append(Leftover(grid.lines[place], grid.header[i], text, why, study, construct))


def taguette(path: Path, where: Places) -> Read:
    """Read Taguette's highlights (CSV or Excel: id, document, tag, content); a tag is a construct."""
    names = {"id": ("id",), "study": ("document",), "construct": ("tag",), "text": ("content",)}
    grid, at = _tool(path, names, "Taguette")
    read = Read(str(path), warnings=list(grid.warnings), columns={n: grid.header[i] for n, i in at.items()})
    for place, row in enumerate(grid.rows):
        cells = {name: row[i] for name, i in at.items()}
        locator = f"Taguette, highlight {cells.pop('id')}"
        read.coded.append(_with_page(Coded(grid.lines[place], locator="", **cells)))
        read.coded[-1].locator = read.coded[-1].locator or locator
        _left_columns(read, grid, place, set(at.values()), "has no place here", cells["study"], cells["construct"])
    return read


def qualcoder(path: Path, where: Places) -> Read:
    """Read QualCoder's coding report (CSV or Excel): file or case, coder, coded text, id, code, memo, categories.

    A memo goes to what is left, as it may be about anything; codings of pictures and sound have no words.
    """
    names = {"construct": ("codename",), "text": ("coded",), "id": ("id",)}
    grid, at = _tool(path, names, "QualCoder")
    # A report by cases names the file beside the case.
    document = grid.column("filename", "file")
    if document is None:
        document = grid.column("case")
    if document is None:
        raise UserError(Problem("ME0471", "is no coding report of QualCoder: no file is named", str(path), 1))
    read = Read(str(path), warnings=list(grid.warnings), columns={n: grid.header[i] for n, i in at.items()})
    used = {*at.values(), document}
    for place, row in enumerate(grid.rows):
        line, study, code, text = grid.lines[place], row[document], row[at["construct"]], row[at["text"]]
        _left_columns(read, grid, place, used, "has no place here", study, code)
        if not row[at["id"]].startswith("ctid") and text in ("image", "a/v"):
            read.left.append(Leftover(line, "coded", text, "a coding without words", study, code))
            continue
        read.coded.append(_with_page(Coded(line, study=study, construct=code, text=text)))
        read.coded[-1].locator = read.coded[-1].locator or f"QualCoder, coding {row[at['id']]}"
    return read


_SOURCE: Final = re.compile(r"<(.+?)>\s*-\s*§\s*(\d+)\s+references?\s+coded", re.I)
_REFERENCE: Final = re.compile(r"References?\s+(\d+(?:-\d+)?)\s*-\s*[\d.,]+\s*%\s*Coverage", re.I)
_NAME: Final = re.compile(r"(?:Name|Node|Code)\s*:\s*(.+)", re.I)


def nvivo(path: Path, where: Places) -> Read:
    """Read what NVivo exports of one code (Word or text): `<Files\\\\Doe 2015> - § 2 references coded`, then each.

    The code's name is the name of the file, or stands in a line `Name: ...` at its top.
    """
    data = path.read_bytes()
    if docx.is_docx(data):
        lines = docx.paragraphs(data, str(path))
    else:
        from metaethno.formats.decode import text_of

        lines = text_of(data, str(path))[0].splitlines()
    read = Read(str(path), columns={"study": "source", "text": "reference", "construct": "code"})
    code, study, current = path.stem, "", None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if match := _SOURCE.search(text):
            study, current = match[1], None
        elif match := _REFERENCE.match(text):
            current = Coded(number, study=study, construct=code, locator=f"NVivo, reference {match[1]}")
            read.coded.append(current)
        elif current is not None:
            current.text = f"{current.text}\n{text}".strip()
        elif text and not study and (match := _NAME.fullmatch(text)):
            code = match[1].strip()
        elif text:
            read.left.append(Leftover(number, "line", text, "stands before the first reference", study, code))
    if not read.coded:
        hint = "Export a code from NVivo as Word or text, with its references."
        raise UserError(
            Problem("ME0471", "holds no references of a code as NVivo exports them", str(path), 1, hint=hint)
        )
    for one in read.coded:
        place = one.locator
        one.locator = ""
        _with_page(one)
        one.locator = one.locator or place
    return read


READERS: Final[dict[str, Callable[[Path, Places], Read]]] = {
    "table": table,
    "matrix": matrix,
    "qualcoder": qualcoder,
    "taguette": taguette,
    "nvivo": nvivo,
}
