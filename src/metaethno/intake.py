"""What lies in data/raw that no search log knows of, and which runs may not change any more."""

from __future__ import annotations

import csv
import datetime
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.errors import Problem
from metaethno.review import RAW
from metaethno.schemas import DATE

if TYPE_CHECKING:
    import pandas as pd

OURS = ("searches.csv", "rows.csv")
# What systems and office programs leave behind, beside files whose names begin with '.' or '~$'.
_LITTER = ("thumbs.db", "desktop.ini")


def is_day(text: str) -> bool:
    """Tell whether `text` is a day of the calendar as YYYY-MM-DD."""
    if not re.fullmatch(DATE, text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def still_to_come(day: str) -> bool:
    """Tell whether a day (ISO date) is later than tomorrow's: where its writer sits it may be tomorrow already."""
    return day > (datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(days=1)).date().isoformat()


def _is_litter(path: Path) -> bool:
    """Tell what is none of the searches' business: litter, and the folder of full texts."""
    return path.name == "fulltext" or path.name.startswith((".", "~$")) or path.name.casefold() in _LITTER


def _known(folder: Path) -> set[str]:
    """Return the names that the search log of a run gives, and those that belong to the program and to DVC."""
    names = set(OURS)
    log = folder / "searches.csv"
    if log.is_file():
        with log.open(encoding="utf-8-sig", newline="", errors="replace") as text:
            head = text.readline()
            text.seek(0)
            for row in csv.DictReader(text, delimiter=max(",;\t", key=head.count)):
                names |= {(row.get(column) or "").strip() for column in ("file", "query_file")}
    return names | {f"{name}.dvc" for name in names}


def strangers(root: Path, run: str = "") -> list[str]:
    """Return the files in data/raw (of one run, or all) that no search log names, sorted: nobody reads them."""
    found = []
    for folder in sorted((root / RAW).glob(run or "*")):
        if _is_litter(folder):
            continue
        if not folder.is_dir():
            if folder.suffix != ".md":
                found.append(folder)
            continue
        known = _known(folder)
        found += [p for p in sorted(folder.iterdir()) if p.name not in known and not _is_litter(p)]
    return [p.relative_to(root).as_posix() + ("/" if p.is_dir() else "") for p in found]


def left_out(paths: Iterable[str]) -> list[Problem]:
    """Return a problem (ME0302) for each of these files, with the command that would take it in."""
    problems = []
    for path in paths:
        run = path.split("/")[2] if path.count("/") > 2 else "RUN"
        if path.endswith("/"):
            hint = f"Exports lie beside searches.csv: move them up to {RAW}/{run}/, or away."
            problems.append(Problem("ME0302", "a folder, whose files are not read", path, hint=hint))
            continue
        hint = f"If it is an export: `metaethno import {run} {path}`. If not, move it away: it is not read as it is."
        problems.append(Problem("ME0302", "no row of the search log names this export", path, hint=hint))
    return problems


def folder_problems(root: Path) -> list[Problem]:
    """Find folders of data/raw that are not named by a day (ME0319)."""
    hint = "Name it by the day of the run, as 2026-11-22; a second run on one day goes into the same folder."
    return [
        Problem("ME0319", "a run's folder is named by its day, as YYYY-MM-DD", f"{RAW}/{p.name}", hint=hint)
        for p in sorted((root / RAW).glob("*"))
        if p.is_dir() and not _is_litter(p) and not is_day(p.name)
    ]


def future_problems(searches: pd.DataFrame, today: datetime.date | None = None) -> list[Problem]:
    """Find searches of a day that is still to come (ME0318): a slip of the pen, such as month for day.

    Asked by people's commands only. A rule that asked would not give the same answer every day.
    """
    day = (today or datetime.date.today()).isoformat()
    late = searches[searches["searched_on"].str.fullmatch(DATE) & (searches["searched_on"] > day)]
    return [
        Problem(
            "ME0318", f"this day is still to come (today is {day})", row["_file"], int(row["_line"]),
            "searched_on", row["searched_on"], hint="Give the day on which the search was run.",
        )
        for row in late.to_dict("records")
    ]  # fmt: skip


def snapshot_of(root: Path, run: str) -> str:
    """Return which snapshot holds a run, as `1a2b3c4 of 2026-11-22`; empty where none does.

    A snapshot is a commit, on any branch or tag, whose dvc.lock names the run's register of rows: results were made
    of it, so what it holds must stay. Empty, too, where the review is not kept with Git.
    """
    command = ["git", "log", "--all", "--format=%h of %as", f"-S{RAW}/{run}/rows.csv", "--", "dvc.lock"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.split("\n") if done.returncode == 0 else []
    return next((line for line in reversed(lines) if line), "")
