"""Stage 2: every exported record, normalised, under the id that the register of rows gave it."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config
from metaethno.shell import common
from metaethno.shell.search import read_exports

checks = common.checks_of("records")


def check(root: Path, config: Config) -> None:
    """Write the canonical registers of rows and of single finds."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Read every export again and write `records.parquet`."""
    from metaethno.stages.records import records

    searches = common.checked(root, "searches")
    exported = read_exports(root, searches).records
    rows, manual = common.checked(root, "rows"), common.checked(root, "manual_records")
    common.write(root, "records", records(rows, searches, exported, manual), keep_order=True)
