"""Citation searching: which included reports its searches started from, in which run, and which not yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metaethno.cells import each_row
from metaethno.schemas import CHASED
from metaethno.votes import joined, split_ids

if TYPE_CHECKING:
    import pandas as pd

DIRECTIONS = {"citation_backward": "backward", "citation_forward": "forward"}


def chased(studies: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of schema CHASED: for every included report and both directions, whether it was chased.

    studies: schema INCLUDED_STUDIES (redundant reports are left out). sources: schema SOURCES; a search of the kind
    citation_backward or citation_forward names the reports it started from in `seed_report_ids`.
    """
    import pandas as pd

    reports = studies[studies["role"].ne("redundant")].drop_duplicates("report_id")
    reports = reports[["report_id", "record_id", "citation"]]
    out = reports.merge(pd.DataFrame({"direction": list(DIRECTIONS.values())}), how="cross")
    searches = sources[sources["kind"].isin(DIRECTIONS)].sort_values(["run", "search_id"], kind="stable")
    seeds = split_ids(searches["seed_report_ids"])
    key = seeds + "/" + searches["kind"].map(DIRECTIONS).reindex(seeds.index)
    runs = joined(key, searches["run"].reindex(seeds.index)).to_dict()
    names = joined(key, searches["search_id"].reindex(seeds.index)).to_dict()
    mine = [f"{report}/{way}" for report, way in each_row(out, "report_id", "direction")]
    out = out.assign(
        runs=[runs.get(k, "") for k in mine],
        searches=[names.get(k, "") for k in mine],
        state=["chased" if k in runs else "not_yet" for k in mine],
    )
    return out[CHASED.names].astype(str).reset_index(drop=True)


def strangers(studies: pd.DataFrame, sources: pd.DataFrame) -> list[dict[str, str]]:
    """Return rows of CHECKS: searches that started from something that is no report of an included study."""
    searches = sources[sources["kind"].isin(DIRECTIONS)].drop_duplicates(["run", "search_id"])
    seeds = split_ids(searches["seed_report_ids"])
    odd = seeds[~seeds.isin(set(studies["report_id"].tolist()))]
    rows = []
    for search, report in sorted({(searches.loc[at, "search_id"], str(report)) for at, report in odd.items()}):
        message = f"the search {search} started from {report}, which is no report of an included study"
        hint = "That is no fault where it was left out since; otherwise correct `seed_report_ids` in the search log."
        rows.append(
            {"code": "ME0428", "level": "note", "table": "searches", "ids": report, "message": message, "hint": hint}
        )
    return rows
