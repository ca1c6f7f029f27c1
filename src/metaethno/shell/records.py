"""Stage 2: every exported record, normalised, under the id that the register of rows gave it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import review
from metaethno.config import Config
from metaethno.errors import Problem
from metaethno.shell import common
from metaethno.shell.search import read_exports

if TYPE_CHECKING:
    import pandas as pd


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the registers with everything wrong with them; every export must be the one that was imported."""
    frames, problems = common.check_stage(root, config, "records")
    registered = frames["rows"].groupby("run")["file_sha256"].agg(set).to_dict()
    for path in review.exports(root):
        if not (root / path).is_file():
            continue
        run = path.split("/")[2]
        known = registered.get(run, set())
        if hashlib.sha256((root / path).read_bytes()).hexdigest()[:16] in known:
            continue
        if known:
            message = "is not the file that was imported, or was not imported yet"
            hint = f"If it was edited, put the export back (`dvc checkout`); if it is new: `metaethno import {run}`."
        else:
            message, hint = "was not imported yet", f"Run `metaethno import {run}`."
        problems.append(Problem("ME0341", message, path, hint=hint))
    return frames, problems


def check(root: Path, config: Config) -> None:
    """Write the canonical registers of rows and of single finds."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Read every export again and write `records.parquet`."""
    from metaethno.stages.records import records

    searches = common.checked(root, "searches")
    exported = read_exports(root, searches, config.columns).records
    rows, manual = common.checked(root, "rows"), common.checked(root, "manual_records")
    common.write(root, "records", records(rows, searches, exported, manual), keep_order=True)
