"""`metaethno check`: all decisions and the configuration, without running anything."""

from __future__ import annotations

import argparse
import importlib

from metaethno import config, intake, review, upgrade
from metaethno.commands import out
from metaethno.errors import Problem, UserError
from metaethno.ledger import settle
from metaethno.stages import STAGES


def main(arguments: argparse.Namespace) -> int:
    """Check everything people wrote; print every problem of every file, or that there is none."""
    root = review.find_root()
    settings = config.load(root)
    upgrade.check_version(root)
    settle(root)
    problems: list[Problem] = []
    rows = 0
    for stage in STAGES.values():
        if not stage.decisions:
            continue
        frames, found = importlib.import_module(f"metaethno.shell.{stage.name}").checks(root, settings)
        problems += found
        if stage.name == "search":
            # Asked of people only: a rule must say the same tomorrow, and must not stop at a file nobody reads.
            problems += intake.future_problems(frames["searches"])
        rows += sum(len(f) for f in frames.values())
    problems += [p for p in intake.folder_problems(root) if p not in problems]
    problems += intake.left_out(intake.strangers(root))
    if problems:
        raise UserError(problems)
    out.plain(f"The configuration and {out.count(rows, 'row')} of decisions and logs are in order.")
    return 0
