"""`metaethno reproduce SNAPSHOT [--into DIR]`: rebuild a snapshot elsewhere and compare every result."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from metaethno import review
from metaethno.commands import out


def main(arguments: argparse.Namespace) -> int:
    """Rebuild and compare; exit code 0 if every result is the same, 1 if any is not."""
    from metaethno.history.reproduce import SAME, reproduce

    root = review.find_root()
    with out.working(f"Rebuilding {arguments.snapshot} in a folder of its own"):
        if arguments.into:
            done = reproduce(root, arguments.snapshot, arguments.into.absolute())
        else:
            with tempfile.TemporaryDirectory(prefix="metaethno-") as folder:
                done = reproduce(root, arguments.snapshot, Path(folder) / "review")
    if arguments.json:
        out.plain(json.dumps(asdict(done) | {"succeeded": done.succeeded}, ensure_ascii=False, indent=2))
        return 0 if done.succeeded else 1
    rows = []
    for stage in dict.fromkeys(r.stage for r in done.results):
        states = Counter(r.state for r in done.results if r.stage == stage)
        rows.append([stage, ", ".join(f"{n} {state}" for state, n in sorted(states.items()))])
    out.table(("Stage", "Results"), rows)
    for result in done.results:
        if result.said:
            out.plain(f"{result.path}: {result.said}")
    if not done.same_program:
        out.plain("The installed program is another version than the one that made this snapshot.")
    every = all(r.state == SAME for r in done.results)
    verdict = "byte for byte" if every else "in content" if done.succeeded else ""
    out.plain(f"{done.snapshot} is reproduced {verdict}." if verdict else f"{done.snapshot} is not reproduced.")
    return 0 if done.succeeded else 1
