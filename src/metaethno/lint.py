"""Checks a query as it stands in its file: brackets, quotation marks, line references, marks that only look right.

    findings = check_query(text)

A query is either one expression or a numbered list of lines (a search history: Ovid's `1 or 2` and `or/1-5`, EBSCO's
`S1 OR S2`, `#1 AND #2` elsewhere). The checks hold for every platform; what only one platform knows is left to
`metaethno.lint_platforms`. They say what looks wrong, never what should have been searched.

Codes: ME0350 not text, or empty; ME0351 curly quotation mark; ME0352 quotation mark without its partner; ME0353
bracket without its partner; ME0354 reference to a line that is not there, or not there yet; ME0355 line that no other
line uses; ME0356 number of a line twice or left out; ME0357 operator without a term; ME0358 AND and OR at one level;
ME0359 character that can't be seen, or only looks like another.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

# What a person could have written; a larger file is no query.
MAX_LENGTH: Final = 200_000
_SHOWN: Final = 20
_MOST_LINES: Final = 10_000

_DOUBLE: Final = "“”„‟«»″〝〞＂"
_SINGLE: Final = "‘’‚‛′"
_HIDDEN: Final = {
    "\u00a0": "a no-break space", "\u00ad": "a soft hyphen", "\u200b": "a space without width",
    "\u200c": "a mark without width", "\u200d": "a mark without width", "\u200e": "a mark of direction",
    "\u200f": "a mark of direction", "\u2060": "a mark without width", "\ufeff": "a byte-order mark",
    "\u2007": "a figure space", "\u202f": "a narrow no-break space", "\u2010": "a hyphen that is not '-'",
    "\u2011": "a hyphen that is not '-'", "\u2012": "a dash in place of '-'", "\u2013": "a dash in place of '-'",
    "\u2014": "a dash in place of '-'", "\u2212": "a minus sign in place of '-'", "\u2217": "a look-alike of '*'",
    "\uff0a": "a look-alike of '*'", "\uff08": "a look-alike of '('", "\uff09": "a look-alike of ')'",
}  # fmt: skip
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_OPERATOR: Final = r"(?:and|or|not|adj\d*|near(?:/\d+|\d+)?|n\d+|w\d+|pre/\d+|next(?:/\d+)?|same)"
# The start of a numbered line: '1.', '1)', '#1', 'S1', or a number and a tab or spaces.
_NUMBERED: Final = re.compile(
    r"^[ \t]*(?:(?P<mark>[#Ss])(?P<marked>\d{1,4})\b[.):]?|(?P<plain>\d{1,4})(?:[.)](?!\d)|(?=[ \t])))[ \t]*"
)
# 'or/1-5', '{or #1-#5}', '1-5/or': all lines of a list or range, joined.
_JOINED: Final = re.compile(
    # Possessive, and a list of numbers is taken whether "/or" follows or not: each letter is looked at once.
    r"\b(?:and|or|not)\s*+/\s*+(?P<after>[\d,\s#Ss–—-]*\d)"
    r"|(?<!\d)(?P<before>\d++(?:\s*+[-,–—]\s*+\d++)++)(?P<joint>\s*+/\s*+(?:and|or)\b)?"
    r"|\{\s*+(?:and|or)\s++(?P<braced>[\d,\s#–—-]*\d)\s*+\}",
    re.I,
)
_LIMITED: Final = re.compile(r"^\s*limit\s+(\d{1,4})\s+to\b", re.I)
_WORD: Final = re.compile(r"[#Ss]?\d{1,4}\b|[()\[\]{}]|[^\s()\[\]{}]+")


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong in a query; `line` and `column` count from 1; level: error, warning or note."""

    code: str
    level: str
    line: int
    column: int
    message: str
    hint: str = ""


@dataclass(frozen=True)
class _Piece:
    """A numbered line of a search history, or the whole of a query without numbers. `start`: offset of `text`."""

    number: int | None
    at: int
    start: int
    text: str


class _Places:
    """Turns offsets into lines and columns."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def __call__(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def decode_query(data: bytes) -> tuple[str, list[Finding]]:
    """Return the text of a query file (line ends as LF) and what is wrong with it as text."""
    found = []
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            text = data.decode("cp1252", errors="replace")
            hint = "Save the query as plain text in UTF-8: that is how it is printed in the report."
            found.append(Finding("ME0350", "warning", line, 1, "this is not UTF-8; it is read as Windows text", hint))
    if "\0" in text or len(text) > MAX_LENGTH:
        hint = "Copy the query out of its document and save it as plain text."
        return "", [Finding("ME0350", "error", 1, 1, "this is no text file with a query", hint)]
    return text.replace("\r\n", "\n").replace("\r", "\n"), found


def pieces(text: str) -> list[_Piece]:
    """Return the numbered lines of a search history, or the whole text as one piece.

    Lines count as numbered where at least two in order begin with 1 and 2, in whatever style; a line without a number
    goes on the one before it, and lines before the first number are a heading.
    """
    marks: list[tuple[int, int, int]] = []
    offset = 0
    for line in text.split("\n"):
        match = _NUMBERED.match(line)
        if match and line[match.end() :].strip():
            marks.append((offset, offset + match.end(), int(match["marked"] or match["plain"])))
        offset += len(line) + 1
    numbers = [n for _, _, n in marks]
    if 1 not in numbers or 2 not in numbers[numbers.index(1) :]:
        return [_Piece(None, 0, 0, text)]
    marks = marks[numbers.index(1) :]
    ends = [at for at, _, _ in marks[1:]] + [len(text)]
    return [_Piece(n, at, start, text[start:end]) for (at, start, n), end in zip(marks, ends, strict=True)]


def check_query(text: str) -> list[Finding]:
    """Return all that looks wrong in the text of a query, in order of place."""
    if not text.strip():
        return [Finding("ME0350", "error", 1, 1, "the file holds no query", "Paste the query as it was run.")]
    place = _Places(text)
    found = list(_marks(text, place))
    parts = pieces(text)
    for part in parts:
        found += _balance(part, place)
        found += _operators(part, place)
    if parts[0].number is not None:
        found += _references(parts, place)
    return sorted(found, key=lambda f: (f.line, f.column, f.code))


def _marks(text: str, place: _Places) -> Iterator[Finding]:
    """Find curly quotation marks, and characters that can't be seen or only look like others."""
    for match in re.finditer(f"[{_DOUBLE}]", text):
        hint = 'Type it again as a straight mark ("); word processors and printers make it curly.'
        message = f"a curly quotation mark ({match[0]}): databases take it for a letter, or break off the phrase"
        yield Finding("ME0351", "error", *place(match.start()), message, hint)
    for match in re.finditer(f"[{_SINGLE}]", text):
        inside = text[match.start() - 1 : match.start()].isalpha() and text[match.end() : match.end() + 1].isalpha()
        message = f"a curly {'apostrophe' if inside else 'quotation mark'} ({match[0]})"
        hint = "Type it again as a straight one (')."
        yield Finding("ME0351", "warning" if inside else "error", *place(match.start()), message, hint)
    for n, match in enumerate(re.finditer(f"[{''.join(_HIDDEN)}]", text)):
        if n < _SHOWN:
            message = f"{_HIDDEN[match[0]]} (U+{ord(match[0]):04X})"
            yield Finding("ME0359", "warning", *place(match.start()), message, "Type it again on the keyboard.")


def _balance(part: _Piece, place: _Places) -> Iterator[Finding]:
    """Find brackets and quotation marks without a partner. A curly mark counts as the straight one it stands for."""
    text = re.sub(f"[{_DOUBLE}]", '"', part.text)
    quotes = [m.start() for m in re.finditer('"', text)]
    odd = len(quotes) % 2 == 1
    if odd:
        message = "an odd number of quotation marks; this is the last of them"
        hint = "One phrase is not closed, or not opened: look at all of them."
        yield Finding("ME0352", "error", *place(part.start + quotes[-1]), message, hint)
    inside = False
    open_: list[tuple[str, int]] = []
    for match in re.finditer(r'["()\[\]{}]', text):
        mark, at = match[0], match.start()
        if mark == '"':
            # Where a mark is missing nobody knows what is inside, so all brackets are looked at.
            inside = not inside and not odd
        elif inside:
            continue
        elif mark in "([{":
            open_.append((mark, at))
        elif open_ and open_[-1][0] == _CLOSING[mark]:
            open_.pop()
        else:
            yield Finding(
                "ME0353", "error", *place(part.start + at), f"this '{mark}' closes nothing", "Take it out, or open it."
            )
            if open_ and any(o == _CLOSING[mark] for o, _ in open_):
                while open_ and open_.pop()[0] != _CLOSING[mark]:
                    pass
    for mark, at in open_[:_SHOWN]:
        yield Finding("ME0353", "error", *place(part.start + at), f"this '{mark}' is never closed", "Close it.")


def _words(part: _Piece) -> list[tuple[str, int]]:
    """Return the words of a piece, each with its offset; phrases as one word; a number of hits at the end left out."""
    text = re.sub(f"[{_DOUBLE}]", '"', part.text)
    text = re.sub(r'"[^"]*"', lambda m: '"' + "x" * (len(m[0]) - 2) + '"' if len(m[0]) > 2 else m[0], text)
    if part.number is not None:
        text = re.sub(r"(?:\(\s*[\d,]+\s*\)|\t[\d,]+|<[\d,]+>)\s*$", lambda m: " " * len(m[0]), text)
    return [(m[0], part.start + m.start()) for m in _WORD.finditer(text)]


def _is_operator(word: str) -> bool:
    return re.fullmatch(_OPERATOR, word, re.I) is not None


def _is_boolean(word: str) -> bool:
    return word.casefold() in ("and", "or", "not")


def _operators(part: _Piece, place: _Places) -> Iterator[Finding]:
    """Find AND, OR and NOT without a term beside them, empty brackets, and AND beside OR at one level."""
    words = _words(part)
    levels: list[dict[str, int]] = [{}]
    for (word, at), (before, _), (after, _) in zip(words, [("", 0), *words][:-1], [*words, ("", 0)][1:], strict=True):
        if word in "([{":
            levels.append({})
            if after and after in ")]}":
                yield Finding("ME0357", "error", *place(at), "empty brackets", "Fill them, or take them out.")
        elif word in ")]}":
            if len(levels) > 1:
                levels.pop()
        elif _is_boolean(word) and before not in ("{",):
            lonely = not after or after in ")]}" or (_is_boolean(after) and after.casefold() != "not")
            if lonely or not before or before in "([{":
                side = "after" if lonely else "before"
                message = f"nothing to search for stands {side} this {word.upper()}"
                yield Finding("ME0357", "error", *place(at), message, "Add the term, or take the operator out.")
            kind = word.casefold().replace("not", "and")
            if kind not in levels[-1] and len(levels[-1]) == 1:
                hint = "Say by brackets which belong together: platforms differ in what they join first."
                yield Finding("ME0358", "warning", *place(at), "AND and OR stand side by side without brackets", hint)
            levels[-1].setdefault(kind, at)


def _span(numbers: str, offset: int) -> Iterator[tuple[int, int, int]]:
    """Return (first, last, offset) of what `1-3,5` names: the range of numbers, and where its last one stands."""
    last: int | None = None
    for match in re.finditer(r"([-–—]?)\s*[#Ss]?(\d+)", numbers):
        number, at = int(match[2][:9]), offset + match.start(2)
        first = last if match[1] and last is not None else number
        yield first, number, at
        last = number


def _used(part: _Piece) -> list[tuple[int, int, int]]:
    """Return which lines a line refers to: ranges (first, last), each with the offset of its last number.

    The first of a range has been named before it, by itself.
    """
    text = re.sub(r'"[^"]*"', lambda m: " " * len(m[0]), re.sub(f"[{_DOUBLE}]", '"', part.text))
    used: list[tuple[int, int, int]] = []

    def take(match: re.Match[str]) -> str:
        if match["before"] and not match["joint"]:
            return match[0]
        group = next(name for name in ("after", "before", "braced") if match[name])
        used.extend(_span(match[group], part.start + match.start(group)))
        return " " * len(match[0])

    text = _JOINED.sub(take, text)
    if limited := _LIMITED.match(text):
        number = int(limited[1])
        used.append((number, number, part.start + limited.start(1)))
        return used
    words = [(w, at) for w, at in _words(_Piece(part.number, part.at, part.start, text)) if w not in "()"]
    beside = zip(words, [("", 0), *words][:-1], [*words, ("", 0)][1:], strict=True)
    for (word, at), (before, _), (after, _) in beside:
        # A bare number is a line only where it stands alone between operators: 'type 2 diabetes' is none.
        marked = re.fullmatch(r"[#Ss](\d{1,4})", word)
        alone = (not before or _is_operator(before)) and (not after or _is_operator(after))
        if marked and (word[0] == "#" or alone):
            used.append((int(marked[1]), int(marked[1]), at + 1))
        elif word.isdigit() and alone and (before or after):
            used.append((int(word[:9]), int(word[:9]), at))
    return used


def _references(parts: list[_Piece], place: _Places) -> Iterator[Finding]:
    """Find references to lines that are not there (yet), lines that nothing uses, and numbers twice or left out."""
    numbers = [int(p.number or 0) for p in parts]
    known, seen = set(numbers), set[int]()
    steps = [0] * (_MOST_LINES + 2)  # one more range begins here, or one less goes on
    for expected, part in enumerate(parts, 1):
        number = int(part.number or 0)
        if number in seen:
            hint = "Number the lines as the platform did."
            yield Finding("ME0356", "error", *place(part.at), f"line {number} stands there twice", hint)
        elif number != expected and number - 1 not in seen:
            hint = "Paste the whole history, or number the lines anew."
            yield Finding(
                "ME0356", "warning", *place(part.at), f"line {number} follows line {numbers[expected - 2]}", hint
            )
        for first, line, at in _used(part):
            steps[min(first, line, _MOST_LINES)] += 1
            steps[min(max(first, line), _MOST_LINES) + 1] -= 1
            if line in seen:
                continue
            if line not in known:
                message = f"line {number} refers to line {line}, which is not there"
            elif line == number:
                message = f"line {number} refers to itself"
            else:
                message = f"line {number} refers to line {line}, which comes later"
            hint = "Correct the number: the platform took another line, or refused."
            yield Finding("ME0354", "error", *place(at), message, hint)
        seen.add(number)
    uses = list(accumulate(steps))
    if any(uses):
        for part in parts[:-1]:
            if not uses[part.number or 0]:
                hint = "Was it left out of a combination? A line that was only tried can stay."
                yield Finding("ME0355", "warning", *place(part.at), f"no other line uses line {part.number}", hint)


def caret(text: str, finding: Finding, width: int = 100) -> str:
    """Return the line of a finding with a caret under its place, cut to `width` around it."""
    lines = text.split("\n")
    line = lines[finding.line - 1] if finding.line <= len(lines) else ""
    start = max(0, finding.column - 1 - width // 2)
    shown = "".join(c if c.isprintable() else " " for c in line[start : start + width])
    return f"    {shown}\n    {' ' * (finding.column - 1 - start)}^"
