"""`metaethno why ID [ID]`: which rows form a record and why; why two are one record, or not; what is open about it.

Of a place in the argument (step, concept, construct, passage, study ...): what it rests on, and what rests on it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from metaethno import config, review, tables
from metaethno.cells import each_row
from metaethno.commands import out
from metaethno.errors import Problem, UserError
from metaethno.matching.verdicts import chained
from metaethno.naming import plain
from metaethno.schemas import DUPLICATES, TABLES
from metaethno.why import World, field_rows, why_one, why_two

_ARGUED = (
    "line_of_argument",
    "third_order",
    "concepts",
    "refutations",
    "translations",
    "constructs",
    "passages",
    "report_studies",
    "studies",
)
_TABLES = ("records", "members", "unique", "field_sources", "to_decide", "related", "parted")


def _world(root: Path) -> World:
    names = {"to_decide": "dedupe_to_decide"}
    frames = {}
    for name in _TABLES:
        table = TABLES[names.get(name, name)]
        if not (root / table.path).is_file():
            raise UserError(
                Problem("ME0374", "is not made yet", table.path, hint="Run `metaethno run dedupe`, then ask again.")
            )
        frames[name] = tables.read(table, root / table.path)
    settings = config.load(root)
    duplicates, problems = tables.check_decisions(DUPLICATES, root, settings.team)
    if problems:
        raise UserError(problems)
    return World(**frames, duplicates=duplicates, doubtful_from=settings.dedupe.doubtful_from)


def _plain(text: str) -> str:
    """Return a text without what a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


def _short(text: str) -> str:
    text = _plain(text)
    return text if len(text) <= 300 else text[:297] + "..."


def _open(root: Path, world: World, record: str) -> list[str]:
    """Return what waits for somebody about this record, from the worklists that are made."""
    said = []
    path = root / TABLES["screening_to_decide"].path
    if path.is_file():
        todo = tables.read(TABLES["screening_to_decide"], path)
        said += [f"{r['why']} ({r['for']})" for r in todo[todo["record_id"] == record].to_dict("records")]
    rows = set(world.members.loc[world.members["record_id"] == record, "row_id"].tolist())
    pairs = world.to_decide
    pairs = pairs[pairs["left_row"].isin(rows) | pairs["right_row"].isin(rows)]
    said += [f"doubtful with {b if a in rows else a}" for a, b in each_row(pairs, "left_row", "right_row")]
    return said


def _print_one(root: Path, world: World, wanted: str) -> None:
    record = world.record_of(wanted)
    rows = world.rows_of(record)
    if wanted != record:
        out.plain(f"{wanted} stands for the record {record}.")
    out.plain(f"{record}: {len(rows)} exported row{'s' if len(rows) > 1 else ''}.")
    out.table(
        ("Row", "Run", "Source", "Its number", "File", "Place"),
        [[r["row_id"], r["run"], r["source"], r["accession"], r["file"], str(r["place"])]
         for r in rows.to_dict("records")], right={5},
    )  # fmt: skip
    for row, says, partner in why_one(world, record):
        out.plain(f"{row} joined {partner}: {says}" if partner else f"{row} joined {says}")
    out.table(("Field", "Value", "From row"), [[n, _short(v), origin] for n, v, origin in field_rows(world, record)])
    near = world.related[(world.related["left_record"] == record) | (world.related["right_record"] == record)]
    for r in near.to_dict("records"):
        other = r["right_record"] if r["left_record"] == record else r["left_record"]
        out.plain(f"Related to {other} ({r['relation']}).")
    parted = world.parted[(world.parted["left_record"] == record) | (world.parted["right_record"] == record)]
    for r in parted.to_dict("records"):
        other = r["right_record"] if r["left_record"] == record else r["left_record"]
        out.plain(f"Parted from {other} by {r['reviewer']}'s verdict {r['verdict_id']} of {r['decided_on']}.")
    for said in _open(root, world, record):
        out.plain(f"Open: {said}")


def _print_two(world: World, left: str, right: str) -> None:
    answer = why_two(world, left, right)
    if answer.together:
        out.plain(f"{left} and {right} are one record: {answer.left_record}.")
    else:
        names = f"{answer.left_record} and {answer.right_record}"
        out.plain(f"{left} and {right} are two records: {names}." if names != f"{left} and {right}" else
                  f"{names} are two records.")  # fmt: skip
    for sentence in answer.sentences:
        out.plain(_plain(sentence))
    if answer.pair:
        table = [[f.field, _short(f.left), _short(f.right), f.says] for f in answer.fields]
        out.table(("Field", answer.pair.left, answer.pair.right, ""), table)
        undo = "different" if answer.together else "same"
        pair = f"{answer.pair.left} {answer.pair.right}"
        if answer.together and chained(world.duplicates, answer.pair.left, answer.pair.right):
            out.plain(
                "If this is wrong, one of the verdicts 'same' is: metaethno todo dedupe --pairs decided --reviewer ID "
                "writes a sheet of all verdicts; change it there and enter the sheet."
            )
            return
        out.plain(
            f"If this is wrong: metaethno todo dedupe --pair {pair} --reviewer ID writes a sheet; pick '{undo}' in it "
            "and enter it. That stands above every rule."
        )


def _print_trace(root: Path, wanted: str) -> bool:
    """Print what a place of the argument rests on and what rests on it; False where the id is none of it."""
    from metaethno.shell import common, synthesis
    from metaethno.tracing import Tracer, word

    # Cheap: most ids are of records, and their answers don't need the argument's tables.
    if not any(_holds(root / TABLES[name].path, wanted) for name in _ARGUED):
        return False
    settings = config.load(root)
    under, problems = synthesis.evidence_now(root, settings)
    named, more = common.load_checked(root, settings, "studies")
    cited, further = common.load_checked(root, settings, "report_studies")
    if problems or more or further:
        raise UserError([*problems, *more, *further])
    studies = dict(each_row(named, "study_id", "label"))
    tracer = Tracer(under, studies, dict(each_row(cited, "report_id", "citation")))
    found = tracer.find(wanted)
    for kind, one in found:
        out.plain(f"{one}: {word(kind)}. {_short(tracer.says[kind, one])}")
        for title, places in (
            ("It rests on:", list(tracer.down(kind, one))),
            ("On it rests:", list(tracer.up(kind, one))),
        ):
            if places:
                out.plain(title)
            for place in places:
                again = " (see above)" if place.seen else ""
                out.plain(f"{'  ' * place.depth}{word(place.kind)} {place.id}  {_short(place.says)}{again}")
        if not tracer.below.get((kind, one)) and not tracer.above.get((kind, one)):
            out.plain("It rests on nothing, and nothing rests on it.")
    return bool(found)


def _holds(path: Path, wanted: str) -> bool:
    if not path.is_file():
        return False
    # Quotation marks, and how a cell of CSV writes them, are of no account.
    marks = str.maketrans("", "", '“”"')
    word = wanted.casefold().removeprefix("step ").translate(marks).strip(" '‘’.…")
    return plain(word) in plain(path.read_text(encoding="utf-8-sig", errors="replace").translate(marks))


def main(arguments: argparse.Namespace) -> int:
    """Explain one id or two; exit code 0."""
    root = review.find_root()
    if arguments.other is None and _print_trace(root, arguments.id):
        return 0
    world = _world(root)
    left, right = arguments.id, arguments.other
    if right is None:
        _print_one(root, world, left)
    else:
        _print_two(world, left, right)
    return 0
