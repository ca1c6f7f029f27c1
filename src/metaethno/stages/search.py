"""Stage 1: what was searched, and whether the files hold what the databases said they would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from metaethno.errors import Problem, UserError
from metaethno.schemas import SOURCES

if TYPE_CHECKING:
    import pandas as pd

# What all rows of one search have to say alike.
_OF_THE_SEARCH: Final = ("source", "kind", "hits", "scope", "strategy_version")


def _at(row: Any, code: str, message: str, hint: str, column: str = "", value: str = "") -> Problem:
    """Return a problem at a row of a search log."""
    file = row.get("_file", f"data/raw/{row['run']}/searches.csv")
    return Problem(code, message, str(file), int(row["_line"]) if "_line" in row else None, column, value, hint=hint)


def _files(searches: pd.DataFrame, parsed: pd.DataFrame) -> list[Problem]:
    """Find files without a search, searches without a file, and files that stand there twice."""
    problems = []
    read = set(zip(parsed["run"], parsed["file"], strict=True))
    declared: dict[tuple[str, str], Any] = {}
    for _, row in searches.iterrows():
        key = (row["run"], row["file"])
        if key not in read:
            hint = f"Put the export into data/raw/{row['run']}/, or take this row out."
            problems.append(_at(row, "ME0301", "there is no such export to read", hint, "file", row["file"]))
        if key in declared:
            hint = "Give each search files of its own."
            message = f"this file already belongs to the search {declared[key]['search_id']!r}"
            problems.append(_at(row, "ME0306", message, hint, "file", row["file"]))
        declared[key] = row
    for run, file in sorted(read - set(declared)):
        hint = f"Add a row for it to data/raw/{run}/searches.csv, or move the file away."
        problems.append(
            Problem("ME0302", "no row of the search log names this export", f"data/raw/{run}/{file}", hint=hint)
        )
    twice = parsed[parsed.duplicated(["run", "sha256"], keep=False) & (parsed["sha256"] != "")]
    for (run, _), files in twice.groupby(["run", "sha256"])["file"]:
        names = sorted(files)
        hint = "One of them was probably saved twice, in place of another batch: export it again."
        message = f"holds the very same bytes as {', '.join(names[1:])}"
        problems.append(Problem("ME0306", message, f"data/raw/{run}/{names[0]}", hint=hint))
    return problems


def _agreement(rows: pd.DataFrame) -> list[Problem]:
    """Find what the rows of one search say differently."""
    problems = []
    first = rows.iloc[0]
    for column in _OF_THE_SEARCH:
        for _, row in rows[rows[column] != first[column]].iterrows():
            hint = "All files of one search carry the same; another search needs another search_id."
            message = f"differs from {first[column]!r}, which {first['file']} says of the search {first['search_id']!r}"
            problems.append(_at(row, "ME0307", message, hint, column, row[column]))
    accepted = rows.loc[rows["accepted_count"] != "", "accepted_count"].unique()
    if len(accepted) > 1:
        message = f"the search {first['search_id']!r} has {' and '.join(sorted(accepted))} as accepted_count"
        problems.append(_at(first, "ME0307", message, "Keep one.", "accepted_count"))
    return problems


def _count(rows: pd.DataFrame, found: int) -> list[Problem]:
    """Compare what the database displayed for one search with what its files hold."""
    first = rows.iloc[0]
    hits = int(first["hits"])
    accepted = next((a for a in rows["accepted_count"] if a), "")
    files = ", ".join(rows["file"])
    noted = rows["note"].ne("").any()
    if accepted and not noted:
        hint = "Say in the column note why the files hold another number."
        return [_at(first, "ME0304", "accepted_count stands there without a note", hint, "note")]
    if accepted and int(accepted) != found:
        message = (
            f"{accepted} records are accepted for the search {first['search_id']!r}, "
            f"but its files ({files}) hold {found}"
        )
        hint = "Export again what is missing, or correct accepted_count and its note."
        return [_at(first, "ME0305", message, hint, "accepted_count", accepted)]
    if not accepted and found != hits:
        message = (
            f"the database displayed {hits} records for the search {first['search_id']!r}, "
            f"but its files ({files}) hold {found}: {abs(hits - found)} {'missing' if found < hits else 'too many'}"
        )
        hint = (
            "Export it again: was a batch left out or broken off, or exported twice? Where the number is right "
            f"nevertheless, put {found} into accepted_count and the reason into note."
        )
        return [_at(first, "ME0303", message, hint, "hits", str(hits))]
    return []


def search(searches: pd.DataFrame, parsed: pd.DataFrame) -> pd.DataFrame:
    """Hold the search logs against the files that were read; return schemas.SOURCES.

    `searches`: schemas.SEARCHES and `run`, as text, checked. `parsed`: run, file, format, parsed (Int64), sha256,
    query_sha256, one row per file. Raises UserError with all problems: a file that isn't there (ME0301) or that no
    search names (ME0302), counts that differ (ME0303) or are accepted without a note (ME0304) or wrongly (ME0305),
    a file given twice (ME0306), rows of one search that disagree (ME0307).
    """
    problems = _files(searches, parsed)
    merged = searches.merge(parsed, on=["run", "file"], how="left", validate="many_to_one")
    for _, rows in merged.groupby(["run", "search_id"], sort=True):
        disagree = _agreement(rows)
        problems += disagree
        if not disagree and rows["parsed"].notna().all():
            problems += _count(rows, int(rows["parsed"].sum()))
    if problems:
        raise UserError(problems)
    merged["parsed_search"] = merged.groupby(["run", "search_id"])["parsed"].transform("sum")
    counts = [c.name for c in SOURCES.columns if c.kind == "count"]
    for name in counts:
        merged[name] = _whole(merged[name])
    text = {c: "str" for c in SOURCES.names if c not in counts}
    merged[list(text)] = merged[list(text)].fillna("")
    return merged[SOURCES.names].astype(text).sort_values(list(SOURCES.key), ignore_index=True)


def _whole(column: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.to_numeric(column if column.dtype == "Int64" else column.replace("", None)).astype("Int64")
