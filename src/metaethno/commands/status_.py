"""`metaethno status`: what is done, what waits for whom, what the checks say, and the next step."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict

from metaethno import intake, made, review
from metaethno.commands import out
from metaethno.ledger import settle
from metaethno.places import shown
from metaethno.stages import STAGES
from metaethno.state import State, read_state


def next_step(state: State) -> str:
    """Return the one thing to do next, in a sentence."""
    missing = [name for name, made in state.made.items() if not made]
    if missing:
        return f"Run `metaethno run`: {missing[0]} and what follows are not made yet."
    if state.open:
        work = state.open[0]
        return f"{work.count:,} {work.what} wait for {work.whom}: see {work.table}. {work.hint}"
    errors = [row for row in state.checks if row["level"] == "error"]
    if errors:
        return f"{errors[0]['message']} {errors[0]['hint']}"
    return "Nothing waits for anyone. `snakemake final` makes the final version."


def main(arguments: argparse.Namespace) -> int:
    """Print the state of the review; exit code 0."""
    root = review.find_root()
    settle(root)
    state = read_state(root)
    following = next_step(state)
    if all(state.made.values()) and (edited := made.changed_by_hand(root)):
        following = f"Run `metaethno run`: {edited[0]} was changed by hand after it was made."
    elif all(state.made.values()) and (changed := made.changed_since(root)):
        more = f" and {len(changed) - 1} more files" if len(changed) > 1 else ""
        following = f"Run `metaethno run`: {changed[0]}{more} changed since everything was made."
    loose = intake.strangers(root)
    if arguments.json:
        said = asdict(state) | {"not_imported": loose, "next": following}
        out.plain(json.dumps(said, ensure_ascii=False, indent=2))
        return 0
    waiting = Counter({w.stage: 0 for w in state.open})
    for work in state.open:
        waiting[work.stage] += work.count
    rows = []
    for stage in STAGES.values():
        done = "made" if state.made[stage.name] else "not made"
        rows.append(
            [
                str(stage.number),
                stage.name,
                done,
                state.counts.get(stage.name, ""),
                f"{waiting[stage.name]:,}" if waiting[stage.name] else "",
            ]
        )
    out.table(("", "Stage", "State", "What it holds", "Open"), rows, right={0, 4})
    if state.open:
        out.table(
            ("Waits for", "How many", "What", "Listed in"),
            [[w.whom, f"{w.count:,}", w.what, w.table] for w in state.open],
            right={1},
        )
    if state.checks:
        out.table(
            ("Check", "Level", "Where", "What was found"),
            [
                [c["code"], c["level"], shown(c["file"], int(c["line"] or 0)), c["message"]]
                for c in state.checks
                if c["level"] != "note"
            ],
        )
        notes = sum(c["level"] == "note" for c in state.checks)
        out.plain(f"{notes} notes beside these: see data/derived/9_reports/findings.csv." if notes else "")
    if state.settled:
        out.plain(f"{len(state.settled)} findings are settled by signed statements: the report has them.")
    for problem in intake.left_out(loose[:20]):
        out.plain(str(problem))
    if len(loose) > 20:
        out.plain(f"... and {len(loose) - 20:,} more files in data/raw that no search log names.")
    out.plain(f"Next: {following}")
    return 0
