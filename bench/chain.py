"""How long the worked example takes, from exports to rendered reports, and what it needs.

Each figure is the median of several runs in a copy of the review (the first figure: of one). Peak memory is the
largest of all processes (RSS, as the operating system accounts it). Cost grows linearly with the exported rows, but
for de-duplication, which grows with the number of pairs that share a block.
"""

from __future__ import annotations

import csv
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from metaethno import standby

REPO = Path(__file__).resolve().parent.parent


def copy_review(folder: Path) -> Path:
    """Copy what Git tracks into `folder` and write the example's exports."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True).stdout.decode()
    for name in filter(None, names.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPO / name, folder / name)
    call(folder, "metaethno", "example")
    return folder


def call(folder: Path, *command: str) -> float:
    """Run a command; return its seconds."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    start = time.monotonic()
    subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, check=True, capture_output=True)
    return time.monotonic() - start


def change_vote(folder: Path, turn: int) -> None:
    """Let one reviewer correct one vote, as `supersedes` asks."""
    path = folder / "data/decisions/screening/standin-2.csv"
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    superseded = {row["supersedes"] for row in rows}
    old = [r for r in rows if r["vote_id"] not in superseded and r["decision"] == "exclude" and r["round"] == "main"][
        turn
    ]
    new = old | {"vote_id": f"VBENCH{turn}", "supersedes": old["vote_id"], "note": "measured"}
    with path.open("a", encoding="utf-8", newline="") as text:
        csv.DictWriter(text, list(old), lineterminator="\n").writerow(new)


STEPS = " && ".join(
    f"metaethno stage {stage} {step}" for stage in ("screening", "eligibility") for step in ("check", "make")
)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        review = copy_review(Path(folder))
        figures = {"everything, from the exports to the pages": [call(review, "metaethno", "run", "--cores", "2")]}
        figures["nothing to do"] = [call(review, "metaethno", "run") for _ in range(3)]
        figures["one vote changed, to new pages"] = []
        figures["one vote changed, to the new flow"] = []
        for turn in range(3):
            change_vote(review, 2 * turn)
            figures["one vote changed, to the new flow"].append(call(review, "metaethno", "run", "eligibility"))
            call(review, "metaethno", "run")
            change_vote(review, 2 * turn + 1)
            figures["one vote changed, to new pages"].append(call(review, "metaethno", "run"))
        # What the rules of these stages call, as `metaethno run` has it done and each as a program by itself.
        steps = ["bash", "-c", STEPS]
        figures["stages 4 and 5, below one process"] = [call(review, *standby.command(steps)) for _ in range(5)]
        figures["stages 4 and 5, four processes"] = [call(review, *steps) for _ in range(5)]
        figures["metaethno status"] = [call(review, "metaethno", "status") for _ in range(3)]
        figures["metaethno check"] = [call(review, "metaethno", "check") for _ in range(3)]
    for name, seconds in figures.items():
        print(f"{name:45} {statistics.median(seconds):6.1f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    print(f"{'peak memory of any process':45} {peak:6.0f} MB")


if __name__ == "__main__":
    main()
