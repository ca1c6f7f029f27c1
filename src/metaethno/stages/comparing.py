"""Two translators who worked apart, side by side: where they agree, where they differ, what was settled."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from metaethno import tables
from metaethno.cells import each_row
from metaethno.findings import split_ids
from metaethno.schemas import DIFFERENCES, TRAIL
from metaethno.trace import LIVE


def differences(translations: pd.DataFrame, constructs: pd.DataFrame) -> pd.DataFrame:
    """Return the table `differences`: per group, construct and pair of translators who worked apart what each made.

    Two are compared on a study where both translated something of it, apart, in the same group. They *agree* where
    the concepts and the kind of relation are the same; words are shown, not compared. A difference is *settled* where
    the two made a translation together, or a person said of the versions which stand, and why.
    """
    owner = dict(each_row(constructs, "construct_id", "study_id"))
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


_EVENTS = {
    "make": "made",
    "rename": "renamed",
    "reword": "reworded",
    "split": "split",
    "merge": "merged",
    "drop": "dropped",
}


def trail(concepts: pd.DataFrame, concept_changes: pd.DataFrame, translations: pd.DataFrame) -> pd.DataFrame:
    """Return the table `trail`: what became of each concept, in order of the days it happened on.

    A split or a merge stands in the trail of every concept that took part in it. Of a concept that nobody noted as
    made, the first translation into it is named instead.
    """
    label = dict(each_row(concepts, "concept_id", "label"))
    order = {change: n for n, change in enumerate(_EVENTS)}
    rows: list[dict[str, str]] = []
    made: set[str] = set()
    ordered = concept_changes.assign(_order=concept_changes["change"].map(order).astype(float))
    ordered = ordered.sort_values(["changed_on", "_order", "change_id"], kind="stable")
    for change in ordered.to_dict("records"):
        before, after = split_ids(change["from_ids"]), split_ids(change["to_ids"])
        said = {name: change[name] for name in ("before", "after", "why", "by", "changed_on")}
        kind = change["change"]
        if kind == "make":
            made |= set(after)
        ends = [(one, _EVENTS[kind], [o for o in after if o != one]) for one in (after if kind == "make" else before)]
        if kind in ("split", "merge"):
            word = {"split": "came_of_split", "merge": "took_in"}[kind]
            ends += [(one, word, [o for o in before if o != one]) for one in after if one not in before]
        rows += [_event(one, event, others if kind != "make" else [], label, said) for one, event, others in ends]
    first = translations[~translations["concept_id"].isin(made)]
    first = first.sort_values(["translated_on", "translation_id"], kind="stable").drop_duplicates("concept_id")
    opening = [
        _event(r["concept_id"], "first_translated", [], label,
               {"before": "", "after": "", "why": "", "by": r["translators"], "changed_on": r["translated_on"]})
        for r in first.to_dict("records")
    ]  # fmt: skip
    frame = pd.DataFrame([*opening, *rows], columns=[c for c in TRAIL.names if c != "position"], dtype=str)
    frame = frame[frame["concept_id"].isin(label)].sort_values("concept_id", kind="stable")
    frame["position"] = (frame.groupby("concept_id").cumcount() + 1).astype("Int64")
    return tables.canonical(TRAIL, frame[TRAIL.names])


def _event(one: str, event: str, others: list[str], label: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    names = "; ".join(label.get(o, o) for o in others)
    return {"concept_id": one, "concept_label": label.get(one, one), "event": event, "other_ids": ";".join(others),
            "others": names, **said}  # fmt: skip
