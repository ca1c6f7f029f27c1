"""What each rerun found, source by source: new, known, changed, vanished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from metaethno.matching.normalise import family, pages_of
from metaethno.matching.unique import squeezed
from metaethno.matching.words import RETRACTED
from metaethno.schemas import RERUN, SOURCE_COUNTS

if TYPE_CHECKING:
    import pandas as pd

WATCHED: Final = ("title", "authors", "year", "container", "volume", "issue", "pages", "doi", "abstract")
RETRACTION: Final = "retraction"  # the title says now that the article was retracted


def _comparable(searches: pd.DataFrame, run: str, source: str) -> str:
    """Return the latest earlier run of `source` that what this run did not find has vanished from, or ""."""
    of = searches[searches["source"] == source]
    now = of[of["run"] == run]
    if not now["scope"].eq("full").all() or now["strategy_version"].eq("").any():
        return ""
    for earlier in sorted(set(of["run"][of["run"] < run]), reverse=True):
        then = of[of["run"] == earlier]
        full = then["scope"].eq("full").all()
        if full and set(then["strategy_version"].tolist()) == set(now["strategy_version"].tolist()):
            return str(earlier)
    return ""


def _plain(name: str, text: str) -> object:
    """Return a field as it is compared: "454-81" is "454-481", and "Smith, John" is "Smith J"."""
    if name == "pages" and any(pages := pages_of(text)):
        return pages
    if name == "authors":
        return [family(one.strip()) for one in text.split(";") if one.strip()]
    return squeezed(text)


def _changed(now: pd.DataFrame, before: pd.DataFrame) -> dict[str, str]:
    """Return for each record the watched fields that differ from the latest earlier row of this source.

    Where a record has several rows in a source, rows with the same accession number are compared. Case,
    punctuation, shortened pages and first names don't count, nor does what this row says nothing of.
    """
    latest = before.sort_values(["run", "order"])
    by_number = latest[latest["accession"] != ""].drop_duplicates(["record_id", "accession"], keep="last")
    by_record = latest.drop_duplicates("record_id", keep="last")
    close = now.merge(by_number, on=["record_id", "accession"], suffixes=("", "_then"))
    rest = now[~now["record_id"].isin(close["record_id"])]
    far = rest.drop_duplicates("record_id").merge(by_record, on="record_id", suffixes=("", "_then"))
    fields: dict[str, set[str]] = {}
    for pairs in (close, far):
        for name in WATCHED:
            other = pairs.loc[(pairs[name] != pairs[f"{name}_then"]) & (pairs[name] != "")]
            for record, new, old in zip(other["record_id"].tolist(), other[name], other[f"{name}_then"], strict=True):
                if _plain(name, new) != _plain(name, old):
                    fields.setdefault(record, set()).add(name)
                if name == "title" and RETRACTED.search(new) and not RETRACTED.search(old):
                    fields[record].add(RETRACTION)
    return {record: ";".join(n for n in (*WATCHED, RETRACTION) if n in names) for record, names in fields.items()}


def rerun(rows: pd.DataFrame, searches: pd.DataFrame) -> pd.DataFrame:
    """Return schemas.RERUN. `rows`: RECORDS and `record_id`; `searches`: run, source, scope, strategy_version.

    Covered is every run after the first. *New* means that no earlier run had the record from any source; *changed*,
    that this source says something else of it than in its latest earlier run; *vanished* is said only where scope is
    full and the strategy unchanged.
    """
    import pandas as pd

    parts = []
    for run in sorted(set(searches["run"].tolist()))[1:]:
        known_before = set(rows.loc[rows["run"] < run, "record_id"].tolist())
        for source in sorted(set(searches.loc[searches["run"] == run, "source"].tolist())):
            of = rows[rows["source"] == source]
            now, before = of[of["run"] == run], of[of["run"] < run]
            changed = _changed(now, before)
            state = pd.DataFrame({"record_id": now["record_id"].drop_duplicates()})
            state["changed_fields"] = [changed.get(record, "") for record in state["record_id"]]
            state["state"] = "known"
            state.loc[state["changed_fields"] != "", "state"] = "changed"
            state.loc[~state["record_id"].isin(known_before), "state"] = "new"
            state.loc[state["state"] == "new", "changed_fields"] = ""
            compared = _comparable(searches, run, source)
            gone = before.loc[(before["run"] == compared) & ~before["record_id"].isin(now["record_id"]), "record_id"]
            lost = pd.DataFrame({"record_id": gone.drop_duplicates(), "state": "vanished", "changed_fields": ""})
            parts.append(pd.concat([state, lost]).assign(run=run, source=source))
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in RERUN.names})
    found = pd.concat(parts)[RERUN.names].astype("str")
    return found.sort_values(["run", "source", "record_id"], ignore_index=True)


def source_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return schemas.SOURCE_COUNTS. `rows`: row_id, record_id, run, source and kind of every exported row.

    A row is the first of its record, or repeats it: a record of an earlier run, else one that the same source holds
    in that run too, else one of another source. These are the boxes of the flow, source by source.
    """
    first = rows["row_id"].eq(rows["record_id"])
    begun = rows["record_id"].map(rows.loc[first].set_index("record_id")["run"])
    ranked = rows.assign(_later=~first).sort_values(["_later", "row_id"], kind="stable")
    twice = ranked.duplicated(["record_id", "run", "source"]).reindex(rows.index)
    earlier = rows["run"] > begun
    out = rows[["run", "source", "kind"]].assign(
        rows=1,
        first=first,
        within_source=~first & ~earlier & twice,
        across_sources=~first & ~earlier & ~twice,
        earlier_run=earlier,
    )
    out = out.groupby(["run", "source", "kind"], as_index=False).sum()[SOURCE_COUNTS.names]
    return out.astype({c.name: "Int64" if c.kind == "count" else "str" for c in SOURCE_COUNTS.columns})
