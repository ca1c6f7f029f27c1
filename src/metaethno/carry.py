"""How decisions follow their record when records are joined and parted.

A decision names the row it was made on, and goes where that row goes: to the joined record where two turn out to be
one, and to one half where a record is parted. So nothing is rewritten and nothing lost; this module says which
decisions count after such a change, and what people should look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metaethno.among import among
from metaethno.cells import each_row
from metaethno.schemas import Table

if TYPE_CHECKING:
    import pandas as pd


def resolve(ids: pd.Series, aliases: pd.DataFrame) -> pd.Series:
    """Return `ids` (row or record ids) as ids of records; an id without an alias stays what it is."""
    import pandas as pd
    import pyarrow as arrow
    import pyarrow.compute as compute

    text = arrow.large_string()
    asked = arrow.array(ids.array, type=text, from_pandas=True)
    at = compute.index_in(asked, value_set=arrow.array(aliases["alias_id"].array, type=text, from_pandas=True))
    home = compute.take(arrow.array(aliases["record_id"].array, type=text, from_pandas=True), at)
    return pd.Series(compute.coalesce(home, asked), ids.index, dtype=str, name=ids.name)


def _across(table: Table, ledger: pd.DataFrame, aliases: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the rows that supersede a row about another record, and the record of each row in a chain by its id."""
    key = table.key[0]
    later = ledger["supersedes"].ne("")
    # Few rows supersede any: only they and what they replace are looked up.
    chained = ledger[later | among(ledger[key], ledger.loc[later, "supersedes"])]
    record = dict(zip(chained[key].tolist(), resolve(chained["record_id"], aliases).tolist(), strict=True))
    linked = chained[among(chained["supersedes"], record)]
    pairs = zip(linked["supersedes"].tolist(), linked[key].tolist(), strict=True)
    elsewhere = [at for at, (old, new) in enumerate(pairs) if record[old] != record[new]]
    return linked.iloc[elsewhere], record


def standing(table: Table, ledger: pd.DataFrame, aliases: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a ledger about records that count: those that no row about the same record supersedes.

    A row that was replaced while two records were one counts again for its own record when they are parted: the row
    that replaced it now speaks of the other one. `ledger`: the table's key, supersedes, record_id and what more it
    has; `aliases`: schemas.ALIASES.
    """
    key = table.key[0]
    across, record = _across(table, ledger, aliases)
    linked = ledger[ledger["supersedes"].ne("")]
    before = dict(zip(linked[key].tolist(), linked["supersedes"].tolist(), strict=True))
    elsewhere = set(across[key])
    superseded = set(linked.loc[~among(linked[key], elsewhere), "supersedes"].tolist())
    for start in across[key]:
        # Further back the chain may come home to this record.
        at, seen = before[start], {start}
        while at not in seen and at in before and record.get(at) != record[start]:
            seen.add(at)
            at = before[at]
        if record.get(at) == record[start] and at != start:
            superseded.add(at)
    return ledger[~among(ledger[key], superseded)]


def overruled(live: pd.DataFrame) -> pd.Series:
    """Tell which votes give way to an adjudicator's; `live` has record_id and `written`, the id that was voted on.

    An adjudicator settles the votes on one record. Where two records turn out to be one, the votes on the other are
    settled too only if the adjudicator could know of them: nobody disagreed on the adjudicator's own record, so that
    the join was what there was to settle, or the adjudicator has voted anew since.
    """
    judge = live["role"].eq("adjudicator")
    out = ~judge & among(live["record_id"], live.loc[judge, "record_id"])
    joined = live[among(live["record_id"], live.loc[out, "record_id"])]
    several = joined.groupby("record_id")["written"].nunique()
    for record in several.index[several > 1]:
        votes = joined[joined["record_id"].eq(record)]
        judges = votes[votes["role"].eq("adjudicator")]
        others = votes[votes["role"].ne("adjudicator")]
        for written, side in others.groupby("written"):
            if written in set(judges["written"].tolist()):
                continue
            out.loc[side.index] = any(_knew(row, others, side) for row in judges.to_dict("records"))
    return out


def _knew(judge: dict[str, Any], others: pd.DataFrame, side: pd.DataFrame) -> bool:
    """Tell whether an adjudicator's vote was given in view of the votes `side` on another id of the record."""
    if judge["decided_on"] < side["decided_on"].max():
        return False
    own = others[others["written"].eq(judge["written"])]
    return bool(judge["supersedes"]) or own["verdict"].nunique() <= 1


def voted_halves(parted: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    """Return the parted pairs of which one half was voted on before the verdict, and the other never was.

    `parted`: schemas.PARTED. `votes`: record_id (of a record) and decided_on of the votes that stand. Columns: voted
    and unseen (records), votes (how many), verdict_id, reviewer, decided_on.
    """
    import pandas as pd

    sides = [("left_record", "right_record"), ("right_record", "left_record")]
    names = ["verdict_id", "reviewer", "decided_on"]
    found = pd.concat(
        [parted[[a, b, *names]].rename(columns={a: "voted", b: "unseen"}) for a, b in sides], ignore_index=True
    )
    by_record = votes.groupby("record_id")["decided_on"].agg(["min", "size"])
    found = found[among(found["voted"], by_record.index) & ~among(found["unseen"], by_record.index)]
    found = found.assign(votes=found["voted"].map(by_record["size"]))
    before = found["voted"].map(by_record["min"]).astype("str") <= found["decided_on"]
    return found[before].sort_values(["unseen", "verdict_id"], ignore_index=True)


def unseen_halves(table: Table, ledger: pd.DataFrame, aliases: pd.DataFrame, parted: pd.DataFrame) -> pd.Series:
    """Return the records that nobody has decided on, parted by a verdict from one that was; see `voted_halves`.

    Whether the other half was decided on before doesn't depend on whether an adjudicator overruled that since.
    """
    live = standing(table, ledger, aliases)
    return voted_halves(parted, live.assign(record_id=resolve(live["record_id"], aliases)))["unseen"]


def checks(
    stage: str, table: Table, ledger: pd.DataFrame, aliases: pd.DataFrame, parted: pd.DataFrame, records: set[str]
) -> list[dict[str, str]]:
    """Return rows of schemas.CHECKS: halves that nobody decided on, and rows that replace one of another record.

    `ledger`: all rows of `table`. `records`: the records that are dealt with in this stage.
    """
    live = standing(table, ledger, aliases)
    live = live.assign(record_id=resolve(live["record_id"], aliases))
    rows = []
    halves = voted_halves(parted, live)
    for row in halves[among(halves["unseen"], records)].to_dict("records"):
        rows.append(
            {
                "code": "ME0464",
                "level": "warning",
                "table": stage,
                "ids": f"{row['unseen']};{row['voted']}",
                "message": f"{row['unseen']} was one record with {row['voted']} until {row['reviewer']} parted them on "
                f"{row['decided_on']} ({row['verdict_id']}); the {row['votes']} decisions stay with {row['voted']}, "
                f"{row['unseen']} is undecided",
                "hint": f"Decide on {row['unseen']} by itself; `metaethno why {row['unseen']} {row['voted']}` shows "
                "both.",
            }
        )
    across, record = _across(table, ledger, aliases)
    once = {frozenset(p) for p in each_row(parted, "left_record", "right_record")}
    key = table.key[0]
    for one, old in zip(across[key], across["supersedes"].tolist(), strict=True):
        explained = frozenset((record[one], record[old])) in once
        rows.append(
            {
                "code": "ME0463",
                "level": "warning" if explained else "error",
                "table": stage,
                "ids": f"{one};{old}",
                "message": f"{one}, about {record[one]}, was entered to replace {old}, which is about {record[old]}: "
                + ("the two records were parted since, and " if explained else "")
                + "both count, each for its own record",
                "hint": "Look whether both still hold."
                if explained
                else "Were the two one record when this was entered? Then say in data/decisions/duplicates.csv whether "
                "they are the same. Else name the row that it really replaces.",
            }
        )
    return rows
