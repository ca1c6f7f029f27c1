"""Stage 6: what the studies are and say."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config
from metaethno.shell import common

checks = common.checks_of("extraction")


def check(root: Path, config: Config) -> None:
    """Write the canonical registers of phase 3."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Write Table 1, the constructs with their passages, and what was found wrong."""
    from metaethno.stages.extraction import extract

    tables = {n: common.checked(root, n) for n in ("studies", "sampling", "passages", "constructs", "links")}
    done = extract(
        **tables,
        report_studies=common.checked(root, "report_studies"),
        included_studies=common.derived(root, "included_studies"),
        extra_columns=common.extra_columns("studies", config),
        levels=config.check_levels,
    )
    common.write(root, "characteristics", done.characteristics)
    common.write(root, "extracted_constructs", done.constructs)
    common.write(root, "checks", done.checks, "data/derived/6_extraction/checks.csv")
