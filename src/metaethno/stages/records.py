"""Stage 2: every exported record under the id that it was registered with, and the single finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from metaethno.errors import Problem, UserError
from metaethno.register import align, unclear_problem
from metaethno.schemas import MANUAL_RECORDS, RECORD_COLUMNS, RECORDS

if TYPE_CHECKING:
    import pandas as pd

_COUNTS: Final = ("place", "byte_start", "byte_end")
MANUAL_SEARCH: Final = "manual"
_IMPORT: Final = "Run `metaethno import {run}`: it enters exported rows into the register."


def _whole(column: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.to_numeric(column.replace("", None)).astype("Int64")


def _unregistered(rows: pd.DataFrame, exports: pd.DataFrame) -> list[Problem]:
    problems = []
    for (run, file), part in exports[exports["row_id"] == ""].groupby(["run", "file"], sort=True):
        message = f"{len(part)} of its records are not in the register of rows"
        problems.append(Problem("ME0341", message, f"data/raw/{run}/{file}", hint=_IMPORT.format(run=run)))
    lost = rows[~rows["row_id"].isin(exports["row_id"])]
    for (run, sha), part in lost.groupby(["run", "file_sha256"], sort=True):
        message = f"{len(part)} rows belong to a file (SHA-256 {sha}…) that is not in this folder, or was changed"
        hint = f"Put the imported file back: `dvc checkout` does. {_IMPORT.format(run=run)}"
        problems.append(Problem("ME0342", message, f"data/raw/{run}/rows.csv", hint=hint))
    return problems


def _exported(rows: pd.DataFrame, searches: pd.DataFrame, exports: pd.DataFrame) -> pd.DataFrame:
    """Join register, files and searches; rows keep the order of the register."""
    import pandas as pd

    exports = exports.assign(**{name: _whole(exports[name]) for name in _COUNTS})
    ids = pd.Series("", index=exports.index, dtype="str")
    unclear: list[Problem] = []
    for run, part in exports.groupby("run", sort=True) if len(exports) else ():
        found, lost = align(rows[rows["run"] == run], part)
        ids[part.index] = found
        unclear += [unclear_problem(str(run), sha) for sha in lost]
    exports = exports.assign(row_id=ids)
    problems = unclear or _unregistered(rows, exports)
    if problems:
        raise UserError(problems)
    rows = rows[["row_id", "run"]].assign(_at=range(len(rows)))
    out = rows.merge(exports, on=["row_id", "run"], how="left")
    named = searches.loc[searches["file"] != "", ["run", "file", "search_id", "source", "kind"]]
    out = out.merge(named, on=["run", "file"], how="left", validate="many_to_one")
    lost = out.loc[out["search_id"].isna(), ["run", "file"]].drop_duplicates()
    if len(lost):
        hint = "Add a row for it to searches.csv."
        raise UserError(
            Problem("ME0302", "no row of the search log names this export", f"data/raw/{run}/{file}", hint=hint)
            for run, file in lost.itertuples(index=False)
        )
    return out


def _by_hand(manual: pd.DataFrame, runs: set[str], start: int) -> pd.DataFrame:
    """Return single finds in the columns of RECORDS; what their table doesn't have stays empty."""
    problems = [
        Problem(
            "ME0343", f"there is no run {row['run']!r}", str(row.get("_file", MANUAL_RECORDS.path)),
            int(row["_line"]) if "_line" in row else None, "run", str(row["run"]), ", ".join(sorted(runs)),
            "Give the run it should be counted with.",
        )
        for _, row in manual[~manual["run"].isin(runs)].iterrows()
    ]  # fmt: skip
    if problems:
        raise UserError(problems)
    names = [c for c in RECORDS.names if c != "order"]
    out = manual.rename(columns={"manual_id": "row_id"}).reindex(columns=names, fill_value="")
    out = out.assign(search_id=MANUAL_SEARCH, file=MANUAL_RECORDS.path, notes=manual["note"].to_numpy())
    out["place"] = range(1, len(out) + 1)
    return out.assign(_at=range(start, start + len(out)))


def records(rows: pd.DataFrame, searches: pd.DataFrame, exports: pd.DataFrame, manual: pd.DataFrame) -> pd.DataFrame:
    """Return schemas.RECORDS: every registered row with its record, in order of registration.

    `rows`: schemas.ROWS and `run`, in the order of the registers. `searches`: schemas.SEARCHES and `run`. `exports`:
    run, file, file_sha256 (first 16 hex digits) and formats.RECORD_FIELDS. `manual`: schemas.MANUAL_RECORDS; its
    records follow the rows of their run. `order` counts over all runs by date.
    Raises UserError for exported rows that aren't registered (ME0341), registered rows whose file is gone (ME0342),
    single finds of an unknown run (ME0343), an id that stands for two rows (ME0344), and files of which this version
    reads other records than were registered, in a way that leaves some in doubt (ME0345).
    """
    import pandas as pd

    exported = _exported(rows, searches, exports)
    by_hand = _by_hand(manual, set(searches["run"].tolist()), len(exported))
    frame = pd.concat([exported, by_hand], ignore_index=True).sort_values(["run", "_at"], ignore_index=True)
    twice = frame.loc[frame["row_id"].duplicated(), ["row_id", "run"]]
    if len(twice):
        hint = "Two branches may have imported at once. Keep one register, and import the other run again."
        raise UserError(
            Problem(
                "ME0344",
                f"the id {row} stands for two rows",
                f"data/raw/{run}/rows.csv",
                column="row_id",
                value=row,
                hint=hint,
            )
            for row, run in twice.itertuples(index=False)
        )
    frame["order"] = pd.array(range(1, len(frame) + 1), dtype="Int64")
    frame = frame.assign(**{name: _whole(frame[name]) for name in _COUNTS})
    text = [c.name for c in (*RECORDS.columns, *RECORD_COLUMNS) if c.kind != "count"]
    return frame[RECORDS.names].fillna(dict.fromkeys(text, "")).astype(dict.fromkeys(text, "str"))
