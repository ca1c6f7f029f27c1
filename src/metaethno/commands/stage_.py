"""`metaethno stage NAME check|make`: what the rules call."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from metaethno import config
from metaethno.engine import HASHED
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
from metaethno.ledger import pending

STEPS = (*HASHED, "final", "audit")


def main(arguments: argparse.Namespace) -> int:
    """Run one step of one stage in the present folder."""
    name = arguments.stage
    if name not in STEPS:
        raise UsageError(Problem("ME0002", f"there is no stage {name!r}.{did_you_mean(name, STEPS)}"))
    root = Path.cwd()
    if arguments.step == "check" and pending(root):
        # A rule never writes what it reads.
        hint = "Run `metaethno status`: it carries the entry out. Then run this again."
        raise UserError(Problem("ME0453", "an entry of decisions was cut off", "data/decisions", hint=hint))
    settings = config.load(root)
    shell = importlib.import_module(f"metaethno.shell.{name}")
    getattr(shell, arguments.step)(root, settings)
    return 0
