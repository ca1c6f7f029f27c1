"""Rules of a ledger and outcomes of votes, on frames of a few rows."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import votes
from metaethno.schemas import ALIASES, CHECKS, SCREENING, Table
from tests.worlds import DRAWN

REASONS = ("wrong_sample", "no_access")
MEANING = {"include": "forward", "unsure": "forward", "exclude": "exclude"}


def made(table: Table, *rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame([{**dict.fromkeys(table.names, ""), **row} for row in rows], columns=table.names)
    return frame.astype(dict.fromkeys(table.names, str))


def vote(vote_id: str, record: str, who: str, decision: str = "include", **more: str) -> dict[str, object]:
    role = more.pop("role", "reviewer")
    return {
        "vote_id": vote_id,
        "record_id": record,
        "reviewer": who,
        "role": role,
        "round": "main",
        "decision": decision,
        "criteria_version": "v1",
        "decided_on": "2019-01-01",
        **more,
    }


NO_ALIASES = made(ALIASES)


def found(*rows: dict[str, object], stage: str = "screening", aliases: pd.DataFrame = NO_ALIASES, **more: object):
    ledger = made(SCREENING, *rows)
    ledger["_file"] = "data/decisions/screening/ann.csv"
    ledger["_line"] = range(2, len(ledger) + 2)
    return votes.check(ledger, aliases, stage=stage, reviewers=["ann", "ben"], reasons=REASONS, **more)


def test_a_good_ledger_has_no_problems():
    rows = [vote("v1", "r1", "ann"), vote("v2", "r1", "ann", "exclude", supersedes="v1"), vote("v3", "r1", "ben")]
    assert found(*rows) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (vote("v1", "r1", "ben"), vote("v2", "r1", "ann", supersedes="v1"), "ME0402"),
        (vote("v1", "r2", "ann"), vote("v2", "r1", "ann", supersedes="v1"), "ME0403"),
        (vote("v1", "r1", "ann"), vote("v2", "r1", "ann", supersedes="v1", role="adjudicator"), "ME0408"),
        (vote("v1", "r1", "ann", round="calibration"), vote("v2", "r1", "ann", supersedes="v1"), "ME0408"),
        (vote("v1", "r1", "ann"), vote("v2", "r2", "ann", reasons="wrong_sampel"), "ME0405"),
        (vote("v1", "r1", "ann"), vote("v2", "r1", "eve"), "ME0407"),
    ],
)
def test_each_rule_names_the_line(old, new, code):
    problems = found(old, new)
    assert [(p.code, p.line) for p in problems] == [(code, 3)]
    assert problems[0].file == "data/decisions/screening/ann.csv"


def test_a_wrong_reason_gets_a_suggestion():
    assert "Did you mean 'wrong_sample'?" in found(vote("v1", "r1", "ann", reasons="wrong_sampel"))[0].message


def test_two_heads_of_one_person_are_no_error_but_a_conflict_that_names_both():
    rows = [vote("v1", "r1", "ann"), vote("v2", "r1", "ann", "exclude"), vote("v3", "r1", "ben")]
    assert found(*rows) == []
    said = votes.double_heads(made(SCREENING, *rows), NO_ALIASES)
    assert [(row["code"], row["level"], row["ids"]) for row in said] == [("ME0404", "warning", "r1;v1;v2")]
    # Two records of one person would look alike in a list of messages.
    assert "on r1:" in said[0]["message"]


def test_two_heads_that_agree_are_no_problem_so_that_a_conflict_can_be_settled():
    # A new vote replaces one vote only: of two heads, two always remain.
    settled = vote("v3", "r1", "ann", "exclude", supersedes="v1")
    assert found(vote("v1", "r1", "ann"), vote("v2", "r1", "ann", "exclude"), settled) == []


def test_a_full_text_needs_a_reason_and_an_adjudicator_needs_not_be_a_reviewer():
    assert [p.code for p in found(vote("v1", "r1", "ann", "exclude"), stage="eligibility")] == ["ME0406"]
    assert found(vote("v1", "r1", "eve", role="adjudicator")) == []


def test_votes_that_supersede_each_other_are_refused_and_all_problems_come_at_once():
    rows = [
        vote("v1", "r1", "ann", supersedes="v2"),
        vote("v2", "r1", "ann", supersedes="v1"),
        vote("v3", "r2", "eve", reasons="nonsense"),
    ]
    assert [p.code for p in found(*rows)] == ["ME0401", "ME0401", "ME0405", "ME0407"]


def test_a_vote_may_name_any_row_of_its_record():
    aliases = made(ALIASES, {"alias_id": "r5", "record_id": "r1"})
    rows = [vote("v1", "r1", "ann"), vote("v2", "r5", "ann", supersedes="v1")]
    assert found(*rows, aliases=aliases, records=["r1"]) == []
    assert [p.code for p in found(*rows, records=["r1"])] == ["ME0403", "ME0409"]


def outcome(*rows: dict[str, object], needed: int = 2, aliases: pd.DataFrame = NO_ALIASES) -> pd.DataFrame:
    live = votes.counting(made(SCREENING, *rows), aliases, MEANING)
    return votes.outcomes(live, pd.Series({"r1": "h1"}), needed, ("forward", "exclude"))


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (["include"], "undecided"),
        (["include", "unsure"], "forward"),
        (["exclude", "exclude"], "exclude"),
        (["include", "exclude"], "conflict"),
    ],
)
def test_outcome_of_two_votes(decisions, expected):
    rows = [vote(f"v{n}", "r1", who, d) for n, (who, d) in enumerate(zip(["ann", "ben"], decisions, strict=False))]
    assert outcome(*rows).loc["r1", "outcome"] == expected


def test_an_adjudicator_decides_alone_and_the_votes_stay():
    rows = [
        vote("v1", "r1", "ann"),
        vote("v2", "r1", "ben", "exclude"),
        vote("v3", "r1", "eve", "exclude", role="adjudicator", decided_on="2019-02-01"),
    ]
    at = outcome(*rows).loc["r1"]
    assert (at["outcome"], at["decided_by"], at["decided_on"], at["votes"]) == ("exclude", "eve", "2019-02-01", 1)


def test_votes_of_one_person_on_two_records_that_were_merged():
    aliases = made(ALIASES, {"alias_id": "r5", "record_id": "r1"})
    same = [vote("v1", "r1", "ann"), vote("v2", "r5", "ann"), vote("v3", "r1", "ben")]
    at = outcome(*same, aliases=aliases).loc["r1"]
    assert (at["outcome"], at["votes"]) == ("forward", 2)
    torn = [vote("v1", "r1", "ann"), vote("v2", "r5", "ann", "exclude")]
    assert outcome(*torn, aliases=aliases).loc["r1", "outcome"] == "conflict"


def test_only_the_hash_of_a_vote_that_counts_makes_a_record_changed():
    old = vote("v1", "r1", "ann", record_hash="h0")
    assert outcome(old).loc["r1", "changed"] == "yes"
    assert outcome(old, vote("v2", "r1", "ann", record_hash="h1", supersedes="v1")).loc["r1", "changed"] == "no"
    assert outcome(vote("v1", "r1", "ann")).loc["r1", "changed"] == "no"


def test_nothing_in_nothing_out():
    empty = made(SCREENING)
    assert len(outcome()) == 0
    assert votes.check(empty, NO_ALIASES, stage="screening", reviewers=["ann"], reasons=REASONS) == []
    CHECKS.pandera().validate(votes.checks_frame([]))


@pytest.mark.drawn
@settings(deadline=None, max_examples=15 * DRAWN)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.booleans()), max_size=12), st.randoms())
def test_the_order_of_rows_never_matters(cast, random):
    rows = []
    last: dict[tuple[str, str], str] = {}
    for n, (record, who, yes) in enumerate(cast):
        rows.append(vote(f"v{n}", record, who, "include" if yes else "exclude", supersedes=last.get((record, who), "")))
        last[record, who] = f"v{n}"
    shuffled = rows[:]
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(outcome(*rows), outcome(*shuffled))
    assert set(outcome(*rows).index) == {record for record, _, _ in cast}
