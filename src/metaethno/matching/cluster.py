"""From pairs to clusters, without chains: A = B and B = C make no cluster where A can't be C.

Pairs that are merged are joined run by run and, within a run, best first; a join is refused where a member of the one
cluster contradicts a member of the other (constrained agglomeration; compare Hassanzadeh et al. 2009, "Framework for
evaluating clustering algorithms in duplicate detection"). So a later run only ever joins clusters of earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from metaethno.matching.normalise import Array

Contradicts = Callable[[Array, Array], Array]
_MOST: Final = 3000  # members of one component of which all pairs are looked at


def components(n: int, left: Array, right: Array) -> Array:
    """Return for each of `n` places the lowest place that edges connect it to (pointer jumping on arrays)."""
    label = np.arange(n)
    while True:
        low = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, left, low)
        np.minimum.at(label, right, low)
        np.minimum.at(label, before[left], low)
        np.minimum.at(label, before[right], low)
        while not np.array_equal(jumped := label[label], label):
            label = jumped
        if np.array_equal(before, label):
            return label


def _inner_pairs(members: Array) -> tuple[Array, Array]:
    a, b = np.triu_indices(len(members), 1)
    return members[a], members[b]


def _apart(
    members: Array, contradicts: Contradicts, barred: set[tuple[int, int]], allowed: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Return the pairs of members that may not be together."""
    a, b = _inner_pairs(members)
    hit = contradicts(a, b)
    found = {(int(x), int(y)) for x, y in zip(a[hit], b[hit], strict=True)}
    inside = set(members.tolist())
    return (found - allowed) | {p for p in barred if p[0] in inside and p[1] in inside}


def _grow(members: Array, edges: list[tuple[int, int]], apart: set[tuple[int, int]]) -> dict[int, int]:
    """Join members along `edges`, in their order, unless that brings together what is `apart`."""
    home = {int(m): int(m) for m in members}
    content: dict[int, set[int]] = {m: {m} for m in home}
    enemies: dict[int, set[int]] = {m: set() for m in home}
    for a, b in apart:
        enemies[a].add(b)
        enemies[b].add(a)
    for a, b in edges:
        x, y = home[a], home[b]
        if x == y or enemies[x] & content[y]:
            continue
        keep, gone = min(x, y), max(x, y)
        content[keep] |= content.pop(gone)
        enemies[keep] |= enemies.pop(gone)
        for member in content[keep]:
            home[member] = keep
    return home


def cluster(
    n: int,
    edges: tuple[Array, Array, Array],
    run: Array,
    contradicts: Contradicts,
    barred: set[tuple[int, int]],
    allowed: set[tuple[int, int]],
) -> Array:
    """Return for each place the lowest place of its cluster.

    `edges`: left, right (left < right) and score of the pairs that rules merge; `run`: number of each place's run;
    `barred`: pairs that people keep apart; `allowed`: pairs that people call the same, whatever contradicts.
    """
    left, right, score = edges
    label = components(n, left, right)
    used = np.unique(np.concatenate([left, right])) if len(left) else np.empty(0, dtype=np.int64)
    order = used[np.lexsort((used, label[used]))]
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    rank = np.lexsort((right, left, -score, np.maximum(run[left], run[right])))
    edge_home = label[left]
    by_home = rank[np.argsort(edge_home[rank], kind="stable")]
    bounds = np.searchsorted(edge_home[by_home], label[order[starts]], side="left")
    ends = np.searchsorted(edge_home[by_home], label[order[starts]], side="right")
    sizes = np.diff(np.append(starts, len(order)))
    suspect = _suspects(order, starts, sizes, contradicts, barred)
    for k in np.flatnonzero(suspect):
        members = order[starts[k] : starts[k] + sizes[k]]
        apart = _apart(members, contradicts, barred, allowed) if len(members) <= _MOST else barred
        chosen = by_home[bounds[k] : ends[k]]
        pairs = [(int(left[e]), int(right[e])) for e in chosen]
        for member, home in _grow(
            members, pairs, apart if len(members) <= _MOST else set(_inside(apart, members))
        ).items():
            label[member] = home
    return label


def _inside(pairs: set[tuple[int, int]], members: Array) -> list[tuple[int, int]]:
    inside = set(members.tolist())
    return [p for p in pairs if p[0] in inside and p[1] in inside]


def _suspects(
    order: Array, starts: Array, sizes: Array, contradicts: Contradicts, barred: set[tuple[int, int]]
) -> Array:
    """Tell which components hold a pair that may not be together; takes all components of one size at once."""
    suspect = np.zeros(len(starts), dtype=bool)
    for size in np.unique(sizes):
        which = np.flatnonzero(sizes == size)
        if size > _MOST:
            suspect[which] = True
            continue
        a, b = np.triu_indices(size, 1)
        step = max(1, 2_000_000 // max(len(a), 1))
        for at in range(0, len(which), step):
            part = which[at : at + step]
            base = starts[part][:, None]
            i, j = order[(base + a).ravel()], order[(base + b).ravel()]
            suspect[part] |= contradicts(i, j).reshape(len(part), -1).any(axis=1)
    if barred:
        places = {p for pair in barred for p in pair}
        touched = np.isin(order, np.fromiter(places, dtype=np.int64))
        suspect |= np.bincount(np.repeat(np.arange(len(starts)), sizes), touched, minlength=len(starts)).astype(bool)
    return suspect
