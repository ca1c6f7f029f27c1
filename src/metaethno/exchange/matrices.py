"""The translation matrix as a workbook: over all groups and group by group, either way round.

A cell holds the authors' terms, the words in which they were translated, and where they stand; or says whether the
study was read and nothing was there, or not yet read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metaethno.exchange import workbook
from metaethno.exchange.workbook import Field, Sheet

if TYPE_CHECKING:
    import pandas as pd

NOTHING, UNREAD, OUTSIDE = "read, nothing there", "not yet read", ""


def cell_text(row: dict[str, Any]) -> str:
    """Return one translation in words: the authors' term, the concept's words, where it stands."""
    if row["cell"] != "translation":
        return NOTHING if row["cell"] == "nothing_there" else UNREAD
    term = f"‘{row['authors_term'] or row['label']}’"
    against = "refutes: " if row["kind"] == "refutational" else ""
    rejected = " [rejected]" if row["status"] == "rejected" else ""
    where = ", ".join(p for p in (row["citations"], row["locators"]) if p)
    return f"{against}{term}{rejected}" + (f": {row['wording']}" if row["wording"] else "") + (
        f" ({where})" if where else "")  # fmt: skip


def sheets(matrix: pd.DataFrame) -> list[Sheet]:
    """Return the sheets for a table `matrix`: all groups, then each group, concepts by studies and the other way."""
    rows = matrix.to_dict("records")
    out = []
    everything = _grid(rows)
    out.append(_sheet("All groups", everything, by_study=False, groups=True))
    named: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        named.setdefault(row["group_id"], []).append(row)
    for n, part in enumerate(named.values(), 1):
        grid = _grid(part)
        label = str(part[0]["group_label"])
        out.append(_sheet(f"{n} {label}"[:25], grid, by_study=False))
        out.append(_sheet(f"{n} {label}"[:22] + " turned", grid, by_study=True))
    return out


_Grid = tuple[list[tuple[str, str, str]], list[tuple[str, str]], dict[tuple[str, str, str], list[str]]]


def _grid(rows: list[dict[str, Any]]) -> _Grid:
    """Return the concepts (group, id, name), the studies in the order of reading, and the cells."""
    concepts: dict[tuple[str, str, str], None] = {}
    studies: dict[str, tuple[int, str]] = {}
    cells: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        place = 10**6 if row["position"] != row["position"] or row["position"] is None else int(row["position"])
        known = studies.get(row["study_id"], (10**6, row["study_label"]))
        studies[row["study_id"]] = (min(place, known[0]), row["study_label"])
        concepts[row["group_label"], row["concept_id"], row["concept_label"]] = None
        cells.setdefault((row["group_label"], row["concept_id"], row["study_id"]), []).append(cell_text(row))
    ordered = sorted(studies.items(), key=lambda item: (item[1][0], item[0]))
    return list(concepts), [(one, name) for one, (_, name) in ordered], cells


def _sheet(name: str, grid: _Grid, *, by_study: bool, groups: bool = False) -> Sheet:
    concepts, studies, cells = grid

    def said(group: str, concept: str, study: str) -> str:
        return "\n".join(cells.get((group, concept, study), [OUTSIDE]))

    if by_study:
        fields = [Field("study", 26), *(Field(label, 40) for _, _, label in concepts)]
        body = [[label, *(said(g, c, one) for g, c, _ in concepts)] for one, label in studies]
        return Sheet(name, fields, body, 1)
    head = [Field("group", 20)] if groups else []
    fields = [*head, Field("concept", 28), *(Field(label, 40) for _, label in studies)]
    body = [[*([g] if groups else []), label, *(said(g, c, one) for one, _ in studies)] for g, c, label in concepts]
    return Sheet(name, fields, body, 1 + groups)


def write(matrix: pd.DataFrame) -> bytes:
    """Return the workbook."""
    return workbook.to_xlsx(sheets(matrix))
