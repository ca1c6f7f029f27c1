"""Every code that the program can say has an entry, and every entry has a code."""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from metaethno import cli, crash
from metaethno.check_codes import KNOWN
from metaethno.commands import explain_
from metaethno.errors import did_you_mean
from metaethno.explain import entries
from metaethno.flow.identities import PRISMA2009, PRISMA2020, UPDATE
from tests.worlds import REPO

SOURCE = REPO / "src/metaethno"
CODE = re.compile(r"ME\d{4}")


def codes_in(path: Path) -> set[str]:
    """Return the codes that stand in a module as a text of their own: that is how a problem gets its code."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {text for text in texts if CODE.fullmatch(text)}


def codes() -> set[str]:
    every = set().union(*(codes_in(p) for p in SOURCE.rglob("*.py")))
    return every | set(KNOWN) | {i.id for i in (*PRISMA2020, *PRISMA2009, *UPDATE)}


def test_every_code_has_an_entry_and_every_entry_a_code():
    assert len(codes()) > 250, "the codes are not found in the source any more"
    assert codes() - set(entries()) == set(), "codes without an entry in explanations.toml"
    assert set(entries()) - codes() == set(), "entries in explanations.toml of codes that nothing says"


@pytest.mark.parametrize("one", entries().values(), ids=list(entries()))
def test_an_entry_is_whole(one):
    assert all(text.strip() for text in (one.title, one.means, one.example, one.do))
    assert one.means.rstrip().endswith((".", ")"))
    if one.code.startswith("ME"):
        assert one.code in (CODE.findall(one.example) or [one.code]), "the example shows another code"
    assert one.family


def test_codes_of_checks_have_their_usual_level():
    assert entries()["Y7"].level == KNOWN["Y7"][0]
    assert entries()["ME0303"].level == ""


def test_what_an_entry_tells_to_type_is_a_command():
    known = cli._COMMANDS
    for one in entries().values():
        for text in (one.means, one.do, one.example):
            for word in re.findall(r"`metaethno (?!COMMAND)([a-z]+)", text):
                assert word in known or word in ("new", "doctor", "upgrade"), (one.code, word)


def test_explain_shows_an_entry_outside_of_any_review(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["explain", "me0303:", "Y7"]) == 0
    shown = capsys.readouterr().out
    for part in (entries()["ME0303"].title, "What it means", "For example", "What to do", "Y7"):
        assert part in shown


def test_explain_without_a_code_lists_all(capsys):
    assert cli.main(["explain"]) == 0
    shown = capsys.readouterr().out
    assert all(code in shown for code in entries())


def test_explain_of_no_code_suggests(capsys):
    assert cli.main(["explain", "ME303"]) == 1
    assert "Did you mean 'ME0303'?" in capsys.readouterr().err


def test_a_message_says_where_more_is_said(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["status"]) == 1
    assert "metaethno explain ME0150" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("Inlcude", ["include", "exclude"], " Did you mean 'include'?"),
        ("EMBASE", ["Embase", "MEDLINE"], " Did you mean 'Embase'?"),
        ("zzz", ["include"], ""),
        ("x", [], ""),
        ("R17", [f"r{i}" for i in range(20_000)], " Did you mean 'r17'?"),
        ("R17q", [f"r{i}" for i in range(20_000)], ""),
    ],
)
def test_the_nearest_name_is_suggested(word, known, said):
    assert did_you_mean(word, known) == said


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["import", "2020-01-02", "--sorce", "Embase", "a.ris"], "Did you mean '--source'?"),
        (["todo", "screening", "--reviewr", "ann"], "Did you mean '--reviewer'?"),
        (["todo", "screening", "--reviewer", "ann", "--to", "rayan"], "Did you mean 'rayyan'?"),
        (["completion", "bsh"], "Did you mean 'bash'?"),
    ],
)
def test_misspelt_options_and_their_values_are_suggested(argv, said, capsys):
    assert cli.main(argv) == 2
    assert said in capsys.readouterr().err


def _mistake(*_: object) -> int:
    raise KeyError("nobody foresaw this")


@pytest.mark.parametrize("verbose", [False, True])
def test_a_mistake_of_the_program_is_said_to_be_ours_and_kept(verbose, capsys, tmp_path, monkeypatch, caplog):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/review.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(explain_, "main", _mistake)
    assert cli.main(["explain", "ME0101", *(["--verbose"] if verbose else [])]) == 1
    said = capsys.readouterr().err
    assert "our fault, not yours" in said
    assert ("Traceback" in said + caplog.text) is verbose
    (kept,) = (tmp_path / "logs").glob("metaethno-mistake-*.txt")
    assert kept.name in said
    assert "in _mistake" in kept.read_text()
    assert "metaethno explain ME0101" in kept.read_text()


def test_a_mistake_outside_of_a_review_is_kept_too(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no/such/folder"))
    assert "--verbose" in crash.report(KeyError("x"), ["run"]).hint
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert str(tmp_path) in crash.report(KeyError("x"), ["run"]).hint


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(shell, capsys):
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "snapshot" in script
    assert "reviewer" in script
    first = script.splitlines()[0]
    assert shell != "zsh" or first == "#compdef metaethno"


def test_bash_takes_the_script_and_completes(tmp_path):
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    made = [sys.executable, "-m", "metaethno", "completion", "bash"]
    script = subprocess.run(made, capture_output=True, text=True, check=True).stdout
    (tmp_path / "script").write_text(script)
    asked = (
        f"source {tmp_path}/script; COMP_WORDS=(metaethno snap); COMP_CWORD=1; "
        "_shtab_metaethno metaethno snap metaethno; echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=False)
    assert "snapshot" in done.stdout.split(), done.stderr
