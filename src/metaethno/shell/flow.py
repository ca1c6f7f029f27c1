"""The flow of a review, opened again from its tables: for questions about a number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.flow import World


def read(root: Path) -> World:
    """Return the tables that the boxes are lists of, as the last run left them."""
    from metaethno.flow import world

    return world(
        common.derived(root, "members"),
        common.derived(root, "unique", ["record_id", "first_run", "origin"]),
        common.derived(root, "screened"),
        common.derived(root, "assessed"),
        common.derived(root, "excluded"),
        common.derived(root, "included_studies"),
        common.derived(root, "sources"),
        common.checked(root, "baseline"),
    )


def titles(root: Path) -> pd.DataFrame:
    """Return what a person knows a record by: record_id, title, authors, year."""
    return common.derived(root, "unique", ["record_id", "title", "authors", "year"])


def chased(root: Path) -> pd.DataFrame:
    """Return the table of what citation searching started from."""
    return common.derived(root, "chased")
