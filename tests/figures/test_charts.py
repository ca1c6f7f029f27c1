"""The charts: every number that is drawn or said is the one that counting by hand gives; any size can be drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from datetime import date
from itertools import pairwise, product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report_world import HOSTILE, frame, review
from tests.report_world import settings as configured

from metaethno.figures import argument, canvas, contributions, layers, palette, progress, sources, years
from metaethno.fragments import pictures
from metaethno.fragments.data import VOTES_BY_DAY_COLUMNS, ReportData, count_votes

CHINESE, ARABIC = "健康不平等", "عدم المساواة"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return all texts that a picture is drawn with, in order."""
    sheets: list[canvas.Sheet] = []
    monkeypatch.setattr(canvas.Sheet, "picture", lambda self, title="": sheets.append(self))

    def texts(draw: Callable[..., Any], *given: Any) -> list[str]:
        draw(*given)
        return [place[2] for kind, place, _ in sheets[-1]._drawn if kind == "text"]

    return texts


# 10 records: 4 in A alone, 3 in A and B, 2 in B alone, 1 in A, B and C.
UNIQUE = pd.DataFrame({"sources": ["A"] * 4 + ["A;B"] * 3 + ["B"] * 2 + ["A;B;C"]})


def test_overlap_counts_each_record_once_in_its_sources() -> None:
    found = sources.overlap_of(UNIQUE)
    assert found.records == 10
    assert found.sources == {"A": (8, 4), "B": (6, 2), "C": (1, 0)}
    assert list(found.sets.items()) == [
        (frozenset("A"), 4), (frozenset("AB"), 3), (frozenset("B"), 2), (frozenset("ABC"), 1)
    ]  # fmt: skip


def test_overlap_draws_bars_numbers_and_dots(drawn: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    said = drawn(sources.overlap_picture, sources.overlap_of(UNIQUE))
    assert [t for t in said if t.isdigit()] == ["4", "3", "2", "1", "8", "6", "1"]
    assert [t for t in said if t in "ABC"] == ["A", "B", "C"]
    sheets: list[canvas.Sheet] = []
    monkeypatch.setattr(canvas.Sheet, "picture", lambda self, title="": sheets.append(self))
    sources.overlap_picture(sources.overlap_of(UNIQUE))
    dots = [style["facecolor"] for kind, _, style in sheets[0]._drawn if kind == "dot"]
    rows = [[c == palette.DARK for c in dots[i : i + 4]] for i in (0, 4, 8)]
    assert rows == [[True, True, False, True], [False, True, True, True], [False, False, False, True]]


def test_what_of_the_overlap_is_not_drawn_is_said(drawn: Callable[..., list[str]]) -> None:
    many = pd.DataFrame({"sources": [f"S{i:02}" for i in range(30) for _ in range(40 - i)]})
    said = " ".join(drawn(sources.overlap_picture, sources.overlap_of(many)))
    # 30 sources of 40, 39, … 11 records; the first 18 are drawn, the other 12 hold 22 + 21 + … + 11.
    assert "12 rarer combinations with 198 records together" in said
    assert "16 smaller sources" in said


def test_sources_in_words() -> None:
    said = pictures.sources(review(unique=UNIQUE))
    assert "10 records by source: A 8, of these 4 in no other; B 6, of these 2 in no other; C 1" in said
    assert "In several sources at once: 4, most often A with B (3)" in said


VOTES = {
    "screening": pd.DataFrame(
        [("ann", "reviewer", "r1", "2020-01-01"), ("ann", "reviewer", "r2", "2020-01-03"),
         ("ann", "reviewer", "r1", "2020-01-05"), ("bob", "reviewer", "r1", "2020-01-02"),
         ("ann", "adjudicator", "r1", "2020-01-09")],
        columns=["reviewer", "role", "record_id", "decided_on"],
    ),
    "eligibility": pd.DataFrame([("bob", "reviewer", "r2", "2020-02-01")],
                                columns=["reviewer", "role", "record_id", "decided_on"]),
}  # fmt: skip


def test_progress_counts_a_record_once_on_its_first_day() -> None:
    by_day = count_votes(VOTES)
    assert tuple(by_day.columns) == VOTES_BY_DAY_COLUMNS
    lines = [(s.stage, s.reviewer, s.role, s.days, s.sums) for s in progress.lines_of(by_day)]
    day = date.fromisoformat
    assert lines == [
        ("screening", "ann", "reviewer", (day("2020-01-01"), day("2020-01-03")), (1, 2)),
        ("screening", "bob", "reviewer", (day("2020-01-02"),), (1,)),
        ("screening", "ann", "adjudicator", (day("2020-01-09"),), (1,)),
        ("eligibility", "bob", "reviewer", (day("2020-02-01"),), (1,)),
    ]


def test_progress_in_drawing_and_words(drawn: Callable[..., list[str]]) -> None:
    lines = progress.lines_of(count_votes(VOTES))
    said = " ".join(drawn(progress.progress_picture, lines, {"ann": "Ann"}, {"screening": 7, "eligibility": 3}))
    for words in ("7 to be decided", "3 to be decided", "Ann: 2", "bob: 1", "Ann, settling: 1", "2020-01-09"):
        assert words in said
    words = pictures.progress(review(votes_by_day=count_votes(VOTES)))
    assert "Ann 2 from 2020-01-01 to 2020-01-03" in words
    assert "stand-ins" not in words
    assert "are stand-ins" in pictures.progress(review(votes_by_day=count_votes(VOTES).assign(reviewer="stand")))


def test_full_texts_nobody_could_obtain_are_not_asked_for() -> None:
    outcomes = ["include", "exclude", "awaiting", "not_retrieved", "not_yet_retrieved"]
    assert pictures._asked(review(assessed=pd.DataFrame({"outcome": outcomes}))) == {"screening": 1, "eligibility": 3}


def study(key: str, country: str, start: str = "", end: str = "") -> dict[str, Any]:
    return {"position": 1, "study_id": key, "label": key, "reports": "r", "country": country,
            "data_collection_start": start, "data_collection_end": end}  # fmt: skip


STUDIES = frame("characteristics", study("a", "UK; Canada", "2006", "2008"), study("b", "UK", "2007"),
                study("c", "UK"), study("d", "", end="2008"))  # fmt: skip


def test_years_and_countries() -> None:
    found = years.collected_of(STUDIES)
    assert (found.studies, found.undated) == (4, 1)
    assert found.countries == ("UK", "Canada", years.UNKNOWN)
    assert found.by_country == {"UK": 3, "Canada": 1, years.UNKNOWN: 1}
    assert found.spans == ((2006, 2006), (2007, 2007), (2008, 2008))
    assert found.cells == {
        ("UK", (2006, 2006)): 1, ("UK", (2007, 2007)): 2, ("UK", (2008, 2008)): 1, ("UK", None): 1,
        ("Canada", (2006, 2006)): 1, ("Canada", (2007, 2007)): 1, ("Canada", (2008, 2008)): 1,
        (years.UNKNOWN, (2008, 2008)): 1,
    }  # fmt: skip


def test_years_in_drawing_and_words(drawn: Callable[..., list[str]]) -> None:
    said = drawn(years.years_picture, years.collected_of(STUDIES))
    start = said.index("UK")
    assert said[start : start + 6] == ["UK", "1", "2", "1", "1", "3"]
    words = pictures.years(review(characteristics=STUDIES))
    assert "4 studies by country: UK (3); Canada (1); country not reported (1)." in words
    assert "3 of 4 report years of data collection, from 2006 to 2008" in words


def test_a_century_of_studies_is_put_together(drawn: Callable[..., list[str]]) -> None:
    wide = [study(f"S{i}", f"Land {i % 40}", str(1920 + i)) for i in range(100)]
    found = years.collected_of(frame("characteristics", *wide))
    assert len(found.spans) <= years.YEARS
    assert sum(found.cells.values()) == 100
    assert "Not drawn: 16 more countries" in " ".join(drawn(years.years_picture, found))


def cell(concept: str, study: str, construct: str = "", status: str = "accepted", position: int = 1) -> dict[str, Any]:
    said = {"cell": "translation", "construct_id": construct, "translation_id": f"T{construct}", "status": status}
    return {"group_id": "G", "group_label": "G", "concept_id": concept, "concept_label": f"Concept {concept}",
            "study_id": study, "study_label": f"Study {study}", "position": position,
            **(said if construct else {"cell": "nothing_there"})}  # fmt: skip


MATRIX = frame("matrix", cell("C1", "S1", "k1", position=2), cell("C1", "S1", "k2", position=2), cell("C1", "S2", "k3"),
               cell("C2", "S2", "k4", "rejected"), cell("C2", "S1", "k1", position=2),
               cell("C2", "S3", position=3))  # fmt: skip


def test_contributions_count_constructs_and_no_rejected_one(drawn: Callable[..., list[str]]) -> None:
    found = contributions.contributions_of(MATRIX)
    assert found.cells == {("C1", "S1"): 2, ("C1", "S2"): 1, ("C2", "S1"): 1}
    assert list(found.studies) == ["S2", "S1", "S3"], "the order of reading"
    assert (found.of_concept("C1"), found.of_study("S1"), found.of_study("S3")) == (3, 3, 0)
    said = drawn(contributions.contributions_picture, found)
    assert [t for t in said if t.isdigit()] == ["1", "2", "3", "1", "1", "1", "3", "0", "4"]
    words = pictures.contributions(review(matrix=MATRIX))
    assert "2 concepts by 3 studies: 4 constructs. By study: Study S1 (3); Study S2 (1)." in words
    assert "Without any: Study S3." in words


def world(concepts: int, studies: int) -> ReportData:
    """Return a review of so many concepts and studies: each concept holds a construct of every third study."""
    links = [(f"C{c:03}", f"S{s:03}") for c in range(concepts) for s in range(c % 3, studies, 3)]
    rows = [cell(c, s, f"k-{c}-{s}", position=int(s[1:])) for c, s in links] or [cell("C000", "S000", "k")]
    third = [{"third_order_id": f"T{i}", "label": f"Third {i}", "statement": "s", "source": "from_studies",
              "status": "settled"} for i in range(1 + concepts // 8)]  # fmt: skip
    return review(
        matrix=frame("matrix", *rows),
        concepts=frame("concepts", *[{"concept_id": f"C{c:03}", "label": f"A long name {c} " * 6, "definition": "d",
                                      "status": "settled"} for c in range(concepts)]),
        studies=frame("studies", *[{"study_id": f"S{s:03}", "label": f"Study {s}"} for s in range(studies)]),
        third_order=frame("third_order", *third),
        third_order_support=frame("third_order_support", *[
            {"third_order_id": f"T{c // 8}", "supported_by": f"C{c:03}"} for c in range(concepts)
        ]),
        line_of_argument=frame("line_of_argument", {"step_id": "L1", "position": "1", "statement": "First " * 40}),
        line_of_argument_support=frame("line_of_argument_support", {"step_id": "L1", "supported_by": "T0"}),
    )  # fmt: skip


def map_of(data: ReportData) -> argument.Argument:
    return argument.argument_of(data, contributions.contributions_of(data.matrix))


def test_argument_follows_every_kind_of_support() -> None:
    data = review(
        matrix=MATRIX,
        concepts=frame("concepts", *[{"concept_id": c, "label": c, "definition": "d", "status": s}
                                     for c, s in (("C1", "settled"), ("C2", "dropped"))]),
        studies=frame("studies", *[{"study_id": f"S{i}", "label": f"Study {i}"} for i in (1, 2, 3)]),
        refutations=frame("refutations", {"refutation_id": "F1", "left_id": "K1", "right_id": "S3"}),
        line_of_argument_support=frame("line_of_argument_support", *[
            {"step_id": "L1", "supported_by": s} for s in ("T1O", "C1", "C2", "K2", "F1")
        ]),
    )  # fmt: skip
    found = map_of(data)
    assert found.edges == {
        ("L1", "T1O"): 0, ("L1", "C1"): 0, ("T1O", "C1"): 0,  # not to the concept that was dropped
        ("L1", "S2"): 1, ("L1", "S1"): 1, ("L1", "S3"): 0,  # a construct, and both ends of a refutation
        ("C1", "S1"): 2, ("C1", "S2"): 1,
    }  # fmt: skip
    assert [n.label for n in found.nodes["step"]] == ["1. First this"]


def test_argument_in_words_and_drawing(drawn: Callable[..., list[str]]) -> None:
    data = world(8, 4)
    words = pictures.argument_map(data)
    assert "A map of 1 step, 2 third-order constructs, 8 concepts and 4 studies" in words
    assert "step 1 on Third 0" in words
    assert "Third 0 (8); Third 1 (0)" in words
    said = " ".join(drawn(argument.argument_picture, map_of(data)))
    # Every third concept from the first takes studies 0 and 3, the others 1 or 2: 3 + 3 + 2 concepts.
    for study, n in (("Study 0", 3), ("Study 1", 3), ("Study 2", 2), ("Study 3", 3)):
        assert f"{study} ({n})" in said


@pytest.mark.parametrize(("concepts", "studies"), [(1, 1), (30, 40), (90, 200), (0, 3)])
def test_any_size_of_argument_is_drawn(concepts: int, studies: int, drawn: Callable[..., list[str]]) -> None:
    found = map_of(world(concepts, studies))
    said = " ".join(drawn(argument.argument_picture, found))
    left_out = [max(n - argument.MOST[kind], 0) for kind, n in (("concept", concepts), ("study", studies))]
    for n, what in zip(left_out, ("concepts", "studies"), strict=True):
        assert (f"{n} {what}" in said) == bool(n), (n, what)
    shown = argument.drawn_of(found)
    assert all(len(shown.nodes[kind]) <= most for kind, most in argument.MOST.items())
    drawn(contributions.contributions_picture, contributions.contributions_of(world(concepts, studies).matrix))


def test_boxes_of_the_map_never_overlap() -> None:
    found = argument.drawn_of(map_of(world(40, 30)))
    kinds = list(argument.KINDS)
    drawn_layers, edges, _ = argument._routed(found, kinds)
    boxes = {n.key: argument._box(n, 0, found) for k in kinds for n in found.nodes[k]}
    tops, heights = argument._heights(layers.order(drawn_layers, edges, True), edges, boxes)
    for kind in kinds:
        stacked = sorted((tops[n.key], heights[n.key]) for n in found.nodes[kind])
        assert all(a + h <= b + 0.01 for (a, h), (b, _) in pairwise(stacked))


def test_crossings_are_counted() -> None:
    two = [["a", "b"], ["x", "y"]]
    assert layers.crossings(two, [("a", "x"), ("b", "y")]) == 0
    assert layers.crossings(two, [("a", "y"), ("b", "x")]) == 1
    assert layers.crossings(two, list(product("ab", "xy"))) == 1


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6))))
def test_order_keeps_the_nodes_and_is_stable(links: set[tuple[int, int]]) -> None:
    given_layers = [[f"a{i}" for i in range(7)], [f"b{i}" for i in range(7)]]
    edges = [(f"a{i}", f"b{j}") for i, j in sorted(links)]
    found = layers.order(given_layers, edges, True)
    assert found[0] == given_layers[0]
    assert sorted(found[1]) == given_layers[1]
    assert found == layers.order(given_layers, edges, True)


def test_a_tangle_is_undone() -> None:
    edges = [(f"a{i}", f"b{9 - i}") for i in range(10)]
    found = layers.order([[f"a{i}" for i in range(10)], [f"b{i}" for i in range(10)]], edges, True)
    assert layers.crossings(found, edges) == 0


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(5, 40)), min_size=1, max_size=20))
def test_settled_boxes_keep_order_gap_and_room(boxes: list[tuple[float, float]]) -> None:
    wanted, heights = [w for w, _ in boxes], [h for _, h in boxes]
    room = sum(heights) + 4 * len(boxes) + 50
    tops = layers.settle(wanted, heights, 4, room)
    assert tops[0] >= -0.01
    assert tops[-1] + heights[-1] <= room + 0.01
    assert all(a + h + 4 <= b + 0.01 for a, h, b in zip(tops, heights, tops[1:], strict=False))


def test_nothing_to_draw_is_a_sentence_under_the_same_label(drawn: Callable[..., list[str]]) -> None:
    empty = ReportData(config=configured())
    for name, label in (("sources", "sources"), ("progress", "progress"), ("years", "years"),
                        ("contributions", "contributions"), ("argument_map", "argument-map")):  # fmt: skip
        said = getattr(pictures, name)(empty)
        assert said.startswith(f"::: {{#fig-{label}}}"), name
        assert "](" not in said
    assert "No vote yet." in drawn(progress.progress_picture, [], {}, {})
    assert "No study is described yet." in drawn(years.years_picture, years.collected_of(empty.characteristics))
    assert "No record yet." in drawn(sources.overlap_picture, sources.overlap_of(empty.unique))
    assert "Nothing is translated yet." in drawn(
        contributions.contributions_picture, contributions.contributions_of(empty.matrix)
    )
    assert "No concept and no step of an argument yet." in drawn(argument.argument_picture, map_of(empty))


def test_pictures_are_the_same_each_time_and_hold_no_letters_as_text() -> None:
    data = review(votes_by_day=count_votes(VOTES), unique=UNIQUE)
    first, second = pictures.drawn(data), pictures.drawn(data)
    assert first == second
    assert set(first) == {"argument", "contributions", "progress", "sources", "years"}
    for picture in first.values():
        assert ElementTree.fromstring(picture.svg).get("role") == "img"
        assert b"<text" not in picture.svg
        assert b"<script" not in picture.svg


def test_names_in_other_letters_are_shown_by_id() -> None:
    for text in ("Müller & Łuczak 2019", "Ngô Thị Hồng", "Ελένη"):
        assert canvas.drawable(text), text
    for text in (CHINESE, ARABIC, "हिन्दी"):
        assert not canvas.drawable(text), text
    assert canvas.name_of(CHINESE, "S01") == "S01"


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.floats(20, 200), st.integers(1, 3))
def test_shortened_lines_fit(text: str, width: float, lines: int) -> None:
    found = canvas.shortened(text, width, 8, lines)
    assert len(found) <= lines
    assert all(len(line) <= 2 or canvas.text_width(line, 8, False) <= width + 0.01 for line in found)


def test_letters_can_be_read_on_every_tint() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for i in range(51):
        pair = sorted(luminance(c) for c in palette.tint(i / 50))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5


def test_hostile_names_are_only_text() -> None:
    data = world(3, 3)
    data = review(matrix=data.matrix.assign(concept_label=HOSTILE, study_label=HOSTILE), unique=UNIQUE)
    for name in ("contributions", "argument_map"):
        said = getattr(pictures, name)(data)
        assert said.count('"') == 2, "the words can't end their attribute"
        assert "<script" not in said
        assert "{{<" not in said
