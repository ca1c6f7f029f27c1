"""`metaethno status`: the next step, from an empty folder on; and that it stays light."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time

import pytest

from metaethno import cli, config, made, state
from metaethno.commands import status_
from metaethno.schemas import SEARCHES
from metaethno.stages import STAGES
from metaethno.state import OpenWork
from tests.worlds import CONFIG, add_run, environment, lay_out, ris

RUN = "2020-01-02"


@pytest.fixture
def root(tmp_path, monkeypatch):
    place = lay_out(tmp_path / "r")
    monkeypatch.chdir(place)
    return place


def with_search(root, **cells):
    add_run(root, RUN, {"a.ris": (ris({"title": "One", "year": "2001"}), "Alpha", 1)}, {"a.ris": cells})


def test_an_empty_review_is_told_to_search(root):
    assert status_.following(root).startswith("Bring in the exports of your first search")


def test_without_criteria_they_come_first(tmp_path):
    bare = lay_out(tmp_path / "bare", CONFIG | {"criteria": {"version": "c1", "criteria": []}})
    assert status_.following(bare).startswith("Write your criteria into config/review.yaml. Then bring in")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"hits": "", "searched_on": ""}, "Fill in searched_on, hits of a.ris in data/raw/2020-01-02/searches.csv"),
        ({"source": ""}, "Fill in source of a.ris"),
    ],
)
def test_an_incomplete_search_log_comes_before_a_run(root, cells, said):
    # `tables.write` refuses such a row; a person's spreadsheet doesn't.
    with_search(root)
    log = root / f"data/raw/{RUN}/searches.csv"
    row = dict(zip(SEARCHES.names, log.read_text().splitlines()[1].split(","), strict=True)) | cells
    log.write_text(",".join(SEARCHES.names) + "\n" + ",".join(row.values()) + "\n")
    following = status_.following(root)
    assert following.startswith(said)
    assert following.endswith("then `metaethno import 2020-01-02`.")


def test_exports_are_registered_then_made(root):
    with_search(root)
    assert "`metaethno import 2020-01-02`: its exports are not registered yet" in status_.following(root)
    assert cli.main(["import", RUN]) == 0
    assert status_.following(root).startswith("Run `metaethno run`: search and what follows")


def test_a_file_that_nobody_reads_and_one_that_is_gone(root):
    with_search(root)
    assert cli.main(["import", RUN]) == 0
    (root / f"data/raw/{RUN}/b.ris").write_bytes(ris({"title": "Two"}))
    assert f"`metaethno import {RUN} data/raw/{RUN}/b.ris`" in status_.following(root)
    (root / f"data/raw/{RUN}/b.ris").unlink()
    (root / f"data/raw/{RUN}/a.ris").unlink()
    assert "dvc pull" in status_.following(root)


def test_another_version_of_the_program_is_said(root):
    with_search(root)
    assert cli.main(["import", RUN]) == 0
    lock = root / "engine.lock"
    lock.write_text(re.sub("(?m)^version: .*$", "version: 0.0.9", lock.read_text()))
    assert "`metaethno upgrade`: the results are of metaethno 0.0.9" in status_.following(root)
    lock.unlink()
    assert "`metaethno lock`" in status_.following(root)


def test_a_search_log_that_cannot_be_read_is_said(root):
    with_search(root)
    (root / f"data/raw/{RUN}/searches.csv").write_bytes(b"search_id,file\nx,\xff\n")
    assert "ME0101" in status_.following(root)


def test_a_slip_in_the_settings_is_said_with_its_line(root, capsys):
    path = root / config.PATH
    path.write_text(path.read_text().replace("team:", "taem:"))
    assert cli.main(["status"]) == 1
    said = capsys.readouterr().err
    assert "Did you mean 'team'?" in said
    assert "Traceback" not in said


def test_what_waits_names_the_command_with_the_id_of_who_it_waits_for(root):
    settings = config.load(root)
    hint = "`metaethno todo screening --reviewer ID` writes the worklist."
    assert "--reviewer ben`" in status_._work(OpenWork("screening", 2, "records", "ben", "t.csv", hint), settings)
    assert "--reviewer ID`" in status_._work(OpenWork("dedupe", 1, "pairs", "anyone", "t.csv", hint), settings)
    alone = settings.model_copy(update={"team": {"ann": settings.team["ann"]}})
    assert "--reviewer ann`" in status_._work(OpenWork("dedupe", 1, "pairs", "anyone", "t.csv", hint), alone)


@pytest.mark.parametrize(
    ("many", "single"),
    [
        ("records on title and abstract (never seen)", "record on title and abstract (never seen)"),
        ("doubtful pairs of records", "doubtful pair of records"),
        ("full texts with conflicting votes", "full text with conflicting votes"),
        ("required cells that nobody has extracted", "required cell that nobody has extracted"),
        ("studies to be translated", "study to be translated"),
    ],
)
def test_one_thing_that_waits_is_spoken_of_as_one(many, single):
    assert state.one(many) == single


@pytest.mark.parametrize(
    ("changed", "first"),
    [
        ("data/decisions/screening/ann.csv", "screening"),
        ("data/raw/2020-01-02/rows.csv", "search"),
        ("reports/pages/review.qmd", "reports"),
        ("config/review.yaml", None),
    ],
)
def test_what_changed_makes_its_stage_and_those_behind_it_old(root, changed, first):
    names = list(STAGES)
    for path in ("config/review.yaml", *((changed,) if first else ())):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    made.stamp(root)
    assert made.behind(root) == frozenset()
    written(root / changed, 10)
    assert made.behind(root) == frozenset(names[names.index(first) :] if first else [])


def written(path, seconds):
    """Date a file so many seconds after now."""
    os.utime(path, (time.time() + seconds,) * 2)


def finished(root, path, seconds):
    """Note, as Snakemake does, that a table was finished so many seconds after now."""
    note = root / ".snakemake/metadata" / base64.b64encode(path.encode(), altchars=b"-_").decode()
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"endtime": time.time() + seconds}))


def test_a_stage_that_was_made_by_itself_leaves_those_behind_it_out_of_date(root, capsys):
    for stage in STAGES.values():
        finished(root, f"{stage.folder}/checks.csv", -100 + stage.number)
    for path in root.glob("data/decisions/**/*.csv"):
        written(path, -200)
    assert made.behind(root) == frozenset()
    # Somebody votes, and has this one stage made.
    written(root / "data/decisions/screening/ann.csv", -50)
    assert made.behind(root) == frozenset(list(STAGES)[3:])
    finished(root, "data/derived/4_screening/checks.csv", -40)
    made.stamp(root, "screening")
    assert made.behind(root) == frozenset(list(STAGES)[4:])
    # What a later stage was made from was looked at on the way, even where nothing of it had to be made anew.
    made.stamp(root, "eligibility")
    assert made.behind(root) == frozenset(list(STAGES)[5:])
    assert cli.main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["out_of_date"] == list(STAGES)[5:]
    made.stamp(root)
    assert made.behind(root) == frozenset()


def test_it_is_light(root):
    """Holding tables against their schemas takes longer than all else: `status` reads what was checked before."""
    path = root / "data/derived/1_search/checks.csv"
    path.parent.mkdir(parents=True)
    path.write_text("code,level,table,line,ids,message,hint\nME0351,warning,searches,,,odd,look\n")
    code = "import sys; from metaethno import cli; cli.main(['status', '--json']); print('pandera' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    *said, loaded = done.stdout.splitlines()
    assert loaded == "False"
    assert json.loads("\n".join(said))["levels"] == {"error": 0, "warning": 1, "note": 0}
