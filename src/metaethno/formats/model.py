"""What a reader is given, what it hands back, and what the caller gets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metaethno.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.formats.columns import Columns

Record = dict[str, str]
"""One record: names from `fields.TEXT_FIELDS` to text; a missing name means an empty string."""

Tags = dict[str, list[str]]
"""A tag and its values in their order, lines that go on included."""

OWN = "metaethno"
"""By this name of a program or provider the readers know what `exchange.writers` wrote."""

HEAD = 256 * 1024
"""How many bytes of a file are looked at to tell its kind."""


@dataclass(frozen=True)
class Source:
    """One file, or one part of it, decoded: `text` has LF line ends only, no byte-order marks, no control characters.

    A large file of a kind that has a `Reader.boundary` comes in parts of whole records; `before` is then the end of
    the text before this part, and `first` says that this is the first part. Readers count lines and records from 1
    in the part they are given. `data` are the bytes that `text` was made of (of a file that is no text, all there is);
    `encoded` is what `utf8` returns, where that is known already.
    """

    name: str
    text: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    data: bytes = b""
    before: str = ""
    first: bool = True
    encoded: bytes = b""

    @property
    def utf8(self) -> bytes:
        """The text as UTF-8."""
        return self.encoded or self.text.encode()

    @property
    def head(self) -> str:
        """The part by which a format is recognised; a look at the whole of a large file would cost a second."""
        return self.text[:100_000]


@dataclass
class Parsed:
    """What a reader found in a source.

    `lines` is the line on which each record starts; `start_lines` is the same list found by a second, simpler look at
    the file that shares no code with the parser. `doubtful` are lines where a record may have been lost. `problems`
    are ready messages; `notes` are gathered over all parts of a file, see `note`. Where several records stand on one
    line, or one ends before the next starts, `spans` has the first byte and the byte after the last of each record in
    `Source.data`; without it, a record reaches from its line to the line of the next. `flavours` counts the programs
    that wrote the records; they are named behind `format`. `remarks` are said by `inspect` only. A reader that has
    columns in place of `records` hands back these. `cut` is a note on the end of the text (see `note`): it counts
    where the file ends there, too.
    """

    format: str
    records: list[Record]
    lines: list[int]
    start_lines: list[int]
    problems: list[Problem] = field(default_factory=list)
    doubtful: list[tuple[int, str]] = field(default_factory=list)
    spans: list[tuple[int, int]] | None = None
    flavours: Counter[str] = field(default_factory=Counter)
    notes: dict[tuple[str, str, str], list[tuple[int, int]]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    columns: Columns | None = None
    cut: tuple[tuple[str, str, str], int, int] | None = None

    def note(self, code: str, message: str, hint: str, place: int, line: int) -> None:
        """Note something about a record (`place`, from 1; 0: none) and its line; all become one warning."""
        self.notes.setdefault((code, message, hint), []).append((place, line))


@dataclass(frozen=True)
class Reader:
    """One export format: what people call it, how its content is recognised, and how it is read.

    `recognise` sees the first `HEAD` bytes at most. `boundary` gives, for the head of a file, the bytes with which a
    record starts at the start of a line: a file of such a kind is read in parts, in bounded memory. `looks` matches
    what is typical of the kind, for the nearest kinds to a file that no reader knows. `binary` readers (workbooks)
    are asked before the file is taken for text, and see `Source.data` only. `about` says to a new user what such a
    file is. `glued`: whose records may follow on the line with which another ends (see `decode`).
    """

    kind: str
    recognise: Callable[[Source], bool]
    parse: Callable[[Source], Parsed]
    boundary: Callable[[Source], re.Pattern[bytes] | None] | None = None
    looks: re.Pattern[str] | None = None
    binary: bool = False
    about: str = ""
    glued: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """A file that was read.

    `records` has the columns `fields.RECORD_FIELDS`; `starts` is the number of records that an independent count
    found (always `len(records)`: anything else is refused); `problems` are warnings about doubtful places; `remarks`
    is what else a person may want to know, such as that several exports were put together; `about` says what the kind
    of file is.
    """

    format: str
    records: pd.DataFrame
    starts: int
    problems: list[Problem]
    remarks: list[str] = field(default_factory=list)
    about: str = ""


def first_filled(tags: Tags, *names: str) -> str:
    """Return the first value with any text, of the first of several tags that has one."""
    for name in names:
        if name in tags:
            for value in tags[name]:
                if value and not value.isspace():
                    return value
    return ""
