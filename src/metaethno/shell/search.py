"""Stage 1: check the search log, read every export it names, count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from metaethno import intake, tables
from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.review import RAW, is_plain_name
from metaethno.review import queries as queries_of
from metaethno.schemas import SEARCHES
from metaethno.shell import common
from metaethno.stages import STAGES

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.formats import Export


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
    runs = set(frames["searches"]["run"])
    problems += [p for p in intake.folder_problems(root) if p.file.rpartition("/")[2] in runs]
    named = frames["searches"][frames["searches"]["file"] != ""]
    twice = named[named.duplicated(["run", "file"])]
    for _, row in twice.iterrows():
        said = "another row of this table already names this export"
        problems.append(Problem("ME0317", said, row["_file"], int(row["_line"]), "file", row["file"]))
    return frames, problems + _without_file(frames["searches"], named)


def _without_file(searches: pd.DataFrame, named: pd.DataFrame) -> list[Problem]:
    """Find searches that found something, or that have files besides, and a row without one (ME0364)."""
    problems = []
    files = named.groupby(["run", "search_id"])["file"].agg("; ".join).to_dict()
    for _, row in searches[searches["file"] == ""].iterrows():
        have = files.get((row["run"], row["search_id"]), "")
        # Cells that are no number are a problem of their own.
        if have or (row["hits"].isdecimal() and int(row["hits"])):
            why = f"this search has files besides: {have}" if have else f"this one found {row['hits']}"
            said = f"only a search that found nothing has no file, but {why}"
            hint = "Name its export here; or, if it found nothing, put 0 into hits."
            hint = "Take this row out." if have else hint
            problems.append(Problem("ME0364", said, row["_file"], int(row["_line"]), "file", hint=hint))
    return problems


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

    `files`: run, file, format, parsed, sha256, query_sha256, and more of each file. `records`: run, file, file_sha256
    and the fields of `metaethno.formats`. `warnings`: what a person should look at, though every record could be read.
    `overlaps`: files of different searches with the same records.
    """

    files: pd.DataFrame
    records: pd.DataFrame
    warnings: list[Problem]
    overlaps: pd.DataFrame


# Warnings of readers that bear on the number of records.
_DOUBTFUL = ("ME0211", "ME0215")
_BROKEN_OFF = "ME0212"


def _places(problems: Iterable[Problem], codes: Iterable[str]) -> str:
    """Return the places of these warnings in words."""
    wanted = [p for p in problems if p.code in codes]
    more = f" and {len(wanted) - 3} more" if len(wanted) > 3 else ""
    return "; ".join(f"line {p.line}: {p.message.rstrip('.')}" for p in wanted[:3]) + more


def _told(path: Path, export: Export, search_id: str) -> dict[str, object]:
    """Return what a file shows of itself beyond its records: where it breaks off, is joined, is doubtful."""
    from metaethno.stages.search import looks_like, seam

    # A second header is looked for in text only; a table that a spreadsheet saved in its own format has none.
    line = seam(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", errors="replace"))
    return {
        "search_id": search_id,
        "doubtful": _places(export.problems, _DOUBTFUL),
        "broken_off": _places(export.problems, [_BROKEN_OFF]),
        "joined": f"line {line}" if line else "",
        "looks_like": looks_like(export.records["accession"]),
    }


def _repeated(files: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """Return for each file how many of its records (`run`, `search_id`, `file`, `mark`) stood in the search before."""
    known = records[records["mark"] != ""]
    counts = known[known.duplicated(["run", "search_id", "mark"])].groupby(["run", "file"]).size().to_dict()
    return files[["run", "file"]].apply(tuple, axis=1).map(counts).fillna(0).astype(int)


def _marks(records: pd.DataFrame) -> pd.Series:
    """Return what a record is known by: its accession number; where it has none, title, authors, year and DOI."""
    import pandas as pd

    numbers = records["accession"]
    bare = records[(numbers == "") & (records["title"] != "")]
    said = bare["title"].str.cat([bare[name] for name in ("authors", "year", "doi")], sep="\x1f")
    return pd.concat([numbers[~numbers.index.isin(bare.index)], said]).reindex(records.index)


def _with_mapping(problem: Problem, columns: Mapping[str, Mapping[str, str]], search_id: str) -> Problem:
    """Say under which id a mapping of headings is looked for, where there are mappings but none of this search."""
    if problem.code != "ME0201" or search_id in columns or not columns:
        return problem
    hint = (
        f"`columns` in config/review.yaml names headings for {', '.join(sorted(columns))}, but not for this search: "
        f"name them under {search_id}, or give --search-id."
    )
    return replace(problem, hint=hint)


def read_exports(root: Path, searches: pd.DataFrame, columns: Mapping[str, Mapping[str, str]]) -> Exports:
    """Read every export of the search log. Raises UserError with the problems of all files.

    `columns`: for tables, by search id, which column holds which field (`columns` in config/review.yaml).
    """
    import pandas as pd

    from metaethno import formats
    from metaethno.stages.search import overlaps

    files, records = [], []
    problems: list[Problem] = []
    warnings: list[Problem] = []
    for search in searches[searches["file"] != ""].itertuples():
        path = root / RAW / search.run / search.file
        shown = f"{RAW}/{search.run}/{search.file}"
        if not path.is_file():
            hint = "Fetch it with `dvc pull`, or put the export there and run `metaethno import`."
            problems.append(Problem("ME0301", "the export is missing", shown, hint=hint))
            continue
        try:
            export = formats.read(path, columns.get(search.search_id))
        except UserError as error:
            problems += [_with_mapping(p, columns, search.search_id) for p in _shown(error.problems, path, shown)]
            continue
        warnings += _shown(export.problems, path, shown)
        sha256 = _sha256(path)
        query = root / RAW / search.run / search.query_file if search.query_file else None
        files.append(
            {
                "run": search.run,
                "file": search.file,
                "format": export.format,
                "parsed": len(export.records),
                "sha256": sha256,
                "query_sha256": _sha256(query) if query else "",
            }
            | _told(path, export, search.search_id)
        )
        records.append(
            export.records.assign(run=search.run, search_id=search.search_id, file=search.file, file_sha256=sha256[:16])
        )
    if problems:
        raise UserError(problems)
    if not records:
        told = ["run", "file", "format", "parsed", "sha256", "query_sha256", "broken_off"]
        fields = ["run", "file", "file_sha256", *formats.RECORD_FIELDS]
        none, no_records = (pd.DataFrame(columns=names, dtype="str") for names in (told, fields))
        return Exports(none, no_records, [], pd.DataFrame())
    exported = pd.concat(records, ignore_index=True)
    told = pd.DataFrame(files)
    marked = exported[["run", "search_id", "file"]].assign(mark=_marks(exported))
    told["repeated"] = _repeated(told, marked)
    same = overlaps(marked)
    return Exports(told.drop(columns="search_id"), exported.drop(columns="search_id"), warnings, same)


def make(root: Path, config: Config) -> None:
    """Read every export; write `sources.csv` (declared and parsed counts), `prisma_s.csv` and `checks.csv`."""
    from metaethno import prisma_s
    from metaethno.stages.search import check_search, odd_sources, search

    searches = _with_lines(root, common.checked(root, "searches"))
    exports = read_exports(root, searches, config.columns)
    sources = search(searches, exports.files, exports.overlaps)
    queries = {path: (root / path).read_bytes() for path in queries_of(root)}
    common.write(root, "sources", sources)
    common.write(root, "search_prisma_s", prisma_s.table(sources, config.search))
    found = check_search(searches, queries, odd_sources(searches, exports.files))
    common.write(root, "checks", found, f"{STAGES['search'].folder}/checks.csv")


def _with_lines(root: Path, searches: pd.DataFrame) -> pd.DataFrame:
    """Return the canonical search log with the file and line of each row: only for what is said when counts differ."""
    logs, _ = tables.load_decisions(SEARCHES, root)
    logs["run"] = logs["_file"].str.split("/").str[2]
    places = logs.drop_duplicates(["run", "search_id", "file"])[["run", "search_id", "file", "_file", "_line"]]
    found = searches.merge(places, on=["run", "search_id", "file"], how="left")
    return found if found["_line"].notna().all() else searches
