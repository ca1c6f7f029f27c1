"""Signatures on the worked example: what is signed is fresh, and exactly what rests on a change is stale after it."""

import argparse
import csv
import shutil

import pandas as pd
import pytest
from tests.worlds import REPO

from metaethno import config
from metaethno.commands import sign_
from metaethno.errors import UsageError, UserError
from metaethno.shell import synthesis, translation

WHO = "standin-1"


@pytest.fixture
def review(example, tmp_path):
    """The example's decisions and the tables of stages 5 to 8, to change at will."""
    for name in ("config", "data/decisions", *(f"data/derived/{n}" for n in ("5_eligibility", "6_extraction"))):
        shutil.copytree(example / name, tmp_path / name)
    for name in ("7_translation", "8_synthesis"):
        shutil.copytree(example / "data/derived" / name, tmp_path / "data/derived" / name)
    return tmp_path


def sign(root, *ids, study="", who=WHO, on="2026-01-02"):
    asked = argparse.Namespace(ids=list(ids), reviewer=who, study=study, on=on)
    return sign_.sign(root, config.load(root), asked)


def remake(root):
    for stage in (translation, synthesis):
        stage.check(root, config.load(root))
    synthesis.make(root, config.load(root))


def table(root, name):
    return pd.read_csv(root / name, dtype=str, keep_default_na=False)


def ids_of(root):
    return table(root, "data/derived/8_synthesis/support.csv")["target_id"].tolist()


def change(root, path, key, one, column, value):
    rows = list(csv.reader((root / path).open(encoding="utf-8", newline="")))
    for row in rows[1:]:
        if row[rows[0].index(key)] == one:
            row[rows[0].index(column)] = value
    with (root / path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def above(trace, column, value):
    rows = trace[trace[column] == value]
    return {*rows["step_id"], *rows["third_order_id"], *rows["concept_id"]} - {""}


def test_signing_a_change_and_signing_again(review, capsys):
    sign(review, *ids_of(review))
    remake(review)
    assert len(table(review, "data/derived/8_synthesis/stale.csv")) == 0
    trace = table(review, "data/derived/8_synthesis/trace.csv")
    one = trace.loc[trace["step_id"] != "", "translation_id"].iloc[0]
    study = trace.loc[trace["translation_id"] == one, "study_id"].iloc[0]
    expected = above(trace, "translation_id", one)
    change(review, "data/decisions/translations.csv", "translation_id", one, "status", "rejected")
    change(review, "data/decisions/translations.csv", "translation_id", one, "reason", "a misreading")
    with pytest.raises(UserError) as refused:  # nobody has seen the new state yet
        sign(review, *sorted(expected))
    assert {p.code for p in refused.value.problems} == {"ME0602"}
    remake(review)
    stale = table(review, "data/derived/8_synthesis/stale.csv")
    assert set(stale["target_id"]) == expected
    assert set(stale["state"]) == {"stale"}
    assert stale["what_changed"].str.contains("1 translation").all()
    changes = table(review, "data/derived/8_synthesis/changes.csv")
    assert set(changes["target_id"]) == expected
    told = changes[changes["item_id"] == one]
    assert told["message"].str.contains("was rejected").all()
    assert set(told["target_id"]) == expected
    capsys.readouterr()
    sign(review, study=study)
    assert capsys.readouterr().out.count("signed by") == len(expected)
    remake(review)
    assert len(table(review, "data/derived/8_synthesis/stale.csv")) == 0


def test_one_study_is_signed_and_the_other_still_waits(review):
    sign(review, *ids_of(review))
    trace = table(review, "data/derived/8_synthesis/trace.csv")
    passages = trace[(trace["step_id"] != "") & (trace["passage_id"] != "")]
    first = passages.iloc[0]
    second = passages[(passages["study_id"] != first["study_id"]) & (passages["step_id"] == first["step_id"])].iloc[0]
    for row in (first, second):
        change(review, "data/decisions/passages.csv", "passage_id", row["passage_id"], "text", "read once more")
    from metaethno.shell import extraction

    extraction.check(review, config.load(review))
    remake(review)
    both = above(trace, "passage_id", first["passage_id"]) & above(trace, "passage_id", second["passage_id"])
    assert both
    sign(review, study=first["study_id"], on="2026-01-03")
    remake(review)
    changes = table(review, "data/derived/8_synthesis/changes.csv")
    assert set(changes["study_ids"]) == {second["study_id"]}
    assert both <= set(table(review, "data/derived/8_synthesis/stale.csv")["target_id"])
    sign(review, study=second["study_id"], on="2026-01-03")
    remake(review)
    assert len(table(review, "data/derived/8_synthesis/stale.csv")) == 0


def test_the_same_signature_twice_adds_nothing(review):
    one = ids_of(review)[0]
    sign(review, one)
    before = (review / "data/decisions/reviewed.csv").read_bytes()
    sign(review, one, on="2026-02-02")
    assert (review / "data/decisions/reviewed.csv").read_bytes() == before
    sign(review, one, who="standin-2")
    assert len(table(review, "data/decisions/reviewed.csv")) == 2


def test_who_and_what_must_be_known(review):
    one = ids_of(review)[0]
    with pytest.raises(UsageError):
        sign(review, one, who="")
    for problem, call in (
        ("ME0455", {"ids": (one,), "who": "stand-in"}),
        ("ME0601", {"ids": ("nothing",)}),
        ("ME0603", {"ids": (), "study": "S99"}),
    ):
        with pytest.raises(UserError) as refused:
            sign(review, *call.pop("ids"), **call)
        assert [p.code for p in refused.value.problems] == [problem]
    assert len(table(review, "data/decisions/reviewed.csv")) == 0


def test_a_step_is_signed_by_its_place_and_a_study_found_by_its_name(review):
    steps = table(review, "data/decisions/line_of_argument.csv")
    second = steps.loc[steps["position"].astype(int) == 2, "step_id"].item()
    sign(review, "Step 2")
    assert table(review, "data/decisions/reviewed.csv")["target_id"].tolist() == [second]
    # A study of that name is known: nothing of it changed, so that nothing is added.
    name = table(review, "data/decisions/studies.csv").set_index("study_id").loc["S04", "label"]
    sign(review, "Step 2", study=name)
    assert len(table(review, "data/decisions/reviewed.csv")) == 1
    with pytest.raises(UserError, match="Did you mean"):
        sign(review, "Step 2", study=name[:-1])


def test_a_signature_whose_evidence_was_changed_is_found(review):
    one = ids_of(review)[0]
    sign(review, one)
    kept = table(review, "data/decisions/reviewed.csv").iloc[0]
    change(review, "data/decisions/reviewed.csv", "review_id", kept["review_id"], "evidence", kept["evidence"][:-1])
    remake(review)
    checks = table(review, "data/derived/8_synthesis/checks.csv")
    assert checks.loc[checks["code"] == "Y21", "ids"].tolist() == [f"{kept['review_id']};{one}"]


def test_the_repository_has_no_signature_yet():
    """The re-enactment signs nothing in anybody's name."""
    assert len((REPO / "data/decisions/reviewed.csv").read_text().splitlines()) == 1
