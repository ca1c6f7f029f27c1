"""Flow diagrams: the PRISMA 2009 form, and the four PRISMA 2020 forms (Page et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from metaethno.figures.canvas import LOOSE, PAPER, TIE, Box, Line, Picture, Sheet
from metaethno.fragments.boxes import PER_SOURCE, Boxes, under_figure

STAGE_FILL = "#d5e4f1"
DATABASES_FILL = "#f7e7bd"
OTHER_FILL = "#e4e7eb"
INCLUDED_FILL = "#eef4fa"
GAP = 17.0
_BAR = 17.0


@dataclass(frozen=True)
class _Row:
    """One row of a column: the box in the line of flow and the box beside it that says what is left out."""

    main: Box | None
    side: Box | None = None


def _n(text: str) -> str:
    """Return `(n = 153 [129 + 24])`, to be broken before the addends, and only if it has to be."""
    total, _, addends = f"(n = {text})".partition(" [")
    return total.replace(" ", TIE) + (f"{LOOSE}[" + addends.replace(" ", TIE) if addends else "")


def _line(boxes: Boxes, head: str, box: str, detail: str = "", indent: float = 5.0) -> Line:
    """Return a line with the number of a box, or of one part of it."""
    return Line(f"{head} {_n(boxes.text(box, detail))}", indent=indent, of=(box, detail))


def _box(boxes: Boxes, head: str, box: str, x: float, width: float, items: Sequence[Line] = ()) -> Box:
    """Return a box with its number; without the name of one, with what counts in its items alone."""
    first = Line(f"{head} {_n(boxes.text(box))}" if box else head, bold=True, of=(box, "") if box else None)
    return Box((first, *items), x, width)


def _details(boxes: Boxes, box: str, labels: Mapping[str, str], lead: str = "") -> list[Line]:
    """Return what a box is split by, each with its count: in the order of the labels, else the largest first."""
    order = list(labels)
    place = {d: (order.index(d) if d in order else len(order), -boxes.total(box, d), d) for d in boxes.details(box)}
    found = sorted(place, key=place.__getitem__)
    return [_line(boxes, lead + labels.get(d, d), box, d) for d in found if boxes.total(box, d)]


def flow_picture(boxes: Boxes, reasons: Mapping[str, str], notes: Sequence[str] = ()) -> Picture:
    """Return the flow diagram of a view, as `flow_sheet` sets it."""
    return flow_sheet(boxes, reasons, notes).picture(boxes.view.title or "Flow of records, reports and studies")


def flow_sheet(boxes: Boxes, reasons: Mapping[str, str], notes: Sequence[str] = ()) -> Sheet:
    """Return the sheet of the flow diagram of a view; its `places` say where which number stands.

    reasons: reason id → words, in the order of the configuration. notes: sentences to print under the figure, after
    the declared adjustments and the note of the view.
    """
    draw = _draw_2009 if boxes.view.template == "prisma2009" else _draw_2020
    sheet = draw(boxes, reasons)
    under = [*under_figure(boxes), boxes.view.note, *notes]
    sheet.notes([n for n in under if n], 4, sheet.bottom + 8, sheet.width - 8)
    return sheet


@dataclass(frozen=True)
class _Placed:
    """Where a row of a column was drawn: its top, the bottom of its main box, the bottom of the whole row."""

    top: float
    main_bottom: float
    bottom: float


def _place(sheet: Sheet, rows: Sequence[_Row], y: float, least: Sequence[float] = ()) -> list[_Placed]:
    """Draw rows one under the other, with arrows down and sideways; return where each stands."""
    places: list[_Placed] = []
    above: tuple[float, float] | None = None
    for i, row in enumerate(rows):
        end, tall = y, max(_height(row), least[i] if least else 0)
        if row.main:
            # Beside a long list of reasons the main box stays as high as its own text.
            alike = row.side and max(row.side.height, row.main.height) <= 1.7 * min(row.side.height, row.main.height)
            end = sheet.box(row.main, y, _height(row) if alike else 0)
            middle = row.main.x + row.main.width / 2
            if above:
                sheet.arrow(above, (middle, y))
            above = (middle, end)
            if row.side:
                low = sheet.box(row.side, y, _height(row) if alike else 0)
                across = y + (min(end, low) - y) / 2
                sheet.arrow((row.main.x + row.main.width, across), (row.side.x, across))
        places.append(_Placed(y, end, y + tall))
        y += tall + GAP
    return places


def _bar(sheet: Sheet, label: str, top: float, bottom: float) -> None:
    """Draw a side bar a little beyond its rows, so that its label has room."""
    sheet.bar(2, top - GAP / 3, bottom - top + GAP * 2 / 3, label, STAGE_FILL, _BAR)


def _height(row: _Row) -> float:
    return max([box.height for box in (row.main, row.side) if box] or [0.0])


def _draw_2009(boxes: Boxes, reasons: Mapping[str, str]) -> Sheet:
    sheet = Sheet(486)
    x, width, side = _BAR + 12, 214.0, _BAR + 12 + 214 + 26
    sources = _details(boxes, "identified", {})
    left_out = _details(boxes, "full_text_excluded", reasons)
    studies = boxes.total("included_studies")

    def box(head: str, name: str, at: float = x, items: Sequence[Line] = ()) -> Box:
        return _box(boxes, head, name, at, width, items)

    included = _counted(boxes, x, width, INCLUDED_FILL, ("Reports included in the synthesis", "included_reports"))
    of = Line(f"of {studies:,} {'study' if studies == 1 else 'studies'}", of=("included_studies", ""))
    rows = [
        _Row(box("Records identified", "identified", items=sources)),
        _Row(
            box("Records after duplicates removed", "after_duplicates"), box("Duplicates removed", "duplicates", side)
        ),
        _Row(
            box("Records screened on title and abstract", "screened"),
            box("Records excluded", "screened_excluded", side),
        ),
        _Row(
            box("Full texts assessed for eligibility", "full_text"),
            box("Full texts excluded", "full_text_excluded", side, left_out),
        ),
        _Row(replace(included, lines=(*included.lines, of))),
    ]
    places = _place(sheet, rows, 8)
    stages = (("Identification", 0, 1), ("Screening", 2, 2), ("Eligibility", 3, 3), ("Included", 4, 4))
    for label, first, last in stages:
        _bar(sheet, label, places[first].top, places[last].bottom)
    return sheet


def _identified(boxes: Boxes) -> list[Line]:
    items: list[Line] = []
    for box, label in (("database_results", "Databases"), ("register_results", "Registers")):
        if boxes.has(box) or box == "database_results":
            items += [_line(boxes, label, box), *_details(boxes, PER_SOURCE[box], {}, "– ")]
    return items


def _databases_rows(boxes: Boxes, reasons: Mapping[str, str], x: float, side: float, width: float) -> list[_Row]:
    removed = [
        _line(boxes, label, box)
        for box, label in (
            ("duplicates", "Duplicates"),
            ("excluded_automatic", "Marked as ineligible by automation tools"),
            ("excluded_other", "Other reasons"),
        )
        if box == "duplicates" or boxes.total(box)
    ]

    def box(head: str, name: str, at: float, items: Sequence[Line] = ()) -> Box:
        return _box(boxes, head, name, at, width, items)

    return [
        _Row(
            box("Records identified from:", "", x, _identified(boxes)),
            box("Records removed before screening:", "", side, removed),
        ),
        _Row(box("Records screened", "records_screened", x), box("Records excluded", "records_excluded", side)),
        _Row(
            box("Reports sought for retrieval", "dbr_sought_reports", x),
            box("Reports not retrieved", "dbr_notretrieved_reports", side),
        ),
        _Row(
            box("Reports assessed for eligibility", "dbr_assessed", x),
            box("Reports excluded", "dbr_excluded", side, _details(boxes, "dbr_excluded", reasons)),
        ),
    ]


def _other_rows(boxes: Boxes, reasons: Mapping[str, str], x: float, side: float, width: float) -> list[_Row]:
    names = (("website_results", "Websites"), ("organisation_results", "Organisations"))
    found = [_line(boxes, label, box) for box, label in names if boxes.total(box)]
    found.append(_line(boxes, "Citation searching", "citations_results"))

    def box(head: str, name: str, at: float, items: Sequence[Line] = ()) -> Box:
        return _box(boxes, head, name, at, width, items)

    return [
        _Row(box("Records identified from:", "", x, found)),
        _Row(None),
        _Row(
            box("Reports sought for retrieval", "other_sought_reports", x),
            box("Reports not retrieved", "other_notretrieved_reports", side),
        ),
        _Row(
            box("Reports assessed for eligibility", "other_assessed", x),
            box("Reports excluded", "other_excluded", side, _details(boxes, "other_excluded", reasons)),
        ),
    ]


# Width of a box and the space beside it, by the number of columns.
_COLUMNS = {2: (214.0, 26.0), 3: (152.0, 18.0), 4: (126.0, 13.0), 5: (108.0, 11.0)}


def _draw_2020(boxes: Boxes, reasons: Mapping[str, str]) -> Sheet:
    """Draw one of the four forms: with or without other methods, new or updated review."""
    other = any(boxes.total(b) for b in ("website_results", "organisation_results", "citations_results"))
    other = other or bool(boxes.total("other_sought_reports"))
    update = boxes.has("previous_studies")
    columns = 2 + 2 * other + update
    width, space = _COLUMNS[columns]
    every = [_BAR + 12 + i * (width + space) for i in range(columns)]
    sheet = Sheet(every[-1] + width + 3)
    xs, double = every[int(update) :], 2 * width + space
    a = _databases_rows(boxes, reasons, xs[0], xs[1], width)
    b = _other_rows(boxes, reasons, xs[2], xs[3], width) if other else []
    new = "New studies via" if update else "Via"
    heads = [Box((Line(f"{new} databases and registers", bold=True),), xs[0], double, fill=DATABASES_FILL)]
    if other:
        heads.append(Box((Line(f"{new} other methods", bold=True),), xs[2], double, fill=OTHER_FILL))
    if update:
        heads.insert(0, Box((Line("Previous studies", bold=True),), every[0], width, fill=OTHER_FILL))
    y = max([sheet.box(head, 4, max(h.height for h in heads)) for head in heads]) + 9
    previous = sheet.box(_previous(boxes, every[0], width), y) if update else 0
    least = [max(_height(row) for row in pair) for pair in (zip(a, b, strict=True) if b else ((row,) for row in a))]
    left = _place(sheet, a, y, least)
    right = _place(sheet, b, y, least)
    top = max(left[-1].bottom, previous) + GAP
    bottom = sheet.box(_included(boxes, xs[0], double), top)
    sheet.arrow((xs[0] + width / 2, left[-1].main_bottom), (xs[0] + width / 2, top))
    if right:
        turn, level = xs[2] + width / 2, top + (bottom - top) / 2
        sheet.arrow((turn, right[-1].main_bottom), (turn, level), (xs[0] + double, level))
    if update:
        total = bottom + GAP
        sheet.arrow((xs[0] + double / 2, bottom), (xs[0] + double / 2, total))
        bottom = sheet.box(_total(boxes, xs[0], double), total)
        turn, level = every[0] + width / 2, total + (bottom - total) / 2
        sheet.arrow((turn, previous), (turn, level), (xs[0], level))
    for label, first, last in (("Identification", 0, 0), ("Screening", 1, 3)):
        _bar(sheet, label, left[first].top, left[last].bottom)
    _bar(sheet, "Included", top, bottom)
    return sheet


def _counted(boxes: Boxes, x: float, width: float, fill: str, *lines: tuple[str, str]) -> Box:
    said = [replace(_line(boxes, label, name, indent=0.0), bold=True) for label, name in lines]
    return Box(tuple(said), x, width, fill=fill)


def _previous(boxes: Boxes, x: float, width: float) -> Box:
    studies = ("Studies included in the previous version", "previous_studies")
    return _counted(boxes, x, width, PAPER, studies, ("Reports of these studies", "previous_reports"))


def _included(boxes: Boxes, x: float, width: float) -> Box:
    if not boxes.has("total_studies"):
        studies = ("Studies included in the review", "new_studies")
        return _counted(boxes, x, width, INCLUDED_FILL, studies, ("Reports of included studies", "new_reports"))
    lines = [("New studies included in the review", "new_studies"), ("Reports of new included studies", "new_reports")]
    if boxes.total("new_reports_of_previous_studies"):
        lines.append(("New reports of studies of the previous version", "new_reports_of_previous_studies"))
    return _counted(boxes, x, width, INCLUDED_FILL, *lines)


def _total(boxes: Boxes, x: float, width: float) -> Box:
    studies = ("Total studies included in the review", "total_studies")
    return _counted(boxes, x, width, INCLUDED_FILL, studies, ("Reports of total included studies", "total_reports"))
