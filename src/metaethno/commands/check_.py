"""`metaethno check`: all decisions and the configuration, without running anything."""

from __future__ import annotations

import argparse
import importlib

from metaethno import config, review
from metaethno.commands import out
from metaethno.errors import Problem, UserError
from metaethno.ledger import settle
from metaethno.stages import STAGES


def main(arguments: argparse.Namespace) -> int:
    """Check everything people wrote; print every problem of every file, or that there is none."""
    root = review.find_root()
    settings = config.load(root)
    settle(root)
    problems: list[Problem] = []
    rows = 0
    for stage in STAGES.values():
        if not stage.decisions:
            continue
        frames, found = importlib.import_module(f"metaethno.shell.{stage.name}").checks(root, settings)
        problems += found
        rows += sum(len(f) for f in frames.values())
    if problems:
        raise UserError(problems)
    out.plain(f"The configuration and {rows:,} rows of decisions and logs are in order.")
    return 0
