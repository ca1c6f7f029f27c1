"""The tidy records of a RIS file, many at once: what `ris_fields.to_record` returns of each.

What needs a look at several tags, or at who wrote the record, is in `ris_judged`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats import clean
from metaethno.formats.columns import (
    column,
    filled,
    holding,
    joined,
    mapped,
    matches,
    replaced,
    turned,
)
from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import OWN
from metaethno.formats.ris_fields import (
    ABSTRACTS,
    AUTHORS,
    COPYRIGHT,
    JUDGED_TAGS,
    KEYWORDS,
    OVID_AUTHORS,
    SINGLE,
    flavour_of,
    group,
    judged,
    undated,
)
from metaethno.formats.ris_judged import PARTER, judged_columns
from metaethno.formats.tidy import SPACE, Layout, Tidy

if TYPE_CHECKING:
    import numpy as np

    from metaethno.formats.columns import Column, Columns

    Array = np.ndarray[Any, Any]

# What we wrote ourselves is read by rules of its own.
LAYOUT: Final = Layout(
    re.compile(rb"[A-Z][A-Z0-9]  "),
    b"TY  ",
    b"ER  ",
    re.compile(rb"\nDP  -[^A-Za-z0-9]*" + OWN.encode()),
    lenient=True,
    titles=(b"TI  ", b"T1  "),
    between=r"^(?:\p{Nd}+\. *|<\p{Nd}+\. *>|Record #\p{Nd}+ of \p{Nd}+|Provider:.*|Content:.*)$",
    link=rf"^https?://[^{SPACE}]+$",
)


def to_columns(tidy: Tidy, before: Mapping[int, str]) -> tuple[Columns, Counter[str], Array]:
    """Return the fields of the records, how many who wrote, and which have a date without a year (true or false each).

    `before` is what stands before some records, and may tell who wrote them.
    """
    import numpy as np

    told, flavours, irregular = judged_columns(tidy, before)
    columns = dict.fromkeys(TEXT_FIELDS, tidy.nothing) | told
    if irregular.any():
        found = []
        asked = tidy.tags(irregular, JUDGED_TAGS | {"_link"})
        for place, tags in zip(np.flatnonzero(irregular).tolist(), asked, strict=True):
            flavour = flavour_of(tags, before.get(place, ""))
            flavours.put(place, flavour)
            found.append(judged(tags, flavour))
        for field in told:
            columns[field] = replaced(columns[field], irregular, column([record[field] for record in found]))
    for field, (tags_of, cleaned, mark) in SINGLE.items():
        columns[field] = tidy.first(*tags_of, cleaned=cleaned)
        if mark:
            columns[field] = replaced(columns[field], holding(columns[field], mark), cleaned)
    columns |= _names(tidy, flavours.of("Ovid"))
    columns["abstract"] = _abstracts(tidy)
    numbers = tidy.lines_of(tidy.gathered("SN", "BN"), PARTER)
    columns["issn"] = mapped(numbers, lambda text: clean.issn(*text.split(PARTER)))
    columns["isbn"] = mapped(numbers, lambda text: clean.isbn(*text.split(PARTER)))
    words, owners, unclean = tidy.parted(*KEYWORDS)
    columns["keywords"] = tidy.joined((replaced(words, unclean, clean.word), owners))
    return columns, flavours.counted(), _undated(tidy, columns["year"])


def _names(tidy: Tidy, ovid: Array) -> Columns:
    """Return authors and groups. Most names are "Family, Given" already."""
    names, owners, unclean = tidy.parted(*AUTHORS)
    if ovid.any():
        keep = (~ovid | tidy.have(OVID_AUTHORS, filled=True))[owners]
        names, owners, unclean = names.filter(keep), owners[keep], unclean[keep]
    groups = matches(names, f",[{SPACE}]*$")
    named, theirs = names, ovid[owners]
    for capitals, which in ((False, ~theirs), (True, theirs)):
        named = replaced(named, which, _turned(names.filter(which), unclean[which], capitals=capitals))
    columns = {"authors": joined(named, owners, len(tidy))}
    if groups.any():
        told = mapped(names.filter(groups), lambda name: clean.word(group(name)))
        columns["group_authors"] = joined(told, owners[groups], len(tidy))
    return columns


def _turned(names: Column, unclean: Array, *, capitals: bool) -> Column:
    cleaned = mapped(names.filter(unclean), lambda name: clean.word(clean.author(name, capitals)))
    return replaced(turned(names, capitals=capitals), unclean, cleaned)


def _abstracts(tidy: Tidy) -> Column:
    """Return abstracts; a notice of copyright is none."""
    return tidy.filled_lines_of(tidy.listed(*ABSTRACTS, cleaned=clean.paragraphs, without=COPYRIGHT))


def _undated(tidy: Tidy, years: Column) -> Array:
    found = ~filled(years) & tidy.have(("PY", "Y1"))
    found[found] = [undated(tags, "") for tags in tidy.tags(found, ("PY", "Y1"))]
    return found
