"""Make the selecting decisions of the worked example: search logs, row registers, verdicts, votes, retrieval.

They stand in Git as a person's decisions would; this script is how they came about, and is run again only when the
stand-in exports change: `python tools/example_decisions.py`. What is the paper's: the hits of the first run, the
eleven reasons with their counts, the thirteen articles. Everything else here is a stand-in, cast in the names of
`standin-1` and `standin-2`. The decisions on the studies themselves (phases 3 to 7) are not made here.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pandas as pd

from metaethno import config, example, tables
from metaethno.commands.import_ import register_run
from metaethno.example.build import read_table
from metaethno.schemas import (
    BASELINE,
    DUPLICATES,
    ELIGIBILITY,
    MANUAL_RECORDS,
    REPORT_STUDIES,
    RETRIEVAL,
    SCREENING,
    SEARCHES,
    Table,
)
from metaethno.shell import common
from metaethno.shell.search import read_exports
from metaethno.stages.dedupe import Deduped, dedupe
from metaethno.stages.records import records

ROOT = Path(__file__).resolve().parent.parent
FIRST, SECOND = "2018-12-11", "2020-05-22"
ONE, TWO = "standin-1", "standin-2"

# As printed, with its one curly quotation mark: pasted so, the search fails, and `metaethno search lint` says so.
QUERY = """("health inequalit*" or "health equit*" or "social determinants of health\u201d) AND
(qualitative or interview* or focus group* or discourse* or framing* or construct* or perception* or perspective* or
understand* or discussion*)
"""
SOURCES = {
    "web_of_science.txt": ("WOS", "Web of Science (incl. MEDLINE)", "Web of Science", "database"),
    "embase.ris": ("EMB", "Embase", "Ovid", "database"),
    "psycinfo.ris": ("PSY", "PsycINFO", "EBSCO", "database"),
    "cinahl.csv": ("CIN", "CINAHL", "EBSCO", "database"),
    "citation_tracking.ris": ("CIT", "Citation tracking", "", "citation_forward"),
}
# The report that repeats an included study in less depth: the paper does not say which study, so this is a stand-in.
REDUNDANT_STUDY = "S05"


def draw(*parts: object) -> float:
    """Return a number in [0, 1) that depends on `parts` alone."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def make_id(letter: str, *parts: object) -> str:
    """Return an id for a row, from what it says."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return letter + base64.b32encode(digest)[:11].decode()


def day(start: str, span: int, *parts: object) -> str:
    """Return a day within `span` days after `start`."""
    return str((pd.Timestamp(start) + pd.Timedelta(days=int(draw("day", *parts) * span))).date())


def save(table: Table, rows: list[dict[str, str]] | pd.DataFrame, path: str) -> pd.DataFrame:
    """Write one decision table in its canonical form."""
    frame = pd.DataFrame(rows, columns=table.names, dtype=str).fillna("")
    return tables.write(table, frame, ROOT / path)


def search_logs() -> None:
    """Write the search log and the query of both runs."""
    counts = read_table("counts.csv")
    for run in (FIRST, SECOND):
        rows = []
        for row in counts[counts["run"] == run].itertuples():
            short, source, platform, kind = SOURCES[row.file]
            tracked = kind != "database"
            rows.append(
                {
                    "search_id": f"{short}-{'A' if run == FIRST else 'B'}",
                    "file": row.file,
                    "source": source,
                    "platform": platform,
                    "kind": kind,
                    "searched_on": run,
                    "scope": "full",
                    "strategy_version": "" if tracked else "q1",
                    "hits": row.rows,
                    "query_file": "" if tracked else "query.txt",
                    "limits": "" if tracked else "none; from inception to the day of the search",
                    "supersedes": f"{short}-A" if run == SECOND and not tracked else "",
                    "seed_report_ids": "A01;A02;A03;A04;A06;A07;A08;A10;A11;A12;A13" if tracked else "",
                    "note": "hits as printed in the paper's Figure 1; the records are stand-ins"
                    if run == FIRST
                    else "stand-in number: the paper does not print the counts of its later intake",
                }
            )
        save(SEARCHES, rows, f"data/raw/{run}/searches.csv")
        tables.write_bytes(ROOT / f"data/raw/{run}/query.txt", QUERY.encode())


def read_records(settings: config.Config) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the records and the search log, as stages 1 and 2 have them."""
    searches = common.load_checked(ROOT, settings, "searches")[0]
    rows = common.load_checked(ROOT, settings, "rows")[0]
    manual = common.load_checked(ROOT, settings, "manual_records")[0]
    return records(rows, searches, read_exports(ROOT, searches).records, manual), searches


def settle(found: pd.DataFrame, searches: pd.DataFrame, entity: pd.Series, settings: config.Config) -> Deduped:
    """Answer the doubtful pairs from what the generator knows, as a person who looks them up would."""
    rows: list[dict[str, str]] = []
    for sitting in range(6):
        verdicts = save(DUPLICATES, rows, "data/decisions/duplicates.csv")
        done = dedupe(found, verdicts, settings.dedupe.doubtful_from, searches)
        if done.to_decide.empty:
            return done
        print(f"sitting {sitting + 1}: {len(done.to_decide)} doubtful pairs")
        for pair in done.to_decide.itertuples():
            same = entity[pair.left_row] == entity[pair.right_row]
            later = found.loc[[pair.left_row, pair.right_row], "run"].max() == SECOND
            rows.append(
                {
                    "verdict_id": make_id("D", pair.left_row, pair.right_row),
                    "left_row": pair.left_row,
                    "right_row": pair.right_row,
                    "verdict": "same" if same else "different",
                    "reviewer": ONE,
                    "decided_on": day("2020-05-25" if later else "2018-12-12", 3, pair.left_row),
                    "note": "stand-in verdict",
                }
            )
    raise SystemExit("the doubtful pairs are not settled after six sittings")


def vote(table: Table, record: pd.Series, who: str, decision: str, on: str, **more: str) -> dict[str, str]:
    """Return one vote."""
    row = {
        "record_id": record["record_id"],
        "record_hash": record["content_hash"],
        "reviewer": who,
        "role": "reviewer",
        "round": "main",
        "decision": decision,
        "criteria_version": "c1",
        "decided_on": on,
    } | more
    key = (table.name, record["record_id"], who, row["role"], row["round"], decision, row.get("supersedes", ""))
    return {"vote_id": make_id("V", *key)} | row


def screening_votes(record: pd.Series, forward: bool) -> list[dict[str, str]]:
    """Return the votes on one record: two reviewers, now and then a conflict that is settled, a corrected vote."""
    rid, first = record["record_id"], record["first_run"] == FIRST
    start, span = ("2018-12-13", 70) if first else ("2020-05-26", 21)
    truth = "include" if forward else "exclude"
    rows = []
    if first and draw("pilot", rid) < 0.005:
        for who in (ONE, TWO):
            said = truth if draw("pilot vote", rid, who) < 0.9 else "unsure"
            rows.append(vote(SCREENING, record, who, said, "2018-12-12", round="calibration"))
    other = "unsure" if forward else "include"
    slips = draw("slip", rid) < (0.12 if forward else 0.008)
    for who in (ONE, TWO):
        said = truth
        if slips and (draw("who", rid) < 0.5) == (who == ONE):
            said = "exclude" if forward else other
        elif forward and draw("unsure", rid, who) < 0.15:
            said = other
        rows.append(vote(SCREENING, record, who, said, day(start, span, rid, who)))
    if not slips and draw("correct", rid) < 0.002:
        # Voted the other way at first, and corrected by the same person: the first row stays where it is.
        wrong = vote(SCREENING, record, TWO, "include" if truth == "exclude" else "exclude", rows[-1]["decided_on"])
        rows[-1] = vote(
            SCREENING,
            record,
            TWO,
            truth,
            rows[-1]["decided_on"],
            supersedes=wrong["vote_id"],
            note="corrected by the reviewer",
        )
        rows.append(wrong)
    if slips:
        on = "2019-03-01" if first else "2020-06-19"
        rows.append(vote(SCREENING, record, ONE, truth, on, role="adjudicator", note="settled together"))
    return rows


def eligibility_votes(record: pd.Series, reason: str, reasons: list[str]) -> list[dict[str, str]]:
    """Return the votes on one full text; now and then a second reviewer names a later reason (no conflict)."""
    rid, first = record["record_id"], record["first_run"] == FIRST
    start, span = ("2019-03-04", 60) if first else ("2020-06-22", 14)
    said = "exclude" if reason else "include"
    rows = [vote(ELIGIBILITY, record, ONE, said, day(start, span, rid, ONE), reasons=reason)]
    theirs = reason
    later = reasons[reasons.index(reason) + 1 : -3] if reason else []
    if later and draw("other reason", rid) < 0.12:
        theirs = later[int(draw("which", rid) * len(later))]
    slips = draw("full text slip", rid) < 0.05
    if slips:
        said, theirs = ("include", "") if reason else ("exclude", "X8")
    rows.append(vote(ELIGIBILITY, record, TWO, said, day(start, span, rid, TWO), reasons=theirs))
    if slips:
        on = "2019-05-08" if first else "2020-07-08"
        truth = "exclude" if reason else "include"
        rows.append(
            vote(ELIGIBILITY, record, ONE, truth, on, reasons=reason, role="adjudicator", note="settled together")
        )
    return rows


def main() -> None:
    """Make every selecting decision of the example anew."""
    settings = config.load(ROOT)
    example.write(ROOT)
    search_logs()
    for table in (MANUAL_RECORDS, BASELINE):
        save(table, [], table.path)
    for run in (FIRST, SECOND):
        (ROOT / f"data/raw/{run}/rows.csv").unlink(missing_ok=True)
        print(run, register_run(ROOT, run, [])[:2])
    found, searches = read_records(settings)
    found = found.set_index("row_id", drop=False)
    truth = example.truth().rename(columns={"kind": "truth", "run": "truth_run"})[
        ["file", "place", "entity", "truth", "article_id", "reason_id"]
    ]
    truth["path"] = truth["file"].str.removeprefix("data/raw/")
    known = found.assign(path=found["run"] + "/" + found["file"]).merge(
        truth.drop(columns="file"), on=["path", "place"], validate="1:1"
    )
    entity = known.set_index("row_id")["entity"]
    done = settle(found, searches, entity, settings)

    clusters = done.members.assign(entity=done.members["row_id"].map(entity))
    assert clusters.groupby("record_id")["entity"].nunique().max() == 1, "two publications in one record"
    assert clusters.groupby("entity")["record_id"].nunique().max() == 1, "one publication in two records"

    facts = known.drop_duplicates("entity").set_index("entity")
    unique = done.unique.assign(entity=done.unique["record_id"].map(entity))
    unique["truth"] = unique["entity"].map(facts["truth"])
    unique["reason"] = unique["entity"].map(facts["reason_id"])
    unique["article_id"] = unique["entity"].map(facts["article_id"])
    forward = unique["truth"].isin(["article", "fulltext"])
    screening = [row for (_, r), f in zip(unique.iterrows(), forward, strict=True) for row in screening_votes(r, f)]

    reasons = [r.id for r in settings.exclusion_reasons]
    retrieval, eligibility, reports = [], [], []
    for _, record in unique[forward].iterrows():
        asked = day("2019-03-01" if record["first_run"] == FIRST else "2020-06-20", 3, record["record_id"])
        missing = record["reason"] == "X10"
        retrieval.append(
            {
                "retrieval_id": make_id("F", record["record_id"]),
                "record_id": record["record_id"],
                "asked_on": asked,
                "route": "library",
                "outcome": "not_obtained" if missing else "obtained",
                "by": TWO,
                "note": "stand-in",
            }
        )
        if not missing:
            eligibility += eligibility_votes(record, record["reason"], reasons)
        if record["reason"] == "X11":
            reports.append(
                {
                    "report_id": "R-X11",
                    "record_id": record["record_id"],
                    "study_id": REDUNDANT_STUDY,
                    "role": "redundant",
                    "citation": "stand-in report with the same content in less depth",
                    "note": "the paper does not say which report this is, nor of which study: a stand-in",
                }
            )
    articles = read_table("articles.csv").set_index("article_id")
    seen: set[str] = set()
    for article, record in unique[unique["article_id"] != ""].set_index("article_id").sort_index().iterrows():
        study = articles.loc[article, "study_id"]
        reports.append(
            {
                "report_id": str(article),
                "record_id": record["record_id"],
                "study_id": study,
                "role": "companion" if study in seen else "main",
                "citation": articles.loc[article, "citation"],
                "note": "that both articles report one study is inferred" if study in ("S01", "S05") else "",
            }
        )
        seen.add(study)
    for table, rows in ((SCREENING, screening), (ELIGIBILITY, eligibility)):
        for who in (ONE, TWO):
            mine = [row for row in rows if row["reviewer"] == who]
            save(table, mine, f"data/decisions/{table.name}/{who}.csv")
            print(table.name, who, len(mine))
    save(RETRIEVAL, retrieval, RETRIEVAL.path)
    save(REPORT_STUDIES, reports, REPORT_STUDIES.path)


if __name__ == "__main__":
    main()
