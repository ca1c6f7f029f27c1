"""One record per cluster: the best value of each field, and the row it is from."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

import numpy as np

from metaethno.cells import each_row
from metaethno.matching.normalise import Array
from metaethno.matching.words import RETRACTED
from metaethno.schemas import FIELD_SOURCES, RECORD_COLUMNS, UNIQUE

if TYPE_CHECKING:
    import pandas as pd

# An abbreviation says less than the full text. Title and abstract are the earliest, so that what a reviewer has voted
# on doesn't change because another source writes it otherwise; where the same source later writes other words, these
# count, and whoever voted on the earlier ones is told.
_SEEN: Final = ("title", "abstract")
_LONGEST: Final = frozenset({"authors", "container", "pages", "keywords"})
# Early view turned print: volume, issue and year belong together, from the earliest row that has a volume.
_OF_PRINT: Final = frozenset({"year", "volume", "issue"})


_TYPING: Final = 95  # per cent of characters in common: no more than a few were mistyped
_NOT_WORD: Final = re.compile(r"[\W_]+")


def squeezed(text: str) -> str:
    """Return the letters and digits of a text, without case: what stays when only its typing changes."""
    return _NOT_WORD.sub("", text.casefold())


def reads_otherwise(new: str, old: str) -> bool:
    """Tell whether a title or abstract says something else than before, and not only a mistyped word or a notice."""
    from rapidfuzz import fuzz

    a, b = (squeezed(RETRACTED.sub("", text)) for text in (new, old))
    return a != b and fuzz.ratio(a, b) < _TYPING


def content_hash(title: str, abstract: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of title, line feed and abstract: what a reviewer sees."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:16]


def _first_by(home: Array, *keys: Array) -> Array:
    """Return for each cluster (in order of home) the place of the row that comes first by `keys`."""
    order = np.lexsort((np.arange(len(home)), *reversed(keys), home))
    return order[np.flatnonzero(np.diff(home[order], prepend=-1))]


def _as_now(records: pd.DataFrame, home: Array, chosen: Array, field: str) -> Array:
    """Return the rows that `field` is from, where the source of the `chosen` rows wrote other words in a later run.

    `chosen`: place of a row for each cluster, in order of home. A row of another accession number is another entry of
    that source, and has no say.
    """
    import pandas as pd

    start = np.unique(home)
    run = pd.factorize(records["run"].to_numpy(dtype=object), sort=True)[0]
    source = pd.factorize(records["source"].to_numpy(dtype=object))[0]
    number = pd.factorize(records["accession"].to_numpy(dtype=object))[0]
    unknown = records["accession"].to_numpy(dtype=object) == ""
    values = records[field].to_numpy(dtype=object)
    base = chosen[np.searchsorted(start, home)]
    fits = (source == source[base]) & (run > run[base]) & (values != "")
    fits &= (number == number[base]) | unknown | unknown[base]
    later = np.flatnonzero(fits)
    last = later[np.lexsort((later, run[later], home[later]))]
    last = last[np.flatnonzero(np.diff(home[last], append=-1))]
    other = last[values[last] != values[base[last]]]
    new = np.array([at for at in other if reads_otherwise(values[at], values[base[at]])], dtype=np.int64)
    out = chosen.copy()
    out[np.searchsorted(start, home[new])] = new
    return out


def unique(records: pd.DataFrame, home: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one row per cluster (schemas.UNIQUE), and where its fields are from (schemas.FIELD_SOURCES).

    `records` is sorted by `order`; `home` as in Matched.
    """
    import pandas as pd

    start = np.unique(home)
    counts = np.bincount(home, minlength=len(home) or 1)[start]
    ids = records["row_id"].to_numpy(dtype=object)
    out: dict[str, object] = {"record_id": ids[start]}
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
    several = counts > 1
    origin: dict[str, object] = {"record_id": ids[start[several]]}
    printed = records["volume"].to_numpy(dtype=object) == ""
    for column in RECORD_COLUMNS:
        values = records[column.name].to_numpy(dtype=object)
        empty = values == ""
        keys = [empty]
        if column.name in _LONGEST:
            keys.append(-np.fromiter(map(len, values), dtype=np.int64, count=len(values)))
        elif column.name in _OF_PRINT:
            keys.append(printed)
        chosen = _first_by(home, *keys)
        if column.name in _SEEN:
            chosen = _as_now(records, home, chosen, column.name)
        out[column.name] = values[chosen]
        origin[column.name] = np.where(empty[chosen], "", ids[chosen])[several]
    frame = pd.DataFrame(out, index=pd.RangeIndex(len(start)))
    frame["content_hash"] = [content_hash(t, a) for t, a in each_row(frame, "title", "abstract")]
    frame["rows"] = frame["rows"].astype("Int64")
    text = [c for c in UNIQUE.names if c != "rows"]
    frame = frame.astype(dict.fromkeys(text, "str"))[UNIQUE.names].sort_values("record_id", ignore_index=True)
    sources = pd.DataFrame(origin).astype("str")[FIELD_SOURCES.names].sort_values("record_id", ignore_index=True)
    return frame, sources
