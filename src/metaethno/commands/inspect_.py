"""`metaethno inspect FILE...`: what kind of export is this, and what is in it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from metaethno.commands import out
from metaethno.errors import UserError, printable


def _mappings() -> tuple[dict[str, dict[str, str]], dict[Path, str]]:
    """Return the column mappings of the review around us, by search, and of which search each logged export is."""
    from metaethno import config, review, tables
    from metaethno.schemas import SEARCHES

    try:
        root = review.find_root()
        columns = config.load(root).columns
    except UserError:  # a look at a file needs no review, and no sound one
        return {}, {}
    if not columns:
        return {}, {}
    log, _ = tables.load_decisions(SEARCHES, root)
    rows = log[log["file"] != ""].to_dict("records")
    return columns, {(root / row["_file"]).parent.joinpath(row["file"]).resolve(): row["search_id"] for row in rows}


def _look(file: Path, columns: dict[str, dict[str, str]], search: str) -> dict[str, Any]:
    """Look at one file: with the mapping of its search; one of no search that can't be read, with that of another."""
    from metaethno import formats

    (entry,) = formats.inspect([file], columns.get(search))
    candidates = sorted(columns) if entry["format"] == "unknown" and not search else []
    for candidate in candidates:
        (mapped,) = formats.inspect([file], columns[candidate])
        if mapped["format"] != "unknown":
            entry, search = mapped, candidate
            break
    if search in columns:
        entry["remarks"].append(f"Read with the headings of the search {search} (`columns` in config/review.yaml).")
    return entry


def main(arguments: argparse.Namespace) -> int:
    """Print what each file is and holds; exit code 1 where a file can't be read or something in it is doubtful."""
    mappings, logged = _mappings()
    found = [_look(file, mappings, logged.get(Path(file).resolve(), "")) for file in arguments.files]
    bad = any(entry["problems"] for entry in found)
    if arguments.json:
        out.plain(json.dumps(found, ensure_ascii=False, indent=2))
        return int(bad)
    columns = ("file", "format", "records", "with_title", "with_authors", "with_year", "with_doi", "with_abstract")
    heads = ("File", "Format", "Records", "Title", "Authors", "Year", "DOI", "Abstract", "Accession")
    cells = [[str(entry[c]) for c in (*columns, "with_accession")] for entry in found]
    # The whole path stands below; here it would be folded to the width of a few letters.
    out.table(heads, [[printable(Path(row[0]).name), *row[1:]] for row in cells], right=set(range(2, 9)))
    for entry in found:
        name = printable(entry["file"])
        if entry["about"]:
            out.plain(f"{name}: {entry['about']}.")
        for remark in entry["remarks"]:
            out.plain(f"{name}: {remark}")
        for problem in entry["problems"]:
            out.plain(str(problem))
    return int(bad)
