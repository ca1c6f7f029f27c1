"""Stage 6: what the studies are and say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.config import Config
from metaethno.shell import common, quotations

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.errors import Problem


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the registers of phase 3 and what was extracted, with everything wrong with them, by the form too."""
    frames, problems = common.check_stage(root, config, "extraction")
    if not problems:
        from metaethno import form

        fields = form.fields(config.extraction)
        problems = form.value_problems(fields, frames["extraction_values"])
        problems += form.study_problems(fields, frames["studies"])
    return frames, problems


def check(root: Path, config: Config) -> None:
    """Write the canonical registers of phase 3."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Write Table 1, the constructs with their passages, and what was found wrong."""
    from metaethno.stages.extraction import extract

    names = ("studies", "sampling", "passages", "constructs", "links", "extraction_values")
    tables = {n: common.checked(root, n) for n in names}
    reports = common.checked(root, "report_studies")
    done = extract(
        **tables,
        report_studies=reports,
        included_studies=common.derived(root, "included_studies"),
        settings=config.extraction,
        sought=quotations.wanted(root, tables["passages"], reports),
        looked=quotations.log(root),
        levels=config.check_levels,
    )
    common.write(root, "characteristics", done.characteristics)
    common.write(root, "comparison", done.comparison)
    common.write(root, "quotations", done.quotations)
    common.write(root, "extracted_constructs", done.constructs)
    common.write(root, "checks", done.checks, "data/derived/6_extraction/checks.csv")
