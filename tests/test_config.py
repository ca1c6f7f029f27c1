"""The configuration: closed to unknown keys, every problem at once, each with its line."""

from copy import deepcopy

import pytest
import yaml

from metaethno import config
from metaethno.errors import UserError
from tests.worlds import CONFIG


def load(tmp_path, data, text=None):
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config/review.yaml").write_text(text or yaml.safe_dump(data, sort_keys=False))
    return config.load(tmp_path)


def problems(tmp_path, data, text=None):
    with pytest.raises(UserError) as error:
        load(tmp_path, data, text)
    return error.value.problems


def test_a_good_configuration_is_typed(tmp_path):
    loaded = load(tmp_path, CONFIG)
    assert loaded.screening.votes_per_record == 2
    assert loaded.exclusion_reasons[1].box == "not_retrieved"


def test_unknown_keys_are_refused_with_the_nearest_known_one_and_their_line(tmp_path):
    data = deepcopy(CONFIG)
    data["review"]["tittle"] = "x"
    data["screening"]["votes_per_recrd"] = 2
    data["colour"] = "red"
    found = problems(tmp_path, data)
    said = "\n".join(map(str, found))
    assert len(found) == 3
    assert "Did you mean 'title'?" in said
    assert "Did you mean 'votes_per_record'?" in said
    lines = (tmp_path / "config/review.yaml").read_text().splitlines()
    for problem in found:
        assert problem.message.split("'")[1] in lines[problem.line - 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["review"].pop("title"), "the key 'title' is missing"),
        (lambda d: d["screening"].update(reviewers=["ann", "bem"]), "'bem' is not in `team`. Did you mean 'ben'?"),
        (lambda d: d["screening"].update(votes_per_record=3), "need as many reviewers"),
        (lambda d: d["screening"].update(reviewers=["ann"]), "Who has left stays in `reviewers`"),
        (lambda d: d["exclusion_reasons"].append({"id": "X1", "label": "again"}), "the id 'X1' stands there twice"),
        (lambda d: d["exclusion_reasons"][0].update(box="away"), "'excluded', 'not_retrieved' or 'redundant_report'"),
        (lambda d: d["team"].update({"2ben": {"name": "B"}}), "String should match pattern"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, change, said):
    data = deepcopy(CONFIG)
    change(data)
    assert any(said in str(p) for p in problems(tmp_path, data))


@pytest.mark.parametrize("text", ["review: [", "- a\n- b\n", "review: !!python/object/apply:os.system [ls]\n"])
def test_what_is_no_plain_yaml_is_refused(tmp_path, text):
    assert problems(tmp_path, None, text)[0].code == "ME0153"


def test_a_key_that_stands_twice_is_refused_not_silently_taken(tmp_path):
    found = problems(
        tmp_path, None, yaml.safe_dump(CONFIG, sort_keys=False) + "dedupe: {doubtful_from: 90}\ndedupe: {}\n"
    )
    assert [p.code for p in found] == ["ME0157"]
    assert "the key 'dedupe' already stands in line" in found[0].message


def test_a_bottomless_nest_is_refused(tmp_path):
    assert problems(tmp_path, None, "a: " + "[" * 20000)[0].code == "ME0153"


def test_no_configuration_at_all(tmp_path):
    with pytest.raises(UserError, match="the file is missing"):
        config.load(tmp_path)
