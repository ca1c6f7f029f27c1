"""What must hold of every file that was read, and the table that is made of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from metaethno.errors import Problem, UserError
from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import Export, Parsed, Record, Source

_SHOWN = 20
_IDENTIFYING = ("title", "authors", "doi")
_CONTENT = tuple(name for name in TEXT_FIELDS if name not in ("pub_type", "language"))


def finish(source: Source, parsed: Parsed) -> Export:
    """Return the export as a table.

    Raises `UserError` where the parser and the independent count disagree, where a record may have been lost, and
    where a record is blank.
    """
    import pandas as pd

    errors = [*_lost(source, parsed), *_blank(source, parsed)]
    if errors:
        raise UserError(errors)
    columns = {name: [record.get(name, "") for record in parsed.records] for name in TEXT_FIELDS}
    place = pd.RangeIndex(1, len(parsed.records) + 1)
    frame = pd.DataFrame({"place": pd.Series(place, dtype="int64")})
    frame = pd.concat([frame, *(pd.Series(values, name=name, dtype="str") for name, values in columns.items())], axis=1)
    problems = [*source.problems, *parsed.problems, *_unidentified(source, parsed)]
    if not parsed.records:
        problems.append(
            Problem("ME0216", "The file has no records.", source.name, hint="check that the search had no hits")
        )
    return Export(parsed.format, frame, len(parsed.start_lines), problems)


def _lost(source: Source, parsed: Parsed) -> list[Problem]:
    """Compare what was parsed with what was counted, line by line."""
    problems = [
        Problem("ME0204", reason, source.name, line, hint="mend the file there, or export it again")
        for line, reason in sorted(set(parsed.doubtful))[:_SHOWN]
    ]
    if Counter(parsed.lines) != Counter(parsed.start_lines):
        apart = sorted(
            (Counter(parsed.lines) - Counter(parsed.start_lines))
            + (Counter(parsed.start_lines) - Counter(parsed.lines))
        )
        message = (
            f"{len(parsed.start_lines)} records seem to start in this file, but {len(parsed.lines)} can be read "
            f"({parsed.format}). Doubtful: {_lines(apart)}."
        )
        hint = "look at these lines in a text editor; mend them, or export the file again"
        problems.append(Problem("ME0204", message, source.name, apart[0], hint=hint))
    return problems


def _blank(source: Source, parsed: Parsed) -> list[Problem]:
    blank = [
        (place, line)
        for place, (record, line) in enumerate(zip(parsed.records, parsed.lines, strict=True), start=1)
        if not _has(record, _CONTENT)
    ]
    if not blank:
        return []
    places = _some("record", [place for place, _ in blank])
    message = f"{len(blank)} record(s) have nothing in them ({parsed.format}): {places}; {_lines(n for _, n in blank)}."
    hint = "if it looks right in a text editor, its kind was mistaken: export again, or give a column mapping"
    return [Problem("ME0205", message, source.name, blank[0][1], hint=hint)]


def _unidentified(source: Source, parsed: Parsed) -> list[Problem]:
    poor = [
        (place, line)
        for place, (record, line) in enumerate(zip(parsed.records, parsed.lines, strict=True), start=1)
        if not _has(record, _IDENTIFYING)
    ]
    hint = "look at it in a text editor; it is kept, but can't be recognised when it is found again"
    problems = [
        Problem("ME0211", f"Record {place} has no title, no authors and no DOI.", source.name, line, hint=hint)
        for place, line in poor[:_SHOWN]
    ]
    if len(poor) > _SHOWN:
        more = _lines(line for _, line in poor[_SHOWN:])
        message = f"{len(poor) - _SHOWN} more records have no title, no authors and no DOI: {more}."
        problems.append(Problem("ME0211", message, source.name, poor[_SHOWN][1], hint=hint))
    return problems


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


_OPENERS = {"RIS": r"\nTY {2}- [A-Z]", "Web of Science": r"\nPT [A-Z]\n", "MEDLINE": r"\nPMID- \d"}


def foreign(text: str, kind: str) -> list[tuple[int, str]]:
    """Find the first record of another tagged format in a file of `kind`: its tags would melt into ours."""
    found = []
    for other, opener in _OPENERS.items():
        match = re.search(opener, text) if other != kind else None
        if match:
            line = line_numbers(text, [match.start() + 1])[0]
            found.append((line, f"A {other} record in a {kind} file: give files of different formats one by one."))
    return found


def _has(record: Record, names: Iterable[str]) -> bool:
    return any(record.get(name) for name in names)


def _lines(lines: Iterable[int]) -> str:
    return _some("line", list(lines))


def _some(noun: str, numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {shown}{more}"
