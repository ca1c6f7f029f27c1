"""The worked example, made once per test session in a copy of what Git tracks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the pages of a review in which every text is hostile, by the embedded engine."""
    from tests.report_site import render

    return render(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a browser for the tests of one module."""
    from tests.browser import browser

    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened
