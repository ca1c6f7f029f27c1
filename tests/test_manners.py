"""What a repository owes its visitors: one version everywhere, files that machines can read, links that lead on."""

import re

import pytest
import yaml

from metaethno import __version__
from tests.worlds import REPO


def test_one_version_everywhere_and_it_is_semantic():
    import tomllib

    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?", __version__)
    assert project["version"] == __version__
    assert yaml.safe_load((REPO / "CITATION.cff").read_text())["version"] == __version__
    assert re.search(rf"^## {re.escape(__version__)}\b", (REPO / "CHANGELOG.md").read_text(), re.M)


def test_the_citation_file_holds_what_its_format_asks_for():
    # https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
    said = yaml.safe_load((REPO / "CITATION.cff").read_text())
    assert said["cff-version"] == "1.2.0"
    assert {"authors", "message", "title"} <= set(said)
    assert said["type"] in ("software", "dataset")
    for work in (said, *said["references"]):
        assert {"authors", "title"} <= set(work)
        for author in work["authors"]:
            assert set(author) & {"name", "family-names"}
    for work in said["references"]:
        assert work["type"]
        assert re.fullmatch(r"10\.\d{4,}/\S+", work["doi"])


@pytest.mark.parametrize("name", ["problem", "wish", "question"])
def test_issue_templates_have_what_the_form_needs(name):
    form = yaml.safe_load((REPO / f".github/ISSUE_TEMPLATE/{name}.yml").read_text())
    assert form["name"]
    assert form["description"]
    fields = [part for part in form["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in fields}) == len(fields) > 0
    assert all(part["attributes"]["label"] for part in fields)


def test_links_between_files_lead_somewhere():
    pages = [*REPO.glob("*.md"), *(REPO / "docs").glob("*.md")]
    lost = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert lost == []


def test_the_first_screen_tells_windows_users_how_to_start():
    head = (REPO / "README.md").read_text().splitlines()[:40]
    for command in ("wsl --install", "pipx install --include-deps metaethno", "metaethno new my-review"):
        assert any(command in line for line in head)
