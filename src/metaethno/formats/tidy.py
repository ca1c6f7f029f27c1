"""Which records of a tagged file can be read many at once: nearly all.

RIS and MEDLINE write their lines alike: a tag in four characters, a hyphen, a blank, the value. All is worked out for
a part of a file at once, from its bytes as numbers; values become columns without a Python object for each. Those that
need cleaning are known, and only they are cleaned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from metaethno.formats.columns import column, concatenated, filled, joined, matches, replaced

if TYPE_CHECKING:
    import numpy as np

    from metaethno.formats.columns import Column

    Array = np.ndarray[Any, Any]

# White space that ASCII does not have: `str.split` takes it for a blank.
_ODD_SPACES: Final = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_BREAK, _BLANK, _HYPHEN, _TAB, _AMPERSAND, _SEMICOLON = b"\n -\t&;"
_TWO_BLANKS: Final = int.from_bytes(b"  ", "little")
SPACE: Final = r"\s\p{Z}\x{85}"
"""White space in the syntax of Arrow's patterns."""
_VALUE: Final = 6  # where in a line its value begins
_LONGEST_ENTITY: Final = 40
_MOST_BLANKS: Final = 40  # at the start or end of a line; with more, a record is read by itself
_PADDING: Final = 64
_MANY: Final = 30_000


@dataclass(frozen=True)
class Layout:
    """What a tagged format writes.

    `tag` matches its tags, padded to four characters; with `opening` a record starts; `closing` is the tag with which
    each record ends, if any. A record in which `never` matches is not tidy.

    With `lenient`, a value may be empty, need cleaning, or go on in lines without a tag; behind the end there may be
    tags (none of `titles`), one line that matches `link`, and lines that match `between`.
    """

    tag: re.Pattern[bytes]
    opening: bytes
    closing: bytes = b""
    never: re.Pattern[bytes] | None = None
    lenient: bool = False
    titles: tuple[bytes, ...] = ()
    between: str = ""
    link: str = ""


class Tidy:
    """The tidy records of a part of a file, line by line.

    In a tidy record each line is a tag with a value; where the format has an end, there is one, and nothing behind it.
    No value holds an entity, a tab, two blanks, a blank at its start or end, or white space that ASCII does not have.
    (All this with the exceptions of `Layout.lenient`.)

    `text` is UTF-8. `lines` (from 1) and `starts` (from 0) say where in it records start. `places` says which of them
    (from 0) are tidy; in all that follows they count from 0 without the others. If there aren't `records`, none is.
    Values come without blanks at their ends; a value that is empty counts for `have`, `count` and `tags` only.
    """

    def __init__(self, text: bytes, layout: Layout, records: int | None = None) -> None:
        import numpy as np
        import pandas as pd

        padded = b"".join((b"\n", text, b"\n" * _PADDING))
        letters = np.frombuffer(padded, dtype=np.uint8)
        size = len(padded) - _PADDING
        breaks = np.flatnonzero(letters[:size] == _BREAK)
        ends = np.append(breaks[1:], size)
        width = ends - breaks - 1
        spelled: Array = letters[breaks + 1].astype(np.uint32)
        for place in (2, 3, 4):
            spelled = spelled << 8 | letters[breaks + place]
        codes, known = pd.factorize(spelled)
        names = [int(name).to_bytes(4, "big") for name in known]
        after = letters[breaks + 6]
        self._heads = names
        known_tag = [bool(layout.tag.fullmatch(name)) for name in names]
        hyphened = letters[breaks + 5] == _HYPHEN
        parted = (width == 5) | (after == _BLANK) | ((after == _TAB) & layout.lenient)
        tagged = np.array(known_tag)[codes] & hyphened & parted
        opening = np.array([name == layout.opening for name in names])[codes] & tagged
        self._bytes, self._letters, self._breaks = padded, letters, breaks
        self._first, self._last, self._blanks = _trimmed(letters, breaks, ends, tagged)
        empty = self._first >= self._last
        closing = np.array([name == layout.closing for name in names])[codes] & hyphened
        valued = tagged & ~closing
        loose = ~(tagged | closing | empty)
        unfit = closing & ~(tagged & empty)  # an "end" with words behind it is a line of the value before
        unfit[self._blanks] = True
        if layout.never:
            found = [match.end() - 1 for match in layout.never.finditer(padded, 0, size)]
            unfit[np.searchsorted(breaks, found) - 1] = True
        self._oddly = oddly = self._lines_at(_odd(letters, size))
        self._marred = self._lines_at(_marred(padded, letters, size)) | oddly
        if layout.lenient:
            odd = np.flatnonzero(oddly)
            blank = [not text.strip() for text in self._texts(self._first[odd], self._last[odd]).to_pylist()]
            empty[odd[blank]] = True
            loose &= ~empty
        else:
            unfit |= self._marred | (~tagged & (width > 0))
            unfit |= valued & (empty | (self._first != breaks + 1 + _VALUE) | (self._last != ends))

        start = np.flatnonzero(opening)
        self.lines, self.starts = (start + 1).tolist(), breaks[start].tolist()
        if records not in (None, len(start)):  # then which is which can't be said, and none is
            start = start[:0]
        end = np.append(start[1:], len(breaks))[: len(start)]
        whole = _none(unfit, start, end)
        if layout.closing:
            closings = np.flatnonzero(closing)
            at = np.searchsorted(closings, start)
            whole &= np.searchsorted(closings, end) - at == 1
            # Where it isn't so, any place will do.
            close = np.append(closings, 0)[at] if len(closings) else start
        else:
            close = end
        if not layout.lenient:
            whole &= _tags_first(valued, start, end)
        links = self._behind(layout, (codes, names), (valued, loose), (start, close, whole))
        self.places = np.flatnonzero(whole)

        # The lines of tidy records: tag, record, and where its value is.
        owner = np.full(len(breaks), -1, dtype=np.int64)
        counts = end[self.places] - start[self.places]
        shift = np.repeat(start[self.places] - (np.cumsum(counts) - counts), counts)
        owner[np.arange(len(shift)) + shift] = np.repeat(np.arange(len(self.places)), counts)
        before_end = np.zeros(len(breaks), dtype=bool)
        if len(self.places):
            before_end = (np.arange(len(breaks)) < np.append(close[self.places], 0)[owner]) & (owner >= 0)
        lines = np.flatnonzero(valued & (owner >= 0))
        self._owners, self._codes, self._lines, self._empty = owner[lines], codes[lines], lines, empty[lines]
        self._names = {name.decode("ascii").rstrip(): code for code, name in enumerate(names) if known_tag[code]}
        # A value with further lines ends where the last of them does.
        self._further = np.flatnonzero(loose & before_end)
        self._parents = np.searchsorted(lines, self._further) - 1
        self._from, self._until = self._first[lines], self._last[lines]
        self._until[self._parents] = self._last[self._further]
        self._several = np.zeros(len(lines), dtype=bool)
        self._several[self._parents] = True
        self._empty &= ~self._several
        self._any_empty, self._no_rows = bool(self._empty.any()), lines[:0]
        self._unclean = self._marred[lines] | self._several
        kept = links[owner[links] >= 0]
        self._links = owner[kept], kept
        self._tails = self._behind_end(close, end, loose, valued)

    def _lines_at(self, places: Array) -> Array:
        """Say of each line whether one of the places is between its first and last letter."""
        import numpy as np

        lines = np.searchsorted(self._breaks, places, side="left") - 1
        found = np.zeros(len(self._breaks), dtype=bool)
        found[lines[(places >= self._first[lines]) & (places < self._last[lines])]] = True
        return found

    def _behind(
        self,
        layout: Layout,
        tags: tuple[Array, list[bytes]],
        kinds: tuple[Array, Array],
        records: tuple[Array, Array, Array],
    ) -> Array:
        """Look at the lines behind the ends of records; return the links. A record with other lines isn't tidy."""
        import numpy as np

        (codes, names), (valued, loose), (start, close, whole) = tags, kinds, records
        if not layout.closing or not len(start):
            return np.zeros(0, dtype=np.int64)
        lines = np.flatnonzero(loose | valued)
        place = np.searchsorted(start, lines, side="right") - 1
        behind = (place >= 0) & (lines > close[place])
        lines, place = lines[behind], place[behind]
        if not len(lines):
            return lines
        if not layout.lenient:
            whole[place] = False
            return lines[:0]
        texts = self._texts(self._first[lines], self._last[lines])
        title = np.array([name in layout.titles for name in names])[codes[lines]]
        between, link = matches(texts, layout.between), matches(texts, layout.link)
        far = matches(texts, "://")
        tag = valued[lines]
        # A value that looks like a line between records is none; nor is a line with an address in it anything else.
        fit = np.where(tag, ~(title | between), (between & ~far) | link)
        whole[place[~fit]] = False
        link &= ~tag
        twice = np.bincount(place[link], minlength=len(start)) > 1
        whole &= ~twice
        found: Array = lines[link]
        return found

    def _behind_end(self, close: Array, end: Array, loose: Array, valued: Array) -> dict[int, tuple[int, int]]:
        """Return, of each tidy record with something behind its end, where that begins and ends."""
        import numpy as np

        close, end = close[self.places], end[self.places]
        full = ~_none(loose | valued, np.minimum(close + 1, end), end)
        ends = np.append(self._breaks, len(self._bytes) - _PADDING)
        starts = ends[np.minimum(close, len(ends) - 1)] + 1 + 5  # behind the hyphen
        return {
            place: (first, last)
            for place, first, last in zip(
                self.places[full].tolist(), starts[full].tolist(), (ends[end[full]] + 1).tolist(), strict=True
            )
        }

    def tails(self, most: int) -> dict[int, str]:
        """Return what stands behind the end of records, of at most so many characters: place among all, text."""
        bound = len(self._bytes) - _PADDING
        return {
            place: self._bytes[max(first, last - 4 * most) : min(last, bound)].decode(errors="ignore")[-most:]
            for place, (first, last) in self._tails.items()
        }

    def __len__(self) -> int:
        return len(self.places)

    @cached_property
    def nothing(self) -> Column:
        """No text for each record."""
        return column([""] * len(self))

    def starting(self, *heads: bytes) -> bool:
        """Say whether any line starts so; of a line, four letters are looked at."""
        return any(name.startswith(heads) for name in self._heads)

    def lacks(self, *tags: str) -> bool:
        """Say whether no record has any of these tags."""
        return self._names.keys().isdisjoint(tags)

    def _texts(self, starts: Array, ends: Array) -> Column:
        """Return what stands between the places; they must ascend, but for those with nothing between them."""
        import numpy as np
        import pyarrow as pa

        real = np.flatnonzero(ends > starts)
        offsets = np.zeros(2 * len(real) + 2, dtype=np.int64)
        offsets[2::2], offsets[3::2] = starts[real], ends[real]
        segments = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(self._bytes))
        chosen = np.zeros(len(starts), dtype=np.int64)
        chosen[real] = 2 * np.arange(len(real)) + 2
        return segments.take(pa.array(chosen))

    def _values(self, rows: Array, cleaned: Callable[[str], str] | None = None) -> Column:
        """Return the values of lines (-1: nothing), those that need it cleaned."""
        import numpy as np

        if not len(self._lines):
            return self.nothing.take(np.zeros(len(rows), dtype=np.int64)) if len(self) else self.nothing
        starts = np.where(rows < 0, 0, self._from[rows])
        texts = self._texts(starts, np.where(rows < 0, 0, self._until[rows]))
        return replaced(texts, (rows >= 0) & self._unclean[rows], cleaned) if cleaned else texts

    def _rows(self, tag: str, *, filled: bool = False) -> Array:
        rows = self._rows_of_tags.get(self._names.get(tag, -1), self._no_rows)
        return rows[~self._empty[rows]] if filled and self._any_empty else rows

    @cached_property
    def _rows_of_tags(self) -> dict[int, Array]:
        """The values of each tag (its code): one sorting for all."""
        import numpy as np

        order = np.argsort(self._codes.astype(np.int16 if len(self._heads) < _MANY else np.int64), kind="stable")
        bounds = np.concatenate([[0], np.cumsum(np.bincount(self._codes, minlength=len(self._heads)))])
        return {code: order[bounds[code] : bounds[code + 1]] for code in self._names.values()}

    def count(self, tag: str) -> Array:
        """Return how many values of a tag each record has."""
        import numpy as np

        return np.bincount(self._owners[self._rows(tag)], minlength=len(self))

    def have(self, tags: Collection[str], *, filled: bool = False) -> Array:
        """Say of each record whether it has one of the tags; with `filled`, one with a value."""
        import numpy as np

        found = np.zeros(len(self), dtype=bool)
        for tag in tags:
            found[self._owners[self._rows(tag, filled=filled)]] = True
        return found

    def __contains__(self, tag: str) -> bool:
        return tag in self._names

    def irregular(self, tags: Collection[str]) -> Array:
        """Say of each record whether a tag with a value is also empty, or a value holds white space of other kinds."""
        import numpy as np

        asked = np.zeros(max(self._names.values(), default=0) + 1, dtype=bool)
        asked[[code for name, code in self._names.items() if name in tags]] = True
        found = np.zeros(len(self), dtype=bool)
        if not len(self._lines):
            return found
        key = self._owners * len(asked) + self._codes
        which = asked[self._codes]
        empty = which & self._empty
        if empty.any():
            found[self._owners[empty][np.isin(key[empty], key[which & ~self._empty])]] = True
        if self._oddly.any():
            odd = self._oddly[self._lines]
            odd[self._parents[self._oddly[self._further]]] = True
            found[self._owners[odd & which]] = True
        return found

    def links(self) -> tuple[Array, Column]:
        """Return the links behind the ends, and before them whose they are."""
        owners, lines = self._links
        return owners, self._texts(self._first[lines], self._last[lines])

    def linked(self) -> Array:
        """Say of each record whether it has a link behind its end."""
        import numpy as np

        found = np.zeros(len(self), dtype=bool)
        found[self._links[0]] = True
        return found

    def _first_rows(self, tags: tuple[str, ...]) -> Array:
        import numpy as np

        rows = np.full(len(self), -1, dtype=np.int64)
        for tag in reversed(tags):
            found = self._rows(tag, filled=True)[::-1]  # the last to be set is the first
            rows[self._owners[found]] = found
        return rows

    def first(self, *tags: str, cleaned: Callable[[str], str] | None = None) -> Column:
        """Return the first value of the first of several tags that a record has, or ""."""
        if self._names.keys().isdisjoint(tags):
            return self.nothing
        return self._values(self._first_rows(tags), cleaned)

    def unclean(self, *tags: str) -> Array:
        """Say of each record whether what `first` returns would be changed by cleaning."""
        import numpy as np

        rows = self._first_rows(tags)
        if not len(self._lines):
            return np.zeros(len(self), dtype=bool)
        found: Array = (rows >= 0) & self._unclean[rows]
        return found

    def listed(
        self, *tags: str, cleaned: Callable[[str], str] | None = None, without: str = ""
    ) -> tuple[Column, Array]:
        """Return all values of the first of several tags that a record has, and whose they are.

        Values that begin with a match of `without` don't count; it begins with a letter.
        """
        import numpy as np

        taken = np.zeros(len(self), dtype=bool)
        rows = []
        for tag in tags:
            found = self._rows(tag, filled=True)
            if without:
                first = self._letters[self._first[self._lines[found]]] == ord(without[0])
                some = np.flatnonzero(first | self._unclean[found])
                found = np.delete(found, some[matches(self._values(found[some]), f"^[{SPACE}]*{without}")])
            rows.append(found[~taken[self._owners[found]]])
            taken[self._owners[found]] = True
        chosen = np.sort(np.concatenate(rows))
        return self._values(chosen, cleaned), self._owners[chosen]

    def parted(self, *tags: str) -> tuple[Column, Array, Array]:
        """Return what `listed` does, a further line being a value of its own; and which of them need cleaning."""
        import numpy as np

        taken = np.zeros(len(self), dtype=bool)
        rows = []
        for tag in tags:
            found = self._rows(tag, filled=True)
            rows.append(found[~taken[self._owners[found]]])
            taken[self._owners[found]] = True
        chosen = np.sort(np.concatenate(rows))
        lines = self._lines[chosen]
        if self._several[chosen].any():
            ours = np.zeros(len(self._lines), dtype=bool)
            ours[chosen] = True
            lines = np.sort(np.concatenate([lines, self._further[ours[self._parents]]]))
            owners = self._owners[np.searchsorted(self._lines, lines, side="right") - 1]
        else:
            owners = self._owners[chosen]
        return self._texts(self._first[lines], self._last[lines]), owners, self._marred[lines]

    def gathered(self, *tags: str, cleaned: Callable[[str], str] | None = None) -> tuple[Column, Array]:
        """Return all values of all of several tags, those of the first tag first, and whose they are."""
        import numpy as np

        parts = [self._rows(tag, filled=True) for tag in tags]
        rows = np.concatenate(parts)
        order = np.argsort(self._owners[rows], kind="stable")
        if sum(len(part) > 0 for part in parts) < 2:
            return self._values(rows, cleaned), self._owners[rows]
        sorting = np.argsort(rows)
        texts, back = self._values(rows[sorting], cleaned), np.empty(len(rows), dtype=np.int64)
        back[sorting] = np.arange(len(rows))
        return texts.take(back[order]), self._owners[rows[order]]

    def joined(self, values: tuple[Column, Array]) -> Column:
        """Join what `listed` and `gathered` return by "; ", without repetitions."""
        return joined(*values, len(self))

    def lines_of(self, values: tuple[Column, Array], parter: str = "\n") -> Column:
        """Join what `listed` and `gathered` return, each on a line."""
        return concatenated(*values, len(self), parter)

    def filled_lines_of(self, values: tuple[Column, Array]) -> Column:
        """Join as `lines_of`, without empty ones."""
        texts, owners = values
        some = filled(texts)
        return self.lines_of(values if some.all() else (texts.filter(some), owners[some]))

    def tags(self, which: Array, names: Collection[str]) -> list[dict[str, list[str]]]:
        """Return some of the tags of some records (`which`: true or false for each), with their values.

        With "_link" among the names, also a link behind the end.
        """
        import numpy as np

        if not which.any():
            return []
        wanted = np.zeros(max(self._names.values(), default=0) + 1, dtype=bool)
        wanted[[code for name, code in self._names.items() if name in names]] = True
        rows = np.flatnonzero(wanted[self._codes] & which[self._owners])
        spelled = {code: name for name, code in self._names.items()}
        found: list[dict[str, list[str]]] = [{} for _ in range(len(self))]
        for owner, code, value in zip(
            self._owners[rows].tolist(), self._codes[rows].tolist(), self._values(rows).to_pylist(), strict=True
        ):
            tags, name = found[owner], spelled[code]
            if name in tags:
                tags[name].append(value)
            else:
                tags[name] = [value]
        if "_link" in names:
            owners, lines = self._links
            texts = self._texts(self._first[lines], self._last[lines]).to_pylist()
            for owner, value in zip(owners.tolist(), texts, strict=True):
                found[owner]["_link"] = [value]
        return [found[place] for place in np.flatnonzero(which)]


def _trimmed(letters: Array, breaks: Array, ends: Array, tagged: Array) -> tuple[Array, Array, Array]:
    """Return the first letter of the value of each line, the place behind its last, and lines with too many blanks."""
    import numpy as np

    first = np.where(tagged, np.minimum(breaks + 1 + _VALUE, ends), breaks + 1)
    last = ends.copy()
    long = []
    for edge, inner, step in ((first, 0, 1), (last, -1, -1)):
        blank = np.arange(len(first))
        for _ in range(_MOST_BLANKS):
            sign = letters[edge[blank] + inner]
            blank = blank[((sign == _BLANK) | (sign == _TAB)) & (first[blank] < last[blank])]
            if not len(blank):
                break
            edge[blank] += step
        long.append(blank)
    return first, last, np.concatenate(long)


def _none(marked: Array, start: Array, end: Array) -> Array:
    """Say of each record whether none of its lines is marked."""
    import numpy as np

    before = np.concatenate([[0], np.cumsum(marked)])
    found: Array = before[end] == before[start]
    return found


def _tags_first(valued: Array, start: Array, end: Array) -> Array:
    """Say of each record whether nothing stands between its first and last value."""
    import numpy as np

    before = np.concatenate([[0], np.cumsum(valued)])
    held = before[end] - before[start]
    found: Array = before[start + held] - before[start] == held
    return found


def _marred(padded: bytes, letters: Array, size: int) -> Array:
    """Return where in `letters`, the bytes of `padded`, stands what cleaning might change."""
    import numpy as np

    found = []
    for half in (0, 1):  # two letters as one number: half the work
        pairs = np.frombuffer(padded, dtype="<u2", offset=half, count=size // 2)
        double = 2 * np.flatnonzero(pairs == _TWO_BLANKS) + half
        found.append(double[letters[double - 3] != _BREAK])  # but not the two blanks behind the name of a tag
    if b"\t" in padded:
        found.append(np.flatnonzero(letters[:size] == _TAB))
    if b"&" in padded:
        signs = np.flatnonzero(letters[:size] == _AMPERSAND)
        closing = np.append(np.flatnonzero(letters[:size] == _SEMICOLON), 2 * size)
        near = closing[np.searchsorted(closing, signs)] - signs <= _LONGEST_ENTITY
        found.append(signs[near & (letters[signs + 1] != _BLANK)])
    return np.concatenate(found)


def _odd(letters: Array, size: int) -> Array:
    """Return where white space stands that ASCII does not have."""
    import numpy as np

    high = np.flatnonzero(letters[:size] >= 0x80)
    found = [high[:0]]
    spelled: Array = np.zeros(len(high), dtype=np.uint32)
    for place in range(3 if len(high) else 0):
        spelled = spelled << 8 | letters[high + place]
        spaces = [space.encode() for space in _ODD_SPACES]
        odd = [int.from_bytes(space, "big") for space in spaces if len(space) == place + 1]
        if odd:
            found.append(high[np.isin(spelled, odd)])
    return np.concatenate(found)
