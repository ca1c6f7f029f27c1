"""The door to decision tables: locked, all or nothing, idempotent, whatever kills it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import ledger, tables
from metaethno.errors import Problem, UserError
from metaethno.schemas import DUPLICATES, GROUPS, PASSAGES, SCREENING
from tests.worlds import REPO, die_at_call, lay_out


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for table in (DUPLICATES, GROUPS, PASSAGES):
        tables.write_bytes(tmp_path / table.path, tables.to_csv(tables.empty(table)))
    return tmp_path


def verdict(key: str, note: str = "") -> dict[str, str]:
    return dict.fromkeys(DUPLICATES.names, "") | {"verdict_id": key, "verdict": "same", "note": note}


def group(key: str, label: str) -> dict[str, str]:
    return {"group_id": key, "label": label, "rationale": "r"}


def enter(root: Path, *puts, check=None, **options):
    with ledger.entering(root, 0.2) as book:
        for table, rows, *who in puts:
            book.put(table, rows, *who)
        return book.commit(check, **options)


def loaded(root: Path, table):
    frame, problems = tables.load_decisions(table, root)
    assert problems == []
    return frame


def test_rows_are_added_in_order_and_what_stands_there_keeps_its_bytes(root):
    # A row as a person typed it: quotation marks nobody needs.
    path = root / DUPLICATES.path
    typed = 'V5,,a,b,"same",ann,2020-01-02,"five, or six"'
    path.write_text(path.read_text() + typed + "\n")
    done = enter(root, (DUPLICATES, [verdict("V9"), verdict("V1")]))
    assert (done.added, done.files) == (2, (DUPLICATES.path,))
    lines = path.read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["verdict_id", "V1", "V5", "V9"]
    assert lines[2] == typed


def test_the_same_rows_twice_add_nothing_and_write_nothing(root):
    enter(root, (DUPLICATES, [verdict("V1")]), (GROUPS, [group("G1", "a")]))
    before = {p: p.stat().st_mtime_ns for p in root.rglob("*.csv")}
    done = enter(root, (DUPLICATES, [verdict("V1")]), (GROUPS, [group("G1", "a")]))
    assert done == ledger.Written()
    assert {p: p.stat().st_mtime_ns for p in root.rglob("*.csv")} == before


def test_a_register_changes_by_key_and_a_ledger_never(root):
    enter(root, (GROUPS, [group("G1", "a"), group("G2", "b")]), (DUPLICATES, [verdict("V1")]))
    done = enter(root, (GROUPS, [group("G2", "new")]))
    assert (done.added, done.changed) == (0, 1)
    assert loaded(root, GROUPS)["label"].tolist() == ["a", "new"]
    with pytest.raises(ValueError, match="can't be changed"):
        enter(root, (DUPLICATES, [verdict("V1", "another note")]))


def test_nothing_is_written_where_the_check_finds_something_or_in_a_dry_run(root):
    seen = []

    def check(folder: Path) -> list[Problem]:
        seen.append(loaded(folder, DUPLICATES)["verdict_id"].tolist())
        return [Problem("ME9999", "no")]

    before = (root / DUPLICATES.path).read_bytes()
    with pytest.raises(UserError, match="ME9999"):
        enter(root, (DUPLICATES, [verdict("V1")]), check=check)
    # The check saw the table as it would have been.
    assert seen == [["V1"]]
    assert enter(root, (DUPLICATES, [verdict("V1")]), dry_run=True).added == 1
    assert (root / DUPLICATES.path).read_bytes() == before


def test_rows_that_a_merge_left_twice_are_one_row_and_different_ones_are_refused(root):
    enter(root, (DUPLICATES, [verdict("V1"), verdict("V2")]))
    path = root / DUPLICATES.path
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n")
    assert loaded(root, DUPLICATES)["verdict_id"].tolist() == ["V1", "V2"]
    assert enter(root, (DUPLICATES, [verdict("V3")])).tidied == 1
    assert path.read_text().splitlines()[:3] == lines
    path.write_text(path.read_text() + lines[1].replace("same", "different") + "\n")
    with pytest.raises(UserError, match="ME0111"):
        enter(root, (DUPLICATES, [verdict("V4")]))


def test_a_table_that_a_spreadsheet_saved_is_understood(root):
    path = root / DUPLICATES.path
    head = ";".join(DUPLICATES.names)
    path.write_bytes(("\ufeff" + head + '\r\nV5;;a;b;same;ann;2020-01-02;"one; two"\r\n').encode())
    enter(root, (DUPLICATES, [verdict("V6")]))
    assert loaded(root, DUPLICATES)["note"].tolist() == ["one; two", ""]
    assert path.read_bytes().startswith(b"verdict_id,supersedes,")


@settings(max_examples=30, deadline=None)
@given(note=st.text())
def test_any_note_survives_as_one_line_and_runs_nowhere(note, tmp_path_factory):
    root = tmp_path_factory.mktemp("r")
    tables.write_bytes(root / DUPLICATES.path, tables.to_csv(tables.empty(DUPLICATES)))
    enter(root, (DUPLICATES, [verdict("V1", note), verdict("V2")]))
    text = (root / DUPLICATES.path).read_text()
    assert text.count("\n") == 3
    kept = loaded(root, DUPLICATES)["note"].iloc[0]
    if note.isprintable():
        assert kept == note.strip()
    cell = text.split("\n")[1].removesuffix("\r").split(",", 7)[7].lstrip('"')
    assert not cell.startswith(("=", "+", "-", "@"))


def test_a_living_owner_is_waited_for_and_a_dead_one_is_cleared(root):
    folder = root / ledger.FOLDER
    with ledger.locked(root):
        with pytest.raises(UserError, match=f"process {os.getpid()} on") as caught:
            enter(root, (DUPLICATES, [verdict("V1")]))
        assert caught.value.problems[0].code == "ME0450"
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    dead = {"pid": child.pid, "started": 1.0, "host": socket.gethostname()}
    (folder / "lock").write_text(json.dumps(dead))
    assert enter(root, (DUPLICATES, [verdict("V1")])).added == 1
    # This process's number, given anew after a restart of the machine: another start, so another process.
    (folder / "lock").write_text(json.dumps(dead | {"pid": os.getpid()}))
    assert enter(root, (DUPLICATES, [verdict("V2")])).added == 1
    # Nobody can tell whether a process of another machine lives.
    (folder / "lock").write_text(json.dumps(dead | {"host": "elsewhere.example"}))
    with pytest.raises(UserError, match=r"on elsewhere\.example"):
        enter(root, (DUPLICATES, [verdict("V3")]))


def test_two_processes_at_once_lose_nothing(root):
    code = (
        "import sys; from pathlib import Path; from tests.test_ledger import *\n"
        "for i in range(8): enter_patiently(Path(sys.argv[1]), (DUPLICATES, [verdict(f'V{sys.argv[2]}{i}')]))"
    )
    run = [sys.executable, "-c", code, str(root)]
    children = [subprocess.Popen([*run, who], cwd=REPO) for who in "ab"]
    assert [child.wait(60) for child in children] == [0, 0]
    assert len(loaded(root, DUPLICATES)) == 16


def enter_patiently(root: Path, *puts):
    with ledger.entering(root, 60) as book:
        for table, rows in puts:
            book.put(table, rows)
        book.commit()


def _killed_at(root: Path, moment: int, puts) -> bool:
    """Enter in a process that is killed at its `moment`-th call to the disk; return whether it was."""
    child = os.fork()
    if child == 0:
        try:
            die_at_call(moment, ("replace", "fsync", "link", "unlink", "open", "mkdir", "chmod"))
            enter(root, *puts)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_a_kill_at_any_call_to_the_disk_leaves_before_or_after(root):
    enter(root, (DUPLICATES, [verdict("V1")]), (GROUPS, [group("G1", "a")]))
    names = (DUPLICATES.path, GROUPS.path, PASSAGES.path)
    moment, undone, carried = 0, 0, 0
    killed = True
    while killed:
        moment += 1
        before = [(root / name).read_bytes() for name in names]
        # Every round is another entry into two tables.
        puts = ((DUPLICATES, [verdict(f"W{moment}")]), (GROUPS, [group("G1", f"label {moment}")]))
        killed = _killed_at(root, moment, puts)
        ledger.settle(root)
        now = [(root / name).read_bytes() for name in names]
        has = f"W{moment}" in now[0].decode(), f"label {moment}" in now[1].decode()
        assert has in ((True, True), (False, False))
        if has[0]:
            carried += killed
            assert f"V1{',' * 3}" in now[0].decode()
        else:
            undone += 1
            assert now == before
        assert not ledger.pending(root)
    # The kills fell on both sides of the moment from which on the entry counts.
    assert undone > 3
    assert carried > 3
    enter(root, (DUPLICATES, [verdict("X1")]))
    left = {p.name for p in (root / ledger.FOLDER).iterdir() if not p.name.startswith("lock.")}
    assert left <= {".gitignore", "guard"}


def test_what_was_cut_off_is_undone_where_somebody_changed_the_table_since(root, tmp_path_factory):
    # The first moment at which one of the two tables is written.
    puts = ((DUPLICATES, [verdict("V1")]), (GROUPS, [group("G1", "a")]))
    for moment in range(20, 200):
        shutil.copytree(root, copy := tmp_path_factory.mktemp("r") / "review")
        assert _killed_at(copy, moment, puts)
        if "V1" in (copy / DUPLICATES.path).read_text():
            break
    root = copy
    path = root / GROUPS.path
    assert ledger.pending(root)
    assert "G1" not in path.read_text()
    path.write_text(path.read_text() + "G7,by hand,r\n")
    with pytest.raises(UserError, match="ME0451"):
        ledger.settle(root)
    assert loaded(root, GROUPS)["group_id"].tolist() == ["G7"]
    assert len(loaded(root, DUPLICATES)) == 0
    assert enter(root, *puts).added == 2


def test_the_repository_merges_ledgers_by_union():
    assert (REPO / ".gitattributes").read_text().startswith(ledger.gitattributes())
    assert f"{SCREENING.path} merge=union" in ledger.gitattributes()
    assert GROUPS.path not in ledger.gitattributes()


def test_ids_are_random_and_new():
    make = ledger.id_maker("V")
    first = [make() for _ in range(1000)]
    again = ledger.id_maker("V", first)
    assert len({*first, *(again() for _ in range(1000))}) == 2000
    assert all(len(i) == 13 and i[0] == "V" for i in first)


def test_the_lock_can_be_had_again_and_again(root):
    for _ in range(20):
        with ledger.locked(root):
            pass


def test_a_cell_of_several_lines_stays_one_cell_of_a_register(tmp_path):
    root = lay_out(tmp_path / "review")
    cells = {"report_id": "A1", "locator": "p. 1", "speaker": "author", "entered_by": "ann", "entered_on": "2020-01-02"}
    row = {"passage_id": "P1", "text": "one line\nand another, quoted: “x”"} | cells
    for _ in range(2):
        with ledger.entering(root) as book:
            book.put(PASSAGES, [row])
            book.commit()
    frame, problems = tables.load_decisions(PASSAGES, root)
    assert problems == []
    assert frame["text"].tolist() == [row["text"]]
