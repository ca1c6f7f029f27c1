"""Stage 4 on frames of a few rows."""

import pandas as pd
import pytest

from metaethno.config import Screening
from metaethno.schemas import (
    AGREEMENT,
    ALIASES,
    CHECKS,
    CONFLICTS,
    SCREENED,
    SCREENING,
    SCREENING_TO_DECIDE,
    UNIQUE,
    Table,
)
from metaethno.stages.screening import screen

TWO = Screening(reviewers=["ann", "ben"])


def made(table: Table, *rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame([{**dict.fromkeys(table.names, ""), **row} for row in rows], columns=table.names)
    counts = {c.name for c in table.columns if c.kind == "count"} if table.kind == "derived" else set()
    for name in table.names:
        frame[name] = frame[name].replace("", 1).astype("Int64") if name in counts else frame[name].astype(str)
    return frame


def unique(*ids: str) -> pd.DataFrame:
    run = {"first_run": "2018-12-11", "last_run": "2018-12-11", "origin": "databases", "sources": "Embase"}
    return made(UNIQUE, *[{"record_id": i, "title": f"Title {i}", "content_hash": f"h{i}", **run} for i in ids])


def vote(record: str, who: str, decision: str, **more: str) -> dict[str, object]:
    fixed = {"role": "reviewer", "round": "main", "criteria_version": "v1", "decided_on": "2019-01-01"}
    key = {"vote_id": f"{record}-{who}-{decision}", "record_id": record, "reviewer": who, "decision": decision}
    return fixed | key | more


def run(records: pd.DataFrame, *rows: dict[str, object], settings: Screening = TWO, aliases=()):
    got = screen(records, made(ALIASES, *aliases), made(SCREENING, *rows), settings, "v1")
    for table, frame in {
        SCREENED: got.screened,
        SCREENING_TO_DECIDE: got.to_decide,
        CONFLICTS: got.conflicts,
        AGREEMENT: got.agreement,
        CHECKS: got.checks,
    }.items():
        table.pandera().validate(frame, lazy=True)
        assert list(frame.columns) == table.names
        assert not frame.duplicated(list(table.key)).any()
    return got


def todo(got) -> list[list[str]]:
    return sorted(got.to_decide[["record_id", "for", "why"]].values.tolist())


def test_nobody_has_voted():
    got = run(unique("r1"))
    assert got.screened["outcome"].tolist() == ["undecided"]
    assert todo(got) == [["r1", "ann", "never seen"], ["r1", "ben", "never seen"]]
    assert len(run(unique()).screened) == 0


def test_one_has_voted():
    got = run(unique("r1"), vote("r1", "ann", "include"))
    assert todo(got) == [["r1", "ben", "second vote"]]
    three = Screening(reviewers=["ann", "ben", "eve"])
    got = run(unique("r1"), vote("r1", "ann", "include"), settings=three)
    assert todo(got) == [["r1", "ben", "second vote"], ["r1", "eve", "second vote"]]


def test_a_conflict_goes_to_an_adjudicator_and_shows_both_votes():
    rows = [vote("r1", "ann", "include"), vote("r1", "ben", "exclude", reasons="wrong_sample", note="students")]
    got = run(unique("r1"), *rows)
    assert todo(got) == [["r1", "adjudicator", "conflict"]]
    assert got.conflicts["votes"].tolist() == ["ann: include; ben: exclude (wrong_sample students)"]
    # A vote of two merged copies stands there once where both say the same.
    again = vote("r1", "ann", "include") | {"vote_id": "v9"}
    assert run(unique("r1"), *rows, again).conflicts["votes"].tolist() == got.conflicts["votes"].tolist()
    settled = run(unique("r1"), *rows, vote("r1", "eve", "include", role="adjudicator"))
    assert settled.screened["outcome"].tolist() == ["forward"]
    assert settled.screened["decided_by"].tolist() == ["eve"]
    assert len(settled.conflicts) == len(settled.to_decide) == 0


@pytest.mark.parametrize(("unsure", "expected"), [("forward", "forward"), ("conflict", "conflict")])
def test_where_unsure_goes(unsure, expected):
    settings = Screening(reviewers=["ann", "ben"], unsure=unsure)
    for other in ("include", "unsure"):
        got = run(unique("r1"), vote("r1", "ann", "unsure"), vote("r1", "ben", other), settings=settings)
        assert got.screened["outcome"].tolist() == [expected]


def test_calibration_does_not_decide_but_counts_for_agreement():
    got = run(unique("r1"), *[vote("r1", who, "exclude", round="calibration") for who in ("ann", "ben")])
    assert got.screened["outcome"].tolist() == ["undecided"]
    assert got.agreement[["round", "pair", "both_exclude"]].values.tolist() == [
        ["calibration", "all", 1],
        ["calibration", "ann;ben", 1],
    ]


def test_a_changed_record_keeps_its_decision_and_goes_back_to_who_saw_the_old_one():
    got = run(unique("r1"), vote("r1", "ann", "include", record_hash="old"), vote("r1", "ben", "include"))
    assert got.screened[["outcome", "changed"]].values.tolist() == [["forward", "yes"]]
    assert todo(got) == [["r1", "ann", "changed since you voted"]]


def test_decisions_of_records_that_were_merged_are_carried_over():
    alias = [{"alias_id": "r2", "record_id": "r1"}]
    got = run(unique("r1"), vote("r2", "ann", "exclude"), vote("r1", "ben", "exclude"), aliases=alias)
    assert got.screened["outcome"].tolist() == ["exclude"]
    torn = [vote("r2", "ann", "exclude"), vote("r1", "ann", "include"), vote("r1", "ben", "include")]
    got = run(unique("r1"), *torn, aliases=alias)
    assert got.screened["outcome"].tolist() == ["conflict"]
    assert got.conflicts["votes"].tolist() == ["ann: include; ann: exclude; ben: include"]


def test_single_screening_and_old_criteria():
    one = Screening(reviewers=["ann"], votes_per_record=1)
    got = run(unique("r1"), vote("r1", "ann", "exclude", criteria_version="v0"), settings=one)
    assert got.screened["outcome"].tolist() == ["exclude"]
    assert got.checks[["code", "level", "ids"]].values.tolist() == [["ME0416", "note", "v0"]]


def test_thirteen_thousand_records():
    ids = [f"r{n}" for n in range(13_000)]
    decisions = ["exclude" if n % 90 else "include" for n in range(13_000)]
    rows = [vote(i, who, d) for i, d in zip(ids, decisions, strict=True) for who in ("ann", "ben")]
    records, ledger = unique(*ids), made(SCREENING, *rows)
    got = screen(records, made(ALIASES), ledger, TWO, "v1")
    assert got.screened["outcome"].value_counts().to_dict() == {"exclude": 12_855, "forward": 145}
