"""`metaethno flow explain [BOX]` and `metaethno flow chased`: what is behind the numbers of the flow diagram."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import config, made, review
from metaethno.commands import out
from metaethno.config import View
from metaethno.state import one

if TYPE_CHECKING:
    from metaethno.flow import Box

_SIDES = {"left": "on the left of the sum only", "right": "on the right of the sum only"}


def _view(views: Sequence[View], boxes: dict[str, dict[str, Box]], name: str, asked: str) -> View:
    """Return the view that is asked for, else the first that has the box (or the sum) `name`, else the first."""
    from metaethno.flow import identities
    from metaethno.flow.explain import unknown

    if asked:
        found = next((v for v in views if v.id == asked), None)
        if found is None:
            raise unknown(asked, [v.id for v in views])
        return found

    def has(view: View) -> bool:
        return name in boxes[view.id] or name in {i.id for i in identities.identities(view.template)}

    return next((v for v in views if has(v)), views[0])


def _print_boxes(view: View, boxes: dict[str, Box]) -> None:
    runs = sorted({run for box in boxes.values() for run in box.runs})
    rows = []
    for box in boxes.values():
        details = [("", box.name)] if box.total else []
        for detail, name in [*details, *((d, f"{box.name}  --detail {d}") for d in box.details)]:
            counts = [f"{box.count(detail, run):,}" if run in box.runs else "" for run in runs]
            rows.append([name, box.unit, *counts, f"{box.count(detail):,}"])
    out.plain(f"The boxes of the view {view.id} ({view.title}):")
    out.table(("Box", "Counts", *runs, "All"), rows, right=range(2, len(runs) + 3))


def _chased(root: Path, as_json: bool) -> int:
    from metaethno.shell import flow as shell

    table = shell.chased(root)
    if as_json:
        out.plain(json.dumps(table.to_dict("records"), ensure_ascii=False, indent=2))
        return 0
    ways = {"backward": "references", "forward": "citing works"}
    rows = [
        [r["report_id"], r["citation"], ways[r["direction"]], r["runs"].replace(";", ", ") or "not yet"]
        for r in table.to_dict("records")
    ]
    out.table(("Report", "Citation", "Chased for its", "In the runs"), rows)
    return 0


def main(arguments: argparse.Namespace) -> int:
    """Print what a number counts, or all boxes; exit code 0."""
    from metaethno.flow import ALL, contents
    from metaethno.flow.explain import listing, one_sided
    from metaethno.flow.identities import identities
    from metaethno.shell import flow as shell

    root = review.find_root()
    if not arguments.json and "eligibility" in made.behind(root):
        out.plain("What these numbers rest on has changed since they were counted: `metaethno run eligibility`.")
    if arguments.action == "chased":
        return _chased(root, arguments.json)
    views = config.load(root).flow.views
    of = shell.read(root)
    boxes = {view.id: contents(of, view) for view in views}
    name = arguments.box
    view = _view(views, boxes, name, arguments.view)
    if not name:
        _print_boxes(view, boxes[view.id])
        return 0
    titles = shell.titles(root)
    if name in {i.id for i in identities(view.template)}:
        known = titles.set_index("record_id")["title"].to_dict()
        for formula, side, ids in one_sided(view, boxes[view.id], name):
            out.plain(f"{name}: {formula}: {len(ids):,} {_SIDES[side]}")
            if ids:
                out.table(("Id", "Title"), [[i, known.get(i, "")] for i in ids])
        return 0
    rows = listing(of, boxes[view.id], titles, name, arguments.detail, arguments.run or ALL)
    if arguments.json:
        out.plain(json.dumps(rows.to_dict("records"), ensure_ascii=False, indent=2))
        return 0
    units = {"record": "records", "report": "reports", "study": "studies"}[boxes[view.id][name].unit]
    unit = one(units) if len(rows) == 1 else units
    part = "".join(f", {said}" for said in (arguments.detail, arguments.run) if said)
    out.plain(f"{name}{part} in the view {view.id}: {len(rows):,} {unit}")
    if len(rows):
        heads = ("Id", "Run", "Part", "What became of it", "Authors", "Year", "Title")
        out.table(heads, rows.to_numpy().tolist())
    return 0
