"""`metaethno example`: write the exports of the worked example where they are missing."""

from __future__ import annotations

import argparse

from metaethno import review
from metaethno.commands import out


def main(arguments: argparse.Namespace) -> int:
    """Write the stand-in exports into data/raw of the worked example; files that are there are compared, never replaced."""
    from metaethno import example

    written = example.write(review.find_root())
    out.plain(
        f"Written: {', '.join(p.name for p in written)}." if written else "Every export of the worked example is there."
    )
    return 0
