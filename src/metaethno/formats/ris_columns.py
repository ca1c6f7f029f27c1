"""The tidy records of a RIS file, many at once: what `ris_fields.to_record` returns of each.

Only what needs a look at several tags, or at who wrote the record, is worked out one by one, by the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats import clean
from metaethno.formats.columns import (
    PLAIN_DOI,
    column,
    columns_of,
    filled,
    joined,
    letters,
    mapped,
    matches,
    replaced,
    starting,
    turned,
)
from metaethno.formats.model import OWN
from metaethno.formats.ris_fields import (
    ABSTRACTS,
    AUTHORS,
    EVIDENCE,
    HOSTS,
    JUDGED_TAGS,
    KEYWORDS,
    OVID_AUTHORS,
    SINGLE,
    abstract,
    flavour_of,
    group,
    judged,
    undated,
)
from metaethno.formats.tidy import Layout, Tidy

if TYPE_CHECKING:
    import numpy as np

    from metaethno.formats.columns import Column, Columns

    Array = np.ndarray[Any, Any]

# What we wrote ourselves is read by rules of its own.
LAYOUT: Final = Layout(re.compile(rb"[A-Z][A-Z0-9]  "), b"TY  ", b"ER  ", f"\nDP  - {OWN}\n".encode())
_YEAR: Final = "^(?:1[4-9]|20)[0-9]{2}$"
_NUMBER: Final = "^[0-9]+$"
# A link that says more than where the text is: who wrote the record, an accession number, a DOI; or several words.
_TELLING: Final = "|".join([*map(re.escape, HOSTS), "(?i:doi[.]org)", "=", " "])


def to_columns(tidy: Tidy, before: Sequence[str]) -> tuple[Columns, list[str], Array]:
    """Return the fields of the records, who wrote each, and which have a date without a year (true or false for each).

    `before` is what stands before each record and may tell who wrote it.
    """
    import numpy as np

    plain, simple = _plain(tidy)
    one_by_one = ~simple | np.array([bool(text.strip()) for text in before], dtype=bool)
    flavours = [""] * len(tidy)
    found = []
    for place, tags in zip(np.flatnonzero(one_by_one).tolist(), tidy.tags(one_by_one, JUDGED_TAGS), strict=True):
        flavours[place] = flavour_of(tags, before[place])
        found.append(judged(tags, flavours[place]))
    columns = columns_of([{}] * len(tidy)) | plain
    if found:
        for field, values in columns_of(found).items():
            if field in found[0]:
                columns[field] = replaced(columns[field], one_by_one, values)
    for field, (tags_of, cleaned, mark) in SINGLE.items():
        columns[field] = tidy.first(*tags_of)
        if mark:
            columns[field] = replaced(columns[field], matches(columns[field], re.escape(mark)), cleaned)
    columns |= _names(tidy, np.array([flavour == "Ovid" for flavour in flavours], dtype=bool))
    columns["abstract"] = _abstracts(tidy)
    numbers = tidy.lines_of(tidy.gathered("SN", "BN"))
    columns["issn"] = mapped(numbers, lambda text: clean.issn(*text.split("\n")))
    columns["isbn"] = mapped(numbers, lambda text: clean.isbn(*text.split("\n")))
    columns["keywords"] = tidy.joined(tidy.listed(*KEYWORDS))
    return columns, flavours, _undated(tidy, columns["year"])


def _plain(tidy: Tidy) -> tuple[Columns, Array]:
    """Return year, pages, DOI, type and link where a look at one tag is enough, and for which records it is."""
    import pyarrow.compute as pc

    address, year, first, last, doi = (tidy.first(tag) for tag in ("UR", "PY", "SP", "EP", "DO"))
    simple = ~tidy.have(EVIDENCE | {"DI", "L1", "L3", "LK", "M3", "PT", "PG", "C7", "AR"})
    simple &= (matches(address, "^http") & ~matches(address, _TELLING)) | ~filled(address)
    simple &= (tidy.count("UR") < 2) & (tidy.count("DO") < 2)
    simple &= matches(year, _YEAR) | ~filled(year)
    simple &= matches(doi, PLAIN_DOI) | ~filled(doi)
    simple &= (matches(first, _NUMBER) & matches(last, _NUMBER)) | ~(filled(first) | filled(last))
    same = pc.equal(first, last)
    pages = pc.if_else(same, first, pc.binary_join_element_wise(first, last, letters("-")))
    return {
        "year": year,
        "pages": pages,
        "doi": pc.ascii_lower(doi),
        "pub_type": tidy.first("TY"),
        "url": address,
    }, simple


def _names(tidy: Tidy, ovid: Array) -> Columns:
    """Return authors and groups. Most names are "Family, Given" already."""
    names, owners = tidy.listed(*AUTHORS)
    if ovid.any():
        keep = (~ovid | tidy.have(OVID_AUTHORS))[owners]
        names, owners = names.filter(keep), owners[keep]
    groups = matches(names, ",$")
    named = turned(names)
    if ovid.any():
        named = replaced(named, ovid[owners], turned(names.filter(ovid[owners]), capitals=True))
    columns = {"authors": joined(named, owners, len(tidy))}
    if groups.any():
        columns["group_authors"] = joined(mapped(names.filter(groups), group), owners[groups], len(tidy))
    return columns


def _abstracts(tidy: Tidy) -> Column:
    """Return abstracts: as they are where there is one, and it is no notice of copyright."""
    texts = tidy.first(*ABSTRACTS)
    odd = (tidy.count(ABSTRACTS[0]) > 1) | (tidy.count(ABSTRACTS[1]) > 1) | starting(texts, "Copyright")
    return replaced(texts, odd, column([abstract(tags) for tags in tidy.tags(odd, ABSTRACTS)]))


def _undated(tidy: Tidy, years: Column) -> Array:
    found = ~filled(years) & tidy.have(("PY", "Y1"))
    found[found] = [undated(tags, "") for tags in tidy.tags(found, ("PY", "Y1"))]
    return found
