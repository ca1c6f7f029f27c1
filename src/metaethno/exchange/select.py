"""Which records are meant by "all", "screened", "included" and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from metaethno.schemas import ASSESSED, SCREENED, UNIQUE

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.schemas import Table

# What each set is, in words; the table whose `outcome` tells it, and the outcomes that belong to it.
SETS: Final[dict[str, tuple[str, Table, frozenset[str]]]] = {
    "all": ("every record, without duplicates", UNIQUE, frozenset()),
    "undecided": ("records still open on title and abstract", SCREENED, frozenset({"undecided", "conflict"})),
    "screened": ("records whose full text is sought", SCREENED, frozenset({"forward"})),
    "screened-out": ("records left out on title and abstract", SCREENED, frozenset({"exclude"})),
    "included": ("included reports", ASSESSED, frozenset({"include"})),
    "excluded": ("full texts left out or not obtained", ASSESSED, frozenset({"exclude", "not_retrieved"})),
}


def select(unique: pd.DataFrame, of: str, outcomes: pd.DataFrame | None) -> pd.DataFrame:
    """Return the rows of `unique` (schemas.UNIQUE) that belong to the set `of`, sorted by record_id.

    `outcomes`: record_id and outcome, of the table that `SETS` names; not needed for "all".
    """
    _, _, wanted = SETS[of]
    if outcomes is not None and wanted:
        unique = unique[unique["record_id"].isin(outcomes.loc[outcomes["outcome"].isin(wanted), "record_id"])]
    return unique.sort_values("record_id", ignore_index=True)


def in_words() -> str:
    """Return the sets in words, for the help."""
    return "; ".join(f"{name}: {SETS[name][0]}" for name in SETS)
