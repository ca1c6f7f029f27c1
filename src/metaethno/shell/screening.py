"""Stage 4: votes on title and abstract."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.config import Config
from metaethno.errors import Problem
from metaethno.schemas import ALIASES, SCREENING
from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the votes with everything wrong with them (which chains clash needs the aliases, where they are made)."""
    from metaethno import votes

    frames, problems = common.check_stage(root, config, "screening")
    if not problems and (root / ALIASES.path).is_file():
        aliases = common.derived(root, "aliases")
        problems = votes.check(
            SCREENING, frames["screening"], aliases, config.screening.reviewers, config.exclusion_reasons
        )
    return frames, problems


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
    )
    common.write(root, "screened", done.screened)
    common.write(root, "screening_to_decide", done.to_decide)
    common.write(root, "conflicts", done.conflicts)
    common.write(root, "agreement", done.agreement)
