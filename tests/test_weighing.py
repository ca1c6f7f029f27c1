"""The graph of an argument, what falls without a study, and the way down and up."""

import pandas as pd

from metaethno import evidence as signed
from metaethno import trace, weighing
from metaethno.tracing import Tracer
from tests.stages.test_synthesis import add, evidence, sound


def weighed(world, n=2):
    under = evidence(world)
    below = trace.paths(under)
    counted = trace.support(under, below, signed.hashes(signed.items(under, below)))
    return weighing.leave_one_out(below, counted, n).set_index(["target_id", "study_id"])


def test_the_graph_holds_every_link_once():
    edges = weighing.graph(evidence(sound()))
    assert not edges.duplicated().any()
    found = {tuple(r) for r in edges.to_numpy()}
    assert ("step", "a", "third_order", "x") in found
    assert ("third_order", "x", "concept", "c") in found
    assert ("construct", "k1", "study", "s1") in found
    assert ("passage", "p1", "report", "r1") in found
    kinds = edges.groupby(["above_kind", "below_kind"]).size().to_dict()
    assert kinds["concept", "translation"] == kinds["translation", "construct"] == 3


def test_what_was_dropped_or_rejected_has_no_links():
    world = sound()
    world["translations"].loc[2, "status"] = "rejected"
    world["concepts"].loc[0, "status"] = "dropped"
    edges = weighing.graph(evidence(world))
    assert set(edges.loc[edges["above_kind"] == "third_order", "below_id"]) == {"d"}
    assert not len(edges[edges["above_kind"] == "translation"])


def test_a_refutation_leads_to_its_two_sides():
    world = sound()
    add(world, "refutations", refutation_id="r", group_id="g", left_id="k1", right_id="s2", aspect="about")
    edges = weighing.graph(evidence(world))
    ends = edges.loc[edges["above_kind"] == "refutation", ["below_kind", "below_id"]]
    assert {tuple(r) for r in ends.to_numpy()} == {("construct", "k1"), ("study", "s2")}


def test_what_each_interpretation_loses_without_a_study():
    """x rests on c (k1 of s1, k2 of s2) and on d (k3 of s3 alone)."""
    found = weighed(sound())
    assert found.loc[("x", "s3"), ["constructs", "constructs_left", "studies_left", "lost_ids", "state"]].tolist() == [
        1,
        2,
        2,
        "d",
        "holds",
    ]
    assert found.loc[("x", "s1"), "lost_ids"] == ""
    assert found.loc[("x", "s1"), "share"] == "0.333"
    assert set(found.loc["a"]["lost_ids"]) == {"", "d"}
    assert set(weighed(sound(), 3)["state"]) == {"falls_below"}


def test_without_its_only_study_nothing_is_left():
    world = sound()
    world["third_order_support"] = world["third_order_support"].query("supported_by == 'd'")
    found = weighed(world)
    assert found.loc[("x", "s3"), "state"] == "nothing_left"
    assert found.loc[("a", "s3"), "lost_ids"] == "d;x"


def tracer(world):
    return Tracer(evidence(world), {"s1": "Ash", "s2": "Bay", "s3": "Elm"}, {"r1": "Ash 2001"})


def test_a_step_is_followed_down_to_quotations_and_a_passage_up_to_the_step():
    one = tracer(sound())
    down = [(p.depth, p.kind, p.id) for p in one.down("step", "a")]
    assert down[:5] == [(1, "third_order", "x"), (2, "concept", "c"), (3, "translation", "t1"), (4, "construct", "k1"),
                        (5, "passage", "p1")]  # fmt: skip
    assert {p.id for p in one.down("step", "a") if p.kind == "passage"} == {"p1", "p2", "p3"}
    assert next(p for p in one.down("step", "a") if p.id == "p1").says == "p. 1: “words 1”"
    up = [p.id for p in one.up("passage", "p1")]
    assert up == ["k1", "t1", "c", "x", "a"]
    assert one.kinds_of("c") == ["concept"]
    assert one.kinds_of("nothing") == []


def test_what_is_reached_twice_is_shown_in_full_once():
    world = sound()
    links = world["third_order_support"]
    world["third_order_support"] = pd.concat([links, links.iloc[:1].assign(supported_by="k1")], ignore_index=True)
    places = [p for p in tracer(world).down("third_order", "x") if p.id == "k1"]
    assert [p.seen for p in places] == [False, True]


def test_the_matrix_is_written_either_way_round_with_terms_words_and_places():
    from metaethno.exchange.matrices import NOTHING, UNREAD, sheets

    cells = {"group_id": "g", "group_label": "G", "citations": "Ash 2001", "locators": "p. 1", "label": "K", "kind": "",
             "authors_term": "", "wording": "", "status": "", "position": None}  # fmt: skip
    said = {"cell": "translation", "authors_term": "the mask", "wording": "a front", "kind": "reciprocal"}
    rows = [
        cells | {"concept_id": "c", "concept_label": "C", "study_id": "s2", "study_label": "Bay", "position": 1} | said,
        cells | {"concept_id": "c", "concept_label": "C", "study_id": "s1", "study_label": "Ash", "position": 2,
                 "cell": "nothing_there"},
        cells | {"concept_id": "c", "concept_label": "C", "study_id": "s3", "study_label": "Elm", "cell": "not_read"},
    ]  # fmt: skip
    whole, straight, turned = sheets(pd.DataFrame(rows))
    assert [f.name for f in straight.fields] == ["concept", "Bay", "Ash", "Elm"]
    assert list(straight.rows) == [["C", "‘the mask’: a front (Ash 2001, p. 1)", NOTHING, UNREAD]]
    assert [row[0] for row in turned.rows] == ["Bay", "Ash", "Elm"]
    assert next(iter(whole.rows))[0] == "G"
