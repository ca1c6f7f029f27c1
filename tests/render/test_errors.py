"""Everything the embedded engine can't do is said, with file and line, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from metaethno.errors import UserError
from metaethno.render import CODES, choose_engine

EMBEDDED = choose_engine("embedded", {})


def problems(root: Path, pages: list[str] | None = None) -> list[tuple[str, str, int | None]]:
    with pytest.raises(UserError) as caught:
        EMBEDDED.render(root, None, pages)
    assert not (root / "_output").exists()
    assert all(p.code in CODES for p in caught.value.problems)
    return [(p.code, p.file, p.line) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("a\n\n{{< video x.mp4 >}}", "ME0910", 6),
        ("a {{< var title", "ME0910", 4),
        ("a {{< include ../_generated/included.md >}}", "ME0910", 4),
        ("{{< include ../_generated/absent.md >}}", "ME0911", 4),
        ("{{< include ../../secret.md >}}", "ME0912", 4),
        ("{{< include /../secret.md >}}", "ME0912", 4),
        ("{{< include flow.qmd >}}", "ME0913", 4),
        ("a\n{{< var counts.recods >}}", "ME0914", 5),
        ("{{< var counts >}}", "ME0914", 4),
        ("{{< meta nothing >}}", "ME0914", 4),
        ("```{python}\n1\n```", "ME0920", 4),
        ("```{=html}\n<b>\n```", "ME0920", 4),
        ("a `<b>`{=html} b", "ME0920", 4),
        ("a `{python} 1` b", "ME0920", 4),
        ("a\n\n::: {.callout-notes}\nx\n:::", "ME0921", 6),
        ("::: {.panel-tabset}\nx\n:::", "ME0921", 4),
        ("::: {layout-ncol=2}\nx\n:::", "ME0921", 4),
        ('::: {.content-visible when-meta="x"}\nx\n:::', "ME0921", 4),
        ('::: {.content-visible when-format="htlm"}\nx\n:::', "ME0921", 4),
        ("::: {#tbl-x}\nno table\n:::", "ME0921", 4),
        ("::: {.callout-note}\nnot closed", "ME0922", 4),
        ("```\nnot closed", "ME0922", None),
        ("<!-- not closed", "ME0922", None),
        ("a\n\nSee @fig-nothing.", "ME0930", 6),
        ("## A {#sec-a}\n\n## B {#sec-a}", "ME0931", 6),
        ("See @eq-one.", "ME0932", 4),
        ("Said [@campbell2003].", "ME0933", 4),
        ("![C](../_generated/flow){#fig-x}", "ME0940", 4),
        ('![C](../_generated/absent){#fig-x fig-alt="a"}', "ME0941", 4),
        ('![C](https://example.org/x.png){fig-alt="a"}', "ME0941", 4),
        ('![C](../../x.png){fig-alt="a"}', "ME0912", 4),
        ("[x](../../../etc/passwd)", "ME0912", 4),
        ("[x](absent.qmd)", "ME0941", 4),
    ],
)
def test_each_mistake_has_its_code_and_line(write_page, body: str, code: str, line: int | None):
    found = problems(write_page(body), ["flow"])
    assert (code, "pages/flow.qmd", line) in found


def test_all_at_once_and_in_the_file_that_holds_it(reports: Path):
    (reports / "_generated/included.md").write_text("one\n\n@fig-none and {{< nope >}}\n")
    (reports / "pages/flow.qmd").write_text("x\n\n@tbl-none\n")
    found = problems(reports)
    assert ("ME0910", "_generated/included.md", 3) in found
    assert ("ME0930", "_generated/included.md", 3) in found
    assert ("ME0930", "pages/flow.qmd", 3) in found
    assert ("ME0930", "pages/review.qmd", 14) in found  # the label of the fragment that was replaced


def test_a_key_that_is_nearly_right_is_named(write_page):
    with pytest.raises(UserError, match=r"Did you mean 'counts.records'\?"):
        EMBEDDED.render(write_page("{{< var counts.recods >}}"), None, ["flow"])


def test_links_out_of_the_folder_are_refused(reports: Path, tmp_path: Path):
    (tmp_path / "secret.md").write_text("secret")
    (reports / "_generated/link.md").symlink_to(tmp_path / "secret.md")
    (reports / "pages/flow.qmd").write_text("{{< include ../_generated/link.md >}}\n")
    assert problems(reports, ["flow"]) == [("ME0912", "pages/flow.qmd", 1)]


@pytest.mark.parametrize(
    ("front", "code", "line"),
    [
        ("title: {{< var title >}}", "ME0906", None),
        ("- a", "ME0906", 1),
        ("title: T\nexecute: {echo: false}", "ME0921", 3),
        ("title: T\nbibliography: ../none.json", "ME0901", None),
        ("title: T\nbibliography: ../../x.json", "ME0912", None),
        ("title: T\nbibliography: x.bib", "ME0921", None),
    ],
)
def test_front_matter(write_page, front: str, code: str, line: int | None):
    found = problems(write_page("x", front), ["flow"])
    assert any(c == code and (line is None or at == line) for c, _, at in found)


def test_front_matter_that_is_not_closed(reports: Path):
    (reports / "pages/flow.qmd").write_text("---\ntitle: T\n")
    assert ("ME0906", "pages/flow.qmd", 1) in problems(reports, ["flow"])


def test_a_cross_reference_and_a_citation_together(reports: Path):
    page = reports / "pages/review.qmd"
    page.write_text(page.read_text() + "\n[@fig-flow; @campbell2003]\n\n[@cambell2003]\n")
    codes = [code for code, _, _ in problems(reports, ["review"])]
    assert codes == ["ME0932", "ME0933"]


def test_unknown_page(reports: Path):
    assert problems(reports, ["reviw"]) == [("ME0905", "", None)]


def test_missing_project_and_listed_page(tmp_path: Path, reports: Path):
    assert problems(tmp_path / "none")[0][0] == "ME0901"
    (reports / "pages/flow.qmd").unlink()
    assert ("ME0901", "_quarto.yml", None) in problems(reports)


def test_variables_that_are_not_yaml(reports: Path):
    (reports / "_variables.yml").write_text("a: [1\nb: 2\n")
    assert ("ME0906", "_variables.yml", 2) in problems(reports)


def test_the_last_good_pages_stay(write_page):
    root = write_page("good")
    EMBEDDED.render(root, None, ["flow"])
    before = (root / "_output/pages/flow.html").read_bytes()
    write_page("{{< var none >}}")
    with pytest.raises(UserError):
        EMBEDDED.render(root, None, ["flow"])
    assert (root / "_output/pages/flow.html").read_bytes() == before
