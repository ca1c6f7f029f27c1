"""What the pages' script shows: quotations behind the matrix, the argument as a graph, the lists behind the flow.

Each file is a script that only sets one value (`metaethno.matrix = {…}`), because a page opened from the disk may load
scripts but no JSON. Every text is data: the script puts it on the page as text, never as markup. No abstracts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from metaethno.cells import each_row
from metaethno.figures.canvas import Sheet
from metaethno.figures.flow import flow_sheet
from metaethno.figures.grid import WORDS, cell_of
from metaethno.flow import ALL, Box, contents
from metaethno.fragments import markdown as md
from metaethno.fragments.boxes import boxes_of
from metaethno.fragments.data import ReportData, rows, shown_title, texts
from metaethno.fragments.flows import box_rows, reason_labels
from metaethno.fragments.reading import SPEAKERS
from metaethno.fragments.translating import matrix_order
from metaethno.stages.report_files import SCRIPTS

if TYPE_CHECKING:
    pass

SHARDS = sum(name.startswith("records_") for name in SCRIPTS)
# Above this many records the pages would be too heavy to open from a disk; `metaethno flow explain` has no limit.
MOST_RECORDS = 100_000
_LETTERS = 160  # of a title or a list of authors; a list is read to recognise a record, not to cite it
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def scripts(data: ReportData) -> dict[str, bytes]:
    """Return the scripts of SCRIPTS by their names, as bytes."""
    flow, lists, records = flow_lists(data)
    values: dict[str, Any] = {
        "argument": argument(data),
        "flow": flow,
        "flow_lists": lists,
        "matrix": matrix(data),
        **{f"records_{i}": part for i, part in enumerate(records)},
    }
    return {name: as_script(name, value) for name, value in values.items()}


def as_script(name: str, value: Any) -> bytes:
    """Return a script that sets one value; nothing in it can end a script element or a line before its time."""
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for mark in "<>&\u2028\u2029":
        said = said.replace(mark, f"\\u{ord(mark):04x}")
    return f"(window.metaethno = window.metaethno || {{}}).{name} = {said};\n".encode()


def _quotations(data: ReportData) -> dict[str, list[list[str]]]:
    """Return the passages of every construct: text, whose words, citation, where."""
    found: dict[str, list[list[str]]] = {}
    for row in rows(data.constructs):
        if row["passage_id"]:
            said = [row["text"], SPEAKERS[row["speaker"]], row["citation"], row["locator"]]
            found.setdefault(row["construct_id"], []).append([md.plain(v) for v in said])
    return found


def matrix(data: ReportData) -> dict[str, Any]:
    """Return the matrix in the order of its table: groups, rows (group, concept), studies, what each cell holds.

    cells: `row,column` → translations (label, authors' term, wording, kind, status, construct).
    """
    panels, studies, names = matrix_order(data)
    quoted = _quotations(data)
    listed = [(i, concept) for i, panel in enumerate(panels) for concept, _ in panel.concepts]
    place = {(panels[i].key, concept): n for n, (i, concept) in enumerate(listed)}
    column = {study: n for n, study in enumerate(studies)}
    cells: dict[str, list[list[str]]] = {}
    used: dict[str, list[list[str]]] = {}
    for row in rows(data.matrix):
        if row["cell"] != "translation" or row["status"] == "rejected":
            continue
        at = f"{place[row['group_id'], row['concept_id']]},{column[row['study_id']]}"
        kind = WORDS[cell_of(row)] + ("" if row["status"] == "accepted" else f", {row['status']}")
        said = [row["label"], row["authors_term"], row["wording"], kind, row["construct_id"]]
        cells.setdefault(at, []).append([md.plain(v) for v in said])
        if row["construct_id"] in quoted:
            used[row["construct_id"]] = quoted[row["construct_id"]]
    return {
        "groups": [md.plain(p.label) for p in panels],
        "rows": [[i, md.plain(dict(panels[i].concepts)[concept])] for i, concept in listed],
        "studies": [md.plain(names[s]) for s in studies],
        "cells": cells,
        "quotations": used,
    }


_LEVELS = ("step", "third_order", "concept", "construct", "study")


def argument(data: ReportData) -> dict[str, Any]:
    """Return the graph below the argument.

    nodes: level → [id, name, more words]. paths: one list of places in `nodes` per path, −1 where it skips a level.
    """
    kept = data.third_order[data.third_order["status"] != "dropped"]
    concepts = data.concepts[data.concepts["status"] != "dropped"]
    steps = sorted(rows(data.line_of_argument), key=lambda r: (int(r["position"]), r["step_id"]))
    studies = texts(data.characteristics, "study_id", "label") | texts(data.studies, "study_id", "label")
    constructs = data.constructs.drop_duplicates("construct_id")
    nodes = {
        "step": [[r["step_id"], r["statement"], str(r["position"])] for r in steps],
        "third_order": [[r["third_order_id"], r["label"], r["statement"]] for r in rows(kept)],
        "concept": [[r["concept_id"], r["label"], r["definition"]] for r in rows(concepts)],
        "construct": [[r["construct_id"], r["label"], r["authors_term"]] for r in rows(constructs)],
        "study": [[s, studies[s], ""] for s in dict.fromkeys(data.studies["study_id"])],
    }
    place = {level: {node[0]: i for i, node in enumerate(found)} for level, found in nodes.items()}
    columns = [f"{level}_id" for level in _LEVELS]
    paths = {tuple(row) for row in data.trace[columns].astype(str).itertuples(index=False, name=None)}
    # A concept that no step rests on yet has its constructs too.
    traced = {(p[2], p[3]) for p in paths}
    live = data.matrix[(data.matrix["cell"] == "translation") & (data.matrix["status"] != "rejected")]
    for row in rows(live):
        if (row["concept_id"], row["construct_id"]) not in traced:
            paths.add(("", "", row["concept_id"], row["construct_id"], row["study_id"]))
    placed = sorted([place[k].get(i, -1) for k, i in zip(_LEVELS, path, strict=True)] for path in paths)
    return {
        "nodes": {level: [[md.plain(v) for v in node] for node in found] for level, found in nodes.items()},
        "paths": placed,
        "quotations": [_quotations(data).get(node[0], []) for node in nodes["construct"]],
    }


def flow_lists(data: ReportData) -> tuple[dict[str, Any], list[str], list[list[list[str]]]]:
    """Return the flow's numbers with their lists: (numbers, the lists, the records in SHARDS parts).

    views: per view, in the order of its table, [name, then per run and for all the count and the place of its list].
    A list holds places of records, as distances in base 36; `*n` stands where n exported rows are of one record.
    runs: per view. figures: per view, see `_figure`.
    """
    of, records = data.world, data.unique
    views: list[list[list[Any]]] = []
    runs: list[list[str]] = []
    figures: list[list[Any]] = []
    if of is None or len(records) > MOST_RECORDS:
        none = {"views": views, "runs": runs, "figures": figures, "shard": 1, "records": len(records)}
        return none, [], [[] for _ in range(SHARDS)]
    pool = _Pool(data)
    names = reason_labels(data)
    for view in data.config.flow.views:
        boxes, drawn = contents(of, view), boxes_of(data.flow, view)
        table = []
        found = box_rows(drawn, names)
        for name, detail, said in found:
            counts = drawn.per_run(name, detail)
            cells = [[n, pool.place(boxes.get(name), detail, run)] for run, n in counts.items()]
            total = [drawn.total(name, detail), pool.place(boxes.get(name), detail, ALL)]
            table.append([said, *_at_runs(drawn.runs, dict(zip(counts, cells, strict=True))), total])
        views.append(table)
        runs.append(drawn.runs)
        figures.append(_figure(flow_sheet(drawn, names), [(name, detail) for name, detail, _ in found]))
    shard = max(1, -(-len(pool.shown) // SHARDS))
    parts = [pool.shown[i * shard : (i + 1) * shard] for i in range(SHARDS)]
    numbers = {"views": views, "runs": runs, "figures": figures, "shard": shard, "records": len(records)}
    return numbers, list(pool.lists), parts


def _figure(sheet: Sheet, order: list[tuple[str, str]]) -> list[list[Any]]:
    """Return the boxes of a diagram as [left, top, width, height, numbers], each number as [row, top, height].

    All in percent: a box of the picture, a number of its box. `row`: where the number stands in the view's table.
    """
    at = {name: i for i, name in enumerate(order)}
    return [
        [
            *(round(100 * n / whole, 2) for n, whole in zip(
                (p.x, p.y, p.width, p.height), (sheet.width, sheet.height) * 2, strict=True)),
            [[at[of], round(100 * (top - p.y) / p.height, 2), round(100 * (bottom - top) / p.height, 2)]
             for of, (top, bottom) in p.numbers.items() if of in at],
        ]
        for p in sheet.places
    ]  # fmt: skip


def _at_runs(runs: Iterable[str], cells: dict[str, Any]) -> list[Any]:
    return [cells.get(run) for run in runs]


class _Pool:
    """All that boxes list, in one order: records by author and year, then studies and what else has no record."""

    def __init__(self, data: ReportData) -> None:
        frame = data.unique.fillna("").astype(str)
        frame = frame.assign(by=frame["authors"].str.casefold()).sort_values(["by", "year", "record_id"])
        labels = texts(data.studies, "study_id", "label")
        self.shown: list[list[str]] = [
            [key, _people(people), year, _short(shown_title(title)), _short(md.lowered(journal)), doi.partition(";")[0]]
            for key, people, year, title, journal, doi in each_row(
                frame, "record_id", "authors", "year", "title", "container", "doi"
            )
        ]
        self.shown += [[key, "", "", _short(label), "", ""] for key, label in sorted(labels.items())]
        self.at: dict[str, int] = {}
        for place, row in enumerate(self.shown):
            self.at.setdefault(row[0], place)
        assert data.world is not None
        self.home: dict[str, str] = dict(each_row(data.world.rows, "row_id", "record_id"))
        self.lists: dict[str, int] = {}

    def place(self, box: Box | None, detail: str, run: str) -> int:
        """Return the place of the list of what is in a box; −1 where there is nothing to list."""
        ids = box.listing(detail, run) if box else []
        found = Counter(self.at.get(self.home.get(one, one), -1) for one in ids)
        if not ids or -1 in found:  # a released version's ids, for instance, that are only numbers
            return -1
        places = sorted(found)
        text = _encoded(places, [found[place] for place in places])
        return self.lists.setdefault(text, len(self.lists))


def _encoded(places: list[int], times: list[int]) -> str:
    """Return sorted places as distances in base 36: `0,1,1*3` for 0, 1 and three times 2."""
    before, parts = 0, []
    for place, n in zip(places, times, strict=True):
        parts.append(_base36(place - before) + (f"*{n}" if n > 1 else ""))
        before = place
    return ",".join(parts)


def _base36(n: int) -> str:
    said = _DIGITS[n % 36]
    while n := n // 36:
        said = _DIGITS[n % 36] + said
    return said


def _people(authors: str) -> str:
    """Return the first author, with `et al.` where there are more."""
    names = md.joined(authors)
    return _short(names[0] + (" et al." if len(names) > 1 else "")) if names else ""


def _short(text: str) -> str:
    said = md.plain(text)
    return said if len(said) <= _LETTERS else said[:_LETTERS].rstrip() + "…"
