"""Agreement, against numbers that were published, and worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metaethno.agreement import agreement, coefficients, wilson
from metaethno.schemas import AGREEMENT, SCREENING

MEANING = {"include": "forward", "unsure": "forward", "exclude": "exclude"}


def of_table(table: list[list[int]]) -> np.ndarray:
    """Return the votes of two people from a table of how often each pair of answers occurs."""
    rows = [[i, j] for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array(rows)


def of_people(*lines: str) -> np.ndarray:
    """Return votes from one line per person, '.' where a person gave none; categories in alphabetical order."""
    names = sorted(set("".join(lines)) - {".", " "})
    return np.array([[names.index(v) if v != "." else -1 for v in line.split()] for line in lines]).T


def test_kappa_of_a_textbook():
    # Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 3rd ed., table 18.1: a hundred
    # diagnoses by two people: observed 0.89, expected 0.66, kappa 0.68, standard error 0.087, interval 0.51 to 0.85.
    got = coefficients(of_table([[75, 1, 4], [5, 4, 1], [0, 0, 10]]), 3)
    assert got.agreement == pytest.approx(0.89)
    assert got.expected == pytest.approx(0.66)
    assert got.kappa == pytest.approx(0.23 / 0.34)
    assert got.kappa_interval == pytest.approx((0.51, 0.85), abs=0.04)


@pytest.mark.parametrize(
    ("people", "categories", "alpha"),
    [
        # Krippendorff (2011), Computing Krippendorff's alpha-reliability, examples A (binary, two people), B (nominal,
        # two people) and C (nominal, four people, values missing).
        (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 2, 0.095),
        (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 5, 0.692),
        (
            (
                "1 2 3 3 2 1 4 1 2 . . .",
                "1 2 3 3 2 2 4 1 2 5 . 3",
                ". 3 3 3 2 3 4 2 2 5 1 .",
                "1 2 3 3 2 4 4 1 2 5 1 .",
            ),
            5,
            0.743,
        ),
    ],
)
def test_alpha_of_its_author(people, categories, alpha):
    got = coefficients(of_people(*people), categories)
    assert got.alpha == pytest.approx(alpha, abs=0.0005)
    low, high = got.alpha_interval
    assert low < alpha < high


def test_the_paradox_of_high_agreement_and_low_kappa():
    # Feinstein and Cicchetti (1990): the same raw agreement of 0.85, and kappa 0.70 in one table, 0.32 in the other.
    even = coefficients(of_table([[40, 9], [6, 45]]), 2)
    skewed = coefficients(of_table([[80, 10], [5, 5]]), 2)
    assert (even.agreement, skewed.agreement) == (pytest.approx(0.85), pytest.approx(0.85))
    assert (even.kappa, skewed.kappa) == (pytest.approx(0.70, abs=0.005), pytest.approx(0.32, abs=0.005))
    # Specific agreement by hand: 2 * 80 / (90 + 85) and 2 * 5 / (10 + 15).
    assert skewed.positive == pytest.approx(160 / 175)
    assert skewed.negative == pytest.approx(10 / 25)
    assert skewed.prevalence == pytest.approx(175 / 200)


def test_ac1_of_its_author():
    # Gwet (2002), Kappa statistic is not satisfactory for assessing the extent of agreement between raters, table with
    # 118, 5, 2 and 0 of 125: raw 0.944, kappa -0.0234, AC1 0.9408.
    got = coefficients(of_table([[118, 5], [2, 0]]), 2)
    assert got.agreement == pytest.approx(0.944)
    assert got.kappa == pytest.approx(-0.0234, abs=0.0001)
    assert got.ac1 == pytest.approx(0.9408, abs=0.0001)


def test_wilsons_interval():
    # Newcombe (1998), Statistics in Medicine 17:857-872, table I: 81 of 263 by Wilson's method: 0.2553 to 0.3662.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=0.0001)
    # By hand, for none of n: the lower end is 0, the upper z² / (n + z²).
    assert wilson(0.0, 10) == pytest.approx((0.0, 3.8415 / 13.8415), abs=0.0001)


def test_kappa_of_several_pairs_weighs_each_by_the_records_it_shares():
    # a and b share 4 records: 3 alike; shares of 0: 3/4 and 2/4, so chance 3/8 + 1/8 = 1/2, in records 2.
    # a and c share 2 records: both alike; both 1/2 and 1/2: chance 1/2, in records 1. b and c share none.
    votes = of_people("0 0 0 1 0 1", "0 0 1 1 . .", ". . . . 0 1")
    got = coefficients(votes, 2)
    assert got.agreement == pytest.approx(5 / 6)
    assert got.expected == pytest.approx(3 / 6)
    assert got.kappa == pytest.approx((5 - 3) / (6 - 3))
    assert got.records == 6
    assert (got.all_first, got.all_last) == (3, 2)


def test_what_is_not_defined_is_empty():
    same = coefficients(of_table([[9, 0], [0, 0]]), 2)
    assert (same.kappa, same.alpha, same.kappa_interval, same.negative) == (None, None, None, None)
    assert same.agreement_interval == pytest.approx((9 / (9 + 3.8415), 1), abs=0.001)
    perfect = coefficients(of_table([[5, 0], [0, 5]]), 2)
    assert (perfect.kappa, perfect.kappa_interval) == (1.0, None)
    assert coefficients(np.array([[0, -1], [-1, 1]]), 2) is None


def cast(*rows: tuple[str, ...]) -> pd.DataFrame:
    """Return a ledger of votes (record, who, decision, further cells as 'column=value')."""
    made = []
    for n, (record, who, decision, *more) in enumerate(rows):
        row = dict.fromkeys(SCREENING.names, "") | {"vote_id": f"v{n}", "record_id": record, "reviewer": who}
        row |= {"decision": decision, "role": "reviewer", "round": "main", "decided_on": "2019-01-01"}
        made.append(row | dict(cell.split("=") for cell in more))
    return pd.DataFrame(made, columns=SCREENING.names, dtype=str)


def table(votes: pd.DataFrame, runs: dict[str, str]) -> pd.DataFrame:
    got = agreement(votes, votes["record_id"], pd.Series(runs), "screening", MEANING, "forward")
    AGREEMENT.pandera().validate(got)
    assert not got.duplicated(list(AGREEMENT.key)).any()
    return got


def test_only_first_votes_of_reviewers_on_records_that_are_there_count():
    # By hand: 5 records, both forward 2, both exclude 1, each alone forward once; raw 3/5; shares of forward 3/5 and
    # 3/5: chance 13/25; kappa (0.6 - 0.52) / 0.48 = 0.1667. ben's second thought and an adjudicator change nothing.
    pairs = [("include", "unsure"), ("include", "include"), ("exclude", "exclude")]
    pairs += [("include", "exclude"), ("exclude", "include")]
    rows = [
        (f"r{n}", who, said) for n, pair in enumerate(pairs) for who, said in zip(("ann", "ben"), pair, strict=True)
    ]
    rows += [("r3", "ben", "include", "supersedes=v7"), ("r4", "eve", "include", "role=adjudicator")]
    rows += [("gone", "ann", "include"), ("gone", "ben", "exclude")]
    got = table(cast(*rows), {f"r{n}": "2019-01-01" for n in range(5)})
    cells = ["run", "pair", "both", "both_forward", "both_exclude", "agreement", "kappa", "prevalence"]
    expected = [5, 2, 1, "0.6000", "0.1667", "0.6000"]
    assert got[cells].values.tolist() == [["all", "all", *expected], ["all", "ann;ben", *expected]]


def test_who_waited_for_the_authors_has_judged_first_only_after_that():
    rows = [("a", "ann", "include"), ("a", "ben", "awaiting"), ("a", "ben", "awaiting", "supersedes=v1")]
    runs = {"a": "2019-01-01"}
    assert table(cast(*rows), runs).empty
    rows.append(("a", "ben", "exclude", "supersedes=v2"))
    assert table(cast(*rows), runs)["agreement"].tolist() == ["0.0000", "0.0000"]
    # A second thought is none of the first votes.
    rows.append(("a", "ben", "include", "supersedes=v3"))
    assert table(cast(*rows), runs)["agreement"].tolist() == ["0.0000", "0.0000"]


def test_runs_rounds_and_pairs_stay_apart():
    runs = {"a": "2019-01-01", "b": "2019-01-01", "c": "2020-01-01", "k": "2019-01-01"}
    rows = [(r, w, "include") for r in "ab" for w in ("ann", "ben")]
    rows += [("c", "ann", "include"), ("c", "eve", "exclude")]
    rows += [("k", "ann", "include", "round=calibration"), ("k", "ben", "exclude", "round=calibration")]
    got = table(cast(*rows), runs)[["round", "run", "pair", "both", "agreement"]].values.tolist()
    assert got == [
        ["calibration", "all", "all", 1, "0.0000"],
        ["calibration", "all", "ann;ben", 1, "0.0000"],
        ["main", "all", "all", 3, "0.6667"],
        ["main", "all", "ann;ben", 2, "1.0000"],
        ["main", "all", "ann;eve", 1, "0.0000"],
        ["main", "2019-01-01", "all", 2, "1.0000"],
        ["main", "2019-01-01", "ann;ben", 2, "1.0000"],
        ["main", "2020-01-01", "all", 1, "0.0000"],
        ["main", "2020-01-01", "ann;eve", 1, "0.0000"],
    ]


def test_nobody_voted():
    assert len(table(cast(), {})) == 0


def test_the_same_numbers_each_time():
    rng = np.random.default_rng(1)
    votes = (rng.random((100_000, 5)) < 0.98).astype(int)
    votes[rng.random((100_000, 5)) < 0.5] = -1
    assert coefficients(votes, 2) == coefficients(votes, 2)
