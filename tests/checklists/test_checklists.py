"""Checklists: what answers an item, what is said of what is missing, and that a note keeps an item honest."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.report_world import R1, frame, review, settings

from metaethno.checklists import SOURCES, answer_emerge, answer_entreq, answer_prisma_2020, answer_prisma_s, items
from metaethno.checklists.findings import NO, NOT_APPLICABLE, PARTLY, YES, Finding, combine
from metaethno.checklists.prose import sections
from metaethno.fragments.data import ReportData


def by_item(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {row["item"]: row for row in rows}


def test_items_are_whole() -> None:
    assert {name: [i.number for i in items(name)] for name in SOURCES} == {
        "emerge": list(range(1, 20)),
        "entreq": list(range(1, 22)),
        "prisma_s": list(range(1, 17)),
        "prisma_2020": list(range(1, 55)),
    }
    parts = [i.item for i in items("prisma_2020") if i.part == "report"]
    assert len(parts) == 42
    assert {re.sub("[a-f]$", "", part) for part in parts} == {str(n) for n in range(1, 28)}
    assert [i.item for i in items("prisma_2020") if i.part == "abstract"] == [f"abstract-{n}" for n in range(1, 13)]
    assert [i.phase for i in items("emerge")] == [1] * 4 + [2] * 4 + [3] * 2 + [4] * 2 + [5] * 2 + [6] * 2 + [7] * 3


def test_states_combine() -> None:
    yes, no, apart = Finding(YES, "a", "h"), Finding(NO, missing="x"), Finding(NOT_APPLICABLE, missing="why")
    assert combine([yes, yes]).state == YES
    assert combine([yes, no]) == Finding(PARTLY, "a", "h", "x")
    assert combine([no, None]).state == NO
    assert combine([apart]).state == NOT_APPLICABLE
    assert combine([yes, apart]).state == YES


def test_a_new_review_answers_little_and_says_what_is_missing() -> None:
    data = ReportData(config=settings())
    for rows in (answer_emerge(data), answer_entreq(data), answer_prisma_s(data)):
        assert all(row["note"] for row in rows if row["state"] in (NO, PARTLY))
    emerge = by_item(answer_emerge(data))
    assert [emerge[i]["state"] for i in (1, 2, 3, 4)] == [YES, YES, YES, NO]
    assert all(emerge[i]["state"] in (NO, PARTLY) for i in range(4, 20))


def test_the_small_review() -> None:
    data = review(hashes={"data/derived/5_eligibility/flow.csv": "f" * 64})
    emerge = by_item(answer_emerge(data))
    assert emerge[8]["state"] == YES
    assert "f" * 64 in emerge[8]["sha256"]
    assert emerge[6]["state"] == PARTLY
    assert "stand-ins" in emerge[6]["note"]
    assert R1 not in emerge[6]["note"]
    assert "2021-06-30" in emerge[6]["note"]
    assert emerge[10]["note"].endswith("2 of 18 cells are empty (data collection start 2).")
    assert emerge[14]["state"] == YES
    prisma_s = by_item(answer_prisma_s(data))
    assert prisma_s[3]["state"] == NOT_APPLICABLE
    assert prisma_s[5] | {"state": ""} == prisma_s[5] | {"state": ""}
    assert "started from" in prisma_s[5]["note"]
    assert by_item(answer_entreq(data))[20]["state"] == YES


def test_where_no_full_text_was_left_out_nothing_is_missing() -> None:
    vote = {"record_id": "r1", "asked": "0", "first_run": R1, "origin": "databases"}
    votes = frame("assessed", vote | {"outcome": "include"})
    data = ReportData(config=settings(), assessed=votes, flow=review().flow)
    item = by_item(answer_emerge(data))[8]
    assert (item["state"], item["note"]) == (YES, "No full text was left out.")
    open_vote = frame("assessed", vote | {"outcome": "undecided"})
    assert "left out" in by_item(answer_emerge(ReportData(config=settings(), assessed=open_vote)))[8]["note"]


def test_the_grid_shows_what_was_compared() -> None:
    grid = frame("aspects", {"study_id": "S1", "aspect": "Focus", "says": "feelings"})
    item = by_item(answer_emerge(ReportData(config=settings(), aspects=grid)))[11]
    assert (item["state"], item["evidence"]) == (PARTLY, "data/decisions/aspects.csv")


def test_stand_in_votes_answer_in_part() -> None:
    row = by_item(answer_emerge(review(agreement=frame("agreement", {
        "stage": "screening", "round": "main", "run": "all", "pair": "ann;stand", "both": 1,
        "both_forward": 1, "both_exclude": 0,
    }))))[7]  # fmt: skip
    assert row["state"] == PARTLY
    assert row["note"].startswith("Who screened and who assessed: the reviewers are stand-ins")


def test_a_note_keeps_an_item_at_partly() -> None:
    config = settings(reports={"checklist_notes": {"emerge-2": "Only half.", "emerge-4": "Nothing."}})
    emerge = by_item(answer_emerge(ReportData(config=config)))
    assert (emerge[2]["state"], emerge[2]["note"]) == (PARTLY, "Only half.")
    assert emerge[4]["state"] == NO, "a note never lifts an item"


def test_no_line_of_argument_is_a_choice() -> None:
    config = settings(synthesis={"line_of_argument": False})
    pages = {"review.qmd": "## New {#sec-emerge-16}\n\nIn words.\n"}
    data = review(config=config, line_of_argument=frame("line_of_argument"), pages=pages)
    assert by_item(answer_emerge(data))[16]["state"] == YES


PAGE = """---
title: x
---

## Reading {#sec-emerge-9 answers="entreq-14 prisma-s-16"}

Read twice.

### Below

More.

## Written later {#sec-emerge-17}

<!-- say here what
## was found {#sec-emerge-19} -->

{{< var n.studies >}}

## Not done {#sec-entreq-10 not-applicable="entreq-11"}

There was none, because.

```
## code {#sec-emerge-18}
text
```
"""


def test_sections_answer_items_only_with_prose() -> None:
    found = sections({"review": PAGE})
    assert set(found) == {"emerge-9", "entreq-14", "prisma-s-16", "entreq-10", "entreq-11"}
    assert found["emerge-9"].place == "reports/pages/review.qmd#sec-emerge-9"
    assert found["emerge-9"].text == "Read twice. More."
    assert found["entreq-11"].not_applicable
    entreq = by_item(answer_entreq(ReportData(config=settings(), pages={"review": PAGE})))
    assert entreq[11]["state"] == NOT_APPLICABLE
    assert entreq[11]["note"].startswith("There was none, because.")


@pytest.mark.parametrize("page", ["", "# x", "## {#sec-emerge-17}", "#no heading {#sec-emerge-17}\n\ntext"])
def test_odd_pages(page: str) -> None:
    assert sections({"a.qmd": page}) == {}


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["item"]: row for row in rows}


def test_prisma_2020_is_honest_about_what_a_meta_ethnography_has_no_counterpart_for() -> None:
    rows = by_name(answer_prisma_2020(review(pages={"review": PAGE})))
    assert (rows["4"]["state"], rows["16a"]["state"]) == (YES, YES)
    for item in ("12", "13f", "14", "15", "22", "24a", "25", "26", "abstract-11"):
        assert (rows[item]["state"], bool(rows[item]["note"])) == (NO, True), item
    assert rows["9"]["evidence"] == "reports/pages/review.qmd#sec-emerge-9", "what answers eMERGe 9 answers it too"
    assert rows["11"]["state"] == NOT_APPLICABLE, "the page says why, for ENTREQ 11"
    bare = by_name(answer_prisma_2020(ReportData(config=settings(review={"title": "Health and place"}))))
    assert bare["1"]["state"] == PARTLY
    assert {row["state"] for name, row in bare.items() if name not in ("1", "abstract-1", "5")} == {NO}


def test_an_item_does_not_apply_when_a_person_says_so_and_why() -> None:
    said = frame("statements", {"statement_id": "st-1", "code": "prisma-2020-12", "text": "No effects are measured.",
                                "stated_by": "ann", "stated_on": "2026-01-02"},
                 {"statement_id": "st-2", "code": "prisma-2020-4", "text": "Not for us.", "stated_by": "ann",
                  "stated_on": "2026-01-02"})  # fmt: skip
    rows = by_name(answer_prisma_2020(review(statements=said, hashes={"data/decisions/statements.csv": "e" * 64})))
    assert rows["12"]["state"] == NOT_APPLICABLE
    assert rows["12"]["sha256"] == "e" * 64
    assert rows["12"]["note"] == "Ann states on 2026-01-02 that this does not apply: No effects are measured."
    assert rows["4"]["state"] == YES, "what is answered stays answered"


def test_a_passage_says_where_the_report_shows_it() -> None:
    pages = {
        "search": "## Other {#sec-other}\n\n{{< include ../_generated/search.md >}}\n",
        "review": "## Aim {#sec-aim}\n\n{{< var review.aims >}}\n\n## Where {#sec-where}\n\n"
        "{{< include ../_generated/search.md >}}\n\n```\n{{< include ../_generated/flow_x.md >}}\n```\n",
    }
    emerge = by_item(answer_emerge(review(pages=pages)))
    assert emerge[2]["passage"] == "reports/pages/review.qmd#sec-aim"
    assert "reports/pages/review.qmd#sec-where" in emerge[6]["passage"].split("; ")
    assert emerge[3]["passage"] == "", "no page shows the question"


def test_the_team_with_parts_and_standpoints_answers_emerge_18_in_part() -> None:
    team = {"ann": {"name": "Ann", "role": "reads", "standpoint": "a nurse"}, "stand": {"name": "S", "role": "reads"}}
    row = by_item(answer_emerge(ReportData(config=settings(team=team))))[18]
    assert row["state"] == PARTLY
    assert "missing for S)" in row["note"], "people are called by their names"
    assert (
        "missing for"
        not in by_item(answer_emerge(ReportData(config=settings(team=team | {"stand": team["ann"]}))))[18]["note"]
    )
