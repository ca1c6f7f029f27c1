"""The flow of a review, opened again from its tables: for questions about a number, and for a release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.schemas import BASELINE
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


def write_baseline(root: Path, release: str) -> bool:
    """Put the release of this name into `data/decisions/baseline.csv`; return whether the table changed.

    Kept are the boxes of PRISMA's form for a new review over all runs, whatever forms this review draws: the next
    version updates all that this one holds, also where it is itself an update.
    """
    import pandas as pd

    from metaethno.config import View
    from metaethno.flow import contents
    from metaethno.flow.baseline import baseline

    of = read(root)
    whole = View(id="released", title="Released", template="prisma2020")
    before = common.checked(root, "baseline")
    now = pd.concat([before[before["release"].ne(release)], baseline(release, of, contents(of, whole))])
    data = tables.to_csv(tables.canonical(BASELINE, now))
    path = root / BASELINE.path
    if path.is_file() and path.read_bytes() == data:
        return False
    tables.write_bytes(path, data)
    return True
