"""How alike two rows are, field by field.

Likenesses are normalised indel similarities in per cent (rapidfuzz `fuzz.ratio`, `fuzz.token_set_ratio`), computed
for whole arrays of pairs. Three-valued fields say 1 where both rows agree, 0 where they differ, -1 where one is silent.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

import numpy as np

from metaethno.matching import words
from metaethno.matching.normalise import Array, Normal, coded, plain_abstract

FAR, REWORDED, EXTRA, SUBTITLE, TYPING, EQUAL = range(6)
TITLE_LEVELS: Final = (
    "another title",
    "some words differ",
    "a few words more",
    "the same but for the subtitle",
    "the same but for typing",
    "the same title",
)
UNLIKE, PARTLY, ALIKE = 0, 1, 2
NOT_NEAR: Final = 68
_FAINT: Final = 45  # less alike, two titles have nothing to do with one another
_EDGE: Final = 24
_STEP: Final = 1_000_000  # pairs that are compared at once


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows: two arrays of places, and one array for each comparison."""

    left: Array
    right: Array
    title: Array  # per cent
    level: Array  # FAR ... EQUAL
    contrast: Array  # the titles differ in a number or in a word that excludes another
    held: Array  # every word of the one title is in the other
    main: Array  # the main titles are alike, in per cent; -1 where that was not looked at
    ahead: Array  # one row only has a volume or pages, and the other is not of a later year
    generic: Array  # a title says nothing of the contents
    brief: Array  # ... or very little
    length: Array  # words in the shorter title
    placed: Array  # how many of the two rows have a volume or pages
    authors: Array  # per cent, -1 unknown
    team: Array  # authors in the shorter list
    even: Array  # both lists are of one length
    first: Array  # first author, three-valued
    gap: Array  # years between, -1 unknown
    container: Array  # 2 the same, 1 could be, 0 another, -1 unknown
    classes: Array  # both containers are of one known class, and which; 0 unknown; -1 different classes
    volume: Array
    issue: Array
    page: Array
    span: Array  # both name the same first and last page, and more than two pages
    leaf: Array  # both are said to fill one page
    article: Array  # the page is an article's number of five digits or more
    early: Array  # the pages begin where many an issue begins, at a low number
    doi: Array
    pmid: Array
    accession: Array
    kind: Array  # 1 the same kind of document, 0 an erratum, comment, reply, ... on one side only
    abstract: Array  # per cent, -1 unknown

    def take(self, at: Array) -> Pairs:
        """Return the pairs at these places."""
        return Pairs(**{f.name: getattr(self, f.name)[at] for f in fields(self)})

    @staticmethod
    def joined(parts: list[Pairs]) -> Pairs:
        """Return the pairs of all parts, in their order."""
        return Pairs(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pairs)})

    def __len__(self) -> int:
        return len(self.left)


def three(a: Array, b: Array) -> Array:
    """Compare codes: 1 equal, 0 different, -1 where one is missing."""
    return np.where((a == -1) | (b == -1), -1, (a == b).astype(np.int8)).astype(np.int8)


def _share(a: Array, b: Array) -> Array:
    """Tell which rows of two two-dimensional arrays of codes have a code in common."""
    equal = np.zeros(len(a), dtype=bool)
    for k in range(a.shape[1]):
        for m in range(b.shape[1]):
            equal |= (a[:, k] == b[:, m]) & (a[:, k] != -1)
    return equal


def dois(n: Normal, i: Array, j: Array) -> Array:
    """Compare sets of DOIs: 1 where they share one, 0 where they share none; -1 also where only letters have moved.

    "10.17705/jais1.00483" may be mistyped for "10.17705/1jais.00483": neither proof nor veto.
    """
    equal = _share(n.doi[i], n.doi[j])
    known = (n.doi[i, 0] != -1) & (n.doi[j, 0] != -1)
    mistyped = ~equal & _share(n.doi_loose[i], n.doi_loose[j])
    return np.where(known & ~mistyped, equal.astype(np.int8), -1).astype(np.int8)


def numbers(n: Normal, i: Array, j: Array) -> tuple[Array, Array]:
    """Compare volumes and issues. A volume that is the year says nothing; fields may have slid by one."""
    a, b = (np.where(n.volume[k] == n.year[k], -1, n.volume[k]) for k in (i, j))
    volume = np.where(n.volume[i] == n.volume[j], three(n.volume[i], n.volume[j]), three(a, b))
    issue = three(n.issue[i], n.issue[j])
    slid = np.zeros(len(i), dtype=bool)
    for k, m in ((i, j), (j, i)):
        alone = (n.volume[k] == -1) & (n.issue[k] != -1) & (n.page_end[k] == -1) & (n.page[k] > 0)
        slid |= alone & (n.issue[k] == n.volume[m]) & (n.page[k] == n.issue[m])
    return np.where(slid, 1, volume).astype(np.int8), np.where(slid, 1, issue).astype(np.int8)


def pages(n: Normal, i: Array, j: Array) -> Array:
    """Compare first pages. An article number and a count from page 1 are two ways to say the same: unknown."""
    out = three(n.page[i], n.page[j])
    counted = (n.page[i] == 1) & (n.page_end[i] != -1) & (n.page_end[j] == -1)
    counted |= (n.page[j] == 1) & (n.page_end[j] != -1) & (n.page_end[i] == -1)
    far = (n.page[i] >= 100_000) != (n.page[j] >= 100_000)
    # A lone number beside a range in the same issue is an article's number or ordinal.
    lone = ((n.page_end[i] == -1) != (n.page_end[j] == -1)) & (n.volume[i] == n.volume[j]) & (n.volume[i] != -1)
    lone &= (n.issue[i] == n.issue[j]) & (n.issue[i] != -1)
    # The last page where the first was mistyped; pages of one issue that overlap.
    ends = (n.page_end[i] == n.page_end[j]) & (n.page_end[i] > 1)
    wrong = (n.page[i] > n.page_end[i]) != (n.page[j] > n.page_end[j])
    near = ends & ((np.abs(n.page[i] - n.page[j]) <= 2) | wrong)
    start, stop = np.maximum(n.page[i], n.page[j]), np.minimum(n.page_end[i], n.page_end[j])
    together = (n.volume[i] == n.volume[j]) & (n.volume[i] != -1) & (three(n.issue[i], n.issue[j]) != 0)
    near |= together & (np.minimum(n.page[i], n.page[j]) > 0) & (stop - start >= 2)
    out = np.where((out == 0) & (counted | far | lone), -1, out)
    slid = (n.page[i] == n.issue[j]) & (n.issue[i] == n.volume[j]) & (n.volume[i] == -1) & (n.page_end[i] == -1)
    slid |= (n.page[j] == n.issue[i]) & (n.issue[j] == n.volume[i]) & (n.volume[j] == -1) & (n.page_end[j] == -1)
    return np.where(slid & (out == 0), -1, np.where((out == 0) & near, 1, out)).astype(np.int8)


def _each_pair(left: Array, right: Array, n: int) -> tuple[Array, Array, Array]:
    """Return the different pairs of codes, and for each pair its place among them."""
    unique, at = np.unique(left * np.int64(n) + right, return_inverse=True)
    return unique // max(n, 1), unique % max(n, 1), at


def _ratios(scorer: object, a: Array, b: Array, cutoff: int = 0) -> Array:
    from rapidfuzz import process

    if not len(a):
        return np.empty(0, dtype=np.float32)
    return process.cpdist(a, b, scorer=scorer, score_cutoff=cutoff, dtype=np.float32, workers=-1)  # type: ignore[arg-type]


def _texts(values: Array) -> tuple[Array, Array]:
    import pandas as pd

    codes, texts = pd.factorize(values)
    return codes.astype(np.int64), np.asarray(texts, dtype=object)


@dataclass(frozen=True)
class _Titles:
    """Titles as codes: one entry per row, equal texts as equal codes; -1 where there is none."""

    code: Array  # place in `texts`
    texts: Array
    bare: Array  # without spaces; `main` and `rest` are coded alike
    main: Array
    rest: Array
    head: Array  # the first letters
    tail: Array


def _titles(n: Normal) -> _Titles:
    code, texts = _texts(n.title)
    every = np.concatenate([n.title, n.main, n.rest])
    at, unique = _texts(every)
    squeezed = np.array([t.replace(" ", "") for t in unique], dtype=object)
    bare, main, rest = coded(squeezed)[at].reshape(3, -1) if len(n) else np.empty((3, 0), dtype=np.int64)
    short = squeezed[at[: len(n)]]
    head = coded(np.array([t[:_EDGE] for t in short], dtype=object))
    return _Titles(code, texts, bare, main, rest, head, coded(np.array([t[-_EDGE:] for t in short], dtype=object)))


def _ratio(n: Normal, t: _Titles, i: Array, j: Array, cutoff: int) -> Array:
    """Return the likeness of titles in per cent; also with words sorted, as some sources turn titles about.

    What is below `cutoff` is 0.
    """
    from rapidfuzz import fuzz

    a, b = t.texts[t.code[i]], t.texts[t.code[j]]
    ratio = _ratios(fuzz.ratio, a, b, cutoff)
    middling = np.flatnonzero((ratio > 50) & (ratio < 96))
    turned = _ratios(fuzz.token_sort_ratio, a[middling], b[middling], NOT_NEAR)
    ratio[middling] = np.maximum(ratio[middling], turned)
    return np.where((n.title_code[i] == n.title_code[j]) & (n.title_code[i] != -1), 100, ratio).astype(np.float32)


def _equal(a: Array, b: Array) -> Array:
    return (a == b) & (a != -1)


def _variant(a: str, b: str) -> bool:
    """Tell whether two words are one, spelt or typed in two ways: "randomised", "randomized"; not "men", "women"."""
    from rapidfuzz.distance import OSA

    if a.isdigit() or b.isdigit():
        return False
    marked = (a in words.CONTRAST_WORDS) + (b in words.CONTRAST_WORDS)
    if marked == 2:
        return a in words.CONTRAST_BIT and words.CONTRAST_BIT[a] == words.CONTRAST_BIT.get(b)
    short, long = sorted((a, b), key=len)
    if len(short) < 3:
        return False
    ends = len(short) >= 4 and len(long) - len(short) <= 3 and long.startswith(short)
    limit = 1 if len(short) < 7 else 2
    if not ends and (len(long) - len(short) > limit or OSA.distance(a, b, score_cutoff=limit) > limit):
        return False
    if marked:  # "patinets" for "patients", "atfer" for "after"
        return sorted(a) == sorted(b) or (len(short) >= 6 and OSA.distance(a, b) == 1)
    if long.endswith(short) and long[: -len(short)] in words.NEGATIONS:
        return False
    return not any(
        (a.startswith(p) and b.startswith(q)) or (a.startswith(q) and b.startswith(p)) for p, q in words.OPPOSITES
    )


def _leftover(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    """Return the words of each title that the other hasn't, spelling and small words apart."""
    from collections import Counter

    more, less = Counter(a) - Counter(b), Counter(b) - Counter(a)
    left = [w for w in dict.fromkeys(a) if w in more and w not in words.STOP]
    right = [w for w in dict.fromkeys(b) if w in less and w not in words.STOP]
    if "".join(w for w in a if w in more) == "".join(w for w in b if w in less):
        return [], []
    for word in list(left):
        twin = next((w for w in right if _variant(word, w)), None)
        if twin is not None:
            left.remove(word)
            right.remove(twin)
    joined_left, joined_right = "".join(left), "".join(right)
    plain = not any(w.isdigit() or w in words.CONTRAST_WORDS for w in left + right)
    if left and right and (joined_left == joined_right or (plain and _variant(joined_left, joined_right))):
        return [], []
    return left, right


def _counts(extra: list[str]) -> bool:
    """Tell whether a subtitle counts ("part 2", or a number at once); a lone 1 is a footnote's mark."""
    counted = any(b.isdigit() and a in words.COUNTED for a, b in pairwise(extra))
    return counted or (extra[0].isdigit() and extra != ["1"])


def _at_one_end(long: list[str], extra: list[str]) -> bool:
    """Tell whether the words that a title has more stand before or after all the others (small words apart)."""
    told = [w for w in long if w not in words.STOP]
    return set(told[: len(extra)]) == set(extra) or set(told[-len(extra) :]) <= set(extra)


def difference(a: str, b: str) -> tuple[int, bool, bool]:
    """Compare two normalised titles.

    Returns their level, whether they differ in a number or an excluding word, and whether the one holds the other.
    """
    s, t = a.replace(" ", ""), b.replace(" ", "")
    if s == t:
        return EQUAL, False, True
    left, right = _leftover(a.split(), b.split())
    marks = [w for w in left + right if w.isdigit() or w in words.CONTRAST_WORDS]
    if not left and not right:
        return TYPING, False, True
    if left and right:
        return REWORDED, bool(marks), False
    short, long = (b, a) if left else (a, b)
    extra = left or right
    enough = len(short) >= 30 and short.count(" ") >= 4 and _at_one_end(long.split(), extra)
    if enough and long.startswith(short + " "):
        return SUBTITLE, _counts(long.split()[short.count(" ") + 1 :]), True
    return (EXTRA if len(extra) <= max(2, short.count(" ") // 4) else REWORDED), bool(marks), enough


def levels(n: Normal, t: _Titles, i: Array, j: Array, ratio: Array, wanted: Array) -> tuple[Array, Array, Array]:
    """Return title level, contrast and `held` for each pair; looks at words only where the ratio leaves it open.

    Pairs that are not `wanted` are left at FAR where their titles aren't the same.
    """
    level = np.where((ratio >= 100) & (n.title_code[i] == n.title_code[j]), EQUAL, FAR).astype(np.int8)
    contrast = np.zeros(len(i), dtype=bool)
    level[_cut(t, i, j) & (level == FAR)] = SUBTITLE
    held = level > FAR
    ends = _equal(t.head[i], t.head[j]) | _equal(t.tail[i], t.tail[j])
    open_ = np.flatnonzero(wanted & (level == FAR) & ((ratio >= NOT_NEAR) | ends))
    a, b, at = _each_pair(t.code[i[open_]], t.code[j[open_]], len(t.texts))
    looked = [difference(t.texts[x], t.texts[y]) for x, y in zip(a, b, strict=True)]
    if looked:
        found = np.array(looked, dtype=np.int8)[at]
        low = (found[:, 0] == REWORDED) & (ratio[open_] < 75) & (found[:, 2] == 0)
        level[open_] = np.where(low, FAR, found[:, 0])
        contrast[open_] = found[:, 1].astype(bool)
        held[open_] = found[:, 2].astype(bool)
    return level, contrast, held


def _cut(t: _Titles, i: Array, j: Array) -> Array:
    """Tell where one title is the other without its subtitle, or without a heading before it."""
    parts = [(t.main[i], t.bare[j]), (t.bare[i], t.main[j]), (t.rest[i], t.bare[j]), (t.bare[i], t.rest[j])]
    return np.logical_or.reduce([_equal(a, b) for a, b in parts])


def mains(n: Normal, i: Array, j: Array, level: Array, ratio: Array, first: Array) -> Array:
    """Return how alike the main titles are, in per cent, where the same first author's titles differ otherwise.

    A subtitle may be corrected between early view and print. Small words and their order don't count.
    """
    from rapidfuzz import fuzz

    out = np.full(len(i), -1, dtype=np.float32)
    at = np.flatnonzero((level <= REWORDED) & (first == 1) & (ratio >= 45))
    short = np.where(n.main == "", n.title, n.main)
    codes, texts = _texts(short)
    bare = np.array([" ".join(w for w in t.split() if w not in words.STOP) for t in texts], dtype=object)
    a, b, back = _each_pair(codes[i[at]], codes[j[at]], len(texts))
    found = _ratios(fuzz.token_set_ratio, bare[a], bare[b])
    long = np.array([min(len(bare[x]), len(bare[y])) >= 25 for x, y in zip(a, b, strict=True)], dtype=bool)
    out[at] = np.where(long, found, -1)[back] if len(at) else out[at]
    return out


def authors(n: Normal, i: Array, j: Array) -> Array:
    """Return the likeness of the sets of family names in per cent (100 where one holds the other), -1 unknown."""
    from rapidfuzz import fuzz

    codes, texts = _texts(n.authors)
    a, b, at = _each_pair(codes[i], codes[j], len(texts))
    ratio = _ratios(fuzz.token_set_ratio, texts[a], texts[b])[at]
    low = np.flatnonzero(ratio < 85)  # family and given name may have been turned about
    if len(low):
        turned = _ratios(fuzz.token_sort_ratio, n.names[i[low]], n.names[j[low]])
        ratio[low] = np.where(turned >= 90, turned, ratio[low])
        swapped = [
            _turned(*pair)
            for pair in zip(n.authors[i[low]], n.authors[j[low]], n.names[i[low]], n.names[j[low]], strict=True)
        ]
        ratio[low] = np.where(swapped, np.maximum(ratio[low], 90), ratio[low])
    return np.where((n.first[i] == -1) | (n.first[j] == -1), -1, ratio).astype(np.float32)


def firsts(n: Normal, i: Array, j: Array) -> Array:
    """Compare first authors' family names: mistyped, or in part ("Molina" of "García Molina"), they are the same."""
    from rapidfuzz.distance import OSA

    out = three(n.first[i], n.first[j])
    codes, texts = n.first, np.empty(int(n.first.max(initial=-1)) + 1, dtype=object)
    texts[codes[codes != -1]] = n.first_name[codes != -1]
    other = np.flatnonzero(out == 0)
    a, b, at = _each_pair(codes[i[other]], codes[j[other]], max(len(texts), 1))
    if not len(other):
        return out
    long = np.array([min(len(x), len(y)) >= 4 for x, y in zip(texts[a], texts[b], strict=True)], dtype=bool)
    near = np.zeros(len(a), dtype=bool)
    near[long] = [
        OSA.distance(x, y, score_cutoff=1) <= 1 or x.startswith(y) or x.endswith(y) or y.startswith(x) or y.endswith(x)
        for x, y in zip(texts[a[long]], texts[b[long]], strict=True)
    ]
    out[other[near[at]]] = 1
    return out


def _turned(a: str, b: str, names: str, others: str) -> bool:
    """Tell whether the family names of one list are all among the full names of the other: they were turned about."""
    return set(a.split()) <= set(others.split()) or set(b.split()) <= set(names.split())


def abstracts(n: Normal, i: Array, j: Array) -> Array:
    """Return the likeness of the beginnings of the abstracts in per cent; -1 where one is missing or very short."""
    from rapidfuzz import fuzz

    out = np.full(len(i), -1, dtype=np.float32)
    filled = n.abstract != ""
    at = np.flatnonzero(filled[i] & filled[j])
    if not len(at):
        return out
    used, back = np.unique(np.concatenate([i[at], j[at]]), return_inverse=True)
    texts = np.empty(len(used), dtype=object)
    texts[:] = [plain_abstract(t) for t in n.abstract[used]]
    a, b = texts[back[: len(at)]], texts[back[len(at) :]]
    shorter = np.array([min(len(x), len(y)) for x, y in zip(a, b, strict=True)], dtype=np.int64)
    a = np.array([x[:m] for x, m in zip(a, shorter, strict=True)], dtype=object)
    b = np.array([y[:m] for y, m in zip(b, shorter, strict=True)], dtype=object)
    out[at] = np.where(shorter >= 100, _ratios(fuzz.ratio, a, b), -1)
    return out


def _acronym(short: str, long: list[str]) -> bool:
    return len(short) >= 3 and short == "".join(w[0] for w in long)


def same_container(a: str, b: str) -> int:
    """Compare two normalised journal titles: 2 the same or an abbreviation of it, 1 could be, 0 another."""
    if a == b:
        return 2
    x, y = a.split(), b.split()
    short, long = (x, y) if (len(x), len(a)) <= (len(y), len(b)) else (y, x)
    if not short or not long:
        return -1
    if "".join(x) == "".join(y):
        return 2
    if len(short) == 1 and (_acronym(short[0], long) or short[0] in long):
        return 2 if _acronym(short[0], long) else 1
    if len(short) == len(long) and all(p.startswith(q) or q.startswith(p) for p, q in zip(short, long, strict=True)):
        return 2
    serial = (bool(words.SERIAL & set(x)), bool(words.SERIAL & set(y)))
    if serial[0] == serial[1] and any(len(p[0]) >= 4 and _acronym(p[0], q[: len(p[0])]) for p, q in ((x, y), (y, x))):
        return 2  # "ICIS: the digital future" and "International Conference on Information Systems"
    if len(short) >= 3 and long[: len(short)] == short and not any(serial) and "conference" in short:
        return 2  # the conference, and its proceedings with motto and place
    at = 0
    for word in long:
        if at < len(short) and word.startswith(short[at]):
            at += 1
    if at == len(short):
        return 1
    from rapidfuzz import fuzz

    score = fuzz.ratio(a, b)
    return 2 if score >= 92 else (1 if score >= 80 or fuzz.token_set_ratio(a, b) >= 95 else 0)


def containers(n: Normal, i: Array, j: Array) -> Array:
    """Return how the containers compare; a shared ISSN settles it."""
    codes, texts = _texts(n.container)
    a, b, at = _each_pair(codes[i], codes[j], len(texts))
    found = np.array([same_container(texts[x], texts[y]) for x, y in zip(a, b, strict=True)], dtype=np.int8)
    out = found[at] if len(at) else np.empty(0, dtype=np.int8)
    issn_codes, issns = _texts(n.issn)
    a, b, at = _each_pair(issn_codes[i], issn_codes[j], len(issns))
    sets = [set(t.split()) for t in issns]
    shared = np.array([bool(sets[x] & sets[y]) for x, y in zip(a, b, strict=True)], dtype=bool)
    out = np.where((n.container_code[i] == -1) | (n.container_code[j] == -1), -1, out)
    return np.where(shared[at] if len(at) else False, 2, out).astype(np.int8)


def compare(n: Normal, i: Array, j: Array, *, keep_all: bool = False) -> Pairs:
    """Compare the rows at places `i` with those at `j`; pairs that can't be the same publication are left out."""
    read = _titles(n)
    step = len(i) if keep_all else _STEP
    parts = [
        _compare(n, read, i[at : at + step], j[at : at + step], keep_all) for at in range(0, max(len(i), 1), step or 1)
    ]
    return parts[0] if len(parts) == 1 else Pairs.joined(parts)


def _linked(n: Normal, t: _Titles, i: Array, j: Array) -> Array:
    """Tell which pairs share a number, an end of the title, or the title but for its subtitle."""
    numbered = _share(n.doi[i], n.doi[j]) | _equal(n.pmid[i], n.pmid[j]) | _equal(n.accession[i], n.accession[j])
    return numbered | _equal(t.head[i], t.head[j]) | _equal(t.tail[i], t.tail[j]) | _cut(t, i, j)


def _near(n: Normal, t: _Titles, i: Array, j: Array) -> Array:
    """Return the places of the pairs that are worth a closer look."""
    keep = _linked(n, t, i, j) | ((pages(n, i, j) == 1) & (numbers(n, i, j)[0] != 0))
    rest = np.flatnonzero(~keep)
    keep[rest] = _ratio(n, t, i[rest], j[rest], _FAINT) >= _FAINT
    return np.flatnonzero(keep)


def _compare(n: Normal, t: _Titles, i: Array, j: Array, keep_all: bool) -> Pairs:
    if not keep_all:
        near = _near(n, t, i, j)
        i, j = i[near], j[near]
    first, ratio = firsts(n, i, j), _ratio(n, t, i, j, 0)
    if not keep_all:
        far = (ratio < NOT_NEAR) & (first != 1) & ~_linked(n, t, i, j) & ~(n.generic[i] | n.generic[j])
        i, j, first, ratio = i[~far], j[~far], first[~far], ratio[~far]
    doi, pmid, accession = dois(n, i, j), three(n.pmid[i], n.pmid[j]), three(n.accession[i], n.accession[j])
    page, (volume, issue) = pages(n, i, j), numbers(n, i, j)
    linked = (doi == 1) | (pmid == 1) | (accession == 1)
    placed = (page == 1) & (volume != 0) & ((first == 1) | n.generic[i] | n.generic[j])
    team = authors(n, i, j)
    ours = (first == 1) | (team == -1) | (team >= 60)
    level, contrast, held = levels(n, t, i, j, ratio, ours | linked | placed | keep_all)
    main = mains(n, i, j, level, ratio, first)
    has = ~n.bare
    turned = (level == FAR) & (main >= 88) & (has[i] != has[j])
    level[turned] = REWORDED
    keep = np.arange(len(i)) if keep_all else np.flatnonzero((level > FAR) | linked | placed)
    i, j = i[keep], j[keep]
    later = np.where(has[i], n.year[i] - n.year[j], n.year[j] - n.year[i])  # print after early view
    gap = np.where((n.year[i] == -1) | (n.year[j] == -1), -1, np.abs(n.year[i] - n.year[j]))
    ci, cj = n.container_class[i], n.container_class[j]
    ends = (n.page[i] == n.page[j]) & (n.page_end[i] == n.page_end[j])
    return Pairs(
        left=i, right=j, title=ratio[keep], level=level[keep], contrast=contrast[keep], held=held[keep],
        main=main[keep], ahead=(has[i] != has[j]) & (later >= 0),
        generic=n.generic[i] | n.generic[j], brief=n.brief[i] | n.brief[j],
        length=np.minimum(n.length[i], n.length[j]),
        team=np.minimum(n.team[i], n.team[j]), even=n.team[i] == n.team[j],
        span=ends & (n.page_end[i] - n.page[i] >= 2) & (n.page[i] > 0),
        leaf=(n.page[i] == n.page_end[i]) & (n.page[j] == n.page_end[j]),
        article=n.article[i] & n.article[j], early=n.page[i] < 100,
        abstract=abstracts(n, i, j), placed=has[i].astype(np.int8) + has[j], authors=team[keep],
        first=first[keep], gap=gap, container=containers(n, i, j), classes=np.where(ci == cj, ci, -1),
        volume=volume[keep], issue=issue[keep], page=page[keep], doi=doi[keep], pmid=pmid[keep],
        accession=accession[keep], kind=(n.flags[i] == n.flags[j]).astype(np.int8),
    )  # fmt: skip


def contradict(n: Normal, i: Array, j: Array) -> Array:
    """Tell which pairs can't be one publication, whatever stands between them in a cluster.

    Two DOIs; another kind of document; other numbers or excluding words in both titles; another volume *and* page.
    """
    doi = dois(n, i, j)
    counts = three(n.numbers[i], n.numbers[j]) == 0
    a, b = n.contrast[i], n.contrast[j]
    excluding = ((a & ~b) != 0) & ((b & ~a) != 0)
    place = (numbers(n, i, j)[0] == 0) & (pages(n, i, j) == 0)
    return (doi == 0) | (n.flags[i] != n.flags[j]) | ((doi != 1) & (counts | excluding | place))
