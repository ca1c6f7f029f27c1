"""What `dvc push` sends where, after a push that failed or was killed; and what `doctor` says of the remotes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from metaethno import doctor
from metaethno.history.sharing import mark_private
from metaethno.history.store import Store
from tests.history_world import dvc_here
from tests.worlds import call

# DVC, killed when it has written down the first of the files to be pushed.
KILLED = """
import os, sys, traceback
import dvc_data.index.index as index
from dvc.cli import main
whole = index.DataIndex.commit
def commit(self):
    whole(self)
    if any(frame.name == "collect" for frame in traceback.extract_stack()):
        os._exit(9)
index.DataIndex.commit = commit
main(["push"])
"""


@pytest.fixture
def store(tmp_path, monkeypatch) -> Store:
    """Return what DVC keeps of a folder with two exports and one result, whose default remote can't be written to."""
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    root = tmp_path / "review"
    (root / "data/raw").mkdir(parents=True)
    call(root, "git", "init", "-q")
    call(root, sys.executable, "-m", "dvc", "init", "-q")
    for name in ("one", "two"):
        (root / f"data/raw/{name}.ris").write_text(name)
    (root / "results.csv").write_text("what may be given away")
    (tmp_path / "away").touch()
    store = Store(root)
    dvc_here(store, "add", "--quiet", "data/raw/one.ris", "data/raw/two.ris", "results.csv")
    dvc_here(store, "remote", "add", "--quiet", "--default", "public", str(tmp_path / "away/public"))
    return Store(root)


def there(folder: Path) -> int:
    return sum(p.is_file() for p in folder.rglob("*"))


def test_what_became_private_after_a_push_that_failed_goes_to_no_other_remote(store, tmp_path):
    dvc_here(store, "push", "--quiet", check=False)
    (tmp_path / "away").unlink()
    dvc_here(store, "remote", "add", "--quiet", "private", str(tmp_path / "private"))
    assert len(mark_private(store.root, Store(store.root))) == 2
    store.dvc("commit", "--force", "--quiet")  # as a snapshot does
    dvc_here(store, "push", "--quiet")
    assert there(tmp_path / "private") == 2
    assert there(tmp_path / "away") == 1


def test_a_push_that_was_killed_is_completed_and_gaps_and_strangers_are_said(store, tmp_path):
    (tmp_path / "away").unlink()
    killed = subprocess.run([sys.executable, "-c", KILLED], cwd=store.root, capture_output=True, check=False)
    assert killed.returncode == 9
    public = tmp_path / "away/public"
    public.mkdir(parents=True)
    (gap,) = [f for f in doctor.dvc(store.root, 60) if "remote" in f.what]
    assert (gap.level, gap.hint) == ("warning", "`dvc push`")
    assert "lacks 2 of 2 files" in gap.what
    # DVC by itself sends a part only.
    dvc_here(store, "push", "--quiet")
    assert there(public) == 3
    dvc_here(store, "remote", "add", "--quiet", "private", str(tmp_path / "private"))
    (tmp_path / "private").mkdir()
    mark_private(store.root, Store(store.root))
    said = [f.what for f in doctor.dvc(store.root, 60) if "remote" in f.what]
    assert said == [
        "the remote 'public' answers, and has all that belongs there",
        "2 exports or full texts for the remote 'private' alone lie in the remote 'public', too",
        "the remote 'private' lacks 2 of 2 files of the review as it is now",
    ]
