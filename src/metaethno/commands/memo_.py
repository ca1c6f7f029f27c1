"""`metaethno memo "TEXT" --about WHAT --kind KIND --reviewer ID`: the log of memos and of reflexivity.

Nobody types an id: what a memo is about is named in words (a concept's or study's name, `step 3`), which are looked up.
Without a text the memos are listed.

Codes: ME0606 what it is about can't be told, ME0607 the text is missing.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import Any

from metaethno import config, ledger, naming, review
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError
from metaethno.naming import Named
from metaethno.schemas import MEMOS

# Table, its key, the column that names a row, and what a row is.
TARGETS = (
    ("third_order", "third_order_id", "label", "third-order construct"),
    ("line_of_argument", "step_id", "statement", "step of the argument"),
    ("concepts", "concept_id", "label", "concept"),
    ("groups", "group_id", "label", "group"),
    ("studies", "study_id", "label", "study"),
    ("report_studies", "report_id", "citation", "report"),
    ("refutations", "refutation_id", "aspect", "refutation"),
    ("constructs", "construct_id", "label", "construct"),
    ("translations", "translation_id", "wording", "translation"),
    ("passages", "passage_id", "locator", "passage"),
)


def targets(root: Path, settings: config.Config) -> list[Named]:
    """Return everything that a memo can be about, as the decisions are now."""
    from metaethno.shell import common

    found: list[Named] = []
    for table, key, name, kind in TARGETS:
        frame: Any = common.load_checked(root, settings, table)[0]
        found += [Named(row[key], row[name], kind) for row in frame.to_dict("records")]
        if table == "line_of_argument":
            found += [Named(row[key], f"step {row['position']}", kind) for row in frame.to_dict("records")]
    return list(dict.fromkeys(found))


def _list(root: Path, settings: config.Config) -> int:
    from metaethno.shell import common

    memos: Any = common.load_checked(root, settings, "memos")[0]
    if not len(memos):
        out.plain("No memo yet.")
    names = {one.id: f"{one.kind} {one.name!r}" for one in reversed(targets(root, settings))}
    for row in memos.sort_values(["written_on", "memo_id"]).to_dict("records"):
        about = names.get(row["target_id"], row["target_id"]) or "the review"
        out.plain(f"{row['written_on']}  {row['kind']}, {row['author']}, about {about}: {row['text']}")
    out.plain('Next: metaethno memo "..." --reviewer YOU [--about WHAT] [--kind reflexive]')
    return 0


def main(arguments: argparse.Namespace) -> int:
    """Enter one memo, or list them all where no text is given."""
    from metaethno.shell import common

    root = review.find_root()
    settings = config.load(root)
    ledger.settle(root)
    text = " ".join(arguments.text.split())
    if not text:
        if arguments.about or arguments.kind or arguments.reviewer:
            raise UsageError(Problem("ME0607", "the text of the memo is missing", hint='metaethno memo "..." ...'))
        return _list(root, settings)
    naming.person(arguments.reviewer, settings)
    one, called = "", "the review"
    if arguments.about:
        kinds = "concept, construct, third-order construct, study, group or report"
        hint = "A step is named by its place: `step 3`."
        about = naming.meant(targets(root, settings), arguments.about, "ME0606", kinds, hint)
        one, called = about.id, f"{about.kind} {about.name!r}"
    with ledger.entering(root) as book:
        memos, problems = common.load_checked(root, settings, "memos")
        if problems:
            raise UserError(problems)
        row = {
            "memo_id": ledger.id_maker("me-", memos["memo_id"])(),
            "target_id": one,
            "kind": arguments.kind or "analytic",
            "author": arguments.reviewer,
            "written_on": arguments.on or datetime.date.today().isoformat(),
            "text": text,
        }
        same = ("target_id", "kind", "author", "text")
        if any(all(r[c] == row[c] for c in same) for r in memos.to_dict("records")):
            out.plain("This memo is there already. Nothing was added.")
            return 0
        book.put(MEMOS, [row])
        book.commit(lambda shadow: common.load_checked(shadow, settings, "memos")[1])
    out.plain(f"Entered: a memo ({row['kind']}) by {row['author']} about {called}.")
    out.plain("Next: metaethno run")
    return 0
