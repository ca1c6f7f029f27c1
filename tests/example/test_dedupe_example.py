"""De-duplication of the worked example's forty thousand rows, held against what the generator knows."""

from __future__ import annotations

import pandas as pd
import pytest

from metaethno import formats, schemas, tables
from metaethno.example import build, truth
from metaethno.stages.dedupe import Deduped, dedupe

MOST_DOUBTFUL = 250


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    parts = []
    for path, content in sorted(build().items()):
        _, _, run, file = path.split("/")
        records = formats.read_bytes(content, file).records
        parts.append(records.assign(file=path, run=run, source=file.split(".")[0]))
    frame = pd.concat(parts, ignore_index=True)
    frame["order"] = pd.array(range(1, len(frame) + 1), dtype="Int64")
    frame["row_id"] = "R" + frame["order"].astype(str)
    known = truth().assign(place=lambda t: t["place"].astype(int))[["file", "place", "entity", "trap"]]
    return frame.assign(kind="database", search_id="s").merge(known, on=["file", "place"], validate="one_to_one")


def run(rows: pd.DataFrame, duplicates: pd.DataFrame) -> Deduped:
    searches = rows[["run", "source"]].drop_duplicates().assign(scope="full", strategy_version="v1")
    return dedupe(rows, duplicates, 88, searches)


def settle(rows: pd.DataFrame, found: Deduped) -> pd.DataFrame:
    """Settle the doubtful pairs as a person would who knows the truth."""
    entity = rows.set_index("row_id")["entity"]
    pairs = found.to_decide[["left_row", "right_row"]]
    same = entity[pairs["left_row"]].to_numpy() == entity[pairs["right_row"]].to_numpy()
    verdict = ["same" if s else "different" for s in same]
    frame = pairs.assign(verdict=verdict, verdict_id=[f"d{n}" for n in range(len(pairs))])
    return frame.reindex(columns=schemas.DUPLICATES.names, fill_value="").astype("str")


def test_every_duplicate_is_found_or_doubtful_and_nothing_is_merged_wrongly(rows):
    found = run(rows, tables.empty(schemas.DUPLICATES))
    by_row = found.members.merge(rows[["row_id", "entity", "title", "trap"]], on="row_id")
    entities = by_row.groupby("record_id")["entity"].nunique()
    wrong = by_row[by_row["record_id"].isin(entities[entities > 1].index)]
    assert wrong.empty, wrong.sort_values("record_id").head(20).to_string()
    assert len(found.to_decide) <= MOST_DOUBTFUL

    # The rules look at pairs alone, so the rows that anything is open about can be settled without the others.
    record = found.members.set_index("row_id")["record_id"]
    asked = set(record[[*found.to_decide["left_row"], *found.to_decide["right_row"]]])
    several = by_row.groupby("entity")["record_id"].transform("nunique") > 1
    touched = by_row.loc[several | by_row["record_id"].isin(asked), "row_id"]
    part = rows[rows["row_id"].isin(touched)].reset_index(drop=True)
    settled = run(part, settle(rows, found))
    by_row = settled.members.merge(part[["row_id", "entity", "title", "trap"]], on="row_id")
    records = by_row.groupby("entity")["record_id"].nunique()
    split = by_row[by_row["entity"].isin(records[records > 1].index)]
    assert split.empty, split.sort_values("entity").head(20).to_string()
    assert len(settled.unique) == part["entity"].nunique()
    assert settled.to_decide.empty, settled.to_decide.head(20).to_string()
