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

from metaethno import config, ledger, review
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
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
_SHOWN = 12


def targets(root: Path, settings: config.Config) -> list[tuple[str, str, str]]:
    """Return id, name and kind of everything that a memo can be about, as the decisions are now."""
    from metaethno.shell import common

    found: list[tuple[str, str, str]] = []
    for table, key, name, kind in TARGETS:
        frame: Any = common.load_checked(root, settings, table)[0]
        found += [(row[key], row[name], kind) for row in frame.to_dict("records")]
        if table == "line_of_argument":
            found += [(row[key], f"step {row['position']}", kind) for row in frame.to_dict("records")]
    return list(dict.fromkeys(found))


def resolve(known: list[tuple[str, str, str]], words: str) -> tuple[str, str]:
    """Return the id that `words` mean, and how to call it; raises UserError where none is meant, or several."""
    said = " ".join(words.split()).casefold()
    tries = (
        lambda row: row[0].casefold() == said,
        lambda row: row[1].casefold() == said,
        lambda row: said in row[1].casefold(),
    )
    for fits in tries:
        meant = [row for row in known if said and fits(row)]
        # A study is mostly called as its report is: then the study is meant.
        studies = {row[1] for row in meant if row[2] == "study"}
        meant = [row for row in meant if row[2] != "report" or row[1] not in studies]
        ids = list(dict.fromkeys(row[0] for row in meant))
        if len(ids) == 1:
            return ids[0], f"{meant[0][2]} {meant[0][1]!r}"
        if ids:
            allowed = "; ".join(f"{name!r} ({kind}, {one})" for one, name, kind in meant[:_SHOWN])
            hint = "Say more of its name, or its id."
            raise UserError(Problem("ME0606", f"{words!r} means several things here", allowed=allowed, hint=hint))
    hint = "Name a concept, construct, third-order construct, study, group or report, or say `step 3`."
    near = did_you_mean(words, [row[1] for row in known])
    raise UserError(Problem("ME0606", f"nothing in this review is called {words!r}.{near}", hint=hint))


def _list(root: Path, settings: config.Config) -> int:
    from metaethno.shell import common

    memos: Any = common.load_checked(root, settings, "memos")[0]
    if not len(memos):
        out.plain("No memo yet.")
    names = {one: f"{kind} {name!r}" for one, name, kind in reversed(targets(root, settings))}
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
    if arguments.reviewer not in settings.team:
        message = f"{arguments.reviewer!r} is not in `team` of {config.PATH}."
        message += did_you_mean(arguments.reviewer, settings.team)
        hint = "Say who writes it: --reviewer ID."
        raise UserError(Problem("ME0455", message, allowed=", ".join(settings.team), hint=hint))
    one, called = resolve(targets(root, settings), arguments.about) if arguments.about else ("", "the review")
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
