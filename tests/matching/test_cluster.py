from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metaethno.matching.cluster import cluster, components


def run_cluster(n, edges, runs=None, bad=(), barred=(), allowed=()):
    left, right, score = (np.array([e[k] for e in edges], dtype=np.int64) for k in range(3))
    contradicts = {tuple(sorted(p)) for p in bad}

    def contradict(i, j):
        pairs = zip(i.tolist(), j.tolist(), strict=True)
        return np.array([tuple(sorted(p)) in contradicts for p in pairs], dtype=bool)

    runs = np.array(runs if runs is not None else [0] * n)
    return cluster(n, (left, right, score), runs, contradict, set(barred), set(allowed)).tolist()


def test_a_chain_is_cut_at_its_weakest_link():
    # 0 = 1 (90), 1 = 2 (99), but 0 can't be 2.
    assert run_cluster(3, [(0, 1, 90), (1, 2, 99)], bad=[(0, 2)]) == [0, 1, 1]


def test_a_later_run_takes_nothing_away():
    # The better match of the later row would break up what the first run had found.
    assert run_cluster(3, [(0, 1, 90), (1, 2, 99)], runs=[0, 0, 1], bad=[(0, 2)]) == [0, 0, 2]


def test_what_people_bar_is_kept_apart_and_what_they_allow_is_not():
    assert run_cluster(3, [(0, 1, 90), (1, 2, 99)], barred=[(0, 2)]) == [0, 1, 1]
    assert run_cluster(3, [(0, 1, 90), (1, 2, 99)], bad=[(0, 2)], allowed=[(0, 2)]) == [0, 0, 0]


pairs = st.lists(st.sampled_from([(a, b) for b in range(12) for a in range(b)]), max_size=25)


@given(pairs, pairs, st.randoms())
def test_no_cluster_holds_a_contradiction_and_edges_in_any_order_give_the_same(edges, bad, random):
    scored = [(*e, 80 + sum(e) % 7) for e in dict.fromkeys(edges)]
    found = run_cluster(12, scored, bad=bad)
    assert all(found[a] != found[b] for a, b in bad)
    assert all(home <= place and found[home] == home for place, home in enumerate(found))
    random.shuffle(scored)
    assert run_cluster(12, scored, bad=bad) == found
    if not bad:
        left, right = (np.array([e[k] for e in scored], dtype=np.int64) for k in (0, 1))
        assert components(12, left, right).tolist() == found


@given(pairs, pairs, st.integers(1, 11))
def test_clusters_of_earlier_runs_are_only_ever_joined(edges, bad, cut):
    scored = [(*e, 80 + sum(e) % 7) for e in dict.fromkeys(edges)]
    runs = [int(place >= cut) for place in range(12)]
    before = run_cluster(cut, [e for e in scored if e[1] < cut], bad=bad)
    after = run_cluster(12, scored, runs=runs, bad=bad)
    for a in range(cut):
        assert after[a] == after[before[a]]
