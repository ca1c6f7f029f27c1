"""Extraction on frames of three rows."""

import pandas as pd
import pytest

from metaethno import tables
from metaethno.config import Extraction
from metaethno.schemas import (
    CHARACTERISTICS,
    CHECKS,
    CONSTRUCTS,
    EXTRACTED_CONSTRUCTS,
    EXTRACTION_VALUES,
    INCLUDED_STUDIES,
    LINKS,
    PASSAGES,
    QUOTATION_LOG,
    REPORT_STUDIES,
    SAMPLING,
    STUDIES,
)
from metaethno.stages.extraction import extract


def frame(table, *rows, **more):
    """A frame of `table` from dicts; what isn't given is empty, `more` is the same in every row."""
    if not rows:
        return tables.empty(table)
    return pd.DataFrame([dict.fromkeys(table.names, "") | more | r for r in rows], dtype=str)


@pytest.fixture
def world():
    """Three studies, four reports, two constructs."""
    studies = frame(
        STUDIES,
        {"study_id": "s1", "label": "Zed 2001", "data_collection_start": "1999"},
        {"study_id": "s2", "label": "Ask 2003"},
        {"study_id": "s3", "label": "Ash 2002", "data_collection_start": "2001", "participants_n": "12"},
    )
    reports = frame(
        REPORT_STUDIES,
        {"report_id": "r1", "study_id": "s1", "role": "main", "citation": "Zed 2001"},
        {"report_id": "r2", "study_id": "s2", "role": "main", "citation": "Ask 2003"},
        {"report_id": "r3", "study_id": "s3", "role": "companion", "citation": "Ash 2000"},
        {"report_id": "r4", "study_id": "s3", "role": "main", "citation": "Ash 2002"},
        record_id="rec",
    )
    included = reports.assign(first_run="2020-01-01", origin="databases")[INCLUDED_STUDIES.names]
    passages = frame(
        PASSAGES,
        {"passage_id": "p1", "report_id": "r1"},
        {"passage_id": "p2", "report_id": "r4"},
        locator="p. 3",
        text="words",
        speaker="author",
    )
    constructs = frame(
        CONSTRUCTS,
        {"construct_id": "k1", "study_id": "s1", "passage_ids": "p1"},
        {"construct_id": "k2", "study_id": "s3", "passage_ids": "p2"},
        label="name",
        meaning="meaning",
        order="2",
        kind="concept",
        status="translatable",
    )
    return {
        "studies": studies,
        "sampling": frame(SAMPLING),
        "passages": passages,
        "constructs": constructs,
        "links": frame(LINKS),
        "report_studies": reports,
        "included_studies": included,
    }


def codes(out):
    return list(zip(out.checks["code"], out.checks["ids"], strict=True))


def test_table_1_is_by_year_of_data_collection_with_unknown_years_last(world):
    table = extract(**world).characteristics
    assert table["study_id"].tolist() == ["s1", "s3", "s2"]
    assert table["position"].tolist() == [1, 2, 3]
    assert table["participants_n"].isna().tolist() == [True, False, True]


def test_studies_of_one_year_are_by_label(world):
    world["studies"]["data_collection_start"] = "2001"
    assert extract(**world).characteristics["label"].tolist() == ["Ash 2002", "Ask 2003", "Zed 2001"]


def test_reports_are_joined_with_the_main_one_first(world):
    table = extract(**world).characteristics.set_index("study_id")
    assert table.loc["s3", "reports"] == "Ash 2002; Ash 2000"


def test_a_redundant_report_is_not_named_beside_a_main_one(world):
    world["included_studies"].loc[2, "role"] = "redundant"
    table = extract(**world).characteristics.set_index("study_id")
    assert table.loc["s3", "reports"] == "Ash 2002"


def test_columns_of_the_review_follow_the_standard_ones(world):
    world["studies"]["theory"] = ["a", "b", "c"]
    table = extract(
        **world, settings=Extraction(columns=[{"name": "theory", "says": "what it leans on"}])
    ).characteristics
    assert list(table.columns) == [*CHARACTERISTICS.names, "theory"]
    assert table["theory"].tolist() == ["a", "c", "b"]


def test_a_sound_review_has_no_findings(world):
    out = extract(**world)
    assert codes(out) == []
    assert list(out.checks.columns) == CHECKS.names


def test_constructs_come_with_their_passages_and_without_one_stay(world):
    world["constructs"].loc[0, "passage_ids"] = ""
    world["constructs"].loc[1, "passage_ids"] = "p2; p1"
    out = extract(**world)
    assert list(out.constructs.columns) == EXTRACTED_CONSTRUCTS.names
    assert out.constructs[["construct_id", "passage_id", "citation"]].to_numpy().tolist() == [
        ["k1", "", ""],
        ["k2", "p1", "Zed 2001"],
        ["k2", "p2", "Ash 2002"],
    ]
    assert codes(out) == [("Y8", "k1"), ("Y8", "k2;p1")]


def test_an_included_study_without_a_row_is_an_error_and_stays_in_table_1(world):
    world["studies"] = world["studies"].iloc[:2]
    out = extract(**world)
    assert ("Y2", "s3") in codes(out)
    assert out.characteristics["label"].tolist() == ["Zed 2001", "Ask 2003", "s3"]


def test_a_study_without_a_report_is_an_error_and_is_left_out_of_table_1(world):
    for name in ("included_studies", "report_studies"):
        world[name] = world[name][world[name]["study_id"] != "s2"]
    out = extract(**world)
    assert codes(out) == [("Y2", "s2")]
    assert "s2" not in set(out.characteristics["study_id"])


def test_setting_a_construct_aside_needs_a_reason(world):
    world["constructs"]["status"] = ["set_aside", "not_translatable"]
    world["constructs"]["reason"] = ["", "an example, no idea"]
    assert codes(extract(**world)) == [("Y3", "k1")]


def test_a_passage_that_nothing_cites_is_noted(world):
    world["constructs"].loc[0, "passage_ids"] = "p2"
    world["constructs"].loc[0, "study_id"] = "s3"
    out = extract(**world)
    assert codes(out) == [("Y16", "p1")]
    assert out.checks["level"].tolist() == ["note"]


def test_ids_that_lead_nowhere_are_each_found_once(world):
    world["constructs"].loc[0, "passage_ids"] = "p1; p9"
    world["links"] = frame(LINKS, {"from_id": "k1", "to_id": "k1", "relation": "explains"})
    assert codes(extract(**world)) == [("Y1", "k1;p9"), ("Y1", "k1")]


def test_findings_name_the_line_where_it_is_known(world):
    world["constructs"]["_line"] = [7, 8]
    world["constructs"].loc[1, "passage_ids"] = ""
    out = extract(**world)
    assert out.checks.set_index("code").loc["Y8", "line"] == 8


def test_an_empty_review_gives_empty_tables():
    given = (STUDIES, SAMPLING, PASSAGES, CONSTRUCTS, LINKS, REPORT_STUDIES, INCLUDED_STUDIES)
    out = extract(*[tables.empty(t) for t in given])
    assert [len(out.characteristics), len(out.constructs), len(out.checks)] == [0, 0, 0]


# ---------------------------------------------------------------------------------------- what was extracted


def value(key, who, text, field="country", study="s1", **more):
    given = {"value_id": key, "study_id": study, "field": field, "value": text, "role": "extractor", "reviewer": who}
    return given | more


def compared(world, *values, **settings):
    """Compare what was extracted; the state and standing value by study and field."""
    table = extract(**world, extraction_values=frame(EXTRACTION_VALUES, *values), settings=Extraction(**settings))
    return table, {(r["study_id"], r["field"]): (r["state"], r["value"]) for r in table.comparison.to_dict("records")}


def test_one_persons_value_stands_and_goes_into_table_1(world):
    world["studies"]["country"] = "typed before"
    out, states = compared(world, value("v1", "ann", "Wales"), value("v2", "ann", "not reported", "participants_n"))
    assert states == {("s1", "country"): ("single", "Wales"), ("s1", "participants_n"): ("single", "not reported")}
    table = out.characteristics.set_index("study_id")
    assert table["country"].to_dict() == {"s1": "Wales", "s2": "typed before", "s3": "typed before"}
    assert table["participants_n"].isna().to_dict() == {"s1": True, "s2": True, "s3": False}


def test_with_two_extractors_one_value_waits_and_stands_in_the_meantime(world):
    _, states = compared(world, value("v1", "ann", "Wales"), extractors_per_study=2)
    assert states == {("s1", "country"): ("waiting", "Wales")}


@pytest.mark.parametrize(
    ("left", "right", "field"), [("Wales", " wales. ", "country"), ("12", "12.0", "participants_n")]
)
def test_values_agree_in_what_they_say_not_how_they_are_typed(world, left, right, field):
    _, states = compared(world, value("v1", "ann", left, field), value("v2", "ben", right, field))
    assert states["s1", field][0] == "agree"


def test_while_people_differ_nothing_stands_in_table_1(world):
    world["studies"]["country"] = "typed before"
    out, states = compared(world, value("v1", "ann", "Wales"), value("v2", "ben", "Malta"))
    assert states == {("s1", "country"): ("differ", "")}
    assert out.characteristics.set_index("study_id").loc["s1", "country"] == ""


def test_what_was_settled_counts_for_the_values_it_was_settled_over(world):
    differing = (value("v1", "ann", "Wales"), value("v2", "ben", "Malta"))
    settled = value("v3", "eve", "Malta", role="consensus", over="v2;v1", decided_on="2020-01-02")
    out, states = compared(world, *differing, settled)
    assert states == {("s1", "country"): ("settled", "Malta")}
    assert out.comparison.loc[0, ["settled_by", "settled_on"]].tolist() == ["eve", "2020-01-02"]
    later = value("v4", "ann", "Ireland", supersedes="v1")
    assert compared(world, *differing, settled, later)[1] == {("s1", "country"): ("differ", "")}
    other = value("v5", "ann", "Wales", role="consensus", over="v1;v2")
    assert compared(world, *differing, settled, other)[1] == {("s1", "country"): ("differ", "")}


def test_required_cells_that_nobody_filled_are_listed_for_included_studies(world):
    world["studies"].loc[0, "country"] = "Wales"
    form = [{"field": "country", "required": True}, {"field": "mood"}]
    _, states = compared(world, value("v1", "ann", "not reported", study="s2"), form=form)
    assert states == {("s2", "country"): ("single", "not reported"), ("s3", "country"): ("missing", "")}


def test_one_persons_two_standing_values_of_two_clones_differ_too(world):
    _, states = compared(world, value("v1", "ann", "Wales"), value("v2", "ann", "Malta"))
    assert states["s1", "country"] == ("differ", "")


def test_fields_of_the_form_follow_the_standard_columns_in_table_1(world):
    form = [{"field": "country"}, {"field": "mood", "type": "choice", "choices": ["glad", "sad"]}]
    out, _ = compared(world, value("v1", "ann", "glad", "mood"), form=form)
    assert out.characteristics.set_index("study_id")["mood"].to_dict() == {"s1": "glad", "s2": "", "s3": ""}


# ---------------------------------------------------------------------------------------- quotations


def quoted(world, states):
    """Passages p1 and p2 with what came of looking for them, by passage and file."""
    world["passages"]["speaker"] = ["participant", "author"]
    keys = {"passage_hash": "h", "file_hash": "f"}
    rows = [{"passage_id": p, "file": f, "state": s} | keys for (p, f), s in states.items()]
    looked = frame(QUOTATION_LOG, *(r for r in rows if r["state"] != "not_checked"))
    return extract(
        **world, sought=pd.DataFrame(rows)[["passage_id", "passage_hash", "file", "file_hash"]], looked=looked
    )


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("found", []),
        ("no_page", []),
        ("other_page", [("Y31", "p1")]),
        ("not_found", [("Y8", "p1")]),
        ("no_text", [("Y32", "p1")]),
        ("unreadable", [("Y32", "p1")]),
        ("not_checked", [("Y32", "p1")]),
    ],
)
def test_what_came_of_looking_for_a_quotation_is_told_once(world, state, found):
    out = quoted(world, {("p1", "a.pdf"): state})
    assert out.quotations.set_index("passage_id")["state"].to_dict() == {"p1": state, "p2": "no_file"}
    assert codes(out) == found


def test_of_several_texts_of_a_report_the_best_counts(world):
    out = quoted(world, {("p1", "a.pdf"): "not_found", ("p1", "b.pdf"): "found", ("p2", "c.pdf"): "not_checked"})
    assert out.quotations["state"].tolist() == ["found", "not_checked"]
    assert out.quotations["file"].tolist() == ["b.pdf", "c.pdf"]


def test_what_the_review_says_of_a_study_is_no_quotation(world):
    world["passages"]["speaker"] = "review_author"
    assert len(extract(**world).quotations) == 0


def test_a_construct_without_a_meaning_is_pointed_out(world):
    world["constructs"].loc[0, "meaning"] = ""
    assert codes(extract(**world)) == [("Y33", "k1")]
