"""Why rows are one record, or two records are not: the reason, the fields side by side, and how to change it."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from metaethno.errors import UserError
from metaethno.why import World, field_rows, path, why_one, why_two
from tests.stages.test_dedupe import OTHER, PAPER, records, run, verdicts


def world(frame: pd.DataFrame, said: pd.DataFrame | None = None) -> World:
    said = verdicts() if said is None else said
    found = run(frame, said)
    said = said.assign(_line=range(2, len(said) + 2))
    return World(
        frame, found.members, found.unique, found.field_sources, found.to_decide, found.related, found.parted, said, 88
    )


FOUR = records(PAPER, PAPER | {"doi": ""}, PAPER | {"doi": "10.5555/mistyped"}, OTHER)


def test_one_id_tells_what_joined_every_row():
    of = world(FOUR)
    ((row, says, partner),) = why_one(of, "R2")
    assert (row, partner) == ("R2", "R1")
    assert "title, authors" in says
    assert list(why_one(of, "R4")) == []
    assert ("title", PAPER["title"], "R1") in field_rows(of, "R1")


def test_two_rows_of_one_record_are_shown_side_by_side():
    answer = why_two(world(FOUR), "R1", "R2")
    assert (answer.together, answer.left_record, answer.pair.outcome) == (True, "R1", "merged")
    shown = {f.field: (f.left, f.right, f.says) for f in answer.fields}
    assert shown["title"] == (PAPER["title"], PAPER["title"], "agree")
    assert shown["doi"] == (PAPER["doi"], "", "silent")


def test_two_records_that_a_third_row_keeps_apart():
    said = " ".join(why_two(world(FOUR), "R1", "R3").sentences)
    assert "R2 and R3 would be one" in said
    assert "Kept apart because R1 and R3 differ in DOI." in said
    assert "waits for a person" in said


def test_two_records_that_were_never_compared():
    (said,) = why_two(world(FOUR), "R1", "R4").sentences
    assert "never compared" in said


def test_a_verdict_is_named_with_its_line_and_what_would_supersede_it():
    answer = why_two(world(FOUR, verdicts(("R1", "R2", "different"))), "R2", "R1")
    assert not answer.together
    assert answer.sentences[0].startswith("ann called R1 and R2 different on 2020-01-02 (v0, line 2)")
    assert answer.verdict_ids == ("v0",)
    forced = why_two(world(FOUR, verdicts(("R1", "R4", "same"))), "R4", "R1")
    assert forced.together
    assert "same on 2020-01-02 (v0, line 2)" in forced.sentences[0]


def test_rows_that_are_one_by_way_of_others_show_the_way():
    # R1 and R3 have little in common but what R2 has in common with both.
    bare = PAPER | {"volume": "", "issue": "", "pages": "", "doi": ""}
    frame = records(PAPER | {"authors": ""}, PAPER, bare | {"year": "2009"})
    of = world(frame)
    steps = path(of, "R1", "R3")
    assert steps[0][0] == "R1"
    assert steps[-1][1] == "R3"
    assert all(a[1] == b[0] for a, b in pairwise(steps))


def test_an_unknown_id_gets_a_suggestion():
    frame = FOUR.assign(row_id=["RABCDEFGH", "RBBBBBBBB", "RCCCCCCCC", "RDDDDDDDD"])
    with pytest.raises(UserError, match="Did you mean 'RABCDEFGH'"):
        world(frame).record_of("rabcdefgx")
