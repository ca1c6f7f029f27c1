from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.worlds import DRAWN

from metaethno import schemas, tables
from metaethno.errors import UserError
from metaethno.matching.unique import content_hash
from metaethno.stages.dedupe import dedupe

ONE, TWO = "2020-01-02", "2021-01-02"
PAPER = {
    "title": "Living with chronic pain in Leeds: an ethnography",
    "authors": "Smith, John A.; Okafor, Ada",
    "year": "2010",
    "container": "Sociology of Health and Illness",
    "volume": "32",
    "issue": "4",
    "pages": "454-481",
    "doi": "10.5555/pain",
}


def records(*rows: dict[str, str]) -> pd.DataFrame:
    """Rows of one database in the first run, unless they say otherwise."""
    base = dict.fromkeys(schemas.RECORDS.names, "") | {
        "run": ONE, "search_id": "S1", "source": "Embase", "kind": "database", "file": "a.ris",
    }  # fmt: skip
    frame = pd.DataFrame([base | {"row_id": f"R{n}"} | row for n, row in enumerate(rows, 1)])
    numbers = pd.array(range(1, len(frame) + 1), dtype="Int64")
    return frame.astype("str").assign(place=numbers, order=numbers)


def verdicts(*rows: tuple[str, str, str]) -> pd.DataFrame:
    base = dict.fromkeys(schemas.DUPLICATES.names, "") | {"reviewer": "ann", "decided_on": ONE}
    return pd.DataFrame(
        [
            base | {"verdict_id": f"v{n}", "left_row": a, "right_row": b, "verdict": v}
            for n, (a, b, v) in enumerate(rows)
        ],
        columns=[*base],
        dtype="str",
    )


def searches(frame: pd.DataFrame, **cells: str) -> pd.DataFrame:
    return frame[["run", "source"]].drop_duplicates().assign(**({"scope": "full", "strategy_version": "v1"} | cells))


def run(frame: pd.DataFrame, duplicates: pd.DataFrame | None = None, **cells: str):
    return dedupe(frame, verdicts() if duplicates is None else duplicates, 88, searches(frame, **cells))


def clusters(found) -> list[str]:
    return found.members.sort_values("row_id")["record_id"].tolist()


def outcome(other: dict[str, str], paper: dict[str, str] = PAPER) -> str:
    """Say what becomes of a paper and a row that differs from it in the cells given."""
    found = run(records(paper, paper | other))
    merged = len(found.unique) == 1
    return "merged" if merged else ("doubtful" if len(found.to_decide) else "distinct")


def test_one_paper_as_three_databases_show_it():
    found = run(
        records(
            PAPER,
            PAPER
            | {"title": "LIVING WITH CHRONIC PAIN IN LEEDS", "authors": "SMITH, J. A.", "pages": "454-81", "doi": ""},
            PAPER
            | {"authors": "Smith J.A.; Okafor A.", "container": "SOCIOL HEALTH ILLN", "doi": "", "source": "CINAHL"},
        )
    )
    assert clusters(found) == ["R1", "R1", "R1"]
    row = found.unique.iloc[0]
    assert row["sources"] == "CINAHL;Embase"
    assert row["rows"] == 3
    assert row["title"] == PAPER["title"]
    assert found.aliases["alias_id"].tolist() == ["R2", "R3"]
    assert found.members["matched_with"].tolist()[0] == ""
    for table, frame in (
        (schemas.UNIQUE, found.unique), (schemas.MEMBERS, found.members), (schemas.ALIASES, found.aliases),
        (schemas.DEDUPE_TO_DECIDE, found.to_decide), (schemas.RERUN, found.rerun), (schemas.PARTED, found.parted),
        (schemas.FIELD_SOURCES, found.field_sources), (schemas.SOURCE_COUNTS, found.source_counts),
        (schemas.RELATED, found.related),
    ):  # fmt: skip
        tables.canonical(table, frame)


@pytest.mark.parametrize(
    "other",
    [
        {"doi": "10.5555/other", "pages": "482-499", "title": "Living with chronic pain in Leeds, part II"},
        {"doi": "", "pages": "482-499", "title": "Living with chronic pain in Leeds 2: an ethnography"},
        {"doi": "", "volume": "33", "pages": "1-20", "year": "2011"},
        {"title": "Erratum: " + PAPER["title"], "pages": "600", "doi": ""},
        {"title": "Erratum to: " + PAPER["title"], "pages": "600", "doi": "10.5555/erratum"},
        {"title": "Comment on: " + PAPER["title"], "doi": "", "pages": "482-483"},
        {"title": PAPER["title"] + ". Study protocol", "doi": "", "pages": "12-19"},
        {"title": "Sleeping with chronic pain in York", "authors": "Smith, John A.", "pages": "600-610"},
        {"authors": "Brown, Gordon", "doi": "", "pages": "600-601"},
        {"title": PAPER["title"].replace("chronic", "acute"), "doi": "", "pages": "482-499"},
        {"title": PAPER["title"] + " (Sociol Health Illn (2010) 32 (454-481))", "doi": "", "pages": "990"},
        {"issue": "1", "pages": "12-13", "doi": ""},
    ],
)
def test_traps_are_kept_apart(other):
    assert outcome(other) == "distinct"


@pytest.mark.parametrize(
    "other",
    [
        {"volume": "", "issue": "", "pages": "", "year": "2009", "doi": ""},
        {"title": "RETRACTED: " + PAPER["title"]},
        {"title": "Living with chronic pain in Leeds"},
        {"pages": "e1234", "issue": ""},
        {"authors": "", "doi": ""},
        {"doi": "10.5555/PAIN", "pages": "", "year": ""},
        {"doi": "", "volume": "", "issue": "", "pages": "", "year": "2011"},
        {"doi": "", "title": "Vivir con dolor crónico: una etnografía"},
        {"doi": "", "volume": "", "issue": "32", "pages": "4"},
        {"doi": "", "volume": "2010", "pages": ""},
        {"doi": "", "title": f"{PAPER['title']} {PAPER['title']}", "pages": ""},
        {"doi": "", "volume": "33", "pages": ""},
    ],
)
def test_forms_of_one_paper_are_merged(other):
    assert outcome(other) == "merged"


@pytest.mark.parametrize(
    "other",
    [
        {"doi": "10.5555/mistyped"},
        {"doi": "", "pages": "545-581"},
        {"doi": "", "volume": "", "issue": "", "pages": "", "year": "2011", "authors": "Smith, J. A."},
        {"doi": "", "issue": "", "pages": "454", "title": "Vivir con dolor crónico: una etnografía"},
        {"title": "", "doi": ""},
    ],
)
def test_what_evidence_leaves_open_goes_to_a_person(other):
    assert outcome(other) == "doubtful"


def test_abstracts_help_where_they_are_present():
    abstract = " ".join(f"Word{n} of what people told us about pain and about {n} other things." for n in range(20))
    other = {"doi": "", "pages": "", "issue": "", "title": "Living with chronic pain in the city of Leeds: ethnography"}
    assert outcome(other) != "merged"
    assert outcome(other | {"abstract": "ABSTRACT " + abstract.upper()}, PAPER | {"abstract": abstract}) == "merged"
    assert outcome(other | {"abstract": abstract[::-1]}, PAPER | {"abstract": abstract}) != "merged"


def test_what_stands_in_a_journals_header_is_no_title():
    header = {"title": PAPER["container"], "year": "", "pages": "", "doi": ""}
    assert outcome(header) == "distinct"
    assert outcome(header | {"doi": PAPER["doi"]}) == "merged"


def test_editorials_of_every_year_and_issue_are_apart():
    bare = {"title": "Editorial", "authors": "Smith, J.", "container": "Care", "pages": "1-2", "issue": "1"}
    rows = [bare | {"year": str(2000 + n), "volume": str(n)} for n in range(1, 5)]
    found = run(records(*rows, bare | {"year": "2001", "volume": "1", "issue": "2"}))
    assert len(found.unique) == 5
    assert found.to_decide.empty


def test_a_supplement_shares_its_doi_among_different_papers():
    other = {"title": "Insulin use among farm workers: a survey", "authors": "Brown, Gordon", "pages": "500"}
    assert outcome(other) == "distinct"


def test_no_chain_over_a_row_that_fits_both():
    bare = {"title": PAPER["title"], "authors": PAPER["authors"], "year": "2010", "container": PAPER["container"]}
    found = run(records(PAPER, PAPER | {"doi": "10.5555/other", "volume": "33", "pages": "9-19"}, bare))
    ids = clusters(found)
    assert ids[0] != ids[1]
    assert len(found.unique) == 2
    assert len(found.to_decide) == 1
    assert "contradicts" in found.to_decide["why"].iloc[0]


def test_verdicts_win_over_every_rule():
    frame = records(PAPER, PAPER, PAPER | {"doi": "10.5555/mistyped"})
    assert clusters(run(frame)) == ["R1", "R1", "R3"]
    assert clusters(run(frame, verdicts(("R3", "R1", "same")))) == ["R1", "R1", "R1"]
    assert run(frame, verdicts(("R3", "R1", "same"))).members["rule"].tolist()[-1] == "verdict"
    for verdict in ("different", "related", "unsure"):
        split = run(frame, verdicts(("R1", "R2", verdict)))
        assert clusters(split)[:2] == ["R1", "R2"]
        pairs = set(zip(split.to_decide["left_row"], split.to_decide["right_row"], strict=True))
        assert ("R1", "R2") not in pairs


def test_a_verdict_joins_whole_clusters_unless_another_parts_them():
    other = PAPER | {"doi": "10.5555/mistyped"}
    frame = records(PAPER, other, PAPER, other)
    assert clusters(run(frame)) == ["R1", "R2", "R1", "R2"]
    assert clusters(run(frame, verdicts(("R1", "R2", "same")))) == ["R1"] * 4
    found = clusters(run(frame, verdicts(("R1", "R2", "same"), ("R3", "R4", "different"))))
    assert found[0] == found[1]
    assert found[2] != found[3]


def test_superseded_verdicts_do_not_count():
    said = verdicts(("R1", "R2", "different"), ("R1", "R2", "same"))
    said.loc[1, "supersedes"] = "v0"
    assert clusters(run(records(PAPER, PAPER), said)) == ["R1", "R1"]


def test_contradictions_among_verdicts_are_all_told():
    frame = records(PAPER, PAPER, PAPER)
    said = verdicts(
        ("R1", "R2", "same"), ("R2", "R3", "same"), ("R3", "R1", "different"), ("R2", "R1", "related"),
        ("R1", "R1", "same"), ("R1", "Rx", "same"),
    )  # fmt: skip
    with pytest.raises(UserError) as error:
        run(frame, said)
    assert sorted(p.code for p in error.value.problems) == ["ME0321", "ME0322", "ME0323", "ME0324"]


def test_later_rows_fill_only_what_is_empty():
    frame = records(
        PAPER | {"volume": "", "issue": "", "pages": "", "year": "2009", "abstract": "", "doi": ""},
        PAPER | {"title": PAPER["title"].upper(), "abstract": "We lived with people."},
        PAPER | {"abstract": "Another abstract."},
    )
    row = run(frame).unique.iloc[0]
    assert row["title"] == PAPER["title"]
    assert (row["year"], row["volume"], row["pages"], row["doi"]) == ("2010", "32", "454-481", PAPER["doi"])
    assert row["abstract"] == "We lived with people."
    assert row["content_hash"] == content_hash(PAPER["title"], "We lived with people.")


def test_a_record_counts_with_databases_when_any_row_is_from_one():
    by_hand = PAPER | {"kind": "hand_search", "source": "shelf"}
    assert run(records(by_hand, PAPER)).unique["origin"].tolist() == ["databases"]
    assert run(records(by_hand)).unique["origin"].tolist() == ["other"]


OTHER = {
    "title": "Waiting for a kidney in Oslo",
    "authors": "Berg, Anna",
    "year": "2012",
    "container": "Care",
    "pages": "7",
}


def rerun_states(found) -> dict[tuple[str, str], str]:
    return dict(zip(found.rerun["record_id"], found.rerun["state"] + found.rerun["changed_fields"], strict=True))


def test_what_a_rerun_found():
    frame = records(
        PAPER | {"accession": "1"}, OTHER | {"accession": "2"}, PAPER | {"source": "CINAHL", "title": "Odd"},
        PAPER | {"accession": "1", "run": TWO, "volume": "33", "pages": "1-2"},
        {"title": "A new paper on hope and fear", "authors": "Li, Bo", "year": "2020", "accession": "3", "run": TWO},
    )  # fmt: skip
    states = rerun_states(run(frame))
    assert states == {"R1": "changedvolume;pages", "R2": "vanished", "R5": "new"}
    partly = searches(frame)
    partly.loc[partly["run"] == TWO, "scope"] = "since"
    assert "R2" not in rerun_states(dedupe(frame, verdicts(), 88, partly))
    partly = searches(frame)
    partly.loc[partly["run"] == TWO, "strategy_version"] = "v2"
    assert "R2" not in rerun_states(dedupe(frame, verdicts(), 88, partly))


def test_a_record_that_another_source_had_before_is_known():
    frame = records(PAPER, OTHER | {"source": "CINAHL"}, OTHER | {"run": TWO}, PAPER | {"run": TWO})
    assert rerun_states(run(frame)) == {"R1": "known", "R2": "known"}


def test_nothing_to_do():
    found = run(records(PAPER).iloc[:0])
    assert found.unique.empty
    assert found.unique.columns.tolist() == schemas.UNIQUE.names


# ------------------------------------------------------------------------------------------------ identity

_rows = st.lists(
    st.builds(
        lambda work, form, source: (
            [PAPER, OTHER, PAPER | {"doi": "10.5555/two", "pages": "9-19", "volume": "40"}][work]
            | form
            | {"source": source}
        ),
        st.integers(0, 2),
        st.sampled_from([{}, {"doi": ""}, {"volume": "", "pages": "", "issue": ""}, {"year": "2011"}, {"authors": ""}]),
        st.sampled_from(["Embase", "CINAHL"]),
    ),
    min_size=1,
    max_size=9,
)
_slow = settings(max_examples=12 * DRAWN, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.drawn
@_slow
@given(_rows, st.randoms())
def test_ids_do_not_depend_on_the_order_of_rows(rows, random):
    frame = records(*rows)
    order = list(range(len(frame)))
    random.shuffle(order)
    found, shuffled = run(frame), run(frame.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(found.members, shuffled.members)
    pd.testing.assert_frame_equal(found.unique, shuffled.unique)
    pd.testing.assert_frame_equal(found.to_decide, shuffled.to_decide)


@pytest.mark.drawn
@_slow
@given(_rows, _rows)
def test_a_later_run_changes_no_id_but_by_joining_records(first, second):
    before = records(*first)
    after = records(*first, *({**row, "run": TWO} for row in second))
    old, new = (run(frame).members.set_index("row_id")["record_id"].to_dict() for frame in (before, after))
    number = after.set_index("row_id")["order"]
    for row, record in old.items():
        assert new[row] == new[record]
        assert number[new[row]] <= number[record]
    for row, record in new.items():
        assert number[record] == min(number[r] for r in new if new[r] == record) <= number[row]


@pytest.mark.drawn
@_slow
@given(_rows, st.data())
def test_verdicts_hold_whatever_the_rules_say(rows, data):
    frame = records(*rows)
    ids = frame["row_id"].tolist()
    pairs = [(a, b) for a in ids for b in ids if a < b]
    if not pairs:
        return
    a, b = data.draw(st.sampled_from(pairs))
    verdict = data.draw(st.sampled_from(["same", "different", "related"]))
    record = run(frame, verdicts((a, b, verdict))).members.set_index("row_id")["record_id"]
    assert (record[a] == record[b]) is (verdict == "same")
