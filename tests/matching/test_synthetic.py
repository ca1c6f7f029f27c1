"""Synthetic records with known truth: what the generator calls one work is one record, and nothing else is."""

from __future__ import annotations

import pandas as pd
from bench.dedupe import as_records, run
from bench.synthetic import generate


def test_the_generator_is_the_same_each_time_and_a_third_are_copies():
    records, work = generate(600)
    again, same = generate(600)
    pd.testing.assert_frame_equal(records, again)
    assert work.equals(same)
    assert work.nunique() == 600 - 204
    assert not generate(600, seed=2)[0].equals(records)


def test_copies_are_found_and_parts_errata_abstracts_and_editorials_are_kept_apart():
    records, work = generate(3000)
    found, _ = run(as_records(records))
    record = found.members.set_index("row_id")["record_id"]
    pairs = pd.DataFrame({"record": records["id"].map(record), "work": work})
    assert pairs.groupby("record")["work"].nunique().max() == 1
    left = pairs["record"].nunique() - work.nunique()
    assert left <= 0.01 * 1020  # of the copies
    assert len(found.to_decide) <= 0.01 * len(records)
