"""For eligibility: which reports may be of one study, and which were retracted since they were found.

A conference paper, preprint or thesis and an article are two publications and yet may report one study; nobody should
count its participants twice. De-duplication finds such pairs (`3_dedupe/related.csv`); this module shows them to who
assesses full texts, and says which are linked to a study already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.carry import resolve
from metaethno.cells import each_row
from metaethno.schemas import RELATED_REPORTS

if TYPE_CHECKING:
    import pandas as pd

LINKED, ELSEWHERE, OPEN = "linked", "other studies", "open"


def related_reports(
    related: pd.DataFrame,
    screened: pd.DataFrame,
    assessed: pd.DataFrame,
    report_studies: pd.DataFrame,
    aliases: pd.DataFrame,
    unique: pd.DataFrame,
) -> pd.DataFrame:
    """Return schemas.RELATED_REPORTS: every report sought with each record related to it.

    Frames: schemas RELATED, SCREENED, ASSESSED, REPORT_STUDIES, ALIASES; UNIQUE (record_id and title). Where both of
    a pair were sought it stands there once, the earlier-found record first. A pair is open until both are linked to
    studies, or a person has said in duplicates.csv that the two are different.
    """
    import pandas as pd

    sought = assessed.set_index("record_id")["outcome"]
    outcome = dict(each_row(screened, "record_id", "outcome")) | sought.to_dict()
    title = unique.set_index("record_id")["title"]
    links = report_studies.assign(record_id=resolve(report_studies["record_id"], aliases))
    studies = links.groupby("record_id")["study_id"].agg(set).to_dict()
    rows = []
    for pair in related.to_dict("records"):
        left, right = pair["left_record"], pair["right_record"]
        if left not in sought.index:
            left, right = right, left
        if left not in sought.index:
            continue
        mine, theirs = studies.get(left, set()), studies.get(right, set())
        state = OPEN if not (mine and theirs) else LINKED if mine & theirs else ELSEWHERE
        rows.append(
            [left, right, pair["concerns"], pair["relation"], outcome[left], outcome.get(right, "undecided"), state,
             ";".join(sorted(mine | theirs)), title[left], title[right]]
        )  # fmt: skip
    if not rows:
        return tables.empty(RELATED_REPORTS)
    return pd.DataFrame(rows, columns=RELATED_REPORTS.names, dtype=str)


def checks(reports: pd.DataFrame, assessed: pd.DataFrame, rerun: pd.DataFrame) -> list[dict[str, str]]:
    """Return rows of schemas.CHECKS: related reports nobody has linked yet, and reports that were retracted.

    `reports`: RELATED_REPORTS. `assessed`: ASSESSED. `rerun`: RERUN.
    """
    rows = []
    gone = ("exclude", "not_retrieved")
    live = reports[reports["state"].eq(OPEN) & ~reports["outcome"].isin(gone)]
    # Whoever left one of the two out has looked at it; a study is counted twice only where both may be included.
    twin = live[live["concerns"].eq("study") & ~live["related_outcome"].isin(gone)]
    for row in twin.to_dict("records"):
        pair = f"{row['record_id']} and {row['related_id']}"
        rows.append(
            {
                "code": "ME0461",
                "level": "note",
                "table": "related_reports",
                "ids": f"{row['record_id']};{row['related_id']}",
                "message": f"{pair} may be reports of one study ({row['relation']})",
                "hint": "If they are and both are included, link them to one study in report_studies.csv, one as main, "
                "the other as companion. If they are not, say `different` in duplicates.csv.",
            }
        )
    for row in live[live["concerns"].eq("notice")].to_dict("records"):
        rows.append(
            {
                "code": "ME0462",
                "level": "note",
                "table": "related_reports",
                "ids": f"{row['record_id']};{row['related_id']}",
                "message": f"there is a notice about another record here ({row['relation']}): read both together",
                "hint": f"`metaethno why {row['record_id']} {row['related_id']}` shows the two.",
            }
        )
    taken = assessed.loc[~assessed["outcome"].isin(gone), "record_id"]
    hit = rerun["record_id"].isin(set(taken)) & rerun["changed_fields"].str.split(";").map(lambda f: "retraction" in f)
    for record, found in rerun[hit].groupby("record_id"):
        where = ", ".join(f"{r} ({s})" for r, s in zip(found["run"], found["source"], strict=True))
        rows.append(
            {
                "code": "ME0465",
                "level": "warning",
                "table": "assessed",
                "ids": str(record),
                "message": f"{record} was marked as retracted in {where}",
                "hint": "Read the notice, and decide anew whether the report can stay in.",
            }
        )
    return rows
