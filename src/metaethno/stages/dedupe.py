"""Stage 3: one record per publication, with ids that survive reruns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from metaethno.cells import each_row
from metaethno.schemas import ALIASES, DEDUPE_TO_DECIDE, DUPLICATES, MEMBERS, PARTED, RELATED

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.matching.match import Matched, Verdicts

# A pair of another kind that is less alike than this has no more in common than a journal and a few words.
_RELATED_FROM: Final = 65
_FORMS: Final = {1: "preprint", 2: "thesis", 3: "conference paper"}


@dataclass(frozen=True)
class Deduped:
    """The tables of the stage, each of the schema of its name (`to_decide`: DEDUPE_TO_DECIDE, best first)."""

    unique: pd.DataFrame
    members: pd.DataFrame
    to_decide: pd.DataFrame
    aliases: pd.DataFrame
    rerun: pd.DataFrame
    field_sources: pd.DataFrame
    source_counts: pd.DataFrame
    related: pd.DataFrame
    parted: pd.DataFrame


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
            **{name: records[name].to_numpy(dtype=object) for name in ("run", "source", "kind", "accession")},
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


def _what(title: str, container: str, pub_type: str) -> str:
    """Return what kind of document a row is, in words."""
    from metaethno.matching.normalise import FLAGS, container_class, flags_of

    bits = flags_of(title, pub_type)
    if bits:
        return next(name for at, name in enumerate(FLAGS) if bits >> at & 1)
    return _FORMS.get(container_class(container, pub_type), "article")


def _related(records: pd.DataFrame, matched: Matched, verdicts: Verdicts, duplicates: pd.DataFrame) -> pd.DataFrame:
    """Return schemas.RELATED: what people call related, and what the rules do where no verdict stands between them."""
    import pandas as pd

    from metaethno.matching.verdicts import standing

    home = matched.home
    said = [(int(a), int(b), -1) for a, b in standing(duplicates, records["row_id"], "related")]
    keep = matched.related_score >= _RELATED_FROM
    order = np.lexsort((*matched.related[keep].T[::-1], -matched.related_score[keep]))
    found = [
        (int(a), int(b), int(score))
        for (a, b), score in zip(matched.related[keep][order], matched.related_score[keep][order], strict=True)
    ]
    judged = {frozenset((int(home[a]), int(home[b]))) for a, b in verdicts.apart}
    rows: dict[frozenset[int], tuple[int, int, int]] = {}
    for a, b, score in [*said, *(f for f in found if frozenset((int(home[f[0]]), int(home[f[1]]))) not in judged)]:
        pair = frozenset((int(home[a]), int(home[b])))
        if len(pair) == 2:
            # The earlier record on the left.
            rows.setdefault(pair, (a, b, score) if home[a] < home[b] else (b, a, score))
    left, right, scores = (np.array([r[k] for r in rows.values()], dtype=np.int64) for k in range(3))
    column = {name: records[name].to_numpy(dtype=object) for name in ("row_id", "title", "year", "container")}
    kinds = records["pub_type"].to_numpy(dtype=object)
    what = [
        tuple(_what(column["title"][at], column["container"][at], kinds[at]) for at in pair)
        for pair in zip(left, right, strict=True)
    ]
    notices = {"erratum", "retraction", "comment", "reply", "book review"}
    out: dict[str, object] = {
        "left_record": column["row_id"][home[left]],
        "right_record": column["row_id"][home[right]],
        "concerns": ["notice" if notices & set(pair) else "study" for pair in what],
        "relation": ["two publications" if a == b else f"{a} and {b}" for a, b in what],
        "said_by": np.where(scores < 0, "verdict", "rules"),
        "score": pd.array(np.maximum(scores, 0), dtype="Int64"),
        "left_row": column["row_id"][left],
        "right_row": column["row_id"][right],
    }
    for name in ("title", "year", "container"):
        out |= {f"left_{name}": column[name][left], f"right_{name}": column[name][right]}
    frame = pd.DataFrame(out)
    frame.loc[frame["said_by"] == "verdict", "score"] = pd.NA
    return _text(frame, ("score",))[RELATED.names].sort_values(list(RELATED.key), ignore_index=True)


def _parted(
    records: pd.DataFrame, matched: Matched, verdicts: Verdicts, duplicates: pd.DataFrame, doubtful_from: int
) -> pd.DataFrame:
    """Return schemas.PARTED: the verdicts without which the rules, or an earlier verdict, would join the two rows."""
    from metaethno.matching.match import Verdicts, match
    from metaethno.tables import empty, heads

    live = heads(DUPLICATES, duplicates)
    live = live[live["verdict"].ne("same")].reset_index(drop=True)
    if not len(live):
        return empty(PARTED)
    place = {row: at for at, row in enumerate(records["row_id"].tolist())}
    left, right = (live[name].map(place).to_numpy(dtype=np.int64) for name in ("left_row", "right_row"))
    home = matched.home
    # Only the rows of the records concerned can join them.
    near = np.flatnonzero(np.isin(home, home[np.concatenate([left, right])]))
    at = {int(p): n for n, p in enumerate(near)}
    same = [(at[a], at[b]) for a, b in verdicts.same if a in at and b in at]
    free = match(records.iloc[near].reset_index(drop=True), Verdicts(same=same), doubtful_from).home
    by_rules = free[[at[int(p)] for p in left]] == free[[at[int(p)] for p in right]]
    before = duplicates[duplicates["verdict"].eq("same") & ~duplicates["verdict_id"].isin(live["verdict_id"])]
    once = {frozenset(p) for p in each_row(before, "left_row", "right_row")}
    earlier = np.array([frozenset(p) in once for p in each_row(live, "left_row", "right_row")], dtype=bool)
    ids = records["row_id"].to_numpy(dtype=object)
    out = live.assign(
        left_record=ids[home[left]],
        right_record=ids[home[right]],
        joined_by=np.where(by_rules, "rules", "earlier verdict"),
    )
    apart = home[left] != home[right]
    return _text(out[(by_rules | earlier) & apart][PARTED.names]).sort_values("verdict_id", ignore_index=True)


def dedupe(records: pd.DataFrame, duplicates: pd.DataFrame, doubtful_from: int, searches: pd.DataFrame) -> Deduped:
    """Find which rows are one publication.

    `records`: schemas.RECORDS, in any order. `duplicates`: schemas.DUPLICATES; its heads win over every rule: `same`
    merges, `different` and `related` keep apart, `unsure` keeps rules from merging. `doubtful_from`: likeness in per
    cent from which a pair that no rule settles goes to a person. `searches`: run, source, scope and strategy_version
    of every search, for the rerun report.

    A record's id is the id of its earliest row (lowest `order`). Raises UserError where verdicts contradict each other.
    """
    from metaethno.matching.match import match
    from metaethno.matching.rerun import rerun, source_counts
    from metaethno.matching.unique import unique
    from metaethno.matching.verdicts import check

    records = records.sort_values("order", ignore_index=True)
    verdicts = check(duplicates, records["row_id"])
    matched = match(records, verdicts, doubtful_from)
    members = _members(records, matched)
    aliases = members.loc[members["row_id"] != members["record_id"], ["row_id", "record_id"]]
    aliases = aliases.rename(columns={"row_id": "alias_id"}).reset_index(drop=True)
    ids = records["row_id"].to_numpy(dtype=object)
    with_record = records.drop(columns=["notes", "keywords"]).assign(record_id=ids[matched.home])
    merged, field_sources = unique(records, matched.home)
    return Deduped(
        unique=merged,
        members=members,
        to_decide=_to_decide(records, matched, doubtful_from),
        aliases=_text(aliases[ALIASES.names]),
        rerun=rerun(with_record, searches),
        field_sources=field_sources,
        source_counts=source_counts(members),
        related=_related(records, matched, verdicts, duplicates),
        parted=_parted(records, matched, verdicts, duplicates, doubtful_from),
    )
