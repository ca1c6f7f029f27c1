"""Which records of a RIS file need no mending and no cleaning: most do not, and are then read much faster.

All of it is worked out for a part of a file at once, from its letters as numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

# White space that ASCII does not have: `str.split` takes it for a blank.
_ODD_SPACES: Final = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_BREAK, _BLANK, _HYPHEN, _TAB, _AMPERSAND = b"\n -\t&"


def tidy_ends(text: str, lines: Sequence[int]) -> Array:
    """Return for each record, by the line on which it starts (from 1), the line before its `ER`, or 0: it is not tidy.

    A tidy record has one end (`ER`), behind which is nothing; each line before is a tag with a value; no value holds
    an entity, a tab, two blanks, a blank at its start or end, or white space that ASCII does not have.
    """
    import numpy as np

    if not lines:
        return np.zeros(0, dtype=np.int64)
    # A byte per letter, so that places in the bytes are places in the text; what is no Latin letter becomes "?".
    padded = b"\n" + text.encode("latin-1", "replace") + b"\n" * 8
    letters = np.frombuffer(padded, dtype=np.uint8)
    size = len(text) + 1
    breaks = np.flatnonzero(letters[:size] == _BREAK)
    width = np.diff(np.append(breaks, size)) - 1
    tagged = (letters[breaks + 3] == _BLANK) & (letters[breaks + 4] == _BLANK) & (letters[breaks + 5] == _HYPHEN)
    first, second = letters[breaks + 1], letters[breaks + 2]
    tagged &= (first >= ord("A")) & (first <= ord("Z"))
    tagged &= ((second >= ord("A")) & (second <= ord("Z"))) | ((second >= ord("0")) & (second <= ord("9")))
    end = tagged & (first == ord("E")) & (second == ord("R"))
    valued = tagged & ~end & (width > 6) & (letters[breaks + 6] == _BLANK)
    # An end has nothing behind it but a blank; in further lines of a record there is nothing at all.
    end &= (width == 5) | ((width == 6) & (letters[breaks + 6] == _BLANK))
    marred = _marred(text, letters, size)
    valued[np.searchsorted(breaks, marred, side="left") - 1] = False

    start = np.asarray(lines, dtype=np.int64) - 1
    after = np.append(start[1:], len(breaks))
    values_before = np.concatenate([[0], np.cumsum(valued)])
    ends_before = np.concatenate([[0], np.cumsum(end)])
    empty_before = np.concatenate([[0], np.cumsum(width == 0)])
    count = values_before[after] - values_before[start]
    last = start + count  # where the end must be, if all lines before it are tags with values
    whole = (last < after) & (ends_before[after] - ends_before[start] == 1)
    last = np.minimum(last, len(breaks) - 1)
    whole &= end[last] & (count + 1 + empty_before[after] - empty_before[start] == after - start)
    whole &= empty_before[last] == empty_before[start]
    return np.where(whole, last, 0)


def _marred(text: str, letters: Array, size: int) -> Array:
    """Return where in `letters` stands what cleaning would change."""
    import numpy as np

    blank = letters[: size + 1] == _BLANK
    double = blank[:-1] & blank[1:]
    double[3:] &= letters[: size - 3] != _BREAK  # but not the two blanks behind the name of a tag
    trailing = blank[:-1] & (letters[1 : size + 1] == _BREAK)
    trailing[6:] &= letters[: size - 6] != _BREAK
    found = [np.flatnonzero(double | trailing | (letters[:size] == _AMPERSAND) | (letters[:size] == _TAB))]
    if not text.isascii():
        for space in _ODD_SPACES:
            at = text.find(space)
            while at >= 0:
                found.append(np.array([at + 1]))
                at = text.find(space, at + 1)
    return np.concatenate(found)
