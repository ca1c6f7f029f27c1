"""`metaethno diff A [B]`: what differs between two snapshots, or between one and the files as they are now."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from metaethno import review, tables
from metaethno.commands import out

_SHOWN = 25


def main(arguments: argparse.Namespace) -> int:
    """Print or write what differs; exit code 0."""
    from metaethno.history import pages
    from metaethno.history.differ import diff

    root = review.find_root()
    with out.working("Comparing"):
        found = diff(root, arguments.before, arguments.after)
    if arguments.json:
        out.plain(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return 0
    if arguments.html:
        tables.write_bytes(arguments.html.absolute(), pages.page(found).encode())
        out.plain(f"Written: {arguments.html}")
        return 0
    out.plain(f"From {found.before} to {found.after}:")
    same = []
    for title, heads, rows in pages.sections(found):
        if not rows:
            same.append(title.lower())
            continue
        out.plain(f"\n{title}")
        out.table(heads, rows[:_SHOWN])
        if len(rows) > _SHOWN:
            out.plain(f"... and {len(rows) - _SHOWN:,} more: `--html FILE` or `--json` shows all.")
    if same:
        out.plain(f"No difference: {', '.join(same)}.")
    if found.untold:
        out.plain(f"Not told, as the results are not at hand (`dvc pull` fetches them): {', '.join(found.untold)}.")
    return 0
