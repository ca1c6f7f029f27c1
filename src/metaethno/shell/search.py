"""Stage 1: check the search log, read every export it names, count."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.review import RAW, is_plain_name
from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the search logs with everything wrong with them, names that lead out of their folder included."""
    frames, problems = common.check_stage(root, config, "search")
    for _, row in frames["searches"].iterrows():
        for column in ("file", "query_file"):
            name = row[column]
            if name and not is_plain_name(name):
                said = "must be the name of a file beside this table, without a folder"
                problems.append(Problem("ME0301", said, row["_file"], int(row["_line"]), column, name))
            elif name and column == "query_file" and not (root / RAW / row["run"] / name).is_file():
                said = "this query file does not exist"
                problems.append(Problem("ME0302", said, row["_file"], int(row["_line"]), column, name))
    return frames, problems


def check(root: Path, config: Config) -> None:
    """Write the canonical search log of all runs."""
    common.write_checked(root, *checks(root, config))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def read_exports(root: Path, searches: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read every export of the search log.

    Returns one row per file (run, file, format, parsed, sha256, query_sha256) and one row per exported record
    (run, file, file_sha256 and the fields of `metaethno.formats`). Raises UserError with the problems of all files.
    """
    import pandas as pd

    from metaethno import formats

    files, records, problems = [], [], []
    for search in searches.itertuples():
        path = root / RAW / search.run / search.file
        shown = f"{RAW}/{search.run}/{search.file}"
        if not path.is_file():
            hint = "Fetch it with `dvc pull`, or put the export there and run `metaethno import`."
            problems.append(Problem("ME0303", "the export is missing", shown, hint=hint))
            continue
        try:
            export = formats.read(path)
        except UserError as error:
            problems += error.problems
            continue
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
    return pd.DataFrame(files, columns=columns), exported


def make(root: Path, config: Config) -> None:
    """Read every export and write `sources.csv`: declared and parsed counts."""
    from metaethno.stages.search import search

    searches = common.checked(root, "searches")
    parsed, _ = read_exports(root, searches)
    common.write(root, "sources", search(searches, parsed))
