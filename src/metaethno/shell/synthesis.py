"""Stage 8: third-order constructs and the line of argument."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config
from metaethno.shell import common
from metaethno.stages import STAGES

checks = common.checks_of("synthesis")
_NEEDS = (
    "concepts",
    "translations",
    "constructs",
    "passages",
    "refutations",
    "groups",
    "group_members",
    "report_studies",
    "sampling",
)


def check(root: Path, config: Config) -> None:
    """Write the canonical registers and ledgers of phase 6."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Write the trace from argument to study, the support, what is stale, and what was found wrong."""
    from metaethno.stages.synthesis import synthesise

    done = synthesise(
        **{n: common.checked(root, n) for n in (*STAGES["synthesis"].decisions, *_NEEDS)},
        included_studies=common.derived(root, "included_studies"),
        settings=config.synthesis,
    )
    common.write(root, "trace", done.trace)
    common.write(root, "support", done.support)
    common.write(root, "stale", done.stale)
    common.write(root, "checks", done.checks, "data/derived/8_synthesis/checks.csv")
