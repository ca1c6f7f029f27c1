"""Who has to vote on what: single, double, on a random share, second readers for exclusions, shared out."""

import pandas as pd
import pytest
from pydantic import ValidationError

from metaethno import votes
from metaethno.config import Eligibility, Screening
from metaethno.schemas import ALIASES, SCREENING, UNIQUE
from metaethno.stages.screening import screen
from tests.test_votes import made, vote

PAIR = {"reviewers": ["ann", "ben"]}


def unique(*ids: str) -> pd.DataFrame:
    run = {"first_run": "2018-12-11", "last_run": "2018-12-11", "origin": "databases", "sources": "Embase", "rows": 1}
    frame = made(UNIQUE, *[{"record_id": i, "title": f"Title {i}", "content_hash": f"h{i}", **run} for i in ids])
    return frame.astype({"rows": "Int64"})


def run(ids, *rows, **settings):
    got = screen(unique(*ids), made(ALIASES), made(SCREENING, *rows), Screening(**PAIR | settings), "v1")
    outcome = dict(zip(got.screened["record_id"], got.screened["outcome"], strict=True))
    todo = sorted(got.to_decide[["record_id", "for", "why"]].itertuples(index=False, name=None))
    return outcome, todo, got


def test_single_screening():
    outcome, todo, _ = run(["r1", "r2"], vote("v1", "r1", "ann", "exclude"), votes_per_record=1)
    assert outcome == {"r1": "exclude", "r2": "undecided"}
    assert todo == [("r2", "ann", "never seen"), ("r2", "ben", "never seen")]


def test_a_second_reader_checks_the_exclusions():
    rows = [vote("v1", "r1", "ann", "include"), vote("v2", "r2", "ann", "exclude")]
    outcome, todo, _ = run(["r1", "r2"], *rows, second_votes="exclusions")
    assert outcome == {"r1": "forward", "r2": "undecided"}
    assert todo == [("r2", "ben", "second vote")]
    outcome, todo, _ = run(["r1", "r2"], *rows, vote("v3", "r2", "ben", "include"), second_votes="exclusions")
    assert outcome["r2"] == "conflict"
    assert todo == [("r2", "adjudicator", "conflict")]


def test_who_has_left_stays_a_reviewer_whose_votes_count_and_somebody_else_takes_over():
    rows = [vote("v1", "r1", "ann"), vote("v2", "r1", "ben"), vote("v3", "r2", "ben", "exclude")]
    three = ["ann", "ben", "eve"]
    outcome, todo, _ = run(["r1", "r2", "r3"], *rows, reviewers=three)
    assert outcome == {"r1": "forward", "r2": "undecided", "r3": "undecided"}
    assert [who for record, who, _ in todo if record == "r2"] == ["ann", "eve"]
    more = [vote("v4", "r2", "eve", "exclude"), vote("v5", "r3", "ann"), vote("v6", "r3", "eve")]
    outcome, todo, _ = run(["r1", "r2", "r3"], *rows, *more, reviewers=three)
    assert outcome == {"r1": "forward", "r2": "exclude", "r3": "forward"}
    assert todo == []
    # Or nobody takes over, and one vote is enough from now on.
    outcome, todo, _ = run(["r1", "r2", "r3"], *rows, vote("v5", "r3", "ann"), votes_per_record=1)
    assert outcome == {"r1": "forward", "r2": "exclude", "r3": "forward"}
    assert todo == []


def test_double_on_a_random_share_that_stays_the_same_share():
    ids = [f"r{i}" for i in range(400)]
    rows = [vote(f"v{i}", i, "ann", "exclude") for i in ids]
    outcome, todo, _ = run(ids, *rows, second_votes="share", share=25, seed=3)
    drawn = {record for record, who, _ in todo if who == "ben"}
    assert {r for r, o in outcome.items() if o == "undecided"} == drawn
    # 400 draws of 25 %: 100, give or take three standard deviations (8.7 each).
    assert 74 <= len(drawn) <= 126
    # Records that come later change nothing for those that were there; another seed draws others.
    more = [f"s{i}" for i in range(50)]
    _, later, _ = run([*more, *ids], *rows, second_votes="share", share=25, seed=3)
    assert {r for r, who, why in later if why == "second vote"} == drawn
    _, other, _ = run(ids, *rows, second_votes="share", share=25, seed=4)
    assert {r for r, *_ in other} != drawn


def test_records_that_are_shared_out_go_to_as_many_people_as_are_needed():
    ids = [f"r{i}" for i in range(300)]
    three = ["ann", "ben", "eve"]
    _, todo, _ = run(ids, reviewers=three, assign="shared", votes_per_record=2)
    counts = pd.Series([who for _, who, _ in todo]).value_counts()
    assert counts.sum() == 600
    assert counts.min() > 150
    # A fourth takes some from each, and nothing moves between the three.
    _, four, _ = run(ids, reviewers=[*three, "dan"], assign="shared", votes_per_record=2)
    before, after = {(r, w) for r, w, _ in todo}, {(r, w) for r, w, _ in four}
    assert after - before == {(r, w) for r, w in after if w == "dan"}
    # Somebody who voted although it wasn't theirs counts; one more is asked.
    record = "r0"
    mine = {w for r, w in before if r == record}
    other = next(w for w in three if w not in mine)
    _, left, _ = run([record], vote("v1", record, other), reviewers=three, assign="shared")
    assert len(left) == 1
    assert left[0][1] in mine


def test_two_votes_of_one_person_ask_that_person_first():
    rows = [vote("v1", "r1", "ann"), vote("v2", "r1", "ann", "exclude"), vote("v3", "r1", "ben")]
    outcome, todo, got = run(["r1"], *rows)
    assert outcome == {"r1": "conflict"}
    assert todo == [("r1", "ann", "your own votes differ")]
    assert got.checks["code"].tolist() == ["ME0404"]
    assert got.conflicts["votes"].tolist() == ["ann: include; ann: exclude; ben: include"]


def test_who_was_unsure_about_a_full_text_is_asked_again():
    outcome = pd.Series({"r1": "undecided", "r2": "awaiting"})
    rows = [vote("v1", "r1", "ann", "unsure"), vote("v2", "r2", "ben", "awaiting")]
    ledger = made(SCREENING, *rows)
    meaning = {"include": "include", "exclude": "exclude", "unsure": "undecided", "awaiting": "awaiting"}
    live = votes.counting(ledger, made(ALIASES), meaning)
    settings = Eligibility(**PAIR, votes_per_record=1)
    got = votes.open_votes(outcome, live, pd.Series({"r1": "h", "r2": "h"}), settings, ["awaiting"])
    assert got.to_numpy().tolist() == [["r1", "ann", "you were unsure"], ["r2", "ben", "awaiting information"]]


def test_settings_that_say_nothing_are_refused():
    from metaethno.config import Config
    from tests.worlds import CONFIG

    for wrong in (
        {"second_votes": "exclusions", "votes_per_record": 1},
        {"adjudicators": ["nobody"]},
        {"share": 100},
        {"assign": "alphabet"},
    ):
        with pytest.raises(ValidationError):
            Config.model_validate(CONFIG | {"screening": PAIR | wrong})
    Config.model_validate(CONFIG | {"screening": PAIR | {"second_votes": "share", "adjudicators": ["ann"]}})
