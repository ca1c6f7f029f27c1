"""`metaethno fulltext add FILE...` files full texts under the records they are of; `fulltext list` says what there is.

Codes: ME0431 which record a file is can't be told, ME0432 several records fit, ME0433 no kind of text that can be
read, ME0434 another text is there already.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from metaethno import config, ledger, review
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError

_MISSING = {"include", "undecided", "conflict", "awaiting", "not_yet_retrieved"}


def _list(root: Path) -> int:
    from metaethno.shell import filing

    frame = filing.standing(root)
    has = frame["fulltext"].ne("")
    rows = [[r["called"], r["outcome"].replace("_", " "), r["fulltext"]] for r in frame[has].to_dict("records")]
    if rows:
        out.table(("Full texts that are there", "Report", "File"), rows)
    wanted = frame[~has & frame["outcome"].isin(_MISSING)]
    if len(wanted):
        rows = [[r["called"], r["outcome"].replace("_", " ")] for r in wanted.to_dict("records")]
        out.table(("Without a full text here", "Report"), rows)
        out.plain("Next: metaethno fulltext add FILE...")
    elif not len(frame):
        out.plain("No full text is sought yet.")
    return 0


def _add(root: Path, arguments: argparse.Namespace) -> int:
    from metaethno.shell import filing, quotations
    from metaethno.shell.fulltexts import FOLDER

    if not arguments.files:
        raise UsageError(Problem("ME0001", "no file is named", hint="metaethno fulltext add FILE..."))
    if arguments.title and len(arguments.files) != 1:
        hint = "Say it of one file at a time."
        raise UsageError(Problem("ME0001", "--for names the record of one file", hint=hint))
    with out.working("Reading the first pages"):
        done = filing.add(root, arguments.files, arguments.title, also=arguments.also)
    for file, name, called, how in done.new:
        out.plain(f"{file.name}: {called} (by {how}); filed as {FOLDER}/{name}")
    for file, name in done.there:
        out.plain(f"{file.name}: there already, as {FOLDER}/{name}")
    looked = quotations.refresh(root) if done.new or done.there else 0
    if looked:
        out.plain(f"{out.count(looked, 'quotation')} looked for in them.")
    if done.new:
        out.plain("Next: metaethno run")
    if done.problems:
        left = out.count(len({p.file for p in done.problems}), "file")
        raise UserError(done.problems, done=f"{left} not filed; what is listed above was.")
    return 0


def main(arguments: argparse.Namespace) -> int:
    """File full texts, or list them; exit code 1 where a file is left over."""
    root = review.find_root()
    config.load(root)
    ledger.settle(root)
    return _add(root, arguments) if arguments.action == "add" else _list(root)
