"""`metaethno new`: what is laid out, what is asked and refused, and that the wheel has all that it takes."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaethno import cli, config, layout, starter
from metaethno.ledger import gitattributes
from metaethno.schemas import DECISIONS
from tests.worlds import REPO, call, environment

TWO = ["--title", 'Waiting: a "synthesis"', "--reviewer", "ann:Ann Lee", "--reviewer", "Zoë Bär"]


@pytest.fixture
def known(monkeypatch, tmp_path):
    """Let Git know who commits, whatever this machine says, and look at no settings but these."""
    (tmp_path / "gitconfig").write_text("[user]\nname = Ann\nemail = ann@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(root: Path, *command: str) -> str:
    return call(root, "git", *command).stdout


def test_a_new_review_has_all_it_needs_and_no_data(known, capsys):
    assert cli.main(["new", "reviews/my-review", *TWO, "--screening", "exclusions"]) == 0
    root = known / "reviews/my-review"
    assert "cd reviews/my-review" in capsys.readouterr().out
    found = config.load(root)
    assert found.review.title == 'Waiting: a "synthesis"'
    assert {one: who.name for one, who in found.team.items()} == {"ann": "Ann Lee", "zoe": "Zoë Bär"}
    assert (found.screening.reviewers, found.screening.votes_per_record) == (["ann", "zoe"], 2)
    assert found.screening.second_votes == "exclusions"
    for table in DECISIONS.values():
        for who in ("ann", "zoe") if "*" in table.path else ("",):
            assert (root / table.path.replace("*", who)).read_text() == ",".join(table.names) + "\n"
    assert [p.name for p in (root / "data/raw").iterdir()] == [".gitkeep"]
    assert (root / ".gitattributes").read_text() == gitattributes()
    assert "analytics = false" in (root / ".dvc/config").read_text()
    assert set(yaml.safe_load((root / "dvc.yaml").read_text())["stages"]) >= {"search", "screening", "reports"}
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "--format=%an", "--all") == "Ann\n"
    assert cli.main(["new", "reviews/my-review", "--yes"]) == 1
    assert "not empty" in capsys.readouterr().err
    assert [p.name for p in (known / "reviews").iterdir()] == ["my-review"]


def test_the_hook_stops_a_bad_commit_says_why_and_lets_pass_what_it_cannot_check(known):
    assert cli.main(["new", "r", *TWO]) == 0
    root = known / "r"
    path = root / "data/decisions/groups.csv"
    path.write_text(path.read_text() + "1 group,x,y\n")
    bad = call(root, "git", "commit", "-am", "a slip", check=False)
    assert bad.returncode == 1
    assert "ME0110 data/decisions/groups.csv, line 2, column group_id" in bad.stderr
    assert "--no-verify" in bad.stderr
    hook = root / ".git/hooks/pre-commit"
    assert sys.executable in hook.read_text()
    hook.write_text(hook.read_text().replace(sys.executable, "/nowhere/python"))
    bare = environment() | {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(["git", "commit", "-am", "a slip"], cwd=root, env=bare, capture_output=True, text=True)
    assert (done.returncode, "nothing was checked" in done.stderr) == (0, True)


def test_where_git_knows_nobody_all_is_laid_out_and_it_says_so(known, capsys):
    (known / "gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    assert cli.main(["new", "r", *TWO]) == 0
    assert "git config --global user.name" in capsys.readouterr().out
    assert "config/review.yaml" in git(known / "r", "diff", "--cached", "--name-only")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["r"], "--title, --reviewer"),
        (["r", "--title", "T", "--reviewer", "Ann", "--screening", "double"], "needs two reviewers"),
        (["r", "--title", "T", "--reviewer", "a b:Ann"], "can't be an id"),
        (["r", "--title", "T", "--reviewer", "ann:Ann", "--reviewer", "ANN:Anna"], "stands there twice"),
        (["r", "--title", "T", "--reviewer", "ann:"], "has no name"),
    ],
)
def test_what_cannot_be_is_wrong_usage_and_makes_nothing(known, argv, said, capsys):
    assert cli.main(["new", *argv]) == 2
    assert said in capsys.readouterr().err
    assert [p.name for p in known.iterdir()] == ["gitconfig"]


def test_a_failure_half_way_leaves_nothing(known, monkeypatch, capsys):
    from metaethno.commands import new_

    def fails(place: Path, *arguments: str) -> None:
        assert (place / "config/review.yaml").is_file()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new_, "_own_command", fails)
    assert cli.main(["new", "a/b/r", *TWO]) == 1
    assert "No space left" in capsys.readouterr().err
    assert [p.name for p in known.iterdir()] == ["gitconfig"]


def test_not_inside_another_review(known, capsys):
    (known / "old/config").mkdir(parents=True)
    (known / "old/config/review.yaml").write_text("")
    assert cli.main(["new", "old/data/new", *TWO]) == 1
    assert "is a review already" in capsys.readouterr().err


def test_a_person_is_asked(known, monkeypatch, capsys):
    answers = iter(["", "What is it like?", "Ann Lee", "Ben", "", "quadruple", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main(["new", "my-first_review"]) == 0
    found = config.load(known / "my-first_review")
    assert (found.review.title, found.review.question) == ("My first review", "What is it like?")
    assert (list(found.team), found.eligibility.votes_per_record) == (["ann", "ben"], 2)


@pytest.mark.parametrize(("said", "one"), [("No", "no-2"), ("No Min", "no-min"), ("Null:No", None), ("on:Ann", None)])
def test_a_name_that_settings_would_read_as_yes_or_no_is_no_id(said, one):
    if one is None:
        with pytest.raises(ValueError, match="can't be an id"):
            layout.person(said)
    else:
        assert layout.person(said) == (one, said)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=4), st.text())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_people_are_called_the_settings_can_be_read(tmp_path_factory, names, title):
    team: list[tuple[str, str]] = []
    for name in names:
        try:
            team.append(layout.person(name.replace(":", " "), [one for one, _ in team]))
        except ValueError:
            assert not name.replace(":", " ").strip()
    if not team:
        return
    mode = "double" if len(team) > 1 else "single"
    root = tmp_path_factory.mktemp("r")
    (root / "config").mkdir()
    (root / config.PATH).write_bytes(layout.config_text(layout.Answers(title, title, tuple(team), mode)))
    found = config.load(root)
    assert {one: who.name for one, who in found.team.items()} == {one: " ".join(name.split()) for one, name in team}
    assert found.review.title == " ".join(title.split())
    assert len({one.casefold() for one in found.team}) == len(team)


def test_the_example_is_in_the_new_review_and_says_that_it_is_made_up(known, monkeypatch, capsys):
    assert cli.main(["new", "r", *TWO, "--example"]) == 0
    root = known / "r"
    monkeypatch.chdir(root)
    for search in starter.SEARCHES:
        assert b"Invented for practice" in (root / "data/raw" / starter.RUN / search.file).read_bytes()
        assert f"data/raw/{starter.RUN}/{search.file}.dvc" in git(root, "ls-files")
    for stage in ("search", "records", "dedupe"):
        shell = importlib.import_module(f"metaethno.shell.{stage}")
        shell.check(root, config.load(root))
        shell.make(root, config.load(root))
    # Six of the nine are in both; one of these six only a person can tell.
    assert len((root / "data/derived/3_dedupe/to_decide.csv").read_text().splitlines()) == 2
    assert (cli.main(["status", "--exit-code"]), "15 records" in capsys.readouterr().out) == (4, True)


def test_the_wheel_has_everything(known):
    """Build it, install it outside the repository, and begin a review with nothing else of this program in reach."""
    built = known / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "wheel", str(REPO), *options, "-w", str(built)], check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    venv = known / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin/python"
    place = Path(sysconfig.get_path("purelib", vars={"base": str(venv)}))
    # A line of a .pth file lets the dependencies be found, but not what lies in .pth files beside them.
    place.joinpath("dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run([*pip, "--python", str(python), "install", *options, str(wheel)], check=True, capture_output=True)

    def run(folder: Path, *command: str) -> str:
        clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
        clean |= {"PATH": f"{venv / 'bin'}:/usr/bin:/bin", "NO_COLOR": "1", "COLUMNS": "150"}
        done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    where = run(known, str(python), "-c", "import metaethno; print(metaethno.__file__)").strip()
    assert Path(where).is_relative_to(venv)
    run(known, "metaethno", "new", "r", *TWO)
    assert shutil.which("snakemake", path=str(venv / "bin")) is None
    said = run(known / "r", str(python), "-m", "snakemake")
    assert "Next: Write your criteria into config/review.yaml. Then bring in the exports" in said
    assert (known / "r/reports/_output/pages/review.pdf").is_file()
    assert "Next: Write your criteria" in run(known / "r", "metaethno", "status")
    assert git(known / "r", "status", "--porcelain") == ""
    assert "0 errors, 0 warnings" in run(known / "r", "metaethno", "status")
