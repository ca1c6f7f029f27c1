"""Figures: the same bytes each time, every number of the table, nothing that a title could do to them."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report_world import HOSTILE, flow_rows, frame, review
from tests.report_world import settings as configured

from metaethno.figures import canvas, flow, flow_picture, grid, matrix_picture
from metaethno.fragments.boxes import boxes_of

REASONS = {"X1": HOSTILE, "X2": "No access"}
VIEWS = {view.id: view for view in configured().flow.views}


def texts_of(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return all text of a flow diagram, in order."""
    sheets = []
    monkeypatch.setattr(canvas.Sheet, "picture", lambda self, _title: sheets.append(self))
    flow_picture(boxes_of(flow_rows(), VIEWS[name]), REASONS)
    return " ".join(place[2] for kind, place, _ in sheets[0]._drawn if kind == "text").replace(canvas.TIE, " ")


@pytest.mark.parametrize("name", ["published", "pooled"])
def test_flow_is_drawn_the_same_each_time(name: str) -> None:
    first, second = (flow_picture(boxes_of(flow_rows(), VIEWS[name]), REASONS) for _ in range(2))
    assert first == second
    root = ElementTree.fromstring(first.svg)
    assert root.tag.endswith("svg")
    assert b"<dc:date>" not in first.svg
    assert b"<text" not in first.svg
    width, height = struct.unpack(">II", first.png[16:24])
    assert width > 1200
    assert height < 1.6 * width


def test_published_flow_has_addends_reasons_and_adjustment(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts_of("published", monkeypatch)
    for words in ("(n = 100)", "(n = 80)", "(n = 74)", "(n = 8 [6 + 2])", "(n = 4 [3 + 1])", "Embase (n = 60)",
                  "of 3 studies", "Declared adjustment: 6 + 2 = 8", "A note of the view."):  # fmt: skip
        assert words in said


def test_pooled_flow_has_two_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    said = texts_of("pooled", monkeypatch)
    for words in ("Via databases and registers", "Via other methods", "Citation searching (n = 9)",
                  "Studies included in the review (n = 3 [2 + 1])"):  # fmt: skip
        assert words in said


def test_a_flow_names_and_describes_itself() -> None:
    view = VIEWS["published"].model_copy(update={"title": HOSTILE})
    root = ElementTree.fromstring(flow_picture(boxes_of(flow_rows(), view), REASONS).svg)
    title, words = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", f"{title.get('id')} {words.get('id')}")
    assert "<script>alert(1)</script>" in title.text
    for said in ("Records identified (n = 100): Embase (n = 60)", "Full texts excluded (n = 4 [3 + 1])"):
        assert said in words.text
    assert len({e.get("id") for e in root.iter() if e.get("id")}) == len([e for e in root.iter() if e.get("id")])


def test_an_updated_review_has_a_column_for_the_previous_version(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = flow_rows()
    rows = rows[rows["view"] == "pooled"].assign(template="prisma2020_update")
    last = rows.iloc[-1:].assign(run="all")
    counts = (("previous_studies", 7), ("previous_reports", 9), ("total_studies", 10), ("total_reports", 13))
    rows = pd.concat([rows, *[last.assign(box=box, count=n) for box, n in counts]], ignore_index=True)
    view = VIEWS["pooled"].model_copy(update={"template": "prisma2020_update"})
    sheets = []
    monkeypatch.setattr(canvas.Sheet, "picture", lambda self, _title: sheets.append(self))
    flow_picture(boxes_of(rows, view), REASONS)
    said = " ".join(sheets[0].said)
    for words in (
        "previous version (n = 7): Reports of these studies (n = 9)",
        "New studies via other methods",
        "New studies included in the review (n = 3 [2 + 1])",
        "Total studies included in the review (n = 10): Reports of total included studies (n = 13)",
    ):
        assert words in said


def test_pooled_flow_without_other_methods_has_one_column() -> None:
    rows = flow_rows()
    rows = rows[~rows["box"].str.startswith(("citations", "other"))]
    boxes = boxes_of(rows, VIEWS["pooled"])
    assert flow._draw_2020(boxes, REASONS).width < 500
    assert flow_picture(boxes, REASONS).svg


def test_nothing_to_draw_yet() -> None:
    for view in VIEWS.values():
        assert flow_picture(boxes_of(flow_rows().iloc[:0], view), REASONS).svg
    assert matrix_picture(frame("matrix")).svg


def test_matrix_cells() -> None:
    panels = grid.panels_of(review().matrix)
    assert [p.label for p in panels] == ["Group G1", "Group G2"]
    first = panels[0]
    assert [s for s, _ in first.studies] == ["S1", "S2"]
    assert first.cells == {("C1", "S1"): "reciprocal", ("C1", "S2"): "nothing_there", ("C2", "S1"): "not_read",
                           ("C2", "S2"): "refutational"}  # fmt: skip
    assert first.supporting("C1") == 1
    assert panels[1].supporting("C3") == 0, "a rejected translation is none"
    assert matrix_picture(review().matrix) == matrix_picture(review().matrix)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60), st.floats(20, 200))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    from metaethno.fragments.markdown import plain

    lines = canvas.wrap(text, width, 8)
    assert "".join(lines).replace(" ", "") == plain(text).replace(" ", "").replace(canvas.TIE, "")
    assert all(len(line) == 1 or canvas.text_width(line, 8, False) <= width for line in lines if line)


def wide_matrix(studies: int, concepts: int) -> pd.DataFrame:
    rows = [
        {"group_id": "G1", "group_label": "Group", "concept_id": f"C{c:03}", "concept_label": f"Concept {c}",
         "study_id": f"S{s:03}", "study_label": f"Study {s}", "position": s + 1, "cell": "nothing_there"}
        for c in range(concepts) for s in range(studies)
    ]  # fmt: skip
    return frame("matrix", *rows)


@pytest.mark.parametrize(
    ("studies", "concepts", "left_out"),
    # 40 studies: two panels of 30 rows. 60 studies: panels of 24, 24 and 12 studies with 30, 30 and 6 rows, so 24 rows
    # of 12 studies are left out. 10 studies by 100 concepts: 34 rows of 10 studies are left out.
    [(40, 30, 0), (60, 30, 24 * 12), (10, 100, 34 * 10), (1, 1, 0)],
)
def test_a_large_matrix_is_drawn_in_panels(
    studies: int, concepts: int, left_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets: list[canvas.Sheet] = []
    monkeypatch.setattr(canvas.Sheet, "picture", lambda self, _title="": sheets.append(self))
    matrix_picture(wide_matrix(studies, concepts))
    said = [place[2] for kind, place, _ in sheets[0]._drawn if kind == "text"]
    assert sheets[0].width < 720, "it can be read on a page"
    expected = f"Not drawn: {left_out:,} of {studies * concepts:,} cells; the table of the matrix has all."
    assert [t for t in said if t.startswith("Not drawn")] == ([expected] if left_out else [])
    cells = [
        1 for kind, _, style in sheets[0]._drawn if style.get("facecolor") == grid.STYLES["nothing_there"]["facecolor"]
    ]
    assert len(cells) == studies * concepts - left_out + 1, "every cell, and that of the key"


def test_names_the_font_lacks_stand_as_ids() -> None:
    panels = grid.panels_of(wide_matrix(1, 1).assign(study_label="健康", concept_label="صحة"))
    assert panels[0].studies == (("S000", "S000"),)
    assert panels[0].concepts == (("C000", "C000"),)
