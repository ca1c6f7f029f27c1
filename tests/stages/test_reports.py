"""Stage 9: what it makes, that it is the same each time, and that it stands on its own feet in a new review."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pypandoc
import pytest
import yaml
from tests.report_world import HOSTILE, R1, frame, review, settings

from metaethno.fragments import boxes, flows
from metaethno.fragments.data import ReportData
from metaethno.fragments.searching import _joined_by
from metaethno.stages.reports import FRAGMENTS, count_members, make_reports, outputs

PAGES = Path(__file__).parents[2] / "reports/pages"


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return make_reports(review())


@pytest.fixture(scope="module")
def new() -> dict[str, bytes]:
    return make_reports(ReportData(config=settings()))


def text(files: dict[str, bytes], name: str) -> str:
    return files[f"tables/{name}.md"].decode()


def test_makes_exactly_the_listed_files(made: dict[str, bytes], new: dict[str, bytes]) -> None:
    names = outputs(["published", "pooled"])
    assert list(made) == list(new) == names
    assert "figures/flow_pooled.svg" in names
    assert "tables/flow_published.md" in names


def test_same_tables_same_bytes(made: dict[str, bytes]) -> None:
    assert make_reports(review()) == made


@pytest.mark.parametrize("name", FRAGMENTS)
def test_fragments_read_as_markdown(made: dict[str, bytes], new: dict[str, bytes], name: str) -> None:
    for files in (made, new):
        tree = json.loads(pypandoc.convert_text(text(files, name), "json", format="markdown"))
        said = json.dumps(tree)
        assert '"RawInline"' not in said
        assert '"RawBlock"' not in said
        assert "{{<" not in text(files, name)
        labels = re.findall(r"\{#(\S+?)[ }]", text(files, name))
        assert len(labels) == len(set(labels))


def test_hostile_text_makes_no_citation_and_no_link(made: dict[str, bytes]) -> None:
    for name in ("excluded", "constructs", "included", "reports"):
        said = json.dumps(json.loads(pypandoc.convert_text(text(made, name), "json", format="markdown")))
        assert "A99" not in re.findall(r'"citationId": ?"([^"]+)"', said)
        assert '"Image"' not in said
        assert '"Header"' not in said


def test_labels_stand_in_a_new_review_too(made: dict[str, bytes], new: dict[str, bytes]) -> None:
    def label_of(files: dict[str, bytes]) -> dict[str, set[str]]:
        return {n: set(re.findall(r"\{#((?:tbl|fig)-[\w-]+)", text(files, n))) for n in FRAGMENTS}

    by_group = ("matrix_groups", "matrix_by_study")  # one table for each group
    assert {n: v for n, v in label_of(new).items() if n not in by_group} == {
        n: v for n, v in label_of(made).items() if n not in by_group
    }


def test_pages_find_all_they_ask_for(made: dict[str, bytes], new: dict[str, bytes]) -> None:
    pages = {path.name: path.read_text() for path in PAGES.glob("*.qmd")}
    assert set(pages) >= {f"{n}.qmd" for n in ("index", "review", "flow", "search", "included", "excluded",
                                               "translation", "argument", "checklists")}  # fmt: skip
    for files in (made, new):
        values = yaml.safe_load(files["variables.yml"])
        for page, said in pages.items():
            for name in re.findall(r"include \.\./_generated/(\S+?)\.md", said):
                assert f"tables/{name}.md" in files, (page, name)
            for key in re.findall(r"\{\{< var (\S+) >\}\}", said):
                found = values
                for part in key.split("."):
                    found = found[part]
                assert isinstance(found, str), (page, key)
            fragments = "".join(text(files, n) for n in re.findall(r"_generated/(\S+?)\.md", said))
            for label in re.findall(r"@((?:tbl|fig|sec)-[\w-]*\w)", re.sub(r"\{#.*?\}", "", said)):
                assert f"{{#{label}" in said + fragments, (page, label)


def test_the_flow_keeps_addends_adjustment_and_note(made: dict[str, bytes]) -> None:
    said = text(made, "flow_published")
    assert "| **Full texts assessed for eligibility** | 6 | 2 | 8 |" in said
    assert "6 \\+ 2 \\= 8" in said
    assert "A note of the view" in said
    values = yaml.safe_load(made["variables.yml"])
    assert values["flow"]["full_text"] == "8 \\[6 \\+ 2\\]"
    assert values["flow"]["identified"] == "100"
    assert values["pooled"]["not_retrieved"] == "1"
    assert values["pooled"]["assessed"] == "7"


def test_addends() -> None:
    assert boxes.with_addends(153, [129, 24]) == "153 [129 + 24]"
    assert boxes.with_addends(17784, [17784, 0]) == "17,784"
    assert boxes.with_addends(13, [11, 2, 0]) == "13 [11 + 2 + 0]"


def test_a_view_says_what_is_undecided() -> None:
    rows = [{"view": "published", "template": "prisma2009", "box": "undecided_screening", "run": run,
             "unit": "record", "count": 3} for run in (R1, "all")]  # fmt: skip
    data = review(flow=frame("flow", *rows))
    assert "there are still 3 records to screen" in flows.numbers(data, data.config.flow.views[0], 1)


def test_appendix_b_is_ordered_and_counted(made: dict[str, bytes]) -> None:
    assert len(re.findall(r"^\| \d+ \| Doe", text(made, "excluded"), re.M)) == 3
    assert re.search(r"\*\*All\*\* +\| +\| 3 \| \*\*3\*\*", text(made, "reasons"))


def test_stand_in_numbers_are_marked(made: dict[str, bytes]) -> None:
    assert "2021-06-30 (stand-in numbers)" in text(made, "rerun").replace("\\", "")
    assert "Stand-in number" in text(made, "search")


def test_the_banner_lists_what_is_open_and_is_silent_otherwise(made: dict[str, bytes]) -> None:
    assert text(made, "banner") == "\n"
    todo = frame("screening_to_decide", {"record_id": "r1", "for": "ann", "why": "never seen"})
    broken = frame("checks", {"code": "Y1", "level": "error", "table": "t", "message": "a | b"})
    data = review(screening_to_decide=todo, synthesis_checks=broken)
    said = text(make_reports(data), "banner")
    assert "1 record to screen, 1 check that fails" in said
    assert "a \\| b" in text(make_reports(data), "checks")


def test_what_would_be_lost_names_each_interpretation_once(made: dict[str, bytes]) -> None:
    firsts = [row.split("|")[1].strip() for row in text(made, "leave_out").split("\n")[2:] if row.startswith("|")]
    named = [first for first in firsts if first]
    assert named
    assert len(named) == len(set(named))


def test_rules_of_deduplication_write_doi_as_people_do() -> None:
    assert _joined_by("doi, authors, pages") == "the same DOI, authors and pages"
    assert _joined_by("doi") == "the same DOI"
    assert _joined_by("verdict") == "the verdict of a reviewer"


def test_references_leave_unknown_fields_out(made: dict[str, bytes]) -> None:
    items = json.loads(made["references.json"])
    assert [i["id"] for i in items] == ["A1", "A2", "A3", "A4"]
    first, last = items[0], items[-1]
    assert first["author"] == [{"family": "Müller", "given": "Ann"}, {"literal": "WHO"}]
    assert "issue" not in first
    assert "<" not in first["title"]
    assert last == {"id": "A4", "type": "document", "author": [{"literal": "Müller et al."}],
                    "issued": {"date-parts": [[2013]]}}  # fmt: skip


def test_a_redundant_report_is_no_report_of_the_synthesis(made: dict[str, bytes]) -> None:
    assert yaml.safe_load(made["variables.yml"])["n"]["reports"] == "4"
    assert all("A5" not in text(made, name) for name in ("included", "reports"))


def test_checklists_are_tables_of_their_schemas(made: dict[str, bytes]) -> None:
    for name, n in (("emerge", 19), ("entreq", 21), ("prisma_s", 16)):
        rows = list(csv.DictReader(io.StringIO(made[f"{name}.csv"].decode())))
        assert [row["item"] for row in rows] == [str(i) for i in range(1, n + 1)]
        assert sum(line.startswith("| ") for line in text(made, name).splitlines()) == n + 1


def test_members_are_counted() -> None:
    members = frame("members", *[
        {"row_id": f"r{i}", "record_id": "r1", "run": R1, "source": "E", "kind": "database", "rule": rule}
        for i, rule in enumerate(("", "doi", "doi"))
    ])  # fmt: skip
    assert count_members(members)[["rule", "rows"]].to_numpy().tolist() == [["", 1], ["doi", 2]]


def test_hostile_words_reach_the_reader(made: dict[str, bytes]) -> None:
    plain = pypandoc.convert_text(text(made, "excluded"), "plain", format="markdown", extra_args=["--columns=9999"])
    assert "<script>alert(1)</script> | `x` {{< include /etc/passwd >}} [@A99]" in " ".join(plain.split())
    assert HOSTILE.startswith("A <script>")


def test_authors_are_named_by_the_team_or_as_given() -> None:
    from metaethno.fragments.variables import variables

    config = settings(review={"title": "A", "question": "B", "authors": ["ann", "Zoë Ł. Guest"]})
    assert variables(review(config=config))["authors"] == "Ann, Zoë Ł\\. Guest"
    assert variables(review())["authors"] == ""
