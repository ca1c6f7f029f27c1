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
    columns_of,
    filled,
    joined,
    letters,
    mapped,
    matches,
    replaced,
    turned,
)
from metaethno.formats.model import OWN
from metaethno.formats.ris_fields import (
    ABSTRACTS,
    AUTHORS,
    COPYRIGHT,
    EVIDENCE,
    HOSTS,
    JUDGED_TAGS,
    KEYWORDS,
    OVID_AUTHORS,
    SINGLE,
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

# White space in the syntax of Arrow's patterns.
_SPACE: Final = r"\s\p{Z}\x{85}"
_PARTER: Final = "\x1f"  # in no text
# What we wrote ourselves is read by rules of its own.
LAYOUT: Final = Layout(
    re.compile(rb"[A-Z][A-Z0-9]  "),
    b"TY  ",
    b"ER  ",
    re.compile(rb"\nDP  -[^A-Za-z0-9]*" + OWN.encode()),
    lenient=True,
    titles=(b"TI  ", b"T1  "),
    between=r"^(?:\p{Nd}+\. *|<\p{Nd}+\. *>|Record #\p{Nd}+ of \p{Nd}+|Provider:.*|Content:.*)$",
    link=rf"^https?://[^{_SPACE}]+$",
)
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
    asked = JUDGED_TAGS | {"_link"}
    for place, tags in zip(np.flatnonzero(one_by_one).tolist(), tidy.tags(one_by_one, asked), strict=True):
        flavours[place] = flavour_of(tags, before[place])
        found.append(judged(tags, flavours[place]))
    columns = columns_of([{}] * len(tidy)) | plain
    if found:
        for field, values in columns_of(found).items():
            if field in found[0]:
                columns[field] = replaced(columns[field], one_by_one, values)
    for field, (tags_of, cleaned, mark) in SINGLE.items():
        columns[field] = tidy.first(*tags_of, cleaned=cleaned)
        if mark:
            columns[field] = replaced(columns[field], matches(columns[field], re.escape(mark)), cleaned)
    columns |= _names(tidy, np.array([flavour == "Ovid" for flavour in flavours], dtype=bool))
    columns["abstract"] = _abstracts(tidy)
    numbers = tidy.lines_of(tidy.gathered("SN", "BN"), _PARTER)
    columns["issn"] = mapped(numbers, lambda text: clean.issn(*text.split(_PARTER)))
    columns["isbn"] = mapped(numbers, lambda text: clean.isbn(*text.split(_PARTER)))
    words, owners, unclean = tidy.parted(*KEYWORDS)
    columns["keywords"] = tidy.joined((replaced(words, unclean, clean.word), owners))
    return columns, flavours, _undated(tidy, columns["year"])


def _plain(tidy: Tidy) -> tuple[Columns, Array]:
    """Return year, pages, DOI, type and link where a look at one tag is enough, and for which records it is."""
    import pyarrow.compute as pc

    address, year, first, last, doi = (tidy.first(tag) for tag in ("UR", "PY", "SP", "EP", "DO"))
    simple = ~tidy.have(EVIDENCE | {"DI", "L1", "L3", "LK", "M3", "PT", "PG", "C7", "AR"}) & ~tidy.linked()
    for tag in ("UR", "TY"):
        simple &= ~tidy.unclean(tag)
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
    names, owners, unclean = tidy.parted(*AUTHORS)
    if ovid.any():
        keep = (~ovid | tidy.have(OVID_AUTHORS, filled=True))[owners]
        names, owners, unclean = names.filter(keep), owners[keep], unclean[keep]
    groups = matches(names, f",[{_SPACE}]*$")
    named = _turned(names, unclean)
    if ovid.any():
        theirs = ovid[owners]
        named = replaced(named, theirs, _turned(names.filter(theirs), unclean[theirs], capitals=True))
    columns = {"authors": joined(named, owners, len(tidy))}
    if groups.any():
        told = mapped(names.filter(groups), lambda name: clean.word(group(name)))
        columns["group_authors"] = joined(told, owners[groups], len(tidy))
    return columns


def _turned(names: Column, unclean: Array, *, capitals: bool = False) -> Column:
    cleaned = mapped(names.filter(unclean), lambda name: clean.word(clean.author(name, capitals)))
    return replaced(turned(names, capitals=capitals), unclean, cleaned)


def _abstracts(tidy: Tidy) -> Column:
    """Return abstracts; a notice of copyright is none."""
    texts, owners = tidy.listed(*ABSTRACTS, cleaned=clean.paragraphs, without=f"^[{_SPACE}]*{COPYRIGHT}")
    some = filled(texts)
    return tidy.lines_of((texts.filter(some), owners[some]))


def _undated(tidy: Tidy, years: Column) -> Array:
    found = ~filled(years) & tidy.have(("PY", "Y1"))
    found[found] = [undated(tags, "") for tags in tidy.tags(found, ("PY", "Y1"))]
    return found
