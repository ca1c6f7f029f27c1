"""Which record a row from outside is about: by our own mark, identifiers and title; never by another tool's key.

Every exported row of a record counts, so that a tool may hold any of its duplicates. Nothing is guessed: where what
the row says points to several records, or to one with another title, it is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metaethno.cells import each_row
from metaethno.exchange.said import Said
from metaethno.matching.normalise import dois_of, families, plain_title

if TYPE_CHECKING:
    import pandas as pd

_LIKE = 85  # per cent, from which two titles are one that somebody shortened or mistyped


@dataclass
class Index:
    """Records by what identifies them; made by `index`."""

    aliases: Mapping[str, str]
    titles: Mapping[str, str]  # of the record as it is now
    by_doi: dict[str, set[str]] = field(default_factory=dict)
    by_pmid: dict[str, set[str]] = field(default_factory=dict)
    by_title: dict[str, set[str]] = field(default_factory=dict)
    known_titles: dict[str, set[str]] = field(default_factory=dict)
    years: dict[str, set[str]] = field(default_factory=dict)
    authors: dict[str, set[str]] = field(default_factory=dict)


def index(unique: pd.DataFrame, rows: pd.DataFrame, aliases: Mapping[str, str]) -> Index:
    """Return the index of all records. unique: schema UNIQUE. rows: record_id, title, authors, year, doi, pmid.

    `rows` are exported rows with the record each belongs to; without any, records are known by id alone.
    """
    found = Index(aliases, dict(each_row(unique, "record_id", "title")))
    plain = {title: plain_title(title) for title in rows["title"].unique()}
    first = {names: families(names)[0] for names in rows["authors"].unique()}
    columns = ["record_id", "title", "authors", "year", "doi", "pmid"]
    for record, title, authors, year, doi, pmid in rows[columns].itertuples(index=False, name=None):
        if title:
            found.by_title.setdefault(plain[title], set()).add(record)
            found.known_titles.setdefault(record, set()).add(plain[title])
        for one in doi.split(";") if doi else ():
            found.by_doi.setdefault(one, set()).add(record)
        if pmid:
            found.by_pmid.setdefault(pmid, set()).add(record)
        if year:
            found.years.setdefault(record, set()).add(year)
        if first[authors]:
            found.authors.setdefault(record, set()).add(first[authors])
    return found


def _alike(title: str, others: Iterable[str]) -> bool:
    """Tell whether a normalised title is one of `others`, or a part or slip of it."""
    from rapidfuzz import fuzz

    return any(
        title == other
        or (min(len(title), len(other)) >= 25 and (title.startswith(other) or other.startswith(title)))
        or fuzz.ratio(title, other) >= _LIKE
        for other in others
    )


def _several(records: Iterable[str], known: Index) -> str:
    said = [f"{record} ({known.titles.get(record, '')[:60]!r})" for record in sorted(records)]
    return "; ".join(said[:4]) + (" …" if len(said) > 4 else "")


def find(said: Said, known: Index) -> tuple[str, str]:
    """Return (record id, ""), or ("", why it can't be told which record this is)."""
    if said.record:
        return _by_mark(said, known)
    title = plain_title(said.title) if said.title else ""
    named: set[str] = set()
    for doi in dois_of(said.doi):
        named |= known.by_doi.get(doi, set())
    if not named and said.pmid.strip():
        named = set(known.by_pmid.get(said.pmid.strip().removesuffix(".0"), set()))
    titled = known.by_title.get(title, set()) if title else set()
    if named and titled:
        both = named & titled
        if not both:
            return (
                "",
                f"its identifier is that of {_several(named, known)}, its title that of {_several(titled, known)}",
            )
        return _one(both, said, known)
    if named:
        fitting = {r for r in named if not title or _alike(title, known.known_titles.get(r, {title}))}
        if not fitting:
            return "", f"its identifier is that of a record with another title: {_several(named, known)}"
        return _one(fitting, said, known)
    if titled:
        return _by_title(titled, said, known)
    return "", "no record has its identifiers or its title" if title or said.doi or said.pmid else "it has no title"


def _by_mark(said: Said, known: Index) -> tuple[str, str]:
    record = known.aliases.get(said.record, said.record)
    if record not in known.titles:
        return "", f"there is no record {said.record!r}"
    now = known.titles[record]
    # A title may have been changed by a rerun; every one that the record ever had is its own.
    if said.title in ("", now) or _alike(
        plain_title(said.title), {plain_title(now), *known.known_titles.get(record, ())}
    ):
        return record, ""
    return "", f"record {said.record} has another title ({now[:80]!r}): were columns sorted apart?"


def _by_title(records: set[str], said: Said, known: Index) -> tuple[str, str]:
    fitting = {r for r in records if _year_fits(said.year, known.years.get(r, set()))}
    if not fitting:
        years = ", ".join(sorted(set().union(*(known.years[r] for r in records))))
        return "", f"a record has its title, but is of another year ({years}): {_several(records, known)}"
    family = families(said.authors)[0] if said.authors else ""
    apart = {r for r in fitting if family and known.authors.get(r) and family not in known.authors[r]}
    if apart == fitting:
        return "", f"a record has its title, but another first author: {_several(fitting, known)}"
    return _one(fitting - apart, said, known)


def _year_fits(year: str, years: set[str]) -> bool:
    # Early view and print may be a year apart.
    return not year or not years or not year.isdigit() or any(abs(int(year) - int(y)) <= 1 for y in years)


def _one(records: set[str], said: Said, known: Index) -> tuple[str, str]:
    if len(records) > 1:
        year = {r for r in records if said.year and said.year in known.years.get(r, set())}
        records = year or records
    if len(records) > 1 and said.authors:
        family = families(said.authors)[0]
        records = {r for r in records if family in known.authors.get(r, set())} or records
    if len(records) == 1:
        return next(iter(records)), ""
    return "", f"several records fit: {_several(records, known)}"
