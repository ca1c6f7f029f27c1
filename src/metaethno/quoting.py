"""Finds quoted words in stored passages: is what was quoted in the passage that is cited, or in another one?"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”»]")
_WORD = re.compile(r"\w+")
# Shorter ones occur by chance.
_WORDS_OF_QUOTATION = 3
_LETTERS_OF_TERM = 6


_WHOLE = re.compile(r"(?:[\"“„«]([^\"“”„«»]+)[\"”“»]|[‘‚']([^‘’‚']+)[’‘'])")


def in_marks(text: str, marks: str = "“”") -> str:
    """Return a text in quotation marks; where it stands in such as a whole already, in these only. Nothing stays so."""
    text = text.strip()
    whole = _WHOLE.fullmatch(text)
    inside = (whole[1] or whole[2]).strip() if whole else text
    return f"{marks[0]}{inside}{marks[1]}" if inside else ""


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: without case, marks, and the ways of writing a letter."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def quoted(terms: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Return what is quoted: `terms` whole, and from `texts` what stands between quotation marks."""
    found = [t for t in terms if sum(map(len, words_of(t))) >= _LETTERS_OF_TERM]
    inside = [m[1].strip() for text in texts for m in _QUOTED.finditer(text)]
    return [*found, *(words for words in inside if len(words_of(words)) >= _WORDS_OF_QUOTATION)]


class Stored:
    """Passages by id, to be searched for quoted words; those without a text are left out."""

    def __init__(self, passages: Iterable[tuple[str, str]]) -> None:
        self._texts = {one: f" {' '.join(words_of(text))} " for one, text in passages if text.strip()}
        self._holding: dict[str, set[str]] = defaultdict(set)
        for one, text in self._texts.items():
            for word in set(text.split()):
                self._holding[word].add(one)

    def holds_all(self, ids: Iterable[str]) -> bool:
        """Tell whether there is any id, and the text of each is stored."""
        wanted = list(ids)
        return bool(wanted) and all(one in self._texts for one in wanted)

    def elsewhere(self, quotation: str, cited: Iterable[str]) -> str:
        """Return a passage that holds the quotation, where none of those cited does; else nothing.

        An omission (…) parts a quotation; all its parts must stand in one passage.
        """
        parts = [words_of(part) for part in re.split(r"…|\[[^\]]*\]|\.\.\.", quotation)]
        parts = [part for part in parts if part]
        if not parts or any(self._holds(one, parts) for one in cited):
            return ""
        near = set.intersection(*(self._holding.get(word, set()) for part in parts for word in part))
        return min((one for one in near if self._holds(one, parts)), default="")

    def _holds(self, one: str, parts: list[list[str]]) -> bool:
        text = self._texts.get(one, "")
        return all(f" {' '.join(part)} " in text for part in parts)
