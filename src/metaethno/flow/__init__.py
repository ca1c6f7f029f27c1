"""The flow of records, reports and studies: every box counted from the tables, every sum between boxes checked.

`flow` makes the table of all boxes of all views, the checks, the export for the PRISMA2020 R package and what citation
searching started from; `explain` lists what is in a box; `addends` writes a number with its runs, as in "12 [7 + 5]".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaethno.cells import each_row
from metaethno.config import Reason, View
from metaethno.flow import baseline as releases
from metaethno.flow import identities
from metaethno.flow.boxes import ALL, Box, World, contents, world
from metaethno.flow.chasing import chased, strangers
from metaethno.flow.explain import explain, unknown
from metaethno.flow.export import export
from metaethno.schemas import FLOW
from metaethno.votes import checks_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ALL", "Box", "Flow", "World", "addends", "contents", "explain", "flow", "is_provisional", "world"]

_OPEN = ("undecided_screening", "undecided_full_text")


@dataclass(frozen=True)
class Flow:
    """flow: schema FLOW. checks: schema CHECKS. prisma2020: schema PRISMA2020 (no rows without such a view).

    chased: schema CHASED. provisional: decisions are open, so that every number from there on may still change.
    """

    flow: pd.DataFrame
    checks: pd.DataFrame
    prisma2020: pd.DataFrame
    chased: pd.DataFrame
    provisional: bool


def flow(
    members: pd.DataFrame,
    unique: pd.DataFrame,
    screened: pd.DataFrame,
    assessed: pd.DataFrame,
    excluded: pd.DataFrame,
    studies: pd.DataFrame,
    sources: pd.DataFrame,
    views: Sequence[View],
    baseline: pd.DataFrame,
    reasons: Sequence[Reason] = (),
) -> Flow:
    """Return every box of every view, by run and pooled, with what doesn't add up.

    Frames are of the schemas MEMBERS, UNIQUE, SCREENED, ASSESSED, EXCLUDED, INCLUDED_STUDIES, SOURCES and BASELINE.
    reasons: as configured; they give lists of reasons their order (without them: by id).
    """
    of = world(members, unique, screened, assessed, excluded, studies, sources, baseline)
    made = [(view, contents(of, view)) for view in views]
    checks = [row for view, boxes in made for row in identities.verify(view, boxes)]
    n_screening = int(screened["outcome"].isin(("conflict", "undecided")).sum())
    n_full = int((~assessed["outcome"].isin(("include", "exclude", "not_retrieved"))).sum())
    if n_screening or n_full:
        still = [(n_screening, "record"), (n_full, "full text")]
        parts = [f"{n:,} {what}{'' if n == 1 else 's'}" for n, what in still if n]
        verb = "is" if n_screening + n_full == 1 else "are"
        message = f"{' and '.join(parts)} {verb} still open: the flow is provisional"
        hint = "See `metaethno status`."
        checks.append({"code": "ME0422", "level": "warning", "table": "flow", "message": message, "hint": hint})
    checks += _lost_rows(of, sources) + releases.checks(of, baseline, views) + strangers(studies, sources)
    # The form of an updated review holds all that the form of a new one does.
    forms: dict[str, Mapping[str, Box]] = {view.template: boxes for view, boxes in reversed(made)}
    drawn = forms.get(releases.UPDATE) or forms.get("prisma2020") or {}
    labels = {r.id: r.label for r in reasons}
    labels |= {i: said for i, said in each_row(excluded, "reason_id", "reason") if i not in labels}
    return Flow(
        _frame(made),
        checks_frame(checks),
        export(drawn, labels),
        chased(studies, sources),
        bool(n_screening or n_full),
    )


def _lost_rows(of: World, sources: pd.DataFrame) -> list[dict[str, str]]:
    """Return rows of CHECKS for sources of which more was read from the exports than the records hold."""
    read = sources.assign(parsed=sources["parsed"].fillna(0)).groupby(["run", "source"])["parsed"].sum()
    held = of.rows.groupby(["run", "source"]).size()
    rows = []
    for (run, source), n in read.items():
        there = int(held.get((run, source), 0))
        if there < int(n):
            message = f"{n} rows of {source} were read in the run of {run}, and {there} of them stand in a record"
            hint = "Run `metaethno import` for this run again."
            rows.append(
                {"code": "ME0423", "level": "error", "table": "flow", "ids": run, "message": message, "hint": hint}
            )
    return rows


def _frame(made: Sequence[tuple[View, Mapping[str, Box]]]) -> pd.DataFrame:
    """Return the boxes as a frame of schema FLOW; boxes that are split have a row per part, run and pooled."""
    import pandas as pd

    rows = []
    for view, boxes in made:
        for box in boxes.values():
            details = ([""] if box.total else []) + [detail for detail in box.details if box.parts is not None]
            for detail in details:
                for run in (*box.runs, ALL):
                    rows.append([view.id, view.template, box.name, detail, run, box.unit, box.count(detail, run)])
    typed = {c.name: "Int64" if c.kind == "count" else str for c in FLOW.columns}
    return pd.DataFrame(rows, columns=FLOW.names).astype(typed)


# ------------------------------------------------------------------------------------------------ reading it


def is_provisional(frame: pd.DataFrame, view: str) -> bool:
    """Return whether a view of a table of schema FLOW rests on decisions that are still open."""
    mine = frame[frame["view"].eq(view) & frame["box"].isin(_OPEN) & frame["run"].eq(ALL) & frame["detail"].eq("")]
    return bool((mine["count"] > 0).any())


def addends(frame: pd.DataFrame, view: str, box: str, detail: str = "") -> str:
    """Return a number from a table of schema FLOW with its runs in brackets, as "12 [7 + 5]"; with one run the number.

    Raises UserError where the view, the box or the detail is not in the table.
    """
    mine = frame[frame["view"].eq(view) & frame["box"].eq(box)]
    if not len(mine):
        known = sorted(set(frame.loc[frame["view"].eq(view), "box"].tolist())) or sorted(set(frame["view"].tolist()))
        raise unknown(box if view in set(frame["view"].tolist()) else view, known)
    mine = mine[mine["detail"].eq(detail)]
    if not len(mine):
        raise unknown(detail, sorted(set(frame.loc[frame["box"].eq(box), "detail"].tolist()) - {""}))
    pooled = int(mine.loc[mine["run"].eq(ALL), "count"].iloc[0])
    runs = mine[mine["run"].ne(ALL)].sort_values("run")["count"].tolist()
    return f"{pooled} [{' + '.join(str(n) for n in runs)}]" if len(runs) > 1 else str(pooled)
