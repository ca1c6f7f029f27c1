"""What must hold of every file that was read, and the table that is made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from metaethno.errors import Problem, UserError
from metaethno.formats import clean
from metaethno.formats.columns import column, columns_of, filled, holding, matches, replaced, together_bytes
from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import Parsed, Source
from metaethno.formats.status import publication_states

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from metaethno.formats.columns import Columns

    Array = np.ndarray[Any, Any]

_SHOWN = 20
_CONTENT = tuple(name for name in TEXT_FIELDS if name not in ("pub_type", "language", "status", "accessions"))
# Databases stop an export at such a number: a file of just so many records is often one of several.
_BATCHES = (200, 500, 1000, 2000, 5000, 10_000)
_UNIDENTIFIED = "ME0211"
# What databases write where there is nothing.
_NONE = {
    "abstract": r"^(?i:\[?no abstract (?:is )?available\.?\]?\.?)$",
    "authors": r"^(?i:\[no author(?:s|s'|'s)? (?:names? |id )?(?:available|listed)\])$",
}
# What several readers note.
UNENDED = (
    "ME0212",
    "Records without an end (ER)",
    "check that the last of them is whole: a download that broke off looks like this",
)
WITHOUT_YEAR = (
    "ME0214",
    "Records without a year",
    "the year is left empty; look the record up in the database if it matters",
)
UNDATED = (
    "ME0214",
    "Dates in which no year can be found",
    "the year is left empty; add it in the database or reference manager if it matters",
)


@dataclass
class _File:
    """What was noted of one file of an archive, or of a file that is none; lines count within it."""

    name: str
    starts: int = 0
    parsed: int = 0
    apart: list[int] = field(default_factory=list)
    doubtful: set[tuple[int, str]] = field(default_factory=set)
    blank: list[tuple[int, int]] = field(default_factory=list)
    poor: list[tuple[int, int]] = field(default_factory=list)
    notes: dict[tuple[str, str, str], list[tuple[int, int]]] = field(default_factory=dict)


class Gathering:
    """Puts together what was read of a file, part by part; at the end it says what is wrong with the whole."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._line = self._bytes = 0
        self._formats: dict[str, Counter[str]] = {}
        self._starts = self._parsed = 0
        self._files = [_File(name)]
        self._problems: list[Problem] = []
        self._remarks: dict[str, None] = {}
        self._cut: tuple[tuple[str, str, str], int, int] | None = None

    def new_file(self, name: str) -> None:
        """Go on with the next file of an archive: its lines and bytes count from 1 and 0."""
        self._end()
        self._files.append(_File(name))
        self._line = self._bytes = 0

    def _end(self) -> None:
        """Note what the last part says of the end of its file: that of a part before is no end."""
        if self._cut:
            key, place, line = self._cut
            self._files[-1].notes.setdefault(key, []).append((place, line))
        self._cut = None

    def note(self, key: tuple[str, str, str], lines: Iterable[int]) -> None:
        """Note lines of the part that comes next."""
        positions = [(0, self._line + line) for line in lines]
        if positions:
            self._files[-1].notes.setdefault(key, []).extend(positions)

    def remark(self, text: str) -> None:
        """Keep what a person may want to know of the file, and `inspect` says."""
        self._remarks[text] = None

    def add(self, source: Source, parsed: Parsed, starts: Array, part: str) -> pd.DataFrame:
        """Return the records of a part as a table (`RECORD_FIELDS`). `starts`: first byte of each line of the part."""
        lines = [self._line + line for line in parsed.lines]
        places = range(self._parsed + 1, self._parsed + 1 + len(lines))
        self._formats.setdefault(parsed.format, Counter()).update(parsed.flavours)
        file = self._files[-1]
        file.doubtful.update((self._line + line, reason) for line, reason in parsed.doubtful)
        if parsed.lines != parsed.start_lines:
            found, counted = Counter(parsed.lines), Counter(parsed.start_lines)
            file.apart += [self._line + n for n in sorted(((found - counted) + (counted - found)).elements())]
        for key, positions in parsed.notes.items():
            base = self._parsed
            shifted = [(base + place if place else 0, self._line + line) for place, line in positions]
            file.notes.setdefault(key, []).extend(shifted)
        if parsed.cut:
            key, place, line = parsed.cut
            self._cut = key, self._parsed + place if place else 0, self._line + line
        elif lines:
            self._cut = None
        self._problems += parsed.problems
        self._remarks |= dict.fromkeys(parsed.remarks)
        columns = columns_of(parsed.records) if parsed.columns is None else parsed.columns
        if b"<" in together_bytes(columns["abstract"]):
            columns["abstract"] = replaced(columns["abstract"], holding(columns["abstract"], "<"), clean.untagged)
        for name, words in _NONE.items():
            columns[name] = replaced(columns[name], matches(columns[name], words), lambda _: "")
        self._look_for_blanks(columns, places, lines)
        columns |= publication_states(columns)
        frame = _frame(columns, places, part, self._spans(source, parsed, starts))
        self._parsed += len(lines)
        self._starts += len(parsed.start_lines)
        file.parsed += len(lines)
        file.starts += len(parsed.start_lines)
        self._line += len(starts) - 1
        self._bytes += len(source.data)
        return frame

    def _look_for_blanks(self, columns: Columns, places: range, lines: list[int]) -> None:
        import numpy as np

        known = filled(columns["title"]) | filled(columns["authors"]) | filled(columns["doi"])
        for row in np.flatnonzero(~known).tolist():
            poor = any(columns[name][row].as_py() for name in _CONTENT)
            file = self._files[-1]
            (file.poor if poor else file.blank).append((places[row], lines[row]))

    def _spans(self, source: Source, parsed: Parsed, starts: Array) -> tuple[Array, Array]:
        """Return the first byte of each record and the byte after its last, in the file."""
        import numpy as np

        if parsed.spans is not None:
            spans = np.array(parsed.spans, dtype=np.int64).reshape(-1, 2)
            return self._bytes + spans[:, 0], self._bytes + spans[:, 1]
        first = starts[np.array(parsed.lines, dtype=np.int64) - 1]
        return self._bytes + first, self._bytes + np.append(first[1:], len(source.data))[: len(first)]

    def finish(self) -> tuple[str, int, list[Problem], list[str]]:
        """Return format, independent count, warnings and remarks.

        Raises `UserError` where the parser and the independent count disagree, where a record may have been lost, and
        where a record is blank.
        """
        self._end()
        name = " and ".join(_format_name(kind, flavours) for kind, flavours in self._formats.items())
        errors = [problem for file in self._files for problem in (*_lost(file, name), *_blanks(file, name))]
        if errors:
            raise UserError(errors)
        problems = [*self._problems, *(problem for file in self._files for problem in _gathered(file))]
        problems += [problem for file in self._files for problem in _unidentified(file)]
        if not self._parsed:
            hint = "check that the search had no hits"
            problems.append(Problem("ME0216", "The file has no records.", self._name, hint=hint))
        remarks = list(self._remarks)
        if self._parsed in _BATCHES:
            remarks.append(
                f"It has exactly {self._parsed:,} records: many databases stop there. Was there another batch?"
            )
        return name, self._starts, problems, remarks


def _lost(file: _File, kind: str) -> list[Problem]:
    """Say what was parsed otherwise than it was counted, line by line."""
    problems = [
        Problem("ME0204", reason, file.name, line, hint="mend the file there, or export it again")
        for line, reason in sorted(file.doubtful)[:_SHOWN]
    ]
    if file.apart:
        message = (
            f"{file.starts} records seem to start in this file, but {file.parsed} can be read "
            f"({kind}). Doubtful: {_lines(file.apart)}."
        )
        hint = "look at these lines in a text editor; mend them, or export the file again"
        problems.append(Problem("ME0204", message, file.name, file.apart[0], hint=hint))
    return problems


def _blanks(file: _File, kind: str) -> list[Problem]:
    if not file.blank:
        return []
    places = _some("record", [place for place, _ in file.blank])
    lines = _lines(line for _, line in file.blank)
    message = f"{len(file.blank)} record(s) have nothing in them ({kind}): {places}; {lines}."
    hint = "if it looks right in a text editor, its kind was mistaken: export again, or give a column mapping"
    return [Problem("ME0205", message, file.name, file.blank[0][1], hint=hint)]


def _gathered(file: _File) -> list[Problem]:
    problems = []
    for (code, message, hint), positions in file.notes.items():
        places = [place for place, _ in positions if place]
        where = f"{_some('record', places)}; " if places else ""
        text = f"{message}: {where}{_lines(line for _, line in positions)}."
        problems.append(Problem(code, text, file.name, positions[0][1], hint=hint))
    return problems


def _unidentified(file: _File) -> list[Problem]:
    hint = "look at it in a text editor; it is kept, but can't be recognised when it is found again"
    problems = [
        Problem(_UNIDENTIFIED, f"Record {place} has no title, no authors and no DOI.", file.name, line, hint=hint)
        for place, line in file.poor[:_SHOWN]
    ]
    if len(file.poor) > _SHOWN:
        more = _lines(line for _, line in file.poor[_SHOWN:])
        message = f"{len(file.poor) - _SHOWN} more records have no title, no authors and no DOI: {more}."
        problems.append(Problem(_UNIDENTIFIED, message, file.name, file.poor[_SHOWN][1], hint=hint))
    return problems


def _format_name(kind: str, flavours: Counter[str]) -> str:
    known = [flavour for flavour, _ in flavours.most_common() if flavour]
    if not known:
        return kind
    return f"{kind} ({known[0]})" if len(known) == 1 else f"{kind} (mixed: {', '.join(sorted(known))})"


def _frame(columns: Columns, places: range, part: str, spans: tuple[Array, Array]) -> pd.DataFrame:
    import numpy as np
    import pyarrow as pa

    place = {"place": np.array(places, dtype=np.int64), "part": column([part] * len(places))}
    place |= {"byte_start": spans[0], "byte_end": spans[1]}
    # Straight from Arrow: pandas would look at every cell several times.
    return pa.table(place | {name: columns[name] for name in TEXT_FIELDS}).to_pandas()


def gathered(code: str, message: str, source: Source, positions: list[tuple[int, int]], hint: str) -> Problem:
    """Return one problem for several records: `positions` are pairs of record and line."""
    places = _some("record", [place for place, _ in positions])
    text = f"{message}: {places}; {_lines(line for _, line in positions)}."
    return Problem(code, text, source.name, positions[0][1], hint=hint)


def line_numbers(text: str, offsets: Iterable[int]) -> list[int]:
    """Return the line (from 1) of each offset; offsets ascend."""
    lines: list[int] = []
    line, last = 1, 0
    for offset in offsets:
        line += text.count("\n", last, offset)
        last = offset
        lines.append(line)
    return lines


_OPENERS = {
    "RIS": r"\nTY {2}- [A-Z]",
    "Web of Science": r"\nPT [A-Z]\n",
    "MEDLINE": r"\nPMID- \d",
    "Ovid": r"\nVN  - Ovid ",
}


def foreign(text: str, kind: str) -> list[tuple[int, str]]:
    """Find the first record of another tagged format in a file of `kind`: its tags would melt into ours."""
    if not _others(kind).search(text):  # as in nearly all files
        return []
    found = []
    for other, opener in _OPENERS.items():
        match = re.search(opener, text) if other != kind else None
        if match:
            line = line_numbers(text, [match.start() + 1])[0]
            found.append((line, f"A {other} record in a {kind} file: give files of different formats one by one."))
    return found


@lru_cache
def _others(kind: str) -> re.Pattern[str]:
    """Return one pattern for all others: the line end in front makes the search many times faster."""
    openers = (opener.removeprefix(r"\n") for other, opener in _OPENERS.items() if other != kind)
    return re.compile(rf"\n(?:{'|'.join(openers)})")


def _lines(lines: Iterable[int]) -> str:
    return _some("line", list(lines))


def _some(noun: str, numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {shown}{more}"
