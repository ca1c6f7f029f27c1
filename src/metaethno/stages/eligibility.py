"""Stage 5, eligibility: full texts sought, obtained, voted on, left out with one counted reason, linked to studies.

Functions from tables to tables: no paths, no configuration look-ups. The ledgers have been checked by `votes.check`
and `check_retrieval`. The boxes of the flow diagram are made from these tables by `metaethno.flow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaethno import config
from metaethno import votes as ballot
from metaethno.agreement import agreement
from metaethno.among import among
from metaethno.carry import standing
from metaethno.cells import each_row
from metaethno.errors import Problem, UserError
from metaethno.schemas import ASSESSED, EXCLUDED, INCLUDED_STUDIES, RETRIEVAL

if TYPE_CHECKING:
    import pandas as pd

INCLUDE, EXCLUDE, AWAITING = "include", "exclude", "awaiting"
NOT_RETRIEVED, NOT_YET = "not_retrieved", "not_yet_retrieved"
# A doubt about a full text leaves it open; it doesn't go forward, since nothing comes after.
MEANING = {"include": INCLUDE, "exclude": EXCLUDE, "unsure": ballot.UNDECIDED, "awaiting": AWAITING}


@dataclass(frozen=True)
class Assessed:
    """What stage 5 makes of the votes; schemas ASSESSED, EXCLUDED, INCLUDED_STUDIES, CHECKS, CONFLICTS, AGREEMENT."""

    assessed: pd.DataFrame
    excluded: pd.DataFrame
    studies: pd.DataFrame
    checks: pd.DataFrame
    conflicts: pd.DataFrame
    agreement: pd.DataFrame


def check_retrieval(retrieval: pd.DataFrame, aliases: pd.DataFrame) -> list[Problem]:
    """Return what is wrong with `supersedes` in `retrieval` (schema RETRIEVAL, with `_file` and `_line`)."""
    ledger = retrieval.assign(_record=ballot.resolve(retrieval["record_id"], aliases))
    return ballot.chain_problems(ledger, "retrieval_id", {"_record": ("ME0403", "about another record")})


def assess(
    unique: pd.DataFrame,
    aliases: pd.DataFrame,
    screened: pd.DataFrame,
    retrieval: pd.DataFrame,
    votes: pd.DataFrame,
    report_studies: pd.DataFrame,
    settings: config.Eligibility,
    reasons: Sequence[config.Reason],
    fulltexts: pd.DataFrame | None = None,
) -> Assessed:
    """Return what came of every report sought: one per record that screening sent forward.

    Of several rows about one record in `retrieval` (several routes) the best counts: obtained, then requested, then
    not_obtained. A report that wasn't obtained, or whose counted reason is of the box not_retrieved, is
    `not_retrieved`; one that is neither obtained nor voted on is `not_yet_retrieved`; all others are what the votes
    come to. The counted reason is the first in the order of `reasons` among all that were given for exclusion, or
    among the adjudicator's; the others stay in `all_reasons` and `further_reasons`. fulltexts: columns record_id and
    file, the full texts that DVC keeps. Raises UserError where a report wasn't obtained and no reason has that box.
    """
    sought = screened.loc[screened["outcome"].eq("forward"), ["record_id"]]
    sought = sought.merge(unique, on="record_id", how="left")
    all_live = ballot.counting(votes, aliases, MEANING)
    live = all_live[among(all_live["record_id"], sought["record_id"])]
    content = unique.set_index("record_id")["content_hash"]
    result = ballot.outcomes(
        live,
        content,
        ballot.needed(sought["record_id"].tolist(), live, settings),
        (INCLUDE, EXCLUDE),
        (AWAITING, ballot.UNDECIDED),
    ).join(_reasons(live, reasons))
    reports = sought.merge(result, left_on="record_id", right_index=True, how="left")
    reports = reports.merge(retrieved(retrieval, aliases), left_on="record_id", right_index=True, how="left")
    reports = _outcome(reports, reasons)
    links = report_studies.assign(record_id=ballot.resolve(report_studies["record_id"], aliases))
    ordered = links.sort_values(["record_id", "study_id"], kind="stable")
    reports["study_ids"] = _by_record(reports, ballot.joined(ordered["record_id"], ordered["study_id"]))
    reports["fulltext"] = ""
    if fulltexts is not None:
        files = fulltexts.assign(record_id=ballot.resolve(fulltexts["record_id"], aliases)).sort_values("file")
        reports["fulltext"] = _by_record(reports, ballot.joined(files["record_id"], files["file"]))
    reports = reports.astype({"study_ids": str, "fulltext": str})
    titles = unique.set_index("record_id")["title"]
    return Assessed(
        assessed=reports[ASSESSED.names],
        excluded=_excluded(reports, links, reasons),
        studies=included_studies(reports, links),
        checks=ballot.checks_frame(
            [
                *_checks(reports, links, all_live, reasons, screened),
                *({**row, "table": "eligibility"} for row in ballot.double_heads(votes, aliases)),
            ]
        ),
        conflicts=ballot.conflict_rows(live, reports.set_index("record_id")["outcome"], titles, "eligibility"),
        agreement=agreement(
            votes,
            ballot.resolve(votes["record_id"], aliases),
            unique.set_index("record_id")["first_run"],
            "eligibility",
            # Who waits for the authors has not judged yet.
            {k: v for k, v in MEANING.items() if k != AWAITING},
            INCLUDE,
        ),
    )


def _reasons(live: pd.DataFrame, reasons: Sequence[config.Reason]) -> pd.DataFrame:
    """Return per record the counted reason and all reasons in their configured order, parted by ';'."""
    import pandas as pd

    rank = {r.id: n for n, r in enumerate(reasons)}
    # Votes of reviewers that an adjudicator overruled are no longer in `live`.
    given = ballot.split_ids(live.loc[live["verdict"].eq(EXCLUDE), "reasons"])
    frame = pd.DataFrame({"record_id": live["record_id"].reindex(given.index), "reason": given})
    frame["rank"] = frame["reason"].map(rank)
    frame = frame[frame["rank"].notna()].drop_duplicates(["record_id", "reason"]).sort_values(["record_id", "rank"])
    given_all = ballot.joined(frame["record_id"], frame["reason"])
    return pd.DataFrame({"reason_id": given_all.str.split(";").str[0], "all_reasons": given_all}, dtype=str)


def _by_record(reports: pd.DataFrame, said: pd.Series) -> list[str]:
    """Return what `said` (indexed by record_id) says of each report, or nothing."""
    known = said.to_dict()
    return [known.get(record, "") for record in reports["record_id"]]


def retrieved(retrieval: pd.DataFrame, aliases: pd.DataFrame) -> pd.DataFrame:
    """Return per record the best outcome of its rows in `retrieval`, who noted it, when, how often it was asked for.

    Each row is one time of asking, and one that was replaced is none. asked_of: the routes, in order of the days.
    """
    import pandas as pd

    rank = {"obtained": 0, "requested": 1, "not_obtained": 2}
    live = standing(RETRIEVAL, retrieval, aliases)
    live = live.assign(record_id=ballot.resolve(live["record_id"], aliases), rank=live["outcome"].map(rank))
    # Of equally good rows the last counts for who and when.
    ranked = live.sort_values(["rank", "asked_on", "retrieval_id"], ascending=[True, False, True], kind="stable")
    best = ranked.drop_duplicates("record_id").set_index("record_id")
    out = best[["outcome", "by", "asked_on"]].rename(columns={"outcome": "retrieval"})
    in_time = live.sort_values(["asked_on", "retrieval_id"], kind="stable")
    in_time = in_time[in_time["route"].ne("")]
    # A route is free text, and a cell with several is parted by semicolons.
    routes = ballot.joined(in_time["record_id"], in_time["route"].str.replace(";", ","))
    counts = live.groupby("record_id").size()
    return out.join(pd.DataFrame({"asked": counts, "asked_of": routes}))


def _outcome(reports: pd.DataFrame, reasons: Sequence[config.Reason]) -> pd.DataFrame:
    """Return `reports` with its final outcome, counted reason, who decided and when; see `assess`."""
    text = [
        "outcome",
        "reason_id",
        "all_reasons",
        "decided_by",
        "decided_on",
        "retrieval",
        "by",
        "asked_on",
        "asked_of",
    ]
    out = reports.assign(**{c: reports[c].fillna("").astype(str) for c in text})
    out["asked"] = out["asked"].fillna(0).astype("Int64")
    voted = out["outcome"].ne("")
    missing = out["retrieval"].eq("not_obtained")
    out.loc[~voted, "outcome"] = NOT_YET
    out.loc[~voted & out["retrieval"].eq("obtained"), "outcome"] = ballot.UNDECIDED
    # `votes.check` refuses an exclusion without a reason; without one there is nothing to count.
    out.loc[out["outcome"].eq(EXCLUDE) & out["reason_id"].eq(""), "outcome"] = ballot.UNDECIDED
    unavailable = [r.id for r in reasons if r.box == NOT_RETRIEVED]
    if missing.any() and not unavailable:
        message = f"{int(missing.sum())} full texts were not obtained, and no reason has `box: not_retrieved`"
        hint = "Add one to `exclusion_reasons`, such as 'could not be obtained'."
        raise UserError(Problem("ME0411", message, config.PATH, column="exclusion_reasons", hint=hint))
    said = out["outcome"].eq(EXCLUDE) & out["reason_id"].isin(unavailable)
    bare = missing & ~said
    out["contradicts"] = bare & out["outcome"].isin([INCLUDE, EXCLUDE])
    if bare.any():
        out.loc[bare, ["reason_id", "all_reasons"]] = unavailable[0]
        out.loc[bare, "decided_by"] = out.loc[bare, "by"]
        out.loc[bare, "decided_on"] = out.loc[bare, "asked_on"]
    out.loc[missing | said, "outcome"] = NOT_RETRIEVED
    out["reason_id"] = out["reason_id"].where(out["outcome"].isin([EXCLUDE, NOT_RETRIEVED]), "")
    return out.reset_index(drop=True)


def _excluded(reports: pd.DataFrame, links: pd.DataFrame, reasons: Sequence[config.Reason]) -> pd.DataFrame:
    """Return Appendix B: every report left out or not retrieved, with the reason that is counted and its box."""
    known = {r.id: r for r in reasons}
    out = reports[reports["outcome"].isin([EXCLUDE, NOT_RETRIEVED])]
    redundant = links[links["role"].eq("redundant")].sort_values("study_id")
    study = ballot.joined(redundant["record_id"], redundant["study_id"]).to_dict()
    out = out.assign(
        reason=out["reason_id"].map({i: r.label for i, r in known.items()}),
        box=out["reason_id"].map({i: r.box for i, r in known.items()}),
        study_id=[study.get(record, "") for record in out["record_id"]],
        further_reasons=[
            ";".join(r for r in given.split(";") if r != counted)
            for given, counted in each_row(out, "all_reasons", "reason_id")
        ],
    )
    out["study_id"] = out["study_id"].where(out["box"].eq("redundant_report"), "")
    return out[EXCLUDED.names].astype(str).reset_index(drop=True)


def included_studies(reports: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the included studies with their reports, and redundant reports of them."""
    at = reports[["record_id", "outcome", "first_run", "origin"]]
    out = links.merge(at, on="record_id", how="inner")
    included = out["role"].isin(["main", "companion"]) & out["outcome"].eq(INCLUDE)
    studies = set(out.loc[included, "study_id"].tolist())
    redundant = out["role"].eq("redundant") & out["outcome"].eq(EXCLUDE) & out["study_id"].isin(studies)
    return out.loc[included | redundant, INCLUDED_STUDIES.names].astype(str).reset_index(drop=True)


# ------------------------------------------------------------------------------------------------ checks


def _check(code: str, level: str, table: str, ids: str, message: str, hint: str) -> dict[str, str]:
    return {"code": code, "level": level, "table": table, "ids": ids, "message": message, "hint": hint}


def _checks(
    reports: pd.DataFrame,
    links: pd.DataFrame,
    live: pd.DataFrame,
    reasons: Sequence[config.Reason],
    screened: pd.DataFrame,
) -> list[dict[str, str]]:
    """Return the rows of CHECKS: Y2, redundant reports without a study, and decisions that don't go together."""
    waiting = screened.loc[~screened["outcome"].isin(["forward", "exclude"]), "record_id"]
    named = _named(reports)
    rows = _study_checks(reports, links, set(waiting), {r.id for r in reasons if r.box == "redundant_report"})
    rows += _link_checks(links)
    repeats = [r.id for r in reasons if r.box == "redundant_report"]
    redundant = reports.loc[reports["outcome"].eq(EXCLUDE) & reports["reason_id"].isin(repeats), "record_id"]
    for record in sorted(set(redundant) - set(links.loc[links["role"].eq("redundant"), "record_id"].tolist())):
        message = f"{named[record]} is left out as a redundant report, but linked to no study"
        hint = (
            "`metaethno todo extraction --reviewer ID` has a sheet in which you name the study whose report it repeats."
        )
        rows.append(_check("ME0410", "error", "report_studies", record, message, hint))
    # Who includes a text has read it, also where others have yet to vote, or differ.
    read = reports["retrieval"].eq("not_obtained") & reports["record_id"].isin(
        set(live.loc[live["verdict"].eq(INCLUDE), "record_id"].tolist())
    )
    for record in sorted(reports.loc[reports["contradicts"] | read, "record_id"]):
        message = (
            f"{named[record]} is noted as not obtained, and yet its full text was voted on; it is counted as not "
            "retrieved"
        )
        hint = "If it came in after all, enter a sheet with `record_id` and `obtained`, its decision left empty."
        rows.append(_check("ME0412", "error", "retrieval", record, message, hint))
    bare = reports["outcome"].eq(INCLUDE) & reports["fulltext"].eq("")
    if bare.any() and reports["fulltext"].ne("").any():
        ids = ";".join(sorted(reports.loc[bare, "record_id"]))
        message = f"{int(bare.sum())} included reports have no full text in data/raw/fulltext"
        hint = "`metaethno fulltext add FILE...` files them."
        rows.append(_check("ME0417", "note", "eligibility", ids, message, hint))
    for record in sorted(set(live["record_id"].tolist()) - set(reports["record_id"].tolist())):
        message = (
            f"the full text of {record} was voted on, but screening doesn't send it forward; the votes are kept and "
            "not counted"
        )
        hint = "Look at the votes on title and abstract."
        rows.append(_check("ME0413", "warning", "eligibility", record, message, hint))
    return rows


def _named(reports: pd.DataFrame) -> dict[str, str]:
    """Return what a person knows each report by: author, year and title."""
    return {
        r["record_id"]: f"{str(r['authors']).split(',')[0].split(';')[0]} {r['year']}, {r['title']!r},".lstrip()
        for r in reports[["record_id", "authors", "year", "title"]].to_dict("records")
    }


def _study_checks(
    reports: pd.DataFrame, links: pd.DataFrame, waiting: set[str], repeats: set[str]
) -> list[dict[str, str]]:
    """Return the rows of check Y2: included reports and studies belong together, both ways.

    waiting: records still open in screening. repeats: ids of the reasons for a redundant report.
    """
    included = set(reports.loc[reports["outcome"].eq(INCLUDE), "record_id"].tolist())
    closed = reports["outcome"].isin([INCLUDE, EXCLUDE, NOT_RETRIEVED])
    still_open = set(reports.loc[~closed, "record_id"].tolist()) | waiting
    repeated = reports["outcome"].eq(EXCLUDE) & reports["reason_id"].isin(repeats)
    own = links[links["role"].isin(["main", "companion"])]
    rows = []
    named = _named(reports)
    for record in sorted(included - set(own["record_id"].tolist())):
        hint = "`metaethno todo extraction --reviewer ID` has a sheet in which you name its study."
        message = f"{named[record]} is included, but belongs to no study"
        rows.append(_check("Y2", "error", "report_studies", record, message, hint))
    # Of a main or companion report that is left out, the next loop says so.
    for study in sorted(set(links["study_id"].tolist()) - set(own["study_id"].tolist())):
        hint = "Include one of its reports, or take the study out of report_studies.csv."
        rows.append(_check("Y2", "error", "report_studies", study, "a study has no included report", hint))
    for row in own[~own["record_id"].isin(included | still_open)].itertuples():
        message = f"{row.report_id} is named as a report of {row.study_id}, but is not included"
        hint = "Give it the role redundant, or take the row out."
        rows.append(_check("Y2", "error", "report_studies", row.record_id, message, hint))
    redundant = links[links["role"].eq("redundant")]
    known = set(reports.loc[repeated, "record_id"].tolist()) | still_open
    for row in redundant[~redundant["record_id"].isin(known)].itertuples():
        message = (
            f"{row.report_id} is named as a redundant report of {row.study_id}, but its full text was not left out "
            "as one"
        )
        hint = "Leave it out with a reason of the box redundant_report; an included report has the role companion."
        rows.append(_check("Y2", "error", "report_studies", row.record_id, message, hint))
    return rows


def _link_checks(links: pd.DataFrame) -> list[dict[str, str]]:
    """Return what is wrong among the rows of `report_studies` themselves: a report is one record, and a record one."""
    rows = []
    pairs = links[["report_id", "record_id"]].drop_duplicates()
    for one, many, words in (("report_id", "record_id", "records"), ("record_id", "report_id", "reports")):
        for name, group in pairs[pairs.duplicated(one, keep=False)].groupby(one):
            message = f"{name} stands for several {words}: {', '.join(sorted(group[many]))}"
            hint = (
                "A report is one document with one record; give another document a report_id and a record of its own."
            )
            rows.append(_check("ME0414", "error", "report_studies", str(name), message, hint))
    main = links[links["role"].eq("main")]
    for study, group in main[main.duplicated("study_id", keep=False)].groupby("study_id"):
        message = f"{study} has several main reports: {', '.join(sorted(group['report_id']))}"
        hint = "Keep the one that the study is cited by, and give the others the role companion."
        rows.append(_check("ME0415", "warning", "report_studies", str(study), message, hint))
    return rows
