from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import schemas, tables
from metaethno.errors import UserError
from metaethno.formats.fields import RECORD_FIELDS
from metaethno.register import align, register

RUN = "2020-01-02"
NONE = tables.empty(schemas.ROWS)


def exports(*rows: dict[str, object]) -> pd.DataFrame:
    base = dict.fromkeys(("file", "file_sha256", "source", *RECORD_FIELDS), "") | {
        "file": "a.ris", "file_sha256": "a" * 16, "source": "Embase",
    }  # fmt: skip
    return pd.DataFrame([base | {"place": n} | row for n, row in enumerate(rows, 1)])


def test_a_row_is_known_by_accession_or_else_by_fingerprint():
    found = register(RUN, exports({"accession": "1"}, {"title": "Care"}), NONE)
    assert found["place"].tolist() == ["1", "2"]
    assert found["accession"].tolist() == ["1", ""]
    assert found["fingerprint"].str.fullmatch("[0-9a-f]{12}").tolist() == [False, True]
    assert found["row_id"].map(lambda i: bool(re.fullmatch("R[A-Z2-7]{10}", i))).all()
    schemas.ROWS.pandera().validate(found)


def test_equal_rows_get_ids_of_their_own():
    found = register(RUN, exports({"accession": "1"}, {"accession": "1"}, {"accession": "1"}), NONE)
    assert found["row_id"].is_unique


def test_registered_rows_stay_as_they_are_and_new_ones_follow():
    first = register(RUN, exports({"accession": "1"}), NONE)
    odd = first.assign(row_id="Rgiven-by-an-older-version")
    again = register(RUN, exports({"accession": "1"}, {"accession": "2"}), odd)
    assert again["row_id"].iloc[0] == "Rgiven-by-an-older-version"
    assert again["accession"].tolist() == ["1", "2"]
    batch = exports({"accession": "1", "file": "b.ris", "file_sha256": "b" * 16})
    both = register(RUN, pd.concat([exports({"accession": "1"}), batch]), first)
    assert both["row_id"].is_unique
    assert len(both) == 2


def test_the_same_record_in_another_run_or_source_has_another_id():
    rows = [
        register(RUN, exports({"accession": "1"}), NONE),
        register("2021-01-02", exports({"accession": "1"}), NONE),
        register(RUN, exports({"accession": "1", "source": "CINAHL"}), NONE),
    ]
    assert pd.concat(rows)["row_id"].is_unique


@pytest.mark.parametrize("row", [{"accession": "1"}, {"title": "Care", "year": "2001"}])
def test_a_replaced_export_is_refused_with_a_hint(row):
    first = register(RUN, exports(row), NONE)
    with pytest.raises(UserError) as error:
        register(RUN, exports(row | {"file_sha256": "b" * 16}), first)
    (problem,) = error.value.problems
    assert problem.code == "ME0331"
    assert "replaced" in problem.message
    assert "back" in problem.hint


def test_one_file_under_two_names_is_refused():
    with pytest.raises(UserError, match="ME0332"):
        register(RUN, exports({}, {"file": "copy.ris", "place": 1}), NONE)


def test_a_fingerprint_overlooks_case_and_punctuation():
    a = register(RUN, exports({"title": "Care, and cure.", "year": "2001"}), NONE)
    b = register(RUN, exports({"title": "CARE AND CURE", "year": "2001"}), NONE)
    assert a["row_id"].tolist() == b["row_id"].tolist()


@settings(deadline=None)
@given(st.lists(st.sampled_from(["1", "2", ""]), max_size=8), st.integers(0, 8))
def test_registering_in_two_steps_never_changes_an_id(accessions, cut):
    rows = [{"accession": a, "title": "Care"} for a in accessions]
    if not rows:
        return
    whole = exports(*rows)
    first = register(RUN, whole.iloc[:cut], NONE)
    second = register(RUN, whole, first)
    assert second["row_id"].tolist()[: len(first)] == first["row_id"].tolist()
    assert second["row_id"].is_unique
    assert register(RUN, whole, NONE)["row_id"].tolist() == second["row_id"].tolist()


def titled(*titles: str, **cells: str) -> pd.DataFrame:
    return exports(*({"title": t, "authors": "Li, Bo", "year": "2001"} | cells for t in titles))


def ids_of(frame: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    found, unclear = align(rows, frame)
    assert unclear == []
    return found.tolist()


def test_a_reader_that_finds_a_record_it_passed_over_before_moves_no_id():
    first = register(RUN, titled("Care", "Cure", "Hope"), NONE)
    care, cure, hope = first["row_id"]
    now = titled("Care", "Waiting", "Cure", "Hope")
    assert ids_of(now, first) == [care, "", cure, hope]
    again = register(RUN, now, first)
    assert again["row_id"].tolist()[:3] == [care, cure, hope]
    assert ids_of(now, again)[1] == again["row_id"].tolist()[3]
    assert ids_of(titled("Care", "Cure", "Hope"), first) == [care, cure, hope]


def test_a_reader_that_writes_titles_otherwise_moves_no_id():
    first = register(RUN, titled("Care", "Cure", "Hope"), NONE)
    assert ids_of(titled("Care in Leeds", "Cure in Leeds", "Hope in Leeds"), first) == first["row_id"].tolist()
    # One title is read otherwise and stands after a record that is new: its neighbours tell which it is.
    now = titled("Waiting", "Care", "Cure in Leeds", "Hope")
    assert ids_of(now, first) == ["", *first["row_id"]]
    assert ids_of(titled("Care", "Cure", "Hope", accession="1"), first) == first["row_id"].tolist()


def test_what_can_not_be_told_is_refused_and_nothing_is_guessed():
    first = register(RUN, titled("Care", "Cure", "Hope"), NONE)
    for now in (titled("Care", "Hope"), titled("Sleep", "Bread", "Rain", "Snow")):
        with pytest.raises(UserError, match="ME0345"):
            register(RUN, now, first)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=7), st.data())
def test_an_id_stays_with_what_its_row_says(titles, data):
    first = register(RUN, titled(*titles), NONE)
    now = list(titles)
    for _ in range(data.draw(st.integers(1, 3))):
        now.insert(data.draw(st.integers(0, len(now))), data.draw(st.sampled_from("xyz")))
    said = dict(zip(first["row_id"], titles, strict=True))
    found = ids_of(titled(*now), first)
    assert [said.get(i, t) for i, t in zip(found, now, strict=True)] == now
    assert sorted(i for i in found if i) == sorted(said)


def test_twenty_thousand_rows_have_ids_of_their_own():
    frame = exports(*({"title": f"Title {n}", "authors": "Smith, A.", "year": "2001"} for n in range(22_000)))
    found = register(RUN, frame, NONE)
    assert len(found) == 22_000
    assert found["row_id"].is_unique
