"""The counts of a release, from which an update of the review starts (PRISMA's form for updated reviews)."""

from __future__ import annotations

from pathlib import Path

from metaethno import review, tables
from metaethno.schemas import BASELINE, FLOW

# Beside the boxes: one row per run that the release covers (detail: its date), so that an update knows what is new.
RUN = "run"


def write(root: Path, release: str) -> bool:
    """Write `data/decisions/baseline.csv` (schema BASELINE) from the pooled flow; return whether it changed.

    Taken is the first view of the form prisma2020, else the first; rows for all runs together. `previous_studies` and
    `previous_reports` are what the update's first column shows: all studies and reports included so far.
    """
    import pandas as pd

    flow = tables.read(FLOW, root / FLOW.path)
    views = flow.sort_values(["template", "view"], ascending=[False, True])["view"]
    mine = flow[flow["view"].eq(views.iloc[0])] if len(flow) else flow
    pooled = mine[mine["run"].eq("all")]
    count = {(r.box, r.detail): int(r.count_) for r in pooled.rename(columns={"count": "count_"}).itertuples()}
    unit = {r.box: r.unit for r in pooled.itertuples()}
    rows = [
        {"box": box, "detail": detail, "unit": unit[box], "count": str(n)}
        for (box, detail), n in count.items()
        if not box.startswith("previous_")
    ]
    for box, what, names in (
        ("previous_studies", "study", ("total_studies", "new_studies", "included_studies")),
        ("previous_reports", "report", ("total_reports", "new_reports", "included_reports")),
    ):
        there = [count[name, ""] for name in names if (name, "") in count]
        rows.append({"box": box, "detail": "", "unit": what, "count": str(there[0] if there else 0)})
    for run in review.runs(root):
        n = sum(
            max(len(f.read_text(encoding="utf-8").splitlines()) - 1, 0)
            for f in [root / review.RAW / run / "rows.csv"]
            if f.is_file()
        )
        rows.append({"box": RUN, "detail": run, "unit": "record", "count": str(n)})
    frame = pd.DataFrame(rows, dtype=str).assign(release=release)[BASELINE.names]
    frame = frame.sort_values(list(BASELINE.key), kind="stable")
    data = tables.to_csv(frame)
    path = root / BASELINE.path
    if path.is_file() and path.read_bytes() == data:
        return False
    tables.write_bytes(path, data)
    return True
