"""Phases 4 and 5: the studies translated into one another, as one long matrix per group.

The matrix holds every translation and every empty cell; the reading log tells "read, nothing there" from "not read".
Nothing is inferred about how studies relate: what is missing or contradictory becomes a row of the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from metaethno import tables
from metaethno.cells import each_row
from metaethno.findings import Findings, long_ids, split_ids, where
from metaethno.schemas import COVERAGE, MATRIX, READINGS
from metaethno.stages.comparing import differences, trail
from metaethno.trace import LIVE, live, live_translations, split_constructs

_FORM = "`metaethno todo translation --study NAME` opens it"


@dataclass(frozen=True)
class Translated:
    """Outcome of the stage: tables `matrix`, `coverage`, `trail`, `differences` and `checks`."""

    matrix: pd.DataFrame
    coverage: pd.DataFrame
    trail: pd.DataFrame
    differences: pd.DataFrame
    checks: pd.DataFrame


def translate(
    groups: pd.DataFrame,
    group_members: pd.DataFrame,
    relations: pd.DataFrame,
    readings: pd.DataFrame,
    concepts: pd.DataFrame,
    concept_changes: pd.DataFrame,
    translations: pd.DataFrame,
    refutations: pd.DataFrame,
    refutation_checks: pd.DataFrame,
    constructs: pd.DataFrame,
    passages: pd.DataFrame,
    report_studies: pd.DataFrame,
    studies: pd.DataFrame,
    levels: Mapping[str, str] | None = None,
    aspects: pd.DataFrame | None = None,
) -> Translated:
    """Return the matrix, how far each study is read and translated, and what is wrong.

    `constructs` may be the decision table or the extracted one. `levels`: code of a check → level, where it isn't the
    usual one.
    """
    nodes, _ = split_constructs(constructs)
    owner = nodes.set_index("construct_id")["study_id"]
    translations = translations.assign(study_id=_mapped(translations["construct_id"], owner, ""))
    standing = last_readings(readings)
    scope = _scope(_members(group_members, owner), translations, standing)
    cells = _matrix(groups, scope, standing, concepts, translations, studies)
    matrix = _with_constructs(cells, constructs, passages, report_studies)
    checked = {
        "group_members": group_members,
        "relations": relations,
        "readings": readings,
        "concepts": concepts,
        "concept_changes": concept_changes,
        "translations": translations,
        "refutations": refutations,
        "refutation_checks": refutation_checks,
    }
    if aspects is not None:
        checked["aspects"] = aspects
    found = Findings(levels)
    names = Names(nodes, concepts, groups, studies)
    found.references(checked, {"groups": groups, "constructs": nodes, "studies": studies})
    counted = live_translations(translations, concepts)
    _check_constructs(found, nodes, translations, names)
    _check_refutations(found, groups, refutations, refutation_checks, translations, names)
    _check_membership(found, group_members, concepts, translations, relations, owner, names)
    _check_readings(found, readings, standing, scope, counted, names)
    _check_dropped(found, concepts, concept_changes, translations, nodes, names)
    return Translated(
        matrix,
        _coverage(scope, standing, readings, counted),
        trail(concepts, concept_changes, translations),
        differences(translations, nodes),
        found.frame(),
    )


class Names:
    """What people call constructs, concepts, groups and studies; an id that is none of them stays as it is."""

    def __init__(
        self, nodes: pd.DataFrame, concepts: pd.DataFrame, groups: pd.DataFrame, studies: pd.DataFrame
    ) -> None:
        frames = ((concepts, "concept_id"), (groups, "group_id"), (studies, "study_id"))
        self._labels = {one: label for f, key in frames for one, label in f[[key, "label"]].to_numpy().tolist()}
        self._nodes = {one: tuple(rest) for one, *rest in nodes[["construct_id", "label", "study_id"]].to_numpy()}

    def __call__(self, one: str) -> str:
        """Return the name in quotation marks; that of a construct with its study."""
        if one in self._nodes:
            label, study = self._nodes[one]
            return f"{label!r} of {self.study(study)}" if label else one
        return repr(self._labels[one]) if self._labels.get(one) else one

    def study(self, one: str) -> str:
        """Return the name of a study, or of a construct with its study."""
        return self(one) if one in self._nodes else self._labels.get(one) or one


def last_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Return one row per group and study: the standing row of its last pass; of several, the one with the last id."""
    heads = tables.heads(READINGS, readings)
    heads = heads.assign(_pass=heads["pass"].astype(int)).sort_values(["_pass", "reading_id"], kind="stable")
    return heads.drop_duplicates(["group_id", "study_id"], keep="last")


def _mapped(ids: pd.Series, names: pd.Series, default: pd.Series | str) -> pd.Series:
    """Return `ids` looked up in `names`, as text; `default` where they are not in it."""
    return ids.map(names).astype(object).where(ids.isin(names.index), default).astype(str)


def _members(group_members: pd.DataFrame, owner: pd.Series) -> pd.DataFrame:
    """Return group_id, study_id: members, a construct standing for its study."""
    study = _mapped(group_members["member_id"], owner, group_members["member_id"])
    return group_members[["group_id"]].assign(study_id=study).drop_duplicates()


def _scope(members: pd.DataFrame, translations: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Return group_id, study_id of every column of the matrix: members, and any study read or translated there."""
    pair = ["group_id", "study_id"]
    translated = translations.loc[translations["study_id"] != "", pair]
    return pd.concat([members, translated, standing[pair]]).drop_duplicates().reset_index(drop=True)


def _grid_concepts(groups: pd.DataFrame, concepts: pd.DataFrame, translations: pd.DataFrame) -> pd.DataFrame:
    """Return group_id, concept_id of every row of the matrix.

    A concept belongs to its own group and to every group in which something is translated into it; one that has
    neither is looked for in all groups.
    """
    kept = live(concepts)[["concept_id", "group_id"]]
    used = translations.loc[translations["concept_id"].isin(kept["concept_id"]), ["concept_id", "group_id"]]
    homeless = kept[(kept["group_id"] == "") & ~kept["concept_id"].isin(used["concept_id"])]
    everywhere = homeless[["concept_id"]].merge(groups[["group_id"]], how="cross")
    return pd.concat([kept[kept["group_id"] != ""], used, everywhere]).drop_duplicates()


def _matrix(
    groups: pd.DataFrame,
    scope: pd.DataFrame,
    standing: pd.DataFrame,
    concepts: pd.DataFrame,
    translations: pd.DataFrame,
    studies: pd.DataFrame,
) -> pd.DataFrame:
    """Return the cells of the matrix, without what comes from the constructs.

    A cell that only holds rejected translations is empty; the rejected ones stand beside it with their status.
    """
    grid = _grid_concepts(groups, concepts, translations).merge(scope, on="group_id")
    read = standing[["group_id", "study_id", "position"]]
    grid = grid.merge(read, on=["group_id", "study_id"], how="left", indicator="_read")
    label = {
        "group_label": groups.set_index("group_id")["label"],
        "concept_label": concepts.set_index("concept_id")["label"],
        "study_label": studies.set_index("study_id")["label"],
    }
    for name, text in label.items():
        key = name.replace("label", "id")
        grid[name] = _mapped(grid[key], text, grid[key])
    columns = ["group_id", "concept_id", "translation_id", "construct_id", "study_id", "wording", "kind", "status"]
    filled = grid.merge(translations[columns], on=["group_id", "concept_id", "study_id"]).assign(cell="translation")
    counted = filled.loc[filled["status"].isin(LIVE), ["group_id", "concept_id", "study_id"]].drop_duplicates()
    rest = grid.merge(counted, on=["group_id", "concept_id", "study_id"], how="left", indicator="_filled")
    rest = rest[rest["_filled"] == "left_only"].drop(columns="_filled")
    rest["cell"] = rest["_read"].eq("both").map({True: "nothing_there", False: "not_read"})
    return pd.concat([filled, rest]).drop(columns="_read")


def _with_constructs(
    matrix: pd.DataFrame, constructs: pd.DataFrame, passages: pd.DataFrame, report_studies: pd.DataFrame
) -> pd.DataFrame:
    """Add the constructs' own names, and where they stand in the reports."""
    nodes, cited = split_constructs(constructs)
    citation = report_studies.drop_duplicates("report_id").set_index("report_id")["citation"]
    places = cited.merge(passages[["passage_id", "report_id", "locator"]], on="passage_id")
    places["citation"] = _mapped(places["report_id"], citation, places["report_id"])
    by = places.groupby("construct_id")
    joined = pd.DataFrame(
        {
            "locators": by["locator"].agg(lambda s: "; ".join(dict.fromkeys(s))),
            "citations": by["citation"].agg(lambda s: "; ".join(dict.fromkeys(s))),
        }
    )
    names = nodes[["construct_id", "authors_term", "label"]]
    frame = matrix.merge(names, on="construct_id", how="left").merge(joined, on="construct_id", how="left")
    frame["position"] = pd.to_numeric(frame["position"]).astype("Int64")
    text = [c for c in MATRIX.names if c != "position"]
    frame[text] = frame[text].fillna("").astype(str)
    return tables.canonical(MATRIX, frame[MATRIX.names])


def _coverage(
    scope: pd.DataFrame, standing: pd.DataFrame, readings: pd.DataFrame, counted: pd.DataFrame
) -> pd.DataFrame:
    """Return per group and study of `scope` how often it was read and what it gives; `counted` are translations."""
    pair = ["group_id", "study_id"]
    passes = tables.heads(READINGS, readings).groupby(pair)["pass"].nunique().rename("passes").reset_index()
    given = counted.groupby(pair).agg(constructs=("construct_id", "nunique"), concepts=("concept_id", "nunique"))
    frame = scope.merge(passes, on=pair, how="left").merge(standing[[*pair, "outcome"]], on=pair, how="left")
    frame = frame.merge(given.reset_index(), on=pair, how="left").fillna({"outcome": ""})
    counts = ["passes", "constructs", "concepts"]
    frame[counts] = frame[counts].fillna(0).astype("Int64")
    return tables.canonical(COVERAGE, frame[COVERAGE.names])


def _check_constructs(found: Findings, nodes: pd.DataFrame, translations: pd.DataFrame, names: Names) -> None:
    """Y3: a construct that can be translated is. A translation into a dropped concept is Y18's matter, not Y3's."""
    done = translations.loc[translations["status"].isin(LIVE), "construct_id"]
    open_ = nodes[(nodes["status"] == "translatable") & ~nodes["construct_id"].isin(done)]
    found.rows(
        "Y3",
        "constructs",
        open_,
        lambda r: [r["construct_id"]],
        lambda r: f"The construct {names(r['construct_id'])} is not translated into any concept.",
        f"Translate it, or mark it as not translatable or set aside and say why: {_FORM}.",
    )


def _check_refutations(
    found: Findings,
    groups: pd.DataFrame,
    refutations: pd.DataFrame,
    refutation_checks: pd.DataFrame,
    translations: pd.DataFrame,
    names: Names,
) -> None:
    """Y7 (looked for in each group) and Y19 (a refutational translation has a row in refutations)."""
    none = refutation_checks.loc[refutation_checks["outcome"] == "none_found", "group_id"]
    claimed = set(refutation_checks.loc[refutation_checks["outcome"] == "found", "group_id"].tolist())
    open_ = groups[~groups["group_id"].isin([*refutations["group_id"], *none])]
    found.rows(
        "Y7",
        "groups",
        open_,
        lambda r: [r["group_id"]],
        lambda r: (
            f"In the group {r['label']!r} somebody found a refutation, but nothing says which."
            if r["group_id"] in claimed
            else f"Nothing says that refutation was looked for in the group {r['label']!r}."
        ),
        f"Say on the form what is refuted, or that none was found: {_FORM}.",
    )
    written = set()
    for side in ("left_id", "right_id"):
        written |= set(zip(refutations["group_id"].tolist(), refutations[side], strict=True))
    against = translations[(translations["kind"] == "refutational") & translations["status"].isin(LIVE)]
    bare = [
        (g, construct) not in written and (g, study) not in written
        for g, construct, study in against[["group_id", "construct_id", "study_id"]].to_numpy()
    ]
    found.rows(
        "Y19",
        "translations",
        where(against, bare),
        lambda r: [r["translation_id"], r["construct_id"]],
        lambda r: (
            f"The construct {names(r['construct_id'])} is translated as refuting the concept {names(r['concept_id'])}, "
            "but no refutation of its group names it."
        ),
        f"Say on the form's sheet Refutations what it contradicts, about what, and how that is resolved: {_FORM}.",
    )


def _check_membership(
    found: Findings,
    group_members: pd.DataFrame,
    concepts: pd.DataFrame,
    translations: pd.DataFrame,
    relations: pd.DataFrame,
    owner: pd.Series,
    names: Names,
) -> None:
    """Y11: what is translated or related in a group belongs to it."""
    members = _members(group_members, owner)
    inside = set(each_row(members, "group_id", "study_id"))
    used = translations[translations["status"].isin(LIVE) & (translations["study_id"] != "")]
    outside = where(used, (p not in inside for p in each_row(used, "group_id", "study_id")))
    found.rows(
        "Y11",
        "translations",
        outside,
        lambda r: [r["translation_id"], r["study_id"]],
        lambda r: (
            f"The construct {names(r['construct_id'])} is translated in the group {names(r['group_id'])}, of which its "
            "study is no member."
        ),
        "Add the study to the group (`metaethno todo relating` writes the form), or reject the translation.",
    )
    used = used.assign(_home=_mapped(used["concept_id"], concepts.set_index("concept_id")["group_id"], ""))
    found.rows(
        "Y11",
        "translations",
        used[(used["_home"] != "") & (used["_home"] != used["group_id"])],
        lambda r: [r["translation_id"], r["concept_id"]],
        lambda r: (
            f"The concept {names(r['concept_id'])} belongs to the group {names(r['_home'])}, "
            f"not to {names(r['group_id'])}."
        ),
        "Correct the group, or leave the concept's group empty where several groups share it.",
    )
    related = long_ids(relations[relations["group_id"] != ""], "member_ids")
    related = related.assign(_study=_mapped(related["member_ids"], owner, related["member_ids"]))
    outside = where(related, (p not in inside for p in each_row(related, "group_id", "_study")))
    found.rows(
        "Y11",
        "relations",
        outside,
        lambda r: [r["relation_id"], r["member_ids"]],
        lambda r: (
            f"{names.study(r['member_ids'])} is related in the group {names(r['group_id'])}, but is no member of it."
        ),
        "Add it to the group, or correct the relation: `metaethno todo relating` writes the form.",
    )


def _check_readings(
    found: Findings,
    readings: pd.DataFrame,
    standing: pd.DataFrame,
    scope: pd.DataFrame,
    counted: pd.DataFrame,
    names: Names,
) -> None:
    """Y17: every study of a group is read for it, once per pass; 'nothing' and translations exclude one another."""
    pair = ["group_id", "study_id"]
    missing = scope.merge(standing[pair], on=pair, how="left", indicator="_read").query("_read == 'left_only'")
    found.rows(
        "Y17",
        "readings",
        missing,
        lambda r: [r["group_id"], r["study_id"]],
        lambda r: f"Nothing says that {names.study(r['study_id'])} was read for the group {names(r['group_id'])}.",
        f"Read it against the running synthesis and say what came of it: {_FORM}.",
    )
    heads = tables.heads(READINGS, readings)
    found.rows(
        "Y17",
        "readings",
        heads[heads.duplicated([*pair, "pass"])],
        lambda r: [r["reading_id"]],
        lambda r: (
            f"Reading {r['pass']} of {names.study(r['study_id'])} for the group {names(r['group_id'])} has "
            "more than one standing row."
        ),
        "Settle which one counts, and name the other in its column supersedes.",
    )
    given = counted[pair].drop_duplicates()
    found.rows(
        "Y17",
        "readings",
        standing[standing["outcome"] == "nothing"].merge(given, on=pair),
        lambda r: [r["reading_id"], r["study_id"]],
        lambda r: (
            f"Reading {names.study(r['study_id'])} for the group {names(r['group_id'])} gave nothing, "
            "but constructs of it are translated."
        ),
        "Enter a further pass with its outcome, or reject the translations.",
    )


def _check_dropped(
    found: Findings,
    concepts: pd.DataFrame,
    concept_changes: pd.DataFrame,
    translations: pd.DataFrame,
    nodes: pd.DataFrame,
    names: Names,
) -> None:
    """Y18 (nothing rests on what was dropped or set aside) and Y20 (the trail and the status agree)."""
    used = translations[translations["status"].isin(LIVE)]
    dropped = set(concepts.loc[concepts["status"] == "dropped", "concept_id"].tolist())
    found.rows(
        "Y18",
        "translations",
        used[used["concept_id"].isin(dropped)],
        lambda r: [r["translation_id"], r["concept_id"]],
        lambda r: (
            f"The concept {names(r['concept_id'])} was dropped, but {names(r['construct_id'])} is still "
            "translated into it."
        ),
        "In `metaethno todo translation --study NAME` pick a concept that stands, or reject this and say why.",
    )
    aside = nodes.loc[nodes["status"] != "translatable", "construct_id"]
    found.rows(
        "Y18",
        "translations",
        used[used["construct_id"].isin(aside)],
        lambda r: [r["translation_id"], r["construct_id"]],
        lambda r: f"The construct {names(r['construct_id'])} is marked as not to be translated, but is.",
        "Reject it (`metaethno todo translation --study NAME`), or change the construct (`todo extraction`).",
    )
    trail = long_ids(concept_changes[concept_changes["change"].isin(["drop", "merge", "split"])], "from_ids")
    # A concept may outlive a merge or a split under its own id.
    pairs = each_row(trail, "from_ids", "to_ids")
    gone = where(trail, (one not in split_ids(cell) for one, cell in pairs))
    found.rows(
        "Y20",
        "concept_changes",
        gone[~gone["from_ids"].isin(dropped)],
        lambda r: [r["change_id"], r["from_ids"]],
        lambda r: f"The concept {names(r['from_ids'])} went by a {r['change']}, but its status is not dropped.",
        "Drop the concept on the sheet Concepts of `metaethno todo translation`, or correct the trail.",
    )
    found.rows(
        "Y20",
        "concepts",
        concepts[concepts["concept_id"].isin(dropped - set(gone["from_ids"].tolist()))],
        lambda r: [r["concept_id"]],
        lambda r: f"The concept {r['label']!r} was dropped, but nothing says why.",
        "Enter the change (drop, merge or split), what it became, and why, in concept_changes.csv.",
    )
