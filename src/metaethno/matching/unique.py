"""One record per cluster: the best value of each field."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np

from metaethno.matching.normalise import Array
from metaethno.schemas import RECORD_COLUMNS, UNIQUE

if TYPE_CHECKING:
    import pandas as pd

# An abbreviation says less than the full text. Title and abstract are the earliest, so that what a reviewer has voted
# on doesn't change under the vote.
_LONGEST: Final = frozenset({"authors", "container", "pages", "keywords"})
# Early view turned print: volume, issue and year belong together, from the earliest row that has a volume.
_OF_PRINT: Final = frozenset({"year", "volume", "issue"})


def content_hash(title: str, abstract: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of title, line feed and abstract: what a reviewer sees."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:16]


def _first_by(home: Array, *keys: Array) -> Array:
    """Return for each cluster (in order of home) the place of the row that comes first by `keys`."""
    order = np.lexsort((np.arange(len(home)), *reversed(keys), home))
    return order[np.flatnonzero(np.diff(home[order], prepend=-1))]


def unique(records: pd.DataFrame, home: Array) -> pd.DataFrame:
    """Return one row per cluster (schemas.UNIQUE). `records` is sorted by `order`; `home` as in Matched."""
    import pandas as pd

    start = np.unique(home)
    counts = np.bincount(home, minlength=len(home) or 1)[start]
    out: dict[str, object] = {"record_id": records["row_id"].to_numpy(dtype=object)[start]}
    run = records["run"].to_numpy(dtype=object)
    runs = pd.factorize(run, sort=True)[0]
    out["first_run"] = run[_first_by(home, runs)]
    out["last_run"] = run[_first_by(home, -runs)]
    kind = records["kind"].isin(["database", "register"]).to_numpy(dtype=bool)
    from_databases = np.bincount(home, kind, minlength=len(home) or 1)[start] > 0
    out["origin"] = np.where(from_databases, "databases", "other")
    seen = pd.DataFrame({"home": home, "source": records["source"].to_numpy(dtype=object)}).drop_duplicates()
    seen = seen.sort_values(["home", "source"])
    single = ~seen["home"].duplicated(keep=False)  # most records; joining group by group is slow
    joined = seen[~single].groupby("home")["source"].agg(";".join)
    out["sources"] = pd.concat([seen[single].set_index("home")["source"], joined]).reindex(start).to_numpy(dtype=object)
    out["rows"] = counts
    printed = records["volume"].to_numpy(dtype=object) == ""
    for column in RECORD_COLUMNS:
        values = records[column.name].to_numpy(dtype=object)
        empty = values == ""
        keys = [empty]
        if column.name in _LONGEST:
            keys.append(-np.fromiter(map(len, values), dtype=np.int64, count=len(values)))
        elif column.name in _OF_PRINT:
            keys.append(printed)
        out[column.name] = values[_first_by(home, *keys)]
    frame = pd.DataFrame(out, index=pd.RangeIndex(len(start)))
    frame["content_hash"] = [content_hash(t, a) for t, a in zip(frame["title"], frame["abstract"], strict=True)]
    frame["rows"] = frame["rows"].astype("Int64")
    text = [c for c in UNIQUE.names if c != "rows"]
    return frame.astype(dict.fromkeys(text, "str"))[UNIQUE.names].sort_values("record_id", ignore_index=True)
