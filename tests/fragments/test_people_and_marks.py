"""People by their names; marks in a title that turn the order of letters, or hyphenate it, change nothing else."""

from __future__ import annotations

import re

import pytest
from tests import report_site
from tests.report_world import settings

from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData
from metaethno.stages.reports import make_reports

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# What is seen where nothing is left out: "Care fdp.exe" instead of "Care \u202eexe.pdf".
TITLE = "Care\u202e exe\u2067.pdf in ho\u00adspi\u00adtals"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("ann", "Ann"),
        ("ann;stand", "Ann; Stand-in"),
        ("ann; old-one", "Ann; old-one"),  # who left the team stays as written
        ("nameless", "nameless"),
        ("two", "Sam (two)"),
        ("", ""),
        (None, ""),
    ],
)
def test_people_are_called_by_their_names(cell, said) -> None:
    people = {"ann": "Ann", "stand": "Stand-in", "nameless": "", "one": "Sam", "two": "Sam"}
    team = {key: {"name": name} for key, name in people.items()}
    assert ReportData(config=settings(team=team)).named(cell) == said


def test_turning_marks_are_left_out_and_soft_hyphens_part_no_word() -> None:
    said = md.plain(TITLE)
    assert said.replace("\u00ad", "") == "Care exe.pdf in hospitals"
    assert not set(md.escape("a" + TURNING + "b")) & set(TURNING)
    assert md.attribute(TITLE).replace("\u00ad", "") == "Care exe.pdf in hospitals"


def test_no_file_of_a_report_has_a_turning_mark_that_a_title_brought(monkeypatch) -> None:
    monkeypatch.setattr(report_site, "HOSTILE", TITLE)
    made = make_reports(report_site.hostile_review())
    escaped = re.compile(r"\\u(202[a-e]|206[6-9])", re.IGNORECASE)
    seen = 0
    for name, content in made.items():
        text = content.decode("utf-8", "replace") if not name.endswith(".png") else ""
        seen += "spi\u00adtals" in text or "spi\\u00adtals" in text or "hospitals" in text
        assert not set(text) & set(TURNING), name
        assert not escaped.search(text), name
    assert seen > 5, "the title stands in tables and scripts"
