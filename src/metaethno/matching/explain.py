"""Why two rows are, or aren't, one record: the rule, and what agrees and differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from metaethno.matching.compare import EQUAL, FAR, SUBTITLE, TITLE_LEVELS, Pairs, compare
from metaethno.matching.normalise import normalise
from metaethno.matching.rules import MERGE, OUTCOMES, RULE_NAMES, RULES, decide

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Explanation:
    """One pair of rows: what the rules say of it, and what agrees, differs, or is missing in one of them."""

    left: str
    right: str
    outcome: str
    rule: str
    says: str
    score: int
    agreed: tuple[str, ...]
    differed: tuple[str, ...]
    silent: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"{self.left} and {self.right}: {self.outcome}, {self.score} % alike ({self.says})"]
        for words, names in (("agree", self.agreed), ("differ", self.differed), ("not in both", self.silent)):
            if names:
                parts.append(f"  {words}: {', '.join(names)}")
        return "\n".join(parts)


def fields_of(p: Pairs, at: int) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return what agrees, differs, and isn't known of both rows, for the pair at place `at`."""
    agreed: list[str] = []
    differed: list[str] = []
    silent: list[str] = []
    level = int(p.level[at])
    (agreed if level == EQUAL else differed if level == FAR else agreed).append(
        "title"
        if level in (EQUAL, FAR)
        else TITLE_LEVELS[level]
        if level >= SUBTITLE
        else f"title in part ({TITLE_LEVELS[level]})"
    )
    if p.contrast[at]:
        differed.append("a number or an excluding word in the title")
    authors = float(p.authors[at])
    (silent if authors < 0 else agreed if authors >= 85 else differed).append("authors")
    gap = int(p.gap[at])
    if gap > 0:
        differed.append(f"year (by {gap})")
    else:
        (silent if gap < 0 else agreed).append("year")
    values: dict[str, Any] = {"journal": min(int(p.container[at]), 1)}
    values |= {
        name: int(getattr(p, name)[at]) for name in ("volume", "issue", "page", "doi", "pmid", "accession", "kind")
    }
    labels = {"page": "first page", "doi": "DOI", "pmid": "PubMed id", "accession": "accession number"}
    for name, value in values.items():
        if name == "kind":
            if value == 0:
                differed.append("kind of document")
        elif value >= 0 or name in ("volume", "page", "doi"):
            (silent if value < 0 else agreed if value else differed).append(labels.get(name, name))
    if p.abstract[at] >= 0:  # most pairs have at most one abstract: its absence is not worth a word
        (agreed if p.abstract[at] >= 90 else differed).append("abstract")
    return tuple(agreed), tuple(differed), tuple(silent)


def pairwise(records: pd.DataFrame, left: Any, right: Any, doubtful_from: int) -> list[Explanation]:
    """Explain pairs of places in `records`; the rules see no other rows."""
    if not len(left):
        return []
    used, at = np.unique(np.concatenate([left, right]), return_inverse=True)
    frame = records.iloc[used]
    i, j = at[: len(left)], at[len(left) :]
    pairs = compare(normalise(frame), i, j, keep_all=True)
    decided = decide(pairs, doubtful_from)
    ids = frame["row_id"].to_list()
    found = []
    for k in range(len(pairs)):
        rule = RULE_NAMES[int(decided.rule[k])]
        found.append(
            Explanation(
                ids[i[k]], ids[j[k]], OUTCOMES[int(decided.outcome[k])], rule, RULES[rule], int(decided.score[k]),
                *fields_of(pairs, k),
            )
        )  # fmt: skip
    return found


def best(explanations: list[Explanation]) -> Explanation:
    """Return the pair that says most for a merge."""
    return max(explanations, key=lambda e: (e.outcome == OUTCOMES[MERGE], e.score, OUTCOMES.index(e.outcome)))


def least(explanations: list[Explanation]) -> Explanation:
    """Return the pair that says most against a merge."""
    return min(explanations, key=lambda e: (e.outcome == OUTCOMES[MERGE], e.score, OUTCOMES.index(e.outcome)))
