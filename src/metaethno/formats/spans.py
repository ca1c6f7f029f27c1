"""Where in the bytes of a file a record stands, for formats whose records don't start on lines of their own."""

from __future__ import annotations

from collections.abc import Sequence

from metaethno.formats.model import Source


def byte_spans(
    source: Source, opening: str, closing: str, spans: Sequence[tuple[int, int]]
) -> list[tuple[int, int]] | None:
    """Return `spans` of `source.text` as spans of `source.data`; None where the bytes can't be found.

    Each span starts at the ASCII character `opening`; its last is `closing`, or else it ends anywhere. Decoding changes
    line ends, marks and accents, but never how many of these characters there are: the n-th in the text is the n-th
    among the bytes.
    """
    import numpy as np

    data = np.frombuffer(source.data, dtype=np.uint8)
    starts, ends = (np.flatnonzero(data == ord(sign)) for sign in (opening, closing))
    text = source.text
    if not spans or len(starts) != text.count(opening) or len(ends) != text.count(closing):
        return None
    found: list[tuple[int, int]] = []
    opened = closed = at = until = 0
    for start, end in spans:
        opened += text.count(opening, at, start)
        closed += text.count(closing, until, end)
        at, until = start, end
        first = int(starts[opened])
        last = int(ends[closed - 1]) + 1 if text[end - 1 : end] == closing else -1
        found.append((first, last))
    # An end that isn't marked is where the next record starts.
    following = [first for first, _ in found[1:]] + [len(source.data)]
    return [(first, last if last > first else after) for (first, last), after in zip(found, following, strict=True)]
