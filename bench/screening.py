"""Worklists and votes of a whole review, and what stages 4 and 5 make of them.

    python bench/screening.py [--records N]

The worklist of 10,941 records (as many as the worked example screened) goes out as XLSX and as CSV, and comes back with
a vote on each. Seconds of the processor (those of the clock behind them), each command a process of its own: the median
of three. Cost grows linearly with the records.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECORDS, ROUNDS = 10_941, 3
TEXT = "Interviews with people about care, and what they made of it. " * 20


def seconds(root: Path, *words: str) -> tuple[float, float]:
    """Run a command; return what it took of the processor and on the clock."""
    from tests.worlds import environment

    before, started = os.times(), time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "metaethno", *words], cwd=root, env=environment(), capture_output=True, check=True
    )
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return busy, time.monotonic() - started


def main() -> None:
    """Measure and print."""
    from tests.voting_world import filled, ledger_rows, record, review

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=RECORDS)
    given = parser.parse_args()
    took: dict[str, list[tuple[float, float]]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            numbers = range(given.records)
            records = tuple(record(f"R{n:09d}A", f"Study number {n} of care at home", TEXT) for n in numbers)
            root = review(Path(folder) / "review", records)
            asked = ("todo", "screening", "--reviewer", "ann", "--to")
            took.setdefault("worklist as XLSX", []).append(seconds(root, *asked, "xlsx"))
            took.setdefault("worklist as CSV", []).append(seconds(root, *asked, "csv"))
            answers = {r["record_id"]: {"decision": "n" if n % 20 else "Include"} for n, r in enumerate(records)}
            path = filled(root / "worklists/screening-ann.csv", answers)
            entered = seconds(root, "enter", "screening", str(path), "--reviewer", "ann")
            took.setdefault("votes entered", []).append(entered)
            assert len(ledger_rows(root)) == given.records
    for name, all_rounds in took.items():
        busy, clock = (statistics.median(values) for values in zip(*all_rounds, strict=True))
        print(f"{name:20} {given.records:7,} records {busy:6.1f} s of the processor, {clock:.1f} s on the clock")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
