"""The whole chain from rows to clusters: normalise, block, compare, decide, cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from metaethno.matching.block import candidates
from metaethno.matching.cluster import cluster, components
from metaethno.matching.compare import Pairs, compare, contradict
from metaethno.matching.normalise import Array, Normal, normalise
from metaethno.matching.rules import DOUBTFUL, MERGE, RELATED, RULE_NAMES, decide

if TYPE_CHECKING:
    import pandas as pd

IDENTICAL: Final = "identical"
VERDICT: Final = "verdict"
Pair = tuple[int, int]


@dataclass(frozen=True)
class Verdicts:
    """What people said, as pairs of places (lower first): the same; never together; not by a rule."""

    same: Sequence[Pair] = ()
    apart: Sequence[Pair] = ()
    unsure: Sequence[Pair] = ()


@dataclass(frozen=True)
class Matched:
    """Arrays by row, and the pairs a person has to settle.

    `home` is the place of the first row of the row's cluster; `link`, `rule` and `score` say what joined a row (-1 and
    "" for first rows). `doubtful` are pairs of places, best first, with `doubtful_score` and whether the rules would
    merge them and a third row contradicts (`refused`). `related` are pairs of places that the rules call related, with
    `related_score`; several of them may join the same two clusters.
    """

    home: Array
    link: Array
    rule: Array
    score: Array
    doubtful: Array
    doubtful_score: Array
    refused: Array
    related: Array
    related_score: Array


def _signatures(n: Normal, alone: Array) -> tuple[Array, Array]:
    """Return the first rows of groups of rows that say exactly the same, and for each row its place among them.

    Without an accession number a row must say enough to be taken for the same; rows named in verdicts stay alone.
    """
    import pandas as pd

    telling = ~n.generic & (n.first != -1) & (n.year != -1) & (n.length >= 4) & ((n.doi[:, 0] != -1) | (n.page != -1))
    single = alone | ((n.accession == -1) & ~telling)
    authors = pd.factorize(n.authors)[0]
    issn = pd.factorize(n.issn)[0]
    names = pd.factorize(n.names)[0]
    main = pd.factorize(n.main)[0]
    columns = [n.title_code, pd.factorize(n.title)[0], n.numbers, n.flags, authors, names, n.first, n.year, main, issn]
    columns += [n.container_code, n.container_class, n.volume, n.issue, n.page, n.page_end, n.pmid, n.accession]
    columns += [n.doi[:, 0], n.doi[:, 1], n.doi[:, 2], np.where(single, np.arange(len(n)), -1)]
    code = np.zeros(len(n), dtype=np.int64)
    for column in columns:
        values = pd.factorize(column)[0].astype(np.int64)
        code = pd.factorize(code * np.int64(values.max(initial=0) + 1) + values)[0].astype(np.int64)
    first = np.full(code.max(initial=-1) + 1, -1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(n))[::-1]
    return first, code


def _verdict_clusters(label: Array, verdicts: Verdicts, edges: tuple[Array, Array, Array]) -> Array:
    """Join the clusters that people call the same; where that joins what they keep apart, begin with their word."""
    if not verdicts.same:
        return label
    a, b = (np.array(x, dtype=np.int64) for x in zip(*verdicts.same, strict=True))
    joined = components(len(label), label[a], label[b])[label]
    broken = {int(joined[x]) for x, y in verdicts.apart if joined[x] == joined[y]}
    if not broken:
        return joined
    # Only the automatic merges between two words of people can be wrong here: begin with the people's own, then
    # take the merges back in, best first, where they don't join what is kept apart.
    left, right, score = edges
    inside = np.isin(joined[left], list(broken))
    said = np.isin(joined[a], list(broken))
    redo = cluster(
        len(label),
        (
            np.concatenate([np.minimum(a[said], b[said]), left[inside]]),
            np.concatenate([np.maximum(a[said], b[said]), right[inside]]),
            np.concatenate([np.full(int(said.sum()), 1000), score[inside]]),
        ),
        np.zeros(len(label), dtype=np.int64),
        lambda i, j: np.zeros(len(i), dtype=bool),
        {tuple(sorted(p)) for p in verdicts.apart},  # type: ignore[misc]
        set(),
    )
    return np.where(np.isin(joined, list(broken)), redo, joined)


def _links(label: Array, left: Array, right: Array, score: Array, rule: Array) -> tuple[Array, Array, Array]:
    """Return for each place its best partner within its cluster, the rule and the score; earlier partners first."""
    node, partner = np.concatenate([left, right]), np.concatenate([right, left])
    score, rule = np.tile(score, 2), np.tile(rule, 2)
    keep = (label[node] == label[partner]) & (label[node] != node)
    node, partner, score, rule = node[keep], partner[keep], score[keep], rule[keep]
    order = np.lexsort((partner, -score, partner > node, node))
    first = order[np.flatnonzero(np.diff(node[order], prepend=-1))]
    link = np.full(len(label), -1, dtype=np.int64)
    rules, scores = np.full(len(label), -1, dtype=np.int64), np.full(len(label), -1, dtype=np.int64)
    link[node[first]], rules[node[first]], scores[node[first]] = partner[first], rule[first], score[first]
    return link, rules, scores


def _open_pairs(
    pairs: Pairs, outcome: Array, score: Array, label: Array, verdicts: Verdicts
) -> tuple[Array, Array, Array]:
    """Return the pairs for people: doubtful, or merged by a rule but contradicted by a third row.

    One pair for any two clusters, none where a verdict already stands between them.
    """
    refused = outcome == MERGE
    keep = np.flatnonzero(((outcome == DOUBTFUL) | refused) & (label[pairs.left] != label[pairs.right]))
    n = np.int64(max(len(label), 1))
    x, y = label[pairs.left[keep]], label[pairs.right[keep]]
    between = np.minimum(x, y) * n + np.maximum(x, y)
    judged = [sorted((int(label[a]), int(label[b]))) for a, b in (*verdicts.apart, *verdicts.unsure)]
    free = ~np.isin(between, np.array([a * int(n) + b for a, b in judged], dtype=np.int64))
    keep, between = keep[free], between[free]
    order = np.lexsort((pairs.right[keep], pairs.left[keep], -score[keep]))
    _, first = np.unique(between[order], return_index=True)
    best = keep[order[np.sort(first)]]
    return np.stack([pairs.left[best], pairs.right[best]], axis=1), score[best], refused[best]


def match(records: pd.DataFrame, verdicts: Verdicts, doubtful_from: int) -> Matched:
    """Match `records` (schemas.RECORDS, sorted by `order`): which rows are one publication, and what is open."""
    import pandas as pd

    every = normalise(records)
    alone = np.zeros(len(every), dtype=bool)
    said = [p for group in (verdicts.same, verdicts.apart, verdicts.unsure) for p in group]
    alone[[place for pair in said for place in pair]] = True
    first, code = _signatures(every, alone)
    n = every.take(first)
    run = pd.factorize(records["run"].to_numpy(dtype=object), sort=True)[0][first]

    def down(found: Sequence[Pair]) -> list[Pair]:
        return [(int(code[a]), int(code[b])) for a, b in found]

    own = Verdicts(down(verdicts.same), down(verdicts.apart), down(verdicts.unsure))
    pairs = compare(n, *candidates(n))
    decided = decide(pairs, doubtful_from)
    merged = np.flatnonzero(decided.outcome == MERGE)
    edges = (pairs.left[merged], pairs.right[merged], decided.score[merged])
    barred = {(min(p), max(p)) for p in (*own.apart, *own.unsure)}
    allowed = {(min(p), max(p)) for p in own.same}
    label = cluster(len(n), edges, run, lambda i, j: contradict(n, i, j), barred, allowed)
    label = _verdict_clusters(label, own, edges)
    names = np.array([*RULE_NAMES, VERDICT, IDENTICAL, ""], dtype=object)
    same_left = np.array([a for a, _ in own.same], dtype=np.int64)
    same_right = np.array([b for _, b in own.same], dtype=np.int64)
    link, rule, score = _links(
        label,
        np.concatenate([edges[0], same_left]),
        np.concatenate([edges[1], same_right]),
        np.concatenate([edges[2], np.full(len(same_left), 100)]),
        np.concatenate([decided.rule[merged], np.full(len(same_left), len(RULE_NAMES))]),
    )
    open_pairs, open_score, refused = _open_pairs(pairs, decided.outcome, decided.score, label, own)
    related = np.flatnonzero(decided.outcome == RELATED)
    rows = np.arange(len(every))
    copy = first[code] != rows
    linked = np.where(link >= 0, first[link], -1)[code]
    return Matched(
        home=first[label][code],
        link=np.where(copy, first[code], linked),
        rule=names[np.where(copy, len(RULE_NAMES) + 1, rule[code])],
        score=np.where(copy, 100, score[code]),
        doubtful=first[open_pairs] if len(open_pairs) else np.empty((0, 2), dtype=np.int64),
        doubtful_score=open_score,
        refused=refused,
        related=first[np.stack([pairs.left[related], pairs.right[related]], axis=1)],
        related_score=decided.score[related],
    )
