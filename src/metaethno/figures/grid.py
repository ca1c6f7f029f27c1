"""The translation matrix as a picture: concepts by studies, one panel per group, studies in the order of reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from metaethno.figures.canvas import INK, Picture, Sheet, name_of, shortened, text_width, wrap
from metaethno.fragments.data import rows

# Told apart by lightness and by a mark, not by hue alone.
STYLES: dict[str, dict[str, Any]] = {
    "reciprocal": {"facecolor": "#1f4e79", "edgecolor": "#ffffff", "linewidth": 1.2},
    "refutational": {"facecolor": "#d98e2b", "edgecolor": "#ffffff", "linewidth": 1.2},
    "nothing_there": {"facecolor": "#e6ecf2", "edgecolor": "#ffffff", "linewidth": 1.2},
    "not_read": {"facecolor": "#ffffff", "edgecolor": "#8795a1", "linewidth": 0.4, "hatch": "/////"},
}
WORDS = {
    "reciprocal": "translated",
    "refutational": "translated, refuting",
    "nothing_there": "read, nothing there",
    "not_read": "not read",
}
_CELL = 16.5
_LABEL = 250.0
_SIZE = 7.4
_HEAD = 108.0
# Studies beside one another, and concepts under one another: what can still be read on one page of print.
ACROSS, ROWS = 24, 66


@dataclass(frozen=True)
class Panel:
    """One group: its concepts and studies in order, and what each cell holds (a key of STYLES)."""

    label: str
    concepts: tuple[tuple[str, str], ...]
    studies: tuple[tuple[str, str], ...]
    cells: Mapping[tuple[str, str], str]
    key: str = ""

    def supporting(self, concept: str) -> int:
        """Return how many studies are translated into a concept."""
        return sum(self.cells.get((concept, s)) in ("reciprocal", "refutational") for s, _ in self.studies)


def cell_of(row: Mapping[str, Any]) -> str:
    """Return what a row of the matrix says of its cell; a rejected translation leaves the cell empty."""
    if row["cell"] != "translation":
        return str(row["cell"])
    return "nothing_there" if row["status"] == "rejected" else str(row["kind"] or "reciprocal")


def panels_of(matrix: Any) -> list[Panel]:
    """Return the groups of a translation matrix; concepts in their order in it, studies in the order of reading."""
    rank = {"reciprocal": 3, "refutational": 2, "nothing_there": 1, "not_read": 0}
    panels = []
    for group, part in matrix.groupby("group_id", sort=True):
        cells: dict[tuple[str, str], str] = {}
        studies: dict[str, tuple[int, str]] = {}
        concepts: dict[str, str] = {}
        for row in rows(part):
            key, found = (row["concept_id"], row["study_id"]), cell_of(row)
            if key not in cells or rank[found] > rank[cells[key]]:
                cells[key] = found
            place = 10**6 if row["position"] != row["position"] or row["position"] is None else int(row["position"])
            studies[row["study_id"]] = (place, name_of(row["study_label"], row["study_id"]))
            concepts[row["concept_id"]] = name_of(row["concept_label"], row["concept_id"])
        ordered = sorted(studies, key=lambda s: (studies[s][0], s))
        label = str(part["group_label"].iloc[0])
        named = tuple((s, studies[s][1]) for s in ordered)
        panels.append(Panel(label, tuple(concepts.items()), named, cells, str(group)))
    return panels


def matrix_picture(matrix: Any) -> Picture:
    """Return the translation matrix as a grid; before anything is translated, a sentence that says so."""
    every = panels_of(matrix)
    panels = list(_drawn(every))
    across = max([len(p.studies) for p in panels] + [6])
    slant = max([_slant(p) for p in panels] + [0])
    sheet = Sheet(_LABEL + across * _CELL + max(34.0, 0.5 * slant + 8))
    y = _legend(sheet, panels)
    if not panels:
        sheet.text(8, y + 24, "No concept yet: the grid fills as studies are read and translated.", 9)
    for panel in panels:
        y = _panel(sheet, panel, y)
    sheet.notes(_left_out(every, panels), 8, sheet.bottom + 2, sheet.width - 16)
    return sheet.picture("The translation matrix")


def _drawn(panels: list[Panel]) -> Iterator[Panel]:
    """Yield the panels as they are drawn: many studies in several panels, and no more rows than a page can hold."""
    rows_left = ROWS
    for panel in panels:
        for first in range(0, len(panel.studies), ACROSS):
            concepts = panel.concepts[:rows_left]
            if not concepts:
                return
            studies = panel.studies[first : first + ACROSS]
            label = panel.label
            if len(panel.studies) > ACROSS:
                label += f": studies {first + 1} to {first + len(studies)} of {len(panel.studies)}"
            yield Panel(label, concepts, studies, panel.cells)
            rows_left -= len(concepts)


def _left_out(every: list[Panel], drawn: list[Panel]) -> list[str]:
    def pairs(panels: list[Panel]) -> set[tuple[str, str]]:
        return {(c, s) for p in panels for c, _ in p.concepts for s, _ in p.studies if (c, s) in p.cells}

    there = pairs(every)
    more = len(there) - len(pairs(drawn))
    said = f"Not drawn: {more:,} of {len(there):,} cells; the table of the matrix has all."
    return [said] if more else []


def _short(label: str) -> list[str]:
    """Return the name of a study in one line or two, the second cut where the name is longer still."""
    return shortened(label, _HEAD, _SIZE, 2)


def _slant(panel: Panel) -> float:
    return max(text_width(part, _SIZE, False) for _, label in panel.studies for part in _short(label))


def _legend(sheet: Sheet, panels: list[Panel]) -> float:
    x, y = 8.0, 8.0
    used = {c for p in panels for c in p.cells.values()}
    for kind, words in WORDS.items():
        if kind in ("refutational", "not_read") and kind not in used:
            continue
        _cell(sheet, x, y, kind, 11)
        sheet.text(x + 15, y + 8.6, words, _SIZE)
        x += 15 + text_width(words, _SIZE, False) + 16
    return y + 14


def _cell(sheet: Sheet, x: float, y: float, kind: str, size: float, height: float = 0) -> None:
    sheet.rectangle(x, y, size, height or size, **STYLES[kind])
    if kind == "refutational":
        style = {"ha": "center", "va": "center", "fontweight": "bold"}
        sheet.text(x + size / 2, y + (height or size) / 2, "×", size * 0.6, **style)


def _panel(sheet: Sheet, panel: Panel, y: float) -> float:
    """Draw one group from `y` down; return where it ends."""
    x = _LABEL
    slant = _slant(panel)
    title = wrap(panel.label, _LABEL - 20, 9, bold=True)
    head = max(slant * 0.87 + 14, len(title) * 12 + 8)
    for i, line in enumerate(title):
        sheet.text(8, y + head - 6 - 12 * (len(title) - 1 - i), line, 9, fontweight="bold")
    y += head
    for i, (_, label) in enumerate(panel.studies):
        style = {"rotation": 60, "ha": "left", "va": "bottom", "rotation_mode": "anchor"}
        parts = _short(label)
        size = _SIZE if len(parts) == 1 else _SIZE - 1.3
        for j, part in enumerate(parts):
            sheet.text(x + (i + (0.62 if len(parts) == 1 else 0.45)) * _CELL + j * 8.2, y - 4, part, size, **style)
    for concept, label in panel.concepts:
        parts = wrap(label, _LABEL - 22, _SIZE)
        height = max(_CELL, len(parts) * _SIZE * 1.28 + 3)
        for i, part in enumerate(parts):
            middle = y + height / 2 + (i - (len(parts) - 1) / 2) * _SIZE * 1.3
            sheet.text(8, middle + 0.36 * _SIZE, part, _SIZE)
        for i, (study, _) in enumerate(panel.studies):
            _cell(sheet, x + i * _CELL, y, panel.cells.get((concept, study), "not_read"), _CELL, height)
        count = str(panel.supporting(concept))
        sheet.text(x + len(panel.studies) * _CELL + 12, y + height / 2 + 0.36 * _SIZE, count, _SIZE, ha="center")
        y += height
        sheet.rectangle(8, y - 0.5, _LABEL - 12, 0.5, facecolor="#c3ccd5", edgecolor="none")
    sheet.text(x + len(panel.studies) * _CELL + 12, y + 9, "studies", 6, ha="center", color=INK)
    return y + 16
