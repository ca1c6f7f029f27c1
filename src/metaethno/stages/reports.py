"""Stage 9: the review's tables as report tables, figures, checklists, variables and references.

    make_reports(ReportData(config=config, flow=flow, ...))["tables/included.md"]

Everything is derived: a page holds prose and places, and no number of its own. The same tables give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metaethno import tables
from metaethno.checklists import answer_emerge, answer_entreq, answer_prisma_s
from metaethno.figures import flow_picture, matrix_picture
from metaethno.fragments import (
    arguing,
    flows,
    lists,
    reading,
    references,
    searching,
    standing,
    translating,
    variables,
)
from metaethno.fragments.boxes import boxes_of
from metaethno.fragments.data import FRAMES, MEMBER_COUNT_COLUMNS, UNIQUE_COLUMNS, ReportData, count_members
from metaethno.schemas import EMERGE, ENTREQ, PRISMA_S
from metaethno.stages.report_files import FRAGMENTS, outputs

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FRAGMENTS", "FRAMES", "MEMBER_COUNT_COLUMNS", "UNIQUE_COLUMNS", "ReportData", "checklists", "count_members",
    "make_reports", "outputs",
]  # fmt: skip

_CHECKLISTS = {
    "emerge": (EMERGE, answer_emerge),
    "entreq": (ENTREQ, answer_entreq),
    "prisma_s": (PRISMA_S, answer_prisma_s),
}


def checklists(data: ReportData) -> dict[str, pd.DataFrame]:
    """Return the answered checklists as tables of the schemas EMERGE, ENTREQ and PRISMA_S."""
    import pandas as pd

    return {
        name: tables.canonical(table, pd.DataFrame(answer(data), columns=table.names))
        for name, (table, answer) in _CHECKLISTS.items()
    }


def make_reports(data: ReportData) -> dict[str, bytes]:
    """Return the bytes of every file below `9_reports/`, by name: exactly those that `outputs` lists."""
    answered = checklists(data)
    made = {f"{name}.csv": tables.to_csv(frame) for name, frame in answered.items()}
    texts = _fragments(data, {name: frame.to_dict("records") for name, frame in answered.items()})
    made |= {f"tables/{name}.md": text.encode() for name, text in texts.items()}
    reasons = flows.reason_labels(data)
    for view in data.config.flow.views:
        picture = flow_picture(boxes_of(data.flow, view), reasons)
        made |= {f"figures/flow_{view.id}.svg": picture.svg, f"figures/flow_{view.id}.png": picture.png}
    picture = matrix_picture(data.matrix)
    made |= {"figures/matrix.svg": picture.svg, "figures/matrix.png": picture.png}
    made |= {"variables.yml": variables.as_yaml(data), "references.json": references.as_json(data)}
    return dict(sorted(made.items()))


def _fragments(data: ReportData, answered: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Return every fragment's Markdown, by name."""
    views = data.config.flow.views
    by_view = {f"flow_{view.id}": flows.numbers(data, view, i) for i, view in enumerate(views, 1)}
    return by_view | {
        "agreement": searching.agreement(data),
        "alternatives": translating.alternatives(data),
        "all_flow_figures": flows.figures(data),
        "all_flow_tables": flows.tables(data),
        "argument": arguing.argument(data),
        "aspects": translating.aspects(data),
        "banner": standing.banner(data),
        "checklist_summary": lists.summary(answered),
        "checks": standing.checks(data),
        "concepts": translating.concepts(data),
        "concepts_brief": translating.concepts_brief(data),
        "constructs": reading.constructs(data),
        "criteria": searching.criteria(data),
        "dedupe": searching.dedupe(data),
        "differences": translating.differences(data),
        "engine": standing.engine(data),
        "excluded": flows.excluded(data),
        "first_flow_figure": flows.figure(data, views[0], 1),
        "glance": standing.glance(data),
        "groups": translating.groups(data),
        "included": reading.included(data),
        "leave_out": arguing.leave_out(data),
        "links": reading.links(data),
        "matrix": translating.matrix(data),
        "matrix_by_study": translating.matrix_by_study(data),
        "matrix_figure": translating.matrix_figure(data),
        "matrix_groups": translating.matrix_groups(data),
        "memos": arguing.memos(data),
        "open": standing.open_decisions(data),
        "provenance": reading.provenance(data),
        "readings": reading.readings(data),
        "reasons": flows.reasons(data),
        "refutations": translating.refutations(data),
        "relations": translating.relations(data),
        "repeats": searching.repeats(data),
        "reports": reading.reports(data),
        "rerun": searching.rerun(data),
        "search": searching.search(data),
        "stale": arguing.stale(data),
        "strategies": searching.strategies(data),
        "support": arguing.support(data),
        "team": standing.team(data),
        "third_order": arguing.third_order(data),
        "trail": translating.trail(data),
        **{name: lists.checklist(name, rows) for name, rows in answered.items()},
    }
