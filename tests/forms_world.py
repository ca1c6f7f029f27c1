"""Five made-up studies with quotations, before phase 4: what the forms of phases 4 to 6 work on."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from metaethno import tables
from metaethno.exchange import cards, workbook
from metaethno.exchange.workbook import Field, Sheet
from metaethno.schemas import CONSTRUCTS, PASSAGES, REPORT_STUDIES, STUDIES, TABLES, Table
from tests.worlds import CONFIG, lay_out

# Study, year its data were collected from, and its constructs: authors' term, meaning, quotation, page.
SAID = {
    "Ash": (
        "2001",
        [
            ("keeping face", "Nurses hide what they feel", "I smile, whatever comes", "p. 3"),
            ("the long shift", "Time wears care down", "By ten you are a machine", "p. 5"),
        ],
    ),
    "Bay": ("2003", [("the mask", "A professional front before patients", "You wear it like the uniform", "p. 11")]),
    "Elm": (
        "2007",
        [
            ("running on empty", "Fatigue empties what one can give", "Nothing was left for them", "p. 2"),
            ("letting go", "Showing feelings brings patients nearer", "I cried with her, and it helped", "p. 4"),
        ],
    ),
    "Fir": ("2010", [("two faces", "One face for patients, one for colleagues", "In the kitchen we swear", "p. 8")]),
    "Oak": (
        "2015",
        [("the backstage", "Colleagues' rooms are where feelings go", "The store room knows us all", "p. 21")],
    ),
}


def _frame(table: Table, rows: Iterable[dict[str, str]]) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(table.names, "") | row for row in rows], columns=table.names, dtype=str)


def review(root: Path) -> Path:
    """Lay out a review whose five studies have been extracted, and nothing more."""
    lay_out(root, CONFIG)
    studies, reports, passages, constructs = [], [], [], []
    entered = {"entered_by": "ann", "entered_on": "2024-01-02"}
    rows = [
        {
            "manual_id": f"M{s}",
            "run": "2024-01-01",
            "source": "Shelf",
            "kind": "other",
            "title": f"The study of {s}",
            "found_by": "ann",
            "found_on": "2024-01-01",
        }
        for s in SAID
    ]
    for study, (year, said) in SAID.items():
        studies.append(
            {"study_id": f"S{study}", "label": study, "data_collection_start": year, "aim": "nurses' feelings"}
        )
        reports.append(
            {
                "report_id": f"R{study}",
                "record_id": f"M{study}",
                "study_id": f"S{study}",
                "role": "main",
                "citation": f"{study} {int(year) + 2}",
            }
        )
        for n, (term, meaning, words, page) in enumerate(said, 1):
            passages.append(
                {
                    "passage_id": f"P{study}{n}",
                    "report_id": f"R{study}",
                    "locator": page,
                    "text": words,
                    "speaker": "participant",
                    **entered,
                }
            )
            constructs.append(
                {
                    "construct_id": f"K{study}{n}",
                    "study_id": f"S{study}",
                    "authors_term": term,
                    "label": term.capitalize(),
                    "meaning": meaning,
                    "order": "2",
                    "kind": "concept",
                    "passage_ids": f"P{study}{n}",
                    "status": "translatable",
                    **entered,
                }
            )
    for table, made in (
        (STUDIES, studies),
        (REPORT_STUDIES, reports),
        (PASSAGES, passages),
        (CONSTRUCTS, constructs),
        (TABLES["manual_records"], rows),
    ):
        tables.write_bytes(root / table.path, tables.to_csv(_frame(table, made)))
    return root


def table(root: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a decision table."""
    with (root / TABLES[name].path).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


class Filled:
    """A form that a person fills in: read, changed cell by cell, saved as a spreadsheet program would."""

    def __init__(self, path: Path, marks: dict[str, tuple[str, list[Field]]]) -> None:
        self.path, self.sheets = path, {}
        data = path.read_bytes()
        for name, (mark, _) in marks.items():
            try:
                grid = workbook.read_bytes(data, str(path), [workbook.heading(mark)])
            except Exception:
                continue
            self.sheets[name] = (list(grid.titles), [list(row) for row in grid.rows])

    def column(self, sheet: str, name: str) -> int:
        heads = self.sheets[sheet][0]
        if name not in heads:
            heads.append(name)
            for row in self.sheets[sheet][1]:
                row.append("")
        return heads.index(name)

    def row(self, sheet: str, **where: str) -> list[str]:
        """Return the first row whose cells are so."""
        for row in self.sheets[sheet][1]:
            if all(row[self.column(sheet, k.replace("_", " "))] == v for k, v in where.items()):
                return row
        raise AssertionError(f"no row with {where} in {sheet}")

    def set(self, sheet: str, row: list[str], **cells: str) -> None:
        for name, text in cells.items():
            row[self.column(sheet, name.replace("__", "'").replace("_", " "))] = text

    def free(self, sheet: str, column: str, **cells: str) -> None:
        """Fill in the first row in which `column` (of ids) and all else to be filled in are empty."""
        at = [self.column(sheet, name.replace("__", "'").replace("_", " ")) for name in cells]
        key = self.column(sheet, column)
        row = next((r for r in self.sheets[sheet][1] if not r[key] and not any(r[i] for i in at)), None)
        if row is None:  # rows without a word are not read at all
            row = [""] * len(self.sheets[sheet][0])
            self.sheets[sheet][1].append(row)
        self.set(sheet, row, **cells)

    def save(self, name: str = "") -> Path:
        """Save it; under another name, where one is given."""
        target = self.path.with_name(name) if name else self.path
        sheets = [Sheet(n, [Field(h, fill_in=True) for h in heads], rows) for n, (heads, rows) in self.sheets.items()]
        made = cards.write(sheets) if target.suffix == ".docx" else workbook.to_xlsx(sheets)
        tables.write_bytes(target, made)
        return target
