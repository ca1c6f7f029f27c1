"""What one person still has to decide: worked out from the ledgers as they are now, without a partner's vote.

Functions from tables to tables. `metaethno.votes.open_votes` says what is open and for whom; here it becomes rows with
everything a person needs to decide.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from metaethno import tables
from metaethno import votes as ballot
from metaethno.record_fields import TEXT_FIELDS
from metaethno.schemas import SCREENING

if TYPE_CHECKING:
    import pandas as pd

# What a partner has done is nobody's business before one's own vote; that it is open says enough.
_SHOWN: Final = {ballot.SECOND: ballot.NEVER}
# What doesn't help anybody to decide on a record.
_LEFT_OUT: Final = frozenset(
    ("accession", "isbn", "language", "pub_type", "notes", "group_authors", "accessions", "status", "status_of")
)
_RECORD: Final = tuple(name for name in TEXT_FIELDS if name not in _LEFT_OUT)
COLUMNS: Final = ("record_id", "seen", "reviewer", "role", "round", "why", *_RECORD, "full_text")


@dataclass(frozen=True)
class Wanted:
    """Which part of the open records: those found by runs after `new_since`, and of these `sample` drawn by `seed`.

    calibration: a round of its own, the same records for everybody; adjudicating: conflicts only.
    """

    reviewer: str
    new_since: str = ""
    sample: int = 0
    seed: int = 1
    calibration: bool = False
    adjudicating: bool = False


def draw(ids: pd.Series, count: int, seed: int) -> pd.Series:
    """Return `count` of `ids`, drawn by hash: the same for everybody, and none moves when others come or go."""
    rank = {one: hashlib.sha256(f"{seed}\x1f{one}".encode()).digest() for one in ids}
    return ids[ids.isin(sorted(rank, key=lambda one: rank[one])[:count])]


def open_for(todo: pd.DataFrame, votes: pd.DataFrame, unique: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """Return record_id, why, role and round of everything that is open for one person, sorted by record_id.

    todo: from `votes.open_votes` (record_id, for, why). votes: the whole ledger (schema SCREENING or ELIGIBILITY, with
    `record_id` as ids of records). unique: schema UNIQUE, of the records that come into question.
    """
    import pandas as pd

    who = wanted.reviewer
    in_question = unique["record_id"]
    if wanted.new_since:
        in_question = unique.loc[unique["first_run"] > wanted.new_since, "record_id"]
    if wanted.calibration:
        chosen = draw(in_question, wanted.sample, wanted.seed)
        done = votes.loc[votes["round"].eq("calibration") & votes["reviewer"].eq(who), "record_id"]
        rows = pd.DataFrame({"record_id": chosen[~chosen.isin(set(done))]})
        return rows.assign(why="calibration", role="reviewer", round="calibration").sort_values("record_id")
    mine = todo[todo["for"].eq(ballot.ADJUDICATOR if wanted.adjudicating else who)]
    mine = mine[mine["record_id"].isin(set(in_question))]
    if wanted.sample:
        mine = mine[mine["record_id"].isin(set(draw(mine["record_id"], wanted.sample, wanted.seed)))]
    heads = tables.heads(SCREENING, votes)
    judged = set(heads.loc[heads["reviewer"].eq(who) & heads["role"].eq("adjudicator"), "record_id"].tolist())
    # Who settled a conflict is asked again as the one who settles it.
    judge = mine["record_id"].isin(judged) | wanted.adjudicating
    role = judge.map({True: "adjudicator", False: "reviewer"}).astype(str)
    mine = mine.assign(why=mine["why"].replace(_SHOWN), role=role, round="main")
    return mine[["record_id", "why", "role", "round"]].sort_values("record_id", ignore_index=True)


def rows(found: pd.DataFrame, unique: pd.DataFrame, reviewer: str, retrieval: pd.Series | None = None) -> pd.DataFrame:
    """Return the worklist (columns `COLUMNS`, all text). retrieval: what came of asking for a full text, by record."""
    out = found.merge(unique.rename(columns={"content_hash": "seen"}), on="record_id", how="left")
    out = out.assign(reviewer=reviewer, full_text="")
    if retrieval is not None:
        known = retrieval.to_dict()
        out["full_text"] = [known.get(record, "") for record in out["record_id"]]
    return out[list(COLUMNS)].fillna("").astype(str)
