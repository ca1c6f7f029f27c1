"""`metaethno example`: write the exports of the worked example where they are missing."""

from __future__ import annotations

import argparse

from metaethno import review
from metaethno.commands import out
from metaethno.errors import Problem, UserError


def main(arguments: argparse.Namespace) -> int:
    """Write the stand-in exports of the worked example; files that are there are compared, never replaced."""
    from metaethno import example
    from metaethno.example.build import read_table

    root = review.find_root()
    files = {f"{review.RAW}/{row.run}/{row.file}" for row in read_table("counts.csv").itertuples()}
    if not files <= set(review.exports(root)):
        hint = "This command only works in a copy of metaethno's own repository."
        raise UserError(Problem("ME0316", "this review is not the worked example", review.RAW, hint=hint))
    written = [path.relative_to(root).as_posix() for path in example.write(root)]
    for path in written:
        out.plain(f"Written: {path}")
    if not written:
        out.plain("Every export of the worked example is there.")
    return 0
