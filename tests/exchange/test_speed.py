"""How long a whole review's worklist and votes take, in seconds of the processor: a busy machine changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.voting_world import filled, ledger_rows, record, review
from tests.worlds import environment

COUNT = 10_941


def seconds(root: Path, *words: str) -> float:
    """Run a command in a process of its own; return the seconds it spent."""
    before = os.times()
    done = subprocess.run([sys.executable, "-m", "metaethno", *words], cwd=root, env=environment(), capture_output=True)
    after = os.times()
    assert done.returncode == 0, done.stderr
    return after.children_user + after.children_system - before.children_user - before.children_system


@pytest.mark.soak
def test_a_worklist_takes_less_than_ten_seconds_and_its_votes_less_than_three(tmp_path):
    text = "Interviews with people about care, and what they made of it. " * 20
    records = tuple(record(f"R{n:09d}A", f"Study number {n} of care at home", text) for n in range(COUNT))
    root = review(tmp_path / "review", records)
    assert seconds(root, "todo", "screening", "--reviewer", "ann", "--to", "xlsx") < 10
    assert seconds(root, "todo", "screening", "--reviewer", "ann", "--to", "csv") < 10
    answers = {r["record_id"]: {"decision": "Include" if n % 20 == 0 else "n"} for n, r in enumerate(records)}
    path = filled(root / "worklists/screening-ann.csv", answers)
    assert seconds(root, "enter", "screening", str(path), "--reviewer", "ann") < 3
    assert len(ledger_rows(root)) == COUNT
