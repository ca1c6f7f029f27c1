"""`metaethno search lint [RUN | FILE...]`: look through the queries before they are run, or as they were."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from metaethno import lint, lint_platforms, review, tables
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
from metaethno.schemas import DATE, SEARCHES


def _logged(root: Path, run: str) -> dict[str, set[str]]:
    """Return query file -> the platforms that the search logs say it was run on, for one run or all."""
    frame, problems = tables.load_decisions(SEARCHES, root)
    if problems:
        raise UserError(problems)
    queries: dict[str, set[str]] = {}
    for row in frame.to_dict("records"):
        folder, name = Path(row["_file"]).parent, str(row["query_file"])
        if name and run in ("", folder.name) and review.is_plain_name(name):
            platform = lint_platforms.platform_of(row["platform"], row["source"])
            queries.setdefault((folder / name).as_posix(), set()).add(platform)
    return queries


def _wanted(arguments: argparse.Namespace) -> dict[Path, set[str]]:
    """Return the files to look through, each with its platforms."""
    given = arguments.what
    platform = "" if arguments.platform in (None, "other") else arguments.platform
    if given and not all(re.fullmatch(DATE, word) for word in given):
        return {Path(word): {platform} for word in given}
    root = review.find_root()
    runs = given or [""]
    if unknown := [run for run in given if run not in review.runs(root)]:
        message = f"there is no run {unknown[0]!r} with a search log.{did_you_mean(unknown[0], review.runs(root))}"
        raise UsageError(Problem("ME0312", message))
    logged = {path: names for run in runs for path, names in _logged(root, run).items()}
    return {root / path: {platform} if arguments.platform else names for path, names in sorted(logged.items())}


def _look(path: Path, platforms: set[str], shown: str) -> list[lint.Finding]:
    """Print what is found in one query; return it."""
    if not path.is_file():
        raise UserError(Problem("ME0309", "this query file does not exist", shown))
    text, found = lint.decode_query(path.read_bytes())
    if not any(f.level == "error" for f in found):
        for platform in sorted(platforms):
            found += [f for f in lint_platforms.check(text, platform) if f not in found]
    names = ", ".join(sorted(lint_platforms.NAMES.get(p, "no platform we know more of") for p in platforms))
    out.plain(f"{shown} ({names}): {_counted(found)}")
    for finding in sorted(found, key=lambda f: (f.line, f.column, f.code)):
        out.plain(f"  {finding.code} {finding.level}, line {finding.line}, column {finding.column}: {finding.message}")
        if text and finding.code != "ME0361":
            out.plain(lint.caret(text, finding))
        if finding.hint:
            out.plain(f"    to do: {finding.hint}")
    return found


def _counted(found: list[lint.Finding]) -> str:
    counts = {level: sum(f.level == level for f in found) for level in ("error", "warning", "note")}
    return ", ".join(f"{n} {level}{'s' if n > 1 else ''}" for level, n in counts.items() if n) or "nothing found"


def main(arguments: argparse.Namespace) -> int:
    """Print all findings of all query files; exit code 1 where one of them is an error."""
    wanted = _wanted(arguments)
    if not wanted:
        out.plain("No search log names a query file yet (column query_file).")
        return 0
    here = Path.cwd()
    bad = False
    for path, platforms in wanted.items():
        shown = path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)
        bad |= any(f.level == "error" for f in _look(path, platforms, shown))
    return int(bad)
