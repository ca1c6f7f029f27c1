"""The graph under an argument: step, third-order construct, concept, translation, construct, passage, report, study.

Every arrow is many-to-many and may skip levels. `paths` follows all of them by joins of tables (linear in the number
of paths), and `support` counts what each interpretation rests on, by study.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from metaethno import tables
from metaethno.findings import long_ids
from metaethno.schemas import SUPPORT, TRACE

LIVE = ("provisional", "accepted")
_BELOW = ["concept_id", "translation_id", "construct_id", "passage_id", "report_id", "study_id", "group_id"]


@dataclass(frozen=True)
class Evidence:
    """The tables that an argument is made of. `constructs` may be the decision table or the extracted one."""

    third_order: pd.DataFrame
    third_order_support: pd.DataFrame
    line_of_argument: pd.DataFrame
    line_of_argument_support: pd.DataFrame
    concepts: pd.DataFrame
    translations: pd.DataFrame
    constructs: pd.DataFrame
    passages: pd.DataFrame
    refutations: pd.DataFrame
    group_members: pd.DataFrame


@dataclass(frozen=True)
class Paths:
    """Every path below each concept, third-order construct and step; the columns of TRACE, and `group_id`."""

    concepts: pd.DataFrame
    third_order: pd.DataFrame
    steps: pd.DataFrame


def split_constructs(constructs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return constructs, each once, and the pairs construct_id, passage_id; from either form of the table."""
    if "passage_ids" in constructs.columns:
        cited = long_ids(constructs, "passage_ids").rename(columns={"passage_ids": "passage_id"})
    else:
        cited = constructs[constructs["passage_id"] != ""]
    return constructs.drop_duplicates("construct_id"), cited[["construct_id", "passage_id"]].drop_duplicates()


def live(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a register (concepts, third-order constructs) that were not dropped."""
    return frame[frame["status"] != "dropped"]


def live_translations(translations: pd.DataFrame, concepts: pd.DataFrame) -> pd.DataFrame:
    """Return the translations that count: provisional or accepted, into a concept that was not dropped."""
    kept = translations["concept_id"].isin(live(concepts)["concept_id"])
    return translations[kept & translations["status"].isin(LIVE)]


def _leaves(e: Evidence) -> pd.DataFrame:
    """Return construct_id, passage_id, report_id, study_id: every construct down to its study."""
    nodes, cited = split_constructs(e.constructs)
    leaves = nodes[["construct_id", "study_id"]].merge(cited, on="construct_id", how="left")
    return leaves.merge(e.passages[["passage_id", "report_id"]], on="passage_id", how="left").fillna("")


def _groups_of(e: Evidence, leaves: pd.DataFrame) -> pd.DataFrame:
    """Return construct_id, group_id for constructs that are rested on without a translation.

    A construct's own membership counts; without one, the main groups of its study.
    """
    members = e.group_members
    own = members.rename(columns={"member_id": "construct_id"})[["construct_id", "group_id"]]
    own = own[own["construct_id"].isin(leaves["construct_id"])]
    main = members.loc[members["primary"] == "yes"].rename(columns={"member_id": "study_id"})
    rest = leaves[~leaves["construct_id"].isin(own["construct_id"])]
    rest = rest[["construct_id", "study_id"]].drop_duplicates().merge(main[["study_id", "group_id"]], on="study_id")
    return pd.concat([own, rest[["construct_id", "group_id"]]])


def _refutation_ends(e: Evidence, leaves: pd.DataFrame) -> pd.DataFrame:
    """Return the paths below each refutation: to the two constructs, or straight to the two studies."""
    ends = e.refutations.melt(["refutation_id", "group_id"], ["left_id", "right_id"], value_name="end_id")
    ends = ends.rename(columns={"refutation_id": "supported_by"})[["supported_by", "group_id", "end_id"]]
    down = ends.merge(leaves, left_on="end_id", right_on="construct_id")
    straight = ends[~ends["end_id"].isin(leaves["construct_id"])]
    return pd.concat([down, straight.assign(study_id=straight["end_id"])])


def _hang(parents: Iterable[str], key: str, links: pd.DataFrame, under: pd.DataFrame) -> pd.DataFrame:
    """Return the paths below `parents`: their links joined to the paths under what they link to.

    A parent that rests on nothing keeps one row, in which all below it is empty.
    """
    ids = pd.Series(list(parents), dtype=str, name=key).to_frame()
    below = ids.merge(links, on=key).merge(under, on="supported_by")
    bare = ids[~ids[key].isin(below[key])]
    columns = [c for c in [*TRACE.names, "group_id"] if c == key or c in under.columns]
    return pd.concat([below, bare]).reindex(columns=columns).fillna("").astype(str).drop_duplicates(ignore_index=True)


def paths(e: Evidence) -> Paths:
    """Follow every link of `e` down to the studies."""
    leaves = _leaves(e)
    translated = live_translations(e.translations, e.concepts)
    links = translated[["concept_id", "translation_id", "construct_id", "group_id"]]
    below = links.assign(supported_by=links["translation_id"]).merge(leaves, on="construct_id", how="left")
    into = links[["concept_id", "translation_id"]].rename(columns={"translation_id": "supported_by"})
    concepts = _hang(live(e.concepts)["concept_id"], "concept_id", into, below.drop(columns="concept_id"))
    direct = leaves.merge(_groups_of(e, leaves), on="construct_id", how="left")
    under = pd.concat(
        [
            concepts.assign(supported_by=concepts["concept_id"]),
            direct.assign(supported_by=direct["construct_id"]),
            _refutation_ends(e, leaves),
        ]
    ).reindex(columns=["supported_by", *_BELOW])
    under = under.fillna("").astype(str)
    third = _hang(live(e.third_order)["third_order_id"], "third_order_id", e.third_order_support, under)
    above = pd.concat([under.assign(third_order_id=""), third.assign(supported_by=third["third_order_id"])])
    steps = _hang(e.line_of_argument["step_id"], "step_id", e.line_of_argument_support, above)
    return Paths(concepts, third, steps)


def trace(p: Paths) -> pd.DataFrame:
    """Return the table `trace`: every path of the argument.

    Third-order constructs in no step, and concepts that nothing rests on, stand there too, with the levels above
    them empty, so that every translation can be followed upwards as far as it goes.
    """
    third = p.third_order[~p.third_order["third_order_id"].isin(p.steps["third_order_id"])]
    used = {*p.steps["concept_id"], *third["concept_id"]}
    concepts = p.concepts[~p.concepts["concept_id"].isin(used)]
    frame = (
        pd.concat([p.steps, third, concepts]).reindex(columns=TRACE.names).fillna("").drop_duplicates(ignore_index=True)
    )
    return tables.canonical(TRACE, frame)


def _largest_share(below: pd.DataFrame, key: str) -> pd.Series:
    """Return per target the share of its constructs that come from the study with most of them."""
    pairs = below.loc[below["construct_id"] != "", [key, "construct_id", "study_id"]].drop_duplicates()
    per_study = pairs.groupby([key, "study_id"]).size()
    return per_study.groupby(level=0).max() / per_study.groupby(level=0).sum()


def _support(
    kind: str, key: str, labels: pd.Series, below: pd.DataFrame, hashes: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    out = pd.DataFrame({"target_kind": kind, "target_id": labels.index, "label": labels.to_numpy()})
    for name, column in {
        "studies": "study_id",
        "reports": "report_id",
        "constructs": "construct_id",
        "groups": "group_id",
    }.items():
        pairs = below.loc[below[column] != "", [key, column]].drop_duplicates()
        out[name] = out["target_id"].map(pairs.groupby(key).size()).fillna(0).astype("Int64")
    studies = below.loc[below["study_id"] != "", [key, "study_id"]].drop_duplicates().sort_values("study_id")
    joined = {one: ";".join(ids) for one, ids in studies.groupby(key)["study_id"]}
    out["study_ids"] = [joined.get(one, "") for one in out["target_id"]]
    share = out["target_id"].map(_largest_share(below, key))
    out["largest_share"] = [f"{value:.3f}" if value == value else "" for value in share]
    out["evidence_hash"] = [hashes[kind, one] for one in out["target_id"]]
    return out


def support(e: Evidence, p: Paths, hashes: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Return the table `support`: what each concept, third-order construct and step rests on, counted by study.

    hashes: (target_kind, target_id) → evidence hash, as `evidence.hashes` gives them.
    """
    concepts = live(e.concepts).set_index("concept_id")["label"]
    third = live(e.third_order).set_index("third_order_id")["label"]
    steps = e.line_of_argument.set_index("step_id")["statement"]
    frames = [
        _support("concept", "concept_id", concepts, p.concepts, hashes),
        _support("third_order", "third_order_id", third, p.third_order, hashes),
        _support("step", "step_id", steps, p.steps, hashes),
    ]
    return tables.canonical(SUPPORT, pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True))
