"""How the screening went on: records with a vote, day by day, one line for each reviewer and stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from metaethno.figures.canvas import Picture, Sheet, name_of, shortened
from metaethno.figures.palette import DASHES, LINES, MUTED, RULE
from metaethno.figures.sources import nothing_picture

TITLES = {"screening": "Title and abstract", "eligibility": "Full text"}
REVIEWERS = 7  # lines in a panel
_LEFT, _WIDTH, _HIGH, _SIZE = 46.0, 330.0, 116.0, 7.6


@dataclass(frozen=True)
class Line:
    """One reviewer at one stage: the days with first votes on records, and how many had one by then."""

    stage: str
    reviewer: str
    role: str
    days: tuple[date, ...]
    sums: tuple[int, ...]


def lines_of(by_day: Any) -> list[Line]:
    """Return the lines from `votes_by_day`: by stage, voters before those who settle, more records first.

    What isn't a day is left out.
    """
    found = []
    for (stage, reviewer, role), part in by_day.groupby(["stage", "reviewer", "role"], sort=True):
        days = sorted((d, int(n)) for d, n in zip(map(_day, part["decided_on"]), part["records"], strict=True) if d)
        total, sums = 0, []
        for _, n in days:
            total += n
            sums.append(total)
        if days:
            found.append(Line(str(stage), str(reviewer), str(role), tuple(d for d, _ in days), tuple(sums)))
    order = list(TITLES)
    return sorted(found, key=lambda s: (order.index(s.stage), s.role == "adjudicator", -s.sums[-1], s.reviewer))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def progress_picture(lines: list[Line], names: Mapping[str, str], asked: Mapping[str, int]) -> Picture:
    """Return the chart. names: reviewer → name. asked: stage → how many records there are to decide."""
    if not lines:
        return nothing_picture("No vote yet.")
    sheet = Sheet(_LEFT + _WIDTH + 150)
    y = 6.0
    for stage, title in TITLES.items():
        if own := [s for s in lines if s.stage == stage]:
            y = _panel(sheet, title, own, names, asked.get(stage, 0), y)
    return sheet.picture("Progress of the screening")


def _panel(sheet: Sheet, title: str, lines: list[Line], names: Mapping[str, str], asked: int, y: float) -> float:
    first, last = min(s.days[0] for s in lines), max(s.days[-1] for s in lines)
    span = max((last - first).days, 1)
    most = max([asked, *(s.sums[-1] for s in lines)])
    base = y + 26 + _HIGH

    def x(day: date) -> float:
        return _LEFT + _WIDTH * (day - first).days / span

    def at(n: float) -> float:
        return base - _HIGH * n / most

    sheet.text(4, y + 10, title, 9, fontweight="bold")
    sheet.text(_LEFT + _WIDTH + 10, y + 10, "records with a vote", _SIZE - 0.4, color=MUTED)
    for n in _ticks(most):
        sheet.line([(_LEFT, at(n)), (_LEFT + _WIDTH, at(n))], color=RULE, linewidth=0.5)
        sheet.text(_LEFT - 5, at(n) + 2.6, f"{n:,}", _SIZE - 0.4, ha="right", color=MUTED)
    _dates(sheet, first, last, x, base)
    if asked:
        sheet.line([(_LEFT, at(asked)), (_LEFT + _WIDTH, at(asked))], color="#1b2733", linewidth=0.9)
        sheet.text(_LEFT + 2, at(asked) - 3, f"{asked:,} to be decided", _SIZE - 0.4)
    place = y + 22
    for i, line in enumerate(lines[:REVIEWERS]):
        look = {"color": LINES[i % len(LINES)], "linestyle": DASHES[i % len(DASHES)], "linewidth": 1.7}
        points, before = [(x(line.days[0]), base)], 0
        for day, n in zip(line.days, line.sums, strict=True):
            points += [(x(day), at(before)), (x(day), at(n))]
            before = n
        sheet.line(points, **look)
        sheet.line([(_LEFT + _WIDTH + 10, place), (_LEFT + _WIDTH + 28, place)], **look)
        name = name_of(names.get(line.reviewer, line.reviewer), line.reviewer)
        said = f"{name}{', settling' if line.role == 'adjudicator' else ''}: {line.sums[-1]:,}"
        end = sheet.paragraph(_LEFT + _WIDTH + 32, place - 7, 114, " ".join(shortened(said, 114, _SIZE, 3)), _SIZE)
        place = end + 9
    if (more := len(lines) - REVIEWERS) > 0:
        sheet.text(_LEFT + _WIDTH + 32, place, f"and {more} more, not drawn", _SIZE, color=MUTED)
    sheet.bottom = max(sheet.bottom, place, base + 22)
    return sheet.bottom + 8


def _ticks(most: int) -> list[int]:
    """Return round numbers from 0 to `most`, four or five of them."""
    step = 1
    while most / step > 5:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return list(range(0, most + 1, step))


def _dates(sheet: Sheet, first: date, last: date, x: Any, base: float) -> None:
    """Mark the days of an axis: the first, the last, and every new year (short spans: months) between."""
    sheet.line([(_LEFT, base), (_LEFT + _WIDTH, base)])
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next(s for s in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months / s <= 7)
    for i in range(months + 1):
        n = first.year * 12 + first.month - 1 + i
        day = date(n // 12, n % 12 + 1, 1)
        if n % step == 0 and first < day < last:
            sheet.line([(x(day), base), (x(day), base + 3)])
            if x(day) - _LEFT > 52 and _LEFT + _WIDTH - x(day) > 52:
                sheet.text(x(day), base + 12, f"{day:%Y-%m}", _SIZE - 0.4, ha="center", color=MUTED)
    sheet.text(_LEFT, base + 12, str(first), _SIZE - 0.4, color=MUTED)
    if last > first:
        sheet.text(_LEFT + _WIDTH, base + 12, str(last), _SIZE - 0.4, ha="right", color=MUTED)
