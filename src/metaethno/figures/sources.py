"""Records per source and how the sources overlap: bars above a matrix of dots (Lex et al. 2014)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from metaethno.figures.canvas import LINE, Picture, Sheet, name_of, shortened, text_width
from metaethno.figures.palette import DARK, LIGHT, MUTED, RULE

SOURCES, OVERLAPS = 14, 18  # rows and columns that are drawn; the others are added up and said
_LABEL, _BARS, _ROW, _COLUMN, _HIGH, _SIZE = 132.0, 118.0, 19.0, 19.5, 104.0, 7.6


@dataclass(frozen=True)
class Overlap:
    """Distinct records by the sources that hold them.

    sources: name → (records in it, records in no other source), the largest first. sets: which sources → records
    that stand in exactly these, the largest first.
    """

    records: int
    sources: dict[str, tuple[int, int]]
    sets: dict[frozenset[str], int]


def overlap_of(unique: Any) -> Overlap:
    """Return how the sources overlap; `unique` has a column sources, parted by `;`."""
    sets: Counter[frozenset[str]] = Counter()
    for said, n in unique["sources"].value_counts().items():
        if names := frozenset(p.strip() for p in str(said).split(";") if p.strip()):
            sets[names] += int(n)
    total: Counter[str] = Counter()
    for names, n in sets.items():
        total.update(dict.fromkeys(names, n))
    order = sorted(total, key=lambda s: (-total[s], s))
    return Overlap(
        sum(sets.values()),
        {s: (total[s], sets[frozenset([s])]) for s in order},
        dict(sorted(sets.items(), key=lambda kv: (-kv[1], len(kv[0]), sorted(kv[0])))),
    )


def overlap_picture(found: Overlap) -> Picture:
    """Return the chart; before there is a record, a sentence."""
    sheet = Sheet(_LABEL + _BARS + 30)
    if not found.records:
        return nothing_picture("No record yet.")
    sources = list(found.sources)[:SOURCES]
    sets = list(found.sets)[:OVERLAPS]
    sheet.width = _LABEL + _BARS + 22 + max(len(sets), 6) * _COLUMN + 8
    top = 30 + _HIGH
    left = _LABEL + _BARS + 22
    _set_bars(sheet, [found.sets[s] for s in sets], left, top)
    most = max(n for n, _ in found.sources.values())
    for i, source in enumerate(sources):
        y = top + 10 + i * _ROW
        if i % 2 == 0:
            sheet.rectangle(0, y, sheet.width, _ROW, facecolor="#f4f6f8", edgecolor="none")
        _source_bar(sheet, source, *found.sources[source], most, y)
        for j, names in enumerate(sets):
            sheet.dot(left + (j + 0.5) * _COLUMN, y + _ROW / 2, 4.2, DARK if source in names else "#d5dbe1")
    for j, names in enumerate(sets):
        inside = [i for i, s in enumerate(sources) if s in names]
        if len(inside) > 1:
            x = left + (j + 0.5) * _COLUMN
            ends = [(x, top + 10 + (i + 0.5) * _ROW) for i in (inside[0], inside[-1])]
            sheet.line(ends, color=DARK, linewidth=1.8)
    bottom = top + 10 + len(sources) * _ROW
    sheet.bottom = bottom
    sheet.notes(_left_out(found, sources, sets), 4, bottom + 4, sheet.width - 8)
    return sheet.picture("Records by source, and how the sources overlap")


def _set_bars(sheet: Sheet, counts: list[int], left: float, top: float) -> None:
    sheet.text(left, 10, "Records that stand in exactly the sources marked below", _SIZE, fontweight="bold")
    for j, n in enumerate(counts):
        high = max(_HIGH * n / counts[0], 0.8)
        x = left + j * _COLUMN
        sheet.rectangle(x + 3.5, top - high, _COLUMN - 7, high, facecolor=DARK, edgecolor="none")
        said = f"{n:,}"
        size = min(_SIZE - 0.6, (_COLUMN - 0.5) * (_SIZE - 0.6) / text_width(said, _SIZE - 0.6, False))
        sheet.text(x + _COLUMN / 2, top - high - 2.5, said, size, ha="center")
    sheet.line([(left, top), (left + len(counts) * _COLUMN, top)], color=LINE)


def _source_bar(sheet: Sheet, source: str, total: int, alone: int, most: int, y: float) -> None:
    label = shortened(name_of(source, "(name in other letters)"), _LABEL - 8, _SIZE, 2)
    for i, part in enumerate(label):
        sheet.text(4, y + _ROW / 2 + 2.7 + (i - (len(label) - 1) / 2) * 8.2, part, _SIZE if len(label) == 1 else 6.6)
    room = _BARS - 32
    sheet.rectangle(_LABEL, y + 4, max(room * total / most, 0.6), _ROW - 8, facecolor=LIGHT, edgecolor="none")
    sheet.rectangle(_LABEL, y + 4, room * alone / most, _ROW - 8, facecolor=DARK, edgecolor="none")
    sheet.text(_LABEL + room * total / most + 3, y + _ROW / 2 + 2.7, f"{total:,}", _SIZE)
    if y < 30 + _HIGH + 11:  # over the first bar stands the key
        for i, (fill, words) in enumerate(((LIGHT, "records in this source"), (DARK, "of these, in no other"))):
            at = y - 26 + 11 * i
            sheet.rectangle(_LABEL, at, 8, 7, facecolor=fill, edgecolor="none")
            sheet.text(_LABEL + 11, at + 6.3, words, _SIZE - 0.6, color=MUTED)


def _left_out(found: Overlap, sources: list[str], sets: list[frozenset[str]]) -> list[str]:
    said = []
    if more := list(found.sets.values())[len(sets) :]:
        which = "combination" if len(more) == 1 else "combinations"
        said.append(f"Not drawn: {len(more):,} rarer {which} with {sum(more):,} records together.")
    if rest := list(found.sources)[len(sources) :]:
        which = "source" if len(rest) == 1 else "sources"
        said.append(f"Not drawn: {len(rest):,} smaller {which}; the table of the searches has all.")
    return said


def nothing_picture(sentence: str) -> Picture:
    """Return a sheet with one sentence: what stands in a figure's file while there is nothing to draw."""
    sheet = Sheet(420)
    sheet.rectangle(1, 1, 418, 40, facecolor="#ffffff", edgecolor=RULE, linewidth=0.8)
    sheet.paragraph(12, 15, 396, sentence, 9)
    return sheet.picture(sentence)


__all__ = ["OVERLAPS", "SOURCES", "Overlap", "nothing_picture", "overlap_of", "overlap_picture"]
