"""What is decided about a pair: merged, doubtful, related or distinct, by which rule, and how alike the rows are.

Losing a report by a wrong merge is worse than leaving a duplicate: a rule merges only where nothing contradicts, and
what contradicts sends the pair to a person or keeps it apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from metaethno.matching.compare import EQUAL, EXTRA, FAR, REWORDED, SUBTITLE, TYPING, Pairs
from metaethno.matching.normalise import Array

DISTINCT, RELATED, DOUBTFUL, MERGE = range(4)
OUTCOMES: Final = ("distinct", "related", "doubtful", "merged")

RULES: Final = {
    "accession": "the source's own number is the same, and the titles agree",
    "pmid": "the PubMed id is the same, and the titles are alike",
    "doi": "the DOI is the same, and the titles agree",
    "doi, authors, pages": "DOI, authors and first page are the same; the titles are alike",
    "doi, authors, issue": "DOI, authors, volume and issue are the same; one title says nothing of the contents",
    "title, authors, pages": "title, authors and first page agree, and nothing else differs",
    "volume, all pages, year": "volume, year, first and last page are the same, and a title or the authors agree",
    "authors, volume, pages, year": "authors, volume (if any), first page and year are the same; the titles are alike",
    "authors, article number, year": "authors, journal, year and article number are the same; the titles are alike",
    "title, volume, pages": "title, volume, first page and year agree; one row has no authors",
    "title, volume, issue": "title, journal, volume and issue agree, and the year where known; one row has no authors",
    "title, authors, year": "title, authors and year agree, and the places known don't differ",
    "title, authors, early view": "title, authors and journal agree; one row is still without volume and pages",
    "title, authors, issue": "title, authors, journal, year, volume and issue agree; the title is short",
    "title, authors, volume": "title, authors, journal and volume agree; the years are one apart, or one is unknown",
    "title, authors, journal": "title, journal and all authors are the same; only the year, volume or issue is one off",
    "title, journal, year": "a long title, journal and year are the same; a row has no authors",
    "abstract, authors": "abstract and authors are the same, the titles are alike, and nothing else differs",
    "another title": "the titles differ",
    "two DOIs": "the rows have different DOIs",
    "another kind": "one is an erratum, comment, reply, editorial, protocol or review, the other is not",
    "number or word": "the titles differ in a number, or in a word that excludes the other",
    "another place": "volume and pages, or journal, are others",
    "another year": "the years are too far apart",
    "other authors": "the authors are others",
    "another form": "one is a conference paper, preprint or thesis, the other is not",
    "too little": "too little is known to tell",
}
RULE_NAMES: Final = tuple(RULES)
_WEIGHTS: Final = {"title": 45, "authors": 20, "year": 10, "container": 8, "volume": 7, "page": 10, "doi": 12}


@dataclass(frozen=True)
class Decided:
    """For each pair its outcome, the place of its rule in RULE_NAMES, and its likeness in per cent."""

    outcome: Array
    rule: Array
    score: Array


def likeness(p: Pairs) -> Array:
    """Return the weighted mean of the likeness of all fields that both rows have, in whole per cent."""
    year = np.select([p.gap == 0, p.gap == 1, p.gap == 2], [100, 80, 40], 0)
    near = np.where(p.placed == 1, np.maximum(p.title, (p.title + p.main) / 2), p.title)
    title = np.where(p.level >= TYPING, 100, np.where(p.level == SUBTITLE, np.maximum(p.title, 95), near))
    parts = {
        "title": (title, ~(p.generic & (p.level == FAR))),
        "authors": (np.where(p.first == 1, np.maximum(p.authors, 85), p.authors), p.authors >= 0),
        "year": (year, p.gap >= 0),
        "container": (np.select([p.container == 2, p.container == 1], [100, 80], 0), p.container >= 0),
        "volume": (p.volume * 100, p.volume >= 0),
        "page": (p.page * 100, p.page >= 0),
        "doi": (p.doi * 100, p.doi >= 0),
    }
    total = sum(
        np.where(known, _WEIGHTS[name] * value.astype(np.float64), 0.0) for name, (value, known) in parts.items()
    )
    weight = sum(np.where(known, float(_WEIGHTS[name]), 0.0) for name, (_, known) in parts.items())
    return np.rint(total / np.maximum(weight, 1)).astype(np.int64)


@dataclass(frozen=True)
class _Signs:
    """What the rules are made of, each an array of truth values."""

    alike: Array  # the titles have most words in common, and no number or word that excludes the other
    agree: Array  # ... but for a few words more on one side
    sure: Array  # ... but for the subtitle
    whole: Array  # ... but for typing
    ours: Array  # the authors agree
    told: Array  # the titles say enough of the contents
    year: Array
    close: Array


def _signs(p: Pairs) -> _Signs:
    plain = ~p.contrast
    most = (p.authors >= 85) & ((p.first == 1) | (p.length >= 6) | (p.team >= 2))
    return _Signs(
        alike=((p.level >= REWORDED) | p.held) & plain,
        agree=(p.level >= EXTRA) & plain,
        sure=(p.level >= SUBTITLE) & plain,
        whole=(p.level >= TYPING) & plain,
        ours=most | ((p.first == 1) & (p.authors >= 60)),
        told=~p.brief,
        year=p.gap == 0,
        close=(p.gap == -1) | (p.gap <= 1),
    )


def _merges(p: Pairs, s: _Signs) -> list[tuple[str, Array]]:
    """Return the rules that merge, in the order in which they are tried."""
    known = p.authors >= 0
    not_others = ~known | s.ours | (p.authors >= 60)
    whom = (p.authors >= 95) & p.even  # the very same people
    elsewhere = (p.volume == 0) & (p.page == 0)
    at_home = (p.container == 2) | ((p.container != 0) & (p.classes != -1)) | (p.classes == 3)
    clear = (p.volume != 0) & (p.page != 0) & ((p.issue != 0) | (p.page == 1))
    enough = s.whole | (p.volume == 1) | (p.page == 1) | (p.container == 2) | (whom & (p.team >= 2))
    named = (p.placed == 2) | (p.length >= 6) | (whom & ((p.length >= 3) | (p.team >= 2)))
    doi = (p.doi == 1) & ~elsewhere
    doi_title = (s.agree & not_others & (s.told | s.ours)) | (s.whole & (s.told | ((p.volume == 1) & (p.issue == 1))))
    paged = s.sure & (p.page == 1)
    volume = (p.volume != 0) | (s.year & s.whole & s.told & (p.container == 2))
    same_volume = (p.volume == 1) & (p.issue != 0) & (p.page != 0)
    same_issue = same_volume & (p.issue == 1)
    same_place = s.year & (p.volume == 1) & (p.issue != 0)
    year_or_none = (p.gap == 1) | ((p.gap == -1) & (p.issue == 1))
    long, plain = p.length >= 6, ~p.contrast
    # Two works don't fill the same pages of one volume; an abstract may share its page with others.
    spot = (
        p.span
        & ~p.generic
        & (p.volume == 1)
        & (p.issue != 0)
        & ((p.issue == 1) | ~p.early)
        & s.year
        & (p.container != 0)
    )
    one_off = (p.volume == 0).astype(int) + (p.issue == 0) == 1
    here = s.year & (p.container == 2)
    distinctive = (whom & (long | ((p.length >= 4) & (p.team >= 3)))) | (s.ours & (p.length >= 10))
    return [
        ("accession", (p.accession == 1) & s.alike & (s.told | (p.page == 1)) & not_others),
        ("pmid", (p.pmid == 1) & s.alike),
        ("doi", doi & doi_title),
        ("doi, authors, pages", (p.doi == 1) & s.alike & s.ours & (p.page != 0) & ((p.title >= 60) | p.held)),
        (
            "doi, authors, issue",
            (p.doi == 1) & p.generic & ~p.contrast & (p.authors >= 85) & (p.container != 0) & same_issue & s.close,
        ),
        ("title, authors, pages", paged & s.ours & volume & s.close & (s.told | same_place)),
        (
            "volume, all pages, year",
            spot & ((s.ours & ((p.level >= REWORDED) | (p.title >= 60) | (p.doi == 1) | (p.authors >= 85)))
            | (~known & (p.title >= 60))
            | (s.agree & s.told)),
        ),
        (
            "authors, volume, pages, year",
            s.alike & s.ours & s.told & (p.page == 1) & s.year & (p.container != 0)
            & np.where(
                p.volume == 1, (p.title >= 80) | p.held, (p.title >= 90) & (p.volume == -1) & (p.classes == 3)
            ),
        ),
        (
            "authors, article number, year",
            p.article & (p.page == 1) & s.year & (p.container >= 1) & (p.volume != 0) & s.ours & (p.title >= 75),
        ),
        ("title, volume, pages", paged & ~known & s.told & (p.volume != 0) & s.close & (p.container != 0)),
        (
            "title, volume, issue",
            s.whole & ~known & ~p.generic & same_issue & (p.container == 2)
            & (long | (p.level == EQUAL)) & (s.year | (s.told & (p.gap == -1))),
        ),
        ("title, authors, year", s.sure & s.ours & s.told & s.year & clear & at_home & enough & named),
        (
            "title, authors, issue",
            (same_issue & (
                ((s.whole | ((s.sure | (p.held & plain)) & s.told)) & s.ours & ~p.generic & here)
                | (s.whole & whom & (p.team >= 2) & here)
                # Authors whose names were read badly.
                | (s.whole & long & s.told & (p.authors >= 45) & (s.year | (p.gap == -1)) & (p.container == 2))
                | (s.whole & whom & (p.team >= 2) & long & s.told & s.year & (p.classes != -1))
            ))
            | (same_volume & s.whole & whom & ~p.generic & (p.length >= 4) & here)
            | (same_issue & s.whole & whom & ~p.generic & (p.gap == -1) & (p.container == 2))
            | (same_issue & distinctive & s.whole & s.told & (p.gap <= 2) & (p.container == 2)),
        ),
        (
            "title, authors, volume",
            (s.whole | (s.sure & (p.issue == 1))) & s.ours & s.told & year_or_none & same_volume & (p.container >= 1),
        ),
        (
            "title, authors, early view",
            s.whole & s.ours & s.told & (p.length >= 5) & (p.gap >= 0) & (p.gap <= 2) & p.ahead & (p.container == 2)
            & (p.authors >= 95),
        ),
        (
            "title, authors, journal",
            s.whole & s.told & (p.container == 2)
            & (
                (whom & (p.team >= 2) & long & (p.gap == 1) & (p.placed <= 1))
                | (distinctive & s.year & one_off & (p.page != 0))
                # An article and its meeting abstract are two works, but two abstracts of one page each are not.
                | (distinctive & s.year & (p.volume == 1) & (p.issue != 0) & p.leaf)
            ),
        ),
        ("title, journal, year", s.whole & ~known & s.told & (p.length >= 7) & here & clear),
        (
            "abstract, authors",
            (p.abstract >= 90) & s.ours & s.alike & s.told & s.close & (p.title >= 80) & (p.container != 0) & ~elsewhere
            & (p.page != 0),
        ),
    ]  # fmt: skip


def _early(p: Pairs, s: _Signs) -> Array:
    """Tell which pairs may be early view and print of one paper whose subtitle was corrected in between."""
    return (p.placed == 1) & s.ours & s.close & (p.main >= 88) & (p.container == 2) & s.told


def _apart(p: Pairs, s: _Signs) -> list[tuple[str, Array, int]]:
    """Return what keeps a pair apart, in the order in which it is tried."""
    akin = (p.authors >= 60) | (p.first == 1)
    form = (p.classes == -1) & (p.container == 0) & (p.doi != 1) & (p.page != 1)
    here = s.whole & s.ours & s.told & s.close & (p.volume != 0) & (p.issue != 0) & (p.page != 0) & (p.container != 0)
    translated = (p.page == 1) & (p.authors >= 90) & ((p.doi == 1) | ((p.volume == 1) & s.year & (p.container != 0)))
    return [
        ("another kind", (p.kind == 0) & ~((p.doi == 1) & (p.page != 0)), RELATED),
        (
            "number or word",
            p.contrast & ~((p.doi == 1) & (p.page != 0)) & ~((p.page == 1) & s.year & s.ours) & ~_early(p, s),
            DISTINCT,
        ),
        # A preprint or a conference paper has a DOI of its own: that alone doesn't make it another study's.
        ("another form", form & (p.doi == 0) & (p.level >= EXTRA) & ((p.authors < 0) | akin), RELATED),
        ("two DOIs", (p.doi == 0) & ~here, DISTINCT),
        ("another title", (p.level == FAR) & ~translated, DISTINCT),
        ("other authors", (p.authors >= 0) & ~akin & (p.doi != 1), DISTINCT),
        ("another form", form & (p.level >= EXTRA), RELATED),
        ("another form", (p.container == 0) & (p.gap > 0) & (p.doi != 1) & (p.page != 1) & (p.level >= EXTRA), RELATED),
        ("another place", (p.issue == 0) & (p.page == 0) & (p.doi != 1) & s.whole & s.ours & s.told, RELATED),
        ("another place", ((p.volume == 0) | (p.issue == 0)) & (p.page == 0) & (p.doi != 1), DISTINCT),
        (
            "another place",
            (p.authors < 0) & ((p.volume == 0) | (p.issue == 0)) & (p.gap != 0) & (p.page != 1) & (p.doi != 1),
            DISTINCT,
        ),
        ("another place", p.brief & ((p.volume == 0) | (p.issue == 0) | (p.gap > 0)) & (p.doi != 1), DISTINCT),
        (
            "another year",
            (p.gap > 0) & (p.placed == 0) & ((p.length < 6) | (p.container == 0)) & (p.doi != 1),
            DISTINCT,
        ),
        ("another form", (p.gap > 0) & (p.placed == 0) & (p.container == 1) & (p.doi != 1), RELATED),
        ("another year", (p.gap > 2) & (p.doi != 1) & (p.page != 1), DISTINCT),
    ]


def decide(p: Pairs, doubtful_from: int) -> Decided:
    """Decide every pair; from the likeness `doubtful_from` on, a pair that no rule settles is shown to a person."""
    rule_at = {name: at for at, name in enumerate(RULE_NAMES)}
    signs = _signs(p)
    score = likeness(p)
    rule = np.full(len(p), -1, dtype=np.int64)
    veto = (p.doi == 0) | (p.kind == 0)
    for name, hit in _merges(p, signs):
        rule[hit & ~veto & (rule == -1)] = rule_at[name]
    outcome = np.where(rule >= 0, MERGE, DISTINCT)
    for name, hit, result in _apart(p, signs):
        now = hit & (rule == -1)
        rule[now] = rule_at[name]
        outcome[now] = result
    rest = rule == -1
    linked = ((p.doi == 1) | (p.pmid == 1) | (p.accession == 1)) & (p.page != 0)
    placed = (p.page == 1) & (p.volume != 0) & signs.year
    same_issue = signs.whole & signs.ours & (p.volume == 1) & (p.issue == 1) & (p.page != 0)
    # Where neither row has a volume or a page, titles that differ and columns that recur are all that is left.
    vague = (p.placed == 0) & ((p.level < EXTRA) | ((p.length < 6) & ~p.even) | ((p.length < 3) & (p.team < 2)))
    floor = np.where(linked | placed | _early(p, signs), doubtful_from - 20, np.where(vague, 101, doubtful_from))
    outcome[rest & (score >= floor) & (signs.told | (p.page == 1) | linked | same_issue)] = DOUBTFUL
    rule[rest] = rule_at["too little"]
    return Decided(outcome.astype(np.int8), rule, score)
