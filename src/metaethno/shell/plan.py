"""What the rules need to know when Snakemake starts: files by name, settings by section, hashes of the code.

Read once per start, so it imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metaethno import config, engine, review, upgrade
from metaethno.schemas import ELIGIBILITY, ROWS, SCREENING, SEARCHES
from metaethno.shell.fulltexts import POINTERS
from metaethno.stages import STAGES

REPORTS_FOLDER = f"{STAGES['reports'].folder}/"
# The pages see what stage 9 made, the author's prose, and which engine is asked for.
_PAGES_SETTINGS = ("reports",)


@dataclass(frozen=True)
class Plan:
    """Lists of paths (sorted, below the review's folder), settings and code hashes per stage."""

    search_logs: list[str]
    row_registers: list[str]
    exports: list[str]
    queries: list[str]
    screening_votes: list[str]
    eligibility_votes: list[str]
    fulltexts: list[str]
    decisions: list[str]
    pages: list[str]
    report_files: list[str]
    page_sources: list[str]
    page_outputs: list[str]
    settings: dict[str, str]
    engine: dict[str, str]


def settings_hash(configuration: config.Config, sections: tuple[str, ...]) -> str:
    """Return a hash over the given sections, defaults filled in: a rule's parameter."""
    data: dict[str, Any] = {name: configuration.model_dump(mode="json")[name] for name in sections}
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def report_files(configuration: config.Config) -> list[str]:
    """Return every file that stage 9 makes; their names depend on the configured views only."""
    from metaethno.stages.report_files import outputs

    return [f"{REPORTS_FOLDER}{name}" for name in outputs([v.id for v in configuration.flow.views])]


def page_names(root: Path) -> list[str]:
    """Return the names of the report's pages (reports/pages/*.qmd without the ending), sorted."""
    return [Path(p).stem for p in review.listed(root, "reports/pages/*.qmd")]


def page_sources(made: list[str]) -> list[str]:
    """Return where the files of stage 9 go for the pages to include them: beside the Quarto project."""
    from metaethno.shell.pages import place

    return sorted({target for target in map(place, made) if target})


def page_outputs(pages: list[str]) -> list[str]:
    """Return the rendered files: every page as HTML, the review also as DOCX and PDF."""
    outputs = [f"reports/_output/pages/{name}.html" for name in pages]
    if "review" in pages:
        outputs += [f"reports/_output/pages/review.{ending}" for ending in ("docx", "pdf")]
    return outputs


def read(root: Path | None = None) -> Plan:
    """Read the plan of the review in `root`; raises UserError where the configuration or `engine.lock` is wrong."""
    root = root or Path.cwd()
    configuration = config.load(root)
    upgrade.check_version(root)
    hashes = engine.check_lock(root)
    made = report_files(configuration)
    sections = {name: stage.settings for name, stage in STAGES.items()} | {"pages": _PAGES_SETTINGS}
    return Plan(
        search_logs=review.listed(root, SEARCHES.path),
        row_registers=review.listed(root, ROWS.path),
        exports=review.exports(root),
        queries=review.queries(root),
        screening_votes=review.listed(root, SCREENING.path),
        eligibility_votes=review.listed(root, ELIGIBILITY.path),
        fulltexts=review.listed(root, POINTERS),
        decisions=review.listed(root, "data/decisions/**/*.csv"),
        pages=review.listed(root, "reports/pages/*.qmd"),
        report_files=made,
        page_sources=page_sources(made),
        page_outputs=page_outputs(page_names(root)),
        settings={name: settings_hash(configuration, names) for name, names in sections.items()},
        engine=hashes,
    )
