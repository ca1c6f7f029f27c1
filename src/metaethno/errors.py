"""What goes wrong, in words for the person who can mend it.

Everything a user can cause is a `Problem`: which file, which line, which value, what is allowed and what to do.
Problems are gathered, never raised one by one; `UserError` carries all of them to the command line, which prints
them without a traceback and exits with 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MOST_NAMES = 5000


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with what a user gave.

    `code` is stable (`ME0101`), `message` says what is wrong, `allowed` what would be right, `hint` what to do next.
    `line` is the line in the file as an editor shows it (header line = 1).
    """

    code: str
    message: str
    file: str = ""
    line: int | None = None
    column: str = ""
    value: str = ""
    allowed: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = printable(self.file)
        if self.line is not None:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        parts = [f"{self.code} {place}: {self.message}" if place else f"{self.code} {self.message}"]
        if self.value:
            parts.append(f"  value:   {self.value[:200]!r}")
        if self.allowed:
            parts.append(f"  allowed: {self.allowed}")
        if self.hint:
            parts.append(f"  to do:   {self.hint}")
        return "\n".join(parts)


def printable(name: str) -> str:
    """Return the name of a file without letters that a terminal would obey, or can't show."""
    return name if name.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in name)


class UserError(Exception):
    """One or more problems in what the user gave; the command line prints them and exits with `exit_code`."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem], done: str = "Nothing was changed.") -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        # What the command had done before it stopped, where that is to stay.
        self.done = done
        super().__init__("\n".join(str(p) for p in self.problems))


class UsageError(UserError):
    """The command was called wrongly (exit code 2)."""

    exit_code = 2


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the nearest of `known`, or an empty string where none is near.

    Capitals don't count. Of more than some thousand names none is suggested: to compare them all would take seconds.
    """
    import difflib

    names = {name.casefold(): name for name in known}
    if len(names) > _MOST_NAMES:
        near = [n for n in names if n == word.casefold()]
    else:
        near = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return f" Did you mean {names[near[0]]!r}?" if near else ""
