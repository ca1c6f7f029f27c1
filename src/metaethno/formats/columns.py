"""Fields of many records at once, as columns of text (Arrow): what is simple is done without a look at each record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from metaethno.formats import clean
from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import Record

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Array = np.ndarray[Any, Any]
    Column: TypeAlias = Any  # pyarrow.LargeStringArray, which has no types
    Columns: TypeAlias = dict[str, Column]

PLAIN_DOI: Final = f"^(?:{clean.PLAIN_DOI.pattern})$"
"""A DOI that needs nothing but to be written in small letters."""


def column(values: Sequence[str]) -> Column:
    """Return texts as a column."""
    import pyarrow as pa

    return pa.array(values, type=pa.large_string())


def letters(text: str) -> pa.Scalar:
    """Return the same text for all records, to be put together with a column."""
    import pyarrow as pa

    return pa.scalar(text, pa.large_string())


def columns_of(records: Sequence[Record]) -> Columns:
    """Return records as a column per name in `TEXT_FIELDS`; "" where a record says nothing."""
    present: set[str] = set().union(*records)
    nothing = column([""] * len(records))
    return {
        name: column([record.get(name, "") for record in records]) if name in present else nothing
        for name in TEXT_FIELDS
    }


def filled(texts: Column) -> Array:
    """Say of each text whether there is any."""
    import pyarrow.compute as pc

    found: Array = pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
    return found


def matches(texts: Column, pattern: str) -> Array:
    """Say of each text whether it has a match. The syntax is RE2's: `\\w` and its like know ASCII only."""
    import pyarrow.compute as pc

    found: Array = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return found


def holding(texts: Column, words: str) -> Array:
    """Say of each text whether it holds some words."""
    import pyarrow.compute as pc

    found: Array = pc.match_substring(texts, words).to_numpy(zero_copy_only=False)
    return found


def together_bytes(texts: Column) -> bytes:
    """Return all texts as they lie in memory, one behind the other, and perhaps more: for a first look at them all."""
    held = texts.buffers()[2]
    return held.to_pybytes() if held else b""


def extracted(texts: Column, pattern: str) -> Column:
    """Return of each text the group called `found` of the first match, or "". The syntax is RE2's."""
    import pyarrow.compute as pc

    return pc.fill_null(pc.struct_field(pc.extract_regex(texts, pattern), "found"), "")


def mapped(texts: Column, change: Callable[[str], str]) -> Column:
    """Return `change` of each text; it is called once for each that differs."""
    encoded = texts.dictionary_encode()
    changed = column([change(text) for text in encoded.dictionary.to_pylist()])
    return changed.take(encoded.indices)


def replaced(texts: Column, which: Array, change: Callable[[str], str] | Column) -> Column:
    """Return texts of which some (`which`: true or false for each) are changed, or replaced by those given."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not which.any():
        return texts
    mask = pa.array(which)
    new = mapped(texts.filter(mask), change) if callable(change) else change
    return pc.replace_with_mask(texts, mask, new)


def either(*choice: Column) -> Column:
    """Return of each record the first of several texts that is not empty."""
    import pyarrow.compute as pc

    found = choice[-1]
    for texts in reversed(choice[:-1]):
        found = pc.if_else(filled(texts), texts, found)
    return found


def turned(names: Column, *, capitals: bool = False) -> Column:
    """Return names as `clean.author` does. Most are "Family, Given" already, or "Family AB"."""
    import pyarrow.compute as pc

    if capitals:
        names = pc.replace_substring_regex(names, "^([^ ,;.]+) ([A-Z]{1,4})$", r"\1, \2")
    odd = matches(names, r"^[^,]*$|[,;]$" if capitals else r"^[^,]*[.]$|[,;]$")
    return replaced(names, odd, partial(clean.author, capitals=capitals))


def together(*parts: tuple[Column, Array]) -> tuple[Column, Array]:
    """Put several lists of texts, each with its owners, together: those of the first part come first."""
    import numpy as np
    import pyarrow as pa

    owners = np.concatenate([owners for _, owners in parts])
    order = np.argsort(owners, kind="stable")
    return pa.concat_arrays([texts for texts, _ in parts]).take(pa.array(order)), owners[order]


def joined(texts: Column, owners: Array, count: int) -> Column:
    """Join the texts of each of `count` records by "; ", without empty ones and repetitions, in their order.

    `owners`: to which record each text belongs; ascending.
    """
    import numpy as np
    import pandas as pd

    codes = texts.dictionary_encode().indices.to_numpy()
    keep = ~pd.Series(owners * (len(codes) + 1) + codes).duplicated().to_numpy() & filled(texts)
    if not keep.all():
        rows = np.flatnonzero(keep)
        texts, owners = texts.take(rows), owners[rows]
    return concatenated(texts, owners, count, "; ")


def concatenated(texts: Column, owners: Array, count: int, parter: str) -> Column:
    """Join the texts of each of `count` records; `owners` as in `joined`."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    offsets = np.searchsorted(owners, np.arange(count + 1))
    if len(texts) == count and (offsets[1:] - offsets[:-1] == 1).all():
        return texts
    lists = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), texts)
    return pc.binary_join(lists, letters(parter))


def in_order(parts: Sequence[tuple[Array, Columns]]) -> Columns:
    """Put columns together that hold different records of a file; with each go the places of its records."""
    import numpy as np
    import pyarrow as pa

    parts = [part for part in parts if len(part[0])] or list(parts[:1])
    if len(parts) == 1:
        return parts[0][1]
    order = np.argsort(np.concatenate([places for places, _ in parts]), kind="stable")
    return {
        name: pa.concat_arrays([columns[name] for _, columns in parts]).take(pa.array(order)) for name in TEXT_FIELDS
    }
