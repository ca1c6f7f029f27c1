"""A released version as the first column of its update: what is written at a release, and what must hold later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from metaethno.config import View
from metaethno.flow.boxes import RELEASED_RUN, Box, World
from metaethno.schemas import BASELINE

if TYPE_CHECKING:
    import pandas as pd

UPDATE = "prisma2020_update"


def baseline(release: str, of: World, boxes: Mapping[str, Box]) -> pd.DataFrame:
    """Return what to keep of a version that is released: a frame of schema BASELINE, sorted.

    release: its tag. boxes: of a PRISMA 2020 form over all runs. Kept are every box and its parts, the runs with
    their rows, and the ids of all studies and reports in it: so an update can say which studies are new and which
    were dropped.
    """
    import pandas as pd

    rows: list[list[str]] = []
    for box in boxes.values():
        if box.name.startswith(("previous_", "total_")):
            continue
        if box.total:
            rows.append([release, box.name, "", box.unit, str(box.count())])
        rows += [[release, box.name, detail, box.unit, str(box.count(detail))] for detail in box.details]
    per_run = of.rows["run"].value_counts()
    rows += [[release, RELEASED_RUN, run, "record", str(int(per_run.get(run, 0)))] for run in of.runs]
    studies = sorted(set(of.studies.loc[of.studies["role"].ne("redundant"), "study_id"].tolist()))
    reports = sorted(of.reports.loc[of.reports["outcome"].eq("include"), "record_id"])
    for name, unit, ids in (("previous_studies", "study", studies), ("previous_reports", "report", reports)):
        rows.append([release, name, "", unit, str(len(ids))])
        rows += [[release, name, one, unit, "1"] for one in ids]
    return pd.DataFrame(sorted(rows), columns=BASELINE.names, dtype=str)


def checks(of: World, table: pd.DataFrame, views: Sequence[View]) -> list[dict[str, str]]:
    """Return rows of CHECKS: a baseline that nobody draws, an update without one, and one that contradicts itself."""

    def row(code: str, level: str, message: str, hint: str = "") -> dict[str, str]:
        return {"code": code, "level": level, "table": "baseline", "message": message, "hint": hint}

    drawn = any(view.template == UPDATE for view in views)
    if not len(table):
        hint = "`metaethno snapshot --release` writes it; until a version is released, draw the form of a new review."
        message = "the flow is to be drawn as that of an updated review, but no version was released"
        return [row("ME0425", "error", message, hint)] if drawn else []
    rows = []
    table = table[table["release"].eq(of.released.release)]
    if not drawn and set(of.runs) - set(of.released.runs):
        hint = f"Add a view with `template: {UPDATE}` to `flow` in config/review.yaml."
        message = "counts of a released version are there, but the flow is drawn as that of a new review"
        rows.append(row("ME0424", "warning", message, hint))
    counts = table["count"].astype(int)
    mend = "Take the table back as the release wrote it: it is in the history."
    for name in ("previous_studies", "previous_reports"):
        mine = table["box"].eq(name)
        listed = int((mine & table["detail"].ne("")).sum())
        total = int(counts[mine & table["detail"].eq("")].sum())
        if not (mine & table["detail"].eq("")).any():
            rows.append(row("ME0426", "error", f"has no row {name}, so the first column is not known", mend))
        elif listed != total and (listed or of.released.runs):
            rows.append(row("ME0426", "error", f"{name} is {total}, but {listed} are listed", mend))
    there = of.rows["run"].value_counts()
    for run, n in sorted(of.released.runs.items()):
        if int(there.get(run, 0)) != n:
            message = (
                f"the run of {run} had {n} rows when {of.released.release} was released, and has {there.get(run, 0)}"
            )
            hint = "An export that came in late belongs into a run of its own, so that the update counts it."
            rows.append(row("ME0427", "warning", message, hint))
    return rows
