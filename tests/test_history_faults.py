"""Kills at random moments, a read-only cache, a full disk, two at once: afterwards it is as before, or as it should be.

A few kills with a fixed seed in every run of the tests, all of them by `make soak`.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metaethno.errors import UserError
from metaethno.history.git import Repository
from metaethno.history.restore import restore
from metaethno.history.store import Store
from metaethno.history.verify import verify
from tests.history_world import FIVE, ONE, TWO, add, begin, ids, keep, search, vote
from tests.worlds import REPO, call, environment, ris

pytestmark = pytest.mark.xdist_group("faults")
# How often each command is killed by `make soak`: with the kills of `metaethno run` (tests/test_soak.py) some 300.
KILLS = int(os.environ.get("METAETHNO_KILLS", "70"))
KEEP = """
import sys
from pathlib import Path
from tests.history_world import keep
keep(Path('.'), sys.argv[1], 'screening')
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A review of two records with one snapshot."""
    root = begin(tmp_path_factory.mktemp("faults") / "review")
    search(root, "2018-12-11", alpha=[ONE, TWO])
    keep(root, "Search")
    return root


@pytest.fixture
def review(small, tmp_path) -> Path:
    root = tmp_path / "review"
    shutil.copytree(small, root, symlinks=True)
    return root


def start(root: Path, message: str) -> subprocess.Popen[str]:
    """Begin a snapshot in a process group of its own."""
    path = os.pathsep.join([str(REPO), str(REPO / "src")])
    return subprocess.Popen(
        [sys.executable, "-c", KEEP, message],
        cwd=root,
        env=environment() | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill_snapshots(root: Path, times: int, seed: int) -> int:
    """Kill `times` snapshots at random moments; after each nothing is lost, and the next one completes. Return how many
    were killed before they ended by themselves."""
    chance = random.Random(seed)
    record = ids(root)[ONE["title"]]
    letter = root / "letter.txt"
    letter.write_text("mine")
    call(root, "git", "add", "letter.txt")
    began = time.monotonic()
    assert start(root, "measured").wait() == 0
    whole = time.monotonic() - began
    killed = 0
    for turn in range(times):
        add(root, "memos", memo_id=f"M{turn}", kind="decision", author="ann", written_on="2020-01-01", text="so be it")
        vote(root, "ann", f"VK{turn}", record, "include", round="calibration")
        written = {p: p.read_bytes() for p in (root / "data/decisions").rglob("*.csv")}
        before = Repository(root).head()
        process = start(root, f"turn {turn}")
        # The moments are spread over the snapshot itself; what comes before (loading Python) is of no interest.
        time.sleep(chance.uniform(0.25, 1.0) * whole)
        killed += process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert {p: p.read_bytes() for p in written} == written
        head = Repository(root).head()
        assert head == before or call(root, "git", "rev-parse", f"{head}^").stdout.strip() == before
        keep(root, f"turn {turn}, again", "screening")
        assert call(root, "git", "status", "--porcelain").stdout.split() == ["A", "letter.txt"]
        commits = call(root, "git", "log", "--format=%s", f"{before}..HEAD").stdout.splitlines()
        assert len(commits) == 1, commits
    assert verify(root).problems == []
    return killed


def test_a_few_kills_lose_nothing(review):
    assert kill_snapshots(review, 2, seed=7) in (0, 1, 2)


@pytest.mark.soak
def test_many_kills_lose_nothing(review):
    killed = kill_snapshots(review, KILLS, seed=2018)
    print(f"{killed} of {KILLS} snapshots were killed before they ended")
    assert killed > KILLS // 2


# ------------------------------------------------------------------------------------------------ other commands

RESTORE = """
import sys
from pathlib import Path
from metaethno.history import restore, work
restore._snakemake = lambda *_: __import__('subprocess').CompletedProcess([], 0, '', '')
work.planned = lambda *_: ([], '')
restore.restore(Path('.'), sys.argv[1])
"""
ENTER = "enter screening votes.csv --reviewer ann"
IMPORT = "import 2020-05-22 new.ris --source Alpha --searched-on 2020-05-22 --hits 1 --strategy-version q2"


def people_wrote(root: Path) -> dict[str, bytes]:
    """Return every file of people and databases, as it is; what DVC notes of an export follows from it."""
    files = [p for place in ("config", "data/decisions", "data/raw") for p in (root / place).rglob("*") if p.is_file()]
    kept = {p.relative_to(root).as_posix(): p.read_bytes() for p in files}
    return {name: data for name, data in kept.items() if not name.endswith((".dvc", ".gitignore"))}


def ordered(root: Path, *command: str) -> subprocess.Popen[str]:
    """Begin a command in a process group of its own."""
    env = environment() | {"PYTHONPATH": os.pathsep.join([str(REPO), str(REPO / "src")])}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, *command], cwd=root, env=env, start_new_session=True, **quiet)


def kill_at(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill it and all that it started after so long; return whether it was still at work."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=seconds)
        return False
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return True


def kill_often(root: Path, folder: Path, command: list[str], times: int, seed: int) -> int:
    """Kill a command at random moments in copies of a review; return how many of them were killed before their end.

    What people wrote is then as before, or each file as before or after; and once the command has been given again it
    is as after.
    """
    chance = random.Random(seed)
    done = folder / "done"
    shutil.copytree(root, done, symlinks=True)
    before = people_wrote(done)
    began = time.monotonic()
    process = ordered(done, *command)
    said = process.communicate()[1]
    whole = time.monotonic() - began
    assert process.returncode == 0, said
    after = people_wrote(done)
    assert after != before
    killed = 0
    for turn in range(times):
        copy = folder / f"turn{turn}"
        shutil.copytree(root, copy, symlinks=True)
        killed += kill_at(ordered(copy, *command), chance.uniform(0.2, 1.0) * whole)
        now = people_wrote(copy)
        for name in before.keys() | after.keys() | now.keys():
            if not Path(name).name.startswith("."):
                assert now.get(name) in (before.get(name), after.get(name)), name
        process = ordered(copy, *command)
        said = process.communicate()[1]
        assert process.returncode == 0, said
        assert {n: d for n, d in people_wrote(copy).items() if not Path(n).name.startswith(".")} == after
        shutil.rmtree(copy)
    return killed


def prepared(review: Path, what: str) -> list[str]:
    """Make ready for a command; return it as Python's arguments."""
    if what == "restore":
        first = Repository(review).head()
        vote(review, "ann", "V1", ids(review)[ONE["title"]], "include")
        keep(review, "A vote", "screening")
        return ["-c", RESTORE, first]
    if what == "import":
        (review / "new.ris").write_bytes(ris(FIVE))
        return ["-m", "metaethno", *IMPORT.split()]
    lines = [f"{record},include,2019-02-03" for record in ids(review).values()]
    (review / "votes.csv").write_text("\n".join(["record_id,decision,decided_on", *lines]) + "\n")
    return ["-c", FIXED_IDS, *ENTER.split()]


# Ids of votes are drawn at random: fixed, so that two entries can be compared byte for byte.
FIXED_IDS = """
import itertools, sys
from metaethno import ledger
def maker(prefix, taken=()):
    return (f'{prefix}{n}' for n in itertools.count()).__next__
ledger.id_maker = maker
from metaethno.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("what", ["enter", "import", "restore"])
def test_a_kill_of_another_command_loses_nothing(review, tmp_path, what):
    assert kill_often(review, tmp_path, prepared(review, what), 1, seed=3) in (0, 1)


@pytest.mark.soak
@pytest.mark.parametrize("what", ["enter", "import", "restore"])
def test_many_kills_of_another_command_lose_nothing(review, tmp_path, what):
    killed = kill_often(review, tmp_path, prepared(review, what), KILLS, seed=2018)
    print(f"{killed} of {KILLS} times `{what}` was killed before it ended")
    assert killed > KILLS // 2


def forget_half(root: Path, file: str) -> None:
    """Leave DVC's index of tracked files as a kill in the middle of writing it does: without `file`."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        assert repo.index.data["repo"]
        repo.data_index.delete_node(("tree", repo.index.data_tree.hash_info.value, "repo", *file.split("/")))
        repo.data_index.commit()


def test_an_index_that_dvc_did_not_write_to_its_end_costs_no_export(review):
    export = "data/raw/2018-12-11/alpha.ris"
    forget_half(review, export)
    Store(review).dvc("checkout", "--force", "--quiet", "--allow-missing")
    assert (review / export).is_file()


def test_an_export_that_dvc_leaves_out_is_said(review, monkeypatch):
    first = Repository(review).head()
    vote(review, "ann", "V1", ids(review)[ONE["title"]], "include")
    keep(review, "A vote", "screening")
    export = review / "data/raw/2018-12-11/alpha.ris"
    monkeypatch.setattr(Store, "dvc", lambda *_, **__: export.unlink(missing_ok=True))
    with pytest.raises(UserError, match=r"ME0734 data/raw/2018-12-11/alpha\.ris"):
        restore(review, first)
    monkeypatch.undo()
    restore(review, first)
    assert export.is_file()


def test_a_cache_that_cannot_be_written_is_said(review):
    if os.geteuid() == 0:
        # Root may write anywhere: a file where the folder should be stands in for it.
        cache = Store(review).cache
        shutil.rmtree(cache)
        cache.write_text("")
    else:
        for folder in [Store(review).cache, *Store(review).cache.iterdir()]:
            folder.chmod(0o555)
    head = Repository(review).head()
    vote(review, "ann", "V1", ids(review)[ONE["title"]], "include")
    with pytest.raises(UserError, match="ME0708"):
        keep(review, "No room", "screening")
    assert Repository(review).head() == head
    cache = Store(review).cache
    if cache.is_file():
        cache.unlink()
    else:
        for folder in [cache, *cache.iterdir()]:
            folder.chmod(0o755)
    assert keep(review, "Now there is", "screening").commit


@pytest.mark.soak
def test_two_at_once_make_one_history(review):
    vote(review, "ann", "V1", ids(review)[ONE["title"]], "include")
    both = [start(review, f"by {n}") for n in range(2)]
    said = [process.communicate()[1] for process in both]
    assert 0 in [process.returncode for process in both]
    for process, words in zip(both, said, strict=True):
        assert process.returncode == 0 or "ME0710" in words or "dvc.yaml" in words, words
    assert verify(review).problems == []


@pytest.mark.soak
def test_a_full_disk_is_said_and_the_next_snapshot_completes(review, tmp_path):
    cache = review / ".dvc/cache"
    shutil.move(cache, tmp_path / "kept")
    cache.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "none", cache], check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    head = Repository(review).head()
    try:
        vote(review, "ann", "V1", ids(review)[ONE["title"]], "include")
        with pytest.raises(UserError, match=r"ME07(08|15)"):
            keep(review, "No room", "screening")
        assert Repository(review).head() == head
    finally:
        subprocess.run(["umount", cache], check=True)
    shutil.rmtree(cache)
    shutil.move(tmp_path / "kept", cache)
    assert keep(review, "Room again", "screening").commit
    assert verify(review).problems == []


def test_a_push_that_was_cut_off_is_completed_by_the_next(review, tmp_path):
    store = Store(review)
    store.dvc("remote", "add", "--default", "shared", str(tmp_path / "shared"))
    push = [sys.executable, "-m", "dvc", "push", "--quiet"]
    process = subprocess.Popen(push, cwd=review, start_new_session=True)
    remote = tmp_path / "shared"
    deadline = time.monotonic() + 60
    while process.poll() is None and not any(remote.rglob("*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    Store(review).dvc("push", "--quiet")
    kept = {p.parent.name + p.name for p in remote.glob("files/md5/??/*")}
    assert kept >= {p.parent.name + p.name for p in Store(review).cache.glob("??/*")}
    shutil.rmtree(Store(review).cache)
    assert verify(review).problems == []
