"""Phase 6: what the argument rests on, from each step down to the studies, and what has changed since it was signed.

The program follows links and counts; it writes no interpretation and judges none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from metaethno import evidence, tables
from metaethno.cells import each_row
from metaethno.config import Synthesis
from metaethno.findings import Findings, where
from metaethno.schemas import CHANGES, STALE, TABLES
from metaethno.trace import Evidence, Paths, live, paths, split_constructs, support, trace
from metaethno.weighing import graph, leave_one_out


@dataclass(frozen=True)
class Synthesised:
    """Outcome of the stage: tables `trace`, `support`, `graph`, `leave_one_out`, `stale`, `changes` and `checks`."""

    trace: pd.DataFrame
    support: pd.DataFrame
    graph: pd.DataFrame
    leave_one_out: pd.DataFrame
    stale: pd.DataFrame
    changes: pd.DataFrame
    checks: pd.DataFrame


def synthesise(
    third_order: pd.DataFrame,
    third_order_support: pd.DataFrame,
    line_of_argument: pd.DataFrame,
    line_of_argument_support: pd.DataFrame,
    reviewed: pd.DataFrame,
    memos: pd.DataFrame,
    concepts: pd.DataFrame,
    translations: pd.DataFrame,
    constructs: pd.DataFrame,
    passages: pd.DataFrame,
    refutations: pd.DataFrame,
    groups: pd.DataFrame,
    group_members: pd.DataFrame,
    report_studies: pd.DataFrame,
    included_studies: pd.DataFrame,
    settings: Synthesis,
    sampling: pd.DataFrame | None = None,
    levels: Mapping[str, str] | None = None,
    statements: pd.DataFrame | None = None,
) -> Synthesised:
    """Return the trace of the argument, its support by study, what is stale or unsigned, and what is wrong.

    `constructs` may be the decision table or the extracted one. `sampling` tells which studies are left out of the
    synthesis and which have thin data. `levels`: code of a check → level, where it isn't the usual one. Where
    `statements` are given, one is asked for on what the synthesis says beyond its studies.
    """
    under = Evidence(
        third_order,
        third_order_support,
        line_of_argument,
        line_of_argument_support,
        concepts,
        translations,
        constructs,
        passages,
        refutations,
        group_members,
    )
    below = paths(under)
    studies = evidence.studies_of(under)
    items = evidence.items(under, below, studies)
    counted = support(under, below, evidence.hashes(items))
    open_ = stale(counted, reviewed)
    changed = changes(open_, items, reviewed, studies)
    found = Findings(levels)
    _check_ids(found, under, reviewed, memos, groups, report_studies, included_studies)
    _check_studies(found, under, below, included_studies, sampling)
    _check_support(found, counted, groups, sampling, settings)
    _check_repetition(found, counted, below, under)
    _check_argument(found, under, below, settings)
    _check_signatures(found, reviewed)
    if statements is not None:
        _ask_what_is_new(found, under)
    said = what_changed(changed, under, report_studies, included_studies)
    open_ = _with_changes(open_, changed)
    without = leave_one_out(below, counted, settings.min_studies)
    said = tables.canonical(CHANGES, said)
    return Synthesised(trace(below), counted, graph(under), without, open_, said, found.frame())


def stale(counted: pd.DataFrame, reviewed: pd.DataFrame) -> pd.DataFrame:
    """Return the interpretations of `counted` (table `support`) that nobody has signed against their present evidence.

    An interpretation is fresh when any signature bears the hash of its evidence as it is now: so neither the order
    of rows nor two signatures of one day matter, and evidence that was put back as it was needs no new signature.
    A concept into which nothing is translated (yet, or any more) has no evidence that could be read: it waits for no
    first signature. One that was signed and lost its evidence is stale.
    """
    fresh = set(each_row(reviewed, "target_id", "evidence_hash"))
    bare = counted["target_kind"].eq("concept") & counted["constructs"].eq(0)
    counted = counted[~bare | counted["target_id"].isin(reviewed["target_id"])]
    pairs = each_row(counted, "target_id", "evidence_hash")
    open_ = where(counted, (p not in fresh for p in pairs))[["target_kind", "target_id", "label", "evidence_hash"]]
    last = reviewed.sort_values(["reviewed_on", "review_id"], kind="stable").drop_duplicates("target_id", keep="last")
    last = last.rename(columns={"reviewed_by": "signed_by", "reviewed_on": "signed_on"})
    out = open_.merge(last[["target_id", "signed_by", "signed_on"]], on="target_id", how="left").fillna("")
    out["state"] = out["signed_by"].eq("").map({True: "not_reviewed", False: "stale"})
    out["what_changed"] = ""
    return tables.canonical(STALE, out[STALE.names])


def changes(
    open_: pd.DataFrame, items: pd.DataFrame, reviewed: pd.DataFrame, studies: Mapping[str, str]
) -> pd.DataFrame:
    """Return evidence.CHANGED: what differs between each stale interpretation and the signature nearest to it.

    open_: the table `stale`; items: evidence.ITEMS; studies: item → study ids, as `evidence.studies_of` gives them.
    """
    behind = open_[open_["state"] == "stale"]
    signed = reviewed[reviewed["target_id"].isin(behind["target_id"])]
    rows = {str(one): part.to_dict("records") for one, part in signed.groupby("target_id")}
    now = evidence.cells(items[items["target_id"].isin(behind["target_id"])])
    out: list[dict[str, str]] = []
    for kind, one in behind[["target_kind", "target_id"]].to_numpy().tolist():
        nearest = evidence.nearest(rows[one], now[kind, one])
        if nearest is not None:
            found = evidence.changes(nearest["evidence"], now[kind, one], studies)
            out += [{"target_kind": kind, "target_id": one, **change} for change in found]
    return pd.DataFrame(out, columns=evidence.CHANGED, dtype=str)


_WORDS = {"third_order": "third-order construct"}
_REGISTERS = {
    "concept": ("concepts", "concept_id", "label"),
    "third_order": ("third_order", "third_order_id", "label"),
    "construct": ("constructs", "construct_id", "label"),
    "translation": ("translations", "translation_id", "wording"),
    "passage": ("passages", "passage_id", "locator"),
    "refutation": ("refutations", "refutation_id", "aspect"),
    "step": ("line_of_argument", "step_id", "statement"),
}


def _gone(kind: str, row: Mapping[str, str] | None) -> str:
    """Return in words what became of something that an interpretation no longer rests on."""
    if row is None:
        return "is no longer there"
    status = row.get("status", "")
    words = {
        "rejected": "was rejected",
        "dropped": "was dropped",
        "not_translatable": "was marked as not translatable",
        "set_aside": "was set aside",
    }
    return words.get(status, "no longer belongs to it")


def _main_first(links: pd.DataFrame) -> pd.DataFrame:
    """Return reports of studies in the order in which a study is called by them: its main report first."""
    order = links["role"].map({"main": 0, "companion": 1}).fillna(2)
    return links.assign(_order=order).sort_values("_order", kind="stable").drop(columns="_order")


def what_changed(
    changed: pd.DataFrame, e: Evidence, report_studies: pd.DataFrame, included_studies: pd.DataFrame
) -> pd.DataFrame:
    """Return the table `changes`: each row of evidence.CHANGED with a sentence that a person understands."""
    named = {}
    for kind, (table, key, label) in _REGISTERS.items():
        frame: pd.DataFrame = getattr(e, table)
        named[kind] = {row[key]: (row[label], row) for row in frame.astype(str).to_dict("records")}
    citations = _main_first(pd.concat([report_studies, included_studies]))[["study_id", "citation"]]
    citations = citations[citations["citation"] != ""].drop_duplicates("study_id")
    cited = dict(each_row(citations, "study_id", "citation"))
    said = []
    for row in changed.to_dict("records"):
        kind, one = row["item_kind"], row["item_id"]
        label, known = named.get(kind, {}).get(one, ("", None))
        name = f"the {_WORDS.get(kind, kind)} {label!r} ({one})" if label else f"the {_WORDS.get(kind, kind)} {one}"
        if kind == row["target_kind"] and one == row["target_id"]:
            text = "Its own words, or what it names as its support, changed."
        else:
            by = {"added": "came in", "changed": "was changed", "removed": _gone(kind, known)}[row["change"]]
            text = f"{name[0].upper()}{name[1:]} {by}."
        about = ", ".join(cited.get(s, s) for s in row["study_ids"].split(";") if s)
        said.append(f"{text[:-1]}: {about}." if about else text)
    return changed.assign(message=said)[CHANGES.names]


def _with_changes(open_: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """Return the table `stale` with one cell on what changed: how many items of which kind, and of which studies."""
    counted: dict[tuple[str, str], str] = {}
    words = {"added": "new", "changed": "changed", "removed": "gone"}
    for (kind, one), part in changed.groupby(["target_kind", "target_id"]):
        sizes = part.groupby(["change", "item_kind"], sort=True).size()
        parts = [f"{words[c]}: {n} {_WORDS.get(k, k)}{'s' * (n > 1)}" for (c, k), n in sizes.items()]
        studies = sorted({s for cell in part["study_ids"] for s in cell.split(";") if s})
        counted[str(kind), str(one)] = "; ".join(parts) + (f" (studies: {', '.join(studies)})" if studies else "")
    unknown = "the signature doesn't say what the evidence was"
    pairs = each_row(open_, "target_kind", "target_id", "state")
    cell = [counted.get((k, one), unknown) if state == "stale" else "" for k, one, state in pairs]
    return tables.canonical(STALE, open_.assign(what_changed=cell))


def _check_signatures(found: Findings, reviewed: pd.DataFrame) -> None:
    """Y21: nobody changed the evidence of a signature afterwards."""
    kept = reviewed[reviewed["evidence"] != ""]
    wrong = kept["evidence"].map(evidence.hash_of) != kept["evidence_hash"]
    found.rows(
        "Y21",
        "reviewed",
        kept[wrong.astype(bool)],
        lambda r: [r["review_id"], r["target_id"]],
        lambda r: f"The signature of {r['reviewed_by']} under {r['target_id']} doesn't fit the evidence it names.",
        "Put the row back as it was: `metaethno sign` writes these cells, and nobody changes them.",
    )


def _check_ids(
    found: Findings,
    e: Evidence,
    reviewed: pd.DataFrame,
    memos: pd.DataFrame,
    groups: pd.DataFrame,
    report_studies: pd.DataFrame,
    included_studies: pd.DataFrame,
) -> None:
    """Y1: links, signatures and memos lead somewhere, and no id stands for two things."""
    nodes, _ = split_constructs(e.constructs)
    kinds = {
        "concepts": e.concepts["concept_id"],
        "constructs": nodes["construct_id"],
        "refutations": e.refutations["refutation_id"],
        "third_order": e.third_order["third_order_id"],
        "line_of_argument": e.line_of_argument["step_id"],
    }
    found.one_meaning(kinds)
    found.references(
        {"third_order_support": e.third_order_support, "line_of_argument_support": e.line_of_argument_support},
        {
            "third_order": e.third_order,
            "line_of_argument": e.line_of_argument,
            "concepts": e.concepts,
            "constructs": nodes,
            "refutations": e.refutations,
        },
    )
    signable = {*kinds["concepts"], *kinds["third_order"], *kinds["line_of_argument"]}
    about = signable | {*kinds["constructs"], *kinds["refutations"], *groups["group_id"]}
    about |= {*e.translations["translation_id"], *e.passages["passage_id"]}
    about |= {*report_studies["report_id"], *report_studies["study_id"], *included_studies["study_id"], ""}
    for table, frame, key, known in (
        ("reviewed", reviewed, "review_id", signable),
        ("memos", memos, "memo_id", about),
    ):
        found.rows(
            "Y1",
            table,
            frame[~frame["target_id"].isin(known)].assign(_key=key),
            lambda r: [r[r["_key"]], r["target_id"]],
            lambda r: f"{r['target_id']!r} in the column target_id is no id of this review.",
            "Correct the id.",
        )


def _check_studies(
    found: Findings, e: Evidence, below: Paths, included_studies: pd.DataFrame, sampling: pd.DataFrame | None
) -> None:
    """Y4: every study in the synthesis has a construct and feeds a third-order construct, once there are any."""
    left_out = [] if sampling is None else sampling.loc[sampling["sampled"] == "no", "study_id"]
    studies = _main_first(included_studies).drop_duplicates("study_id").drop(columns="_line", errors="ignore")
    studies = studies[~studies["study_id"].isin(left_out)]
    telling = set(e.constructs["study_id"].tolist())
    feeding = set(below.third_order["study_id"].tolist())
    begun = len(live(e.third_order)) > 0
    silent = studies["study_id"].map(lambda s: s not in telling or (begun and s not in feeding)).astype(bool)
    found.rows(
        "Y4",
        "studies",
        studies[silent],
        lambda r: [r["study_id"]],
        lambda r: (
            f"{r['citation']} ({r['study_id']}) feeds no third-order construct."
            if r["study_id"] in telling
            else f"{r['citation']} ({r['study_id']}) is included, but has no construct and feeds no interpretation."
        ),
        "Read it again against the synthesis; if it really adds nothing, say so: `metaethno sign statement`.",
    )


def _check_support(
    found: Findings,
    counted: pd.DataFrame,
    groups: pd.DataFrame,
    sampling: pd.DataFrame | None,
    settings: Synthesis,
) -> None:
    """Y5 (too few studies), Y6 (one group alone), Y13 (dominance) and Y14 (without thin studies)."""
    n = settings.min_studies
    thin = set() if sampling is None else set(sampling.loc[sampling["richness"] == "thin", "study_id"].tolist())
    third = counted[counted["target_kind"] == "third_order"]
    found.rows(
        "Y5",
        "third_order",
        third[third["studies"] < n],
        lambda r: [r["target_id"]],
        lambda r: f"{r['label']!r} rests on {r['studies']} of at least {n} studies.",
        "One rich study may well carry it: say so in the report, or look for more support.",
    )
    if len(groups) > 1:
        found.rows(
            "Y6",
            "third_order",
            third[third["groups"] == 1],
            lambda r: [r["target_id"]],
            lambda r: f"{r['label']!r} rests on one group of studies alone.",
            "Ask whether the other groups say anything about it.",
        )
    share = pd.to_numeric(counted["largest_share"].replace("", "0"))
    # Below n studies Y5 has said it already.
    dominated = counted[(share > 0.5) & (counted["studies"] >= max(n, 2)) & (counted["target_kind"] != "concept")]
    for kind, table in (("third_order", "third_order"), ("step", "line_of_argument")):
        found.rows(
            "Y13",
            table,
            dominated[dominated["target_kind"] == kind],
            lambda r: [r["target_id"]],
            lambda r: f"{float(r['largest_share']):.0%} of the constructs under {r['label']!r} come from one study.",
            "Say in the report how far it rests on that study.",
        )
    left = third["study_ids"].map(lambda cell: len(set(cell.split(";")) - thin - {""}))
    found.rows(
        "Y14",
        "third_order",
        third.assign(_left=left)[(left < n) & (third["studies"] >= n)],
        lambda r: [r["target_id"]],
        lambda r: f"{r['label']!r} rests on {r['_left']} studies when those with thin data are left out.",
        "Say in the report how far it rests on thin data.",
    )


def _check_repetition(found: Findings, counted: pd.DataFrame, below: Paths, e: Evidence) -> None:
    """Y15: a third-order construct with one construct beneath it, or under the name of one."""
    nodes, _ = split_constructs(e.constructs)
    name = nodes.set_index("construct_id")["label"].str.casefold().str.strip()
    pairs = below.third_order.loc[below.third_order["construct_id"] != "", ["third_order_id", "construct_id"]]
    third = counted[counted["target_kind"] == "third_order"]
    own = third.set_index("target_id")["label"].str.casefold().str.strip()
    same = pairs[pairs["construct_id"].map(name) == pairs["third_order_id"].map(own)]
    found.rows(
        "Y15",
        "third_order",
        third[(third["constructs"] == 1) | third["target_id"].isin(same["third_order_id"])],
        lambda r: [r["target_id"]],
        lambda r: (
            f"{r['label']!r} rests on a single construct."
            if r["constructs"] == 1
            else f"{r['label']!r} bears the name of a construct it rests on."
        ),
        "Ask what it says beyond that construct; if nothing, it is not of the third order.",
    )


def _check_argument(found: Findings, e: Evidence, below: Paths, settings: Synthesis) -> None:
    """Y18 (nothing rests on what was dropped) and, where a line of argument is made, Y9."""
    dropped = {
        *e.third_order.loc[e.third_order["status"] == "dropped", "third_order_id"],
        *e.concepts.loc[e.concepts["status"] == "dropped", "concept_id"],
    }
    named = dict(e.third_order[["third_order_id", "label"]].to_numpy().tolist())
    named |= dict(e.concepts[["concept_id", "label"]].to_numpy().tolist())
    named = {one: repr(label) for one, label in named.items() if label}
    named |= {one: f"Step {at}" for one, at in e.line_of_argument[["step_id", "position"]].to_numpy().tolist()}

    def called(one: str) -> str:
        return named.get(one) or one

    links = {"third_order_support": e.third_order_support, "line_of_argument_support": e.line_of_argument_support}
    for table, frame in links.items():
        key = TABLES[table].key[0]
        resting = frame[frame["supported_by"].isin(dropped) & ~frame[key].isin(dropped)]
        found.rows(
            "Y18",
            table,
            resting.assign(_key=key),
            lambda r: [r[r["_key"]], r["supported_by"]],
            lambda r: f"{called(r[r['_key']])} still rests on {called(r['supported_by'])}, which was dropped.",
            "On the form of `metaethno todo synthesis` empty its cell, or pick there what took its place.",
        )
    if not settings.line_of_argument:
        return
    if not len(e.line_of_argument):
        if not len(live(e.third_order)):
            return  # nothing is there yet that could be put in order
        said = "There is no line of argument yet."
        hint = (
            "Write its steps: `metaethno todo synthesis --reviewer ID`; or set `synthesis: line_of_argument: false` "
            "where none is made."
        )
        found.add("Y9", "line_of_argument", [], said, hint)
        return
    found.rows(
        "Y9",
        "line_of_argument",
        e.line_of_argument[~e.line_of_argument["step_id"].isin(e.line_of_argument_support["step_id"])],
        lambda r: [r["step_id"]],
        lambda r: f"Step {r['position']} of the argument names nothing that it rests on.",
        "Say what it rests on: `metaethno todo synthesis` writes the form.",
    )
    third = live(e.third_order)
    used = {*e.line_of_argument_support["supported_by"], *below.steps["third_order_id"]}
    found.rows(
        "Y9",
        "third_order",
        third[~third["third_order_id"].isin(used)],
        lambda r: [r["third_order_id"]],
        lambda r: f"No step of the argument rests on {r['label']!r}.",
        "Let a step rest on it, or mark it as dropped.",
    )


def _ask_what_is_new(found: Findings, e: Evidence) -> None:
    """Y22: no program can judge whether an interpretation is new; a person is asked to say what is.

    The finding names all third-order constructs, so that it is asked again when there are others; a statement settles
    it where the findings of all stages are gathered.
    """
    ids = sorted(live(e.third_order)["third_order_id"])
    if ids:
        said = "Nobody has stated what the synthesis says beyond its studies; no program can judge that."
        found.add("Y22", "third_order", ids, said, "`metaethno sign statement` asks for it.")
