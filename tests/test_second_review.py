"""An invented review from its first run to its update, every number worked out by hand.

Two reviewers (ann, ben), an adjudicator (eve), thirteen publications (p1 to p13), three runs:

run 1    Alpha p1 p2 p3 p4 p5 p1; Beta p1 p2 p6 p7: 10 rows, 7 records, 3 duplicates (p1 within Alpha; p1, p2 across)
run 2    Alpha in full again p1 p2 p3 p4 p5 p8 p9: 7 rows, 2 new, 5 seen in an earlier run;
         citation searching from p1 (report A1): p3 p10: 2 rows, of which p10 is new
then     the version v1 is released
run 3    Alpha, only what is new: p9 p11 p12: 3 rows, 2 new, 1 seen in an earlier run; hand search: p13

title and abstract (ann, ben)           full text (ann, ben)
p1   include include                    include include            study S1, main report A1
p2   include exclude, eve: include      never obtained: asked the library, the author, the author again
p3   include include                    exclude: thin; exclude: not qualitative -> counted: not qualitative
p4   exclude exclude
p5   include unsure (goes forward)      exclude: repeats (both)    redundant report A5 of S1
p6   exclude exclude
p7   exclude include, eve: exclude
p8   include include                    include include            study S2, main report A8
p9   exclude exclude
p10  include include                    include include            study S1, companion A10
p11  include include                    include, exclude: thin; eve: include    study S2, companion A11
p12  exclude exclude
p13  include include                    include include            study S3, main report A13

Pooled, databases: 10 + 7 + 3 = 20 rows, duplicates 3 + 5 + 1 = 9 (1 within, 2 across, 6 earlier), screened 7 + 2 + 2 =
11, excluded p4 p6 p7, p9, p12 = 3 + 1 + 1 = 5, sought p1 p2 p3 p5, p8, p11 = 4 + 1 + 1 = 6, not retrieved p2 = 1,
assessed 5, left out p3 p5 = 2, included p1, p8, p11 = 3. Other methods: rows 2 + 1 = 3, sought p10, p13 = 2, both in.
Together 5 reports (1 + 2 + 2) of 3 studies (1 + 1 + 1).
As PRISMA 2009, over all sources: 20 + 3 = 23 identified, 13 different, so 10 duplicates; 5 excluded; 8 full texts, 3
left out (p2, p3, p5), 5 included.
Update of v1 (S1, S2 in p1, p8, p10: 2 studies, 3 reports): 3 rows, 1 duplicate, 2 screened, 1 excluded, 1 sought and
assessed (p11), which is a new report of S2; by hand search 1 sought, assessed and included (p13 of S3). So 1 new study
with 1 report; in total 3 studies and 5 reports: 3 + 1 = 4 against 5, for A11 has to be declared.
Votes on title and abstract: run 1: 7 records, 5 alike; each would include 4 of 7: chance (16 + 9) / 49, kappa
(35 - 25) / 24 = 0.4167; alpha 1 - 13 * 4 / (14² - 8² - 6²) = 0.4583. All: 13 records, 11 alike; each would include 8:
chance (64 + 25) / 169, kappa (143 - 89) / 80 = 0.6750; alpha 1 - 25 * 4 / (26² - 16² - 10²) = 0.6875.
Full texts: 7 records with two votes, 6 alike.
"""

from __future__ import annotations

import copy
import importlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from metaethno import cli, config, tables
from metaethno.commands.import_ import register_run
from metaethno.flow import addends, baseline, contents, explain
from metaethno.flow.explain import listing
from metaethno.schemas import TABLES
from metaethno.shell import flow as shell
from tests.worlds import CONFIG, add_run, lay_out, ris, write_rows

R1, R2, R3 = "2020-01-15", "2021-02-10", "2022-03-20"
TITLES = {
    "p1": "Living with waiting lists in the north",
    "p2": "What nurses say of night shifts",
    "p3": "Porters and the geography of a hospital",
    "p4": "A trial of reminders by telephone",
    "p5": "Waiting lists, briefly",
    "p6": "Dosage of iron in pregnancy",
    "p7": "Questionnaires about meals",
    "p8": "Being sent home at midnight",
    "p9": "Costs of laundry contracts",
    "p10": "Families who queue for a relative",
    "p11": "Discharge at night, seen by drivers",
    "p12": "Genetics of left-handed mice",
    "p13": "Letters from a cottage ward",
}
REASONS = [
    {"id": "X1", "label": "not qualitative"},
    {"id": "X4", "label": "too thin"},
    {"id": "X2", "label": "could not be obtained", "box": "not_retrieved"},
    {"id": "X3", "label": "repeats an included report", "box": "redundant_report"},
]
VIEWS = [
    {"id": "pooled", "title": "All runs", "template": "prisma2020"},
    {"id": "short", "title": "All runs, in short", "template": "prisma2009"},
]
UPDATE = {
    "id": "update",
    "title": "Update of v1",
    "template": "prisma2020_update",
    "adjustments": [
        {"identity": "I12", "term": "new_reports_of_previous_studies", "reason": "A second report of S2 came out."}
    ],
}
SCREENING = {
    R1: {"p1": "ii", "p2": "ie", "p3": "ii", "p4": "ee", "p5": "iu", "p6": "ee", "p7": "ei"},
    R2: {"p8": "ii", "p9": "ee", "p10": "ii"},
    R3: {"p11": "ii", "p12": "ee", "p13": "ii"},
}
FULL: dict[str, dict[str, tuple[str, str]]] = {
    R1: {"p1": ("i", "i"), "p3": ("X4", "X1"), "p5": ("X3", "X3")},
    R2: {"p8": ("i", "i"), "p10": ("i", "i")},
    R3: {"p11": ("i", "X4"), "p13": ("i", "i")},
}
LINKS = {
    R1: [("A1", "p1", "S1", "main"), ("A5", "p5", "S1", "redundant")],
    R2: [("A8", "p8", "S2", "main"), ("A10", "p10", "S1", "companion")],
    R3: [("A11", "p11", "S2", "companion"), ("A13", "p13", "S3", "main")],
}
STAGES = ("search", "records", "dedupe", "screening", "eligibility")
WORDS = {"i": "include", "e": "exclude", "u": "unsure"}


class Review:
    """The review as it grows: what was decided so far, and what came of it at each run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.asked: dict[str, Any] = {}
        self.ids: dict[str, str] = {}  # publication -> record_id

    def configure(self, *more: dict[str, Any]) -> None:
        settings = copy.deepcopy(CONFIG) | {"exclusion_reasons": REASONS, "flow": {"views": [*VIEWS, *more]}}
        settings["team"] = {**CONFIG["team"], "eve": {"name": "Eve"}}  # type: ignore[dict-item]
        settings["eligibility"] = {"reviewers": ["ann", "ben"], "votes_per_record": 2}
        (self.root / "config/review.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))

    def make(self, first: str = "screening") -> None:
        """Run the stages from `first` to the fifth."""
        settings = config.load(self.root)
        for name in STAGES[STAGES.index(first) :]:
            stage = importlib.import_module(f"metaethno.shell.{name}")
            stage.check(self.root, settings)
            stage.make(self.root, settings)
        if first == "search":
            known = self.table("unique").set_index("title")["record_id"].to_dict()
            self.ids = {p: known[title] for p, title in TITLES.items() if title in known}

    def table(self, name: str, stage: str = "") -> pd.DataFrame:
        table = TABLES[name]
        return tables.read(table, self.root / (f"data/derived/{stage}/{name}.csv" if stage else table.path))

    def names(self, ids: Any) -> set[str]:
        back = {i: p for p, i in self.ids.items()}
        return {back[i] for i in ids}

    def enter(self, name: str, who: str, rows: list[dict[str, str]]) -> None:
        """Add rows to a decision table."""
        mine = self.rows.setdefault((name, who), [])
        mine += rows
        write_rows(self.root, name, mine, who)

    def vote(self, stage: str, day: str, who: str, p: str, said: str, **more: str) -> None:
        fixed = {"record_id": self.ids[p], "reviewer": who, "role": "reviewer", "round": "main", "decided_on": day}
        row = fixed | {
            "vote_id": f"V-{stage}-{who}-{p}",
            "criteria_version": "c1",
            "decision": WORDS.get(said, "exclude"),
        }
        reasons = "" if said in WORDS else said
        self.enter(stage, who, [row | {"reasons": reasons} | more])

    def decide(self, run: str) -> None:
        """Enter what was decided about what this run brought."""
        for p, said in SCREENING[run].items():
            for who, one in zip(("ann", "ben"), said, strict=True):
                self.vote("screening", run, who, p, one)
        for p, both in FULL[run].items():
            for who, one in zip(("ann", "ben"), both, strict=True):
                self.vote("eligibility", run, who, p, one)
        links = [
            {"report_id": a, "record_id": self.ids[p], "study_id": s, "role": role, "citation": f"{a} 2020"}
            for a, p, s, role in LINKS[run]
        ]
        self.enter("report_studies", "", links)
        self.enter("studies", "", [{"study_id": s, "label": s} for _, _, s, role in LINKS[run] if role == "main"])

    def count(self, view: str) -> dict[str, int]:
        flow = self.table("flow")
        mine = flow[flow["view"].eq(view) & flow["detail"].eq("") & flow["run"].eq("all")]
        return dict(zip(mine["box"], mine["count"].tolist(), strict=True))


def export(*names: str) -> bytes:
    """Return the export of some publications; each has its own author, year, pages and DOI."""
    return ris(
        *[
            {
                "title": TITLES[p],
                "author": f"{chr(64 + int(p[1:])) * 3}er, Q",
                "year": str(2000 + int(p[1:])),
                "journal": f"Wards {p}",
                "volume": p[1:],
                "start": str(10 * int(p[1:])),
                "doi": f"10.5555/{p}",
            }
            for p in names
        ]
    )


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Review:
    """Return the review after its update, with what was open and decided on the way."""
    it = Review(lay_out(tmp_path_factory.mktemp("second") / "review"))
    it.configure()
    first = {"a.ris": (export("p1", "p2", "p3", "p4", "p5", "p1"), "Alpha", 6)}
    add_run(it.root, R1, first | {"b.ris": (export("p1", "p2", "p6", "p7"), "Beta", 4)})
    register_run(it.root, config.load(it.root), R1)
    it.make("search")
    it.asked[R1] = it.table("screening_to_decide")
    for who, said in (("ann", "ii"), ("ben", "ie")):
        for p, one in zip(("p1", "p4"), said, strict=True):
            it.vote("screening", R1, who, p, one, round="calibration", vote_id=f"C-{who}-{p}")
    it.decide(R1)
    library = {"record_id": it.ids["p2"], "by": "ann", "outcome": "not_obtained"}
    days = (("library", "2020-02-01"), ("author", "2020-03-01"), ("author", "2020-06-01"))
    it.enter("retrieval", "", [library | {"retrieval_id": f"F{d}", "route": r, "asked_on": d} for r, d in days])
    it.make()
    it.asked["conflicts"] = it.table("conflicts")
    it.vote("screening", "2020-02-02", "eve", "p2", "i", role="adjudicator")
    it.vote("screening", "2020-02-02", "eve", "p7", "e", role="adjudicator")
    it.make()
    it.asked["decided"] = it.table("screened").set_index("record_id")

    chase = {"c.ris": {"seed_report_ids": "A1", "strategy_version": ""}}
    second = {"a.ris": (export("p1", "p2", "p3", "p4", "p5", "p8", "p9"), "Alpha", 7)}
    add_run(it.root, R2, second | {"c.ris": (export("p3", "p10"), "Citation searching", 2)}, chase)
    register_run(it.root, config.load(it.root), R2)
    it.make("search")
    it.asked[R2] = it.table("screening_to_decide")
    it.asked["rerun"] = it.table("screened").set_index("record_id")
    it.decide(R2)
    it.make()
    of = shell.read(it.root)
    kept = baseline.baseline("v1", of, contents(of, config.load(it.root).flow.views[0]))
    write_rows(it.root, "baseline", kept.to_dict("records"))

    it.configure({key: value for key, value in UPDATE.items() if key != "adjustments"})
    add_run(it.root, R3, {"a.ris": (export("p9", "p11", "p12"), "Alpha", 3)}, {"a.ris": {"scope": "since"}})
    find = {"manual_id": "M1", "run": R3, "source": "The shelf of a ward", "kind": "hand_search", "found_on": R3}
    it.enter("manual_records", "", [find | {"title": TITLES["p13"], "year": "2013", "found_by": "ben"}])
    register_run(it.root, config.load(it.root), R3)
    it.make("search")
    it.asked[R3] = it.table("screening_to_decide")
    it.decide(R3)
    it.make()
    it.asked["full"] = it.table("conflicts", "5_eligibility")
    it.vote("eligibility", "2022-04-02", "eve", "p11", "i", role="adjudicator")
    it.make("eligibility")
    it.asked["undeclared"] = it.table("checks", "5_eligibility")
    it.configure(UPDATE)
    it.make("eligibility")
    return it


def test_each_run_brings_only_what_is_new_to_the_reviewers(review):
    new = {R1: {f"p{n}" for n in range(1, 8)}, R2: {"p8", "p9", "p10"}, R3: {"p11", "p12", "p13"}}
    for run, expected in new.items():
        asked = review.asked[run]
        for who in ("ann", "ben"):
            assert review.names(asked.loc[asked["for"].eq(who), "record_id"]) == expected, (run, who)
        assert set(asked["why"]) == {"never seen"}


def test_what_was_known_keeps_its_id_and_its_decision(review):
    before, after = review.asked["decided"], review.asked["rerun"]
    pd.testing.assert_frame_equal(before, after.loc[before.index])
    assert Counter(before["outcome"]) == {"forward": 4, "exclude": 3}


def test_a_rerun_limited_to_what_is_new_loses_nothing(review):
    # Run 3 holds one of the nine records that Alpha had; the other eight have not vanished.
    states = review.table("rerun")
    assert Counter(states.loc[states["run"].eq(R3), "state"]) == {"new": 2, "known": 1}


def test_conflicts_show_both_votes_and_reasons(review):
    said = review.asked["conflicts"].set_index("record_id")["votes"]
    assert said.to_dict() == {
        review.ids["p2"]: "ann: include; ben: exclude",
        review.ids["p7"]: "ann: exclude; ben: include",
    }
    assert review.asked["full"]["votes"].tolist() == ["ann: include; ben: exclude (X4)"]


def test_agreement_by_hand(review):
    first = review.table("agreement")
    pair = first[first["pair"].eq("ann;ben")].set_index(["round", "run"])
    cells = ["both", "both_forward", "both_exclude", "agreement", "kappa", "alpha"]
    assert pair.loc[("main", "all"), cells].tolist() == [13, 7, 4, "0.8462", "0.6750", "0.6875"]
    assert pair.loc[("main", R1), cells].tolist() == [7, 3, 2, "0.7143", "0.4167", "0.4583"]
    assert pair.loc[("main", R2), cells].tolist() == [3, 2, 1, "1.0000", "1.0000", "1.0000"]
    assert pair.loc[("calibration", "all"), cells[:4]].tolist() == [2, 1, 0, "0.5000"]
    full = review.table("agreement", "5_eligibility").set_index(["run", "pair"])
    assert full.loc[("all", "ann;ben"), cells[:4]].tolist() == [7, 4, 2, "0.8571"]


def test_the_pooled_flow_by_hand(review):
    flow = review.table("flow")
    said = {
        "database_results": "20 [10 + 7 + 3]",
        "duplicates": "9 [3 + 5 + 1]",
        "records_screened": "11 [7 + 2 + 2]",
        "records_excluded": "5 [3 + 1 + 1]",
        "dbr_sought_reports": "6 [4 + 1 + 1]",
        "dbr_notretrieved_reports": "1 [1 + 0 + 0]",
        "dbr_assessed": "5 [3 + 1 + 1]",
        "dbr_excluded": "2 [2 + 0 + 0]",
        "citations_results": "3 [0 + 2 + 1]",
        "other_sought_reports": "2 [0 + 1 + 1]",
        "other_assessed": "2 [0 + 1 + 1]",
        "other_excluded": "0 [0 + 0 + 0]",
        "new_reports": "5 [1 + 2 + 2]",
        "new_studies": "3 [1 + 1 + 1]",
    }
    assert {box: addends(flow, "pooled", box) for box in said} == said
    details = {("duplicates", "within_source"): "1 [1 + 0 + 0]", ("duplicates", "across_sources"): "2 [2 + 0 + 0]"}
    details |= {("duplicates", "earlier_run"): "6 [0 + 5 + 1]", ("citations_results", "hand_search"): "1 [0 + 0 + 1]"}
    details |= {("dbr_excluded", "X1"): "1 [1 + 0 + 0]", ("dbr_excluded", "X3"): "1 [1 + 0 + 0]"}
    assert {key: addends(flow, "pooled", *key) for key in details} == details


def test_the_form_of_2009_by_hand(review):
    assert review.count("short") == {
        "identified": 23,
        "duplicates": 10,
        "after_duplicates": 13,
        "screened": 13,
        "screened_excluded": 5,
        "undecided_screening": 0,
        "full_text": 8,
        "undecided_full_text": 0,
        "full_text_excluded": 3,
        "included_reports": 5,
        "included_studies": 3,
    }


def test_the_update_by_hand(review):
    got = review.count("update")
    expected = {
        "previous_studies": 2,
        "previous_reports": 3,
        "database_results": 3,
        "duplicates": 1,
        "records_screened": 2,
        "records_excluded": 1,
        "dbr_sought_reports": 1,
        "dbr_notretrieved_reports": 0,
        "dbr_assessed": 1,
        "dbr_excluded": 0,
        "citations_results": 1,
        "other_sought_reports": 1,
        "other_assessed": 1,
        "other_excluded": 0,
        "new_studies": 1,
        "new_reports": 1,
        "new_reports_of_previous_studies": 1,
        "total_studies": 3,
        "total_reports": 5,
    }
    assert {box: got[box] for box in expected} == expected


def test_the_new_report_of_an_old_study_has_to_be_declared(review):
    bad = review.asked["undeclared"]
    assert bad[["code", "level", "ids"]].values.tolist() == [["I12", "error", "update"]]
    assert "4 against 5" in bad["message"].iloc[0]
    assert review.ids["p11"] in bad["hint"].iloc[0]
    now = review.table("checks", "5_eligibility")
    assert now[["code", "level", "ids"]].values.tolist() == [["I12", "note", "update"]]


def test_full_texts(review):
    at = review.table("assessed").set_index("record_id")
    gone = at.loc[review.ids["p2"]]
    assert (gone["outcome"], gone["asked"], gone["asked_of"]) == ("not_retrieved", 3, "library;author")
    assert at.loc[review.ids["p10"], "study_ids"] == "S1"
    out = review.table("excluded").set_index("record_id")
    assert out.loc[review.ids["p3"], ["reason_id", "further_reasons"]].tolist() == ["X1", "X4"]
    assert out.loc[review.ids["p5"], ["box", "study_id"]].tolist() == ["redundant_report", "S1"]


def test_citation_searching(review):
    table = review.table("chased")
    assert table.loc[table["state"].eq("chased"), ["report_id", "direction", "runs"]].values.tolist() == [
        ["A1", "forward", R2]
    ]
    assert len(table) == 2 * 5


def test_every_number_can_be_explained(review):
    of, titles = shell.read(review.root), shell.titles(review.root)
    boxes = {view.id: contents(of, view) for view in config.load(review.root).flow.views}
    for row in review.table("flow").to_dict("records"):
        found = explain(boxes[row["view"]], row["box"], row["detail"], row["run"])
        assert len(set(found)) == len(found) == row["count"], row
    found = listing(of, boxes["pooled"], titles, "duplicates", "earlier_run", R2)
    assert set(found["title"]) == {TITLES[p] for p in ("p1", "p2", "p3", "p4", "p5")}


def test_the_command(review, monkeypatch, capsys):
    monkeypatch.chdir(review.root)
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.main(["flow", "explain", "dbr_excluded", "--detail", "X1", "--json"]) == 0
    (only,) = json.loads(capsys.readouterr().out)
    assert (only["id"], only["title"]) == (review.ids["p3"], TITLES["p3"])
    assert only["where"] == "exclude: not qualitative"
    assert cli.main(["flow", "explain", "new_studies", "--view", "update"]) == 0
    assert "S3" in capsys.readouterr().out
    assert cli.main(["flow", "explain", "I12"]) == 0
    said = capsys.readouterr().out
    assert "1 on the right of the sum only" in said
    assert TITLES["p11"] in said
    assert cli.main(["flow", "explain"]) == 0
    assert "dbr_excluded  --detail X1" in capsys.readouterr().out
    assert cli.main(["flow", "chased"]) == 0
    assert "not yet" in capsys.readouterr().out
    assert cli.main(["flow", "explain", "dbr_exclude"]) == 1
    assert "Did you mean 'dbr_excluded'" in capsys.readouterr().err
    assert cli.main(["flow", "explain", "duplicates", "--view", "poled"]) == 1
    assert "Did you mean 'pooled'" in capsys.readouterr().err
    assert cli.main(["flow", "explain", "records_screened", "--detail", "X1"]) == 1
    assert "'records_screened' is not split into parts" in capsys.readouterr().err
