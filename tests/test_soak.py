"""What takes long: kills at many moments, a full disk, and the worked example rebuilt by DVC alone. `make soak`."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import copy_tracked
from tests.test_chain import ONE, THREE, TWO, votes
from tests.worlds import REPO, add_run, call, environment, lay_out, ris

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("soak")]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    root = lay_out(tmp_path_factory.mktemp("soak") / "review")
    add_run(root, "2020-01-02", {"a.ris": (ris(ONE, TWO), "Alpha", 2), "b.ris": (ris(ONE, THREE), "Beta", 2)})
    call(root, "metaethno", "import", "2020-01-02")
    call(root, "metaethno", "lock")
    call(root, "metaethno", "run")
    return root


def tables(root: Path) -> dict[str, bytes]:
    folder = root / "data/derived"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_twenty_kills_lose_nothing(made):
    """Killed at random moments (fixed seed), whole process group and all: the next run makes the same tables."""
    whole = tables(made)
    chance = random.Random(2020)
    for _ in range(20):
        shutil.rmtree(made / "data/derived/3_dedupe", ignore_errors=True)
        run = subprocess.Popen([sys.executable, "-m", "metaethno", "run"], cwd=made, env=environment())
        time.sleep(chance.uniform(0.5, 25))
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError, KeyError):
            os.killpg(json.loads((made / ".snakemake/metaethno-run.json").read_text())["pid"], signal.SIGKILL)
        run.kill()
        run.wait()
    call(made, "metaethno", "run")
    assert tables(made) == whole


def test_a_full_disk_is_said_and_the_next_run_completes(made, tmp_path):
    root = tmp_path / "review"
    shutil.copytree(made, root)
    whole = tables(root)
    shutil.rmtree(root / "data/derived")
    (root / "data/derived").mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", root / "data/derived"], check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        done = call(root, "metaethno", "run", check=False)
    finally:
        subprocess.run(["umount", root / "data/derived"], check=True)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    call(root, "metaethno", "run")
    assert tables(root) == whole


def test_the_worked_example_is_rebuilt_by_dvc_repro_alone(tmp_path):
    root = copy_tracked(tmp_path / "review")
    call(root, "git", "init", "-q")
    call(root, "metaethno", "example")
    before = (root / "dvc.lock").read_bytes()
    call(root, "dvc", "repro")
    assert (root / "dvc.lock").read_bytes() == before
    # The exports were generated, not fetched: their hashes are right, and committing puts them into the cache.
    call(root, "dvc", "commit", "--force")
    assert call(root, "dvc", "status", "--quiet", check=False).returncode == 0
    assert "Nothing to be done" in call(root, "metaethno", "run", "reports").stdout
    votes_file = root / "data/decisions/screening/standin-2.csv"
    assert votes_file.read_bytes() == (REPO / "data/decisions/screening/standin-2.csv").read_bytes()


def test_two_runs_at_once_do_no_harm(made):
    votes(made, "ann", {ONE["title"]: "include"})
    command = [sys.executable, "-m", "metaethno", "run"]
    both = [subprocess.Popen(command, cwd=made, env=environment(), stderr=subprocess.PIPE, text=True) for _ in range(2)]
    errors = [run.communicate()[1] for run in both]
    codes = [run.returncode for run in both]
    assert 0 in codes
    for code, said in zip(codes, errors, strict=True):
        assert code == 0 or "lock" in said.lower()
        assert "Traceback" not in said
    call(made, "metaethno", "run")
    assert "forward" not in (made / "data/derived/4_screening/screened.csv").read_text()
