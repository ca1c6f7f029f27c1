"""Stage 8: third-order constructs and the line of argument."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.config import Config
from metaethno.shell import common
from metaethno.stages import STAGES

if TYPE_CHECKING:
    from metaethno.errors import Problem
    from metaethno.trace import Evidence

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
        levels=config.check_levels,
    )
    common.write(root, "trace", done.trace)
    common.write(root, "support", done.support)
    common.write(root, "graph", done.graph)
    common.write(root, "leave_one_out", done.leave_one_out)
    common.write(root, "stale", done.stale)
    common.write(root, "changes", done.changes)
    common.write(root, "checks", done.checks, "data/derived/8_synthesis/checks.csv")


def evidence_now(root: Path, config: Config) -> tuple[Evidence, list[Problem]]:
    """Return what all interpretations rest on, straight from the decisions, with everything that is wrong there."""
    from metaethno.trace import Evidence

    frames, problems = {}, []
    for field in fields(Evidence):
        frames[field.name], found = common.load_checked(root, config, field.name)
        problems += found
    return Evidence(**frames), problems
