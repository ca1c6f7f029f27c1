"""Is a quotation in a text, and on the page it is said to be on?

Only letters and digits are compared, without case and accents: so white space, hyphens at line ends, ligatures, curly
and straight quotation marks don't matter. `[...]` and `…` stand for words that were left out, `[words]` for words that
were put in, `[T]he` for a changed letter. A page is known by the label that the file gives it, by the number printed
at its head or foot, or by its place in the file; which of these agreed is said.

Functions on texts only; nothing is opened here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

# From best to worst; of several files of a report, the best result counts.
STATES: Final = ("found", "no_page", "other_page", "not_found", "no_text", "unreadable")
_GAP: Final = 6000  # letters that may lie between two pieces of one quotation
_LONGEST: Final = 1_000_000  # letters of a text in which the nearest place is looked for
_LEFT_OUT: Final = re.compile(r"\[\s*(?:\.\s*){2,}\]|\(\s*(?:\.\s*){2,}\)|\[\s*…\s*\]|\(\s*…\s*\)|…|(?:\.\s?){3,}")
_PUT_IN: Final = re.compile(r"\[[^\[\]]{2,}\]")
_NAMED: Final = re.compile(
    r"(?<![\w.])(?:pp?|pgs?|pages?|seiten?|S)\s*\.?\s*"
    r"((?:[A-Za-z]?\d+|[ivxlcIVXLC]+\b)(?:\s*(?:[-–—,;&]|and)\s*(?:[A-Za-z]?\d+))*)"
)
_BARE: Final = re.compile(r"[A-Za-z]?\d+(?:\s*[-–—,;]\s*[A-Za-z]?\d+)*")


@dataclass(frozen=True)
class Pages:
    """A text by pages. labels: what the file calls each page (empty: nothing). paged: whether it has pages at all."""

    texts: Sequence[str]
    labels: Sequence[str] = ()
    paged: bool = True


@dataclass(frozen=True)
class Result:
    """What came of looking for a quotation: one of `STATES`.

    page: where it is (or the nearest place): the name that the page has. page_by: label | printed | position: what
    the named page agreed with. similarity: of the nearest place, 0 to 100. nearest: the words there.
    """

    state: str
    page: str = ""
    page_by: str = ""
    similarity: str = ""
    nearest: str = ""


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", letter.casefold()).casefold() if c.isalnum())


def letters(text: str) -> str:
    """Return what is compared: letters and digits without case and accents."""
    return "".join(map(_folded, text))


def pieces(quotation: str, *, put_in: bool = False) -> list[str]:
    """Return the parts of a quotation between words left out; put_in: bracketed words are none of the text's."""
    text = _LEFT_OUT.sub("\0", quotation)
    if put_in:
        text = _PUT_IN.sub("\0", text)
    return [part for part in map(letters, text.split("\0")) if part]


def named_pages(locator: str) -> list[str]:
    """Return the pages that a locator names (`p. 12`, `pp. 123-5`, `12`), in order; none where it names no page."""
    locator = locator.strip()
    found = [m[1] for m in _NAMED.finditer(locator)] or ([locator] if _BARE.fullmatch(locator) else [])
    out: list[str] = []
    for text in found:
        for part in re.split(r"\s*(?:[,;&]|\band\b)\s*", text):
            first, _, last = (p.strip() for p in re.sub("[–—]", "-", part).partition("-"))
            if first.isdecimal() and last.isdecimal():
                # 123-5 and 123-25 are short for 123-125.
                whole = first[: len(first) - len(last)] + last if len(last) < len(first) else last
                out += [str(n) for n in range(int(first), min(int(whole), int(first) + 200) + 1)]
            else:
                out += [p for p in (first, last) if p]
    return list(dict.fromkeys(one.casefold() for one in out))


# ------------------------------------------------------------------------------------------------ a text, prepared


@dataclass
class Prepared:
    """A text ready to be searched; made by `prepare`."""

    pages: Pages
    printed: list[str]
    whole: str  # letters of all pages
    starts: list[int]  # where each page begins in `whole`
    body: str  # the same without heads and feet
    body_starts: list[int]
    _places: list[list[int]] = field(default_factory=list)

    @property
    def has_text(self) -> bool:
        """Whether there is a text layer worth the name: a scan has a stamp or nothing."""
        return len(self.whole) >= 20 * max(1, len(self.pages.texts) // 4)

    def names(self, index: int) -> list[tuple[str, str]]:
        """Return what a page may be called, with what calls it so, the surest first."""
        label = self.pages.labels[index] if index < len(self.pages.labels) else ""
        told = [(label, "label"), (self.printed[index], "printed"), (str(index + 1), "position")]
        return [(name.casefold(), by) for name, by in told if name]


def _ends(text: str) -> tuple[list[str], int, int]:
    """Return the lines of a page, and up to which and from which they may be head and foot."""
    lines = text.splitlines()
    full = [i for i, line in enumerate(lines) if line.strip()]
    if len(full) < 6:
        return lines, full[0] + 1 if full else 0, full[-1] if full else 0
    return lines, full[1] + 1, full[-2]


def _numbers(lines: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for line in lines:
        match = re.fullmatch(r"\W*(\d{1,5})\W*", line) or re.match(r"\s*(\d{1,5})\s\s*\D", line)
        other = re.search(r"\D\s+(\d{1,5})\s*$", line)
        found |= {int(m[1]) for m in (match, other) if m}
    return found


def _printed(texts: Sequence[str]) -> list[str]:
    """Return the numbers printed on the pages, told by their going up by one from page to page; empty where none do."""
    votes: Counter[int] = Counter()
    for index, text in enumerate(texts):
        lines, head, foot = _ends(text)
        votes.update(number - index for number in _numbers([*lines[:head], *lines[foot:]]))
    if not votes:
        return [""] * len(texts)
    offset, count = max(votes.items(), key=lambda vote: (vote[1], -vote[0]))
    if count < 2 or count * 2 < len(texts):
        return [""] * len(texts)
    return [str(index + offset) if index + offset > 0 else "" for index in range(len(texts))]


def _body(texts: Sequence[str]) -> list[str]:
    """Return the pages without running heads and feet: lines at their ends that come back, numbers apart."""
    ends = [_ends(text) for text in texts]
    told = Counter(
        key for lines, head, foot in ends for key in {_running(line) for line in [*lines[:head], *lines[foot:]]}
    )
    often = {key for key, count in told.items() if not key or count >= 3 or (count == 2 and len(texts) <= 3)}
    out = []
    for lines, head, foot in ends:
        kept = [line for i, line in enumerate(lines) if head <= i < foot or _running(line) not in often]
        out.append("\n".join(kept))
    return out


def _running(line: str) -> str:
    return re.sub(r"\d+", "", letters(line))


def _joined(texts: Sequence[str]) -> tuple[str, list[int]]:
    parts, starts, at = [], [], 0
    for text in texts:
        starts.append(at)
        parts.append(letters(text))
        at += len(parts[-1])
    return "".join(parts), starts


def prepare(pages: Pages) -> Prepared:
    """Return a text ready to be searched for many quotations."""
    printed = _printed(pages.texts) if pages.paged else [""] * len(pages.texts)
    whole, starts = _joined(pages.texts)
    body, body_starts = _joined(_body(pages.texts)) if pages.paged else (whole, starts)
    return Prepared(pages, printed, whole, starts, body, body_starts)


# ------------------------------------------------------------------------------------------------ looking


def _matches(parts: Sequence[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the first hundred places where all parts stand, one after the other."""
    at = -1
    for _ in range(100):
        at = text.find(parts[0], at + 1)
        if at < 0:
            return
        end: int = at + len(parts[0])
        for part in parts[1:]:
            found = text.find(part, end, end + _GAP + len(part))
            if found < 0:
                break
            end = found + len(part)
        else:
            yield at, end


def _page_at(starts: Sequence[int], position: int) -> int:
    return max(bisect_right(starts, position) - 1, 0)


def look(quotation: str, locator: str, text: Prepared) -> Result:
    """Return what comes of looking for a quotation, and whether it is on the page that its locator names."""
    if not text.has_text:
        return Result("no_text")
    variants = [pieces(quotation), pieces(quotation, put_in=True)]
    named = named_pages(locator) if text.pages.paged else []
    elsewhere: int | None = None
    for parts in variants:
        for body, starts in ((text.whole, text.starts), (text.body, text.body_starts)):
            for start, end in _matches(parts, body) if parts else ():
                first, last = _page_at(starts, start), _page_at(starts, max(end - 1, start))
                if not named:
                    return Result("no_page", _called(text, first) if text.pages.paged else "")
                for index in range(first, last + 1):
                    agreed = [by for name, by in text.names(index) if name in named]
                    if agreed:
                        return Result("found", _called(text, index), agreed[0])
                elsewhere = first if elsewhere is None else elsewhere
    if elsewhere is not None:
        return Result("other_page", _called(text, elsewhere))
    return _nearest("".join(variants[1]) or "".join(variants[0]), text)


def _called(text: Prepared, index: int) -> str:
    return text.names(index)[0][0]


def _nearest(quotation: str, text: Prepared) -> Result:
    """Return the place that is most like a quotation that wasn't found."""
    from rapidfuzz import fuzz

    if not quotation:
        return Result("not_found")
    found = fuzz.partial_ratio_alignment(quotation[:4000], text.whole[:_LONGEST], score_cutoff=50)
    if found is None:
        return Result("not_found")
    start, end = found.dest_start, found.dest_end
    if len(quotation) > len(text.whole):
        start, end = 0, len(text.whole)
    index = _page_at(text.starts, start)
    page = text.pages.texts[index]
    place = [i for i, letter in enumerate(page) for _ in _folded(letter)]
    first, last = start - text.starts[index], min(end - text.starts[index], len(place)) - 1
    words = " ".join(page[place[first] : place[last] + 1].split()) if 0 <= first <= last else ""
    return Result("not_found", _called(text, index) if text.pages.paged else "", "", f"{found.score:.0f}", words[:200])
