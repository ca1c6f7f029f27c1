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
from metaethno.statements import key_of, settle

if TYPE_CHECKING:
    from metaethno.config import Config

_HINT = "`metaethno sign statement` lists what a statement can settle."


def open_findings(root: Path) -> list[dict[str, str]]:
    """Return the findings that a statement can settle, in the order in which they are numbered."""
    return [row for row in read_state(root).checks if row["code"] in BY_STATEMENT]


def listing(root: Path, settings: Config) -> int:
    """Print what a statement can settle, and what was stated since the findings were made; exit code 0."""
    from metaethno.shell import common

    found = open_findings(root)
    said, problems = common.load_checked(root, settings, "statements")
    if problems:
        raise UserError(problems)
    rows = said.astype(str).to_dict("records")
    for number, row in enumerate(found, 1):
        place = shown(row["file"], int(row["line"] or 0))
        out.plain(f"{number}  {row['code']} {row['level']}, {place}: {row['message']}")
        for one in settle([row], rows)[1]:
            out.plain(f"   stated by {one['stated_by']}, counts after `metaethno run`: {one['statement']}")
    if not found:
        out.plain("Nothing that the checks found waits for a statement.")
    else:
        out.plain('Next: metaethno sign statement NUMBER... --reviewer YOU --text "..."')
    out.plain("An item of a checklist that does not apply: metaethno sign statement prisma-2020-12 --reviewer YOU ...")
    return 0


def _chosen(found: list[dict[str, str]], words: list[str]) -> list[tuple[str, str, str]]:
    """Return code, ids and what it is about in words, of each finding or item that is meant."""
    first, rest = words[0], words[1:]
    if first in keys() and not rest:
        return [(first, "", f"{first} does not apply")]
    if all(word.isdecimal() for word in words):
        if wrong := [word for word in words if not 0 < int(word) <= len(found)]:
            message = f"there is no number {', '.join(wrong)}: {len(found)} findings can be settled by a statement"
            raise UserError(Problem("ME0604", message, hint=_HINT))
        rows = [found[int(word) - 1] for word in dict.fromkeys(words)]
        return [(row["code"], row["ids"], row["message"]) for row in rows]
    fits = [r for r in found if r["code"] == first and set(rest) <= set(r["ids"].split(";"))]
    if len(fits) == 1:
        return [(fits[0]["code"], fits[0]["ids"], fits[0]["message"])]
    many = "several findings are" if fits else "no open finding is"
    known = [*keys(), *(r["code"] for r in found)]
    message = f"{many} meant by {' '.join(words)!r}.{'' if fits else did_you_mean(first, known)}"
    raise UserError(Problem("ME0604", message, hint=_HINT))


def main(root: Path, settings: Config, arguments: argparse.Namespace, who: str) -> int:
    """Enter what `who` states about one finding or several; exit code 0."""
    from metaethno.shell import common

    text = " ".join(arguments.text.split())
    chosen = _chosen(open_findings(root), arguments.ids[1:])
    if not text:
        message = f"what do you state about this? {' '.join(about for _, _, about in chosen)}"
        raise UsageError(Problem("ME0605", message, hint='Say it with --text "...", in a sentence or two.'))
    told: list[str] = []
    rows: list[dict[str, str]] = []
    with ledger.entering(root) as book:
        said, problems = common.load_checked(root, settings, "statements")
        if problems:
            raise UserError(problems)
        gone = set(said["supersedes"]) - {""}
        standing = [r for r in said.to_dict("records") if r["stated_by"] == who and r["statement_id"] not in gone]
        new_id = ledger.id_maker("st-", said["statement_id"])
        for code, ids, about in chosen:
            own = [row for row in standing if key_of(row["code"], row["ids"]) == key_of(code, ids)]
            if any(row["text"] == text for row in own):
                told.append(f"{code}: {who} has stated this already.")
                continue
            row = {
                "statement_id": new_id(),
                "supersedes": own[0]["statement_id"] if own else "",
                "code": code,
                "ids": ids,
                "text": text,
                "stated_by": who,
                "stated_on": arguments.on or datetime.date.today().isoformat(),
            }
            rows.append(row)
            told.append(f"{code}: stated by {who}: {about}")
            told += [f"    in place of: {row['text']}" for row in own[:1]]
        book.put(STATEMENTS, rows)
        book.commit(lambda shadow: common.load_checked(shadow, settings, "statements")[1])
    for line in told:
        out.plain(line)
    out.plain("Next: metaethno run" if rows else "Nothing was added.")
    return 0
