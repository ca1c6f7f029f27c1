"""`metaethno todo STAGE --reviewer ID --to FORMAT`: what one person still has to decide, as a file to work in."""

from __future__ import annotations

import argparse
import shlex

from metaethno import config, review
from metaethno.commands import out
from metaethno.commands.enter_ import module_of
from metaethno.ledger import settle

_TOOLS = {"ris": "your reference manager", "rayyan": "Rayyan", "covidence": "Covidence", "asreview": "ASReview"}


def main(arguments: argparse.Namespace) -> int:
    """Write the worklist and say what is in it."""
    root = review.find_root()
    settings = config.load(root)
    settle(root)
    module = module_of(arguments.stage)
    with out.working("Writing the worklist"):
        made = module.todo(root, settings, arguments.stage, arguments)
    if made.path is None:
        out.plain(f"Nothing in {arguments.stage} waits for {arguments.reviewer}.")
        if arguments.stage == "translation" and not arguments.study:
            out.plain(
                "To open a study again (another reading, a change of mind): "
                f'metaethno todo translation --reviewer {arguments.reviewer} --study "NAME"'
            )
        return 0
    why = ", ".join(f"{count:,} {reason}" for reason, count in made.why.items())
    out.plain(f"{out.shown(made.path)}: {made.rows:,} to decide ({why}).")
    tool = {"xlsx": "sheet", "docx": "sheet", "csv": "sheet", "ris": "zotero"}.get(arguments.to, arguments.to)
    if tool == "sheet":
        file, more = shlex.quote(out.shown(made.path)), ""
    else:
        # What comes back is another file: the one that the tool exports when the work is done.
        file, more = "FILE", f" --from {tool}   (FILE: what {_TOOLS[arguments.to]} exports when you are done)"
    out.plain(f"Then: metaethno enter {arguments.stage} {file} --reviewer {arguments.reviewer}{more}")
    return 0
