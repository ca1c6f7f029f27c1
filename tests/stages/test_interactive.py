"""What the pages' script is given: lists as long as the numbers they stand behind, text that can't be code."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.report_site import HOSTILE, SHOWN, flow_of, hostile_review, hostile_world
from tests.report_world import frame, review

from metaethno.fragments import flows, interactive
from metaethno.fragments.boxes import boxes_of
from metaethno.fragments.data import UNIQUE_COLUMNS, ReportData, shown_title


def unpack(text: str) -> list[tuple[int, int]]:
    """Read a list as the script does: distances in base 36, `*n` for n rows."""
    at, found = 0, []
    for part in text.split(","):
        gap, _, times = part.partition("*")
        at += int(gap, 36)
        found.append((at, int(times or 1)))
    return found


@pytest.fixture(scope="module")
def data() -> ReportData:
    return hostile_review()


def test_every_list_is_as_long_as_its_number(data: ReportData) -> None:
    numbers, lists, parts = interactive.flow_lists(data)
    seen = 0
    for view, table in zip(data.config.flow.views, numbers["views"], strict=True):
        boxes = boxes_of(data.flow, view)
        rows = flows.box_rows(boxes, flows.reason_labels(data))
        assert [row[0] for row in table] == [said for _, _, said in rows]
        for (name, detail, _), (_, *cells) in zip(rows, table, strict=True):
            assert cells[-1][0] == boxes.total(name, detail)
            for cell in cells:
                if cell is None or not cell[0]:
                    continue
                seen += 1
                assert cell[1] >= 0, (name, detail, cell)
                assert sum(n for _, n in unpack(lists[cell[1]])) == cell[0]
    assert seen > 20
    assert numbers["records"] == 4
    assert sum(map(len, parts)) == 4 + 3  # four records and three studies


def test_a_record_that_was_exported_twice_is_listed_once(data: ReportData) -> None:
    numbers, lists, parts = interactive.flow_lists(data)
    table = {row[0]: row[-1] for row in numbers["views"][1]}
    identified = unpack(lists[table["Records identified from databases"][1]])
    assert (len(identified), sum(n for _, n in identified)) == (4, 5)
    pool = [record for part in parts for record in part]
    [(place, n)] = [(i, n) for i, n in identified if n > 1]
    assert (pool[place][0], n) == ("a4", 2)
    [(again, n)] = unpack(lists[table["Duplicates removed before screening"][1]])
    assert (pool[again][0], n) == ("a4", 1)


def test_the_lists_hold_what_tells_a_record_and_no_abstract(data: ReportData) -> None:
    _, _, parts = interactive.flow_lists(data)
    record = parts[0][0]
    assert record[2:4] == ["2015", interactive._short(HOSTILE)]
    assert len(record) == 6
    assert "abstract" not in UNIQUE_COLUMNS


def test_every_number_of_a_diagram_has_its_place_and_its_row(data: ReportData) -> None:
    numbers, _, _ = interactive.flow_lists(data)
    for table, boxes in zip(numbers["views"], numbers["figures"], strict=True):
        for left, top, width, height, inside in boxes:
            assert min(left, top) >= 0
            assert max(left + width, top + height) <= 100
            assert inside
            places = [place for _, *place in inside]
            assert places == sorted(places)  # one under the other, in the order of the lines
            assert all(above + high <= 100 for above, high in places)
            assert all(a + high <= b + 0.02 for (a, high), (b, _) in itertools.pairwise(places))
        shown = {table[row][0] for *_, inside in boxes for row, *_ in inside}
        left_out = {row[0] for row in table if row[0] not in shown and row[-1][0]}
        assert left_out <= set(flows._DUPLICATES.values())  # how duplicates split stands in the table alone
    assert numbers["runs"] == [["2020-01-31", "2021-06-30"]] * 2


def test_too_many_records_are_left_to_the_command(data: ReportData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interactive, "MOST_RECORDS", 3)
    numbers, lists, parts = interactive.flow_lists(data)
    assert (numbers["views"], lists, parts) == ([], [], [[]] * interactive.SHARDS)
    assert numbers["records"] == 4


def test_a_new_review_has_the_same_files_without_lists() -> None:
    made = interactive.scripts(ReportData(config=review().config))
    assert set(made) == set(interactive.SCRIPTS)
    assert value(made, "argument") == {
        "nodes": {level: [] for level in ("step", "third_order", "concept", "construct", "study")},
        "paths": [],
        "quotations": [],
    }


def value(made: dict[str, bytes], name: str) -> Any:
    """Return what a script sets."""
    text = made[name].decode()
    found = re.fullmatch(r"\(window\.metaethno = window\.metaethno \|\| \{\}\)\.(\w+) = (.*);\n", text, re.S)
    assert found
    assert found[1] == name
    return json.loads(found[2])


def test_no_text_can_end_a_script(data: ReportData) -> None:
    made = interactive.scripts(data)
    for name, content in made.items():
        said = content.decode()
        assert not set("<>&\u2028\u2029") & set(said.partition(" = ")[2]), name
        assert said.count("\n") == 1
    assert value(made, "argument")["nodes"]["step"][0][1] == SHOWN
    assert value(made, "argument")["quotations"][0][0][0] == SHOWN


@given(st.text())
def test_a_script_sets_exactly_the_text(said: str) -> None:
    assert value({"matrix": interactive.as_script("matrix", [said])}, "matrix") == [said]


@given(st.dictionaries(st.integers(0, 10**6), st.integers(1, 50), min_size=1))
def test_a_list_can_be_read_again(counts: dict[int, int]) -> None:
    places = sorted(counts)
    assert unpack(interactive._encoded(places, [counts[p] for p in places])) == [(p, counts[p]) for p in places]


def test_the_matrix_has_the_order_of_its_table_and_no_rejected_translation() -> None:
    found = interactive.matrix(review())
    assert found["groups"] == ["Group G1", "Group G2"]
    assert found["rows"] == [[0, "Concept C1"], [0, "Concept C2"], [1, "Concept C3"]]
    assert found["studies"] == ["Study S1", "Study S2", "Study S3"]
    assert set(found["cells"]) == {"0,0", "1,1"}  # the one in the second group was rejected
    assert found["cells"]["1,1"][0][3] == "translated, refuting"


def test_the_graph_follows_the_trace_and_what_no_step_rests_on() -> None:
    trace = frame("trace", {"step_id": "L1", "third_order_id": "T1O", "concept_id": "C1", "translation_id": "T1",
                            "construct_id": "K1", "passage_id": "P1", "report_id": "A1", "study_id": "S1"})  # fmt: skip
    data = review(trace=trace)
    data.matrix["construct_id"] = ["K1", "", "", "K2", "K3"]
    found = interactive.argument(data)
    assert [n[0] for n in found["nodes"]["study"]] == ["S1", "S2", "S3"]
    # K2 was translated into a concept that isn't in the register; K3's translation was rejected.
    assert found["paths"] == [[-1, -1, -1, 1, 1], [0, 0, 0, 0, 0]]
    assert [len(q) for q in found["quotations"]] == [1, 1, 1]


def test_a_title_that_no_source_gives_is_said_in_words() -> None:
    assert shown_title("[title not found in the source] Doe 2017") == "title not found"
    assert shown_title("") == "title not found"
    assert shown_title("[Being heard]: a study") == "[Being heard]: a study"


def test_a_released_version_without_ids_has_a_number_but_no_list() -> None:
    from metaethno.flow import Box

    pool = interactive._Pool(hostile_review())
    ids = pd.DataFrame({"id": ["v1-unlisted-1"], "run": [""]})
    assert pool.place(Box("previous_studies", "study", ids, ()), "", "all") == -1


def test_the_lists_belong_to_the_world_they_are_made_from() -> None:
    of = hostile_world()
    data = review(world=of)
    data = replace(data, flow=flow_of(data, of))
    assert {b: boxes_of(data.flow, data.config.flow.views[1]).total(b) for b in
            ("database_results", "duplicates", "records_screened", "records_excluded", "dbr_excluded", "new_reports")
            } == {"database_results": 5, "duplicates": 1, "records_screened": 4, "records_excluded": 1,
                  "dbr_excluded": 2, "new_reports": 1}  # fmt: skip
