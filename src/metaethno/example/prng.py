"""A pseudo-random number generator of our own, so that the bytes of the example never depend on a library.

`random` may change its algorithms between Python versions (it did in 3.2 and 3.11); SplitMix64 (Steele, Lea and
Flood 2014, "Fast splittable pseudorandom number generators", doi 10.1145/2660193.2660195) is twelve lines and is
fixed here for good. Each publication and each row has a stream of its own, named by a key, so that a change in
one place of the generator doesn't move the draws of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

SEED = "metaethno worked example 1"
_MASK = (1 << 64) - 1


class Stream:
    """A stream of draws that is determined by its key alone."""

    __slots__ = ("_state",)

    def __init__(self, *key: object) -> None:
        text = "\x1f".join([SEED, *(str(part) for part in key)])
        self._state = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")

    def next(self) -> int:
        """Return the next 64-bit number."""
        self._state = state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        return state ^ (state >> 31)

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1."""
        return (self.next() * bound) >> 64

    def between(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, permille: int) -> bool:
        """Return True in `permille` of a thousand draws; whole numbers, so that no float rounding decides."""
        return self.below(1000) < permille

    def pick(self, items: Sequence[T]) -> T:
        """Return one of `items`."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[T, int]]) -> T:
        """Return one of `items` (value, weight)."""
        left = self.below(sum(weight for _, weight in items))
        for value, weight in items:
            left -= weight
            if left < 0:
                return value
        raise AssertionError("weights must be positive")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in a new order (Fisher and Yates)."""
        out = list(items)
        for last in range(len(out) - 1, 0, -1):
            other = self.below(last + 1)
            out[last], out[other] = out[other], out[last]
        return out
