"""Stage 3: one record per publication."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load the verdicts with everything wrong with them, contradictions too: before anything is made anew."""
    frames, problems = common.check_stage(root, config, "dedupe")
    if not problems and len(frames["duplicates"]):
        import pandas as pd

        from metaethno.matching.verdicts import check as check_verdicts

        known = tables.known_ids(root, ["rows.row_id", "manual_records.manual_id"], ())
        try:
            check_verdicts(frames["duplicates"], pd.Series(sorted(set().union(*known.values())), dtype=str))
        except UserError as error:
            problems = list(error.problems)
    return frames, problems


def check(root: Path, config: Config) -> None:
    """Write the canonical verdicts on pairs."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """De-duplicate, and write all tables of the stage."""
    from metaethno.stages.dedupe import dedupe

    done = dedupe(
        common.derived(root, "records"),
        common.checked(root, "duplicates"),
        config.dedupe.doubtful_from,
        common.checked(root, "searches"),
    )
    common.write(root, "dedupe_to_decide", done.to_decide, keep_order=True)
    for name in ("unique", "members", "field_sources", "aliases", "rerun", "source_counts", "related", "parted"):
        common.write(root, name, getattr(done, name))
