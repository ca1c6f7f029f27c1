"""The graph under an argument: step, third-order construct, concept, translation, construct, passage, report, study.

Every arrow is many-to-many and may skip levels. `paths` follows all of them by joins of tables (linear in the number
of paths), `support` counts what each interpretation rests on, by study, and `evidence_hashes` says in one number
what that evidence is, so that it can be signed and a later change be seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from metaethno import tables
from metaethno.findings import long_ids, split_ids
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


def _support(kind: str, key: str, labels: pd.Series, below: pd.DataFrame, hashes: Mapping[str, str]) -> pd.DataFrame:
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
    out["evidence_hash"] = out["target_id"].map(hashes)
    return out


def support(e: Evidence, p: Paths) -> pd.DataFrame:
    """Return the table `support`: what each concept, third-order construct and step rests on, counted by study."""
    hashes = evidence_hashes(e)
    concepts = live(e.concepts).set_index("concept_id")["label"]
    third = live(e.third_order).set_index("third_order_id")["label"]
    steps = e.line_of_argument.set_index("step_id")["statement"]
    frames = [
        _support("concept", "concept_id", concepts, p.concepts, hashes["concept"]),
        _support("third_order", "third_order_id", third, p.third_order, hashes["third_order"]),
        _support("step", "step_id", steps, p.steps, hashes["step"]),
    ]
    return tables.canonical(SUPPORT, pd.concat([f for f in frames if len(f)] or frames[:1], ignore_index=True))


def _node(kind: str, own: Iterable[str], below: Iterable[str] = ()) -> str:
    """Return the hash of one node: its own words and the hashes of what it rests on, in an order of their own."""
    return hashlib.sha256(json.dumps([kind, list(own), sorted(below)], ensure_ascii=False).encode()).hexdigest()


def _nodes(frame: pd.DataFrame, kind: str, key: str, own: list[str], below: Mapping[str, list[str]]) -> dict[str, str]:
    words = frame[[key, *own]].astype(str).to_numpy().tolist()
    return {row[0]: _node(kind, row, below.get(row[0], ())) for row in words}


def _children(pairs: pd.DataFrame, key: str, child: str, hashes: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each parent the hashes of its children; a child that is no more (dropped) is none."""
    out: dict[str, list[str]] = {}
    for parent, one in zip(pairs[key], pairs[child], strict=True):
        if one in hashes:
            out.setdefault(parent, []).append(hashes[one])
    return out


def evidence_hashes(e: Evidence) -> dict[str, dict[str, str]]:
    """Return for each kind of target (concept, third_order, step) the evidence hash of each.

    16 hex digits of a SHA-256 over the target's own words and, level by level, the words of all it rests on. People,
    dates, the order of rows, and the steps provisional to accepted or settled change nothing; a changed text, a row
    that came in, was rejected or dropped, changes the hashes above it and no other.
    """
    nodes, cited = split_constructs(e.constructs)
    passage = _nodes(e.passages, "passage", "passage_id", ["report_id", "locator", "text", "speaker"], {})
    own = ["study_id", "authors_term", "label", "meaning", "order", "kind", "status"]
    construct = _nodes(nodes, "construct", "construct_id", own, _children(cited, "construct_id", "passage_id", passage))
    translated = live_translations(e.translations, e.concepts)
    # The ids it was compared with are a set: their order in the cell says nothing.
    compared = translated["compared_with"].map(lambda cell: ";".join(sorted(split_ids(cell))))
    translated = translated.assign(compared_with=compared)
    own = ["group_id", "kind", "wording", "compared_with", "alternative_reading"]
    under = _children(translated, "translation_id", "construct_id", construct)
    translation = _nodes(translated, "translation", "translation_id", own, under)
    under = _children(translated, "concept_id", "translation_id", translation)
    concept = _nodes(live(e.concepts), "concept", "concept_id", ["label", "definition"], under)
    ends = e.refutations.melt(["refutation_id"], ["left_id", "right_id"], value_name="end_id")
    own = ["group_id", "left_id", "right_id", "aspect", "explanation", "resolution"]
    under = _children(ends, "refutation_id", "end_id", construct)
    refutation = _nodes(e.refutations, "refutation", "refutation_id", own, under)
    below = {**construct, **concept, **refutation}
    under = _children(e.third_order_support, "third_order_id", "supported_by", below)
    own = ["label", "statement", "source", "theory"]
    third = _nodes(live(e.third_order), "third_order", "third_order_id", own, under)
    under = _children(e.line_of_argument_support, "step_id", "supported_by", {**below, **third})
    step = _nodes(e.line_of_argument, "step", "step_id", ["statement", "theory"], under)
    found = {"concept": concept, "third_order": third, "step": step}
    return {kind: {one: digest[:16] for one, digest in hashes.items()} for kind, hashes in found.items()}
