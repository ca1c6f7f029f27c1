"""How far reviewers agree, from first votes: raw, Cohen's kappa, Krippendorff's alpha, and how skewed the votes are.

Votes in a review are skewed: nearly all records are excluded, so that two people agree on nearly everything by chance
and kappa is low although they hardly ever differ (Feinstein and Cicchetti 1990, Journal of Clinical Epidemiology
43:543-549). So the share of inclusions, the agreement expected by chance, the agreement on inclusions and on
exclusions apart, and Gwet's AC1 stand beside it.

Every coefficient depends only on how often each pattern of votes occurs. There are few patterns however many records
there are, so that the bootstrap draws counts of patterns and not records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from metaethno.schemas import AGREEMENT

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ALL = "all"
DRAWS = 2000
_SEED = 1960
_Z = 1.959963984540054  # of a 95 % interval
# Below this share of draws in which a coefficient is defined, an interval says nothing.
_DEFINED = 0.95


@dataclass(frozen=True)
class Coefficients:
    """What `coefficients` returns; None where something isn't defined. Intervals are (low, high), 95 %."""

    records: int
    all_first: int
    all_last: int
    agreement: float
    agreement_interval: tuple[float, float]
    expected: float
    kappa: float | None
    kappa_interval: tuple[float, float] | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    ac1: float | None
    prevalence: float
    positive: float | None
    negative: float | None


def first_votes(votes: pd.DataFrame, home: pd.Series, meaning: Mapping[str, str]) -> pd.DataFrame:
    """Return each reviewer's first vote on each record: columns round, record_id, reviewer, verdict.

    votes: schema SCREENING or ELIGIBILITY. home: the record of each vote (same index). First votes are those that
    supersede nothing: what a reviewer changed after a talk says nothing about agreement. `meaning` maps decisions to
    categories; a decision it leaves out is no judgement, so that the vote which replaces it is the first.
    """
    own = votes["role"].eq("reviewer")
    none = set(votes.loc[own & ~votes["decision"].isin(list(meaning)), "vote_id"])
    begun = votes["supersedes"].eq("")
    if none:
        # Who waited for the authors twice has judged only after that.
        replaced = dict(votes.loc[~begun, ["vote_id", "supersedes"]].to_numpy().tolist())

        def waited(one: str) -> bool:
            seen: set[str] = set()
            while one in none and one not in seen:
                seen.add(one)
                one = replaced.get(one, "")
            return not one

        begun |= votes["supersedes"].map(waited).astype(bool)
    mine = begun & own
    first = votes.loc[mine, ["round", "reviewer", "decided_on", "vote_id"]]
    first = first.assign(record_id=home[mine], verdict=votes.loc[mine, "decision"].map(meaning))
    first = first[first["verdict"].notna()].sort_values(["decided_on", "vote_id"], kind="stable")
    return first.drop_duplicates(["round", "record_id", "reviewer"])[["round", "record_id", "reviewer", "verdict"]]


def coefficients(votes: np.ndarray, categories: int) -> Coefficients | None:
    """Return the coefficients of a matrix of votes: a row per record, a column per reviewer; None without any pair.

    votes: integers, the category from 0 on, or -1 where that person didn't vote. Category 0 is the positive one, 1
    the negative one. Records with fewer than two votes say nothing and are left out, so that designs in which not
    everybody votes on everything are right.

    agreement: the share of pairs of votes on a record that are alike, its interval by Wilson (1927, JASA 22:209-212)
    over records. kappa: Cohen's (1960, Educational and Psychological Measurement 20:37-46); of several pairs of
    people the pooled one (De Vries et al. 2008, Field Methods 20:272-282), each pair weighing as many records as it
    shares; expected is its chance agreement. alpha: Krippendorff's for nominal data (Krippendorff 2011, Computing
    Krippendorff's alpha-reliability), which takes any number of people and missing votes. ac1: Gwet (2008, British
    Journal of Mathematical and Statistical Psychology 61:29-48). positive, negative: agreement on one category
    (Cicchetti and Feinstein 1990, Journal of Clinical Epidemiology 43:551-558). The intervals of kappa and alpha are
    percentiles of a bootstrap over records (Zapf et al. 2016, BMC Medical Research Methodology 16:93); there is none
    where nobody ever differed, since then there is nothing to draw from.
    """
    import numpy as np

    votes = votes[(votes >= 0).sum(axis=1) > 1]
    if not len(votes):
        return None
    patterns, counts = np.unique(votes, axis=0, return_counts=True)
    n = int(counts.sum())
    draws = np.random.default_rng(_SEED).multinomial(n, counts / n, size=DRAWS)
    weights = np.vstack([counts, draws]).astype(float)
    alike = weights @ _coincidences(patterns, categories)
    kappa, expected = _kappa(weights, patterns, categories)
    alpha, observed, shares = _alpha(alike.reshape(-1, categories, categories))
    agreed = float(observed[0])
    chance = float((shares[0] * (1 - shares[0])).sum()) / (categories - 1)
    same = (patterns == patterns.max(axis=1, keepdims=True)) | (patterns < 0)
    diagonal = np.diagonal(alike[0].reshape(categories, categories))
    total = alike[0].sum()

    def alone(category: int) -> float | None:
        there = shares[0][category] * total
        return float(diagonal[category] / there) if there else None

    return Coefficients(
        records=n,
        all_first=int(counts[same.all(axis=1) & (patterns.max(axis=1) == 0)].sum()),
        all_last=int(counts[same.all(axis=1) & (patterns.max(axis=1) == 1)].sum()),
        agreement=agreed,
        agreement_interval=wilson(agreed, n),
        expected=float(expected[0]),
        kappa=_point(kappa),
        kappa_interval=_interval(kappa, agreed),
        alpha=_point(alpha),
        alpha_interval=_interval(alpha, agreed),
        ac1=(agreed - chance) / (1 - chance) if chance < 1 else None,
        prevalence=float(shares[0][0]),
        positive=alone(0),
        negative=alone(1),
    )


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of `n` (Wilson 1927)."""
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * (share * (1 - share) / n + _Z**2 / (4 * n**2)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _coincidences(patterns: np.ndarray, categories: int) -> np.ndarray:
    """Return per pattern the pairs of votes it holds, by category of both, each record weighing as many as it has."""
    import numpy as np

    there = np.stack([(patterns == c).sum(axis=1) for c in range(categories)], axis=1).astype(float)
    pairs = there[:, :, None] * there[:, None, :]
    pairs -= np.einsum("pc,cd->pcd", there, np.eye(categories))
    pairs /= (there.sum(axis=1) - 1)[:, None, None]
    flat: np.ndarray = pairs.reshape(len(patterns), -1)
    return flat


def _alpha(alike: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return alpha, observed agreement and the share of each category, per table of coincidences."""
    import numpy as np

    total = alike.sum(axis=(1, 2))
    marginal = alike.sum(axis=2)
    agreed = np.diagonal(alike, axis1=1, axis2=2).sum(axis=1)
    apart = total**2 - (marginal**2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = 1 - (total - 1) * (total - agreed) / apart
        return np.where(apart > 0, alpha, np.nan), agreed / total, marginal / total[:, None]


def _kappa(weights: np.ndarray, patterns: np.ndarray, categories: int) -> tuple[np.ndarray, np.ndarray]:
    """Return kappa, pooled over the pairs of people, and the agreement expected by chance, per row of weights."""
    import numpy as np

    shared = np.zeros(len(weights))
    agreed, chance = np.zeros(len(weights)), np.zeros(len(weights))
    for left, right in combinations(range(patterns.shape[1]), 2):
        both = (patterns[:, left] >= 0) & (patterns[:, right] >= 0)
        if not both.any():
            continue
        cells = np.zeros((len(patterns), categories, categories))
        at = np.flatnonzero(both)
        cells[at, patterns[at, left], patterns[at, right]] = 1
        table = np.tensordot(weights, cells, axes=1)
        n = table.sum(axis=(1, 2))
        shared += n
        agreed += np.diagonal(table, axis1=1, axis2=2).sum(axis=1)
        chance += (table.sum(axis=1) * table.sum(axis=2)).sum(axis=1) / np.maximum(n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = chance / shared
        kappa = (agreed / shared - expected) / (1 - expected)
    return np.where(expected < 1 - 1e-12, kappa, np.nan), expected


def _point(values: np.ndarray) -> float | None:
    import numpy as np

    return None if np.isnan(values[0]) else float(values[0])


def _interval(values: np.ndarray, agreed: float) -> tuple[float, float] | None:
    """Return the 2.5th and 97.5th percentile of the draws; the first value is that of the votes themselves."""
    import numpy as np

    drawn = values[1:][~np.isnan(values[1:])]
    if agreed == 1 or np.isnan(values[0]) or len(drawn) < _DEFINED * DRAWS:
        return None
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


# ------------------------------------------------------------------------------------------------ as a table


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".replace("-0.0000", "0.0000")


def _row(found: Coefficients) -> list[Any]:
    none = (None, None)
    return [
        *(found.records, found.all_first, found.all_last),
        *map(_said, (found.agreement, *found.agreement_interval, found.expected)),
        *map(_said, (found.kappa, *(found.kappa_interval or none))),
        *map(_said, (found.alpha, *(found.alpha_interval or none))),
        *map(_said, (found.ac1, found.prevalence, found.positive, found.negative)),
    ]


def agreement(
    votes: pd.DataFrame,
    home: pd.Series,
    first_run: pd.Series,
    stage: str,
    meaning: Mapping[str, str],
    positive: str,
) -> pd.DataFrame:
    """Return a frame of schema AGREEMENT: by round, by run and over all runs, per pair of people and over all.

    votes, home, meaning: as `first_votes` takes them. first_run: of the records there are, indexed by record_id;
    votes on other records are left out. positive: the category that is the rare one; the other is `exclude`.
    """
    import numpy as np
    import pandas as pd

    first = first_votes(votes, home, meaning)
    first["run"] = first["record_id"].map(first_run)
    first = first[first["run"].notna()]
    names = [positive, "exclude", *sorted(set(meaning.values()) - {positive, "exclude"})]
    rows: list[list[Any]] = []
    for turn, mine in first.groupby("round"):
        people = sorted(mine["reviewer"].unique().tolist())
        record, ids = pd.factorize(mine["record_id"], sort=True)
        cast = np.full((len(ids), len(people)), -1)
        cast[record, pd.Categorical(mine["reviewer"], people).codes] = pd.Categorical(mine["verdict"], names).codes
        of_run = pd.Series(ids).map(first_run).to_numpy()
        runs: Sequence[str] = sorted(set(of_run))
        for run in (ALL, *(runs if len(runs) > 1 else ())):
            here = cast if run == ALL else cast[of_run == run]
            groups = [(ALL, list(range(len(people))))]
            groups += [(";".join(people[i] for i in pair), list(pair)) for pair in combinations(range(len(people)), 2)]
            for name, columns in groups:
                found = coefficients(here[:, columns], len(names))
                if found is not None:
                    rows.append([stage, turn, run, name, *_row(found)])
    typed = {c.name: "Int64" if c.kind == "count" else str for c in AGREEMENT.columns}
    return pd.DataFrame(rows, columns=AGREEMENT.names).astype(typed)
