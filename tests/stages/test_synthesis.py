"""Synthesis on frames of three rows, and the property that a signature goes stale exactly with its evidence."""

import dataclasses

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.worlds import DRAWN

from metaethno import evidence as signed_evidence
from metaethno import tables, trace, weighing
from metaethno.config import Synthesis
from metaethno.schemas import (
    CONCEPTS,
    CONSTRUCTS,
    GROUP_MEMBERS,
    GROUPS,
    INCLUDED_STUDIES,
    LINE_OF_ARGUMENT,
    LINE_OF_ARGUMENT_SUPPORT,
    MEMOS,
    PASSAGES,
    REFUTATIONS,
    REPORT_STUDIES,
    REVIEWED,
    SAMPLING,
    STALE,
    SUPPORT,
    TABLES,
    THIRD_ORDER,
    THIRD_ORDER_SUPPORT,
    TRACE,
    TRANSLATIONS,
)
from metaethno.stages.extraction import with_passages
from metaethno.stages.synthesis import stale, synthesise

NAMED = {
    "third_order": THIRD_ORDER,
    "third_order_support": THIRD_ORDER_SUPPORT,
    "line_of_argument": LINE_OF_ARGUMENT,
    "line_of_argument_support": LINE_OF_ARGUMENT_SUPPORT,
    "reviewed": REVIEWED,
    "memos": MEMOS,
    "concepts": CONCEPTS,
    "translations": TRANSLATIONS,
    "constructs": CONSTRUCTS,
    "passages": PASSAGES,
    "refutations": REFUTATIONS,
    "groups": GROUPS,
    "group_members": GROUP_MEMBERS,
    "report_studies": REPORT_STUDIES,
    "included_studies": INCLUDED_STUDIES,
    "sampling": SAMPLING,
}


def frame(table, *rows, **more):
    """A frame of `table` from dicts; what isn't given is empty, `more` is the same in every row."""
    if not rows:
        return tables.empty(table)
    return pd.DataFrame([dict.fromkeys(table.names, "") | more | r for r in rows], dtype=str)


def sound():
    """Step a rests on third-order x; x on concepts c and d; c on k1 and k2, d on k3: studies s1, s2, s3."""
    world = {name: tables.empty(table) for name, table in NAMED.items()}
    studies = [{"study_id": f"s{i}", "report_id": f"r{i}", "citation": f"Study {i}"} for i in (1, 2, 3)]
    world["included_studies"] = frame(INCLUDED_STUDIES, *studies, role="main", origin="databases")
    world["report_studies"] = frame(REPORT_STUDIES, *studies, role="main")
    world["groups"] = frame(GROUPS, {"group_id": "g"}, {"group_id": "h"})
    members = [{"group_id": "g", "member_id": s} for s in ("s1", "s2")] + [{"group_id": "h", "member_id": "s3"}]
    world["group_members"] = frame(GROUP_MEMBERS, *members, primary="yes")
    world["passages"] = frame(
        PASSAGES,
        *[{"passage_id": f"p{i}", "report_id": f"r{i}", "text": f"words {i}"} for i in (1, 2, 3)],
        locator="p. 1",
        speaker="author",
    )
    world["constructs"] = frame(
        CONSTRUCTS,
        *[{"construct_id": f"k{i}", "study_id": f"s{i}", "passage_ids": f"p{i}", "label": f"k {i}"} for i in (1, 2, 3)],
        order="2",
        kind="concept",
        meaning="m",
        status="translatable",
    )
    world["concepts"] = frame(
        CONCEPTS, {"concept_id": "c", "label": "c"}, {"concept_id": "d", "label": "d"}, status="provisional"
    )
    world["translations"] = frame(
        TRANSLATIONS,
        {"translation_id": "t1", "group_id": "g", "concept_id": "c", "construct_id": "k1"},
        {"translation_id": "t2", "group_id": "g", "concept_id": "c", "construct_id": "k2"},
        {"translation_id": "t3", "group_id": "h", "concept_id": "d", "construct_id": "k3"},
        kind="reciprocal",
        status="accepted",
    )
    third = {"third_order_id": "x", "label": "X", "statement": "all", "source": "from_studies", "status": "settled"}
    world["third_order"] = frame(THIRD_ORDER, third)
    world["third_order_support"] = frame(
        THIRD_ORDER_SUPPORT, {"supported_by": "c"}, {"supported_by": "d"}, third_order_id="x"
    )
    world["line_of_argument"] = frame(LINE_OF_ARGUMENT, {"step_id": "a", "position": "1", "statement": "so it is"})
    world["line_of_argument_support"] = frame(LINE_OF_ARGUMENT_SUPPORT, {"step_id": "a", "supported_by": "x"})
    return world


@pytest.fixture
def world():
    return sound()


def run(world, **chosen):
    return synthesise(**world, settings=Synthesis(**chosen))


def codes(out):
    return list(zip(out.checks["code"], out.checks["ids"], strict=True))


def hashes(out):
    return out.support.set_index("target_id")["evidence_hash"].to_dict()


def changed(before, after):
    """Ids of the targets whose hash differs."""
    old, new = hashes(before), hashes(after)
    assert set(old) == set(new)
    return {one for one in old if old[one] != new[one]}


def add(world, key, **row):
    world[key] = pd.concat([world[key], frame(NAMED[key], row)], ignore_index=True)


def test_the_trace_leads_from_the_step_to_the_studies(world):
    out = run(world)
    assert list(out.trace.columns) == TRACE.names
    assert out.trace.to_numpy().tolist() == [
        ["a", "x", "c", "t1", "k1", "p1", "r1", "s1"],
        ["a", "x", "c", "t2", "k2", "p2", "r2", "s2"],
        ["a", "x", "d", "t3", "k3", "p3", "r3", "s3"],
    ]
    assert codes(out) == []


def test_the_extracted_constructs_give_the_same(world):
    plain = run(world)
    world["constructs"] = with_passages(world["constructs"], world["passages"], world["report_studies"])
    out = run(world)
    pd.testing.assert_frame_equal(out.trace, plain.trace)
    pd.testing.assert_frame_equal(out.support, plain.support)


def test_support_is_counted_by_study(world):
    world["constructs"].loc[1, "study_id"] = "s1"
    support = run(world).support.set_index("target_id")
    assert {*support.columns, "target_id"} == set(SUPPORT.names)
    x = support.loc["x"]
    assert x[["studies", "reports", "constructs", "groups"]].tolist() == [2, 3, 3, 2]
    assert (x["study_ids"], x["largest_share"]) == ("s1;s3", "0.667")


def test_a_link_that_skips_levels_leaves_them_empty(world):
    add(world, "line_of_argument_support", step_id="a", supported_by="k1")
    add(world, "third_order_support", third_order_id="x", supported_by="k3")
    rows = run(world).trace.to_numpy().tolist()
    assert ["a", "", "", "", "k1", "p1", "r1", "s1"] in rows
    assert ["a", "x", "", "", "k3", "p3", "r3", "s3"] in rows
    assert len(rows) == 5


def test_a_refutation_leads_to_its_constructs_and_studies(world):
    world["refutations"] = frame(
        REFUTATIONS, {"refutation_id": "f", "group_id": "g", "left_id": "k1", "right_id": "s2"}
    )
    add(world, "line_of_argument_support", step_id="a", supported_by="f")
    rows = run(world).trace.to_numpy().tolist()
    assert ["a", "", "", "", "k1", "p1", "r1", "s1"] in rows
    assert ["a", "", "", "", "", "", "", "s2"] in rows


def test_what_no_step_rests_on_stands_in_the_trace_with_empty_levels_above(world):
    world["line_of_argument_support"] = tables.empty(LINE_OF_ARGUMENT_SUPPORT)
    world["third_order_support"] = world["third_order_support"].iloc[:1]
    rows = run(world).trace.to_numpy().tolist()
    assert rows[0] == ["", "", "d", "t3", "k3", "p3", "r3", "s3"]
    assert rows[1] == ["", "x", "c", "t1", "k1", "p1", "r1", "s1"]
    assert rows[-1] == ["a", *[""] * 7]


def test_rejected_translations_and_dropped_concepts_do_not_count(world):
    world["translations"].loc[0, "status"] = "rejected"
    world["concepts"].loc[1, "status"] = "dropped"
    out = run(world)
    assert out.support.set_index("target_id").loc["x", "study_ids"] == "s2"
    assert set(out.support["target_id"]) == {"a", "c", "x"}
    assert ("Y18", "x;d") in codes(out)


def test_groups_of_a_construct_rested_on_directly_are_its_own_or_its_studys(world):
    world["third_order_support"] = frame(
        THIRD_ORDER_SUPPORT, {"supported_by": "k1"}, {"supported_by": "k2"}, third_order_id="x"
    )
    assert run(world).support.set_index("target_id").loc["x", "groups"] == 1
    add(world, "group_members", group_id="h", member_id="k1", primary="no")
    assert run(world).support.set_index("target_id").loc["x", "groups"] == 2


# ---------------------------------------------------------------------------------------------------- checks


def test_a_study_that_feeds_nothing_is_warned_of(world):
    add(world, "included_studies", study_id="s4", report_id="r4", citation="Silent 2000", role="main")
    world["line_of_argument_support"].loc[0, "supported_by"] = "x"
    out = run(world)
    assert codes(out) == [("Y4", "s4")]
    assert out.checks["level"].tolist() == ["warning"]
    # It is called by its main report, whichever stands first.
    more = {"study_id": "s4", "origin": "databases"}
    others = [("a1", "Copy 1999", "redundant"), ("a2", "More 1998", "companion")]
    links = [more | {"report_id": r, "citation": c, "role": role} for r, c, role in others]
    world["included_studies"] = pd.concat([frame(INCLUDED_STUDIES, *links), world["included_studies"]])
    assert run(world).checks["message"].str.startswith("Silent 2000 (s4)").all()
    world["sampling"] = frame(SAMPLING, {"study_id": "s4", "sampled": "no"})
    assert codes(run(world)) == []


def test_a_study_whose_constructs_lead_nowhere_is_warned_of(world):
    world["third_order_support"] = world["third_order_support"].iloc[:1]
    assert codes(run(world)) == [("Y4", "s3"), ("Y6", "x")]


def test_too_few_studies_are_a_note_and_the_number_is_a_setting(world):
    assert codes(run(world, min_studies=4)) == [("Y5", "x")]
    assert codes(run(world, min_studies=3)) == []


def test_one_construct_alone_is_only_repeated(world):
    world["third_order_support"] = frame(THIRD_ORDER_SUPPORT, {"third_order_id": "x", "supported_by": "d"})
    assert codes(run(world)) == [("Y15", "x"), ("Y4", "s1"), ("Y4", "s2"), ("Y5", "x"), ("Y6", "x")]


def test_the_label_of_a_construct_beneath_is_only_repeated(world):
    world["third_order"].loc[0, "label"] = " K 2"
    assert codes(run(world)) == [("Y15", "x")]


def test_dominance_is_noted_above_one_half(world):
    world["constructs"].loc[1, "study_id"] = "s1"
    world["included_studies"] = world["included_studies"].drop(index=1)
    assert codes(run(world)) == [("Y13", "a"), ("Y13", "x")]


def test_leaving_out_thin_studies_is_noted(world):
    world["sampling"] = frame(
        SAMPLING, {"study_id": "s1", "richness": "thin"}, {"study_id": "s2", "richness": "thin"}, sampled="yes"
    )
    assert codes(run(world)) == [("Y14", "x")]
    assert codes(run(world, min_studies=1)) == []


def test_steps_and_third_order_constructs_hang_together(world):
    add(world, "line_of_argument", step_id="b", position="2", statement="and so")
    add(world, "third_order", third_order_id="y", label="Y", statement="more", status="provisional")
    add(world, "third_order_support", third_order_id="y", supported_by="c")
    add(world, "third_order_support", third_order_id="y", supported_by="d")
    assert codes(run(world)) == [("Y9", "b"), ("Y9", "y")]
    assert codes(run(world, line_of_argument=False)) == []
    world["third_order"].loc[1, "status"] = "dropped"
    assert codes(run(world)) == [("Y9", "b")]


def test_without_a_line_of_argument_it_must_be_said_that_none_is_made(world):
    world["line_of_argument"] = tables.empty(LINE_OF_ARGUMENT)
    world["line_of_argument_support"] = tables.empty(LINE_OF_ARGUMENT_SUPPORT)
    assert codes(run(world)) == [("Y9", "")]
    assert codes(run(world, line_of_argument=False)) == []


def test_the_argument_is_not_asked_for_before_there_is_anything_to_put_in_order(world):
    for table in ("line_of_argument", "line_of_argument_support", "third_order", "third_order_support"):
        world[table] = tables.empty(TABLES[table])
    assert "Y9" not in [code for code, _ in codes(run(world))]


def test_a_concept_that_nothing_is_translated_into_waits_for_no_first_signature(world):
    waiting = set(run(world).stale["target_id"])
    assert {"c", "d"} <= waiting
    signed = run(world).support.set_index("target_id")["evidence_hash"]
    world["translations"]["status"] = "rejected"
    assert waiting - set(run(world).stale["target_id"]) == {"c", "d"}
    # Who signed one before is told that what it rested on is gone.
    fixed = {"target_id": "c", "evidence_hash": signed["c"], "reviewed_by": "ann", "reviewed_on": "2024-01-01"}
    add(world, "reviewed", review_id="r1", **fixed)
    stale = run(world).stale.set_index("target_id")["state"]
    assert stale["c"] == "stale"
    assert "d" not in stale


def test_ids_that_lead_nowhere_or_mean_two_things_are_errors(world):
    add(world, "memos", memo_id="m", target_id="nix")
    add(world, "reviewed", review_id="v", target_id="k1", evidence_hash="0", reviewed_by="me", reviewed_on="2020-01-01")
    add(world, "concepts", concept_id="k1", label="twice", status="provisional")
    assert codes(run(world)) == [("Y1", "k1"), ("Y1", "m;nix")]
    world["concepts"] = world["concepts"].iloc[:2]
    add(world, "third_order_support", third_order_id="x", supported_by="zz")
    assert codes(run(world)) == [("Y1", "m;nix"), ("Y1", "v;k1"), ("Y1", "x;zz")]


def test_an_empty_review_gives_empty_tables():
    out = run({name: tables.empty(table) for name, table in NAMED.items()}, line_of_argument=False)
    assert [len(out.trace), len(out.support), len(out.stale), len(out.checks)] == [0, 0, 0, 0]


# ---------------------------------------------------------------------------------------------------- staleness


def sign(world, out, *targets, on="2021-01-01"):
    known = hashes(out)
    for one in targets:
        add(world, "reviewed", review_id=f"v{len(world['reviewed'])}", target_id=one, evidence_hash=known[one],
            reviewed_by="me", reviewed_on=on)  # fmt: skip


def test_unsigned_interpretations_are_not_yet_reviewed(world):
    out = run(world)
    assert list(out.stale.columns) == STALE.names
    assert out.stale[["target_id", "state"]].to_numpy().tolist() == [[i, "not_reviewed"] for i in ("a", "c", "d", "x")]


def test_a_signed_one_is_stale_when_its_evidence_changed_and_fresh_when_signed_again(world):
    sign(world, run(world), "c", "d")
    world["passages"].loc[0, "text"] = "other words"
    out = run(world)
    state = out.stale.set_index("target_id")["state"].to_dict()
    assert state == {"a": "not_reviewed", "c": "stale", "x": "not_reviewed"}
    assert out.stale.set_index("target_id").loc["c", ["signed_by", "signed_on"]].tolist() == ["me", "2021-01-01"]
    sign(world, out, "c")
    assert "c" not in set(run(world).stale["target_id"])


def test_who_wrote_it_and_how_firm_it_is_is_no_evidence(world):
    before = run(world)
    world["passages"]["entered_on"] = "2022-02-02"
    world["translations"]["translators"] = "someone;else"
    world["translations"]["status"] = "provisional"
    world["concepts"]["status"] = "settled"
    for key in ("translations", "constructs", "third_order_support"):
        world[key] = world[key].iloc[::-1]
    assert changed(before, run(world)) == set()


@pytest.mark.parametrize(
    ("table", "column", "above"),
    [
        ("passages", "text", {"c", "x", "a"}),
        ("constructs", "meaning", {"c", "x", "a"}),
        ("translations", "wording", {"c", "x", "a"}),
        ("concepts", "definition", {"c", "x", "a"}),
        ("third_order", "statement", {"x", "a"}),
        ("line_of_argument", "statement", {"a"}),
    ],
)
def test_a_changed_text_changes_the_hashes_above_it_and_no_other(world, table, column, above):
    before = run(world)
    world[table].loc[0, column] = "something else"
    assert changed(before, run(world)) == above


def test_a_rejected_translation_changes_the_hashes_above_it(world):
    before = run(world)
    world["translations"].loc[2, "status"] = "rejected"
    assert changed(before, run(world)) == {"d", "x", "a"}


# ---------------------------------------------------------------------------------------------------- properties


def pick(draw, ids, low=0):
    return draw(st.lists(st.sampled_from(ids), min_size=low, max_size=4, unique=True))


@st.composite
def reviews(draw):
    """Reviews with any links between up to 3 steps, 3 third-order constructs, 4 concepts and 5 constructs."""
    world = sound()
    k, c, x, a = ([f"{name}{i}" for i in range(n)] for name, n in (("k", 5), ("c", 4), ("x", 3), ("a", 3)))
    passages = [{"passage_id": f"p{i}", "report_id": f"r{draw(st.integers(1, 3))}", "text": f"w{i}"} for i in range(4)]
    world["passages"] = frame(PASSAGES, *passages, locator="p", speaker="author")
    constructs = [
        {
            "construct_id": one,
            "study_id": draw(st.sampled_from(["s1", "s2", "s3"])),
            "passage_ids": ";".join(pick(draw, [p["passage_id"] for p in passages])),
        }
        for one in k
    ]
    world["constructs"] = frame(CONSTRUCTS, *constructs, status="translatable", order="2", kind="concept", label="l")
    status = st.sampled_from(["provisional", "settled", "dropped"])
    world["concepts"] = frame(CONCEPTS, *[{"concept_id": one, "label": one, "status": draw(status)} for one in c])
    states = st.sampled_from(["provisional", "accepted", "rejected"])
    pairs = draw(st.lists(st.tuples(st.sampled_from(c), st.sampled_from(k)), max_size=8))
    world["translations"] = frame(
        TRANSLATIONS,
        *[
            {"translation_id": f"t{i}", "concept_id": one, "construct_id": two, "status": draw(states)}
            for i, (one, two) in enumerate(pairs)
        ],
        group_id="g",
        kind="reciprocal",
    )
    third = [{"third_order_id": one, "label": one, "statement": one, "status": draw(status)} for one in x]
    world["third_order"] = frame(THIRD_ORDER, *third)
    links = [{"third_order_id": one, "supported_by": two} for one in x for two in pick(draw, c + k)]
    world["third_order_support"] = frame(THIRD_ORDER_SUPPORT, *links)
    world["line_of_argument"] = frame(
        LINE_OF_ARGUMENT, *[{"step_id": one, "position": "1", "statement": one} for one in a]
    )
    links = [{"step_id": one, "supported_by": two} for one in a for two in pick(draw, x + c + k)]
    world["line_of_argument_support"] = frame(LINE_OF_ARGUMENT_SUPPORT, *links)
    return world


few = settings(max_examples=10 * DRAWN, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def evidence(world):
    return trace.Evidence(**{f.name: world[f.name] for f in dataclasses.fields(trace.Evidence)})


def items(world):
    return signed_evidence.items(evidence(world), trace.paths(evidence(world)))


def counted(world):
    return trace.support(evidence(world), trace.paths(evidence(world)), signed_evidence.hashes(items(world)))


def fast_hashes(world):
    """The evidence hashes by id, without the rest of the stage."""
    return {one: h for (_, one), h in signed_evidence.hashes(items(world)).items()}


def differing(before, after):
    assert set(before) == set(after)
    return {one for one in before if before[one] != after[one]}


@pytest.mark.drawn
@few
@given(reviews())
def test_no_support_exceeds_the_included_studies_and_no_path_counts_twice(world):
    below = trace.paths(evidence(world))
    support = counted(world)
    assert (support["studies"] <= world["included_studies"]["study_id"].nunique()).all()
    assert (support["constructs"] <= len(world["constructs"])).all()
    assert not trace.trace(below).duplicated().any()


@pytest.mark.drawn
@few
@given(reviews())
def test_an_unrelated_construct_changes_no_hash(world):
    before = fast_hashes(world)
    add(world, "passages", passage_id="new-p", report_id="r1", text="new", locator="p", speaker="author")
    add(world, "constructs", construct_id="new-k", study_id="s1", passage_ids="new-p", status="translatable")
    assert differing(before, fast_hashes(world)) == set()


@pytest.mark.drawn
@few
@given(reviews(), st.integers(0, 3))
def test_a_passage_without_its_text_changes_exactly_the_hashes_above_it(world, at):
    before = fast_hashes(world)
    rows = pd.concat(dataclasses.astuple(trace.paths(evidence(world)))).fillna("")
    rows = rows[rows["passage_id"] == world["passages"].loc[at, "passage_id"]]
    above = {*rows["step_id"], *rows["third_order_id"], *rows["concept_id"]} - {""}
    world["passages"].loc[at, "text"] = ""
    assert differing(before, fast_hashes(world)) == above


WORDS = {
    "passages": ("passage", "passage_id", ("text", "locator")),
    "constructs": ("construct", "construct_id", ("meaning", "authors_term")),
    "translations": ("translation", "translation_id", ("wording", "alternative_reading")),
    "concepts": ("concept", "concept_id", ("definition",)),
    "third_order": ("third_order", "third_order_id", ("statement",)),
    "line_of_argument": ("step", "step_id", ("statement",)),
}
# Who and when, and the order of the steps: no evidence.
NEUTRAL = {
    "passages": ("entered_by", "entered_on"),
    "constructs": ("entered_by", "reason"),
    "translations": ("translators", "translated_on"),
    "concepts": ("group_id",),
    "third_order": (),
    "line_of_argument": ("position",),
}
edits = st.sampled_from([(t, c) for t, (_, _, said) in WORDS.items() for c in (*said, *NEUTRAL[t])])


def rests_on(world, node):
    """All that rests on a place, by its links alone."""
    edges = weighing.graph(evidence(world)).to_numpy().tolist()
    found, todo = set(), [node]
    while todo:
        now = todo.pop()
        new = [(kind, one) for kind, one, *below in edges if tuple(below) == now and (kind, one) not in found]
        found |= set(new)
        todo += new
    return {one for _, one in found}


@pytest.mark.drawn
@few
@given(reviews(), edits, st.integers(0, 7))
def test_a_signature_is_stale_if_and_only_if_its_evidence_changed(world, edit, at):
    """Signed as it was; then one cell anywhere is edited: stale is what rests on that place, and nothing else."""
    table, column = edit
    kind, key, said = WORDS[table]
    assume(len(world[table]))
    support = counted(world)
    before = support.set_index("target_id")["evidence_hash"].to_dict()
    signed = [
        {"review_id": f"v{i}", "target_id": one, "evidence_hash": h, "reviewed_by": "me", "reviewed_on": "2021-01-01"}
        for i, (one, h) in enumerate(before.items())
    ]
    reviewed = frame(REVIEWED, *signed)
    assert len(stale(support, reviewed)) == 0
    row = at % len(world[table])
    one = world[table].loc[row, key]
    world[table].loc[row, column] = "another"
    after = fast_hashes(world)
    out = stale(support.assign(evidence_hash=support["target_id"].map(after)), reviewed)
    assert set(out["target_id"]) == differing(before, after)
    assert set(out["state"]) <= {"stale"}
    expected = {one, *rests_on(world, (kind, one))} if column in said else set()
    assert set(out["target_id"]) == expected & set(before)
