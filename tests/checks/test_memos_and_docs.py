"""Memos are entered in words and shown as text where they belong; the page of the checks is up to date."""

from __future__ import annotations

import subprocess
import sys

import pytest

from metaethno import cli, tables
from metaethno.fragments import memo_notes
from metaethno.schemas import MEMOS
from tests.checks import world
from tests.report_world import HOSTILE, frame, review
from tests.worlds import REPO, lay_out


@pytest.fixture
def root(tmp_path, monkeypatch):
    root = lay_out(tmp_path / "review", world.SETTINGS)
    world.write(root, world.rows())
    monkeypatch.chdir(root)
    return root


def memos(root):
    return tables.load_decisions(MEMOS, root)[0].to_dict("records")


def test_nobody_types_an_id(root, capsys):
    about = [("silence as care", "C1"), ("Abel", "SA"), ("Step 1", "L1"), ("an economy of quiet", "X1"), ("K4", "K4")]
    for words, _ in about:
        assert cli.main(["memo", f"On {words}", "--about", words, "--reviewer", "ann", "--on", "2026-01-02"]) == 0
    assert {row["text"]: row["target_id"] for row in memos(root)} == {f"On {words}": one for words, one in about}
    assert cli.main(["memo", "We read the richest first.", "--kind", "reflexive", "--reviewer", "ben"]) == 0
    (row,) = [row for row in memos(root) if row["author"] == "ben"]
    assert (row["target_id"], row["kind"]) == ("", "reflexive")
    assert cli.main(["memo"]) == 0
    assert "about study 'Abel 2001': On Abel" in capsys.readouterr().out


def test_the_same_memo_twice_adds_nothing(root):
    for _ in range(2):
        assert cli.main(["memo", "So it is.", "--reviewer", "ann"]) == 0
    assert len(memos(root)) == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["memo", "x", "--about", "construct", "--reviewer", "ann"], 1),  # several things
        (["memo", "x", "--about", "nothing like it", "--reviewer", "ann"], 1),
        (["memo", "x", "--about", "  ", "--reviewer", "ann"], 1),
        (["memo", "x", "--reviewer", "zoe"], 2),
        (["memo", "--about", "Abel", "--reviewer", "ann"], 2),  # no words
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(root, command, code, capsys):
    assert cli.main(command) == code
    assert memos(root) == []
    assert "Traceback" not in capsys.readouterr().err


def test_signing_without_a_date_takes_today(root):
    # The date is no text of an option that is parsed when it isn't given.
    assert cli.parser().parse_args(["sign", "C1", "--reviewer", "ann"]).on is None


def test_a_memo_stands_under_what_it_is_about_as_text():
    row = {"memo_id": "m", "target_id": "C1", "kind": "reflexive", "author": "ann", "written_on": "2020-01-02",
           "text": HOSTILE}  # fmt: skip
    data = review(memos=frame("memos", row, row | {"memo_id": "n", "target_id": "S2", "text": "Read late."}))
    said = memo_notes.beside(data, "concepts")
    assert said.startswith("\n**Memo on Concept C1** (reflexive, Ann, 2020")
    assert "\\<script\\>" in said
    assert "{{<" not in said
    assert said.count("\n") == 2, "one paragraph, whatever line breaks it holds"
    assert "Read late" in memo_notes.beside(data, "studies")
    assert memo_notes.beside(data, "third_order") == ""


def test_the_page_of_the_checks_is_up_to_date():
    command = [sys.executable, "tools/check_table.py", "--check"]
    assert subprocess.run(command, cwd=REPO, check=False).returncode == 0, "run python tools/check_table.py"
