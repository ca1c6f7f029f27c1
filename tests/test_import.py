"""`metaethno import`: what is refused before a row gets its id, and what is said though every row was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds import add_run, call, lay_out, ris, write_rows

RUN = "2020-01-02"
ONE = {"title": "Living with waiting lists", "author": "Ash, Mira", "year": "2015", "doi": "10.5555/one"}
TWO = {"title": "What nurses say of night shifts", "author": "Low, Bea", "year": "2016", "doi": "10.5555/two"}


@pytest.fixture
def root(tmp_path) -> Path:
    return lay_out(tmp_path / "review")


def register(root: Path) -> Path:
    return root / f"data/raw/{RUN}/rows.csv"


def test_a_batch_that_is_missing_registers_nothing(root):
    add_run(root, RUN, {"a.ris": (ris(ONE), "Alpha", 2)})
    done = call(root, "metaethno", "import", RUN, check=False)
    assert done.returncode == 1
    assert f"data/raw/{RUN}/searches.csv, line 2, column hits: the database displayed 2 records" in done.stderr
    assert "its files (a.ris) hold 1: 1 missing" in done.stderr
    assert not register(root).exists()
    # So the whole file can take its place; once registered, it could not.
    (root / f"data/raw/{RUN}/a.ris").write_bytes(ris(ONE, TWO))
    assert "2 rows registered, 2 of them new" in call(root, "metaethno", "import", RUN).stdout


def test_a_file_that_the_search_log_does_not_name_is_not_passed_over(root):
    add_run(root, RUN, {"a.ris": (ris(ONE), "Alpha", 1)})
    (root / "b.ris").write_bytes(ris(TWO))
    done = call(root, "metaethno", "import", RUN, "b.ris", check=False)
    assert done.returncode == 1
    assert f"ME0302 data/raw/{RUN}/b.ris: no row of the search log names this export" in done.stderr
    assert not register(root).exists()


def test_a_download_that_broke_off_is_said(root):
    add_run(root, RUN, {"a.ris": (ris(ONE, TWO).rstrip()[: -len("ER  -")], "Alpha", 2)})
    said = call(root, "metaethno", "import", RUN).stdout
    assert f"ME0212 data/raw/{RUN}/a.ris, line 8: Records without an end (ER): record 2" in said
    assert "2 rows registered" in said


def test_a_single_find_can_be_voted_on(root):
    add_run(root, RUN, {"a.ris": (ris(ONE), "Alpha", 1)})
    call(root, "metaethno", "import", RUN)
    find = {"manual_id": "M1", "run": RUN, "source": "a colleague", "kind": "contact", "title": "A report"}
    write_rows(root, "manual_records", [find | {"found_by": "ann", "found_on": RUN}])
    vote = {"vote_id": "V1", "record_id": "M1", "reviewer": "ann", "role": "reviewer", "round": "main"}
    vote |= {"decision": "include", "criteria_version": "c1", "decided_on": RUN}
    write_rows(root, "screening", [vote], "ann")
    call(root, "metaethno", "check")
    write_rows(root, "screening", [vote | {"record_id": "M2"}], "ann")
    done = call(root, "metaethno", "check", check=False)
    assert "'M2' does not occur in data/raw/*/rows.csv or data/decisions/manual_records.csv" in done.stderr
