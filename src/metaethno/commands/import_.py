"""`metaethno import RUN [FILE...]`: copy exports into a run, give every row its id, track the files with DVC."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from metaethno import config, review, tables
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError
from metaethno.schemas import DATE, ROWS, SEARCHES


def _copy(files: list[Path], folder: Path) -> None:
    """Copy exports into the run's folder; a file of the same name with other content is never replaced."""
    problems = []
    for file in files:
        target = folder / file.name
        if not file.is_file():
            problems.append(Problem("ME0310", "there is no such file", str(file)))
        elif target.exists() and target.read_bytes() != file.read_bytes():
            hint = "Exports are never replaced. Give the new one another name, and a row of its own in searches.csv."
            problems.append(
                Problem("ME0311", "another file of this name is in this run already", str(target), hint=hint)
            )
    if problems:
        raise UserError(problems)
    for file in files:
        if not (folder / file.name).exists():
            tables.write_bytes(folder / file.name, file.read_bytes())


def register_run(root: Path, run: str) -> tuple[int, int]:
    """Give every exported row of `run` its id; return (rows now, rows that are new). Ids once given stay."""
    from metaethno.register import register
    from metaethno.shell import common, search

    settings = config.load(root)
    frames, problems = search.checks(root, settings)
    if problems:
        raise UserError(problems)
    searches = frames["searches"][frames["searches"]["run"] == run]
    parsed, exported = search.read_exports(root, searches)
    exported = exported.merge(searches[["file", "source"]], on="file", how="left")
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
    return len(now), len(now) - len(earlier)


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
        tables.write_bytes(log, tables.to_csv(tables.empty(SEARCHES)))
        hint = f"Fill in one row per export, then run `metaethno import {arguments.run}` again."
        raise UserError(
            Problem("ME0313", "the search log of this run was made, with its header line only", str(log), hint=hint)
        )
    total, new = register_run(root, arguments.run)
    out.plain(f"{arguments.run}: {total:,} rows registered, {new:,} of them new.")
    return 0
