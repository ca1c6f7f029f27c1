"""`metaethno status`: what is done, what waits for whom, what the checks say, and the next command to type.

Exit code 0, whatever it says; with `--exit-code` it tells scripts: 0 nothing is left to do, 3 something waits for a
person, 4 something is to be made (`metaethno run`). As with every command, 1: something has to be mended.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from metaethno import __version__, config, engine, intake, made, review, tables, upgrade
from metaethno.commands import out
from metaethno.config import Config
from metaethno.ledger import settle
from metaethno.places import shown
from metaethno.schemas import SEARCHES
from metaethno.stages import STAGES
from metaethno.state import LEVELS, OpenWork, State, read_state

DONE, WAITS, RUN = 0, 3, 4
# One screen: what doesn't fit is counted.
_LINES = 8


@dataclass(frozen=True)
class Standing:
    """How a review stands, and the one thing to do next. `kind`: DONE, WAITS or RUN; `old`: stages out of date."""

    title: str
    state: State
    kind: int
    next: str
    old: frozenset[str] = frozenset()
    loose: list[str] = field(default_factory=list)


def following(root: Path) -> str:
    """Return the one thing to do next in the review in `root`, in a sentence."""
    return standing(root).next


def standing(root: Path) -> Standing:
    """Return how the review in `root` stands. Raises UserError where settings or tables can't be understood."""
    settings = config.load(root)
    upgrade.check_version(root)
    state = read_state(root)
    loose = intake.strangers(root)
    done = "Nothing waits for anyone. `metaethno run final` makes the final version."
    old = made.behind(root)
    found = Standing(settings.review.title, state, DONE, done, old, loose)
    if said := _searches(root, settings, loose):
        return replace(found, kind=WAITS, next=said)
    if said := _program(root):
        return replace(found, kind=WAITS, next=said)
    if missing := [name for name, made in state.made.items() if not made]:
        return replace(found, kind=RUN, next=f"Run `metaethno run`: {missing[0]} and what follows are not made yet.")
    if edited := made.changed_by_hand(root):
        old = frozenset(name for name, stage in STAGES.items() if edited[0].startswith(f"{stage.folder}/"))
        said = f"Run `metaethno run`: {edited[0]} was changed by hand after it was made."
        return replace(found, kind=RUN, next=said, old=found.old | old)
    if changed := made.changed_since(root):
        more = f" and {len(changed) - 1} more files" if len(changed) > 1 else ""
        said = f"Run `metaethno run`: {changed[0]}{more} changed since everything was made."
        return replace(found, kind=RUN, next=said)
    if old:
        first = next(name for name in STAGES if name in old)
        said = f"Run `metaethno run`: what {first} was made from has changed since."
        return replace(found, kind=RUN, next=said)
    if state.open:
        return replace(found, kind=WAITS, next=_work(state.open[0], settings))
    if errors := [row for row in state.checks if row["level"] == "error"]:
        message = errors[0]["message"]
        said = f"{message}{'' if message.endswith(('.', '!', '?')) else '.'} {_signed(errors[0]['hint'], settings)}"
        return replace(found, kind=WAITS, next=said[:1].upper() + said[1:])
    return found


def _searches(root: Path, settings: Config, loose: list[str]) -> str:
    """Return what is to be done about the searches before anything can be made of them; nothing where all is well."""
    runs = review.runs(root)
    for run in runs:
        shown = f"{review.RAW}/{run}/searches.csv"
        header, rows, lines, problems = tables.read_rows(root / shown, shown)
        if problems or (problems := tables.header_problems(SEARCHES, header, shown, ())):
            return f"Mend the search log. {problems[0]}"
        required = [c.name for c in SEARCHES.columns if c.required]
        for row, line in zip(rows, lines, strict=True):
            cells = dict(zip(header, row, strict=False))
            if lacking := [name for name in required if not cells.get(name, "").strip()]:
                what = cells.get("file", "").strip() or f"line {line}"
                return f"Fill in {', '.join(lacking)} of {what} in {shown}; then `metaethno import {run}`."
        if rows and not (root / review.RAW / run / "rows.csv").is_file():
            return f"Type `metaethno import {run}`: its exports are not registered yet."
    if missing := [path for path in review.exports(root) if not (root / path).is_file()]:
        return f"Fetch the exports with `dvc pull`: {missing[0]} is not there."
    if loose:
        return intake.left_out(loose)[0].hint
    if not runs and not _has_single_finds(root):
        day = datetime.date.today().isoformat()
        criteria = "" if settings.criteria.criteria else f"Write your criteria into {config.PATH}. Then b"
        return (
            f"{criteria or 'B'}ring in the exports of your first search, under the day it was run: "
            f"`metaethno import {day} FILE...`."
        )
    return ""


def _program(root: Path) -> str:
    """Return what to do where the results are another version's; by its number: to hash the code takes too long."""
    path = root / engine.LOCK
    if not path.is_file():
        return "Type `metaethno lock`: it notes which program makes the results."
    said = re.search(r"^version: ['\"]?([^'\"\n]+)", path.read_text(encoding="utf-8", errors="replace"), re.M)
    if said and said[1] != __version__:
        return f"Type `metaethno upgrade`: the results are of metaethno {said[1]}, and {__version__} is installed."
    return ""


def _has_single_finds(root: Path) -> bool:
    from metaethno.schemas import MANUAL_RECORDS

    path = root / MANUAL_RECORDS.path
    return path.is_file() and bool(tables.read_rows(path, MANUAL_RECORDS.path)[1])


def _work(work: OpenWork, settings: Config) -> str:
    """Return what to do about something that waits, with the id of the person it waits for, where that is one."""
    waits = "wait" if work.count != 1 else "waits"
    hint = _signed(work.hint, settings, work.whom)
    return f"{work.count:,} {work.what} {waits} for {work.whom}: see {work.table}. {hint}"


def _signed(hint: str, settings: Config, whom: str = "") -> str:
    """Put the id of the person into a hint: of `whom`, or of the only one there is."""
    one = whom if whom in settings.team else next(iter(settings.team)) if len(settings.team) == 1 else ""
    return hint.replace("--reviewer ID", f"--reviewer {one}") if one else hint


# ------------------------------------------------------------------------------------------------ the screen


def main(arguments: argparse.Namespace) -> int:
    """Print how the review stands; the exit code is 0, or as `--exit-code` asks for."""
    root = review.find_root()
    settle(root)
    found = standing(root)
    if arguments.json:
        levels = Counter(row["level"] for row in found.state.checks)
        said = asdict(found.state) | {"not_imported": found.loose, "next": found.next}
        said |= {"levels": {level: levels[level] for level in LEVELS}, "exit_code": found.kind}
        said |= {"out_of_date": [name for name in STAGES if name in found.old]}
        out.plain(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        _show(found)
    return found.kind if arguments.exit_code else 0


def _show(found: Standing) -> None:
    state = found.state
    out.plain(found.title)
    waiting: Counter[str] = Counter()
    for work in state.open:
        waiting[work.stage] += work.count
    rows = []
    for stage in STAGES.values():
        done = "not made" if not state.made[stage.name] else "out of date" if stage.name in found.old else "made"
        n = f"{waiting[stage.name]:,}" if waiting[stage.name] else ""
        rows.append([str(stage.number), stage.name, done, state.counts.get(stage.name, ""), n])
    styles = {"made": "green", "out of date": "yellow", "not made": "yellow"}
    out.table(("", "Stage", "State", "What it holds", "Open"), rows, right={0, 4}, styles=styles)
    if any(row[2] == "out of date" for row in rows):
        out.plain("Stages that are out of date show what they held when they were made last.")
    if state.open:
        out.table(
            ("Waits for", "How many", "What", "Listed in"),
            [[w.whom, f"{w.count:,}", w.what, w.table] for w in state.open],
            right={1},
        )
    levels = Counter(row["level"] for row in state.checks)
    out.plain("Checks: " + ", ".join(f"{levels[v]:,} {v}{'' if levels[v] == 1 else 's'}" for v in LEVELS) + ".")
    told = [row for row in state.checks if row["level"] != "note"]
    if told:
        styles = {"error": "bold red", "warning": "yellow"}
        cells = [[c["code"], c["level"], shown(c["file"], int(c["line"] or 0)), c["message"]] for c in told[:_LINES]]
        out.table(("Check", "Level", "Where", "What was found"), cells, styles=styles)
    if len(state.checks) > min(len(told), _LINES):
        out.plain("All of them: data/derived/9_reports/findings.csv.")
    if state.settled:
        many = "1 finding is" if len(state.settled) == 1 else f"{len(state.settled)} findings are"
        out.plain(f"{many} settled by signed statements: the report has them.")
    for problem in intake.left_out(found.loose[:3]):
        out.plain(str(problem))
    if len(found.loose) > 3:
        out.plain(f"... and {len(found.loose) - 3:,} more files in data/raw that no search log names.")
    out.plain(f"Next: {found.next}")
