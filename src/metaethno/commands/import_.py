"""`metaethno import RUN [FILE...]`: copy exports into a run, give every row its id, track the files with DVC."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from metaethno import config, review, tables
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError
from metaethno.schemas import DATE, ROWS, SEARCHES

_OURS = ("searches.csv", "rows.csv")


def _copy(files: list[Path], folder: Path) -> None:
    """Copy exports into the run's folder, once all of them could be read; a file that is there is never replaced."""
    from metaethno import formats

    problems: list[Problem] = []
    for file in files:
        target = folder / file.name
        if not file.is_file():
            problems.append(Problem("ME0310", "there is no such file", str(file)))
        elif file.name in _OURS:
            hint = "Give the export another name: the search log and the register of rows are called so."
            problems.append(Problem("ME0314", "an export can't have this name", str(file), hint=hint))
        elif target.exists() and target.read_bytes() != file.read_bytes():
            hint = "Exports are never replaced. Give the new one another name, and a row of its own in searches.csv."
            problems.append(
                Problem("ME0311", "another file of this name is in this run already", str(target), hint=hint)
            )
        else:
            try:
                formats.read(file)
            except UserError as error:
                problems += error.problems
    if problems:
        raise UserError(problems)
    for file in files:
        if not (folder / file.name).exists():
            tables.write_bytes(folder / file.name, file.read_bytes())


def _start_log(log: Path, files: list[Path]) -> None:
    """Write a search log with a row per export that was given; what only the searcher knows stays empty."""
    import pandas as pd

    rows = [{"search_id": f"S{i}", "file": file.name} for i, file in enumerate(files, 1)]
    tables.write_bytes(log, tables.to_csv(pd.DataFrame(rows, columns=SEARCHES.names, dtype=str).fillna("")))


def _track(root: Path, run: str) -> None:
    """Track the run's exports with DVC and list them in dvc.yaml, where the review is kept with DVC."""
    if not (root / ".dvc").is_dir():
        return
    import subprocess
    import sys

    from metaethno.history import pipeline

    exports = [path for path in review.exports(root) if path.startswith(f"{review.RAW}/{run}/")]
    new = [path for path in exports if not (root / f"{path}.dvc").is_file()]
    if new:
        command = [sys.executable, "-m", "dvc", "add", "--quiet", *new]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            hint = "The rows are registered. Run the same command again when this is mended."
            raise UserError(Problem("ME0315", f"DVC could not track the exports: {done.stderr.strip()}", hint=hint))
    if (root / pipeline.PATH).is_file():
        tables.write_bytes(root / pipeline.PATH, pipeline.text(root).encode())


def _unnamed(files: list[Path], named: set[str], run: str) -> list[Problem]:
    """Find files that were given to import and that no row of the search log names: they would never be read."""
    hint = f"Add a row for it to {review.RAW}/{run}/searches.csv."
    message = "no row of the search log names this export"
    names = sorted({file.name for file in files} - named)
    return [Problem("ME0302", message, f"{review.RAW}/{run}/{name}", hint=hint) for name in names]


def register_run(root: Path, run: str, files: list[Path]) -> tuple[int, int, list[Problem]]:
    """Give every exported row of `run` its id; return (rows now, rows that are new, warnings). Ids once given stay.

    A file that holds more or fewer records than the database displayed is refused before any of its rows gets an id:
    once registered it could not be exported again in place.
    """
    from metaethno.register import register
    from metaethno.shell import common, search
    from metaethno.stages.search import search as hold_against_log

    settings = config.load(root)
    frames, problems = search.checks(root, settings)
    if problems:
        raise UserError(problems)
    searches = frames["searches"][frames["searches"]["run"] == run]
    if problems := _unnamed(files, set(searches["file"]), run):
        raise UserError(problems)
    exports = search.read_exports(root, searches)
    hold_against_log(searches, exports.files)
    exported = exports.records.merge(searches[["file", "source"]], on="file", how="left")
    path = root / review.RAW / run / "rows.csv"
    if path.is_file():
        rows, problems = common.load_checked(root, settings, "rows")
        if problems:
            raise UserError(problems)
        earlier = rows.loc[rows["run"] == run, ROWS.names]
    else:
        earlier = tables.empty(ROWS)
    now = register(run, exported, earlier)
    tables.write_bytes(path, tables.to_csv(now[ROWS.names]))
    return len(now), len(now) - len(earlier), exports.warnings


def main(arguments: argparse.Namespace) -> int:
    """Import one run."""
    root = review.find_root()
    if not re.fullmatch(DATE, arguments.run):
        raise UsageError(
            Problem("ME0312", f"{arguments.run!r} is not a date; a run is named by one, such as 2026-11-22")
        )
    folder = root / review.RAW / arguments.run
    folder.mkdir(parents=True, exist_ok=True)
    _copy(arguments.files, folder)
    log = folder / "searches.csv"
    if not log.is_file():
        _start_log(log, arguments.files)
        hint = (
            f"Fill in one row per export: source, kind, day, hits …; then run `metaethno import {arguments.run}` again."
        )
        raise UserError(Problem("ME0313", "the search log of this run was started for you", str(log), hint=hint))
    total, new, warnings = register_run(root, arguments.run, arguments.files)
    _track(root, arguments.run)
    for warning in warnings:
        out.plain(str(warning))
    out.plain(f"{arguments.run}: {total:,} rows registered, {new:,} of them new.")
    return 0
