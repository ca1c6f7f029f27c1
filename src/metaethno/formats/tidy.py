"""Which records of a tagged file need no mending and no cleaning: most do not, and are then read many at once.

RIS and MEDLINE write their lines alike: a tag in four characters, a hyphen, a blank, the value. All is worked out for
a part of a file at once, from its bytes as numbers; values become columns without a Python object for each.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats.columns import concatenated, joined

if TYPE_CHECKING:
    import numpy as np

    from metaethno.formats.columns import Column

    Array = np.ndarray[Any, Any]

# White space that ASCII does not have: `str.split` takes it for a blank.
_ODD_SPACES: Final = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_BREAK, _BLANK, _HYPHEN = b"\n -"
_TAB, _AMPERSAND = b"\t", b"&"
_TWO_BLANKS, _BLANK_BREAK = (int.from_bytes(pair, "little") for pair in (b"  ", b" \n"))
_VALUE: Final = 6  # where in a line its value begins


@dataclass(frozen=True)
class Layout:
    """What a tagged format writes.

    `tag` matches its tags, padded to four characters; with `opening` a record starts; `closing` is the tag with which
    each record ends, if any. A record with a line `never` is not tidy.
    """

    tag: re.Pattern[bytes]
    opening: bytes
    closing: bytes = b""
    never: bytes = b""


class Tidy:
    """The tidy records of a part of a file, line by line.

    In a tidy record each line is a tag with a value; where the format has an end, there is one, and nothing behind it.
    No value holds an entity, a tab, two blanks, a blank at its start or end, or white space that ASCII does not have.

    `places` says which of all `records` (from 0) are tidy; in all that follows they count from 0 without the others.
    """

    def __init__(self, text: str, layout: Layout, records: int) -> None:
        import numpy as np
        import pandas as pd

        padded = b"\n" + text.encode() + b"\n" * 8
        letters = np.frombuffer(padded, dtype=np.uint8)
        size = len(padded) - 8
        breaks = np.flatnonzero(letters[:size] == _BREAK)
        width = np.diff(np.append(breaks, size)) - 1
        spelled: Array = letters[breaks + 1].astype(np.uint32)
        for place in (2, 3, 4):
            spelled = spelled << 8 | letters[breaks + place]
        codes, known = pd.factorize(spelled)
        names = [int(name).to_bytes(4, "big") for name in known]
        after = letters[breaks + 6]
        known_tag = [bool(layout.tag.fullmatch(name)) for name in names]
        tagged = np.array(known_tag)[codes]
        tagged &= letters[breaks + 5] == _HYPHEN
        closing = np.array([name == layout.closing for name in names])[codes] & tagged
        opening = np.array([name == layout.opening for name in names])[codes] & tagged
        opening &= (width == 5) | (after == _BLANK) | (after == _TAB[0])
        valued = tagged & ~closing & (width > _VALUE) & (after == _BLANK)
        # An end has nothing behind it but a blank; in further lines of a record there is nothing at all.
        closing &= (width == 5) | ((width == 6) & (after == _BLANK))
        valued[np.searchsorted(breaks, _marred(padded, letters, size), side="left") - 1] = False
        if layout.never and layout.never in padded:
            never = [match.start() for match in re.finditer(re.escape(layout.never), padded)]
            valued[np.searchsorted(breaks, never)] = False

        start = np.flatnonzero(opening)
        if len(start) != records:  # then which is which can't be said, and none is
            start = start[:0]
        end = np.append(start[1:], len(breaks))[: len(start)]
        before = {
            name: np.concatenate([[0], np.cumsum(lines)])
            for name, lines in (("values", valued), ("ends", closing), ("empty", width == 0))
        }
        held = {name: count[end] - count[start] for name, count in before.items()}
        ends = int(bool(layout.closing))
        last = start + held["values"]  # where the values end, if all lines before are values
        whole = (held["ends"] == ends) & (held["values"] + held["empty"] + ends == end - start)
        whole &= before["values"][last] - before["values"][start] == held["values"]
        if ends:
            whole &= before["ends"][np.minimum(last + 1, len(breaks))] > before["ends"][last]
        self.places = np.flatnonzero(whole)

        # The lines of tidy records: tag, record, and where its value is.
        lengths = held["values"][self.places]
        owners = np.repeat(np.arange(len(self.places)), lengths)
        shift = np.repeat(start[self.places] - (np.cumsum(lengths) - lengths), lengths)
        lines = np.arange(len(owners)) + shift
        self._owners, self._codes, self._lines = owners, codes[lines], lines
        self._names = {name.decode("ascii").rstrip(): code for code, name in enumerate(names) if known_tag[code]}
        self._bytes, self._ends = padded, np.append(breaks, size)

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def _segments(self) -> Column:
        """Nothing, then by turns what stands before a value, and the value."""
        import numpy as np
        import pyarrow as pa

        offsets = np.zeros(2 * len(self._ends), dtype=np.int64)
        offsets[3::2] = self._ends[1:]
        offsets[2::2] = np.minimum(self._ends[:-1] + 1 + _VALUE, self._ends[1:])
        count = len(offsets) - 1
        return pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(self._bytes))

    def _values(self, rows: Array) -> Column:
        """Return the values of lines; -1: nothing."""
        import numpy as np
        import pyarrow as pa

        segment = 2 * self._lines[rows] + 2 if len(self._lines) else np.zeros(len(rows), dtype=np.int64)
        return self._segments.take(pa.array(np.where(rows < 0, 0, segment)))

    def _rows(self, tag: str) -> Array:
        import numpy as np

        return np.flatnonzero(self._codes == self._names[tag]) if tag in self._names else np.zeros(0, dtype=np.int64)

    def count(self, tag: str) -> Array:
        """Return how many values of a tag each record has."""
        import numpy as np

        return np.bincount(self._owners[self._rows(tag)], minlength=len(self))

    def have(self, tags: Collection[str]) -> Array:
        """Say of each record whether it has one of the tags."""
        import numpy as np

        found = np.zeros(len(self), dtype=bool)
        for tag in tags:
            found[self._owners[self._rows(tag)]] = True
        return found

    def first(self, *tags: str) -> Column:
        """Return the first value of the first of several tags that a record has, or ""."""
        import numpy as np

        rows = np.full(len(self), -1, dtype=np.int64)
        for tag in reversed(tags):
            found = self._rows(tag)[::-1]  # the last to be set is the first
            rows[self._owners[found]] = found
        return self._values(rows)

    def listed(self, *tags: str) -> tuple[Column, Array]:
        """Return all values of the first of several tags that a record has, and whose they are."""
        import numpy as np

        taken = np.zeros(len(self), dtype=bool)
        rows = []
        for tag in tags:
            found = self._rows(tag)
            rows.append(found[~taken[self._owners[found]]])
            taken[self._owners[found]] = True
        return self._of(np.sort(np.concatenate(rows)))

    def gathered(self, *tags: str) -> tuple[Column, Array]:
        """Return all values of all of several tags, those of the first tag first, and whose they are."""
        import numpy as np

        rows = np.concatenate([self._rows(tag) for tag in tags])
        return self._of(rows[np.argsort(self._owners[rows], kind="stable")])

    def _of(self, rows: Array) -> tuple[Column, Array]:
        return self._values(rows), self._owners[rows]

    def joined(self, values: tuple[Column, Array]) -> Column:
        """Join what `listed` and `gathered` return by "; ", without repetitions."""
        return joined(*values, len(self))

    def lines_of(self, values: tuple[Column, Array]) -> Column:
        """Join what `listed` and `gathered` return, each on a line."""
        return concatenated(*values, len(self), "\n")

    def tags(self, which: Array, names: Collection[str]) -> list[dict[str, list[str]]]:
        """Return some of the tags of some records (`which`: true or false for each), with their values."""
        import numpy as np

        wanted = np.zeros(max(self._names.values(), default=0) + 1, dtype=bool)
        wanted[[code for name, code in self._names.items() if name in names]] = True
        rows = np.flatnonzero(wanted[self._codes] & which[self._owners])
        spelled = {code: name for name, code in self._names.items()}
        found: list[dict[str, list[str]]] = [{} for _ in range(len(self))]
        for owner, code, value in zip(
            self._owners[rows].tolist(), self._codes[rows].tolist(), self._values(rows).to_pylist(), strict=True
        ):
            found[owner].setdefault(spelled[code], []).append(value)
        return [found[place] for place in np.flatnonzero(which)]


def _marred(padded: bytes, letters: Array, size: int) -> Array:
    """Return where in `letters`, the bytes of `padded`, stands what cleaning would change."""
    import numpy as np

    found = []
    for half in (0, 1):  # two letters as one number: half the work
        pairs = np.frombuffer(padded, dtype="<u2", offset=half, count=size // 2)
        double = 2 * np.flatnonzero(pairs == _TWO_BLANKS) + half
        found.append(double[letters[double - 3] != _BREAK])  # but not the two blanks behind the name of a tag
        found.append(2 * np.flatnonzero(pairs == _BLANK_BREAK) + half)
    for sign in (_AMPERSAND, _TAB):
        if sign in padded:
            found.append(np.flatnonzero(letters[:size] == sign[0]))
    high = np.flatnonzero(letters[:size] >= 0x80)
    if len(high):
        spelled: Array = np.zeros(len(high), dtype=np.uint32)
        for place in range(3):
            spelled = spelled << 8 | letters[high + place]
            spaces = [space.encode() for space in _ODD_SPACES]
            odd = [int.from_bytes(space, "big") for space in spaces if len(space) == place + 1]
            found.append(high[np.isin(spelled, odd)])
    return np.concatenate(found)
