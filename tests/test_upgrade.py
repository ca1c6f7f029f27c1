"""`metaethno upgrade`: tables of an earlier layout, and what no row may lose."""

from __future__ import annotations

import csv
import io
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaethno import cli, tables, upgrade
from metaethno.errors import UserError
from metaethno.schemas import DECISIONS, REVIEWED, TABLES, TRANSLATIONS
from tests.worlds import REPO, lay_out

# As the first version of the program declared it.
OLD_REVIEWED = "review_id,target_id,evidence_hash,reviewed_by,reviewed_on"
ME = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
ROWS = ["V1,C1,aa11,ann,2024-05-06", 'V2,C2,"bb,22",ben,2024-05-07']


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A review of the first layout: no number, `reviewed` without its evidence, no table of memos."""
    root = lay_out(tmp_path / "r")
    (root / REVIEWED.path).write_text("\n".join([OLD_REVIEWED, *ROWS]) + "\n")
    (root / TABLES["memos"].path).unlink()
    monkeypatch.chdir(root)
    return root


def everything(root):
    return {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and ".metaethno" not in p.parts}


def test_an_old_review_is_migrated_and_no_row_is_lost(old, capsys):
    assert cli.main(["check"]) == 1
    assert "metaethno upgrade" in capsys.readouterr().err
    before = everything(old)
    assert cli.main(["upgrade", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "data/decisions/reviewed.csv: the column evidence is added (2 rows, all kept)" in said
    assert "data/decisions/memos.csv: the table is new" in said
    assert everything(old) == before
    assert cli.main(["upgrade"]) == 0
    now = read((old / REVIEWED.path).read_bytes())
    assert [r["review_id"] + r["evidence_hash"] + r["evidence"] for r in now] == ["V1aa11", "V2bb,22"]
    assert list(now[0]) == REVIEWED.names
    (aside,) = (old / ".metaethno/before-upgrade/data/decisions").glob("reviewed.csv.*")
    assert aside.read_text() == "\n".join([OLD_REVIEWED, *ROWS]) + "\n"
    unchanged = {p: b for p, b in before.items() if p.suffix == ".csv" and p.name != "reviewed.csv"}
    assert {p: p.read_bytes() for p in unchanged} == unchanged
    capsys.readouterr()
    assert cli.main(["upgrade"]) == 0
    assert "Nothing to be done" in capsys.readouterr().out


def test_what_only_a_person_knows_stops_it_whole(old, capsys):
    (old / "data/decisions/groups.csv").write_text("group_id,label,colour\nG1,x,red\n")
    before = everything(old)
    assert cli.main(["upgrade"]) == 1
    said = capsys.readouterr().err
    assert "there is no column 'colour'" in said
    assert "'rationale' is missing, and only you can say" in said
    assert everything(old) == before


def test_a_table_that_was_deleted_is_not_taken_for_a_new_one(old, capsys):
    for command in (["init", "-q"], ["add", "-A"], [*ME, "commit", "-qm", "kept"]):
        subprocess.run(["git", *command], cwd=old, check=True)
    (old / TABLES["concepts"].path).unlink()
    before = everything(old)
    assert cli.main(["upgrade"]) == 1
    said = capsys.readouterr().err
    assert "git checkout -- data/decisions/concepts.csv" in said
    assert "memos.csv" not in said, "that one was never there"
    assert everything(old) == before


def test_a_column_that_is_called_otherwise_and_a_word_that_is(monkeypatch):
    words = {"mode": {"jointly": "together"}}
    step = upgrade.Step(3, "translations", renamed={"state": "status"}, words=words)
    monkeypatch.setattr(upgrade, "STEPS", (step,))
    header = ["state" if n == "status" else n for n in reversed(TRANSLATIONS.names)]
    cells = {n: f"cell of {n}" for n in header} | {"mode": "jointly"}
    raw = ",".join(header) + "\n" + ",".join(cells[n] for n in header) + "\n"
    done, problems = upgrade.migrate(TRANSLATIONS, raw.encode(), "t.csv", 2)
    assert (done is not None, problems) == (True, [])
    (row,) = read(done.data)
    assert list(row) == TRANSLATIONS.names
    assert (row["status"], row["mode"], row["wording"]) == ("cell of state", "together", "cell of wording")
    # A review that has the later layout is left alone.
    later = ",".join(TRANSLATIONS.names) + "\n"
    assert upgrade.migrate(TRANSLATIONS, later.encode(), "t.csv", 3) == (None, [])


@given(st.lists(st.lists(st.text("ab,;\"\n'= é", max_size=6), min_size=5, max_size=5), max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_cells_hold_none_is_lost(rows):
    rows = [[f"V{i}", *row[1:]] for i, row in enumerate(rows)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([OLD_REVIEWED.split(","), *rows])
    done, problems = upgrade.migrate(REVIEWED, out.getvalue().encode(), "reviewed.csv", 1)
    assert (done is not None, problems) == (True, [])
    _, now, _, _ = tables.parse_rows(done.data, "reviewed.csv")
    assert [[c for i, c in enumerate(row) if REVIEWED.names[i] != "evidence"] for row in now] == rows


def test_a_semicolon_file_of_an_old_layout(old):
    (old / REVIEWED.path).write_bytes(
        ("﻿" + OLD_REVIEWED.replace(",", ";") + "\r\nV1;C1;aa;ann;2024-05-06\r\n").encode()
    )
    assert cli.main(["upgrade"]) == 0
    assert read((old / REVIEWED.path).read_bytes())[0]["evidence_hash"] == "aa"


@pytest.mark.parametrize(("number", "code"), [("1", "ME0167"), ("999", "ME0166"), ("<<<<<<< a\n1", "ME0165")])
def test_another_layout_is_said_before_anything_is_done(old, number, code, capsys):
    (old / upgrade.VERSION_FILE).write_text(number + "\n")
    for command in (["check"], ["run"], ["status"]):
        assert cli.main(command) == 1
        assert code in capsys.readouterr().err


def test_a_newer_review_is_not_turned_back(old, capsys):
    (old / upgrade.VERSION_FILE).write_text("999\n")
    before = everything(old)
    assert cli.main(["upgrade"]) == 1
    assert "ME0166" in capsys.readouterr().err
    assert everything(old) == before


def test_killed_half_way_it_goes_on(old, monkeypatch):
    whole = tables.write_bytes

    def once(path, data):
        whole(path, data)
        if path.name == "reviewed.csv":
            raise KeyboardInterrupt

    monkeypatch.setattr(tables, "write_bytes", once)
    assert cli.main(["upgrade"]) == 130
    assert not (old / upgrade.VERSION_FILE).is_file()
    monkeypatch.setattr(tables, "write_bytes", whole)
    assert cli.main(["upgrade"]) == 0
    assert len(read((old / REVIEWED.path).read_bytes())) == len(ROWS)
    assert upgrade.version_of(old) == upgrade.SCHEMA_VERSION


def test_the_worked_example_has_this_layout():
    assert upgrade.version_of(REPO) == upgrade.SCHEMA_VERSION
    assert [m.path for m in upgrade.plan(REPO)[0]] == []
    assert upgrade.plan(REPO)[1] == []


def test_a_table_that_changes_meanwhile_is_left(old, tmp_path):
    planned, _ = upgrade.plan(old)
    (old / REVIEWED.path).write_text("\n".join([OLD_REVIEWED, *ROWS, "V3,C3,cc,ann,2024-05-08"]) + "\n")
    with pytest.raises(UserError, match="changed by somebody else"):
        upgrade.carry_out(old, planned, tmp_path / "aside")
    assert len(read((old / REVIEWED.path).read_bytes())) == 3


def test_every_table_of_today_needs_no_change():
    for table in DECISIONS.values():
        assert upgrade.migrate(table, (",".join(table.names) + "\n").encode(), table.path, 1) == (None, [])
