"""`metaethno verify`: prove that nothing that was kept has been altered since."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from metaethno import review
from metaethno.commands import out
from metaethno.errors import UserError


def main(arguments: argparse.Namespace) -> int:
    """Look at every snapshot and every kept file; exit code 1 with the list of what was altered, is gone or damaged."""
    from metaethno.history.verify import verify

    with out.working("Looking at every snapshot and every kept file"):
        done = verify(review.find_root())
    if arguments.json:
        out.plain(json.dumps(asdict(done), ensure_ascii=False, indent=2))
        return 1 if done.problems else 0
    for note in done.notes:
        out.plain(note)
    if done.problems:
        raise UserError(done.problems)
    out.plain(
        f"{done.states:,} states of the review, {done.rows:,} rows that people wrote and {done.files:,} kept files: "
        "nothing was altered, nothing is missing."
    )
    return 0
