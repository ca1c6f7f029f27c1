"""The trail of concepts, and two translators side by side, on frames of three rows."""

import pandas as pd

from metaethno import tables
from metaethno.schemas import CONCEPT_CHANGES, CONCEPTS, CONSTRUCTS, TRANSLATIONS
from metaethno.stages.comparing import differences, trail


def frame(table, *rows, **more):
    if not rows:
        return tables.empty(table)
    return pd.DataFrame([dict.fromkeys(table.names, "") | more | r for r in rows], dtype=str)


CONSTRUCT = frame(CONSTRUCTS, {"construct_id": "k1"}, {"construct_id": "k2"}, study_id="s")


def version(who, concept, one="k1", **more):
    return {
        "translators": who,
        "concept_id": concept,
        "construct_id": one,
        "translation_id": who + concept + one,
    } | more


def compared(*rows):
    found = differences(
        frame(TRANSLATIONS, *rows, group_id="g", kind="reciprocal")
        if rows
        else frame(TRANSLATIONS), CONSTRUCT
    )  # fmt: skip
    return [tuple(r) for r in found[["construct_id", "left", "right", "state"]].to_numpy()]


def apart(who, concept, one="k1", status="provisional", **more):
    return version(who, concept, one, status=status, mode="apart", **more)


def test_the_same_concept_is_agreement_whatever_the_words():
    rows = apart("ann", "c", wording="one"), apart("ben", "c", wording="two")
    assert compared(*rows) == [("k1", "ann", "ben", "agree")]


def test_another_concept_or_another_relation_differs():
    assert compared(apart("ann", "c"), apart("ben", "d")) == [("k1", "ann", "ben", "differ")]
    assert compared(apart("ann", "c"), apart("ben", "c", kind="refutational")) == [("k1", "ann", "ben", "differ")]


def test_what_only_one_translated_of_a_study_that_both_read_is_open():
    rows = apart("ann", "c"), apart("ben", "c"), apart("ann", "d", "k2")
    assert compared(*rows) == [("k1", "ann", "ben", "agree"), ("k2", "ann", "ben", "one_only")]


def test_whose_study_the_other_never_translated_is_not_compared():
    assert compared(apart("ann", "c")) == []
    assert compared() == []


def test_a_difference_is_settled_by_a_person_with_a_reason():
    kept = apart("ben", "d", status="accepted", reason="settled by ann: closer")
    assert compared(apart("ann", "c", status="rejected", reason="settled"), kept) == [("k1", "ann", "ben", "settled")]
    # Accepted by each for himself is not settled.
    both = apart("ann", "c", status="accepted"), apart("ben", "d", status="accepted")
    assert compared(*both) == [("k1", "ann", "ben", "differ")]


def test_a_translation_made_together_settles():
    third = version("ann;ben", "e", status="accepted", mode="together")
    assert compared(apart("ann", "c"), apart("ben", "d"), third) == [("k1", "ann", "ben", "settled")]


CONCEPT = frame(CONCEPTS, *[{"concept_id": c, "label": c.upper()} for c in ("a", "b", "c")], status="provisional")


def said(changes, translations=()):
    found = trail(CONCEPT, frame(CONCEPT_CHANGES, *changes, by="ann", why="so"), frame(TRANSLATIONS, *translations))
    return [tuple(r) for r in found[["concept_id", "position", "event", "others", "changed_on"]].to_numpy()]


def test_a_trail_is_in_order_of_days_and_names_the_other_concepts():
    changes = [
        {"change_id": "z", "change": "make", "to_ids": "a", "changed_on": "2024-01-01"},
        {"change_id": "y", "change": "rename", "from_ids": "a", "to_ids": "a", "changed_on": "2024-01-03"},
        {"change_id": "x", "change": "merge", "from_ids": "a", "to_ids": "b", "changed_on": "2024-02-01"},
    ]
    assert said(changes) == [
        ("a", 1, "made", "", "2024-01-01"),
        ("a", 2, "renamed", "", "2024-01-03"),
        ("a", 3, "merged", "B", "2024-02-01"),
        ("b", 1, "took_in", "A", "2024-02-01"),
    ]


def test_a_split_stands_in_the_trail_of_each_part():
    split = {"change_id": "x", "change": "split", "from_ids": "a", "to_ids": "b;c", "changed_on": "2024-02-01"}
    assert said([split]) == [
        ("a", 1, "split", "B; C", "2024-02-01"),
        ("b", 1, "came_of_split", "A", "2024-02-01"),
        ("c", 1, "came_of_split", "A", "2024-02-01"),
    ]


def test_of_a_concept_that_nobody_noted_the_first_translation_is_named():
    rows = [{"translation_id": t, "concept_id": "a", "translators": "ben", "translated_on": d}
            for t, d in (("t2", "2024-03-02"), ("t1", "2024-03-01"))]  # fmt: skip
    assert said([], rows) == [("a", 1, "first_translated", "", "2024-03-01")]
