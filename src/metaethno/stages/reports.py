"""Stage 9: the review's tables as report tables, figures, checklists, variables and references.

    make_reports(ReportData(config=config, flow=flow, ...))["tables/included.md"]

Everything is derived: a page holds prose and places, and no number of its own. The same tables give the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from metaethno import tables
from metaethno.checklists import answer_emerge, answer_entreq, answer_prisma_2020, answer_prisma_s, prose
from metaethno.figures import flow_picture, matrix_picture
from metaethno.fragments import (
    arguing,
    auditing,
    flows,
    interactive,
    lists,
    memo_notes,
    pictures,
    reading,
    references,
    searching,
    standing,
    translating,
    variables,
)
from metaethno.fragments.boxes import boxes_of
from metaethno.fragments.data import (
    FRAMES,
    MEMBER_COUNT_COLUMNS,
    UNIQUE_COLUMNS,
    ReportData,
    count_members,
    count_votes,
)
from metaethno.schemas import EMERGE, ENTREQ, FINDINGS, PRISMA_2020, PRISMA_S
from metaethno.stages import report_checks
from metaethno.stages.report_files import FRAGMENTS, outputs

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FRAGMENTS", "FRAMES", "MEMBER_COUNT_COLUMNS", "UNIQUE_COLUMNS", "ReportData", "checklists", "count_members",
    "count_votes",     "make_reports", "outputs",
]  # fmt: skip

_CHECKLISTS = {
    "emerge": (EMERGE, answer_emerge),
    "entreq": (ENTREQ, answer_entreq),
    "prisma_s": (PRISMA_S, answer_prisma_s),
    "prisma_2020": (PRISMA_2020, answer_prisma_2020),
}


def checklists(data: ReportData) -> dict[str, pd.DataFrame]:
    """Return the answered checklists as tables of the schemas EMERGE, ENTREQ, PRISMA_S and PRISMA_2020."""
    import pandas as pd

    return {
        name: tables.canonical(table, pd.DataFrame(answer(data), columns=table.names))
        for name, (table, answer) in _CHECKLISTS.items()
    }


def make_reports(data: ReportData) -> dict[str, bytes]:
    """Return the bytes of every file below `9_reports/`, by name: exactly those that `outputs` lists."""
    found = report_checks.check(data.pages, data.decisions, data.support, data.reports, data.config.check_levels)
    data = replace(data, prose_checks=found)
    answered = checklists(data)
    made = {f"{name}.csv": tables.to_csv(frame) for name, frame in answered.items()}
    made |= {"checks.csv": tables.to_csv(found), "findings.csv": tables.to_csv(_findings(data))}
    texts = _fragments(data, {name: frame.to_dict("records") for name, frame in answered.items()})
    made |= {f"tables/{name}.md": text.encode() for name, text in texts.items()}
    reasons = flows.reason_labels(data)
    for view in data.config.flow.views:
        picture = flow_picture(boxes_of(data.flow, view), reasons)
        made |= {f"figures/flow_{view.id}.svg": picture.svg, f"figures/flow_{view.id}.png": picture.png}
    for name, picture in {"matrix": matrix_picture(data.matrix), **pictures.drawn(data)}.items():
        made |= {f"figures/{name}.svg": picture.svg, f"figures/{name}.png": picture.png}
    made |= {f"scripts/{name}.js": content for name, content in interactive.scripts(data).items()}
    made |= {"variables.yml": variables.as_yaml(data), "references.json": references.as_json(data)}
    return dict(sorted(made.items()))


def _findings(data: ReportData) -> pd.DataFrame:
    """Return the table `findings`."""
    import pandas as pd

    found = pd.DataFrame(standing.findings(data), columns=FINDINGS.names, dtype=object).fillna("")
    return tables.canonical(FINDINGS, found)


def _fragments(data: ReportData, answered: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Return every fragment's Markdown, by name."""
    views = data.config.flow.views
    heads = prose.headings(data.pages)
    by_view = {f"flow_{view.id}": flows.numbers(data, view, i) for i, view in enumerate(views, 1)}
    return by_view | {
        "audit_decided": auditing.decided(data),
        "audit_files": auditing.files(data),
        "audit_signed": auditing.signed(data),
        "agreement": searching.agreement(data),
        "alternatives": translating.alternatives(data),
        "all_flow_figures": flows.figures(data),
        "all_flow_tables": flows.tables(data),
        "argument": arguing.argument(data) + memo_notes.beside(data, "line_of_argument"),
        "argument_figure": pictures.argument_map(data),
        "aspects": translating.aspects(data),
        "banner": standing.banner(data),
        "checklist_summary": lists.summary(answered),
        "checks": standing.checks(data),
        "concepts": translating.concepts(data) + memo_notes.beside(data, "concepts"),
        "concepts_brief": translating.concepts_brief(data),
        "constructs": reading.constructs(data) + memo_notes.beside(data, "constructs"),
        "contributions_figure": pictures.contributions(data),
        "criteria": searching.criteria(data),
        "dedupe": searching.dedupe(data),
        "differences": translating.differences(data),
        "engine": standing.engine(data),
        "excluded": flows.excluded(data),
        "first_flow_figure": flows.figure(data, views[0], 1),
        "glance": standing.glance(data),
        "groups": translating.groups(data) + memo_notes.beside(data, "groups"),
        "included": reading.included(data) + memo_notes.beside(data, "studies"),
        "leave_out": arguing.leave_out(data),
        "links": reading.links(data),
        "matrix": translating.matrix(data),
        "matrix_by_study": translating.matrix_by_study(data),
        "matrix_figure": translating.matrix_figure(data),
        "matrix_groups": translating.matrix_groups(data),
        "memos": arguing.memos(data),
        "open": standing.open_decisions(data),
        "progress_figure": pictures.progress(data),
        "provenance": reading.provenance(data),
        "readings": reading.readings(data),
        "reasons": flows.reasons(data),
        "refutations": translating.refutations(data),
        "relations": translating.relations(data),
        "repeats": searching.repeats(data),
        "reports": reading.reports(data),
        "rerun": searching.rerun(data),
        "search": searching.search(data),
        "sources_figure": pictures.sources(data),
        "stale": arguing.stale(data),
        "statements": standing.statements(data),
        "strategies": searching.strategies(data),
        "support": arguing.support(data),
        "team": standing.team(data),
        "third_order": arguing.third_order(data) + memo_notes.beside(data, "third_order"),
        "trail": translating.trail(data),
        "years_figure": pictures.years(data),
        **{name: lists.checklist(name, rows, heads) for name, rows in answered.items()},
    }
