"""`metaethno sign statement [WHICH] --reviewer ID --text TEXT`: what a person says where a program cannot judge.

Without WHICH it lists what can be stated, numbered. WHICH is a number of that list, a check with what it is about
(`Y4 S07`), or an item of a reporting checklist that does not apply (`prisma-2020-12`).

Codes: ME0604 nothing of this kind is open, ME0605 the text is missing.
"""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import ledger
from metaethno.check_codes import BY_STATEMENT
from metaethno.checklists.items import keys
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
from metaethno.places import shown
from metaethno.schemas import STATEMENTS
from metaethno.state import read_state
from metaethno.statements import key_of

if TYPE_CHECKING:
    from metaethno.config import Config

_HINT = "`metaethno sign statement` lists what a statement can settle."


def open_findings(root: Path) -> list[dict[str, str]]:
    """Return the findings that a statement can settle, in the order in which they are numbered."""
    return [row for row in read_state(root).checks if row["code"] in BY_STATEMENT]


def listing(root: Path) -> int:
    """Print what a statement can settle; exit code 0."""
    found = open_findings(root)
    for number, row in enumerate(found, 1):
        place = shown(row["file"], int(row["line"] or 0))
        out.plain(f"{number}  {row['code']} {row['level']}, {place}: {row['message']}")
    if not found:
        out.plain("Nothing that the checks found waits for a statement.")
    else:
        out.plain('Next: metaethno sign statement NUMBER --reviewer YOU --text "..."')
    out.plain("An item of a checklist that does not apply: metaethno sign statement prisma-2020-12 --reviewer YOU ...")
    return 0


def _chosen(found: list[dict[str, str]], words: list[str]) -> tuple[str, str, str]:
    """Return code, ids and what it is about in words."""
    first, rest = words[0], words[1:]
    if first in keys() and not rest:
        return first, "", f"{first} does not apply"
    if first.isdecimal() and not rest:
        if not 0 < int(first) <= len(found):
            message = f"there is no number {first}: {len(found)} findings can be settled by a statement"
            raise UserError(Problem("ME0604", message, hint=_HINT))
        row = found[int(first) - 1]
        return row["code"], row["ids"], row["message"]
    fits = [r for r in found if r["code"] == first and set(rest) <= set(r["ids"].split(";"))]
    if len(fits) == 1:
        return fits[0]["code"], fits[0]["ids"], fits[0]["message"]
    many = "several findings are" if fits else "no open finding is"
    known = [*keys(), *(r["code"] for r in found)]
    message = f"{many} meant by {' '.join(words)!r}.{'' if fits else did_you_mean(first, known)}"
    raise UserError(Problem("ME0604", message, hint=_HINT))


def main(root: Path, settings: Config, arguments: argparse.Namespace, who: str) -> int:
    """Enter one statement of `who`; exit code 0."""
    from metaethno.shell import common

    text = " ".join(arguments.text.split())
    code, ids, about = _chosen(open_findings(root), arguments.ids[1:])
    if not text:
        message = f"what do you state about this? {about}"
        raise UsageError(Problem("ME0605", message, hint='Say it with --text "...", in a sentence or two.'))
    with ledger.entering(root) as book:
        said, problems = common.load_checked(root, settings, "statements")
        if problems:
            raise UserError(problems)
        gone = set(said["supersedes"]) - {""}
        own = [
            row
            for row in said.to_dict("records")
            if row["stated_by"] == who
            and row["statement_id"] not in gone
            and key_of(row["code"], row["ids"]) == key_of(code, ids)
        ]
        if any(row["text"] == text for row in own):
            out.plain(f"{code}: {who} has stated this already. Nothing was added.")
            return 0
        row = {
            "statement_id": ledger.id_maker("st-", said["statement_id"])(),
            "supersedes": own[0]["statement_id"] if own else "",
            "code": code,
            "ids": ids,
            "text": text,
            "stated_by": who,
            "stated_on": arguments.on or datetime.date.today().isoformat(),
        }
        book.put(STATEMENTS, [row])
        book.commit(lambda shadow: common.load_checked(shadow, settings, "statements")[1])
    out.plain(f"{code}: stated by {who}: {about}")
    out.plain("Next: metaethno run")
    return 0
