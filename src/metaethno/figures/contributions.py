"""What each study gave to each concept: a heat map of the number of constructs that were translated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metaethno.figures.canvas import Picture, Sheet, name_of, shortened, text_width
from metaethno.figures.palette import MUTED, RULE, tint
from metaethno.figures.sources import nothing_picture
from metaethno.fragments.data import rows

CONCEPTS, STUDIES = 42, 26
_LABEL, _CELL, _SIZE, _ROW = 190.0, 17.0, 7.6, 13.6


@dataclass(frozen=True)
class Contributions:
    """Concepts and studies in their order, and how many constructs of a study were translated into a concept."""

    concepts: dict[str, str]
    studies: dict[str, str]
    cells: dict[tuple[str, str], int]

    def of_concept(self, concept: str) -> int:
        """Return how many constructs a concept holds."""
        return sum(n for (c, _), n in self.cells.items() if c == concept)

    def of_study(self, study: str) -> int:
        """Return how many constructs a study gave; one that stands in two concepts counts in both."""
        return sum(n for (_, s), n in self.cells.items() if s == study)


def contributions_of(matrix: Any) -> Contributions:
    """Return the contributions; rejected translations are none, and a construct counts once in a concept."""
    concepts: dict[str, str] = {}
    studies: dict[str, tuple[int, str, str]] = {}
    given: dict[tuple[str, str], set[str]] = {}
    for row in rows(matrix):
        concepts.setdefault(row["concept_id"], row["concept_label"])
        position = row["position"]
        place = 10**6 if position != position or position is None or position == "" else int(position)
        at = (place, row["study_id"], row["study_label"])
        studies[row["study_id"]] = min(at, studies.get(row["study_id"], at))
        if row["cell"] == "translation" and row["status"] != "rejected":
            what = row["construct_id"] or row["translation_id"]
            given.setdefault((row["concept_id"], row["study_id"]), set()).add(what)
    order = sorted(studies.values())
    cells = {key: len(found) for key, found in given.items()}
    return Contributions(concepts, {s: label for _, s, label in order}, cells)


def _kept(found: Contributions) -> tuple[list[str], list[str]]:
    """Return the concepts and studies that are drawn, in their order: those with the most constructs."""
    by_concept = dict.fromkeys(found.concepts, 0)
    by_study = dict.fromkeys(found.studies, 0)
    for (c, s), n in found.cells.items():
        by_concept[c] += n
        by_study[s] += n
    first = set(sorted(by_concept, key=lambda c: (-by_concept[c], c))[:CONCEPTS])
    second = set(sorted(by_study, key=lambda s: (-by_study[s], s))[:STUDIES])
    return [c for c in found.concepts if c in first], [s for s in found.studies if s in second]


def contributions_picture(found: Contributions) -> Picture:
    """Return the heat map; before anything is translated, a sentence."""
    if not found.cells:
        return nothing_picture("Nothing is translated yet.")
    concepts, studies = _kept(found)
    names = {s: shortened(name_of(found.studies[s], s), 104, _SIZE, 2) for s in studies}
    head = max(text_width(p, _SIZE, False) for parts in names.values() for p in parts) * 0.87 + 10
    right = _LABEL + len(studies) * _CELL
    sheet = Sheet(right + max(44, 0.5 * head))
    y = head
    for i, s in enumerate(studies):
        style = {"rotation": 60, "ha": "left", "va": "bottom", "rotation_mode": "anchor"}
        size = _SIZE if len(names[s]) == 1 else _SIZE - 1.3
        for j, part in enumerate(names[s]):
            shift = 0.62 if len(names[s]) == 1 else 0.4
            sheet.text(_LABEL + (i + shift) * _CELL + j * 7.2, y - 4, part, size, **style)
    most = max(found.cells.values())
    for c in concepts:
        label = shortened(name_of(found.concepts[c], c), _LABEL - 10, _SIZE, 2)
        height = _ROW if len(label) == 1 else 1.45 * _ROW
        for i, part in enumerate(label):
            sheet.text(4, y + height / 2 + 2.7 + (i - (len(label) - 1) / 2) * 8.6, part, _SIZE)
        for i, s in enumerate(studies):
            n = found.cells.get((c, s), 0)
            fill, ink = tint(n / max(most, 3)) if n else ("#f1f4f7", "")
            sheet.rectangle(_LABEL + i * _CELL, y, _CELL, height, facecolor=fill, edgecolor="#ffffff", linewidth=1.0)
            if n:
                middle = _LABEL + (i + 0.5) * _CELL
                sheet.text(middle, y + height / 2 + 2.7, str(n), _SIZE, ha="center", color=ink)
        sheet.text(right + 14, y + height / 2 + 2.7, str(found.of_concept(c)), _SIZE, ha="center", fontweight="bold")
        y += height
    sheet.line([(4, y + 2), (right + 28, y + 2)], color=RULE)
    sheet.text(4, y + 13, "constructs of each study, and in all", _SIZE, color=MUTED)
    for i, s in enumerate(studies):
        sheet.text(_LABEL + (i + 0.5) * _CELL, y + 13, str(found.of_study(s)), _SIZE, ha="center", fontweight="bold")
    total = f"{sum(found.cells.values()):,}"
    sheet.text(right + 14, y + 13, total, _SIZE, ha="center", fontweight="bold")
    sheet.bottom = y + 16
    sheet.notes(_left_out(found, concepts, studies), 4, y + 20, sheet.width - 8)
    return sheet.picture("Constructs of each study in each concept")


def _left_out(found: Contributions, concepts: list[str], studies: list[str]) -> list[str]:
    parts = []
    if more := len(found.concepts) - len(concepts):
        parts.append(f"{more} concept{'s' * (more > 1)}")
    if more := len(found.studies) - len(studies):
        parts.append(f"{more} stud{'ies' if more > 1 else 'y'}")
    if not parts:
        return []
    drawn = sum(n for (c, s), n in found.cells.items() if c in set(concepts) and s in set(studies))
    rest = sum(found.cells.values()) - drawn
    said = f"Not drawn: {' and '.join(parts)} with the fewest constructs ({rest} of {sum(found.cells.values())})."
    return [f"{said} The sums count them too; the table of the matrix has all."]
