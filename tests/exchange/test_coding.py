"""Passages and constructs into the registers: what was entered once is there, and changes nothing a second time."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import ledger, tables
from metaethno.exchange import coding
from metaethno.exchange.coding import Coded
from metaethno.schemas import CONSTRUCTS, PASSAGES, REPORT_STUDIES, STUDIES


def frame(table, *rows):
    if not rows:
        return tables.empty(table)
    return pd.DataFrame([dict.fromkeys(table.names, "") | row for row in rows], dtype=str)[table.names]


STUDIES_ = frame(STUDIES, {"study_id": "S1", "label": "Doe 2015"}, {"study_id": "S2", "label": "Roe 2016"})
REPORTS = frame(
    REPORT_STUDIES,
    {"report_id": "A1", "record_id": "R1", "study_id": "S1", "role": "main", "citation": "Doe and Roe 2015"},
    {"report_id": "A2", "record_id": "R2", "study_id": "S2", "role": "main", "citation": "Roe 2016a"},
    {"report_id": "A3", "record_id": "R3", "study_id": "S2", "role": "companion", "citation": "Roe 2017"},
)
WHERE = coding.places(STUDIES_, REPORTS)


SAID = coding.Said("2", "concept", "author")


def enter(rows, passages=None, constructs=None):
    """Enter rows; returns the outcome and the registers after it."""
    passages = frame(PASSAGES) if passages is None else passages
    constructs = frame(CONSTRUCTS) if constructs is None else constructs
    ids = (ledger.id_maker("P", passages["passage_id"]), ledger.id_maker("K", constructs["construct_id"]))
    out = coding.enter("f", rows, WHERE, passages, constructs, SAID, ("ann", "2020-01-02"), ids)
    after = []
    for table, before, new in ((PASSAGES, passages, out.passages), (CONSTRUCTS, constructs, out.constructs)):
        by_key = {r[table.key[0]]: r for r in [*before.to_dict("records"), *new]}
        after.append(frame(table, *by_key.values()))
    return out, *after


words = st.sampled_from(["", "one", "One ", "two"])
coded = st.builds(
    Coded,
    line=st.integers(2, 99),
    study=st.sampled_from(["Doe 2015", "roe 2016", "Roe 2017.pdf", "Nobody"]),
    report=st.sampled_from(["", "", "Roe 2016a", "Doe and Roe 2015"]),
    locator=st.sampled_from(["p. 1", "p. 2", ""]),
    speaker=st.sampled_from(["", "participant", "study author"]),
    text=st.sampled_from(["words", "Words.", "more\nwords", ""]),
    construct=words,
    meaning=words,
    order=st.sampled_from(["", "1", "second order"]),
    status=st.sampled_from(["", "set aside"]),
)


def entered(rows):
    """Enter rows one after the other, leaving out what is refused; returns those that weren't, and the registers."""
    good, passages, constructs = [], frame(PASSAGES), frame(CONSTRUCTS)
    for row in rows:
        out, *after = enter([row], passages, constructs)
        if not out.problems:
            good.append(row)
            passages, constructs = after
    return good, passages, constructs


def folded(text):
    return " ".join(text.split()).casefold().strip(".")


@settings(deadline=None, max_examples=25)
@given(st.lists(coded, max_size=8))
def test_what_was_entered_is_there_and_changes_nothing_a_second_time(rows):
    good, passages, constructs = entered(rows)
    again, *after = enter(good, passages, constructs)
    assert (again.problems, again.added, again.changed) == ([], 0, 0)
    assert [a.equals(b) for a, b in zip(after, (passages, constructs), strict=True)] == [True, True]
    # Every word of every row is somewhere.
    assert {folded(r.text) for r in good if r.text} <= {folded(t) for t in passages["text"]}
    assert {folded(r.construct) for r in good if r.construct} <= {folded(t) for t in constructs["label"]}


@settings(deadline=None, max_examples=25)
@given(st.lists(coded, max_size=8))
def test_the_sheet_of_what_is_there_comes_back_without_a_change(rows):
    _, passages, constructs = entered(rows)
    sheet = coding.rows(constructs, passages, WHERE, ["S1", "S2"])
    assert len(sheet) >= max(len(passages), len(constructs))
    again, *_ = enter(sheet, passages, constructs)
    assert (again.problems, again.added, again.changed, again.same) == ([], 0, 0, len(sheet))


def test_a_file_named_after_a_citation_tells_study_and_report():
    assert WHERE.study(r"Files\\Included\\Roe_2017.pdf") == "S2"
    assert WHERE.report("S2", "", "Roe_2017.pdf") == "A3"
    assert WHERE.report("S2", "") is None
    assert WHERE.report("S1", "Roe 2017") is None


def test_a_new_quotation_of_a_construct_that_is_there_is_added_to_it():
    first = Coded(2, "Doe 2015", locator="p. 1", text="words", construct="One", meaning="m")
    _, passages, constructs = enter([first])
    second = Coded(3, "Doe 2015", locator="p. 2", text="others", construct="one")
    out, passages, constructs = enter([second], passages, constructs)
    assert (out.added, out.changed) == (1, 1)
    assert len(constructs.loc[0, "passage_ids"].split(";")) == 2


def test_what_is_there_is_filled_up_but_never_overwritten_by_name():
    first = Coded(2, "Doe 2015", construct="One")
    _, passages, constructs = enter([first])
    out, passages, constructs = enter([Coded(3, "Doe 2015", construct="One", meaning="m")], passages, constructs)
    assert constructs.loc[0, "meaning"] == "m"
    out, *_ = enter([Coded(4, "Doe 2015", construct="One", meaning="n")], passages, constructs)
    assert [p.code for p in out.problems] == ["ME0486"]
