"""`metaethno restore SNAPSHOT`: go back to a snapshot; `restore latest` returns."""

from __future__ import annotations

import argparse

from metaethno import review
from metaethno.commands import out


def main(arguments: argparse.Namespace) -> int:
    """Go back; exit code 1 where something isn't kept yet, or not all could be brought back."""
    from metaethno.history.restore import restore

    with out.working(f"Going back to {arguments.snapshot}"):
        done = restore(review.find_root(), arguments.snapshot)
    state = ": every result is there, nothing is to be done" if done.at_rest else ""
    out.plain(f"The review is as it was at {done.name} ({done.commit[:10]}){state}.")
    for line in done.said:
        out.plain(line)
    return 0 if done.at_rest else 1
