"""`metaethno snapshot -m TEXT [--tag T] [--release]`: keep the review as it is now."""

from __future__ import annotations

import argparse

from metaethno import review
from metaethno.commands import out


def main(arguments: argparse.Namespace) -> int:
    """Keep the review as it is now; exit code 1 with everything that stands in the way."""
    from metaethno.history.snapshot import take

    with out.working("Keeping the review as it is now"):
        taken = take(review.find_root(), arguments.message, arguments.tag, arguments.release)
    named = f", named {taken.tag}" if taken.tag else ""
    if taken.commit:
        out.plain(f"Kept: snapshot {taken.commit[:10]}{named} ({out.count(taken.files, 'file')} changed).")
    else:
        out.plain(f"Nothing changed since the last snapshot{named}.")
    for line in taken.said:
        out.plain(line)
    return 0
