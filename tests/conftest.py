"""The worked example, made once per test session in a copy of what Git tracks."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

# The commands keep hypothesis from being loaded; its plug-in for pytest needs it at the end.
import hypothesis  # noqa: F401
import pytest

from tests.worlds import REPO, call


def copy_tracked(folder: Path) -> Path:
    """Copy the review's files (not the program) into `folder`, as they are in the work tree."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True).stdout.decode()
    wanted = (
        "Snakefile",
        "workflow/",
        "profiles/",
        "config/",
        "data/",
        "reports/",
        "dvc.yaml",
        "dvc.lock",
        ".dvc",
        "engine.lock",
        ".gitignore",
    )
    for name in filter(None, names.split("\0")):
        if name.startswith(wanted) and (REPO / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPO / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of the worked example, made: exports generated, every table and page there."""
    root = copy_tracked(tmp_path_factory.mktemp("example") / "review")
    call(root, "metaethno", "lock")
    call(root, "metaethno", "example")
    call(root, "metaethno", "run")
    return root
