"""Stage 3: one record per publication, with ids that survive reruns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from metaethno.schemas import ALIASES, DEDUPE_TO_DECIDE, MEMBERS

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.matching.explain import Explanation
    from metaethno.matching.match import Matched


@dataclass(frozen=True)
class Deduped:
    """The tables of the stage: schemas UNIQUE, MEMBERS, DEDUPE_TO_DECIDE (best first), ALIASES and RERUN."""

    unique: pd.DataFrame
    members: pd.DataFrame
    to_decide: pd.DataFrame
    aliases: pd.DataFrame
    rerun: pd.DataFrame
    doubtful_from: int


def _text(frame: pd.DataFrame, counts: tuple[str, ...] = ()) -> pd.DataFrame:
    return frame.astype({c: "Int64" if c in counts else "str" for c in frame.columns})


def _members(records: pd.DataFrame, matched: Matched) -> pd.DataFrame:
    """Return schemas.MEMBERS, sorted by row_id."""
    import pandas as pd

    ids = records["row_id"].to_numpy(dtype=object)
    linked = matched.link >= 0
    frame = pd.DataFrame(
        {
            "row_id": ids,
            "record_id": ids[matched.home],
            **{name: records[name].to_numpy(dtype=object) for name in ("run", "source", "kind")},
            "matched_with": np.where(linked, ids[matched.link], ""),
            "rule": np.where(linked, matched.rule, ""),
            "score": pd.array(np.where(linked, matched.score, 0), dtype="Int64"),
        }
    )
    frame.loc[~linked, "score"] = pd.NA
    return _text(frame, ("score",))[MEMBERS.names].sort_values("row_id", ignore_index=True)


def _to_decide(records: pd.DataFrame, matched: Matched, doubtful_from: int) -> pd.DataFrame:
    """Return schemas.DEDUPE_TO_DECIDE, best first."""
    import pandas as pd

    from metaethno.matching.explain import pairwise

    left, right = matched.doubtful[:, 0], matched.doubtful[:, 1]
    why = []
    for explained, refused in zip(pairwise(records, left, right, doubtful_from), matched.refused, strict=True):
        said = f"agree: {', '.join(explained.agreed)}"
        said += f"; differ: {', '.join(explained.differed)}" if explained.differed else ""
        said += f"; not in both: {', '.join(explained.silent)}" if explained.silent else ""
        why.append(said + ("; another row of the same record contradicts" if refused else ""))
    columns: dict[str, object] = {
        "left_row": records["row_id"].to_numpy(dtype=object)[left],
        "right_row": records["row_id"].to_numpy(dtype=object)[right],
        "score": matched.doubtful_score,
        "why": why,
    }
    for name in DEDUPE_TO_DECIDE.names[4:]:
        side, _, field = name.partition("_")
        columns[name] = records[field].to_numpy(dtype=object)[left if side == "left" else right]
    return _text(pd.DataFrame(columns), ("score",))[DEDUPE_TO_DECIDE.names]


def dedupe(records: pd.DataFrame, duplicates: pd.DataFrame, doubtful_from: int, searches: pd.DataFrame) -> Deduped:
    """Find which rows are one publication.

    `records`: schemas.RECORDS, in any order. `duplicates`: schemas.DUPLICATES; its heads win over every rule: `same`
    merges, `different` and `related` keep apart, `unsure` keeps rules from merging. `doubtful_from`: likeness in per
    cent from which a pair that no rule settles goes to a person. `searches`: run, source, scope and strategy_version
    of every search, for the rerun report.

    A record's id is the id of its earliest row (lowest `order`). Raises UserError where verdicts contradict each other.
    """
    from metaethno.matching.match import match
    from metaethno.matching.rerun import rerun
    from metaethno.matching.unique import unique
    from metaethno.matching.verdicts import check

    records = records.sort_values("order", ignore_index=True)
    verdicts = check(duplicates, records["row_id"])
    matched = match(records, verdicts, doubtful_from)
    members = _members(records, matched)
    aliases = members.loc[members["row_id"] != members["record_id"], ["row_id", "record_id"]]
    aliases = aliases.rename(columns={"row_id": "alias_id"}).reset_index(drop=True)
    ids = records["row_id"].to_numpy(dtype=object)
    with_record = records.drop(columns=["abstract", "notes", "keywords"]).assign(record_id=ids[matched.home])
    return Deduped(
        unique=unique(records, matched.home),
        members=members,
        to_decide=_to_decide(records, matched, doubtful_from),
        aliases=_text(aliases[ALIASES.names]),
        rerun=rerun(with_record, searches),
        doubtful_from=doubtful_from,
    )


def explain(records: pd.DataFrame, deduped: Deduped, row: str, other: str | None = None) -> tuple[Explanation, ...]:
    """Say why `row` (id of a row or record) belongs to its record; with `other`, why the two are or aren't one.

    For one id: every row of its record with the row it was matched with. For two: the pair of their rows that says
    most for a merge, by the rules alone; where that pair would be merged and yet wasn't, also the pair that says most
    against it. A verdict that decided otherwise stands in `members.rule`.
    Raises KeyError where there is no such row.
    """
    from metaethno.matching.explain import best, least, pairwise

    home = dict(zip(deduped.members["row_id"], deduped.members["record_id"], strict=True))
    place = {row_id: at for at, row_id in enumerate(records["row_id"])}
    if other is None:
        of = deduped.members[(deduped.members["record_id"] == home[row]) & (deduped.members["matched_with"] != "")]
        left = np.array([place[r] for r in of["matched_with"]], dtype=np.int64)
        right = np.array([place[r] for r in of["row_id"]], dtype=np.int64)
        found = pairwise(records, left, right, deduped.doubtful_from)
        said = {"verdict": "a person called them the same", "identical": "both say exactly the same"}
        return tuple(
            replace(e, together=True, outcome="merged", rule=rule, says=said.get(rule, e.says))
            for e, rule in zip(found, of["rule"], strict=True)
        )
    if home[row] == home[other]:
        mine, theirs = [place[row]], [place[other]]
        if row == other:
            return ()
    else:
        by_record = deduped.members.groupby("record_id")["row_id"]
        mine, theirs = ([place[r] for r in by_record.get_group(home[i])] for i in (row, other))
    a, b = np.array(mine, dtype=np.int64), np.array(theirs, dtype=np.int64)
    found = pairwise(records, np.repeat(a, len(b)), np.tile(b, len(a)), deduped.doubtful_from)
    together = home[row] == home[other]
    shown = [best(found)]
    if shown[0].outcome == "merged" and not together:
        shown.append(least(found))
    return tuple(replace(one, together=together) for one in shown)
