"""`metaethno history [ID]`: the snapshots, or the whole life of one thing."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields

from metaethno import review
from metaethno.commands import out

# So many inputs of a snapshot are named on the screen; of more, as of the first snapshot's, only the number is told.
_NAMED = 12


def _csv(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV; a cell that a spreadsheet would run is made text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        writer.writerow([f"'{c}" if c.startswith(("=", "+", "-", "@", "\t", "\r")) else c for c in cells])
    return text.getvalue().rstrip("\n")


def _votes(votes: dict[str, int]) -> str:
    return ", ".join(f"{who} {n:,}" for who, n in sorted(votes.items()))


def _inputs(inputs: dict[str, list[str]]) -> str:
    program = [stage for stage, names in inputs.items() if "the program" in names]
    if len(program) > 3:
        rest = {s: [n for n in names if n != "the program"] for s, names in inputs.items()}
        return _inputs({**{s: n for s, n in rest.items() if n}, f"{len(program)} stages": ["the program"]})
    return "; ".join(f"{stage}: {', '.join(names)}" for stage, names in inputs.items())


def _short(inputs: dict[str, list[str]]) -> str:
    """Return the inputs for a screen: by name where they are few, else how many there are."""
    if (many := sum(map(len, inputs.values()))) > _NAMED:
        return f"{many:,} inputs of {out.count(len(inputs), 'stage')} (--csv names them)"
    return _inputs({s: n if len(n) < 6 else [*n[:4], f"and {len(n) - 4} more"] for s, n in inputs.items()})


def _snapshots(arguments: argparse.Namespace) -> None:
    from metaethno.history.overview import overview

    root = review.find_root()
    with out.working("Looking through the snapshots"):
        lines = overview(root)
    if arguments.json:
        out.plain(json.dumps([asdict(line) for line in lines], ensure_ascii=False, indent=2))
        return
    shown = []
    for line in lines:
        c = line.counts
        how = "snapshot" if line.by_snapshot else "by Git alone"
        counts: list[int | None] = [c.found, c.included, c.excluded] if c else [None, None, None]
        words = line.subject if line.by_snapshot else f"{line.subject} (by Git alone)"
        shown.append((line, how, words, counts))
    if arguments.csv:
        heads = ("snapshot", "when", "who", "what", "how", "changed", "votes", "found", "included", "excluded")
        cells = [(w.name, w.when, w.who, w.subject, h, _inputs(w.inputs), _votes(w.votes), *n) for w, h, _, n in shown]
        out.plain(_csv(heads, cells))
        return
    if not shown:
        out.plain("Nothing is kept yet. `metaethno snapshot -m TEXT` keeps the review as it is.")
        return
    rows = []
    for line, _, words, counts in shown:
        numbers = ["" if n is None else f"{n:,}" for n in counts]
        rows.append([line.name, line.when[:10], line.who, words, _short(line.inputs), _votes(line.votes), *numbers])
    titles = ("Snapshot", "Day", "By", "What", "What went in", "Votes added", "Found", "Included", "Excluded")
    out.table(titles, rows, right={1, 6, 7, 8})


def _life(arguments: argparse.Namespace) -> None:
    from metaethno.history.life import Event, life

    root = review.find_root()
    with out.working(f"Looking for {arguments.id} in all that was kept"):
        found = life(root, arguments.id)
    if arguments.json:
        out.plain(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    if arguments.csv:
        out.plain(_csv([f.name for f in fields(Event)], [astuple(event) for event in found.events]))
        return
    others = f" (also {', '.join(found.ids[1:])})" if len(found.ids) > 1 else ""
    out.plain(f"{found.id}{others}: {found.kind.replace('_', ' ')}")
    if found.now:
        out.table(("Now", ""), [[name.replace("_", " "), text] for name, text in found.now])
    happened = [
        [e.kept[:10], e.snapshot, e.on, e.by, f"{e.table.replace('_', ' ')} {e.what}", e.said] for e in found.events
    ]
    out.table(("Kept", "Snapshot", "Day", "By", "What", "What it says"), happened)


def main(arguments: argparse.Namespace) -> int:
    """Print the snapshots, or one life; exit code 0."""
    if arguments.id:
        _life(arguments)
    else:
        _snapshots(arguments)
    return 0
