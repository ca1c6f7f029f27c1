"""A review whose included studies are known, written straight away: what `todo extraction` and `enter` need."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl

from metaethno import tables
from metaethno.schemas import ASSESSED, INCLUDED_STUDIES
from tests import voting_world
from tests.voting_world import RUN, _frame, record
from tests.worlds import write_rows

ONE, TWO, THREE, FREE = "RAAAAAAAAA1", "RAAAAAAAAA2", "RAAAAAAAAA3", "RAAAAAAAAA4"
RECORDS = (
    record(ONE, "Being a nurse: an ethnography", year="2015"),
    record(TWO, "Nursing at night", year="2016"),
    record(THREE, "Nursing at night, again", year="2017"),
    record(FREE, "A report that nobody has given a study", authors="Poe, Ann; Low, Bob; Fox, Eve", year="2018"),
)
FORM = [
    {"field": "country", "help": "Countries.", "required": True, "table1": "Where"},
    {
        "field": "participants_n",
        "label": "How many",
        "type": "number",
        "page": True,
        "table1": "Who",
        "show": "(n = {})",
    },
    {"field": "data_collection_start", "type": "year", "table1": "When"},
    {"field": "stance", "label": "Stance", "type": "choice", "choices": ["realist", "constructivist"]},
    {
        "field": "methods",
        "label": "Methods",
        "type": "multi_choice",
        "choices": ["interviews", "observation", "diaries"],
    },
    {"field": "ethics", "label": "Ethics stated", "type": "yes_no", "table1": False},
]


def review(root: Path, **extraction: object) -> Path:
    """Lay out a review with three included reports of two studies, and one without a study."""
    voting_world.review(root, RECORDS, extraction={"form": FORM} | extraction)
    write_rows(root, "studies", [{"study_id": "S1", "label": "Doe 2015"}, {"study_id": "S2", "label": "Roe 2016"}])
    links = [
        {"report_id": "A1", "record_id": ONE, "study_id": "S1", "role": "main", "citation": "Doe and Roe 2015"},
        {"report_id": "A2", "record_id": TWO, "study_id": "S2", "role": "main", "citation": "Roe 2016a"},
        {"report_id": "A3", "record_id": THREE, "study_id": "S2", "role": "companion", "citation": "Roe 2017"},
    ]
    write_rows(root, "report_studies", links)
    fixed = {"first_run": RUN, "origin": "databases"}
    tables.write(INCLUDED_STUDIES, _frame(INCLUDED_STUDIES, [r | fixed for r in links]), root / INCLUDED_STUDIES.path)
    told = [
        {k: r[k] for k in ("record_id", "title", "authors", "year", "container")} | fixed
        | {"outcome": "include", "asked": "0"}
        for r in RECORDS
    ]  # fmt: skip
    tables.write(ASSESSED, _frame(ASSESSED, told), root / ASSESSED.path)
    return root


def rows(root: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a decision table."""
    with (root / f"data/decisions/{name}.csv").open(newline="") as text:
        return list(csv.DictReader(text))


def standing(root: Path) -> dict[tuple[str, str, str], str]:
    """Return (study, field, reviewer or 'consensus') -> value of the rows that count."""
    found = rows(root, "extraction_values")
    gone = {r["supersedes"] for r in found}
    who = {r["value_id"]: "consensus" if r["role"] == "consensus" else r["reviewer"] for r in found}
    return {(r["study_id"], r["field"], who[r["value_id"]]): r["value"] for r in found if r["value_id"] not in gone}


def fill(path: Path, sheet: str, answers: dict[int, dict[str, str]]) -> Path:
    """Fill in cells of a sheet as a person would: row (from 2, as Excel counts) -> heading -> text."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    heads = {cell.value: cell.column for cell in page[1]}
    for row, cells in answers.items():
        for heading, text in cells.items():
            page.cell(row, heads[heading]).value = text
    book.save(path)
    return path


def cells(path: Path, sheet: str) -> list[dict[str, str]]:
    """Return the rows of a sheet that hold something, as a person sees them."""
    page = openpyxl.load_workbook(path)[sheet]
    heads = [cell.value for cell in page[1]]
    body = [[str(v or "") for v in row] for row in page.iter_rows(min_row=2, values_only=True)]
    return [dict(zip(heads, row, strict=True)) for row in body if any(row)]
