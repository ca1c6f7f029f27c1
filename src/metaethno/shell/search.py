"""Stage 1: check the search log, read every export it names, count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.review import RAW, is_plain_name
from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the search logs with everything wrong with them: names that lead out of their folder (ME0308), too."""
    frames, problems = common.check_stage(root, config, "search")
    for _, row in frames["searches"].iterrows():
        for column in ("file", "query_file"):
            name = row[column]
            if name and not is_plain_name(name):
                said = "must be the name of a file beside this table, without a folder"
                problems.append(Problem("ME0308", said, row["_file"], int(row["_line"]), column, name))
            elif name and column == "query_file" and not (root / RAW / row["run"] / name).is_file():
                said = "this query file does not exist"
                problems.append(Problem("ME0309", said, row["_file"], int(row["_line"]), column, name))
    twice = frames["searches"][frames["searches"].duplicated(["run", "file"])]
    for _, row in twice.iterrows():
        said = "another row of this table already names this export"
        problems.append(Problem("ME0317", said, row["_file"], int(row["_line"]), "file", row["file"]))
    return frames, problems


def check(root: Path, config: Config) -> None:
    """Write the canonical search log of all runs."""
    common.write_checked(root, *checks(root, config))


def _shown(problems: Iterable[Problem], path: Path, shown: str) -> list[Problem]:
    """Name the file as the user knows it: from the review's folder on."""
    return [replace(p, file=shown) if p.file == str(path) else p for p in problems]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


class Exports(NamedTuple):
    """What the exports hold.

    `files`: run, file, format, parsed, sha256, query_sha256. `records`: run, file, file_sha256 and the fields of
    `metaethno.formats`. `warnings`: what a person should look at, though every record could be read.
    """

    files: pd.DataFrame
    records: pd.DataFrame
    warnings: list[Problem]


def read_exports(root: Path, searches: pd.DataFrame) -> Exports:
    """Read every export of the search log. Raises UserError with the problems of all files."""
    import pandas as pd

    from metaethno import formats

    files, records = [], []
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for search in searches.itertuples():
        path = root / RAW / search.run / search.file
        shown = f"{RAW}/{search.run}/{search.file}"
        if not path.is_file():
            hint = "Fetch it with `dvc pull`, or put the export there and run `metaethno import`."
            problems.append(Problem("ME0301", "the export is missing", shown, hint=hint))
            continue
        try:
            export = formats.read(path)
        except UserError as error:
            problems += _shown(error.problems, path, shown)
            continue
        warnings += _shown(export.problems, path, shown)
        sha256 = _sha256(path)
        query = root / RAW / search.run / search.query_file if search.query_file else None
        files.append(
            (search.run, search.file, export.format, len(export.records), sha256, _sha256(query) if query else "")
        )
        records.append(export.records.assign(run=search.run, file=search.file, file_sha256=sha256[:16]))
    if problems:
        raise UserError(problems)
    columns = ["run", "file", "format", "parsed", "sha256", "query_sha256"]
    exported = pd.concat(records, ignore_index=True) if records else pd.DataFrame()
    return Exports(pd.DataFrame(files, columns=columns), exported, warnings)


def make(root: Path, config: Config) -> None:
    """Read every export and write `sources.csv`: declared and parsed counts."""
    from metaethno.stages.search import search

    searches = common.checked(root, "searches")
    common.write(root, "sources", search(searches, read_exports(root, searches).files))
