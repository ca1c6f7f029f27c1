"""Whether a table clearly is what its schema asks for, found out without pandera.

Loading pandera takes longer than most stages have to do, and it looks through a table cell by cell in Python, while
nearly every table that is read or written is right. So the same declaration is first held against the table by
Arrow. Only a clear yes counts: wherever there is the least doubt, pandera judges, and says what is wrong.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.schemas import Column, Table

# Beyond these years what a day is depends on how dates are held; pandera is asked then.
_YEARS = (1800, 2199)


def holds(table: Table, frame: pd.DataFrame) -> bool:
    """Tell whether `frame` clearly is of `table`: True is what pandera would say, too; False is no judgement."""
    names = list(frame.columns)
    if len(set(names)) < len(names) or (set(names) != set(table.names) and not table.open_columns):
        return False
    return set(table.names) <= set(names) and all(_clear(c, frame[c.name], table.kind) for c in table.columns)


def _clear(column: Column, cells: pd.Series, kind: str) -> bool:
    import pandas as pd
    import pyarrow as arrow
    import pyarrow.compute as compute

    if column.kind == "count" and kind == "derived":
        # An empty cell is no number below nought.
        right = isinstance(cells.dtype, pd.Int64Dtype) and not (cells < 0).any()
        return bool(right and not (column.required and cells.isna().any()))
    if cells.dtype != pd.StringDtype(na_value=float("nan")):
        return False
    text: Any = arrow.array(cells.array, type=arrow.large_string(), from_pandas=True)
    if text.null_count:
        return False
    if not len(text):
        return True
    if column.kind == "choice":
        allowed = arrow.array([*column.choices, *([] if column.required else [""])], type=arrow.large_string())
        return bool(compute.all(compute.is_in(text, value_set=allowed)).as_py())
    if column.required and not compute.min(compute.binary_length(text)).as_py():
        return False
    if not column.pattern:
        return True
    # Arrow's digits and blanks are those of ASCII, so it says yes to nothing that Python's `re` refuses.
    if not compute.all(compute.match_substring_regex(text, rf"^(?:{column.pattern})?\z")).as_py():
        return False
    return column.kind != "date" or all(not day or _is_day(day) for day in compute.unique(text).to_pylist())


def _is_day(text: str) -> bool:
    try:
        return _YEARS[0] <= date.fromisoformat(text).year <= _YEARS[1]
    except ValueError:
        return False
