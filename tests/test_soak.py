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

import pandas as pd
import pytest
import yaml

from tests.conftest import copy_tracked
from tests.test_chain import ONE, THREE, TWO, ids, votes
from tests.worlds import CONFIG, REPO, add_run, call, environment, lay_out, ris, write_rows

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


FOUR = {"title": "Porters speak of stairs", "author": "Oak, Di", "year": "2021", "journal": "Wards", "doi": "10.5555/4"}


def decide(root: Path, include: dict[str, str], exclude: dict[str, str], studies: dict[str, str]) -> None:
    """Vote by commands (title -> day), and name the study of each included report (title -> study)."""
    known = ids(root)
    rows = [f"{known[t]},include,{d}" for t, d in include.items()] + [
        f"{known[t]},exclude,{d}" for t, d in exclude.items()
    ]
    for who in ("ann", "ben"):
        (root / "votes.csv").write_text("\n".join(["record_id,decision,decided_on", *rows]) + "\n")
        call(root, "metaethno", "enter", "screening", "votes.csv", "--reviewer", who)
    call(root, "metaethno", "run", "eligibility")
    rows = [f"{known[title]},include,{include[title]}" for title in studies]
    (root / "votes.csv").write_text("\n".join(["record_id,decision,decided_on", *rows]) + "\n")
    call(root, "metaethno", "enter", "eligibility", "votes.csv", "--reviewer", "ann")
    (root / "votes.csv").unlink()
    there = pd.read_csv(root / "data/decisions/studies.csv", dtype=str)["label"].tolist()
    every = {**{title: f"S{n}" for n, title in enumerate(there)}, **studies}
    write_rows(root, "studies", [{"study_id": s, "label": t} for t, s in every.items()])
    links = [
        {"report_id": f"P-{s}", "record_id": known[t], "study_id": s, "role": "main", "citation": t}
        for t, s in every.items()
    ]
    write_rows(root, "report_studies", links)


def drawn(root: Path, view: str) -> dict[str, int]:
    flow = pd.read_csv(root / "data/derived/5_eligibility/flow.csv", dtype=str, keep_default_na=False)
    mine = flow[flow["view"].eq(view) & flow["run"].eq("all") & flow["detail"].eq("")]
    return {box: int(n) for box, n in zip(mine["box"], mine["count"], strict=True)}


def test_a_release_is_updated_and_the_update_released(tmp_path):
    """By commands alone. 2020: three records, one study. 2022: one of them again, and a new one, a second study."""
    views = [*CONFIG["flow"]["views"], {"id": "update", "title": "Update", "template": "prisma2020_update"}]
    config = CONFIG | {"synthesis": {"line_of_argument": False}}
    root = lay_out(tmp_path / "review", config)
    (root / ".gitignore").write_text("/data/raw/*/*.ris\n/data/derived/\n/.snakemake/\n/logs/\n/reports/_*\n")
    for command in ("git init -q", "git config user.name A", "git config user.email a@b.example", "dvc init -q"):
        call(root, *command.split())
    add_run(root, "2020-01-02", {"a.ris": (ris(ONE, TWO), "Alpha", 2), "b.ris": (ris(ONE, THREE), "Beta", 2)})
    call(root, "metaethno", "import", "2020-01-02")
    call(root, "metaethno", "lock")
    call(root, "metaethno", "run", "dedupe")
    decide(
        root,
        {ONE["title"]: "2020-02-03"},
        dict.fromkeys([TWO["title"], THREE["title"]], "2020-02-03"),
        {ONE["title"]: "S0"},
    )
    call(root, "metaethno", "run")
    call(root, "metaethno", "snapshot", "-m", "First", "--tag", "v1", "--release")
    # Nothing is said of the release, and nothing is different, until there is something new.
    call(root, "metaethno", "run", "eligibility")
    assert "ME0424" not in (root / "data/derived/5_eligibility/checks.csv").read_text()

    (root / "config/review.yaml").write_text(yaml.safe_dump(config | {"flow": {"views": views}}, sort_keys=False))
    (root / "new.ris").write_bytes(ris(ONE, FOUR))
    found = ["--source", "Alpha", "--searched-on", "2022-05-05", "--hits", "2", "--strategy-version", "q1"]
    call(root, "metaethno", "import", "2022-05-05", "new.ris", *found)
    (root / "new.ris").unlink()
    call(root, "metaethno", "run", "dedupe")
    decide(root, {FOUR["title"]: "2022-05-06"}, {}, {FOUR["title"]: "S1"})
    call(root, "metaethno", "run")
    counts = {
        "previous_studies": 1, "previous_reports": 1, "database_results": 2, "duplicates": 1, "records_screened": 1,
        "dbr_assessed": 1, "new_reports": 1, "new_studies": 1, "total_studies": 2, "total_reports": 2,
    }  # fmt: skip
    assert {box: drawn(root, "update")[box] for box in counts} == counts
    call(root, "metaethno", "snapshot", "-m", "Second", "--tag", "v2", "--release")
    call(root, "metaethno", "run", "eligibility")
    assert {box: drawn(root, "update")[box] for box in counts} == counts
    assert "nothing was altered, nothing is missing" in call(root, "metaethno", "verify").stdout
    assert FOUR["title"] in call(root, "metaethno", "diff", "v1", "v2").stdout
