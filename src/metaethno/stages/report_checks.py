"""Checks of stage 9: the prose against the tables (Y10, Y12), and the tables of decisions as files (Y23 to Y25)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.cells import each_row
from metaethno.findings import Findings, split_ids
from metaethno.schemas import DECISIONS

if TYPE_CHECKING:
    import pandas as pd

PAGES = "reports/pages"
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{([^{}]*)\})?\s*#*\s*$")
_THEME = re.compile(r"theme=(?:\"([^\"]*)\"|(\S+))")
_CITED = re.compile(r"(?<![\w@])-?@(?:\{([^{}]+)\}|([A-Za-z0-9_][\w:.#$%&+?<>~/-]*))")
_CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*\s*$|`[^`\n]*`", re.S | re.M)
_NOT_PROSE = re.compile(r"<!--.*?-->|\{\{<.*?>\}\}|^---\n.*?^---$|^>.*$|\{[#.][^{}]*\}", re.S | re.M)
_SMALL = "two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|hundred"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_NUMBER = rf"(?:\d[\d,.]*(?<![,.])|(?:{_TENS})(?:[- ](?:one|{_SMALL}))?|{_SMALL}|{_TEENS})"
_NOUN = (
    "records?|full[ -]texts?|reports?|articles?|papers?|studies|study|passages?|constructs?|concepts?|translations?|"
    "third-order constructs?|duplicates?"
)
_COUNT = re.compile(rf"(?<![\w.,-])({_NUMBER})\s+((?:[a-z][a-z-]*\s+){{0,2}})({_NOUN})\b", re.I)
_NAMES_A_PLACE = re.compile(r"(?:items?|page|phase|no\.?)\s*$", re.I)
_YEAR = re.compile(r"(?:19|20)\d\d")
_FORMULA = re.compile(r"=\s*(?:[+\-(]?\s*\$?[A-Za-z]{1,3}\$?\d|[A-Za-z.]{2,}\s*\(|[\d(+\-])|[+@]\s*[A-Za-z.]{2,}\s*\(")
_ERROR = re.compile(r"#(?:REF!|NAME\?|VALUE!|DIV/0!|N/A|NULL!|NUM!)")


def check(
    pages: Mapping[str, str],
    decisions: Mapping[str, bytes],
    support: pd.DataFrame,
    reports: pd.DataFrame,
    levels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the table `checks` of stage 9.

    pages: name → text of `reports/pages/*.qmd`. decisions: path → bytes of the tables of decisions. support: schemas
    SUPPORT. reports: report_id, study_id of the reports in the synthesis. levels: code → another level than usual.
    """
    found = Findings(levels)
    for name in sorted(pages):
        text = _prose(pages[name])
        _check_citations(found, name, text, support, reports)
        _check_counts(found, name, text)
    _check_files(found, decisions)
    return found.frame()


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _prose(text: str) -> str:
    """Return a page with all that is no prose of the author's blanked out; lines and places stay as they are."""
    # Headings keep their attributes: they say what a section is about.
    heads = {i: line for i, line in enumerate(text.split("\n")) if _HEADING.match(line)}
    lines = _NOT_PROSE.sub(_blank, _CODE.sub(_blank, text)).split("\n")
    return "\n".join(heads[i] if i in heads and line.strip() else line for i, line in enumerate(lines))


def _check_citations(found: Findings, page: str, text: str, support: pd.DataFrame, reports: pd.DataFrame) -> None:
    """Y10: a section about a theme cites the reports of the studies it rests on, and of no others.

    A section is about a theme where its heading is the theme's name, or says `theme="ID"`.
    """
    lines = text.split("\n")
    heads = [(i, m) for i, line in enumerate(lines) if (m := _HEADING.match(line))]
    by_name = {str(r["label"]).casefold().strip(): r for r in support.to_dict("records")}
    by_id = {str(r["target_id"]): r for r in support.to_dict("records")}
    owner: dict[str, set[str]] = {}
    for report, study in each_row(reports, "report_id", "study_id"):
        owner.setdefault(str(report), set()).add(str(study))
    for place, (i, match) in enumerate(heads):
        said = _THEME.search(match[3] or "")
        name = re.sub(r"[*_`]", "", match[2]).casefold().strip()
        theme = by_id.get(said[1] or said[2]) if said else by_name.get(name)
        if theme is None:
            continue
        end = next((j for j, m in heads[place + 1 :] if len(m[1]) <= len(match[1])), len(lines))
        body = "\n".join(lines[i + 1 : end])
        if not re.search(r"\w", body):
            continue
        cited = {m[1] or m[2].rstrip(":.#$%&+?<>~/-") for m in _CITED.finditer(body)}
        studies = {study for one in cited & set(owner) for study in owner[one]}
        linked = set(split_ids(str(theme["study_ids"])))
        lacks, more = sorted(linked - studies), sorted(studies - linked)
        if lacks or more:
            parts = [f"cites none of the reports of {', '.join(lacks)}, on which it rests"] if lacks else []
            parts += [f"cites {', '.join(more)}, on which it does not rest"] if more else []
            ids = [str(theme["target_id"]), *lacks, *more]
            message = f"The section {match[2]!r} {', and '.join(parts)}."
            hint = "Cite the missing studies under the heading, or correct what the theme rests on."
            found.add("Y10", f"{PAGES}/{page}.qmd", ids, message, hint, i + 1)


def _check_counts(found: Findings, page: str, text: str) -> None:
    """Y12: no number of things that the program counts is typed."""
    lines = text.split("\n")
    text = "\n".join("" if _HEADING.match(line) else line for line in lines)
    for match in _COUNT.finditer(text):
        number, between, noun = match.groups()
        before = text[: match.start()]
        if _YEAR.fullmatch(number) or _NAMES_A_PLACE.search(before[-12:]):
            continue
        words = " ".join(f"{number} {between}{noun}".split())
        start = max(before.rfind(mark) for mark in (". ", "? ", "! ", "\n\n")) + 1
        stop = re.search(r"[.?!](?:\s|$)|\n\n", text[match.end() :])
        sentence = " ".join(text[start : match.end() + stop.start() if stop else len(text)].split())
        # The id is that of the sentence, so that a statement about it goes with these words and no others.
        one = f"{page}-{sha256(f'{sentence} {words}'.encode()).hexdigest()[:8]}"
        hint = (
            "Put the variable in place of the number ({{< var n.studies >}} and others: see _variables.yml). If it "
            "counts something else, say so: `metaethno sign statement`."
        )
        line = before.count("\n") + 1
        found.add("Y12", f"{PAGES}/{page}.qmd", [one], f"The number in {words!r} is typed: {sentence}", hint, line)


def _check_files(found: Findings, decisions: Mapping[str, bytes]) -> None:
    """Y23 (empty rows), Y24 (formulas and errors of a spreadsheet) and Y25 (added columns that nobody filled)."""
    for name, table in DECISIONS.items():
        if table.path not in decisions:
            continue
        data = decisions[table.path]
        header, rows, lines, _ = tables.parse_rows(data, table.path)
        padded = _empty_lines(data)
        if padded:
            many = f"Lines {padded[0]} to {padded[-1]}: {len(padded)}" if len(padded) > 1 else f"Line {padded[0]}: 1"
            said = f"{many} empty row{'s' if len(padded) > 1 else ''} among the others, or below them."
            found.add("Y23", name, [], said, "Delete the empty rows.", padded[0])
        for cells, line in zip(rows, lines, strict=True):
            for column, cell in zip(header, cells, strict=False):
                if _FORMULA.match(cell.strip()) or _ERROR.search(cell):
                    said = f"The column {column} holds {cell.strip()[:80]!r}."
                    key = cells[header.index(table.key[0])] if table.key[0] in header else ""
                    found.add("Y24", name, [key], said, "Put in the cell what the formula was to show.", line)
        added = [(i, c) for i, c in enumerate(header) if c not in table.names]
        for i, column in added:
            if rows and not any(cells[i].strip() for cells in rows if len(cells) > i):
                said = f"The column {column!r} is empty in every row."
                hint = "Fill it, or take it out of the table and the configuration."
                found.add("Y25", name, [], said, hint, 1)


def _empty_lines(data: bytes) -> list[int]:
    """Return the numbers of the lines that hold nothing but delimiters, blanks and quotation marks."""
    text = data.decode("utf-8", errors="replace")
    if '"' not in text:
        return [i for i, line in enumerate(text.splitlines(), 1) if not line.strip(" ,;\t")]
    import csv
    import io

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=tables.delimiter_of(text))
    found, start = [], 1
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                found.append(start)
            start = reader.line_num + 1
    except csv.Error:
        return []
    return found
