"""What de-duplication says beside the records: contradictions by line, where fields are from, what reruns brought."""

from __future__ import annotations

import pytest
from tests.stages.test_dedupe import ONE, OTHER, PAPER, TWO, clusters, records, rerun_states, run, verdicts

from metaethno.errors import UserError

THESIS = PAPER | {"container": "PhD thesis, University of Leeds", "doi": "", "pages": "", "volume": "", "issue": ""}


def test_a_contradiction_names_every_line_that_takes_part_in_it():
    frame = records(PAPER, PAPER, PAPER, PAPER)
    said = verdicts(("R1", "R2", "same"), ("R2", "R3", "same"), ("R3", "R4", "same"), ("R3", "R1", "different"))
    said["_line"] = [2, 3, 4, 5]
    with pytest.raises(UserError) as error:
        run(frame, said)
    (problem,) = error.value.problems
    assert (problem.code, problem.line) == ("ME0324", 5)
    assert all(f"line {n}" in problem.message for n in (2, 3, 5))
    assert "line 4" not in problem.message  # R3 and R4 have no part in it


def test_a_ledger_that_would_swallow_verdicts_is_refused():
    frame = records(PAPER, PAPER, PAPER)
    circle = verdicts(("R1", "R2", "same"), ("R1", "R2", "different")).assign(supersedes=["v1", "v0"])
    with pytest.raises(UserError, match="ME0371"):
        run(frame, circle)
    others = verdicts(("R1", "R2", "different"), ("R1", "R3", "same")).assign(supersedes=["", "v0"])
    with pytest.raises(UserError, match="ME0372"):
        run(frame, others)


def test_where_each_field_is_from():
    frame = records(PAPER | {"doi": "", "issue": ""}, PAPER | {"accession": "77"}, OTHER)
    found = run(frame)
    (row,) = found.field_sources.to_dict("records")
    assert (row["record_id"], row["title"], row["doi"], row["issue"], row["pmid"]) == ("R1", "R1", "R2", "R2", "")
    assert found.members["accession"].tolist() == ["", "77", ""]


def test_a_title_that_its_source_rewrites_later_is_shown_and_others_do_not_touch_it():
    frame = records(
        PAPER | {"accession": "1"},
        PAPER | {"source": "CINAHL", "title": "Living with chronic pain in Leeds, an ethnography of the poor"},
        PAPER | {"accession": "1", "run": TWO, "title": "Chronic pain lived with in Leeds: ethnography among miners"},
    )
    found = run(frame)
    assert clusters(found) == ["R1", "R1", "R1"]
    assert found.unique["title"].tolist() == ["Chronic pain lived with in Leeds: ethnography among miners"]
    assert found.field_sources["title"].tolist() == ["R3"]
    assert "title" in rerun_states(found)["R1"]


def test_a_corrected_slip_or_a_retraction_does_not_call_reviewers_back():
    before = run(records(PAPER | {"accession": "1"})).unique["content_hash"].tolist()
    for title in (PAPER["title"].replace("chronic", "chornic"), PAPER["title"].upper(), "RETRACTED: " + PAPER["title"]):
        found = run(records(PAPER | {"accession": "1"}, PAPER | {"accession": "1", "run": TWO, "title": title}))
        assert found.unique["content_hash"].tolist() == before
    assert found.rerun["changed_fields"].tolist() == ["title;retraction"]


def test_an_abstract_that_changed_is_told_and_silence_is_no_change():
    paper = PAPER | {"accession": "1", "abstract": "We lived with miners for a year."}
    silent = run(records(paper, PAPER | {"accession": "1", "run": TWO, "volume": ""}))
    assert rerun_states(silent) == {"R1": "known"}
    other = run(records(paper, PAPER | {"accession": "1", "run": TWO, "abstract": "Interviews held by telephone."}))
    assert rerun_states(other) == {"R1": "changedabstract"}
    assert other.unique["abstract"].tolist() == ["Interviews held by telephone."]


def test_a_source_that_is_new_in_a_rerun_is_reported_too():
    frame = records(PAPER, PAPER | {"source": "CINAHL", "run": TWO}, OTHER | {"source": "CINAHL", "run": TWO})
    assert rerun_states(run(frame)) == {"R1": "known", "R3": "new"}


def test_rows_are_counted_by_how_they_repeat():
    frame = records(
        PAPER, PAPER, PAPER | {"source": "CINAHL"}, OTHER | {"source": "CINAHL"},
        PAPER | {"run": TWO}, OTHER | {"run": TWO}, OTHER | {"run": TWO, "title": "Sleep and hope among bus drivers"},
    )  # fmt: skip
    counted = run(frame).source_counts.set_index(["run", "source"])
    names = ["rows", "first", "within_source", "across_sources", "earlier_run"]
    assert counted.loc[(ONE, "Embase"), names].tolist() == [2, 1, 1, 0, 0]
    assert counted.loc[(ONE, "CINAHL"), names].tolist() == [2, 1, 0, 1, 0]
    assert counted.loc[(TWO, "Embase"), names].tolist() == [3, 1, 0, 0, 2]


def test_another_document_of_the_same_work_is_related_not_merged():
    erratum = PAPER | {"title": "Erratum: " + PAPER["title"], "pages": "600", "doi": ""}
    found = run(records(PAPER, THESIS | {"year": "2008"}, erratum))
    assert len(found.unique) == 3
    rows = found.related.set_index(["left_record", "right_record"])
    assert rows.loc[("R1", "R2"), ["concerns", "relation"]].tolist() == ["study", "article and thesis"]
    assert rows.loc[("R1", "R3"), ["concerns", "relation"]].tolist() == ["notice", "article and erratum"]


def test_people_say_what_is_related_and_what_is_not():
    frame = records(PAPER, THESIS | {"year": "2008"}, OTHER)
    found = run(frame, verdicts(("R1", "R2", "different"), ("R3", "R1", "related")))
    assert found.related[["left_record", "right_record", "said_by"]].to_numpy().tolist() == [["R1", "R3", "verdict"]]


def test_a_verdict_that_parts_a_record_is_told_and_one_on_strangers_is_not():
    frame = records(PAPER, PAPER | {"doi": ""}, OTHER)
    found = run(frame, verdicts(("R1", "R2", "different"), ("R1", "R3", "different")))
    parted = found.parted[["verdict_id", "left_record", "right_record", "joined_by"]].to_numpy().tolist()
    assert parted == [["v0", "R1", "R2", "rules"]]
    again = verdicts(("R1", "R3", "same"), ("R1", "R3", "different")).assign(supersedes=["", "v0"])
    assert run(frame, again).parted["joined_by"].tolist() == ["earlier verdict"]


def test_another_way_to_write_names_or_pages_is_no_change_but_other_ones_are():
    def again(**more: str) -> str:
        first = PAPER | {"accession": "1", "authors": "Smith, John; Okafor, Ada", "pages": "454-481"}
        return rerun_states(run(records(first, first | {"run": TWO} | more)))["R1"]

    assert again(authors="Smith J; Okafor A", pages="454-81") == "known"
    assert again(authors="Smith J; Lund K") == "changedauthors"
    assert again(pages="454-82") == "changedpages"


def test_a_preprint_or_conference_paper_with_a_doi_of_its_own_is_related_to_its_article():
    article = PAPER | {"doi": "10.5555/article"}
    nowhere = {"volume": "", "issue": "", "pages": "", "year": "2009"}
    for container in ("medRxiv", "Proceedings of the 4th International Conference on Pain"):
        early = PAPER | nowhere | {"doi": "10.5555/early", "container": container}
        found = run(records(early, article))
        assert clusters(found) == ["R1", "R2"]
        assert found.related[["left_record", "right_record", "concerns"]].values.tolist() == [["R1", "R2", "study"]]
        # Nothing is said of a namesake by others.
        assert run(records(early | {"authors": "Lund, Kari; Berg, Anna"}, article)).related.empty
