"""The command line: exit codes, help, and errors in plain words."""

import json
import resource
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from metaethno import cli
from tests.worlds import environment, ris


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as done:
        cli.main(["--help"])
    assert done.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("run", "status", "check", "import", "inspect"))


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["stauts"], "Did you mean 'status'?"),
        (["run", "screning"], "Did you mean 'screening'?"),
        (["import", "May"], "is not a date"),
        (["stage", "screning", "make"], "Did you mean 'screening'?"),
        (["inspect"], "required"),
    ],
)
def test_wrong_usage_is_2_and_suggests(argv, said, capsys, monkeypatch, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/review.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert cli.main(argv) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "name", "value"),
    [
        ("import 2020-01-02 --hits 9 a.ris b.ris", "files", ["a.ris", "b.ris"]),
        ("import 2020-01-02 a.ris --hits 9 b.ris", "files", ["a.ris", "b.ris"]),
        ("search lint --platform ovid draft.txt", "what", ["draft.txt"]),
        ("run --cores 1 screening", "target", "screening"),
        ("diff v1 --html page.html v2", "after", "v2"),
    ],
)
def test_files_and_names_may_stand_behind_options(argv, name, value):
    found = getattr(cli.parser().parse_args(argv.split()), name)
    assert ([str(v) for v in found] if isinstance(found, list) else found) == value


def test_what_no_command_takes_is_wrong_usage(capsys):
    assert cli.main(["run", "--cores", "1", "screening", "eligibility"]) == 2
    assert cli.main(["import", "2020-01-02", "--sorce", "Embase", "a.ris"]) == 2
    assert "unrecognized arguments" in capsys.readouterr().err


def test_outside_a_review_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["status"]) == 1
    shown = capsys.readouterr().err
    assert "not inside a review" in shown
    assert "Traceback" not in shown


def test_inspect_tells_what_is_in_an_export(tmp_path, capsys):
    path = tmp_path / "some export.txt"
    path.write_bytes(ris({"title": "One", "author": "Ann, A", "year": "2001", "doi": "10.1000/x"}, {"title": "Two"}))
    assert cli.main(["inspect", "--json", str(path)]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert {k: v for k, v in entry.items() if k == "records" or k.startswith("with_")} == {
        "with_accession": 0,
        "records": 2,
        "with_title": 2,
        "with_authors": 1,
        "with_year": 1,
        "with_doi": 1,
        "with_abstract": 0,
    }
    assert set(entry) == {
        "file", "format", "records", "with_title", "with_authors", "with_year", "with_doi", "with_abstract",
        "with_accession", "problems", "about", "remarks",
    }  # fmt: skip


def test_inspect_of_something_else_is_1_and_names_it(tmp_path, capsys):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
    assert cli.main(["inspect", "--json", str(path)]) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["records"] == 0
    assert entry["problems"]


def test_no_name_of_a_file_commands_the_terminal(tmp_path, capsys):
    good, packed = tmp_path / "a\x1b[31m\n.ris", tmp_path / "a.zip"
    good.write_bytes(ris({"title": "One"}))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("b\x1b[31m\n.ris", "TY  - JOUR\nN1  - x\nER  - \n")
    assert cli.main(["inspect", str(good), str(packed)]) == 1
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "a?[31m?.ris" in shown
    assert "a.zip:b?[31m?.ris, line 1" in shown


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    command = f"{sys.executable} -m metaethno --help | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], env=environment(), capture_output=True, text=True)
    assert "usage" in done.stdout.lower()
    assert "Traceback" not in done.stderr


def test_start_up_imports_nothing_heavy():
    heavy = ("pandas", "pandera", "yaml", "rich", "snakemake")
    code = f"import sys, metaethno.cli; metaethno.cli.parser(); print(sorted(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_example_is_not_written_into_another_review(tmp_path, monkeypatch, capsys):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/review.yaml").write_text("")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["example"]) == 1
    assert "not the worked example" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_what_a_run_starts_finds_the_commands_of_this_program_first(tmp_path, monkeypatch):
    from metaethno.commands import run_

    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    asked = [sys.executable, "-c", "import shutil; print(shutil.which('python'))"]
    with run_._process(asked, tmp_path) as process:
        said, _ = process.communicate()
    assert said.strip() == shutil.which("python", path=str(Path(sys.executable).parent))


def test_help_starts_in_less_than_a_third_of_a_second():
    command = [sys.executable, "-m", "metaethno", "--help"]
    subprocess.run(command, capture_output=True, check=True)  # once, so that compiled modules are there
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3
