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

from metaethno import config, ledger, review
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
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


def _who(settings: Config, reviewer: str) -> str:
    if not reviewer:
        message = "nobody is named who signs: add --reviewer and your id"
        raise UsageError(Problem("ME0002", message, allowed=", ".join(settings.team)))
    if reviewer not in settings.team:
        message = f"{reviewer!r} is not in `team` of {config.PATH}.{did_you_mean(reviewer, settings.team)}"
        raise UserError(Problem("ME0455", message, allowed=", ".join(settings.team)))
    return reviewer


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
    """Return the id of the study that was named, by its id or its name; raises UserError where there is none."""
    if not said or said in known:
        return said
    names = {one: labels.get(one, one) for one in known}
    found = [one for one, name in names.items() if _plain(name) == _plain(said)]
    if len(found) != 1:
        near = did_you_mean(said, [*names.values(), *known])
        message = f"no study {said!r} has a construct here.{near}"
        raise UserError(Problem("ME0603", message, allowed=", ".join(names.values())))
    return found[0]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _by_name(said: str, named: Mapping[str, Sequence[str]]) -> str:
    found = named.get(_plain(said), ())
    return found[0] if len(found) == 1 else said


def _chosen(ids: Sequence[str], support: Mapping[str, Mapping[str, str]], steps: Mapping[str, str]) -> list[str]:
    named: dict[str, list[str]] = {}
    for key, row in support.items():
        named.setdefault(_plain(row["label"]), []).append(key)
    for key, position in steps.items():
        named.setdefault(f"step {position}", []).append(key)
    # A name will do, where only one interpretation bears it; so will a step's place, as in "step 1".
    ids = [one if one in support else _by_name(one, named) for one in ids]
    problems = [
        Problem(
            "ME0601",
            f"{one!r} is no concept, third-order construct or step of this review.{did_you_mean(one, support)}",
            hint="`metaethno sign` without an id lists what waits for a signature.",
        )
        for one in ids
        if one not in support
    ]
    if problems:
        raise UserError(problems)
    return list(dict.fromkeys(ids))


def sign(root: Path, settings: Config, arguments: argparse.Namespace) -> int:
    """Sign what is asked for; print what was signed and what still differs; return the exit code."""
    from metaethno import evidence
    from metaethno.shell import common, synthesis
    from metaethno.trace import paths

    who = _who(settings, arguments.reviewer)
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
            signed = reviewed[reviewed["target_id"] == one].to_dict("records")
            cell = now[one]
            if study:
                near = evidence.nearest(signed, now[one])
                if near is None:
                    said.append(f"{one}: passed over, it has no signature yet that a single study could add to.")
                    continue
                cell = evidence.adopt(near["evidence"], now[one], study, studies)
                if set(cell.split()) == set(near["evidence"].split()):
                    continue
            digest = evidence.hash_of(cell)
            if any(r["evidence_hash"] == digest and r["reviewed_by"] == who for r in signed):
                said.append(f"{one}: signed by {who} already, nothing changed since.")
                continue
            rest = evidence.changes(cell, now[one], studies)
            left = f"; {len(rest)} other changes under it still wait: see {CHANGES.path}" if rest else ""
            said.append(f"{one}: signed by {who}{left}.")
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
            return sign_statement.listing(root)
        return sign_statement.main(root, settings, arguments, _who(settings, arguments.reviewer))
    if not arguments.ids and not arguments.study:
        places = Places(lambda path: (root / path).read_bytes() if (root / path).is_file() else None)
        _waiting(_read(root, STALE), _read(root, CHANGES), places)
        return 0
    return sign(root, settings, arguments)
