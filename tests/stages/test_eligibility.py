"""Stage 5 on frames of a few rows."""

import pandas as pd
import pytest

from metaethno.config import Eligibility, Reason
from metaethno.errors import UserError
from metaethno.schemas import (
    AGREEMENT,
    ALIASES,
    ASSESSED,
    CHECKS,
    CONFLICTS,
    ELIGIBILITY,
    EXCLUDED,
    INCLUDED_STUDIES,
    REPORT_STUDIES,
    RETRIEVAL,
    SCREENED,
    UNIQUE,
    Table,
)
from metaethno.stages.eligibility import assess, check_retrieval

TWO = Eligibility(reviewers=["ann", "ben"])
REASONS = [
    Reason(id="wrong_sample", label="wrong sample"),
    Reason(id="thin", label="data not in depth"),
    Reason(id="no_access", label="could not be obtained", box="not_retrieved"),
    Reason(id="repeats", label="reported more fully elsewhere", box="redundant_report"),
]
RUN = "2018-12-11"


def made(table: Table, *rows: dict[str, object]) -> pd.DataFrame:
    frame = pd.DataFrame([{**dict.fromkeys(table.names, ""), **row} for row in rows], columns=table.names)
    counts = {c.name for c in table.columns if c.kind == "count"} if table.kind == "derived" else set()
    for name in table.names:
        frame[name] = frame[name].replace("", 1).astype("Int64") if name in counts else frame[name].astype(str)
    return frame


def vote(record: str, who: str, decision: str, reasons: str = "", **more: str) -> dict[str, object]:
    fixed = {"role": "reviewer", "round": "main", "criteria_version": "v1", "decided_on": "2019-01-01"}
    key = {"vote_id": f"{record}-{who}-{decision}", "record_id": record, "reviewer": who, "decision": decision}
    return fixed | key | {"reasons": reasons} | more


def both(record: str, decision: str, reasons: str = "") -> list[dict[str, object]]:
    return [vote(record, who, decision, reasons) for who in ("ann", "ben")]


def asked(record: str, outcome: str, **more: str) -> dict[str, object]:
    row = {"retrieval_id": f"{record}-{outcome}", "record_id": record, "outcome": outcome, "by": "ann"}
    return row | {"asked_on": "2019-02-01"} | more


def link(record: str, study: str, role: str = "main") -> dict[str, object]:
    return {"report_id": f"p-{record}", "record_id": record, "study_id": study, "role": role, "citation": "Anon 2010"}


def run(ids="r1", votes=(), retrieval=(), links=(), reasons=REASONS, aliases=(), forward=None, files=None):
    ids = ids.split()
    base = {"first_run": RUN, "last_run": RUN, "origin": "databases", "sources": "Embase"}
    unique = made(UNIQUE, *[{"record_id": i, "title": f"Title {i}", "content_hash": f"h{i}", **base} for i in ids])
    sought = ids if forward is None else forward
    seen = {"first_run": RUN, "origin": "databases", "changed": "no"}
    screened = made(
        SCREENED, *[{"record_id": i, "outcome": "forward" if i in sought else "exclude", **seen} for i in ids]
    )
    tables = [made(RETRIEVAL, *retrieval), made(ELIGIBILITY, *votes), made(REPORT_STUDIES, *links)]
    got = assess(unique, made(ALIASES, *aliases), screened, *tables, TWO, reasons, files)
    for table, frame in {
        ASSESSED: got.assessed,
        EXCLUDED: got.excluded,
        INCLUDED_STUDIES: got.studies,
        CHECKS: got.checks,
        CONFLICTS: got.conflicts,
        AGREEMENT: got.agreement,
    }.items():
        table.pandera().validate(frame, lazy=True)
        assert list(frame.columns) == table.names
        assert not frame.duplicated(list(table.key)).any()
    return got


def outcome(got) -> str:
    return str(got.assessed["outcome"].iloc[0])


@pytest.mark.parametrize(
    ("votes", "retrieval", "expected"),
    [
        ([], [], "not_yet_retrieved"),
        ([], [asked("r1", "requested")], "not_yet_retrieved"),
        ([], [asked("r1", "obtained")], "undecided"),
        ([], [asked("r1", "not_obtained")], "not_retrieved"),
        ([], [asked("r1", "not_obtained", route="library"), asked("r1", "requested")], "not_yet_retrieved"),
        ([], [asked("r1", "not_obtained", route="library"), asked("r1", "obtained")], "undecided"),
        ([vote("r1", "ann", "include")], [asked("r1", "requested")], "undecided"),
        (both("r1", "include"), [], "include"),
        (both("r1", "exclude", "thin"), [], "exclude"),
        (both("r1", "exclude", "no_access"), [], "not_retrieved"),
        (both("r1", "awaiting"), [], "awaiting"),
        ([vote("r1", "ann", "include"), vote("r1", "ben", "unsure")], [], "undecided"),
        ([vote("r1", "ann", "include"), vote("r1", "ben", "awaiting")], [], "awaiting"),
        ([vote("r1", "ann", "include"), vote("r1", "ben", "exclude", "thin")], [], "conflict"),
    ],
)
def test_outcomes(votes, retrieval, expected):
    got = run(votes=votes, retrieval=retrieval)
    assert outcome(got) == expected
    assert len(got.excluded) == (expected in ("exclude", "not_retrieved"))
    assert len(got.conflicts) == (expected == "conflict")


def test_of_several_reasons_the_first_configured_is_counted_and_all_are_kept():
    got = run(votes=[vote("r1", "ann", "exclude", "no_access; thin"), vote("r1", "ben", "exclude", "wrong_sample")])
    assert got.assessed[["reason_id", "all_reasons"]].values.tolist() == [
        ["wrong_sample", "wrong_sample;thin;no_access"]
    ]
    assert got.excluded[["reason", "box", "further_reasons"]].values.tolist() == [
        ["wrong sample", "excluded", "thin;no_access"]
    ]


def test_the_reasons_of_an_adjudicator_win():
    rows = [*both("r1", "exclude", "wrong_sample"), vote("r1", "eve", "exclude", "thin", role="adjudicator")]
    got = run(votes=rows)
    assert got.assessed[["reason_id", "decided_by"]].values.tolist() == [["thin", "eve"]]


def test_not_retrieved_gets_the_configured_reason_and_who_noted_it():
    got = run(retrieval=[asked("r1", "not_obtained", by="ben")])
    at = got.assessed.iloc[0]
    assert (at["reason_id"], at["all_reasons"], at["decided_by"]) == ("no_access", "no_access", "ben")
    assert at["decided_on"] == "2019-02-01"
    assert got.excluded[["reason_id", "box"]].values.tolist() == [["no_access", "not_retrieved"]]
    with pytest.raises(UserError, match="ME0411"):
        run(retrieval=[asked("r1", "not_obtained")], reasons=REASONS[:2])


def test_a_vote_on_what_was_not_obtained_is_an_error_unless_it_says_the_same():
    retrieval = [asked("r1", "not_obtained")]
    got = run(votes=both("r1", "exclude", "no_access"), retrieval=retrieval)
    assert (outcome(got), len(got.checks)) == ("not_retrieved", 0)
    got = run(votes=both("r1", "include"), retrieval=retrieval, links=[])
    assert outcome(got) == "not_retrieved"
    assert got.checks[["code", "level", "ids"]].values.tolist() == [["ME0412", "error", "r1"]]
    assert "'Title r1', is noted" in got.checks["message"][0]


@pytest.mark.parametrize("other", [[], [vote("r1", "ben", "exclude", "thin")]])
def test_one_inclusion_of_what_was_not_obtained_is_not_passed_over(other):
    """The record is on no worklist any more, so that nobody would ever hear of the vote."""
    got = run(votes=[vote("r1", "ann", "include"), *other], retrieval=[asked("r1", "not_obtained")])
    assert outcome(got) == "not_retrieved"
    assert got.checks[["code", "ids"]].values.tolist() == [["ME0412", "r1"]]
    waiting = run(votes=[vote("r1", "ann", "awaiting")], retrieval=[asked("r1", "not_obtained")])
    assert len(waiting.checks) == 0


def test_studies_and_their_reports():
    votes = [*both("r1", "include"), *both("r2", "include"), *both("r3", "exclude", "repeats")]
    links = [link("r1", "s1"), link("r9", "s1", "companion"), link("r3", "s1", "redundant")]
    got = run("r1 r2 r3", votes, links=links, aliases=[{"alias_id": "r9", "record_id": "r2"}])
    assert len(got.checks) == 0
    assert got.studies[["record_id", "role"]].values.tolist() == [
        ["r1", "main"],
        ["r2", "companion"],
        ["r3", "redundant"],
    ]
    assert got.excluded[["box", "study_id"]].values.tolist() == [["redundant_report", "s1"]]


def test_what_does_not_go_together_is_said():
    votes = [*both("r1", "include"), *both("r2", "exclude", "repeats"), *both("r3", "exclude", "thin")]
    got = run("r1 r2 r3 r4", [*votes, *both("r4", "include")], links=[link("r3", "s3")], forward=["r1", "r2", "r3"])
    said = got.checks.set_index("code")["message"]
    assert said["ME0413"].startswith("the full text of r4 was voted on")
    assert sorted(got.checks[["code", "level", "ids"]].values.tolist()) == [
        ["ME0410", "error", "r2"],
        ["ME0413", "warning", "r4"],
        ["Y2", "error", "r1"],
        ["Y2", "error", "r3"],
    ]
    (message,) = got.checks.loc[got.checks["code"].eq("ME0410"), "message"]
    # Whoever reads it knows papers, not ids.
    assert got.assessed.set_index("record_id").loc["r2", "title"] in message


def test_how_often_and_from_whom_a_full_text_was_asked_for():
    rows = [
        asked("r1", "requested", asked_on="2019-02-03", route="author; by e-mail"),
        asked("r1", "not_obtained", asked_on="2019-02-01", route="library", retrieval_id="a"),
        asked("r1", "not_obtained", asked_on="2019-03-01", route="author", retrieval_id="b", supersedes="r1-requested"),
        asked("r5", "not_obtained", asked_on="2019-02-02", route="library"),
        asked("r1", "not_obtained", asked_on="2019-04-01", retrieval_id="c"),
    ]
    got = run("r1 r2", retrieval=rows, aliases=[{"alias_id": "r5", "record_id": "r1"}])
    # The request to the author was replaced by what came of it; asking without saying whom is asking all the same.
    assert got.assessed[["record_id", "retrieval", "asked", "asked_of"]].values.tolist() == [
        ["r1", "not_obtained", 4, "library;author"],
        ["r2", "", 0, ""],
    ]


def test_a_redundant_report_is_left_out_as_one():
    votes = [*both("r1", "include"), *both("r2", "include"), *both("r3", "exclude", "thin")]
    links = [link("r1", "s1"), link("r2", "s1", "redundant"), link("r3", "s1", "redundant")]
    got = run("r1 r2 r3 r4", votes, links=[*links, link("r4", "s1", "redundant")])
    # r4 is still open, so that nothing can be said of it yet; r2 is included and belongs to no study.
    assert got.checks[["code", "ids"]].values.tolist() == [["Y2", "r2"], ["Y2", "r2"], ["Y2", "r3"]]


def test_a_link_to_a_record_that_screening_left_out_is_an_error():
    got = run("r1 r2", both("r1", "include"), links=[link("r1", "s1"), link("r2", "s1", "companion")], forward=["r1"])
    assert got.checks[["code", "ids"]].values.tolist() == [["Y2", "r2"]]


def test_a_report_is_one_record_and_a_study_has_one_main_report():
    votes = [*both("r1", "include"), *both("r2", "include"), *both("r3", "include")]
    links = [link("r1", "s1"), link("r2", "s2") | {"report_id": "p-r1"}, link("r1", "s3") | {"report_id": "p-x"}]
    got = run("r1 r2 r3", votes, links=[*links, link("r3", "s1")])
    assert got.checks[["code", "level", "ids"]].values.tolist() == [
        ["ME0414", "error", "p-r1"],
        ["ME0414", "error", "r1"],
        ["ME0415", "warning", "s1"],
    ]
    assert got.assessed["study_ids"].tolist() == ["s1;s3", "s2", "s1"]


def test_full_texts_by_record():
    files = pd.DataFrame([("r9", "r9.pdf"), ("r1", "r1-tables.pdf")], columns=["record_id", "file"], dtype=str)
    votes = [*both("r1", "include"), *both("r2", "include")]
    links = [link("r1", "s1"), link("r2", "s2")]
    got = run("r1 r2", votes, links=links, aliases=[{"alias_id": "r9", "record_id": "r1"}], files=files)
    assert got.assessed["fulltext"].tolist() == ["r1-tables.pdf;r9.pdf", ""]
    assert got.checks[["code", "level", "ids"]].values.tolist() == [["ME0417", "note", "r2"]]


def test_retrieval_may_only_replace_rows_about_the_same_record():
    ledger = made(RETRIEVAL, asked("r1", "requested"), asked("r2", "obtained", supersedes="r1-requested"))
    assert [p.code for p in check_retrieval(ledger, made(ALIASES))] == ["ME0403"]


def test_nothing_sought():
    assert len(run("r1", forward=[]).assessed) == 0
    assert len(run("").assessed) == 0
