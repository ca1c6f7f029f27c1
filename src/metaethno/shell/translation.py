"""Stage 7: the studies translated into one another."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config
from metaethno.shell import common
from metaethno.stages import STAGES

checks = common.checks_of("translation")


def check(root: Path, config: Config) -> None:
    """Write the canonical registers and ledgers of phases 4 and 5."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Write the long matrix, the coverage, and what was found wrong."""
    from metaethno.stages.translation import translate

    needed = (*STAGES["translation"].decisions, "constructs", "passages", "report_studies", "studies")
    done = translate(**{n: common.checked(root, n) for n in needed}, levels=config.check_levels)
    common.write(root, "matrix", done.matrix)
    common.write(root, "coverage", done.coverage)
    common.write(root, "trail", done.trail)
    common.write(root, "differences", done.differences)
    common.write(root, "checks", done.checks, "data/derived/7_translation/checks.csv")
