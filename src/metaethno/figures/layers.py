"""A drawing of a graph in layers: which order in each layer crosses few lines, and how high each box stands.

The order comes from barycentres swept down and up (Sugiyama, Tagawa and Toda 1981), the heights from isotonic
regression: every box as near to its neighbours' mean as the order and the boxes above and below let it be.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence

SWEEPS = 16


def crossings(layers: Sequence[Sequence[str]], edges: Iterable[tuple[str, str]]) -> int:
    """Return how many pairs of edges cross; every edge joins two neighbouring layers, the upper one first."""
    level = {n: i for i, layer in enumerate(layers) for n in layer}
    place = {n: i for layer in layers for i, n in enumerate(layer)}
    total = 0
    between: dict[int, list[tuple[int, int]]] = {}
    for a, b in edges:
        between.setdefault(level[a], []).append((place[a], place[b]))
    for ends in between.values():
        seen: list[int] = []
        for _, right in sorted(ends):
            total += len(seen) - bisect_right(seen, right)
            insort(seen, right)
    return total


def order(layers: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]], fixed: bool) -> list[list[str]]:
    """Return the layers with their nodes reordered, so that few edges cross; with `fixed` the first layer stays.

    Every edge joins two neighbouring layers. Nodes without edges come last. Only orders after a sweep down are
    compared: in these, nodes that hang from the same one stand together. The same input gives the same order.
    """
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for a, b in edges:
        down.setdefault(a, []).append(b)
        up.setdefault(b, []).append(a)
    now = [list(layer) for layer in layers]
    best, fewest = now, -1
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for i in range(len(now)) if forward else reversed(range(len(now))):
            if fixed and i == 0:
                continue
            beside = now[i - 1] if forward and i else now[i + 1] if not forward and i + 1 < len(now) else []
            if not beside:
                continue
            place = {n: k for k, n in enumerate(beside)}
            links = up if forward else down
            other = down if forward else up
            now[i] = _by_centre(now[i], links, other, place)
        if forward and ((found := crossings(now, edges)) < fewest or fewest < 0):
            best, fewest = [list(layer) for layer in now], found
    return best


def _by_centre(
    layer: list[str], links: Mapping[str, list[str]], other: Mapping[str, list[str]], place: Mapping[str, int]
) -> list[str]:
    """Return a layer ordered by the mean place of each node's neighbours; nodes without one there keep their place."""
    centre: dict[str, float] = {}
    for k, n in enumerate(layer):
        beside = [place[m] for m in links.get(n, []) if m in place]
        if beside:
            centre[n] = sum(beside) / len(beside)
        else:  # as far down as it was, or last if it is joined to nothing at all
            centre[n] = k * len(place) / len(layer) if other.get(n) else float(len(place) + 1)
    return sorted(layer, key=lambda n: (centre[n], layer.index(n)))


def settle(wanted: Sequence[float], heights: Sequence[float], gap: float, room: float) -> list[float]:
    """Return the tops of boxes one under the other, each as near as can be to where it wants its middle to be.

    The boxes keep their order and a gap between them, and stay between 0 and `room` as far as they fit.
    """
    before = [0.0]
    for h in heights:
        before.append(before[-1] + h + gap)
    blocks: list[tuple[float, int]] = []  # mean and number of what has been put together
    for middle, h, offset in zip(wanted, heights, before, strict=False):
        mean, n = middle - h / 2 - offset, 1
        while blocks and blocks[-1][0] >= mean:
            more, count = blocks.pop()
            mean, n = (mean * n + more * count) / (n + count), n + count
        blocks.append((mean, n))
    free = max(room - (before[-1] - gap), 0.0)
    shifts = [min(max(mean, 0.0), free) for mean, n in blocks for _ in range(n)]
    return [shift + offset for shift, offset in zip(shifts, before, strict=False)]
