"""What a reader is given, what it hands back, and what the caller gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metaethno.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, str]
"""One record: names from `fields.TEXT_FIELDS` to text; a missing name means an empty string."""


@dataclass(frozen=True)
class Source:
    """One file, decoded: `text` has LF line ends only, no byte-order marks and no control characters."""

    name: str
    text: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def head(self) -> str:
        """The part by which a format is recognised; a look at the whole of a large file would cost a second."""
        return self.text[:100_000]


@dataclass
class Parsed:
    """What a reader found.

    `lines` is the line on which each record starts; `start_lines` is the same list found by a second, simpler look at
    the file that shares no code with the parser. `doubtful` are lines where a record may have been lost.
    """

    format: str
    records: list[Record]
    lines: list[int]
    start_lines: list[int]
    problems: list[Problem] = field(default_factory=list)
    doubtful: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """One export format: what people call it, how its content is recognised, and how it is read."""

    kind: str
    recognise: Callable[[Source], bool]
    parse: Callable[[Source], Parsed]


@dataclass(frozen=True)
class Export:
    """A file that was read.

    `records` has the columns `fields.RECORD_FIELDS`; `starts` is the number of records that an independent count
    found (always `len(records)`: anything else is refused); `problems` are warnings about doubtful places.
    """

    format: str
    records: pd.DataFrame
    starts: int
    problems: list[Problem]
