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

    names = ("members", "unique", "screened", "assessed", "excluded", "included_studies", "sources")
    columns = {"unique": ["record_id", "first_run", "origin"]}
    return world(*(common.derived(root, n, columns.get(n)) for n in names), common.checked(root, "baseline"))


def titles(root: Path) -> pd.DataFrame:
    """Return what a person knows a record by: record_id, title, authors, year."""
    return common.derived(root, "unique", ["record_id", "title", "authors", "year"])


def chased(root: Path) -> pd.DataFrame:
    """Return the table of what citation searching started from."""
    return common.derived(root, "chased")
