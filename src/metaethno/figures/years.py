"""Where and when the studies' data were collected: countries by years, each cell the number of studies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metaethno.figures.canvas import Picture, Sheet, name_of, shortened, text_width
from metaethno.figures.palette import MUTED, RULE, tint
from metaethno.figures.sources import nothing_picture
from metaethno.fragments.data import rows

COUNTRIES, YEARS = 24, 22
_LABEL, _CELL, _SIZE = 118.0, 17.0, 7.6
UNKNOWN = "not said"


@dataclass(frozen=True)
class Collected:
    """Countries and spans of years in order, and how many studies collected data there and then.

    cells: (country, span) → studies; a study that collected in several countries or years counts in each. by_country
    counts a study once for each country. undated: studies without a year.
    """

    studies: int
    countries: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    cells: dict[tuple[str, tuple[int, int] | None], int]
    by_country: dict[str, int]
    undated: int


def _year(cell: object) -> int | None:
    text = str(cell)[:4]
    return int(text) if text.isdigit() and len(text) == 4 else None


def collected_of(characteristics: Any) -> Collected:
    """Return where and when data were collected (columns country, data_collection_start, data_collection_end).

    A study with one of the two years counts in that year. More than 22 years are put together, 2, 5, 10 … at a time.
    """
    studies = []
    for row in rows(characteristics):
        start, end = _year(row["data_collection_start"]), _year(row["data_collection_end"])
        start, end = (end if start is None else start), (start if end is None else end)
        places = list(dict.fromkeys(p.strip() for p in str(row["country"]).split(";") if p.strip())) or [UNKNOWN]
        studies.append((places, (min(start, end), max(start, end)) if start is not None and end is not None else None))
    spans = _spans([s for _, s in studies if s])
    cells: dict[tuple[str, tuple[int, int] | None], int] = {}
    by_country: dict[str, int] = {}
    for places, span in studies:
        for place in places:
            by_country[place] = by_country.get(place, 0) + 1
            inside: list[tuple[int, int] | None] = [s for s in spans if span and span[0] <= s[1] and span[1] >= s[0]]
            for s in inside or [None]:
                cells[place, s] = cells.get((place, s), 0) + 1
    order = sorted(by_country, key=lambda c: (c == UNKNOWN, -by_country[c], c))
    undated = sum(span is None for _, span in studies)
    return Collected(len(studies), tuple(order), tuple(spans), cells, by_country, undated)


def _spans(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if not found:
        return []
    first, last = min(a for a, _ in found), max(b for _, b in found)
    wide = next(n for n in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 10000) if (last - first) // n < YEARS - 1)
    start = first - first % wide
    return [(a, a + wide - 1) for a in range(start, last + 1, wide)]


def years_picture(found: Collected) -> Picture:
    """Return the chart; without a study, a sentence."""
    if not found.studies:
        return nothing_picture("No study is described yet.")
    across = len(found.spans)
    drawn = found.countries[:COUNTRIES]
    labels = {c: "Country not reported" if c == UNKNOWN else name_of(c, "(in other letters)") for c in drawn}
    label_width = min(max(text_width(said, _SIZE, False) for said in labels.values()) + 14, _LABEL)
    right = label_width + across * _CELL + (10 if across else 0)
    sheet = Sheet(max(right + 92, 300))
    y = 44.0
    for i, (a, b) in enumerate(found.spans):
        said = str(a) if a == b else f"{a}–{b}"
        style = {"rotation": 60, "ha": "left", "va": "bottom", "rotation_mode": "anchor"}
        sheet.text(label_width + (i + 0.6) * _CELL, y - 4, said, _SIZE if a == b else 6.4, **style)
    for x, words in ((right + 18, ("year not", "reported")), (right + 66, ("studies", "in all"))):
        for i, word in enumerate(words):
            sheet.text(x, y - 15 + 9 * i, word, _SIZE - 0.4, ha="center", color=MUTED)
    most = max(found.cells.values())
    for country in drawn:
        sheet.text(4, y + _CELL / 2 + 2.7, shortened(labels[country], label_width - 10, _SIZE, 1)[0], _SIZE)
        for i, span in enumerate(found.spans):
            _cell(sheet, label_width + i * _CELL, y, _CELL, found.cells.get((country, span), 0), most)
        _cell(sheet, right, y, 36, found.cells.get((country, None), 0), most, hatch=True)
        sheet.text(right + 66, y + _CELL / 2 + 2.7, str(found.by_country[country]), _SIZE, ha="center")
        y += _CELL
    sheet.line([(label_width, y), (right + 90, y)], color=RULE)
    notes = []
    if len(found.countries) > len(drawn):
        rest = found.countries[len(drawn) :]
        notes.append(f"Not drawn: {len(rest)} more countries with one or a few studies; Table 1 has them.")
    sheet.bottom = max(sheet.bottom, y)
    sheet.notes(notes, 4, y + 4, sheet.width - 8)
    return sheet.picture("Studies by country and years of data collection")


def _cell(sheet: Sheet, x: float, y: float, width: float, n: int, most: int, hatch: bool = False) -> None:
    fill, ink = tint(n / max(most, 4)) if n else ("#f4f6f8", "")
    if hatch:
        fill, ink = "#ffffff", "#1b2733"
    sheet.rectangle(x, y, width, _CELL, facecolor=fill, edgecolor="#ffffff" if not hatch else RULE, linewidth=1.0)
    if n:
        sheet.text(x + width / 2, y + _CELL / 2 + 2.7, str(n), _SIZE, ha="center", color=ink)


__all__ = ["COUNTRIES", "UNKNOWN", "YEARS", "Collected", "collected_of", "years_picture"]
