"""`metaethno sign [ID...] --reviewer ID`: I have read this interpretation against what it rests on.

A signature is a row of reviewed.csv with the evidence as it was. It is asked for after a person has read the tables or
the report: where these are older than the decisions, nothing is signed.

Codes: ME0601 no such interpretation, ME0602 read the new state first, ME0603 no such study.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metaethno import config, ledger, naming, review
from metaethno.commands import out
from metaethno.errors import Problem, UserError
from metaethno.naming import Named
from metaethno.places import Places, shown
from metaethno.schemas import CHANGES, REVIEWED, STALE, SUPPORT

if TYPE_CHECKING:
    from metaethno.config import Config

_WORDS = {"concept": "concept", "third_order": "third-order construct", "step": "step of the argument"}
_TABLES = {
    "passage": "passages",
    "construct": "constructs",
    "translation": "translations",
    "concept": "concepts",
    "refutation": "refutations",
    "third_order": "third_order",
    "step": "line_of_argument",
}
_SHOWN = 12


def _read(root: Path, table: Any) -> list[dict[str, str]]:
    from metaethno import tables

    path = root / table.path
    if not path.is_file():
        hint = "Run `metaethno run`, read what it makes (the report, or data/derived/8_synthesis), then sign."
        raise UserError(Problem("ME0602", "the tables of the synthesis are not made yet", table.path, hint=hint))
    rows: list[dict[str, str]] = tables.read(table, path).astype(object).fillna("").astype(str).to_dict("records")
    return rows


def _at(places: Places, change: Mapping[str, str]) -> str:
    """Return where what changed stands now, in brackets."""
    file, line = places.of({"table": _TABLES[change["item_kind"]], "ids": change["item_id"], "line": ""})
    return f" ({shown(file, line)})" if line else ""


def _waiting(stale: Sequence[Mapping[str, str]], changed: Sequence[Mapping[str, str]], places: Places) -> None:
    """Print what waits for a signature, and under each what changed."""
    if not stale:
        out.plain("Every interpretation has been signed as it is now.")
        return
    for row in stale:
        state = "changed since it was signed" if row["state"] == "stale" else "not yet signed"
        out.plain(f"{row['target_id']}  {_WORDS[row['target_kind']]}: {row['label']} ({state})")
        said = [f"{c['message']}{_at(places, c)}" for c in changed if c["target_id"] == row["target_id"]]
        for message in said[:_SHOWN]:
            out.plain(f"    {message}")
        if len(said) > _SHOWN:
            out.plain(f"    ... and {len(said) - _SHOWN:,} more: see {CHANGES.path}")
        if row["state"] == "stale" and not said:
            out.plain(f"    {row['what_changed']}")
    out.plain(
        "Next: read them against what they rest on, then `metaethno sign NAME --reviewer YOU` for each that holds."
    )


def _study(said: str, known: Sequence[str], labels: Mapping[str, str]) -> str:
    """Return the id of the study that was named; raises UserError where there is none."""
    studies = [Named(one, labels.get(one, one), "study") for one in known]
    hint = f"Studies with a construct: {', '.join(one.name for one in studies)}."
    return naming.meant(studies, said, "ME0603", "study", hint, parts=False).id if said else ""


def _chosen(said: Sequence[str], support: Mapping[str, Mapping[str, str]], steps: Mapping[str, str]) -> list[str]:
    """Return the ids of the interpretations that were named; raises UserError with all that are none."""
    known = [Named(one, row["label"], _WORDS[row["target_kind"]]) for one, row in support.items()]
    known += [Named(one, f"step {position}", _WORDS["step"]) for one, position in steps.items() if one in support]
    problems: list[Problem] = []
    chosen: list[str] = []
    for words in said:
        try:
            kinds = "concept, third-order construct or step"
            hint = "`metaethno sign` without a name lists what waits for a signature."
            chosen.append(naming.meant(known, words, "ME0601", kinds, hint, parts=False).id)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(problems)
    return list(dict.fromkeys(chosen))


def sign(root: Path, settings: Config, arguments: argparse.Namespace) -> int:
    """Sign what is asked for; print what was signed and what still differs; return the exit code."""
    from metaethno import evidence
    from metaethno.shell import common, synthesis
    from metaethno.trace import paths

    who = naming.person(arguments.reviewer, settings)
    seen = {row["target_id"]: row for row in _read(root, SUPPORT)}
    stale = _read(root, STALE)
    with ledger.entering(root) as book:
        under, problems = synthesis.evidence_now(root, settings)
        reviewed, found = common.load_checked(root, settings, "reviewed")
        if problems or found:
            raise UserError([*problems, *found])
        now = {one: cell for (_, one), cell in evidence.cells(evidence.items(under, paths(under))).items()}
        studies = evidence.studies_of(under)
        steps = dict(under.line_of_argument[["step_id", "position"]].astype(str).to_numpy().tolist())
        targets = _chosen(arguments.ids, seen, steps) or [row["target_id"] for row in stale if row["state"] == "stale"]
        read_again = [
            Problem(
                "ME0602",
                f"what {one} rests on changed after the tables were made",
                hint="Run `metaethno run`, read the new state, then sign.",
            )
            for one in targets
            if one not in now or evidence.hash_of(now[one]) != seen[one]["evidence_hash"]
        ]
        if read_again:
            raise UserError(read_again)
        known = sorted({study for cell in studies.values() for study in cell.split(";")})
        named, found = common.load_checked(root, settings, "studies")
        if found:
            raise UserError(found)
        study = _study(arguments.study, known, dict(named[["study_id", "label"]].to_numpy().tolist()))
        rows: list[dict[str, str]] = []
        said: list[str] = []
        new_id = ledger.id_maker("rv-", reviewed["review_id"])
        for one in targets:
            called = f"{_WORDS[seen[one]['target_kind']]} {seen[one]['label']!r}"
            signed = reviewed[reviewed["target_id"] == one].to_dict("records")
            cell = now[one]
            if study:
                near = evidence.nearest(signed, now[one])
                if near is None:
                    said.append(f"{called}: passed over, it has no signature yet that a single study could add to.")
                    continue
                cell = evidence.adopt(near["evidence"], now[one], study, studies)
                if set(cell.split()) == set(near["evidence"].split()):
                    continue
            digest = evidence.hash_of(cell)
            if any(r["evidence_hash"] == digest and r["reviewed_by"] == who for r in signed):
                said.append(f"{called}: signed by {who} already, nothing changed since.")
                continue
            rest = evidence.changes(cell, now[one], studies)
            left = f"; {len(rest)} other changes under it still wait: see {CHANGES.path}" if rest else ""
            said.append(f"{called}: signed by {who}{left}.")
            row = {
                "review_id": new_id(),
                "target_id": one,
                "evidence_hash": digest,
                "evidence": cell,
                "reviewed_by": who,
            }
            rows.append(row | {"reviewed_on": arguments.on or datetime.date.today().isoformat()})
        book.put(REVIEWED, rows)
        book.commit(lambda shadow: common.load_checked(shadow, settings, "reviewed")[1])
    for line in said:
        out.plain(line)
    if not rows:
        out.plain("Nothing was added.")
    else:
        out.plain("Next: metaethno run")
    return 0


def main(arguments: argparse.Namespace) -> int:
    """Sign, or list what waits for a signature where nothing is named."""
    root = review.find_root()
    settings = config.load(root)
    ledger.settle(root)
    if arguments.ids[:1] == ["statement"]:
        from metaethno.commands import sign_statement

        if len(arguments.ids) == 1:
            return sign_statement.listing(root, settings)
        return sign_statement.main(root, settings, arguments, naming.person(arguments.reviewer, settings))
    if not arguments.ids and not arguments.study:
        places = Places(lambda path: (root / path).read_bytes() if (root / path).is_file() else None)
        _waiting(_read(root, STALE), _read(root, CHANGES), places)
        return 0
    return sign(root, settings, arguments)
