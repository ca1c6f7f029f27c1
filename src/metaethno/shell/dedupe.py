"""Stage 3: one record per publication."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config
from metaethno.shell import common

checks = common.checks_of("dedupe")


def check(root: Path, config: Config) -> None:
    """Write the canonical verdicts on pairs."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """De-duplicate, and write the records, their members, what is doubtful, the aliases and what each run brought."""
    from metaethno.stages.dedupe import dedupe

    done = dedupe(
        common.derived(root, "records"),
        common.checked(root, "duplicates"),
        config.dedupe.doubtful_from,
        common.checked(root, "searches"),
    )
    common.write(root, "unique", done.unique)
    common.write(root, "members", done.members)
    common.write(root, "dedupe_to_decide", done.to_decide, keep_order=True)
    common.write(root, "aliases", done.aliases)
    common.write(root, "rerun", done.rerun)
