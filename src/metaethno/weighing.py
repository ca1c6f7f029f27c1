"""What an argument hangs on: its graph as a list of edges, and what each interpretation loses without a study.

Sensitivity to single studies is asked for by counting only: an interpretation that falls below the number of studies
without one may still be right.
"""

from __future__ import annotations

import pandas as pd

from metaethno import tables
from metaethno.schemas import GRAPH, LEAVE_ONE_OUT
from metaethno.trace import Evidence, Paths, live, live_translations, split_constructs

_KINDS = {"third_order": "third_order_id", "step": "step_id"}


def graph(e: Evidence) -> pd.DataFrame:
    """Return the table `graph`: every link of the argument once, from what rests to what it rests on.

    What was dropped or rejected has no edges. Its size is that of the tables, however many paths there are.
    """
    nodes, cited = split_constructs(e.constructs)
    third, concepts = live(e.third_order), live(e.concepts)
    translated = live_translations(e.translations, e.concepts)
    kind_of = {
        **dict.fromkeys(nodes["construct_id"], "construct"),
        **dict.fromkeys(e.refutations["refutation_id"], "refutation"),
        **dict.fromkeys(concepts["concept_id"], "concept"),
        **dict.fromkeys(third["third_order_id"], "third_order"),
    }
    steps = e.line_of_argument_support
    steps = steps[steps["step_id"].isin(e.line_of_argument["step_id"])]
    under = e.third_order_support
    under = under[under["third_order_id"].isin(third["third_order_id"])]
    ends = e.refutations.melt(["refutation_id"], ["left_id", "right_id"], value_name="end_id")
    passages = cited.merge(e.passages[["passage_id", "report_id"]], on="passage_id")
    parts = [
        _edges("step", steps["step_id"], steps["supported_by"].map(kind_of), steps["supported_by"]),
        _edges("third_order", under["third_order_id"], under["supported_by"].map(kind_of), under["supported_by"]),
        _edges("concept", translated["concept_id"], "translation", translated["translation_id"]),
        _edges("translation", translated["translation_id"], "construct", translated["construct_id"]),
        _edges("refutation", ends["refutation_id"], ends["end_id"].map(kind_of).fillna("study"), ends["end_id"]),
        _edges("construct", cited["construct_id"], "passage", cited["passage_id"]),
        _edges("construct", nodes["construct_id"], "study", nodes["study_id"]),
        _edges("passage", passages["passage_id"], "report", passages["report_id"]),
    ]
    frame = pd.concat(parts, ignore_index=True).dropna().astype(str)
    frame = frame[(frame["above_id"] != "") & (frame["below_id"] != "")].drop_duplicates()
    return tables.canonical(GRAPH, frame)


def _edges(kind: str, above: pd.Series, below_kind: pd.Series | str, below: pd.Series) -> pd.DataFrame:
    columns = {"above_kind": kind, "above_id": above, "below_kind": below_kind, "below_id": below}
    return pd.DataFrame(columns, index=above.index)


def _lone(paths: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return `key`, study_id of what rests on one study only."""
    pairs = paths.loc[(paths[key] != "") & (paths["study_id"] != ""), [key, "study_id"]].drop_duplicates()
    return pairs[~pairs.duplicated(key, keep=False)]


def _lost(below: pd.DataFrame, key: str, part: str, lone: pd.DataFrame) -> pd.Series:
    """Return by target and study the ids of `part` that lose everything with the study, parted by ';'."""
    under = below.loc[below[part] != "", [key, part]].drop_duplicates().merge(lone, on=part).sort_values(part)
    if not len(under):
        return pd.Series(dtype=str, index=pd.MultiIndex.from_arrays([[], []], names=[key, "study_id"]))
    return under.groupby([key, "study_id"])[part].agg(";".join)


def leave_one_out(p: Paths, support: pd.DataFrame, min_studies: int) -> pd.DataFrame:
    """Return the table `leave_one_out`: each third-order construct and step without each study it rests on.

    support: the table of that name. min_studies: how many studies a third-order construct should rest on.
    """
    parts = []
    lone = {"concept_id": _lone(p.concepts, "concept_id"), "third_order_id": _lone(p.third_order, "third_order_id")}
    for kind, key in _KINDS.items():
        below = p.third_order if kind == "third_order" else p.steps
        pairs = below.loc[below["study_id"] != "", [key, "study_id", "construct_id"]].drop_duplicates()
        pairs["_own"] = (pairs["construct_id"] != "").astype(int)
        own = pairs.groupby([key, "study_id"])["_own"].sum().rename("constructs").reset_index()
        if not len(own):
            continue
        by = own.groupby(key)["constructs"].transform
        own["constructs_left"] = by("sum") - own["constructs"]
        own["studies_left"] = by("size") - 1
        total = by("sum")
        own["share"] = [f"{c / n:.3f}" if n else "" for c, n in zip(own["constructs"].tolist(), total, strict=True)]
        at = pd.MultiIndex.from_frame(own[[key, "study_id"]])
        lost = [_lost(below, key, "concept_id", lone["concept_id"]).reindex(at).fillna("").to_numpy()]
        if kind == "step":
            lost.append(_lost(below, key, "third_order_id", lone["third_order_id"]).reindex(at).fillna("").to_numpy())
        own["lost_ids"] = [";".join(part for part in row if part) for row in zip(*lost, strict=True)]
        parts.append(own.rename(columns={key: "target_id"}).assign(target_kind=kind))
    if not parts:
        return tables.empty(LEAVE_ONE_OUT)
    frame = pd.concat(parts, ignore_index=True)
    label = support.set_index(["target_kind", "target_id"])["label"]
    frame["label"] = label.reindex(pd.MultiIndex.from_frame(frame[["target_kind", "target_id"]])).to_numpy()
    left = frame["studies_left"]
    frame["state"] = "holds"
    frame.loc[(left < min_studies) & (left + 1 >= min_studies), "state"] = "falls_below"
    frame.loc[left == 0, "state"] = "nothing_left"
    return tables.canonical(LEAVE_ONE_OUT, frame[LEAVE_ONE_OUT.names])
