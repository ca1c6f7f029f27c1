"""Translation on frames of three rows."""

import pandas as pd
import pytest

from metaethno import tables
from metaethno.schemas import (
    CONCEPT_CHANGES,
    CONCEPTS,
    CONSTRUCTS,
    COVERAGE,
    GROUP_MEMBERS,
    GROUPS,
    MATRIX,
    PASSAGES,
    READINGS,
    REFUTATION_CHECKS,
    REFUTATIONS,
    RELATIONS,
    REPORT_STUDIES,
    STUDIES,
    TRANSLATIONS,
)
from metaethno.stages.extraction import with_passages
from metaethno.stages.translation import translate


def frame(table, *rows, **more):
    """A frame of `table` from dicts; what isn't given is empty, `more` is the same in every row."""
    if not rows:
        return tables.empty(table)
    return pd.DataFrame([dict.fromkeys(table.names, "") | more | r for r in rows], dtype=str)


@pytest.fixture
def world():
    """One group of two studies that were read, two concepts, one construct each, translated into the first."""
    return {
        "groups": frame(GROUPS, {"group_id": "g", "label": "Group", "rationale": "why"}),
        "group_members": frame(GROUP_MEMBERS, {"member_id": "s1"}, {"member_id": "s2"}, group_id="g", primary="yes"),
        "relations": frame(RELATIONS),
        "readings": frame(
            READINGS,
            {"reading_id": "a", "study_id": "s1", "position": "2"},
            {"reading_id": "b", "study_id": "s2", "position": "1"},
            group_id="g",
            outcome="found",
            **{"pass": "1"},
        ),
        "concepts": frame(
            CONCEPTS,
            {"concept_id": "c1", "label": "One"},
            {"concept_id": "c2", "label": "Two"},
            group_id="g",
            status="provisional",
        ),
        "concept_changes": frame(CONCEPT_CHANGES),
        "translations": frame(
            TRANSLATIONS,
            {"translation_id": "t1", "construct_id": "k1"},
            {"translation_id": "t2", "construct_id": "k2"},
            group_id="g",
            concept_id="c1",
            kind="reciprocal",
            status="accepted",
        ),
        "refutations": frame(REFUTATIONS),
        "refutation_checks": frame(REFUTATION_CHECKS, {"check_id": "x", "group_id": "g", "outcome": "none_found"}),
        "constructs": frame(
            CONSTRUCTS,
            {"construct_id": "k1", "study_id": "s1", "passage_ids": "p1;p2", "label": "k one"},
            {"construct_id": "k2", "study_id": "s2", "passage_ids": "p3", "label": "k two"},
            status="translatable",
            order="2",
            kind="concept",
            meaning="m",
        ),
        "passages": frame(
            PASSAGES,
            {"passage_id": "p1", "report_id": "r1", "locator": "p. 1"},
            {"passage_id": "p2", "report_id": "r1", "locator": "p. 2"},
            {"passage_id": "p3", "report_id": "r2", "locator": "p. 3"},
            text="words",
            speaker="author",
        ),
        "report_studies": frame(
            REPORT_STUDIES,
            {"report_id": "r1", "study_id": "s1", "citation": "Ash 2001"},
            {"report_id": "r2", "study_id": "s2", "citation": "Bay 2002"},
        ),
        "studies": frame(STUDIES, {"study_id": "s1", "label": "Ash"}, {"study_id": "s2", "label": "Bay"}),
    }


def codes(out):
    return list(zip(out.checks["code"], out.checks["ids"], strict=True))


def cells(out):
    """(concept, study) -> what its cells hold."""
    found = {}
    for row in out.matrix.to_dict("records"):
        held = row["cell"] if row["cell"] != "translation" else f"{row['translation_id']} {row['status']}"
        found.setdefault((row["concept_id"], row["study_id"]), []).append(held)
    return found


def add(world, table, key, **row):
    given = world[key]
    world[key] = pd.concat([given, frame(table, row)], ignore_index=True)


def test_every_cell_of_the_grid_is_there(world):
    out = translate(**world)
    assert list(out.matrix.columns) == MATRIX.names
    assert cells(out) == {
        ("c1", "s1"): ["t1 accepted"],
        ("c1", "s2"): ["t2 accepted"],
        ("c2", "s1"): ["nothing_there"],
        ("c2", "s2"): ["nothing_there"],
    }
    assert codes(out) == []


def test_a_cell_names_construct_locators_and_reports(world):
    first = translate(**world).matrix.iloc[0]
    assert first[["label", "locators", "citations", "study_label"]].tolist() == [
        "k one",
        "p. 1; p. 2",
        "Ash 2001",
        "Ash",
    ]
    assert first["position"] == 2


def test_the_extracted_constructs_give_the_same(world):
    plain = translate(**world)
    world["constructs"] = with_passages(world["constructs"], world["passages"], world["report_studies"])
    out = translate(**world)
    pd.testing.assert_frame_equal(out.matrix, plain.matrix)
    pd.testing.assert_frame_equal(out.checks, plain.checks)


def test_not_read_is_told_apart_from_nothing_there(world):
    world["readings"] = world["readings"].iloc[:1]
    out = translate(**world)
    assert cells(out)["c2", "s1"] == ["nothing_there"]
    assert cells(out)["c2", "s2"] == ["not_read"]
    assert out.matrix.set_index("study_id")["position"].isna().tolist() == [False, True] * 2
    assert codes(out) == [("Y17", "g;s2")]


def test_the_last_pass_gives_the_order_and_superseded_rows_do_not_count(world):
    more = {"group_id": "g", "outcome": "extends"}
    add(world, READINGS, "readings", reading_id="c", study_id="s1", position="5", **more, **{"pass": "2"})
    add(
        world,
        READINGS,
        "readings",
        reading_id="d",
        study_id="s2",
        position="9",
        supersedes="b",
        **more,
        **{"pass": "1"},
    )
    out = translate(**world)
    assert out.matrix.drop_duplicates("study_id").set_index("study_id")["position"].to_dict() == {"s1": 5, "s2": 9}
    assert list(out.coverage.columns) == COVERAGE.names
    assert out.coverage.to_numpy().tolist() == [["g", "s1", 2, "extends", 1, 1], ["g", "s2", 1, "extends", 1, 1]]
    assert codes(out) == []


def test_two_standing_rows_for_one_pass_are_a_warning(world):
    add(
        world,
        READINGS,
        "readings",
        reading_id="c",
        study_id="s1",
        group_id="g",
        position="1",
        outcome="found",
        **{"pass": "1"},
    )
    assert codes(translate(**world)) == [("Y17", "c")]


def test_a_rejected_translation_is_kept_beside_an_empty_cell(world):
    world["translations"].loc[1, "status"] = "rejected"
    out = translate(**world)
    assert cells(out)["c1", "s2"] == ["nothing_there", "t2 rejected"]
    assert codes(out) == [("Y3", "k2")]
    assert out.coverage["constructs"].tolist() == [1, 0]


def test_a_dropped_concept_leaves_the_grid_and_must_not_be_rested_on(world):
    world["concepts"].loc[0, "status"] = "dropped"
    add(world, CONCEPT_CHANGES, "concept_changes", change_id="m", change="merge", from_ids="c1;c2", to_ids="c2")
    out = translate(**world)
    assert set(out.matrix["concept_id"]) == {"c2"}
    assert codes(out) == [("Y18", "t1;c1"), ("Y18", "t2;c1")]


def test_the_trail_and_the_status_of_a_concept_agree(world):
    world["concepts"].loc[1, "status"] = "dropped"
    add(world, CONCEPT_CHANGES, "concept_changes", change_id="m", change="split", from_ids="c1", to_ids="c3;c4")
    add(world, CONCEPTS, "concepts", concept_id="c3", group_id="g", status="settled", label="c3")
    add(world, CONCEPTS, "concepts", concept_id="c4", group_id="g", status="settled", label="c4")
    assert codes(translate(**world)) == [("Y20", "m;c1"), ("Y20", "c2")]


def test_a_concept_of_no_group_stands_where_it_is_used_and_unused_everywhere(world):
    add(world, GROUPS, "groups", group_id="h", label="Other")
    add(world, GROUP_MEMBERS, "group_members", group_id="h", member_id="s1", primary="no")
    world["refutation_checks"] = frame(
        REFUTATION_CHECKS, {"check_id": "x", "group_id": "g"}, {"check_id": "y", "group_id": "h"}, outcome="none_found"
    )
    world["concepts"]["group_id"] = ""
    out = translate(**world)
    grid = out.matrix[["group_id", "concept_id"]].drop_duplicates().to_numpy().tolist()
    assert grid == [["g", "c1"], ["g", "c2"], ["h", "c2"]]


def test_a_construct_as_member_brings_its_study(world):
    world["group_members"].loc[1, "member_id"] = "k2"
    assert codes(translate(**world)) == []


def test_what_is_translated_in_a_group_belongs_to_it(world):
    world["group_members"] = world["group_members"].iloc[:1]
    world["concepts"].loc[0, "group_id"] = "h"
    add(world, GROUPS, "groups", group_id="h", label="Other")
    add(world, REFUTATION_CHECKS, "refutation_checks", check_id="y", group_id="h", outcome="none_found")
    world["relations"] = frame(RELATIONS, {"relation_id": "r", "group_id": "g", "member_ids": "s1;s2"})
    out = translate(**world)
    assert codes(out) == [("Y11", "r;s2"), ("Y11", "t1;c1"), ("Y11", "t2;c1"), ("Y11", "t2;s2")]
    assert ("c1", "s2") in cells(out)


def test_a_construct_is_translated_or_set_aside(world):
    world["translations"] = world["translations"].iloc[:1]
    assert codes(translate(**world)) == [("Y3", "k2")]
    world["constructs"].loc[1, "status"] = "set_aside"
    assert codes(translate(**world)) == []
    world["constructs"].loc[0, "status"] = "not_translatable"
    assert codes(translate(**world)) == [("Y18", "t1;k1")]


@pytest.mark.parametrize("outcome", ["found", None])
def test_refutation_must_have_been_looked_for(world, outcome):
    world["refutation_checks"] = world["refutation_checks"].assign(outcome=outcome).dropna()
    assert codes(translate(**world)) == [("Y7", "g")]


def test_findings_name_things_as_people_call_them(world):
    world["constructs"].loc[0, "label"] = "keeping face"
    world["studies"] = frame(
        STUDIES, {"study_id": "s1", "label": "Abel 2001"}, {"study_id": "s2", "label": "Baker 2002"}
    )
    world["translations"].loc[0, "kind"] = "refutational"
    (refuting,) = translate(**world).checks.to_dict("records")
    assert "'keeping face' of Abel 2001" in refuting["message"]
    assert "'One'" in refuting["message"]
    world["translations"].loc[0, "status"] = "rejected"
    (open_,) = translate(**world).checks.to_dict("records")
    assert (open_["code"], "'keeping face' of Abel 2001" in open_["message"]) == ("Y3", True)
    for found in (refuting, open_):
        said = f"{found['message']} {found['hint']}"
        assert "metaethno todo translation" in said
        assert not {"k1", "s1", "c1", "g"} & set(said.replace(".", " ").split())
        assert ".csv" not in said


def test_a_refutational_translation_needs_its_refutation(world):
    world["translations"].loc[0, "kind"] = "refutational"
    assert codes(translate(**world)) == [("Y19", "t1;k1")]
    world["refutations"] = frame(
        REFUTATIONS, {"refutation_id": "f", "group_id": "g", "left_id": "s1", "right_id": "k2"}
    )
    world["refutation_checks"] = frame(REFUTATION_CHECKS)
    assert codes(translate(**world)) == []


def test_nothing_found_and_translations_exclude_one_another(world):
    world["readings"].loc[0, "outcome"] = "nothing"
    assert codes(translate(**world)) == [("Y17", "a;s1")]


def test_ids_that_lead_nowhere_are_found(world):
    world["translations"].loc[1, "construct_id"] = "k9"
    out = translate(**world)
    assert codes(out) == [("Y1", "t2;k9"), ("Y3", "k2")]
    assert cells(out)["c1", "s2"] == ["nothing_there"]


def test_an_empty_review_gives_empty_tables(world):
    named = {
        "concept_changes": CONCEPT_CHANGES,
        "concepts": CONCEPTS,
        "constructs": CONSTRUCTS,
        "group_members": GROUP_MEMBERS,
        "groups": GROUPS,
        "passages": PASSAGES,
        "readings": READINGS,
        "refutation_checks": REFUTATION_CHECKS,
        "refutations": REFUTATIONS,
        "relations": RELATIONS,
        "report_studies": REPORT_STUDIES,
        "studies": STUDIES,
        "translations": TRANSLATIONS,
    }
    out = translate(**{name: tables.empty(table) for name, table in named.items()})
    assert [len(out.matrix), len(out.coverage), len(out.checks)] == [0, 0, 0]
