"""Two translators who worked apart, side by side: where they agree, where they differ, what was settled."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from metaethno import tables
from metaethno.findings import split_ids
from metaethno.schemas import DIFFERENCES
from metaethno.trace import LIVE


def differences(translations: pd.DataFrame, constructs: pd.DataFrame) -> pd.DataFrame:
    """Return the table `differences`: per group, construct and pair of translators who worked apart what each made.

    Two are compared on a study where both translated something of it, apart, in the same group. They *agree* where
    the concepts and the kind of relation are the same; words are shown, not compared. A difference is *settled* where
    the two made a translation together, or a person said of the versions which stand, and why.
    """
    owner = dict(zip(constructs["construct_id"], constructs["study_id"], strict=True))
    columns = ["group_id", "construct_id", "concept_id", "kind", "wording", "status", "reason", "translators", "mode"]
    versions: dict[tuple[str, str], dict[str, list[tuple[str, str, str, str, str]]]] = {}
    together: set[tuple[str, str, str]] = set()
    people: dict[tuple[str, str], set[str]] = {}
    for group, one, concept, kind, words, status, reason, who, mode in translations[columns].to_numpy().tolist():
        if one not in owner:
            continue
        if mode == "together":
            together |= {(group, one, p) for p in split_ids(who)} if status in LIVE else set()
            continue
        for person in split_ids(who):
            versions.setdefault((group, one), {}).setdefault(person, []).append((concept, kind, words, status, reason))
            people.setdefault((group, owner[one]), set()).add(person)
    out = []
    for (group, one), made in sorted(versions.items()):
        for left, right in combinations(sorted(people[group, owner[one]]), 2):
            mine, theirs = made.get(left, []), made.get(right, [])
            if not mine and not theirs:
                continue
            cells = {side: _live(rows) for side, rows in (("left", mine), ("right", theirs))}
            row = {"group_id": group, "construct_id": one, "study_id": owner[one], "left": left, "right": right}
            for side, rows in (("left", mine), ("right", theirs)):
                row[f"{side}_concepts"] = ";".join(sorted({c for c, *_ in rows}))
                row[f"{side}_kinds"] = ";".join(sorted({k for _, k, *_ in rows}))
                row[f"{side}_wording"] = " | ".join(dict.fromkeys(w for _, _, w, *_ in rows if w))
            settled = any(r[4] and r[3] in ("accepted", "rejected") for r in (*mine, *theirs)) and all(
                r[3] != "provisional" for r in (*mine, *theirs)
            )
            both = {(group, one, left), (group, one, right)} <= together
            row["state"] = (
                "agree"
                if cells["left"] and cells["left"] == cells["right"]
                else "settled"
                if both or settled
                else "differ"
                if mine and theirs
                else "one_only"
            )
            out.append(row)
    return tables.canonical(DIFFERENCES, pd.DataFrame(out, columns=DIFFERENCES.names, dtype=str))


def _live(rows: list[tuple[str, str, str, str, str]]) -> set[tuple[str, str]]:
    return {(concept, kind) for concept, kind, _, status, _ in rows if status in LIVE}
