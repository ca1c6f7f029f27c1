from __future__ import annotations

import pandas as pd
import pytest

from metaethno import schemas, tables
from metaethno.errors import UserError
from metaethno.stages.search import search

RUN = "2020-01-02"


def log(*rows: dict[str, str]) -> pd.DataFrame:
    base = dict.fromkeys(schemas.SEARCHES.names, "") | {
        "search_id": "S1", "source": "Embase", "kind": "database", "searched_on": RUN, "scope": "full", "run": RUN,
    }  # fmt: skip
    return pd.DataFrame([base | row for row in rows], dtype="str")


def read(*files: tuple[str, int], sha: str = "") -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {"run": RUN, "file": f, "format": "RIS", "parsed": n, "sha256": sha or f, "query_sha256": ""}
            for f, n in files
        ]
    )
    return frame.astype({"parsed": "Int64"})


def codes(error: pytest.ExceptionInfo[UserError]) -> list[str]:
    return sorted(p.code for p in error.value.problems)


def test_batches_of_one_search_are_added_up():
    found = search(
        log({"file": "a.ris", "hits": "5"}, {"file": "b.ris", "hits": "5"}), read(("a.ris", 2), ("b.ris", 3))
    )
    assert found["parsed"].tolist() == [2, 3]
    assert found["parsed_search"].tolist() == [5, 5]
    assert found["hits"].dtype == "Int64"
    assert found["accepted_count"].isna().all()
    schemas.SOURCES.pandera().validate(found)
    tables.canonical(schemas.SOURCES, found)


def test_counts_that_differ_name_both_numbers_and_say_what_to_do():
    with pytest.raises(UserError) as error:
        search(log({"file": "a.ris", "hits": "5"}), read(("a.ris", 3)))
    (problem,) = error.value.problems
    assert problem.code == "ME0303"
    assert "5 records" in problem.message
    assert "hold 3: 2 missing" in problem.message
    assert "accepted_count" in problem.hint


def test_an_accepted_count_with_a_note_is_taken():
    found = search(
        log({"file": "a.ris", "hits": "5", "accepted_count": "3", "note": "two were withdrawn"}), read(("a.ris", 3))
    )
    assert found["accepted_count"].tolist() == [3]


@pytest.mark.parametrize(
    ("row", "code"), [({"accepted_count": "3"}, "ME0304"), ({"accepted_count": "4", "note": "why"}, "ME0305")]
)
def test_an_accepted_count_needs_a_note_and_the_right_number(row, code):
    with pytest.raises(UserError) as error:
        search(log({"file": "a.ris", "hits": "5"} | row), read(("a.ris", 3)))
    assert codes(error) == [code]


def test_all_problems_come_at_once():
    logs = log(
        {"file": "gone.ris", "hits": "1"},
        {"search_id": "S2", "file": "b.ris", "hits": "2"},
        {"search_id": "S2", "file": "c.ris", "hits": "3"},
    )
    files = pd.concat([read(("b.ris", 1), ("c.ris", 1), sha="same"), read(("extra.ris", 1))], ignore_index=True)
    with pytest.raises(UserError) as error:
        search(logs, files)
    assert codes(error) == ["ME0301", "ME0302", "ME0306", "ME0307"]


def test_a_file_belongs_to_one_search():
    with pytest.raises(UserError) as error:
        search(
            log({"file": "a.ris", "hits": "1"}, {"search_id": "S2", "file": "a.ris", "hits": "1"}), read(("a.ris", 1))
        )
    assert codes(error) == ["ME0306"]


def test_the_same_search_id_in_another_run_is_another_search():
    logs = log({"file": "a.ris", "hits": "1"}, {"file": "a.ris", "hits": "2", "run": "2021-01-02"})
    files = pd.concat([read(("a.ris", 1)), read(("a.ris", 2), sha="b").assign(run="2021-01-02")], ignore_index=True)
    assert search(logs, files)["parsed_search"].tolist() == [1, 2]
