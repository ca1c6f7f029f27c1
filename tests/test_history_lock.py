"""What DVC wrote down, read fast where it is as DVC writes it, and by YAML where it isn't."""

from __future__ import annotations

import pytest
import yaml

from metaethno.errors import UserError
from metaethno.history import lock
from metaethno.history.git import Change, _changes
from metaethno.history.rows import Row, compare, own_id, table_of
from metaethno.schemas import SCREENING, TABLES
from tests.worlds import REPO

MD5 = "0123456789abcdef0123456789abcdef"


def entry(path: str, md5: str = MD5) -> dict[str, object]:
    return {"path": path, "hash": "md5", "md5": md5, "size": 3}


def written(*paths: str) -> bytes:
    stage = {"cmd": "x", "deps": [entry(p) for p in paths], "params": {"engine.lock": {"stages.a": "1"}}, "outs": []}
    return yaml.safe_dump({"schema": "2.0", "stages": {"a": stage}}, sort_keys=False).encode()


@pytest.mark.parametrize("path", ["a.csv", "with space.csv", "it's.csv", "a: b.csv", "\u00e9.csv", "#x", "'q'"])
def test_any_name_of_a_file_is_read(path):
    assert lock.stages(written(path, "b"))["a"].deps == {path: MD5, "b": MD5}


def test_the_fast_way_reads_the_same_as_yaml():
    data = (REPO / "dvc.lock").read_bytes()
    slow = {name: lock._stage(stage) for name, stage in yaml.safe_load(data)["stages"].items()}
    assert lock.stages(data) == slow


@pytest.mark.parametrize(
    "data", [b"schema: '2.0'\nstages:\n  a:\n    deps:\n    - pa", b"[", b"stages: 3", b"stages: {a: 1}"]
)
def test_a_damaged_lock_is_said(data):
    with pytest.raises(UserError, match="ME0705"):
        lock.stages(data)


def test_a_hash_that_would_lead_elsewhere_is_refused():
    bad = yaml.safe_dump({"outs": [entry("x", "../../etc/passwd")]}).encode()
    with pytest.raises(UserError, match="ME0705"):
        lock.tracked(bad, "data/raw/x.dvc")


def test_names_that_git_quotes():
    line = f':100644 100644 {"1" * 40} {"0" * 40} D\t"data/a\\tb.csv"'
    assert list(_changes([line])) == [Change("data/a\tb.csv", "1" * 40, "")]


def test_which_tables_keep_ids():
    kept = {name for name, table in TABLES.items() if table.kind == "register" and own_id(table)}
    assert {"studies", "constructs", "concepts", "third_order", "line_of_argument", "report_studies"} <= kept
    assert not kept & {"group_members", "links", "third_order_support", "sampling", "baseline"}
    assert table_of("data/decisions/screening/ann.csv") is SCREENING
    assert table_of("data/decisions/screening/more/ann.csv") is None


def test_a_column_that_a_later_program_adds_changes_no_row():
    before = [Row("a.csv", {"vote_id": "V1", "decision": "include"})]
    after = [Row("a.csv", {"vote_id": "V1", "decision": "include", "note": "x"})]
    assert compare(SCREENING, before, after, {"vote_id", "decision"}).changed == []
    assert len(compare(SCREENING, before, after).changed) == 1
