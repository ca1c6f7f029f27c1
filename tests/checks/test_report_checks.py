"""The prose against the tables, and where a finding is, on a few lines."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from metaethno.check_codes import BY_STATEMENT, KNOWN, TO_DO
from metaethno.fragments import standing
from metaethno.fragments.data import ReportData
from metaethno.places import Places
from metaethno.quoting import Stored, quoted
from metaethno.schemas import TABLES
from metaethno.stages.report_checks import check
from metaethno.statements import settle
from tests.report_world import HOSTILE, frame, review, settings

SUPPORT = frame("support", {"target_kind": "third_order", "target_id": "X1", "label": "An economy of quiet",
                            "studies": 2, "reports": 2, "constructs": 2, "groups": 1, "study_ids": "S1;S2",
                            "evidence_hash": "h"})  # fmt: skip
REPORTS = frame("report_studies", *[{"report_id": f"A{n}", "study_id": f"S{n}"} for n in (1, 2, 3)])


def said(page: str, decisions: dict[str, bytes] | None = None) -> list[tuple[str, str, int]]:
    """Return code, table and line of what is found in a page, and in tables of decisions."""
    found = check({"review": page}, decisions or {}, SUPPORT, REPORTS)
    return [(r["code"], r["table"], int(r["line"])) for r in found.to_dict("records")]


PAGE = "reports/pages/review.qmd"


@pytest.mark.parametrize(
    "typed",
    ["We found 18 studies.", "All eleven included studies agree.", "Of 1,204 records, few were kept.",
     "It rests on twenty-three constructs.", "There were\n12\nfull texts."],
)  # fmt: skip
def test_a_typed_count_is_found(typed):
    assert [code for code, _, _ in said(f"# A\n\n{typed}\n")] == ["Y12"]


@pytest.mark.parametrize(
    "fine",
    [
        "We found {{< var n.studies >}} studies.",
        "In 2018 studies of this kind were rare.",
        "One study stands apart, and second-order constructs are many.",
        "See item 9 reports aside.",
        "Two groups came out of this; phase 3 studies are read.",
        "`12 studies` is how not to write it.",
        "> We interviewed 12 papers, said the paper.",
        "<!-- 12 studies -->",
        "```\n12 studies\n```",
        "A number such as P12 records nothing.",
    ],
)
def test_what_is_no_typed_count_is_left_alone(fine):
    assert said(f"---\ntitle: 12 studies\n---\n\n## The 12 studies\n\n{fine}\n") == []


def test_the_line_is_that_of_the_page():
    assert said("---\ntitle: x\n---\n\n<!-- a\nb -->\n\nWe read\n12 studies.\n") == [("Y12", PAGE, 9)]


THEME = "## An economy of quiet {{#sec-x}}\n\n{}\n\n## Next\n\nSaid elsewhere [@A3].\n"


@pytest.mark.parametrize(
    ("prose", "ids"),
    [
        ("As in [@A1; @A2, p. 3].", None),
        ("As @A1 and -@A2 say.", None),
        ("As in [@A1].", "X1;S2"),
        ("As in [@A1; @A2; @A3].", "X1;S3"),
        ("Said without a source.", "X1;S1;S2"),
        ("{{< include ../_generated/third_order.md >}}", None),
    ],
)
def test_a_theme_cites_the_studies_that_it_rests_on(prose, ids):
    found = check({"review": THEME.format(prose)}, {}, SUPPORT, REPORTS)
    assert [r["ids"] for r in found.to_dict("records")] == ([ids] if ids else [])
    assert set(found["code"]) <= {"Y10"}


def test_a_heading_of_another_name_can_say_which_theme_it_is_about():
    found = check({"review": '## What it is like {theme="X1"}\n\nSee [@A1].\n'}, {}, SUPPORT, REPORTS)
    assert found["ids"].tolist() == ["X1;S2"]


@pytest.mark.parametrize(
    ("cell", "hit"),
    [("=SUM(A1:A3)", True), ("=B2", True), ("=1+1", True), ("#REF!", True), ("= as said before", False),
     ("-3", False), ("'=SUM(A1)", False), ("+44 1234", False), ("@home", False), ("@SUM(A1)", True)],
)  # fmt: skip
def test_a_stray_formula_is_found(cell, hit):
    path = TABLES["memos"].path
    table = f"memo_id,target_id,kind,author,written_on,text\nM1,,analytic,ann,2020-01-02,{cell}\n".encode()
    assert said("", {path: table}) == ([("Y24", "memos", 2)] if hit else [])


@given(st.text(max_size=300), st.binary(max_size=300))
@settings_of_hypothesis(max_examples=60, deadline=None)
def test_no_page_and_no_file_breaks_the_checks(page, data):
    heads = b"memo_id,target_id,kind,author,written_on,text\n"
    for body in (data, heads + data):
        check(
            {"review": page, "other": f"# A\n\n{page} 12 studies {page}"},
            {TABLES["memos"].path: body},
            SUPPORT,
            REPORTS,
        )


def test_padding_is_said_once_with_its_first_line():
    path = TABLES["memos"].path
    head = "memo_id,target_id,kind,author,written_on,text\n"
    row = 'M1,,analytic,ann,2020-01-02,"two\nlines"\n'
    assert said("", {path: f"{head}{row},,,,,\n{row.replace('M1', 'M2')},,,,,\n".encode()}) == [("Y23", "memos", 4)]
    assert said("", {path: f"{head}{row}".encode()}) == []


def test_a_place_is_looked_up_by_key_and_by_what_else_is_named():
    path = TABLES["third_order_support"].path
    files = {path: b"third_order_id,supported_by\nX1,C1\n\nX1,C2\nX2,C1\n"}
    places = Places(files.get)
    row = {"table": "third_order_support", "ids": "X1;C2", "line": ""}
    assert places.of(row) == (path, 4)
    assert places.of(row | {"ids": "X9"}) == (path, None)
    assert places.of(row | {"table": "flow"}) == (TABLES["flow"].path, None)
    assert places.of(row | {"table": "studies", "ids": "S1"}) == (TABLES["studies"].path, None), "no such file"
    assert places.of({"table": PAGE, "ids": "", "line": "7"}) == (PAGE, 7)


@pytest.mark.parametrize(
    ("term", "found"),
    [("Holding the Line", ""), ("keeping\u00a0quiet for", "P2"), ("holding … night", ""), ("never said at all", ""),
     ("peace … keeping", "P2")],
)  # fmt: skip
def test_words_are_looked_for_where_they_are_cited_and_elsewhere(term, found):
    stored = Stored([("P1", "They spoke of holding the line against the night."), ("P2", "Keeping quiet, for peace."),
                     ("P3", "")])  # fmt: skip
    assert stored.elsewhere(term, ["P1"]) == found
    assert stored.holds_all(["P1"])
    assert not stored.holds_all(["P1", "P3"])
    assert not stored.holds_all([])


def test_only_what_is_long_enough_is_a_quotation():
    assert quoted(["care", "keeping quiet"], ['They say “for the sake of peace” and "so".']) == [
        "keeping quiet",
        "for the sake of peace",
    ]


def test_a_statement_settles_its_finding_and_no_other():
    found = [{"code": "Y4", "ids": "S1"}, {"code": "Y4", "ids": "S2"}, {"code": "Y8", "ids": "K1"}]
    base = {"supersedes": "", "text": "t", "stated_by": "ann", "stated_on": "2020-01-02"}
    rows = [
        base | {"statement_id": "a", "code": "Y4", "ids": "S1", "text": "old"},
        base | {"statement_id": "b", "code": "Y4", "ids": "S1", "text": "new", "supersedes": "a"},
        base | {"statement_id": "c", "code": "Y8", "ids": "K1"},
    ]
    open_, settled = settle(found, rows)
    assert open_ == found[1:], "what a program can judge, no statement settles"
    assert [row["statement"] for row in settled] == ["new"]


def test_a_statement_is_shown_as_text():
    row = {"statement_id": "a", "code": "emerge-18", "text": HOSTILE, "stated_by": "ann", "stated_on": "2020-01-02"}
    shown = standing.statements(ReportData(config=settings(), statements=frame("statements", row)))
    assert "\\<script\\>" in shown
    assert "{{<" not in shown


def test_findings_have_their_line_in_the_report():
    path = TABLES["third_order"].path
    row = {"code": "Y5", "level": "note", "table": "third_order", "ids": "X1", "message": "m"}
    found = pd.DataFrame([dict.fromkeys(TABLES["checks"].names, "") | row])
    data = review(synthesis_checks=found, decisions={path: b"third_order_id,label\nX0,a\nX1,b\n"})
    assert "line 3" in standing.checks(data)


def test_every_check_says_what_to_do():
    assert set(TO_DO) >= {f"Y{n}" for n in range(1, 26)}
    assert set(TO_DO) <= set(KNOWN)
    assert set(BY_STATEMENT) <= set(KNOWN)
