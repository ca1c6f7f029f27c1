"""The rules and `dvc.yaml`: one stage per noun, nothing forgotten, and both tools of one mind."""

from __future__ import annotations

import fnmatch
import hashlib
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from metaethno import review
from metaethno.history import pipeline
from metaethno.schemas import TABLES
from metaethno.shell.common import checked_path
from metaethno.stages import STAGES
from tests.test_chain import ONE, THREE, TWO, votes
from tests.worlds import REPO, add_run, call, lay_out, ris


@pytest.fixture(scope="module")
def rules():
    return pipeline.rule_files(REPO)


@pytest.fixture(scope="module")
def dvc():
    return yaml.safe_load((REPO / "dvc.yaml").read_text())["stages"]


def test_dvc_yaml_is_what_the_rules_say():
    assert (REPO / "dvc.yaml").read_text() == pipeline.text(REPO)


def test_nine_stages_in_order_of_their_nouns(dvc):
    nouns = "search records dedupe screening eligibility extraction translation synthesis reports"
    assert list(dvc) == nouns.split()


def test_every_stage_has_a_rule_a_rule_file_and_a_shell():
    for stage in STAGES:
        text = (REPO / f"workflow/rules/{stage}.smk").read_text()
        assert f"rule {stage}:" in text
        assert "# READS" in text
        assert "# WRITES" in text
        assert (REPO / f"src/metaethno/shell/{stage}.py").is_file()


def test_every_output_is_wanted_by_all(rules):
    wanted = set(rules["all"][0])
    for rule, (_, outputs) in rules.items():
        if outputs and rule != "pages_sources":
            assert set(outputs) <= wanted, rule


def test_every_table_is_the_output_of_its_stage(rules):
    for table in TABLES.values():
        if table.kind == "derived":
            path = table.path.replace("*", "5_eligibility")
            stage = path.split("/")[2].split("_")[1]
            assert path in rules[stage][1], table.name


def test_every_decision_table_is_read_and_has_a_canonical_copy(rules):
    read = {path for inputs, _ in rules.values() for path in inputs}
    for stage in STAGES.values():
        for name in stage.decisions:
            assert checked_path(name) in rules[f"{stage.name}_checked"][1], name
            assert any(fnmatch.fnmatch(path, TABLES[name].path) for path in read), name


def test_no_rule_writes_where_people_write(rules):
    for rule, (_, outputs) in rules.items():
        for path in outputs:
            assert path.startswith(("data/derived/", "reports/_")), rule


def test_dvc_keeps_all_tables_and_no_page(rules, dvc):
    kept = {next(iter(out)) for stage in dvc.values() for out in stage["outs"]}
    made = {path for _, outputs in rules.values() for path in outputs}
    assert kept == {path for path in made if path.startswith("data/derived/")}


def test_all_exports_and_decisions_are_dependencies(dvc):
    needed = {path for stage in dvc.values() for path in stage["deps"]}
    assert set(review.exports(REPO)) <= needed
    assert set(review.listed(REPO, "data/decisions/**/*.csv")) <= needed


def test_rules_are_plain():
    for path in (REPO / "workflow/rules").glob("*.smk"):
        text = path.read_text()
        assert "lambda" not in text, path.name
        assert "run:" not in text, path.name
        assert text.count("\n    shell:") == text.count("\n    log:") == text.count("\nrule "), path.name


def lock_of(root: Path) -> dict[str, dict[str, dict[str, object]]]:
    return yaml.safe_load((root / "dvc.lock").read_text())["stages"]


@pytest.mark.xdist_group("example")
def test_a_rebuild_of_the_example_has_the_hashes_of_dvc_lock(example):
    """From nothing but Git: the exports are generated anew, and every table comes out as it was recorded."""
    different = []
    for stage in lock_of(REPO).values():
        for out in stage["outs"]:
            if out["path"].endswith((".png", ".svg")) and sys.platform != "linux":
                continue
            if hashlib.md5((example / out["path"]).read_bytes()).hexdigest() != out["md5"]:
                different.append(out["path"])
    assert different == [], "run `make review` and commit dvc.lock"


def test_dvc_lock_is_of_this_program():
    engine = yaml.safe_load((REPO / "engine.lock").read_text())["stages"]
    for name, stage in lock_of(REPO).items():
        assert stage["params"]["engine.lock"] == {f"stages.{name}": engine[name]}, (
            "run `make review` and commit dvc.lock"
        )


def test_the_exports_have_the_hashes_of_their_dvc_files(example):
    for path in review.exports(REPO):
        recorded = yaml.safe_load((REPO / f"{path}.dvc").read_text())["outs"][0]["md5"]
        assert hashlib.md5((example / path).read_bytes()).hexdigest() == recorded, path


# ------------------------------------------------------------------------- a tiny review under real Git and DVC


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """A tiny review in Git and DVC, made and committed."""
    root = lay_out(tmp_path_factory.mktemp("kept") / "review")
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(REPO / name, root / name)
    add_run(root, "2020-01-02", {"a.ris": (ris(ONE, TWO), "Alpha", 2), "b.ris": (ris(ONE, THREE), "Beta", 2)})
    call(root, "git", "init", "-q")
    call(root, "git", "config", "user.email", "ann@example.org")
    call(root, "git", "config", "user.name", "Ann")
    call(root, "dvc", "init", "-q")
    call(root, "dvc", "config", "core.analytics", "false")
    call(root, "dvc", "add", "-q", "data/raw/2020-01-02/a.ris", "data/raw/2020-01-02/b.ris")
    call(root, "metaethno", "import", "2020-01-02")
    call(root, "metaethno", "lock")
    call(root, "metaethno", "run")
    call(root, "dvc", "commit", "--force")
    call(root, "git", "add", "-A")
    call(root, "git", "commit", "-qm", "First")
    return root


@pytest.mark.xdist_group("kept")
def test_commit_leaves_status_clean(kept):
    assert call(kept, "dvc", "status", "--quiet", check=False).returncode == 0
    assert len(call(kept, "dvc", "stage", "list", "--name-only").stdout.split()) == 9
    dag = call(kept, "dvc", "dag").stdout
    assert all(stage in dag for stage in STAGES)


@pytest.mark.xdist_group("kept")
def test_a_clone_reproduces_by_dvc_alone(kept, tmp_path):
    root = tmp_path / "clone"
    call(tmp_path, "git", "clone", "-q", str(kept), str(root))
    call(root, "dvc", "config", "--local", "cache.dir", str(kept / ".dvc/cache"))
    call(root, "dvc", "checkout", "-q", "data/raw/2020-01-02/a.ris.dvc", "data/raw/2020-01-02/b.ris.dvc")
    before = (root / "dvc.lock").read_bytes()
    call(root, "dvc", "repro")
    assert (root / "dvc.lock").read_bytes() == before
    assert call(root, "dvc", "status", "--quiet", check=False).returncode == 0


@pytest.mark.xdist_group("kept")
def test_a_changed_vote_changes_screening_and_what_follows_and_repro_makes_it(kept, tmp_path):
    root = tmp_path / "review"
    shutil.copytree(kept, root)
    votes(root, "ann", {ONE["title"]: "include"})
    said = call(root, "dvc", "status", "--json").stdout
    import json

    stale = {name.split(":")[-1] for name in json.loads(said)}
    assert "screening" in stale
    assert not stale & {"search", "records", "dedupe"}
    call(root, "dvc", "repro")
    assert call(root, "dvc", "status", "--quiet", check=False).returncode == 0
    assert "forward" not in (root / "data/derived/4_screening/screened.csv").read_text()
    assert "second vote" in (root / "data/derived/4_screening/to_decide.csv").read_text()


# ------------------------------------------------------------------------------------------------ snapshots, for real


@pytest.mark.xdist_group("kept")
def test_a_snapshot_asks_snakemake_whether_work_is_left(kept, tmp_path):
    root = tmp_path / "review"
    shutil.copytree(kept, root)
    ledger = root / "data/decisions/screening/ann.csv"
    before = ledger.read_bytes()
    votes(root, "ann", {ONE["title"]: "include"})
    done = call(root, "metaethno", "snapshot", "-m", "too early", check=False)
    assert done.returncode == 1
    assert "the results are behind what people wrote; to be made anew: screening checked, screening" in done.stderr
    ledger.write_bytes(before)
    assert "named start" in call(root, "metaethno", "snapshot", "-m", "The start", "--tag", "start").stdout


@pytest.mark.soak
@pytest.mark.xdist_group("kept")
def test_going_back_and_rebuilding_for_real(kept, tmp_path):
    """After a restore and after the return DVC and Snakemake find nothing to do; a rebuild has the same bytes."""
    root = tmp_path / "review"
    shutil.copytree(kept, root)
    call(root, "metaethno", "snapshot", "-m", "The start", "--tag", "start")
    first = (root / "data/derived/4_screening/screened.csv").read_bytes()
    votes(root, "ann", {ONE["title"]: "include", TWO["title"]: "exclude"})
    call(root, "metaethno", "run")
    call(root, "metaethno", "snapshot", "-m", "Ann has voted", "--tag", "ann")
    second = (root / "data/derived/4_screening/screened.csv").read_bytes()
    assert first != second
    for where, wanted in (("start", first), ("latest", second)):
        assert "nothing is to be done" in call(root, "metaethno", "restore", where).stdout
        assert (root / "data/derived/4_screening/screened.csv").read_bytes() == wanted
        assert call(root, "dvc", "status", "--quiet", check=False).returncode == 0
        planned = call(root, "snakemake", "-n", "--quiet", "rules")
        assert "Nothing to be done" in planned.stdout + planned.stderr
    assert call(root, "git", "symbolic-ref", "--short", "HEAD").stdout
    done = call(root, "metaethno", "reproduce", "start")
    assert "start is reproduced byte for byte" in done.stdout
    call(root, "snakemake", "audit")
    assert (root / "reports/_output/audit.pdf").read_bytes().startswith(b"%PDF")


def test_full_texts_are_no_dependencies_of_dvc(tmp_path, monkeypatch):
    # "DVC file ... cannot be a dependency": with one of them in dvc.yaml, every command of DVC stops.
    root = lay_out(tmp_path / "review")
    texts = ["data/raw/fulltext/R1.pdf.dvc", "data/raw/fulltext/quotations.csv"]
    monkeypatch.setattr(pipeline, "rule_files", lambda _: {"extraction": (texts, ["data/derived/x.csv"])})
    stage = yaml.safe_load(pipeline.text(root))["stages"]["extraction"]
    assert stage["deps"] == ["data/raw/fulltext/quotations.csv"]
