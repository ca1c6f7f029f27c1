"""A review lived through under real Git and DVC.

Its stages are called one after another, without Snakemake, and only those of which something changed; and `dvc.yaml`
lists the results that the history reads. That the real thing does the same is tested where a review is run whole.
"""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from metaethno import config, review, tables
from metaethno.commands.import_ import register_run
from metaethno.errors import Problem, UserError
from metaethno.history import pipeline, snapshot
from metaethno.history.store import Store
from metaethno.schemas import TABLES
from tests.worlds import REPO, add_run, call, lay_out, ris

ONE = {"title": "Living with waiting lists in the north", "author": "Ash, Mira", "year": "2015", "journal": "Wards"}
TWO = {"title": "What nurses say of night shifts", "author": "Low, Bea", "year": "2016", "journal": "Wards"}
THREE = {"title": "Patients on the meaning of discharge", "author": "Fen, Carl", "year": "2016", "journal": "Homes"}
FOUR = {"title": "The meaning of leaving hospital: patients", "author": "Fen, C", "year": "2017", "journal": "Homes"}
FIVE = {"title": "Waiting for nothing at all in clinics", "author": "Orr, Dot", "year": "2019", "journal": "Rooms"}


def begin(root: Path) -> Path:
    """Lay out an empty review, kept with Git and DVC."""
    lay_out(root)
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(REPO / name, root / name)
    call(root, "git", "init", "-q", "-b", "main")
    call(root, "git", "config", "user.email", "ann@example.org")
    call(root, "git", "config", "user.name", "Ann")
    call(root, "dvc", "init", "-q")
    (root / ".dvc/config").write_text("[core]\n    analytics = false\n    autostage = false\n")
    call(root, "git", "reset", "-q")
    return root


def search(root: Path, run: str, **exports: list[dict[str, str]]) -> None:
    """Add a run of searches (source -> records) and import it."""
    files = {f"{name}.ris": (ris(*records), name.title(), len(records)) for name, records in exports.items()}
    add_run(root, run, files)
    dvc_here(Store(root), "add", "--quiet", *[f"data/raw/{run}/{file}" for file in files])
    register_run(root, config.load(root), run)


def dvc_here(store: Store, *arguments: str, check: bool = True) -> None:
    """Run DVC in this process: starting it takes longer than what it does."""
    from dvc.cli import main

    if main(["--cd", str(store.root), *arguments]) and check:
        raise UserError(Problem("ME0708", f"DVC could not do its part ({arguments[0]})"))


def small_pipeline(root: Path) -> str:
    """Return a `dvc.yaml` of four stages with the decisions they read and the results that the history reads."""
    settings = sorted(yaml.safe_load((root / config.PATH).read_text()))
    exports, votes = review.exports(root), review.listed(root, "data/decisions/**/*.csv")
    logs = review.listed(root, "data/raw/*/*.csv")
    parts = {
        "dedupe": (
            [*exports, *logs, "data/decisions/duplicates.csv"],
            ["unique", "members", "aliases", "rerun"],
            ["dedupe"],
        ),
        "screening": ([v for v in votes if "/screening/" in v], ["screened"], ["criteria"]),
        "eligibility": ([v for v in votes if "/eligibility/" in v], ["assessed", "included_studies", "flow"], ["flow"]),
        "extraction": (
            ["data/decisions/studies.csv", "data/decisions/constructs.csv"],
            ["extracted_constructs"],
            ["team"],
        ),
    }
    stages = {
        name: {
            "cmd": f"snakemake {name}",
            "deps": sorted(set(deps)),
            "params": [{"engine.lock": [f"stages.{name}"]}, {config.PATH: [s for s in wanted if s in settings]}],
            "outs": [{TABLES[table].path: {"persist": True}} for table in outs],
        }
        for name, (deps, outs, wanted) in parts.items()
    }
    for stage in stages.values():
        stage["params"] = [p for p in stage["params"] if next(iter(p.values()))]
    return yaml.safe_dump({"stages": stages}, sort_keys=False)


def make(root: Path, *stages: str) -> None:
    """Make the tables of some stages (of all that select, if none are named), as the rules would."""
    settings = config.load(root)
    for stage in stages or ("search", "records", "dedupe", "screening", "eligibility", "extraction"):
        shell = importlib.import_module(f"metaethno.shell.{stage}")
        shell.check(root, settings)
        shell.make(root, settings)
    (root / pipeline.PATH).write_text(small_pipeline(root))


def keep(
    root: Path, message: str, *stages: str, tag: str = "", release: bool = False, left: Sequence[Problem] = ()
) -> snapshot.Taken:
    """Make some stages and take a snapshot; Snakemake is not asked what is left to do, but said to say `left`."""
    make(root, *stages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "text", small_pipeline)
        patch.setattr(snapshot, "release_problems", lambda _: ([], []))
        patch.setattr(Store, "dvc", dvc_here)
        return snapshot.take(root, message, tag, release, work_left=lambda _: list(left))


VOTED = ("screening", "eligibility")


def ids(root: Path) -> dict[str, str]:
    """Return title -> record_id."""
    import pandas as pd

    return pd.read_parquet(root / "data/derived/3_dedupe/unique.parquet").set_index("title")["record_id"].to_dict()


def add(root: Path, name: str, who: str = "", **row: str) -> None:
    """Add one row to a decision table, where it belongs by its key."""
    import pandas as pd

    table = TABLES[name]
    path = root / table.path.replace("*", who)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame = pd.concat([frame, pd.DataFrame([row], columns=frame.columns, dtype=str).fillna("")])
    tables.write_bytes(path, tables.to_csv(frame.sort_values(list(table.key))))


def vote(root: Path, who: str, vote_id: str, record: str, decision: str, stage: str = "screening", **more: str) -> None:
    """Add one vote."""
    cells = {"vote_id": vote_id, "record_id": record, "reviewer": who, "decision": decision}
    usual = {"role": "reviewer", "round": "main", "criteria_version": "c1", "decided_on": "2019-02-03"}
    add(root, stage, who, **(cells | usual | more))


def configure(root: Path, change: dict[str, object]) -> None:
    """Change sections of the configuration."""
    path = root / config.PATH
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | change, sort_keys=False))


def live(root: Path) -> Path:
    """Live through a review: search, four sittings, rerun, merged alias, corrected vote, release, update."""
    begin(root)
    search(root, "2018-12-11", alpha=[ONE, TWO, THREE], beta=[ONE, FOUR])
    keep(root, "Search of December 2018", tag="search-2018")
    one, two, three, four = (ids(root)[r["title"]] for r in (ONE, TWO, THREE, FOUR))
    for who in ("ann", "ben"):
        vote(root, who, f"V{who}1", one, "include")
        vote(root, who, f"V{who}2", two, "exclude")
        keep(root, f"First sitting of {who}", "screening")
        vote(root, who, f"V{who}3", three, "exclude")
        vote(root, who, f"V{who}4", four, "exclude" if who == "ann" else "include", decided_on="2019-02-10")
        keep(root, f"Second sitting of {who}", "screening")
    search(root, "2020-05-22", alpha=[ONE, THREE, FIVE])
    keep(root, "Rerun of May 2020", tag="search-2020")
    verdict = {"left_row": three, "right_row": four, "reviewer": "ann", "decided_on": "2020-05-30"}
    add(root, "duplicates", verdict_id="D1", verdict="same", note="printed twice", **verdict)
    keep(root, "The two papers on discharge are one", "dedupe", *VOTED)
    more = {"supersedes": "Vben4", "note": "read it again", "decided_on": "2020-06-01"}
    vote(root, "ben", "Vben5", four, "exclude", **more)
    five = ids(root)[FIVE["title"]]
    for who in ("ann", "ben"):
        vote(root, who, f"V{who}9", five, "exclude", decided_on="2020-06-01")
    vote(root, "ann", "Eann1", one, "include", "eligibility", decided_on="2020-06-02")
    add(root, "retrieval", retrieval_id="RT1", record_id=one, asked_on="2020-06-01", outcome="obtained", by="ann")
    add(root, "studies", study_id="S1", label="Ash 2015")
    link = {"report_id": "P1", "record_id": one, "study_id": "S1", "role": "main", "citation": "Ash 2015"}
    add(root, "report_studies", **link)
    entered = {"entered_by": "ann", "entered_on": "2020-06-03"}
    add(root, "passages", passage_id="Q1", report_id="P1", locator="p. 3", text="We wait.", speaker="author", **entered)
    construct = {"construct_id": "C1", "study_id": "S1", "label": "waiting", "meaning": "time stands still"}
    rest = {"order": "2", "kind": "concept", "passage_ids": "Q1", "status": "set_aside", "reason": "one study only"}
    add(root, "constructs", **construct, **rest, **entered)
    keep(root, "Release 1", *VOTED, "extraction", tag="v1", release=True)
    criteria = {"version": "c2", "criteria": [{"id": "I1", "kind": "include", "text": "qualitative, any country"}]}
    configure(root, {"criteria": criteria})
    path = root / "data/decisions/constructs.csv"
    path.write_text(path.read_text().replace("time stands still", "time is taken from you"))
    keep(root, "Update: criteria of 2021", *VOTED, "extraction")
    assert review.runs(root) == ["2018-12-11", "2020-05-22"]
    return root
