"""Names of the files that stage 9 makes. Light on purpose: the rules ask for them whenever Snakemake starts."""

from __future__ import annotations

from collections.abc import Sequence

CHECKLISTS = ("emerge", "entreq", "prisma_s")
# Fragments whose names do not depend on the configured views.
FRAGMENTS = (
    "agreement", "all_flow_figures", "all_flow_tables", "alternatives", "argument", "aspects", "banner",
    "checklist_summary", "checks", "concepts", "concepts_brief", "constructs", "criteria", "dedupe", "differences",
    "emerge", "engine", "entreq", "excluded", "first_flow_figure", "glance", "groups", "included", "leave_out",
    "links", "matrix", "matrix_by_study", "matrix_figure", "matrix_groups", "memos", "open", "prisma_s",
    "provenance", "readings", "reasons", "refutations", "relations", "repeats", "reports", "rerun", "search",
    "stale", "strategies", "support", "team", "third_order", "trail",
)  # fmt: skip


def outputs(view_ids: Sequence[str]) -> list[str]:
    """Return every file below `9_reports/`, sorted; the names depend on the configured views only."""
    figures = [f"flow_{view}" for view in view_ids] + ["matrix"]
    return sorted([
        *(f"{name}.csv" for name in CHECKLISTS),
        *(f"figures/{name}.{ending}" for name in figures for ending in ("png", "svg")),
        *(f"tables/{name}.md" for name in FRAGMENTS),
        *(f"tables/flow_{view}.md" for view in view_ids),
        "references.json",
        "variables.yml",
    ])  # fmt: skip
