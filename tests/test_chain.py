"""A tiny review from end to end, through the packaged rules: what runs, what runs again, what stops, what is said."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.worlds import add_run, call, environment, lay_out, ris, write_rows

pytestmark = pytest.mark.xdist_group("chain")

ONE = {
    "title": "Living with waiting lists in the north",
    "author": "Ash, Mira",
    "year": "2015",
    "journal": "Wards",
    "volume": "3",
    "start": "10",
    "end": "19",
    "doi": "10.5555/one",
}
TWO = {
    "title": "What nurses say of night shifts",
    "author": "Low, Bea",
    "year": "2016",
    "journal": "Wards",
    "volume": "4",
    "start": "1",
    "end": "9",
    "doi": "10.5555/two",
}
THREE = {
    "title": "Editorial: the year in review",
    "author": "Fen, Carl",
    "year": "2016",
    "journal": "Wards",
    "volume": "4",
    "start": "100",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A review of three publications in two databases (four rows), voted on and made."""
    root = lay_out(tmp_path_factory.mktemp("tiny") / "review")
    add_run(root, "2020-01-02", {"a.ris": (ris(ONE, TWO), "Alpha", 2), "b.ris": (ris(ONE, THREE), "Beta", 2)})
    call(root, "metaethno", "import", "2020-01-02")
    call(root, "metaethno", "lock")
    call(root, "metaethno", "run")
    return root


@pytest.fixture
def review(made, tmp_path) -> Path:
    """A copy of the review, so that each test starts from the same state (dates kept: Snakemake looks at them)."""
    root = tmp_path / "review"
    shutil.copytree(made, root)
    return root


def ids(root: Path) -> dict[str, str]:
    """Return title -> record_id."""
    import pandas as pd

    return pd.read_parquet(root / "data/derived/3_dedupe/unique.parquet").set_index("title")["record_id"].to_dict()


def votes(root: Path, who: str, decisions: dict[str, str], stage: str = "screening", **more: str) -> None:
    known = ids(root)
    rows = [
        {
            "vote_id": f"V-{stage}-{who}-{i}",
            "record_id": known[title],
            "reviewer": who,
            "role": "reviewer",
            "round": "main",
            "decision": decision,
            "criteria_version": "c1",
            "decided_on": "2020-02-03",
        }
        | more
        for i, (title, decision) in enumerate(decisions.items())
    ]
    write_rows(root, stage, rows, who)


def planned(root: Path) -> set[str]:
    """Return the rules that Snakemake would run."""
    done = call(root, "snakemake", "-n", "--quiet", "rules")
    return set(re.findall(r"^(\w+) +\d+$", done.stdout + done.stderr, re.M)) - {"total", "all", "review", "job"}


def test_four_rows_become_three_records(made):
    assert len(ids(made)) == 3
    flow = call(
        made,
        "grep",
        "-E",
        "^pooled,prisma2020,(duplicates|records_screened|undecided_screening),,all",
        "data/derived/5_eligibility/flow.csv",
    ).stdout
    assert dict(re.findall(r"prisma2020,(\w+),,all,\w+,(\d+)", flow)) == {
        "duplicates": "1",
        "records_screened": "3",
        "undecided_screening": "3",
    }


def test_every_page_is_made_even_with_nothing_decided(made):
    pages = {p.stem for p in (made / "reports/pages").glob("*.qmd")}
    assert pages == {p.stem for p in (made / "reports/_output/pages").glob("*.html")}
    assert (made / "reports/_output/pages/review.docx").is_file()
    assert (made / "reports/_output/pages/review.pdf").read_bytes().startswith(b"%PDF")


def test_a_second_run_has_nothing_to_do(made):
    assert planned(made) == set()
    assert "Nothing to be done" in call(made, "metaethno", "run").stdout


def test_status_says_what_waits_for_whom(made):
    said = json.loads(call(made, "metaethno", "status", "--json").stdout)
    assert all(said["made"].values())
    assert {(w["whom"], w["count"]) for w in said["open"]} == {("ann", 3), ("ben", 3)}
    assert "wait for ann" in said["next"]


def test_final_is_strict(made):
    done = call(made, "metaethno", "run", "final", check=False)
    assert done.returncode == 1
    assert "3 records on title and abstract (never seen), for ann" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_vote_runs_screening_and_what_follows_only(review):
    votes(review, "ann", {ONE["title"]: "include"})
    rules = planned(review)
    assert {"screening_checked", "screening", "eligibility", "reports", "pages_sources", "pages"} <= rules
    assert not rules & {"search", "search_checked", "records", "records_checked", "dedupe", "dedupe_checked"}


def test_a_team_member_runs_no_stage_before_the_reports(review):
    path = review / "config/review.yaml"
    path.write_text(path.read_text().replace("team:\n", "team:\n  cat:\n    name: Cat\n"))
    assert planned(review) == {"reports", "pages_sources", "pages"}


def test_a_bad_vote_stops_screening_and_keeps_the_last_good_results(review):
    before = (review / "data/derived/4_screening/screened.csv").read_bytes()
    votes(review, "ann", {ONE["title"]: "Ok", TWO["title"]: "include"}, reasons="X9")
    done = call(review, "metaethno", "run", check=False)
    assert done.returncode == 1
    assert "data/decisions/screening/ann.csv, line 2, column decision" in done.stderr
    assert "one of: include, exclude, unsure" in done.stderr
    assert "Traceback" not in done.stderr
    assert (review / "data/derived/4_screening/screened.csv").read_bytes() == before
    votes(review, "ann", {ONE["title"]: "include"})
    call(review, "metaethno", "run")
    assert (review / "data/derived/4_screening/screened.csv").read_bytes() != before


def test_check_finds_the_same_without_running(review):
    votes(review, "ann", {ONE["title"]: "Ok"})
    done = call(review, "metaethno", "check", check=False)
    assert done.returncode == 1
    assert "line 2, column decision" in done.stderr


def test_plain_snakemake_shows_the_users_error_too(review):
    votes(review, "ann", {ONE["title"]: "Ok"})
    done = call(review, "snakemake", check=False)
    assert done.returncode
    assert "one of: include, exclude, unsure" in done.stdout + done.stderr


def test_an_unknown_key_stops_before_any_rule(review):
    path = review / "config/review.yaml"
    path.write_text(path.read_text() + "colour: red\n")
    for command in (("metaethno", "run"), ("snakemake",)):
        done = call(review, *command, check=False)
        assert done.returncode
        assert "there is no key 'colour'" in done.stdout + done.stderr


def test_a_missing_export_is_said_in_words(review):
    (review / "data/raw/2020-01-02/a.ris").unlink()
    done = call(review, "metaethno", "run", check=False)
    assert done.returncode == 1
    assert "data/raw/2020-01-02/a.ris: the export is missing" in done.stderr
    assert "dvc pull" in done.stderr


def test_an_export_that_was_edited_is_refused(review):
    path = review / "data/raw/2020-01-02/a.ris"
    path.write_bytes(path.read_bytes().replace(b"north", b"south"))
    done = call(review, "metaethno", "run", check=False)
    assert done.returncode == 1
    assert "a.ris: is not the file that was imported" in done.stderr
    assert "Traceback" not in done.stderr
    assert (review / "data/derived/2_records/records.parquet").is_file()  # the last good results stay


def test_contradictory_verdicts_stop_before_the_last_good_results_are_touched(review):
    one, two, _ = ids(review).values()
    row = {"left_row": one, "right_row": two, "reviewer": "ann", "decided_on": "2020-02-03"}
    verdicts = [row | {"verdict_id": "D1", "verdict": "same"}, row | {"verdict_id": "D2", "verdict": "different"}]
    write_rows(review, "duplicates", verdicts)
    for command in ("check", "run"):
        done = call(review, "metaethno", command, check=False)
        assert done.returncode == 1
        assert "ME0323 data/decisions/duplicates.csv, line" in done.stderr
    assert (review / "data/derived/3_dedupe/unique.parquet").is_file()


def test_a_derived_table_changed_by_hand_is_never_built_upon(review):
    path = review / "data/derived/4_screening/screened.csv"
    made = path.read_bytes()
    path.write_bytes(made.replace(b"undecided", b"forward"))
    os.utime(path, (time.time() + 60, time.time() + 60))
    assert "changed by hand" in call(review, "metaethno", "status").stdout
    done = call(review, "metaethno", "run")
    assert "4_screening/screened.csv was changed by hand" in done.stdout
    assert path.read_bytes() == made
    assert planned(review) == set()


def test_a_damaged_table_is_said_and_made_anew(review):
    path = review / "data/derived/2_records/records.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])
    os.utime(path, (time.time() + 60, time.time() + 60))
    done = call(review, "metaethno", "status", check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "records.parquet: is damaged" in done.stderr
    call(review, "metaethno", "run")
    assert path.read_bytes() == whole


def test_status_says_when_something_changed_since(review):
    before = call(review, "metaethno", "status", "--exit-code", check=False)
    assert before.returncode == 3, before.stdout + before.stderr
    votes(review, "ann", {ONE["title"]: "include"})
    after = call(review, "metaethno", "status", "--exit-code", check=False)
    assert "screening/ann.csv changed since everything was made" in after.stdout
    assert (after.returncode, call(review, "metaethno", "status").returncode) == (4, 0)
    states = {
        line.split()[1]: "out of date" in line for line in after.stdout.splitlines() if line.strip()[:1].isdigit()
    }
    assert (states["dedupe"], states["screening"], states["reports"]) == (False, True, True)


def test_import_twice_registers_nothing_twice(review):
    register = review / "data/raw/2020-01-02/rows.csv"
    before = register.read_bytes()
    assert "0 of them new" in call(review, "metaethno", "import", "2020-01-02").stdout
    assert register.read_bytes() == before


def test_a_rerun_keeps_ids_and_votes(review):
    old = ids(review)
    votes(review, "ann", dict.fromkeys(old, "exclude"))
    four = ONE | {"title": "A new study of waiting", "doi": "10.5555/four", "volume": "9", "start": "77", "end": "80"}
    add_run(review, "2021-01-02", {"a.ris": (ris(four, TWO, ONE), "Alpha", 3)})
    call(review, "metaethno", "import", "2021-01-02")
    call(review, "metaethno", "run")
    new = ids(review)
    assert len(new) == 4
    assert {t: new[t] for t in old} == old
    said = json.loads(call(review, "metaethno", "status", "--json").stdout)
    open_work = {(w["whom"], w["what"], w["count"]) for w in said["open"]}
    assert ("ann", "record on title and abstract (never seen)", 1) in open_work
    assert sum(n for who, _, n in open_work if who == "ben") == 4


def test_deleting_what_is_derived_loses_nothing_and_no_file_of_a_person_is_written(review):
    def state(*places: str) -> dict[str, bytes]:
        return {str(p): p.read_bytes() for place in places for p in (review / place).rglob("*") if p.is_file()}

    theirs, ours = ("data/raw", "data/decisions", "config", "reports/pages"), ("data/derived",)
    before = state(*theirs), state(*ours)
    shutil.rmtree(review / "data/derived")
    call(review, "metaethno", "run")
    assert (state(*theirs), state(*ours)) == before


def test_a_killed_run_is_cleared_and_completed_by_the_next(review):
    shutil.rmtree(review / "data/derived/8_synthesis")
    run = subprocess.Popen(
        [sys.executable, "-m", "metaethno", "run"],
        cwd=review,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    locks = review / ".snakemake/locks"
    deadline = time.monotonic() + 60
    while not (locks.is_dir() and any(locks.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    owner = json.loads((review / ".snakemake/metaethno-run.json").read_text())["pid"]
    run.kill()
    os.killpg(owner, signal.SIGKILL)
    run.wait()
    done = call(review, "metaethno", "run")
    assert "its lock is cleared" in done.stdout
    assert planned(review) == set()
