"""Only what changed is rendered again; a citation style is used or refused; an author's partials are theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from metaethno.errors import UserError
from metaethno.render import choose_engine, html
from metaethno.shell import pages, plan
from metaethno.shell.reports import prose

STYLE = """\
<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0" default-locale="en-GB">
<info><title>t</title><id>t</id><updated>2020-01-01T00:00:00Z</updated></info>
<citation><layout prefix="[" suffix="]" delimiter=","><text variable="citation-number"/></layout></citation>
<bibliography><layout><text variable="citation-number" suffix=". "/><text variable="title"/></layout></bibliography>
</style>
"""


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list of the HTML pages that are really written from now on."""
    names: list[str] = []
    whole = html.write

    def write(built, *rest):  # type: ignore[no-untyped-def]
        names.append(built.page.entry.name)
        return whole(built, *rest)

    monkeypatch.setattr(html, "write", write)
    return names


def rendered(reports: Path, style: Path | None = None) -> dict[str, bytes]:
    made = choose_engine("embedded", {}).render(reports, pages=["index", "flow"], style=style)
    assert [path.suffix for path in made.outputs] == [".html", ".html"]
    return {path.name: path.read_bytes() for path in made.outputs}


def test_only_what_changed_is_rendered_again(reports: Path, written: list[str]) -> None:
    first = rendered(reports)
    assert sorted(written) == ["flow", "index"]
    written.clear()
    for name in ("index", "flow"):
        (reports / f"_output/pages/{name}.html").unlink()  # as a rule does before it runs
    assert rendered(reports) == first
    assert written == []
    (reports / "pages/flow.qmd").write_text((reports / "pages/flow.qmd").read_text() + "\nMore.\n")
    second = rendered(reports)
    assert written == ["flow"]
    assert b"More." in second["flow.html"]
    assert second["index.html"] == first["index.html"]


def test_a_page_that_names_a_changed_label_is_rendered_again(reports: Path, written: list[str]) -> None:
    rendered(reports)
    written.clear()
    page = reports / "pages/flow.qmd"
    page.write_text(page.read_text().replace("title: Flow of studies", "title: Another title"))
    quarto = reports / "_quarto.yml"
    quarto.write_text(quarto.read_text().replace("text: Flow of studies", "text: Another"))
    made = rendered(reports)
    assert sorted(written) == ["flow", "index"]  # the navigation of every page names it
    assert b"Another" in made["index.html"]


def test_a_damaged_kept_file_is_not_used(reports: Path, written: list[str]) -> None:
    first = rendered(reports)
    written.clear()
    for path in (reports / "_output/.kept").iterdir():
        path.write_bytes(b"x" + path.read_bytes()[1:])
    assert rendered(reports) == first
    assert sorted(written) == ["flow", "index"]


def test_the_style_of_the_citations_is_the_configured_one(reports: Path, tmp_path: Path) -> None:
    page = reports / "pages/flow.qmd"
    page.write_text("---\ntitle: Flow\nbibliography: ../_references.json\n---\n\nAs said [@campbell2003].\n")
    assert b">Campbell 2003</a>" in rendered(reports)["flow.html"]
    style = tmp_path / "numbers.csl"
    style.write_text(STYLE)
    made = rendered(reports, style)["flow.html"].decode()
    assert "[1]" in made.replace("</a>", "").replace('<a href="#ref-campbell2003" role="doc-biblioref">', "")
    assert "Campbell 2003" not in made


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.csl", None, "isn't there"),
        ("../outside.csl", STYLE, "must lie in the review's folder"),
        ("a.csl", "no XML", "isn't a citation style"),
        ("a.csl", "<style/>", "it begins with `style`"),
        ("a.csl", '<!DOCTYPE x [<!ENTITY a "b">]>' + STYLE.split("\n", 1)[1], "isn't a citation style"),
        ("a.csl", " " * 2_000_001, "isn't a citation style"),
    ],
)
def test_what_is_no_style_is_refused(tmp_path: Path, name: str, content: str | None, said: str) -> None:
    root = tmp_path / "review"
    root.mkdir()
    if content is not None:
        (root / name).write_text(content)
    with pytest.raises(UserError) as caught:
        pages.citation_style(root, name)
    [problem] = caught.value.problems
    assert problem.code == "ME0907"
    assert said in problem.message


def test_no_style_and_a_good_one(tmp_path: Path) -> None:
    (tmp_path / "s.csl").write_text(STYLE)
    assert pages.citation_style(tmp_path, "") is None
    assert pages.citation_style(tmp_path, "s.csl") == (tmp_path / "s.csl").resolve()


def test_a_partial_is_no_page_and_its_prose_counts(tmp_path: Path) -> None:
    folder = tmp_path / "reports/pages"
    folder.mkdir(parents=True)
    (tmp_path / "secret.qmd").write_text("secret")
    (folder / "review.qmd").write_text("# A\n\n{{< include _methods.qmd >}}\n\n{{< include ../../secret.qmd >}}\n")
    (folder / "_methods.qmd").write_text("We read.\n\n{{< include _methods.qmd >}}\n")
    assert plan.page_names(tmp_path) == ["review"]
    said = prose(folder / "review.qmd")
    assert "We read." in said
    assert "secret\n" not in said.replace("secret.qmd", "")


def test_no_rule_writes_the_authors_pages() -> None:
    from tests.worlds import REPO

    stages = yaml.safe_load((REPO / "dvc.yaml").read_text())["stages"]
    outs = [next(iter(o)) if isinstance(o, dict) else o for stage in stages.values() for o in stage.get("outs", [])]
    assert outs
    assert not [o for o in outs if o.startswith(("reports/pages", "data/decisions", "data/raw"))]
    made = plan.page_sources(["data/derived/9_reports/tables/open.md"])
    assert not [p for p in [*made, *plan.page_outputs(["review"])] if p.startswith("reports/pages")]
