"""Stage 4: votes on title and abstract."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.config import Config
from metaethno.errors import Problem
from metaethno.schemas import ALIASES
from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd


def vote_problems(root: Path, config: Config, stage: str, votes: pd.DataFrame) -> list[Problem]:
    """Return what breaks a rule of voting; before de-duplication has run, every row stands for its own record."""
    from metaethno import tables
    from metaethno.votes import check

    settings = config.screening if stage == "screening" else config.eligibility
    path = root / ALIASES.path
    aliases = common.derived(root, "aliases", ALIASES.names) if path.is_file() else tables.empty(ALIASES)
    reasons = [reason.id for reason in config.exclusion_reasons]
    found = check(votes, aliases, stage=stage, reviewers=settings.reviewers, reasons=reasons)
    # Records may have been parted since a vote replaced another. Both votes count then, and a check says so: no vote
    # that was right when it was entered may stop a review.
    return [problem for problem in found if problem.code != "ME0403"]


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the votes with everything that is wrong with them."""
    frames, problems = common.check_stage(root, config, "screening")
    return frames, problems or vote_problems(root, config, "screening", frames["screening"])


def check(root: Path, config: Config) -> None:
    """Write the canonical votes of all reviewers."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Write where every record stands, what is open and for whom, conflicts and agreement."""
    from metaethno.stages.screening import screen

    done = screen(
        common.derived(root, "unique"),
        common.derived(root, "aliases"),
        common.checked(root, "screening"),
        config.screening,
        config.criteria.version,
        common.derived(root, "parted"),
    )
    common.write(root, "screened", done.screened)
    common.write(root, "screening_to_decide", done.to_decide)
    common.write(root, "conflicts", done.conflicts)
    common.write(root, "agreement", done.agreement)
    common.write(root, "checks", done.checks, "data/derived/4_screening/checks.csv")
