"""The review as DOCX and PDF, and the same bytes every time."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from pypdf import PdfReader

from metaethno.render import choose_engine

EMBEDDED = choose_engine("embedded", {})


@pytest.fixture
def outputs(reports: Path) -> dict[str, bytes]:
    (reports / "_variables.yml").write_text(
        "title: Being <b>heard</b>\nnotice: A re-enactment.\ncounts: {records: 153}\n"
    )
    done = EMBEDDED.render(reports, None, ["review"])
    return {path.suffix: path.read_bytes() for path in done.outputs}


def test_docx(outputs: dict[str, bytes]):
    document = docx.Document(io.BytesIO(outputs[".docx"]))
    texts = [p.text for p in document.paragraphs]
    styles = {p.text: p.style.name for p in document.paragraphs}
    assert styles["Being <b>heard</b>"] == "Title"
    assert styles["Methods"] == "Heading 1"
    assert styles["Figure 1. Flow of studies."] == "Image Caption"
    assert styles["Table 1. Included studies."] == "Table Caption"
    assert "Only on paper." in texts
    assert "Only on the web." not in texts
    assert not any(text.startswith("Rendered by") for text in texts)  # else it may take a page of its own
    footer = document.sections[-1].footer.paragraphs[0].text
    assert footer.startswith(f"Rendered by metaethno, embedded engine {EMBEDDED.version}")
    assert any("Campbell, Rona. 2003" in text for text in texts)
    assert document.core_properties.title == "Being <b>heard</b>"
    assert EMBEDDED.version in document.core_properties.comments
    assert "Ada Reader" in document.core_properties.author


def test_docx_tables_figures_and_sections(outputs: dict[str, bytes]):
    document = docx.Document(io.BytesIO(outputs[".docx"]))
    boxes = [t for t in document.tables if t.style.name == "Callout Box"]
    tables = [t for t in document.tables if t.style.name == "Table"]
    assert "A re-enactment." in boxes[0].cell(0, 0).text
    assert "Provisional" in boxes[1].cell(0, 0).text
    assert "two" in boxes[1].cell(0, 0).text
    assert len(tables) == 2
    for table in tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table.cell(1, 0).paragraphs[0].style.name.startswith("Table Text")
    described = document.element.body.findall(".//" + qn("wp:docPr"))
    assert [d.get("descr") for d in described] == ["Boxes: 153 records, 9 studies"]
    turned = [s.orientation for s in document.sections]
    assert turned == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    assert all("PAGE" in s.footer._element.xml for s in document.sections)


def test_docx_cross_references_are_links(outputs: dict[str, bytes]):
    document = docx.Document(io.BytesIO(outputs[".docx"]))
    anchors = {e.get(qn("w:anchor")) for e in document.element.body.iter(qn("w:hyperlink"))}
    marks = {e.get(qn("w:name")) for e in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {"fig-flow", "tbl-included", "tbl-matrix", "sec-methods"} <= anchors <= marks | {None}


def test_pdf(outputs: dict[str, bytes]):
    reader = PdfReader(io.BytesIO(outputs[".pdf"]))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    text = " ".join(pages)
    for part in (
        "Being <b>heard</b>",
        "A re-enactment.",
        "Provisional",
        "Figure 1. Flow",
        "Table 2. Concepts by study.",
    ):
        assert part in text.replace("\u00a0", " ")
    assert "Only on paper." in text
    assert "Only on the web." not in text
    assert "<script>alert(2)</script>" in text.replace("\u200b", "")
    assert all(f"embedded engine {EMBEDDED.version}" in page for page in pages)
    assert reader.metadata is not None
    assert reader.metadata.title == "Being <b>heard</b>"
    assert reader.metadata.creation_date is None
    turned = [page.mediabox.width > page.mediabox.height for page in reader.pages]
    assert any(turned)
    assert not turned[0]


def test_pdf_keeps_wide_tables_on_the_page(reports: Path):
    head = "| " + " | ".join(f"Heading{i}" for i in range(11)) + " |\n|" + "---|" * 11 + "\n"
    row = "| " + " | ".join(f"Supercalifragilisticexpialidocious{i} and more words" for i in range(11)) + " |\n"
    (reports / "_generated/included.md").write_text(head + row * 40 + "\n: Wide. {#tbl-included}\n")
    EMBEDDED.render(reports, None, ["review"])
    reader = PdfReader(reports / "_output/pages/review.pdf")
    rights = []

    def visit(text: str, _cm: list[float], tm: list[float], _font: object, _size: float) -> None:
        if text.strip():
            rights.append(tm[4])

    for page in reader.pages:
        rights.clear()
        page.extract_text(visitor_text=visit)
        assert max(rights) < float(page.mediabox.width) - 40
    with_header = [p for p in reader.pages if "Heading10" in p.extract_text().replace("\u200b", "").replace("\n", "")]
    assert len(with_header) > 1


def test_same_inputs_same_bytes(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = EMBEDDED.render(reports, tmp_path / "a", None)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.chdir(tmp_path)
    EMBEDDED.render(reports, tmp_path / "b", None)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(first.outputs) == 5
    assert {f.suffix for f in files} >= {".html", ".docx", ".pdf", ".css", ".svg"}
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
