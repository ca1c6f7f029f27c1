"""What is behind a number of the flow: the rows, records, reports or studies that a box counts, as people know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from metaethno.cells import each_row
from metaethno.config import View
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.flow import identities
from metaethno.flow.boxes import ALL, Box, World

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["id", "run", "detail", "where", "authors", "year", "title"]


def unknown(name: str, known: Sequence[str]) -> UserError:
    """Return the error for a name that isn't in a flow."""
    message = f"there is no {name!r} in this flow.{did_you_mean(name, known)}"
    return UserError(Problem("ME0430", message, allowed=", ".join(known)))


def explain(boxes: Mapping[str, Box], box: str, detail: str = "", run: str = ALL) -> list[str]:
    """Return the ids behind a number: of exported rows, records, reports (by record) or studies, as the box counts.

    boxes: from `contents`. Raises UserError where there is no such box, part or run.
    """
    if box not in boxes:
        raise unknown(box, list(boxes))
    if detail and not boxes[box].details:
        hint = f"Ask without it: `metaethno flow explain {box}`."
        raise UserError(Problem("ME0430", f"{box!r} is not split into parts, so it has no {detail!r}", hint=hint))
    if detail and detail not in boxes[box].details:
        raise unknown(detail, boxes[box].details)
    if run != ALL and run not in boxes[box].runs:
        raise unknown(run, [*boxes[box].runs, ALL])
    return boxes[box].listing(detail, run)


def listing(
    of: World, boxes: Mapping[str, Box], titles: pd.DataFrame, box: str, detail: str = "", run: str = ALL
) -> pd.DataFrame:
    """Return what a box counts, one row each, sorted by run and id.

    titles: record_id, title, authors, year. Columns: id; run; detail (the part of the box it stands in); where (what
    became of it: the source of a row, the outcome of a record, the reason of a report, the reports of a study);
    authors, year, title.
    """
    import pandas as pd

    ids = explain(boxes, box, detail, run)
    it = boxes[box]
    home = dict(each_row(of.rows, "row_id", "record_id"))
    sources = dict(each_row(of.rows, "row_id", "source"))
    out = pd.DataFrame({"id": ids}, dtype=str)
    out["run"] = out["id"].map(dict(each_row(it.ids, "id", "run"))).fillna("")
    parts = {} if it.parts is None else dict(each_row(it.parts, "id", "detail"))
    out["detail"] = [parts.get(i, "") for i in ids]
    if it.unit == "study":
        mine = of.studies[of.studies["role"].ne("redundant")]
        cited = mine.groupby("study_id")["citation"].agg("; ".join).to_dict()
        out = out.assign(where=[cited.get(i, "") for i in ids], authors="", year="", title="")
    else:
        said = _outcomes(of)
        record = [home.get(i, i) for i in ids]
        counts_rows = box.endswith("_results") or box in ("identified", "duplicates")
        out["where"] = [
            sources.get(i, "") if counts_rows else said.get(r, "") for i, r in zip(ids, record, strict=True)
        ]
        known = titles.set_index("record_id").reindex(record)
        for name in ("authors", "year", "title"):
            out[name] = known[name].fillna("").to_numpy()
    return out[COLUMNS].sort_values(["run", "id"], kind="stable").reset_index(drop=True)


def _outcomes(of: World) -> dict[str, str]:
    """Return what became of each record: its outcome on title and abstract, then that of its full text."""
    said = dict(each_row(of.records, "record_id", "outcome"))
    said |= dict(zip(of.reports["record_id"].tolist(), of.reports["outcome"].str.replace("_", " "), strict=True))
    for record, reason in each_row(of.excluded, "record_id", "reason"):
        said[record] = f"{said.get(record, '')}: {reason}"
    return said


def one_sided(view: View, boxes: Mapping[str, Box], identity: str) -> list[tuple[str, str, list[str]]]:
    """Return for each sum called `identity` its formula, the side and the ids that stand on that side only.

    Raises UserError where the form of this view has no such sum.
    """
    known = identities.identities(view.template)
    if identity not in {i.id for i in known}:
        raise unknown(identity, sorted({i.id for i in known}))
    found = []
    for one in known:
        if one.id == identity:
            left, right = identities.sides(one, boxes)
            formula = identities.formula(one)
            found += [(formula, "left", left), (formula, "right", right)]
    return found
