"""What the pages say of the grid, the trail, other readings, two translators, and what falls without a study."""

from __future__ import annotations

import pypandoc
from tests.report_world import HOSTILE, frame, review

from metaethno.fragments import arguing, translating


def read(markdown: str) -> str:
    """Return the text that a reader sees."""
    return " ".join(pypandoc.convert_text(markdown, "plain", format="markdown", extra_args=["--wrap=none"]).split())


def test_the_grid_shows_each_study_on_each_aspect() -> None:
    grid = frame(
        "aspects",
        {"study_id": "S1", "aspect": "Focus", "says": "feelings"},
        {"study_id": "S2", "aspect": HOSTILE, "says": HOSTILE},
    )
    said = translating.aspects(review(aspects=grid))
    assert "feelings" in read(said)
    assert "<script>" not in said.replace("\\<script\\>", "")


def test_the_trail_names_what_changed_and_leaves_out_first_translations() -> None:
    rows = [
        {"concept_id": "C1", "concept_label": "One", "position": 1, "event": "first_translated", "by": "ann"},
        {"concept_id": "C1", "concept_label": "One", "position": 2, "event": "renamed", "before": "Won", "after": "One",
         "why": "clearer", "by": "ann", "changed_on": "2024-01-01"},
        {"concept_id": "C1", "concept_label": "One", "position": 3, "event": "took_in", "others": "Two", "why": "alike",
         "by": "ann", "changed_on": "2024-01-02"},
    ]  # fmt: skip
    said = read(translating.trail(review(trail=frame("trail", *rows))))
    assert "renamed: “Won” → “One”" in said
    assert "took in Two" in said
    assert "first translated" not in said
    assert "No concept was noted" in translating.trail(review(trail=frame("trail", rows[0])))


def test_rejected_translations_and_other_readings_are_kept_in_sight() -> None:
    made = {
        "group_id": "G",
        "concept_id": "C",
        "kind": "reciprocal",
        "translators": "ann",
        "translated_on": "2024-01-01",
    }
    rows = [
        made | {"translation_id": "t1", "construct_id": "K1", "status": "rejected", "reason": "too narrow"},
        made | {"translation_id": "t2", "construct_id": "K2", "status": "accepted", "alternative_reading": "or irony"},
        made | {"translation_id": "t3", "construct_id": "K3", "status": "accepted", "wording": "plain"},
    ]
    said = read(translating.alternatives(review(translations=frame("translations", *rows))))
    assert "rejected: too narrow" in said
    assert "or irony" in said
    assert "plain" not in said


def test_two_translators_stand_side_by_side() -> None:
    made = {"group_id": "G", "study_id": "S1", "left": "ann", "right": "ben"}
    rows = [
        made | {"construct_id": "K1", "left_concepts": "C8", "right_concepts": "C9", "state": "differ"},
        made | {"construct_id": "K2", "left_concepts": "C8", "right_concepts": "C8", "state": "agree"},
    ]
    said = read(translating.differences(review(differences=frame("differences", *rows))))
    assert "Ann: C8" in said, "the team gives her name"
    assert "ben: C9" in said
    assert "On 1 other construct the two agree." in said


def test_only_what_falls_or_loses_something_without_a_study_is_shown() -> None:
    made = {"target_kind": "third_order", "target_id": "T1", "label": "Theme", "constructs": 1, "share": "0.500",
            "constructs_left": 1}  # fmt: skip
    rows = [
        made | {"study_id": "S1", "studies_left": 1, "state": "falls_below"},
        made | {"study_id": "S2", "studies_left": 2, "state": "holds"},
    ]
    said = read(arguing.leave_out(review(leave_one_out=frame("leave_one_out", *rows))))
    assert said.count("T1") == 1
    assert "rests on too few" in said
    assert "50 %" in said
