"""The syntax of the pages, as HTML shows it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from metaethno.errors import UserError
from metaethno.render import choose_engine

EMBEDDED = choose_engine("embedded", {})


def render(root: Path, page: str = "flow") -> str:
    EMBEDDED.render(root, None, [page])
    return (root / "_output" / "pages" / f"{page}.html").read_text(encoding="utf-8")


def text_of(page: str) -> str:
    main = page[page.index("<main") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def test_the_review_in_html(reports: Path):
    page = render(reports, "review")
    text = text_of(page)
    assert "We found 153 records, said here." in text
    assert 'href="#fig-flow"' in page
    assert "Figure\u00a01" in page
    assert 'href="#tbl-included"' in page
    assert ">Table\u00a02</a>" in page
    assert "Campbell" in text[text.index("References") :]
    assert '<div class="callout callout-note" role="note">' in page
    assert "Provisional" in text
    assert "Careful" in text
    assert "Only on the web." in text
    assert "Only on paper." not in text
    assert "a note to myself" not in page
    assert 'alt="Boxes: 153 records, 9 studies"' in page
    assert 'src="../_generated/flow.svg"' in page
    assert '<th scope="col"' in page
    assert page.count("<h1") == 1
    assert "{{<" not in page


def test_captions_are_numbered_in_the_order_of_the_page(reports: Path):
    text = text_of(render(reports, "review"))
    assert text.index("Figure 1. Flow of studies.") < text.index("Table 1. Included studies.")
    assert text.index("Table 1. Included studies.") < text.index("Table 2. Concepts by study.")


def test_hostile_text_is_text(reports: Path):
    page = render(reports, "review")
    assert "<script" not in page
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page
    assert "<title>Being &lt;script&gt;heard&lt;/script&gt; – Meta-ethnography</title>" in page


@pytest.mark.parametrize(
    "body",
    [
        "[x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](VBScript:x)",
    ],
)
def test_links_of_other_schemes_lose_their_link(write_page, body: str):
    page = render(write_page(body))
    assert not re.search(r'href="(javascript|data|vbscript)', page, re.IGNORECASE)


def test_the_word_file_and_the_pdf_of_the_review_can_be_linked_to_and_no_other(reports: Path):
    (reports / "pages/flow.qmd").write_text("As a [Word file](review.docx) and a [PDF](review.pdf).\n")
    page = render(reports)
    assert '<a href="review.docx">Word file</a>' in page
    assert '<a href="review.pdf">PDF</a>' in page
    (reports / "pages/flow.qmd").write_text("As a [Word file](flow.docx).\n")
    with pytest.raises(UserError, match=r"flow\.docx"):
        render(reports)


def test_an_empty_table_keeps_its_class_for_the_page(write_page):
    page = render(write_page("| Nothing yet |\n|---|\n| None. |\n\n: Memos. {#tbl-memos .nothing}\n"))
    assert re.search(r'<table[^>]*class="[^"]*nothing', page)


def test_raw_html_and_comments_of_a_fragment_are_shown(reports: Path):
    (reports / "_generated/included.md").write_text("<b>bold</b> <!-- said --> <img src=x onerror=alert(1)>\n")
    (reports / "pages/flow.qmd").write_text("{{< include ../_generated/included.md >}}\n")
    page = render(reports)
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "said" in page
    assert "<img src=x" not in page


def test_cross_references_to_other_pages(reports: Path):
    page = render(reports, "index")
    assert '<a href="../pages/review.html#tbl-included"' in page
    assert "Table\u00a01 of <em>The review</em>" in page
    assert '<a href="../pages/flow.html#sec-boxes">the flow</a>' in page


def test_navigation_and_frame(reports: Path):
    page = render(reports, "flow")
    assert '<html lang="en">' in page
    assert 'class="skip" href="#content"' in page
    assert '<a href="../pages/flow.html" aria-current="page">Flow of studies</a>' in page
    assert '<a href="../pages/review.html">The review</a>' in page
    assert "<title>Flow of studies – Meta-ethnography</title>" in page
    assert (reports / "_output/site.css").is_file()
    assert (reports / "_output/_generated/flow.svg").is_file()
    assert "pages/index.html" in (reports / "_output/index.html").read_text()
    assert not re.search(r'(src|href)="https?:', page)


def test_engine_and_version_stand_in_the_page(reports: Path):
    page = render(reports)
    assert f'<meta name="generator" content="metaethno, embedded engine {EMBEDDED.version}">' in page
    assert f"Rendered by metaethno, embedded engine {EMBEDDED.version}." in page


def test_notice_is_on_every_page(reports: Path):
    (reports / "_variables.yml").write_text("title: T\nnotice: 'A **re-enactment** <i>x</i>.'\ncounts: {records: 3}\n")
    EMBEDDED.render(reports, None, None)
    for page in (reports / "_output/pages").glob("*.html"):
        assert "A <strong>re-enactment</strong> &lt;i&gt;x&lt;/i&gt;." in page.read_text()


def test_tables_can_be_reached_and_scrolled(reports: Path):
    page = render(reports, "review")
    scroll = re.search(
        r'<div class="scroll"[^>]*aria-label="Table 2. Concepts by study."[^>]*>', page.replace("\u00a0", " ")
    )
    assert scroll
    assert 'tabindex="0"' in scroll[0]
    assert 'role="region"' in scroll[0]


def test_table_captions_of_all_ways(write_page):
    root = write_page(
        "See @tbl-a, @tbl-b, @tbl-c.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n: First {#tbl-a}\n\n"
        "::: {#tbl-b .x}\n| a |\n|---|\n| 1 |\n\nSecond\n:::\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        ': Third {#tbl-c tbl-colwidths="[20, 80]"}\n'
    )
    text = text_of(render(root))
    for name in ("Table 1. First", "Table 2. Second", "Table 3. Third"):
        assert name in text


def test_figure_div_and_image_without_caption(write_page):
    root = write_page(
        '@fig-a\n\n::: {#fig-a}\n![](../_generated/flow.svg){fig-alt="one"}\n\nThe caption\n:::\n\n'
        'Inline ![](../_generated/flow){fig-alt="two" width="50%"} image.\n'
    )
    page = render(root)
    assert "Figure 1. The caption" in text_of(page)
    assert 'alt="one"' in page
    assert 'alt="two"' in page
    assert "width:50.0%" in page


def test_numbered_sections(write_page):
    root = write_page(
        "# One {#sec-one}\n\n## Two {#sec-two}\n\n# Plain {.unnumbered}\n\n# Three {#sec-three}\n\n@sec-two @sec-three",
        "title: T\nnumber-sections: true",
    )
    page = render(root)
    assert "Section\u00a01.1" in page
    assert "Section\u00a02" in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("kind", ["note", "warning", "important", "tip", "caution"])
def test_callouts_have_a_title_of_their_own(write_page, kind: str):
    page = render(write_page(f"::: {{.callout-{kind}}}\nText\n:::"))
    assert re.search(rf'callout-title">\s*{kind.capitalize()}', page)


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        ('.content-visible when-format="html"', True),
        ('.content-visible unless-format="html"', False),
        ('.content-hidden when-format="html"', False),
        ('.content-hidden unless-format="html"', True),
        ('.content-visible when-format="docx"', False),
        ('.content-visible when-format="latex"', False),
        ('.content-hidden when-format="typst"', True),
    ],
)
def test_content_for_formats(write_page, condition: str, seen: bool):
    page = render(write_page(f"::: {{{condition}}}\n::: {{.callout-note}}\nconditional text\n:::\n:::"))
    assert ("conditional text" in page) is seen


def test_values_never_become_markup(write_page):
    root = write_page("{{< var heading >}}\n\n{{< var div >}}\n\nOn {{< var on >}}, {{< var n.m >}}.")
    (root / "_variables.yml").write_text(
        "title: T\nheading: '# no heading'\ndiv: '::: {.x}'\n'on': true\nn: {m: 1.5}\ncounts: {records: 1}\n"
    )
    text = text_of(render(root))
    assert "# no heading" in text
    assert "::: {.x}" in text
    assert "On true, 1.5." in text


def test_escaped_shortcodes_are_shown(write_page):
    assert "{{< var x >}}" in text_of(render(write_page("Write {{{< var x >}}}.")))


def test_several_references_prefix_and_number_only(write_page):
    root = write_page(
        "Both [see @fig-a; @tbl-a]; [-@fig-a].\n\n"
        '![C](../_generated/flow){#fig-a fig-alt="x"}\n\n| a |\n|---|\n| 1 |\n\n: T {#tbl-a}\n'
    )
    text = text_of(render(root)).replace("\u00a0", " ")
    assert re.search(r"Both see Figure 1 , +Table 1 ; 1 \.", text)


def test_a_page_alone_can_be_rendered(reports: Path):
    done = EMBEDDED.render(reports, reports.parent / "elsewhere", ["pages/flow.qmd"])
    assert [p.name for p in done.outputs] == ["flow.html"]
    assert done.name == "embedded"
    assert "pandoc" in done.version
    assert not (reports / "_output").exists()
