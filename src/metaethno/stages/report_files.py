"""Names of the files that stage 9 makes. Light on purpose: the rules ask for them whenever Snakemake starts."""

from __future__ import annotations

from collections.abc import Sequence

# Pictures beside the flow diagrams.
FIGURES = ("argument", "contributions", "matrix", "progress", "sources", "years")
CHECKLISTS = ("emerge", "entreq", "prisma_s", "prisma_2020")
# Fragments whose names do not depend on the configured views.
FRAGMENTS = (
    "agreement", "all_flow_figures", "all_flow_tables", "alternatives", "argument", "argument_figure", "aspects",
    "audit_decided", "audit_files", "audit_signed", "banner", "checklist_summary", "checks", "concepts",
    "concepts_brief", "constructs", "contributions_figure", "criteria", "dedupe", "differences", "emerge", "engine",
    "entreq", "excluded", "first_flow_figure", "glance", "groups", "included", "leave_out", "links", "matrix",
    "matrix_by_study", "matrix_figure", "matrix_groups", "memos", "open", "prisma_2020", "prisma_s",
    "progress_figure", "provenance", "readings", "reasons", "refutations", "relations", "repeats", "reports", "rerun",
    "search", "sources_figure", "stale", "statements", "strategies", "support", "team", "third_order", "trail",
    "years_figure",
)  # fmt: skip
# What the pages' script shows when it is asked: scripts that hold data, because a page on a disk can load no JSON.
SCRIPTS = ("argument", "flow", "flow_lists", "matrix", *(f"records_{i}" for i in range(8)))


def outputs(view_ids: Sequence[str]) -> list[str]:
    """Return every file below `9_reports/`, sorted; the names depend on the configured views only."""
    figures = [f"flow_{view}" for view in view_ids] + list(FIGURES)
    return sorted([
        *(f"{name}.csv" for name in CHECKLISTS),
        *(f"scripts/{name}.js" for name in SCRIPTS),
        *(f"figures/{name}.{ending}" for name in figures for ending in ("png", "svg")),
        *(f"tables/{name}.md" for name in FRAGMENTS),
        *(f"tables/flow_{view}.md" for view in view_ids),
        "checks.csv",
        "findings.csv",
        "references.json",
        "variables.yml",
    ])  # fmt: skip
