"""Stage 4, screening: what the votes on title and abstract come to, what is still open, and for whom.

Functions from tables to tables: no paths, no configuration look-ups. The ledger has been checked by `votes.check`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metaethno import carry, tables
from metaethno import votes as ballot
from metaethno.agreement import agreement
from metaethno.among import among
from metaethno.config import Screening
from metaethno.schemas import PARTED, SCREENED, SCREENING, SCREENING_TO_DECIDE

if TYPE_CHECKING:
    import pandas as pd

FORWARD, EXCLUDE = "forward", "exclude"


@dataclass(frozen=True)
class Screened:
    """What stage 4 makes; the frames are of the schemas SCREENED, SCREENING_TO_DECIDE, CONFLICTS, AGREEMENT, CHECKS."""

    screened: pd.DataFrame
    to_decide: pd.DataFrame
    conflicts: pd.DataFrame
    agreement: pd.DataFrame
    checks: pd.DataFrame


def meaning(settings: Screening) -> dict[str, str]:
    """Return what each decision comes to: `unsure` goes forward unless configured to be talked over."""
    unsure = FORWARD if settings.unsure == "forward" else "unsure"
    return {"include": FORWARD, "exclude": EXCLUDE, "unsure": unsure}


def screen(
    unique: pd.DataFrame,
    aliases: pd.DataFrame,
    votes: pd.DataFrame,
    settings: Screening,
    criteria_version: str,
    parted: pd.DataFrame | None = None,
) -> Screened:
    """Return the outcome of screening for every record.

    unique: schema UNIQUE. aliases: schema ALIASES. votes: schema SCREENING, of all reviewers. parted: schema PARTED,
    records that a verdict parted: the half that nobody voted on is undecided and flagged. A record is `forward`
    or `exclude` once an adjudicator said so, or as many people as `settings` ask for (`votes.needed`) agree;
    `conflict` where they don't, or where one person's votes on two records that were merged contradict each other;
    else `undecided`.
    Calibration rounds count for agreement only.
    """
    parted = tables.empty(PARTED) if parted is None else parted
    live = ballot.counting(votes, aliases, meaning(settings))
    live = live[among(live["record_id"], unique["record_id"])]
    content = unique.set_index("record_id")["content_hash"]
    result = ballot.outcomes(live, content, ballot.needed(content.index, live, settings), (FORWARD, EXCLUDE))
    screened = unique[["record_id", "first_run", "origin"]].merge(
        result, left_on="record_id", right_index=True, how="left"
    )
    screened = screened.fillna({"outcome": ballot.UNDECIDED, "decided_by": "", "decided_on": "", "changed": "no"})
    screened["votes"] = screened["votes"].fillna(0).astype("Int64")
    screened = screened[SCREENED.names].reset_index(drop=True)
    outcome = screened.set_index("record_id")["outcome"]
    halves = carry.unseen_halves(SCREENING, votes, aliases, parted)
    return Screened(
        screened,
        _to_decide(unique, outcome, live, content, settings, halves),
        ballot.conflict_rows(live, outcome, unique.set_index("record_id")["title"], "screening"),
        agreement(
            votes,
            ballot.resolve(votes["record_id"], aliases),
            unique.set_index("record_id")["first_run"],
            "screening",
            meaning(settings),
            FORWARD,
        ),
        ballot.checks_frame(
            [
                *({**row, "table": "screening"} for row in ballot.double_heads(votes, aliases)),
                *_old_criteria(live, criteria_version),
                *carry.checks("screening", SCREENING, votes, aliases, parted, set(unique["record_id"].tolist())),
            ]
        ),
    )


def _to_decide(
    unique: pd.DataFrame,
    outcome: pd.Series,
    live: pd.DataFrame,
    content: pd.Series,
    settings: Screening,
    halves: pd.Series,
) -> pd.DataFrame:
    """Return a frame of schema SCREENING_TO_DECIDE: one row per record and person who has something to do there.

    halves: records that nobody has voted on, parted from one that was.
    """
    out = ballot.open_votes(outcome, live, content, settings, halves=halves)
    out = out.merge(unique[["record_id", "title", "year"]], on="record_id", how="left")
    return out[SCREENING_TO_DECIDE.names].astype(str)


def _old_criteria(live: pd.DataFrame, criteria_version: str) -> list[dict[str, str]]:
    """Return rows of schema CHECKS: votes that count and were given under other criteria than the present ones."""
    old = live[live["criteria_version"].ne(criteria_version)]
    return [
        {
            "code": "ME0416",
            "level": "note",
            "table": "screening",
            "ids": version,
            "message": f"{n} votes were given under version {version} of the criteria; the present one is "
            f"{criteria_version}",
            "hint": "If what changed bears on these records, screen them again.",
        }
        for version, n in old["criteria_version"].value_counts().sort_index().items()
    ]
