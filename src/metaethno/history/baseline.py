"""The counts of a release, from which an update of the review starts (PRISMA's form for updated reviews)."""

from __future__ import annotations

from pathlib import Path

from metaethno import tables
from metaethno.schemas import ASSESSED, BASELINE, FLOW, INCLUDED_STUDIES, MEMBERS, SOURCES

# Beside the boxes: one row per run that the release covers (detail: its date), so that an update knows what is new.
RELEASED_RUN = "released_run"


def write(root: Path, release: str) -> bool:
    """Write `data/decisions/baseline.csv` (schema BASELINE) for the release of this name; return whether it changed.

    Every box of the pooled flow (of the first view of a PRISMA 2020 form, else the first view); the runs with their
    rows; and the ids of all studies and reports in it, so that an update can say which are new and which were dropped.
    """
    import pandas as pd

    flow = tables.read(FLOW, root / FLOW.path)
    views = flow.assign(other=~flow["template"].str.startswith("prisma2020")).sort_values(["other", "view"])["view"]
    pooled = flow[flow["view"].eq(views.iloc[0] if len(views) else "") & flow["run"].eq("all")]
    rows = [
        [release, box, detail, unit, str(count)]
        for box, detail, unit, count in pooled[["box", "detail", "unit", "count"]].itertuples(index=False)
        if not box.startswith(("previous_", "total_"))
    ]
    found = tables.read(MEMBERS, root / MEMBERS.path, ["run"])["run"].value_counts()
    searched = tables.read(SOURCES, root / SOURCES.path, ["run"])["run"]
    rows += [[release, RELEASED_RUN, r, "record", str(found.get(r, 0))] for r in sorted({*searched, *found.index})]
    studies = tables.read(INCLUDED_STUDIES, root / INCLUDED_STUDIES.path)
    reports = tables.read(ASSESSED, root / ASSESSED.path)
    for box, unit, ids in (
        ("previous_studies", "study", set(studies.loc[studies["role"].ne("redundant"), "study_id"])),
        ("previous_reports", "report", set(reports.loc[reports["outcome"].eq("include"), "record_id"])),
    ):
        rows.append([release, box, "", unit, str(len(ids))])
        rows += [[release, box, one, unit, "1"] for one in sorted(ids)]
    data = tables.to_csv(pd.DataFrame(sorted(rows), columns=BASELINE.names, dtype=str))
    path = root / BASELINE.path
    if path.is_file() and path.read_bytes() == data:
        return False
    tables.write_bytes(path, data)
    return True
