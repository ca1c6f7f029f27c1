"""Decisions follow their record: what counts after records were joined or parted."""

from __future__ import annotations

import pandas as pd
import pytest

from metaethno import carry, related
from metaethno.config import Screening
from metaethno.schemas import (
    ALIASES,
    ASSESSED,
    PARTED,
    RELATED,
    RELATED_REPORTS,
    REPORT_STUDIES,
    RERUN,
    RETRIEVAL,
    SCREENED,
    SCREENING,
    UNIQUE,
)  # fmt: skip
from metaethno.stages.screening import screen
from tests.test_votes import made, vote

TWO = Screening(reviewers=["ann", "ben"], votes_per_record=2)
JOINED = made(ALIASES, {"alias_id": "r2", "record_id": "r1"})
APART = made(ALIASES)
BY_BEN = {"verdict_id": "d1", "left_row": "r1", "right_row": "r2", "left_record": "r1", "right_record": "r2",
          "verdict": "different", "reviewer": "ben", "decided_on": "2019-06-01", "joined_by": "rules"}  # fmt: skip
PARTING = made(PARTED, BY_BEN)


def outcome(aliases: pd.DataFrame, *rows: dict[str, object], parted: pd.DataFrame | None = None):
    ids = ["r1"] if len(aliases) else ["r1", "r2"]
    unique = made(UNIQUE, *({"record_id": i, "first_run": "2019-01-01", "origin": "databases"} for i in ids))
    return screen(unique, aliases, made(SCREENING, *rows), TWO, "v1", parted)


def outcomes(got) -> dict[str, str]:
    return dict(zip(got.screened["record_id"], got.screened["outcome"], strict=True))


# Ann voted on r2 while it stood alone, and thought again when it was one record with r1.
THOUGHT_AGAIN = [
    vote("a1", "r2", "ann", "include"),
    vote("a2", "r1", "ann", "exclude", supersedes="a1"),
    vote("b1", "r1", "ben", "exclude"),
]


def test_a_vote_replaced_while_two_records_were_one_counts_again_when_they_are_parted():
    assert outcomes(outcome(JOINED, *THOUGHT_AGAIN)) == {"r1": "exclude"}
    got = outcome(APART, *THOUGHT_AGAIN, parted=PARTING)
    assert outcomes(got) == {"r1": "exclude", "r2": "undecided"}
    assert dict(zip(got.screened["record_id"], got.screened["votes"], strict=True)) == {"r1": 2, "r2": 1}
    assert got.checks[["code", "level"]].to_numpy().tolist() == [["ME0463", "warning"]]
    # Without a verdict that explains it, somebody named the wrong vote, or the rules have changed: look at it.
    assert outcome(APART, *THOUGHT_AGAIN).checks["level"].tolist() == ["error"]


def test_a_later_vote_on_the_same_record_replaces_across_a_detour():
    rows = [vote("a1", "r2", "ann", "include"), vote("a2", "r1", "ann", supersedes="a1"),
            vote("a3", "r2", "ann", "exclude", supersedes="a2")]  # fmt: skip
    live = carry.standing(SCREENING, made(SCREENING, *rows), APART)
    assert live["vote_id"].tolist() == ["a2", "a3"]


@pytest.mark.parametrize("aliases", [JOINED, APART])
def test_a_circle_is_not_followed_for_ever(aliases):
    rows = [vote("a1", "r2", "ann", supersedes="a2"), vote("a2", "r1", "ann", supersedes="a1")]
    carry.standing(SCREENING, made(SCREENING, *rows), aliases)


def test_the_half_that_nobody_saw_is_undecided_and_flagged():
    rows = [vote("a1", "r1", "ann", "exclude"), vote("b1", "r1", "ben", "exclude")]
    got = outcome(APART, *rows, parted=PARTING)
    assert outcomes(got) == {"r1": "exclude", "r2": "undecided"}
    assert set(got.to_decide["record_id"]) == {"r2"}
    assert set(got.to_decide["why"]) == {"parted from a record that was voted on"}
    (check,) = got.checks.to_dict("records")
    assert (check["code"], check["ids"]) == ("ME0464", "r2;r1")
    assert "2 decisions stay with r1" in check["message"]


def test_the_half_that_nobody_saw_is_named_so_whatever_an_adjudicator_says_of_the_other_since():
    votes = [vote("a1", "r1", "ann", "include"), vote("b1", "r1", "ben", "exclude")]
    judged = vote("c1", "r1", "cara", "include", role="adjudicator", decided_on="2019-07-01")
    got = outcome(APART, *votes, judged, parted=PARTING)
    assert outcomes(got) == {"r1": "forward", "r2": "undecided"}
    assert set(got.to_decide["why"]) == {"parted from a record that was voted on"}


def test_a_pair_that_was_parted_before_anyone_voted_is_nothing_special():
    rows = [vote("a1", "r1", "ann", "exclude", decided_on="2019-07-01")]
    got = outcome(APART, *rows, parted=PARTING)
    assert set(got.to_decide["why"]) == {"never seen", "second vote"}
    assert len(got.checks) == 0


R1_TORN = [vote("a1", "r1", "ann", "include"), vote("b1", "r1", "ben", "exclude")]
R2_IN = [vote("a2", "r2", "ann", "include"), vote("b2", "r2", "ben", "include")]


def judge(name: str, record: str, decision: str, **more: str) -> dict[str, object]:
    return vote(name, record, "eve", decision, role="adjudicator", **{"decided_on": "2019-03-01"} | more)


def test_an_adjudicator_who_knew_one_record_does_not_overrule_the_votes_on_another():
    rows = [*R1_TORN, judge("e1", "r1", "exclude"), *R2_IN]
    assert outcomes(outcome(APART, *rows)) == {"r1": "exclude", "r2": "forward"}
    got = outcome(JOINED, *rows)
    assert outcomes(got) == {"r1": "conflict"}
    assert got.to_decide[["for", "why"]].to_numpy().tolist() == [["adjudicator", "conflict"]]
    again = judge("e2", "r1", "exclude", supersedes="e1", decided_on="2019-09-01")
    assert outcomes(outcome(JOINED, *rows, again)) == {"r1": "exclude"}


def test_an_adjudicator_who_agrees_with_the_other_record_settles_both():
    assert outcomes(outcome(JOINED, *R1_TORN, judge("e1", "r1", "include"), *R2_IN)) == {"r1": "forward"}


def test_a_join_that_is_all_there_is_to_settle_is_settled_by_one_vote():
    out = [vote("a1", "r1", "ann", "exclude"), vote("b1", "r1", "ben", "exclude")]
    assert outcomes(outcome(JOINED, *out, *R2_IN)) == {"r1": "conflict"}
    assert outcomes(outcome(JOINED, *out, *R2_IN, judge("e1", "r1", "include"))) == {"r1": "forward"}
    assert outcomes(outcome(JOINED, *out, *R2_IN, judge("e1", "r2", "include"))) == {"r1": "forward"}


def test_retrieval_follows_the_same_way():
    rows = [{"retrieval_id": "t1", "record_id": "r2", "outcome": "obtained"},
            {"retrieval_id": "t2", "record_id": "r1", "supersedes": "t1", "outcome": "not_obtained"}]  # fmt: skip
    ledger = made(RETRIEVAL, *rows)
    assert carry.standing(RETRIEVAL, ledger, JOINED)["retrieval_id"].tolist() == ["t2"]
    assert carry.standing(RETRIEVAL, ledger, APART)["retrieval_id"].tolist() == ["t1", "t2"]


# ------------------------------------------------------------------------------------------------ reports of one study

PAIR = {"left_record": "r1", "right_record": "r2", "concerns": "study", "relation": "article and thesis",
        "said_by": "rules", "left_row": "r1", "right_row": "r2"}  # fmt: skip
TITLES = made(UNIQUE, {"record_id": "r1", "title": "One"}, {"record_id": "r2", "title": "Two"})
FORWARD = made(SCREENED, *({"record_id": i, "outcome": "forward"} for i in ("r1", "r2")))


def reports(*links: tuple[str, str], second: str = "include", **cells: str) -> tuple[pd.DataFrame, list[str]]:
    assessed = made(ASSESSED, {"record_id": "r1", "outcome": "include"}, {"record_id": "r2", "outcome": second})
    linked = made(REPORT_STUDIES, *({"record_id": r, "study_id": s, "report_id": r} for r, s in links))
    found = related.related_reports(made(RELATED, PAIR | cells), FORWARD, assessed, linked, APART, TITLES)
    RELATED_REPORTS.pandera().validate(found)
    return found, [row["code"] for row in related.checks(found, assessed, made(RERUN))]


def test_possible_reports_of_one_study_are_shown_until_somebody_links_them():
    found, codes = reports()
    assert found[["record_id", "related_id", "state", "title"]].to_numpy().tolist() == [["r1", "r2", "open", "One"]]
    assert codes == ["ME0461"]
    found, codes = reports(("r1", "s1"), ("r2", "s1"))
    assert (found["state"].tolist(), found["studies"].tolist(), codes) == (["linked"], ["s1"], [])
    assert reports(("r1", "s1"), ("r2", "s2"))[0]["state"].tolist() == ["other studies"]
    assert reports(second="exclude")[1] == []
    assert reports(concerns="notice", relation="article and erratum")[1] == ["ME0462"]


def test_a_report_that_was_retracted_later_is_told_while_it_is_in():
    gone = made(
        RERUN, {"run": "2021-01-02", "source": "Embase", "record_id": "r1", "changed_fields": "title;retraction"}
    )
    for outcome_now, codes in (("include", ["ME0465"]), ("exclude", [])):
        assessed = made(ASSESSED, {"record_id": "r1", "outcome": outcome_now})
        none = made(RELATED_REPORTS)
        assert [row["code"] for row in related.checks(none, assessed, gone)] == codes
