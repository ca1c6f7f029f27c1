"""`metaethno enter STAGE FILE --reviewer ID`: bring decisions in, all of them or none."""

from __future__ import annotations

import argparse
import gc
import importlib
from typing import Any, Final

from metaethno import config, review
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, did_you_mean
from metaethno.ledger import settle
from metaethno.state import one

# Which module knows the worklists and decisions of a stage.
STAGES: Final = {
    "dedupe": "metaethno.exchange.pairs",
    "screening": "metaethno.exchange.voting",
    "eligibility": "metaethno.exchange.voting",
    "extraction": "metaethno.exchange.extraction",
    "relating": "metaethno.exchange.relating",
    "translation": "metaethno.exchange.translating",
    "synthesis": "metaethno.exchange.arguing",
}


def module_of(stage: str) -> Any:
    """Return the module of a stage, with its functions `todo` and `enter`; raises UsageError where there is none."""
    if stage not in STAGES:
        message = f"there are no worklists for {stage!r}, and nothing is entered.{did_you_mean(stage, STAGES)}"
        raise UsageError(Problem("ME0002", message, allowed=", ".join(STAGES)))
    return importlib.import_module(STAGES[stage])


def main(arguments: argparse.Namespace) -> int:
    """Enter a file and say what came of it."""
    # A sheet is some hundred thousand small cells without circles: looking for those takes a third of the time.
    gc.disable()
    try:
        return _enter(arguments)
    finally:
        gc.enable()


def _without_conflict(agreed: int, unseen: int) -> str:
    """Say that an adjudicator decides what was no conflict."""
    parts = [
        f"{out.count(count, 'record')} {what}"
        for count, what in ((unseen, "that no reviewer has voted on"), (agreed, "that no reviewers differ on"))
        if count
    ]
    return f"An adjudicator's vote decides alone; among these are {' and '.join(parts)}."


def _enter(arguments: argparse.Namespace) -> int:
    root = review.find_root()
    settings = config.load(root)
    settle(root)
    with out.working(f"Checking {arguments.file}"):
        done = module_of(arguments.stage).enter(root, settings, arguments.stage, arguments)
    for warning in done.warnings:
        out.plain(str(warning))
    what = one(done.what) if done.added == 1 and " and " not in done.what else done.what
    parts = [f"{done.added:,} {what} {'would be ' if arguments.dry_run else ''}entered"]
    if done.changed:
        parts.append(f"{done.changed:,} of them {'replaces' if done.changed == 1 else 'replace'} an earlier one")
    parts.append(f"{done.same:,} {'is' if done.same == 1 else 'are'} there already")
    if done.undecided:
        parts.append(f"{out.count(done.undecided, 'row')} {'holds' if done.undecided == 1 else 'hold'} no decision yet")
    if done.asked:
        would = "would be " if arguments.dry_run else ""
        parts.append(f"what came of asking for {out.count(done.asked, 'full text')} {would}noted")
    if done.left_out:
        parts.append(
            f"{out.count(done.left_out, 'row')} {'is' if done.left_out == 1 else 'are'} left out (listed above)"
        )
    out.plain(f"{arguments.file}: {', '.join(parts)}.")
    if done.agreed or done.unseen:
        out.plain(_without_conflict(done.agreed, done.unseen))
    if (done.added or done.asked) and not arguments.dry_run:
        out.plain("Next: metaethno run")
    return 0
