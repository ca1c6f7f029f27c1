"""Which pairs are compared at all.

Several keys, any of which brings a pair together (multi-pass blocking; Christen 2012, Data Matching, ch. 4). Within a
block every row meets the next `WINDOW` rows in order of registration (sorted neighbourhood; Hernández and Stolfo
1995), so that the number of pairs grows with the number of rows, and rows that are added later take no pair away.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from metaethno.matching.normalise import Array, Normal, coded
from metaethno.matching.words import STOP

WINDOW: Final = 60
_EDGE: Final = 18


def _both(*codes: Array) -> Array:
    """Join codes to one; -1 where any of them is missing."""
    import pandas as pd

    out = codes[0].astype(np.int64)
    for code in codes[1:]:
        known = (out != -1) & (code != -1)
        mixed = out * np.int64(1_000_003) + code  # may run over: harmless, as pairs are compared in full
        out = np.where(known, pd.factorize(mixed)[0], -1)
    return out


def _pairs_of(rows: Array, keys: Array, n: int) -> Array:
    """Return codes left * n + right of all pairs within the window of a block."""
    keep = keys != -1
    rows, keys = rows[keep], keys[keep]
    order = np.lexsort((rows, keys))
    rows, keys = rows[order], keys[order]
    found = []
    for lag in range(1, WINDOW + 1):
        at = np.flatnonzero(keys[lag:] == keys[:-lag]) if lag < len(keys) else np.empty(0, dtype=np.int64)
        if not len(at):
            break
        left, right = rows[at], rows[at + lag]
        found.append(left[left != right] * np.int64(n) + right[left != right])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _content(title: str) -> list[str]:
    return [w for w in title.split() if w not in STOP]


def candidates(normal: Normal) -> tuple[Array, Array]:
    """Return the left and right places of all pairs to compare, left < right. Rows stand in order of registration."""
    n = len(normal)
    rows = np.arange(n)
    squeezed = np.array([t.replace(" ", "") for t in normal.title], dtype=object)
    mains = np.array([t.replace(" ", "") for t in normal.main], dtype=object)
    telling = ~normal.generic
    texts = coded(np.concatenate([squeezed, mains])) if n else np.empty(0, dtype=np.int64)
    heads = coded(np.array([t[:_EDGE] if len(t) >= _EDGE else "" for t in squeezed], dtype=object))
    tails = coded(np.array([t[-_EDGE:] if len(t) >= _EDGE else "" for t in squeezed], dtype=object))
    longest = coded(
        np.array([max(t.split(), key=lambda w: (len(w), w), default="") for t in normal.title], dtype=object)
    )
    begins = coded(np.array([" ".join(_content(t)[:2]) for t in normal.title], dtype=object))
    page = np.where(normal.page == -1, -1, normal.page + (normal.page < -1) * -1_000_000)
    full = texts[:n]
    keys = [normal.doi[:, k] for k in range(3)]
    keys += [normal.pmid, normal.accession]
    keys += [_both(full, normal.first), _both(full, normal.year), _both(full, page), np.where(telling, full, -1)]
    keys += [np.where(telling, heads, -1), np.where(telling, tails, -1)]
    keys += [_both(normal.volume, page), _both(normal.year, page, normal.first)]
    keys += [_both(normal.first, normal.year), _both(normal.first, longest), _both(normal.first, begins)]
    found = [_pairs_of(rows, key, n) for key in keys]
    found.append(_pairs_of(np.concatenate([rows, rows]), texts, n))
    # A row may name its DOIs in any order.
    found.append(_pairs_of(np.repeat(rows, 3), normal.doi.reshape(-1), n))
    pairs = np.unique(np.concatenate(found))
    left, right = pairs // max(n, 1), pairs % max(n, 1)
    swap = left > right
    return np.where(swap, right, left), np.where(swap, left, right)
