"""The tidy records of a `.nbib` file, many at once: what `nbib_fields.to_record` returns of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats import clean
from metaethno.formats.columns import (
    PLAIN_DOI,
    column,
    either,
    filled,
    joined,
    letters,
    mapped,
    matches,
    replaced,
    together,
    turned,
)
from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import Tags
from metaethno.formats.nbib_fields import (
    DATES,
    ISSNS,
    KEYWORDS,
    NOTES,
    NUMBERS,
    SINGLE,
    STATES,
    accessions,
    article_number,
    doi,
    issn,
    state,
)
from metaethno.formats.tidy import Layout, Tidy

if TYPE_CHECKING:
    import numpy as np

    from metaethno.formats.columns import Column, Columns

    Array = np.ndarray[Any, Any]

_TAG: Final = re.compile(rb"[A-Z]{4}|[A-Z]{3} |[A-Z]{2}  ")
_GOES_ON: Final = re.compile(rb"\n {6}")
_DIGITS: Final = "^[0-9]+$"
_STATED_DOI: Final = r"\[doi\]|doi[.]org/"


def tidy_records(data: bytes, opener: str, records: int) -> Tidy:
    """Return the tidy ones of so many records."""
    return Tidy(_GOES_ON.sub(b" ", data), Layout(_TAG, f"{opener:4}".encode()), records)


def to_columns(tidy: Tidy, opener: str) -> Columns:
    """Return the fields of the records."""
    pmc, other, pmid = tidy.first("PMC"), tidy.first(*NUMBERS), tidy.first("PMID")
    pmid = replaced(pmid, ~matches(pmid, _DIGITS), clean.digits)
    columns = dict.fromkeys(TEXT_FIELDS, tidy.nothing) | {"pmid": pmid}
    columns["accession"] = either(*([pmc] if opener == "PMC" else []), pmid, other, pmc)
    columns["accessions"] = _accessions(tidy, pmid, pmc, other)
    for field, (tags, cleaned, mark) in SINGLE.items():
        columns[field] = tidy.first(*tags)
        if mark:
            columns[field] = replaced(columns[field], matches(columns[field], re.escape(mark)), cleaned)
    columns["year"] = either(*(mapped(tidy.first(tag), clean.year) for tag in DATES))
    columns["pages"] = _changed(tidy, columns["pages"], ~filled(columns["pages"]), ("LID",), article_number)
    columns["doi"] = _dois(tidy)
    groups = tidy.listed("CN")
    columns["authors"] = _authors(tidy, groups)
    columns["group_authors"] = tidy.joined(groups)
    columns["issn"] = mapped(tidy.lines_of(tidy.gathered(*ISSNS)), lambda text: issn(text.split("\n")))
    columns["isbn"] = mapped(tidy.lines_of(tidy.listed("ISBN")), lambda text: clean.isbn(*text.split("\n")))
    columns["pub_type"] = tidy.joined(tidy.listed("PT"))
    columns["keywords"] = tidy.joined(tidy.gathered(*KEYWORDS))
    columns["notes"] = tidy.lines_of(tidy.gathered(*NOTES))
    return columns | _states(tidy)


def _accessions(tidy: Tidy, pmid: Column, pmc: Column, other: Column) -> Column:
    """Return all numbers; most records have PubMed's only."""
    import pyarrow.compute as pc

    alone = pc.if_else(filled(pmid), pc.binary_join_element_wise(letters("PubMed"), pmid, letters(":")), letters(""))
    several = filled(pmc) | filled(other)
    numbers = (texts.filter(several).to_pylist() for texts in (pmid, pmc, other))
    found = [accessions(*row) for row in zip(tidy.tags(several, ("OWN",)), *numbers, strict=True)]
    return replaced(alone, several, column(found))


def _dois(tidy: Tidy) -> Column:
    """Return DOIs: most records have one, stated once or twice."""
    import pyarrow.compute as pc

    values, owners = tidy.gathered("LID", "AID")
    stated = matches(values, _STATED_DOI)
    plain = pc.ascii_trim_whitespace(pc.replace_substring(values.filter(stated), "[doi]", ""))
    found = joined(plain, owners[stated], len(tidy))
    odd = ~matches(found, PLAIN_DOI) & (filled(found) | matches(tidy.first("SO"), r"doi: 10[.]"))
    return _changed(tidy, pc.ascii_lower(found), odd, ("LID", "AID", "SO"), doi)


def _authors(tidy: Tidy, groups: tuple[Column, Array]) -> Column:
    """Return people, by their full names where all have one, and groups behind them."""
    in_full = tidy.count("FAU") >= tidy.count("AU")
    full, whose_full = tidy.listed("FAU")
    short, whose_short = tidy.listed("AU")
    take, take_short = in_full[whose_full], ~in_full[whose_short]
    people = turned(full.filter(take)), whose_full[take]
    others = turned(short.filter(take_short), capitals=True), whose_short[take_short]
    return tidy.joined(together(people, others, groups))


def _states(tidy: Tidy) -> Columns:
    """Return the state of publication. That of most is only told by PST, and is no early view."""
    stated = tidy.have(STATES - {"PST"}) | (tidy.count("PST") > 1) | matches(tidy.first("PST"), "aheadofprint")
    nothing = tidy.nothing
    found = [state(tags) for tags in tidy.tags(stated, STATES)]
    return {
        "status": replaced(nothing, stated, column([status for status, _ in found])),
        "status_of": replaced(nothing, stated, column([about for _, about in found])),
    }


def _changed(tidy: Tidy, texts: Column, which: Array, names: tuple[str, ...], read: Callable[[Tags], str]) -> Column:
    """Replace some texts by what is read of the tags of their records."""
    return replaced(texts, which, column([read(tags) for tags in tidy.tags(which, names)]))
