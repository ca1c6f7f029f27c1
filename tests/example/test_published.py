"""The worked example against the numbers of the paper (McMahon 2022, doi 10.1057/s41285-022-00176-6).

Every expected number is printed in the paper's Figure 1 or follows from it by the sums that are written beside it.
"""

from __future__ import annotations

import sys

import pandas as pd
import pytest
from tests.worlds import REPO, call

pytestmark = pytest.mark.xdist_group("example")

# Figure 1. The paper prints the total of each reason over both intakes.
REASONS = {"X1": 11, "X2": 9, "X3": 16, "X4": 13, "X5": 27, "X6": 8, "X7": 3, "X8": 45, "X9": 5, "X10": 2, "X11": 1}
DATABASES = {"Web of Science (incl. MEDLINE)": 7443, "Embase": 5418, "PsycINFO": 2049, "CINAHL": 2874}
FIRST = "2018-12-11"


@pytest.fixture(scope="module")
def flow(example):
    frame = pd.read_csv(example / "data/derived/5_eligibility/flow.csv", keep_default_na=False)
    return frame.set_index(["view", "box", "detail", "run"])["count"]


def box(flow, view, name, detail="", run="all"):
    return int(flow[(view, name, detail, run)])


def details(flow, view, name):
    rows = flow[view, name, :, "all"]
    return {detail: int(n) for detail, n in rows.items() if detail}


def test_identified(flow):
    assert details(flow, "published", "identified") == DATABASES
    assert box(flow, "published", "identified") == 17_784 == sum(DATABASES.values())


def test_de_duplication_finds_what_the_paper_removed(flow):
    assert box(flow, "published", "after_duplicates") == 10_941
    assert box(flow, "published", "duplicates") == 17_784 - 10_941 == 6_843


def test_screening(flow):
    assert box(flow, "published", "screened") == 10_941
    assert box(flow, "published", "screened_excluded") == 10_812


def test_full_texts_and_their_addends(flow):
    assert box(flow, "published", "full_text") == 153
    assert box(flow, "published", "full_text", run=FIRST) == 129 == 10_941 - 10_812
    assert box(flow, "published", "full_text") - box(flow, "published", "full_text", run=FIRST) == 24


def test_the_eleven_reasons(flow):
    assert details(flow, "published", "full_text_excluded") == REASONS
    assert box(flow, "published", "full_text_excluded") == 140 == sum(REASONS.values())


def test_thirteen_articles_of_eleven_studies(flow):
    assert box(flow, "published", "included_reports") == 13 == 153 - 140
    assert box(flow, "published", "included_studies") == 11


def test_the_pooled_view_over_both_columns(flow):
    def both(name):
        return box(flow, "pooled", f"dbr_{name}") + box(flow, "pooled", f"other_{name}")

    assert both("sought_reports") == 153
    assert both("notretrieved_reports") == 2
    assert both("assessed") == 151 == 153 - 2
    assert both("excluded") == 138 == 140 - 2
    assert box(flow, "pooled", "new_reports") == 13 == 151 - 138
    assert box(flow, "pooled", "new_studies") == 11


def test_the_24_are_a_declared_adjustment_and_the_only_one(example):
    checks = pd.read_csv(example / "data/derived/5_eligibility/checks.csv", keep_default_na=False)
    (adjusted,) = checks.to_dict("records")
    assert (adjusted["code"], adjusted["level"], adjusted["ids"]) == ("P3", "note", "published")
    assert "adjusted by 24" in adjusted["message"]


def test_without_the_declaration_the_figure_does_not_add_up(example, tmp_path):
    """The identity is really checked: without the adjustment, 129 stand against 153."""
    import shutil

    root = tmp_path / "review"
    shutil.copytree(example, root, ignore=shutil.ignore_patterns("reports", "raw"))
    path = root / "config/review.yaml"
    text = path.read_text()
    start, end = text.index("      adjustments:\n"), text.index("      note: >-")
    path.write_text(text[:start] + text[end:])
    call(root, "metaethno", "stage", "eligibility", "make")
    checks = pd.read_csv(root / "data/derived/5_eligibility/checks.csv", keep_default_na=False)
    assert [(c["code"], c["level"]) for c in checks.to_dict("records")] == [("P3", "error")]
    assert "129 against 153" in checks["message"][0]


def test_about_forty_thousand_rows(example):
    sources = pd.read_csv(example / "data/derived/1_search/sources.csv", keep_default_na=False)
    assert sources["parsed"].sum() == sources["hits"].sum()
    assert 38_000 < sources["parsed"].sum() < 42_000
    assert set(sources["format"]) == {
        "Web of Science tagged", "RIS (Ovid)", "RIS (EBSCO)", "EBSCO CSV",
    } | set(sources.loc[sources["kind"] == "citation_forward", "format"])  # fmt: skip


def test_the_phases_of_the_synthesis(example):
    def table(path):
        return pd.read_csv(example / "data/derived" / path, keep_default_na=False)

    assert len(table("6_extraction/characteristics.csv")) == 11
    assert table("6_extraction/constructs.csv")["construct_id"].nunique() == 41
    steps = table("8_synthesis/support.csv").query("target_kind == 'step'")
    assert len(steps) == 5
    warned = table("8_synthesis/checks.csv").query("level == 'warning'")
    # Nobody of the paper has signed, in this program, what the synthesis says beyond its studies (Y22).
    assert warned["code"].tolist() == ["Y22", "Y4"]
    assert "Exworthy and Morcillo" in warned["message"].iloc[1]


def test_the_checklist_is_honest_and_incomplete(example):
    items = pd.read_csv(example / "data/derived/9_reports/emerge.csv", keep_default_na=False).set_index("item")["state"]
    assert len(items) == 19
    # What the paper's text leaves out can not be more than partly answered (method: the column `example_paper`).
    assert (items.loc[[4, 5, 6, 7, 12, 13, 15, 18]] == "partly").all()
    assert (items.loc[[1, 2, 3]] == "answered").all()


def test_every_page_says_that_this_is_a_re_enactment(example):
    pages = sorted((example / "reports/_output/pages").glob("*.html"))
    assert len(pages) == 10
    for page in pages:
        assert "Re-enactment:" in page.read_text(encoding="utf-8"), page.name


@pytest.mark.skipif(sys.platform != "linux", reason="fonts are drawn a little differently elsewhere")
def test_the_pictures_of_the_readme_are_those_of_the_example(example):
    for name in ("flow_published.png", "matrix.png", "argument.png", "sources.png"):
        made = (example / "data/derived/9_reports/figures" / name).read_bytes()
        assert (REPO / "docs/images" / name).read_bytes() == made, f"{name}: run tools/pictures.py"


def test_nothing_is_open_and_final_passes(example):
    call(example, "metaethno", "run", "final")


def test_the_totals_stand_nowhere_in_the_program():
    """Totals are derived: no code and no rule holds them (the generator's inputs are per source and per reason)."""
    import re

    totals = re.compile(r"\b(17[,_]?784|10[,_]?941|10[,_]?812|6[,_]?843)\b")
    found = [
        f"{path.relative_to(REPO)}:{n}"
        for folder in ("src", "workflow", "config", "tools")
        for path in sorted((REPO / folder).rglob("*"))
        if path.suffix in (".py", ".smk", ".yaml", ".md")
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if totals.search(line)
    ]
    assert found == []
