"""Numbers that may still change carry a mark, from the stage where something is open; the banner says what is open."""

from __future__ import annotations

import pytest
import yaml
from tests.report_world import R1, frame, review

from metaethno.fragments import auditing, flows, standing, variables
from metaethno.fragments.provisional import MARK, first_open, marked_boxes, may_change

ERROR = {"code": "Y1", "level": "error", "table": "t", "line": "", "ids": "", "message": "Two <b> heads", "hint": ""}
BOXES = (
    "database_results",
    "records_screened",
    "records_excluded",
    "dbr_sought_reports",
    "dbr_assessed",
    "new_studies",
)


def test_nothing_open_nothing_marked() -> None:
    data = review()
    assert first_open(data) == ""
    assert marked_boxes(data, BOXES) == set()
    assert standing.banner(data).strip() == ""
    assert MARK not in str(variables.variables(data)) + flows.tables(data) + standing.glance(data)


@pytest.mark.parametrize(
    ("changes", "first", "marked"),
    [
        ({"conflicts": ("screening",)}, "screening", set(BOXES[2:])),
        ({"conflicts": ("eligibility",)}, "eligibility", set(BOXES[4:])),
        ({"search_checks": ERROR}, "search", set(BOXES)),
        ({"synthesis_checks": ERROR}, "synthesis", set()),
    ],
)
def test_what_rests_on_something_open_is_marked(changes: dict, first: str, marked: set[str]) -> None:
    made = {
        name: frame("conflicts", {"stage": rows[0], "record_id": "r1", "votes": "v"})
        if name == "conflicts"
        else frame("checks", rows)
        for name, rows in changes.items()
    }
    data = review(**made)
    assert first_open(data) == first
    assert marked_boxes(data, BOXES) == marked
    assert may_change(data, "synthesis")
    assert "carry the mark" in standing.banner(data)


def test_the_mark_stands_in_prose_and_tables() -> None:
    data = review(conflicts=frame("conflicts", {"stage": "screening", "record_id": "r1", "votes": "v"}))
    values = variables.variables(data)
    assert values["flow"]["identified"] == "100"
    assert values["flow"]["screened_excluded"] == f"74{MARK}"
    assert values["flow"]["included_studies_total"] == f"3{MARK}"
    assert values["n"]["records"] == "3"
    assert values["n"]["steps"] == f"1{MARK}"
    assert f"| **Records excluded** | 74{MARK} |" in flows.tables(data)
    assert f"74{MARK}" in standing.glance(data)
    yaml.safe_load(variables.as_yaml(data))


def test_the_banner_lists_failing_checks_as_text() -> None:
    said = standing.banner(review(search_checks=frame("checks", *[ERROR | {"line": str(i)} for i in range(7)])))
    assert "7 checks that fail" in said
    assert said.count("- Two \\<b\\> heads") == 5
    assert "and 2 more checks that fail" in said


def test_unsigned_interpretations_stand_beside_no_open_decision() -> None:
    said = standing.open_decisions(review())
    assert "No decision is open." in said
    assert "1 interpretation has not been signed" in said
    assert "signed" not in standing.open_decisions(review(stale=frame("stale")))


def vote(n: int, reviewer: str, day: str, supersedes: str = "") -> dict[str, str]:
    return {"vote_id": f"V{n}", "supersedes": supersedes, "record_id": "r1", "reviewer": reviewer, "decided_on": day}


def test_the_audit_says_who_decided_what_and_what_was_changed() -> None:
    votes = frame("screening", vote(1, "ann", R1), vote(2, "ann", "2020-03-01", "V1"), vote(3, "stand", R1))
    data = review(screening_votes=votes, hashes={"data/decisions/a`b.csv": "f" * 64, "data/derived/x.csv": "e"})
    said = auditing.decided(data)
    assert f"| title and abstract | Ann | 2 | {R1} | 2020-03-01 | 1 |" in said
    assert f"| title and abstract | Stand-in | 1 | {R1} | {R1} | 0 |" in said
    assert "x.csv" not in auditing.files(data)
    assert "a\\`b" in auditing.files(data)
    assert "No interpretation has been signed" in auditing.signed(data)
