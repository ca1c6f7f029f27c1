"""The argument map: steps, third-order constructs, concepts and studies, and what rests on what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from metaethno.figures.canvas import Box, Line, Picture, Sheet, name_of, shortened
from metaethno.figures.contributions import Contributions
from metaethno.figures.layers import order, settle
from metaethno.figures.palette import LINES
from metaethno.figures.sources import nothing_picture
from metaethno.fragments.data import rows

KINDS = ("step", "third_order", "concept", "study")
HEADS = {
    "step": "Steps of the argument",
    "third_order": "Third-order constructs",
    "concept": "Concepts",
    "study": "Studies (constructs)",
}
MOST = {"step": 14, "third_order": 14, "concept": 40, "study": 30}  # boxes of a kind that are drawn
_MANY = {"step": "steps", "third_order": "third-order constructs", "concept": "concepts", "study": "studies"}
_ONE = {"step": "step", "third_order": "third-order construct", "concept": "concept", "study": "study"}
_WIDTH = {"step": 118.0, "third_order": 98.0, "concept": 128.0, "study": 100.0}
_LINES = {"step": 6, "third_order": 5, "concept": 3, "study": 3}
_BEFORE = {"step": 0.0, "third_order": 30.0, "concept": 32.0, "study": 52.0}  # the space left of a column
_GAP, _SIZE, _PAD = 4.5, 7.4, 3.0
_OTHER = "#6b7785"


@dataclass(frozen=True)
class Node:
    """One box: its id, what kind of thing it is, and the words in it."""

    key: str
    kind: str
    label: str


@dataclass(frozen=True)
class Argument:
    """The boxes of each kind in the review's own order, and the lines: (from, to) → constructs, 0 for a plain one."""

    nodes: dict[str, list[Node]]
    edges: dict[tuple[str, str], int]

    def constructs_of(self, study: str) -> int:
        """Return how many constructs of a study are drawn as lines to it."""
        return sum(n for (_, to), n in self.edges.items() if to == study)


def argument_of(data: Any, given: Contributions) -> Argument:
    """Return the graph of a review (a ReportData); what was dropped or rejected is not in it.

    An interpretation that rests on a construct or a refutation goes straight to the studies of these.
    """
    concepts = [r for r in rows(data.concepts) if r["status"] != "dropped"]
    third = [r for r in rows(data.third_order) if r["status"] != "dropped"]
    steps = sorted(rows(data.line_of_argument), key=lambda r: (int(r["position"]), r["step_id"]))
    steps = steps if data.config.synthesis.line_of_argument else []
    labels = dict(given.studies) | {r["study_id"]: r["label"] for r in rows(data.studies)}
    study_of = {r["construct_id"]: r["study_id"] for r in rows(data.constructs)}
    ends = {r["refutation_id"]: (r["left_id"], r["right_id"]) for r in rows(data.refutations)}
    known = {r["concept_id"] for r in concepts} | {r["third_order_id"] for r in third}
    edges: dict[tuple[str, str], int] = {}

    def rest(parent: str, child: str) -> None:
        if child in known:
            edges.setdefault((parent, child), 0)
        for leaf in ends.get(child, (child,)):
            study = study_of.get(leaf, leaf)
            if study in labels:
                edges[parent, study] = edges.get((parent, study), 0) + (leaf in study_of)

    here = {r["step_id"] for r in steps} | {r["third_order_id"] for r in third}
    for frame, key in ((data.line_of_argument_support, "step_id"), (data.third_order_support, "third_order_id")):
        for row in rows(frame):
            if row[key] in here:
                rest(row[key], row["supported_by"])
    live = {r["concept_id"] for r in concepts}
    edges |= {(c, s): n for (c, s), n in given.cells.items() if c in live}
    nodes = {
        "step": [Node(r["step_id"], "step", f"{r['position']}. {r['statement']}") for r in steps],
        "third_order": [Node(r["third_order_id"], "third_order", r["label"]) for r in third],
        "concept": [Node(r["concept_id"], "concept", r["label"]) for r in concepts],
        "study": [Node(s, "study", label) for s, label in labels.items()],
    }
    return Argument(nodes, edges)


def drawn_of(found: Argument) -> Argument:
    """Return what is drawn: of too many boxes of a kind, those that most rests on or that rest on most."""
    weight: dict[str, int] = {}
    for (a, b), n in found.edges.items():
        weight[a], weight[b] = weight.get(a, 0) + max(n, 1), weight.get(b, 0) + max(n, 1)
    nodes = {}
    for kind, every in found.nodes.items():
        first = sorted(every, key=lambda n: (-weight.get(n.key, 0), n.key))[: MOST[kind]]
        chosen = {n.key for n in (every[: MOST[kind]] if kind == "step" else first)}
        nodes[kind] = [n for n in every if n.key in chosen]
    kept = {n.key for every in nodes.values() for n in every}
    return Argument(nodes, {e: n for e, n in found.edges.items() if e[0] in kept and e[1] in kept})


def argument_picture(every: Argument) -> Picture:
    """Return the map; before there is a concept or a step, a sentence."""
    found = drawn_of(every)
    kinds = [k for k in KINDS if found.nodes[k]]
    if not any(found.nodes[k] for k in KINDS[:3]):
        return nothing_picture("No concept and no step of an argument yet.")
    layers, edges, routes = _routed(found, kinds)
    layers = order(layers, edges, fixed=kinds[0] == "step")
    lefts, x = {}, 3.0
    for kind in kinds:
        lefts[kind] = x + _BEFORE[kind] * (kind != kinds[0])
        x = lefts[kind] + _WIDTH[kind]
    sheet = Sheet(max(x + 3, 260))
    boxes = {n.key: _box(n, lefts[n.kind], every) for kind in kinds for n in found.nodes[kind]}
    tops, heights = _heights(layers, edges, boxes)
    colours = _colours(found)
    top = 24.0
    for route in routes:
        _draw(sheet, route, found, boxes, {k: (t + top, heights[k]) for k, t in tops.items()}, lefts, kinds, colours)
    for kind in kinds:
        sheet.text(lefts[kind], 13, HEADS[kind], 8, fontweight="bold")
        for n in found.nodes[kind]:
            box = boxes[n.key]
            sheet.rectangle(box.x, top + tops[n.key], box.width, heights[n.key], facecolor=box.fill,
                            edgecolor=colours.get(n.key, _OTHER), linewidth=1.1)  # fmt: skip
            sheet.box(box, top + tops[n.key], bare=True)
    sheet.said = [f"{HEADS[kind]}: {'; '.join(n.label for n in found.nodes[kind])}" for kind in kinds]
    sheet.notes(_notes(every, found), 3, sheet.bottom + 7, sheet.width - 6)
    return sheet.picture("The argument, and what it rests on")


def _routed(found: Argument, kinds: Sequence[str]) -> tuple[list[list[str]], list[tuple[str, str]], list[list[str]]]:
    """Return layers and edges between neighbouring layers, and each line as the nodes it passes.

    A line that skips a layer passes an empty place in it, so that it doesn't run behind a box.
    """
    level = {n.key: kinds.index(kind) for kind in kinds for n in found.nodes[kind]}
    layers = [[n.key for n in found.nodes[kind]] for kind in kinds]
    edges, routes = [], []
    for a, b in sorted(found.edges):
        route = [a]
        for i in range(level[a] + 1, level[b]):
            route.append(f"\0{i}\0{a}\0{b}")
            layers[i].append(route[-1])
        route.append(b)
        edges += list(pairwise(route))
        routes.append(route)
    return layers, edges, routes


def _box(node: Node, x: float, every: Argument) -> Box:
    label = name_of(node.label, node.key)
    if node.kind == "study":
        n = every.constructs_of(node.key)
        label = f"{label} ({n})"
    bold = node.kind == "third_order"
    lines = shortened(label, _WIDTH[node.kind] - 2 * _PAD, _SIZE, _LINES[node.kind], bold)
    return Box(tuple(Line(part, bold=bold) for part in lines), x, _WIDTH[node.kind], _SIZE, pad=_PAD)


def _heights(
    layers: list[list[str]], edges: list[tuple[str, str]], boxes: Mapping[str, Box]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the top and the height of every box and every empty place, the longest layer spread first."""
    heights = {n: boxes[n].height if n in boxes else 3.0 for layer in layers for n in layer}
    beside: dict[str, list[str]] = {}
    for a, b in edges:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    long = [sum(heights[n] + _GAP for n in layer) - _GAP for layer in layers]
    room = max(long)
    start = long.index(room)
    tops: dict[str, float] = {}
    for i in [start, *reversed(range(start)), *range(start + 1, len(layers))]:
        near = set(layers[i + 1]) if i < start else set(layers[i - 1]) if i > start else set()
        spread, wanted = room / max(len(layers[i]), 1), []
        for k, n in enumerate(layers[i]):
            middles = [tops[m] + heights[m] / 2 for m in beside.get(n, []) if m in near]
            wanted.append(sum(middles) / len(middles) if middles else (k + 0.5) * spread)
        placed = settle(wanted, [heights[n] for n in layers[i]], _GAP, room)
        tops |= dict(zip(layers[i], placed, strict=True))
    return tops, heights


def _colours(found: Argument) -> dict[str, str]:
    """Return a colour for each third-order construct, and for each concept that of the first one that rests on it."""
    own = {n.key: LINES[i % len(LINES)] for i, n in enumerate(found.nodes["third_order"])}
    for n in found.nodes["third_order"]:
        for a, b in sorted(found.edges):
            if a == n.key:
                own.setdefault(b, own[n.key])
    studies = {n.key for n in found.nodes["study"]}
    return {k: c for k, c in own.items() if k not in studies}


def _draw(
    sheet: Sheet, route: list[str], found: Argument, boxes: Mapping[str, Box],
    at: Mapping[str, tuple[float, float]], lefts: Mapping[str, float], kinds: Sequence[str], colours: Mapping[str, str],
) -> None:  # fmt: skip
    """Draw one line from the right of a box to the left of another; thicker where it stands for more constructs."""
    points = []
    for i, n in enumerate(route):
        middle = at[n][0] + at[n][1] / 2
        if n in boxes:
            points.append((boxes[n].x + (boxes[n].width if i == 0 else 0), middle))
        else:
            left = lefts[kinds[int(n.split("\0")[1])]]
            points += [(left, middle), (left + _WIDTH[kinds[int(n.split("\0")[1])]], middle)]
    many = found.edges[route[0], route[-1]]
    colour = colours.get(route[0]) or colours.get(route[-1]) or _OTHER
    sheet.curve(points, edgecolor=colour, linewidth=0.9 + 0.5 * min(max(many - 1, 0), 5), alpha=0.75)


def _notes(every: Argument, found: Argument) -> list[str]:
    notes = []
    parts = []
    for kind in KINDS:
        if more := len(every.nodes[kind]) - len(found.nodes[kind]):
            parts.append(f"{more} {_ONE[kind] if more == 1 else _MANY[kind]}")
    if parts:
        said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        notes.append(f"Not drawn: {said} with the fewest links; the tables have all.")
    loose = [n.label for n in every.nodes["study"] if not any(to == n.key for _, to in every.edges)]
    if loose:
        names = "; ".join(name_of(label, "a study") for label in loose[:6])
        rest = f"; and {len(loose) - 6} more" if len(loose) > 6 else ""
        notes.append(f"Nothing in the map rests on: {names}{rest}.")
    return notes


def counted(nodes: Mapping[str, Iterable[Any]]) -> str:
    """Return `5 steps, 4 third-order constructs, 31 concepts and 11 studies`: the kinds that are there."""
    parts = []
    for kind in KINDS:
        if n := len(list(nodes[kind])):
            parts.append(f"{n} {_ONE[kind] if n == 1 else _MANY[kind]}")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else "nothing"


__all__ = ["Argument", "Node", "argument_of", "argument_picture", "counted", "drawn_of"]
