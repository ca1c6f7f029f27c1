"""Phases 3 to 6 of the worked example, from its decision tables alone, against what the paper says."""

from pathlib import Path

import pandas as pd
import pytest

from metaethno import tables
from metaethno.config import Synthesis
from metaethno.schemas import INCLUDED_STUDIES, REPORT_STUDIES, TABLES
from metaethno.stages.extraction import extract
from metaethno.stages.synthesis import synthesise
from metaethno.stages.translation import translate

ROOT = Path(__file__).parents[2]

# McMahon (2022), doi 10.1057/s41285-022-00176-6, Findings: the articles cited under each of its headings, and the
# studies they belong to (two pairs of articles share a study: inferred, as the paper says 13 articles of 11 studies).
ARTICLES_PER_THEME = {"T1": 6, "T2": 6, "T3": 8, "T4": 8}
STUDIES_PER_THEME = {"T1": 6, "T2": 5, "T3": 7, "T4": 7}
STUDY_OF = dict(
    zip(
        (f"A{n:02}" for n in range(1, 14)),
        ["S01", "S01", "S02", "S03", "S04", "S05", "S05", "S06", "S07", "S08", "S09", "S10", "S11"],
        strict=True,
    )
)


def decided(name):
    frame, problems = tables.load_decisions(TABLES[name], ROOT)
    assert problems == []
    return frame


@pytest.fixture(scope="module")
def reports():
    rows = [
        dict.fromkeys(REPORT_STUDIES.names, "")
        | {"report_id": a, "record_id": a, "study_id": s, "role": "main", "citation": a}
        for a, s in STUDY_OF.items()
    ]
    return pd.DataFrame(rows, dtype=str)


@pytest.fixture(scope="module")
def included(reports):
    return reports.assign(first_run="2018-12-11", origin="databases")[INCLUDED_STUDIES.names]


@pytest.fixture(scope="module")
def extracted(reports, included):
    given = [decided(n) for n in ("studies", "sampling", "passages", "constructs", "links")]
    return extract(*given, reports, included)


@pytest.fixture(scope="module")
def translated(extracted, reports):
    names = (
        "groups group_members relations readings concepts concept_changes translations refutations refutation_checks"
    )
    given = [decided(n) for n in names.split()]
    return translate(*given, extracted.constructs, decided("passages"), reports, decided("studies"))


@pytest.fixture(scope="module")
def synthesised(extracted, reports, included):
    names = "third_order third_order_support line_of_argument line_of_argument_support reviewed memos"
    given = [decided(n) for n in [*names.split(), "concepts", "translations"]]
    rest = [decided(n) for n in ("passages", "refutations", "groups", "group_members")]
    return synthesise(*given, extracted.constructs, *rest, reports, included, Synthesis(), decided("sampling"))


def test_eleven_studies_and_41_constructs_each_with_a_passage_of_its_own(extracted):
    assert len(extracted.characteristics) == 11
    assert len(extracted.constructs) == 41
    assert extracted.constructs["passage_id"].is_unique
    assert set(extracted.constructs["speaker"]) == {"review_author"}
    assert len(extracted.checks) == 0


def test_table_1_opens_with_the_two_earliest_studies(extracted):
    assert extracted.characteristics["study_id"].tolist()[:2] == ["S01", "S02"]
    assert extracted.characteristics["reports"].iloc[0] == "A01; A02"


def test_every_filled_cell_of_table_1_has_a_provenance(extracted):
    fields = {"country", "setting", "aim", "sample", "participants_n", "data_collection_method", "analysis"}
    for row in extracted.characteristics.astype(object).fillna("").to_dict("records"):
        said = dict(part.split(": ", 1) for part in row["provenance"].split("; "))
        for field in fields:
            assert (said[field.replace("_", " ")] == "not found") == (row[field] == ""), (row["study_id"], field)


def test_thirty_one_concepts_in_two_groups_with_every_construct_translated(translated):
    cells = translated.matrix[translated.matrix["cell"] == "translation"]
    assert translated.matrix["concept_id"].nunique() == 31
    assert translated.matrix["group_id"].nunique() == 2
    assert cells["construct_id"].nunique() == len(cells) == 41
    assert "not_read" not in set(translated.matrix["cell"])
    assert len(translated.checks) == 0


def test_the_study_that_nothing_cites_was_read_and_gave_nothing(translated):
    row = translated.coverage.set_index("study_id").loc["S07"]
    assert (row["outcome"], row["constructs"], row["concepts"]) == ("nothing", 0, 0)
    assert set(translated.matrix.loc[translated.matrix["study_id"] == "S07", "cell"]) == {"nothing_there"}


def test_five_steps_and_themes_supported_as_the_paper_cites_them(synthesised):
    support = synthesised.support.set_index("target_id")
    assert (support["target_kind"] == "step").sum() == 5
    third = support[support["target_kind"] == "third_order"]
    assert third["reports"].to_dict() == ARTICLES_PER_THEME
    assert third["studies"].to_dict() == STUDIES_PER_THEME


def test_each_step_leads_down_to_locators(synthesised):
    trace = synthesised.trace
    assert trace["step_id"].nunique() == 5
    assert not (trace == "").any(axis=None)
    assert trace["construct_id"].nunique() == 41


def test_exworthy_and_morcillo_is_warned_of_and_nothing_is_an_error(synthesised):
    checks = synthesised.checks
    assert checks.loc[checks["code"] == "Y4", "ids"].tolist() == ["S07"]
    assert checks.loc[checks["code"] == "Y4", "level"].tolist() == ["warning"]
    assert "error" not in set(checks["level"])


def test_nobody_has_signed_anything(synthesised):
    assert len(synthesised.stale) == 31 + 4 + 5
    assert set(synthesised.stale["state"]) == {"not_reviewed"}
