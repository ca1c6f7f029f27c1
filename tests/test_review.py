"""What a review holds on disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaethno import review
from metaethno.errors import UserError
from tests.worlds import add_run


def test_exports_are_those_the_search_logs_name(tmp_path):
    add_run(tmp_path, "2020-01-02", {"b.ris": (b"", "B", 1), "a.ris": (b"", "A", 1)})
    (tmp_path / "data/raw/2020-01-02/stray.ris").write_text("")
    (tmp_path / "data/raw/no-log").mkdir()
    assert review.runs(tmp_path) == ["2020-01-02"]
    assert review.exports(tmp_path) == ["data/raw/2020-01-02/a.ris", "data/raw/2020-01-02/b.ris"]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "..", ".", "", "a\\b", "a\0b"])
def test_a_search_log_can_not_lead_out_of_its_folder(name):
    assert not review.is_plain_name(name)


@given(st.text(st.characters(whitelist_categories=("L", "N"), whitelist_characters="._- "), min_size=3))
def test_ordinary_names_are_names(name):
    assert review.is_plain_name(name)


@pytest.mark.parametrize(
    "name",
    ["new\nline.ris", "red\x1b[31m.ris", "trail.ris ", " lead.ris", "dot.", ".hidden.ris", "=1+1.ris", "-rf.ris",
     "CON.ris", "nul", "a:b.ris", 'a"b.ris', "what?.ris", "x" * 220 + ".ris", "../x.ris", "\u2028.ris"],
)  # fmt: skip
def test_names_that_not_every_computer_can_store(name):
    assert not review.is_storable_name(name)


@pytest.mark.parametrize("name", ["embase.ris", "Müller 2 (neu).ris", "検索.ris", "savedrecs(1).txt", "a,b;c'd.csv"])
def test_names_that_every_computer_can_store(name):
    assert review.is_storable_name(name)


@pytest.mark.parametrize(("one", "other"), [("A.ris", "a.ris"), ("Mu\u0308.ris", "M\u00fc.ris")])
def test_names_that_some_computers_take_for_one(one, other):
    assert review.same_name(one, other)
    assert not review.same_name(one, f"b{other}")


def test_the_root_is_found_from_below_and_asked_for_where_there_is_none(tmp_path):
    (tmp_path / "r/config").mkdir(parents=True)
    (tmp_path / "r/config/review.yaml").write_text("")
    (tmp_path / "r/data/raw").mkdir(parents=True)
    assert review.find_root(tmp_path / "r/data/raw") == tmp_path / "r"
    with pytest.raises(UserError, match="not inside a review"):
        review.find_root(tmp_path)
