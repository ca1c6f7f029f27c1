from __future__ import annotations

import pandas as pd
import pytest

from metaethno import schemas, tables
from metaethno.errors import UserError
from metaethno.formats.fields import RECORD_FIELDS
from metaethno.stages.records import records

ONE, TWO = "2020-01-02", "2021-01-02"
MANUAL = tables.empty(schemas.MANUAL_RECORDS)


def register(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    names = ["row_id", "run", "file_sha256", "place"]
    frame = pd.DataFrame(rows, columns=names, dtype="str")
    return frame.assign(source="Embase", accession="", fingerprint="")


def searches(*runs: str) -> pd.DataFrame:
    base = dict.fromkeys(schemas.SEARCHES.names, "") | {"search_id": "S1", "source": "Embase", "kind": "database"}
    return pd.DataFrame([base | {"run": run, "file": "a.ris"} for run in runs], dtype="str")


def exports(*rows: tuple[str, str, int, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["run", "file_sha256", "place", "title"]).assign(file="a.ris")
    return frame.reindex(columns=["run", "file", "file_sha256", *RECORD_FIELDS], fill_value="")


def manual(run: str, **cells: str) -> pd.DataFrame:
    row = dict.fromkeys(schemas.MANUAL_RECORDS.names, "") | {"manual_id": "M1", "run": run, "source": "a colleague"}
    return pd.DataFrame([row | {"kind": "contact", "title": "By hand", "note": "on paper"} | cells], dtype="str")


def test_order_is_by_run_then_register_and_single_finds_follow_their_run():
    rows = register(("R3", TWO, "f2", "1"), ("R2", ONE, "f1", "2"), ("R1", ONE, "f1", "1"))
    files = exports((ONE, "f1", 1, "First"), (ONE, "f1", 2, "Second"), (TWO, "f2", 1, "Third"))
    found = records(rows, searches(ONE, TWO), files, manual(ONE))
    assert found["row_id"].tolist() == ["R2", "R1", "M1", "R3"]
    assert found["title"].tolist() == ["Second", "First", "By hand", "Third"]
    assert found["order"].tolist() == [1, 2, 3, 4]
    assert found["kind"].tolist() == ["database", "database", "contact", "database"]
    assert found.set_index("row_id").loc["M1", "notes"] == "on paper"
    assert found["place"].dtype == "Int64"
    schemas.RECORDS.pandera().validate(found)


def test_rows_and_files_that_miss_one_another_lead_to_import():
    with pytest.raises(UserError) as error:
        records(register(("R1", ONE, "gone", "1")), searches(ONE), exports((ONE, "f1", 1, "New")), MANUAL)
    assert [p.code for p in error.value.problems] == ["ME0341", "ME0342"]
    assert all(f"metaethno import {ONE}" in p.hint for p in error.value.problems)


def test_a_single_find_of_no_run_is_refused():
    with pytest.raises(UserError, match="ME0343"):
        records(register(("R1", ONE, "f1", "1")), searches(ONE), exports((ONE, "f1", 1, "A")), manual(TWO))


def test_an_id_stands_for_one_row():
    rows = register(("R1", ONE, "f1", "1"), ("R1", TWO, "f2", "1"))
    with pytest.raises(UserError, match="ME0344"):
        records(rows, searches(ONE, TWO), exports((ONE, "f1", 1, "A"), (TWO, "f2", 1, "A")), MANUAL)


def test_a_run_without_records_is_no_harm():
    found = records(register(), searches(ONE), exports(), MANUAL)
    assert found.empty
    assert found.columns.tolist() == schemas.RECORDS.names
