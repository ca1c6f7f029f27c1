"""The printed documents: where wide and large things stand, tables in parts, letters of the world, fields in Word."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from metaethno.render import choose_engine, pandoc, pdf, printing
from metaethno.render.docx import _count_captions
from metaethno.render.floats import size_of
from metaethno.render.nodes import plain

EMBEDDED = choose_engine("embedded", {})
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"


def blocks(text: str) -> list[Any]:
    out, _ = pandoc.run(["-f", "markdown", "-t", "json"], text.encode(), None)
    found: list[Any] = json.loads(out)["blocks"]
    return found


def kinds(found: list[Any]) -> list[str]:
    return [b["t"] if b["t"] != "Para" else plain([b])[:5] for b in found]


WIDE = "::: landscape\n| a | b |\n|---|---|\n| 1 | 2 |\n:::\n\n"


def test_text_passes_a_wide_part_up_to_the_next_table(tmp_path: Path) -> None:
    found = printing.arrange(blocks(f"# Top\n\nFirst.\n\n{WIDE}Later.\n\n## Sub\n\nOther.\n\n| t |\n|---|\n| 1 |\n"),
                             "typst", tmp_path)  # fmt: skip
    assert kinds(found) == ["Header", "First", "Later", "Header", "Other", "Div", "Table"]


def test_a_wide_part_stays_under_its_heading_and_in_its_section(tmp_path: Path) -> None:
    text = f"# Top\n\n{WIDE}Later.\n\n# Next\n\nFirst.{' More words.' * 120}\n\n{WIDE}# Last\n\nEnd.\n"
    assert kinds(printing.arrange(blocks(text), "docx", tmp_path)) == [
        "Header", "Div", "Later", "Header", "First", "Div", "Header", "End."
    ]  # fmt: skip


def test_no_heading_is_left_without_its_text(tmp_path: Path) -> None:
    text = f"# Top\n\nFirst.\n\n{WIDE}Later.\n\n## Sub\n\n| t |\n|---|\n| 1 |\n"
    assert kinds(printing.arrange(blocks(text), "typst", tmp_path)) == [
        "Header", "First", "Later", "Div", "Header", "Table"
    ]  # fmt: skip


def test_not_more_than_a_page_of_text_passes(tmp_path: Path) -> None:
    text = f"First.\n\n{WIDE}" + "Words and words. " * 100 + "\n\n" + "Other words. " * 100 + "\n"
    found = printing.arrange(blocks(text), "typst", tmp_path)
    assert kinds(found) == ["First", "Words", "Div", "Other"]


def test_a_few_lines_between_wide_parts_join_them(tmp_path: Path) -> None:
    found = printing.arrange(blocks(f"First.\n\n{WIDE}# Next\n\nLine.\n\n{WIDE}"), "typst", tmp_path)
    assert kinds(found) == ["First", "Div"]
    assert kinds(found[1]["c"][1]) == ["Table", "Header", "Line.", "Table"]
    apart = f"First.\n\n{WIDE}# Next\n\n" + "Words and words. " * 90 + f"\n\n{WIDE}"
    assert kinds(printing.arrange(blocks(apart), "typst", tmp_path)).count("Div") == 2


@pytest.mark.parametrize("columns", [26, 27, 44, 90])
def test_every_cell_of_a_wide_table_is_in_one_part(columns: int) -> None:
    head = [f"h{i}" for i in range(columns)]
    rows = [[f"{r}x{i}" for i in range(columns)] for r in range(3)]
    lines = ["| " + " | ".join(line) + " |" for line in (head, ["---"] * columns, *rows)]
    table = blocks("\n".join(lines) + "\n\n: Caption. {#tbl-x}\n")[0]
    made = printing._parts(table)
    if columns <= printing.COLUMNS:
        assert made is None
        return
    parts = made or []
    assert [plain(p["c"][1][1]) for p in parts] == [
        f"Caption. (part {i} of {len(parts)})" for i in range(1, len(parts) + 1)
    ]
    assert len({p["c"][0][0] for p in parts if p["c"][0][0]}) <= 1, "one label only"
    seen: list[str] = []
    for part in parts:
        assert len(part["c"][2]) <= printing.COLUMNS
        first = plain(part["c"][3][1][0]).split()
        assert first[: printing.FIRST] == head[: printing.FIRST]
        assert first[-1] == head[-1]
        body = [plain(row).split() for row in part["c"][4][0][3]]
        assert [row[0] for row in body] == ["0x0", "1x0", "2x0"]
        seen += [cell for row in body for cell in row[printing.FIRST : -printing.LAST]]
    assert sorted(seen) == sorted(cell for row in rows for cell in row[printing.FIRST : -printing.LAST])


def test_overlong_words_may_break_and_nothing_else_changes() -> None:
    said = printing.breakable(blocks(f"Short {LONG} words."))
    assert plain(said).replace("\u200b", "") == f"Short {LONG} words."
    assert max(len(part) for part in re.split("[ \u200b]", plain(said))) < 24


def test_sizes_of_pictures(tmp_path: Path) -> None:
    for head in ('<svg height="72pt" width="144pt">', '<svg width="144pt" height="72pt" x="1">'):
        (tmp_path / "a.svg").write_text(head)
        assert size_of(tmp_path / "a.svg") == (2.0, 1.0)
    (tmp_path / "b.svg").write_text("<svg viewBox='0 0 1 1'>")
    assert size_of(tmp_path / "b.svg") == size_of(tmp_path / "absent.png") == (0.0, 0.0)


def test_which_letters_need_another_font() -> None:
    for text in ("Müller, Łódź, Đà Nẵng, Ελένη, Иван", "عدم المساواة", "– “quoted” … ≥ 3 ● ×"):
        assert not pdf._needs_other_fonts(text), text
    assert pdf._needs_other_fonts("健康")


def page(reports: Path, text: str, front: str = "") -> Path:
    (reports / "pages/review.qmd").write_text(f'---\ntitle: "{LONG} {LONG}"\n{front}---\n\n{text}\n')
    EMBEDDED.render(reports, None, ["review"])
    return reports / "_output/pages"


def test_a_figure_floats_and_text_goes_on_before_it(reports: Path) -> None:
    """A figure as high as a page, after a few lines: the lines after it stand before it, on the first page."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300pt" height="600pt"><path d="M0 0H9V9z"/></svg>'
    (reports / "_generated/flow.svg").write_text(svg)
    out = page(reports, 'Before.\n\n![C.](../_generated/flow){#fig-flow fig-alt="a"}\n\nBehind the figure.\n')
    pages = [p.extract_text() for p in PdfReader(out / "review.pdf").pages]
    assert "Behind the figure." in pages[0]
    assert "Figure 1." in pages[1].replace("\u00a0", " ")


def test_a_sentence_in_a_figures_place(reports: Path) -> None:
    out = page(reports, "See @fig-x.\n\n::: {#fig-x}\n\nNothing yet.\n\nWhat it would show.\n\n:::\n")
    said = PdfReader(out / "review.pdf").pages[0].extract_text().replace("\u00a0", " ")
    assert "See Figure 1." in said
    assert "Figure 1. What it would show." in said
    assert "Nothing yet." in (out / "review.html").read_text()


ODD = (
    "{{< include /etc/passwd >}} A -- B --- C ... D -? E -5 @fig-x [x](javascript:alert(1)) $\\input{/etc/passwd}$ "
    '#read("/etc/passwd") // F'
)


def test_the_text_of_references_is_data_in_every_form(reports: Path) -> None:
    """The bibliography is set by the citation processor, after the pages were escaped."""
    item = {"id": "campbell2003", "type": "document", "author": [{"family": "Do--e"}], "title": f"{ODD} {LONG * 3}"}
    (reports / "_references.json").write_text(json.dumps([item | {"issued": {"date-parts": [[2003]]}}]))
    out = page(
        reports,
        "As others found -- so they say [@campbell2003].\n\n::: {#refs}\n:::\n",
        "bibliography: ../_references.json\n",
    )
    with zipfile.ZipFile(out / "review.docx") as made:
        docx = re.sub("<[^>]*>", "", made.read("word/document.xml").decode())
    html = re.sub("<[^>]*>", "", (out / "review.html").read_text(encoding="utf-8"))
    printed = PdfReader(out / "review.pdf").pages
    for said in (unescape(docx), unescape(html), " ".join(p.extract_text() for p in printed)):
        # The style writes titles with capitals and curly marks; lines are broken where they end.
        shown = re.sub(r"[\s\u200b\u00ad\u2010]", "", said).casefold().translate({0x2018: '"', 0x2019: '"'})
        assert re.sub(r"\s", "", ODD).casefold() in shown
        assert "do--e" in shown
        assert "root:x:0" not in said
    right = max(x for p in printed for x in right_edges(p))
    assert right <= float(printed[0].mediabox.width) - 40, "a long word stands out of the page"


def right_edges(page: Any) -> list[float]:
    """Return where each piece of text on a page begins, which for a line that ran on would be beyond the edge."""
    found: list[float] = []
    page.extract_text(visitor_text=lambda text, _cm, tm, _font, _size: found.append(tm[4]) if text.strip() else None)
    return found


def test_caption_numbers_are_fields() -> None:
    caption = (
        '<w:p><w:pPr><w:pStyle w:val="{}" /></w:pPr><w:r><w:rPr><w:b /></w:rPr>'
        '<w:t xml:space="preserve">{}.</w:t></w:r></w:p>'
    )
    given = [("TableCaption", "Table 1"), ("ImageCaption", "Figure 1"), ("TableCaption", "Table 2")]
    given += [("TableCaption", "Table 2"), ("BodyText", "Table 3")]
    text = "".join(caption.format(style, said) for style, said in given)
    made = _count_captions(text)
    fields = [" ".join(f.split()) for f in re.findall(r"<w:instrText[^>]*>(.*?)</w:instrText>", made)]
    assert fields == [
        "SEQ Table \\* ARABIC",
        "SEQ Figure \\* ARABIC",
        "SEQ Table \\* ARABIC",
        "SEQ Table \\* ARABIC \\c",
    ]
    assert re.sub("<[^>]*>", "", re.sub("<w:instrText.*?</w:instrText>", "", made)) == (
        "Table 1.Figure 1.Table 2.Table 2.Table 3."
    )


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_another_word_processor_opens_it_and_repeats_header_rows(reports: Path, tmp_path: Path) -> None:
    head = "| Concept | Meaning |\n|---|---|\n"
    rows = "".join(f"| Concept {i} | {LONG} 健康 عدم {'and more words ' * 4}|\n" for i in range(90))
    out = page(
        reports, f"Note.[^1]\n\n[^1]: Below.\n\n::: landscape\n\n{head}{rows}\n: Long. {{#tbl-x}}\n\n:::\n\nAfter.\n"
    )
    with zipfile.ZipFile(out / "review.docx") as made:
        assert b"Below." in made.read("word/footnotes.xml")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(out / "review.docx"),
    ]
    done = subprocess.run(command, capture_output=True, timeout=180, check=False)
    if not (tmp_path / "review.pdf").exists():
        pytest.skip(f"LibreOffice has no word processor here: {done.stderr.decode()[:200]}")
    reader = PdfReader(io.BytesIO((tmp_path / "review.pdf").read_bytes()))
    wide = [p for p in reader.pages if p.mediabox.width > p.mediabox.height]
    assert len(wide) > 2
    assert all("Meaning" in p.extract_text() for p in wide)
    assert len(reader.pages) == 1 + len(wide), "no last page with nothing but the line of the engine"
    assert "After." in reader.pages[0].extract_text()
