"""Writes a built page as DOCX: pandoc makes it, then tables get their text style and sections their footers."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from metaethno.render import pandoc
from metaethno.render.document import Built, citeproc
from metaethno.render.floats import text_size
from metaethno.render.html import notice_blocks
from metaethno.render.nodes import Node, attr, div, node, plain, words
from metaethno.render.project import Project
from metaethno.render.reference import EPOCH, reference_docx

STYLES = {"normal": "TableText", "small": "TableTextSmall", "tiny": "TableTextTiny"}
MARGIN = 1304
WIDTH = {False: 11906 - 2 * MARGIN, True: 16838 - 2 * MARGIN}
# All but callouts, which are boxes of one cell.
_TABLE = re.compile(r'<w:tbl>(?!<w:tblPr><w:tblStyle w:val="CalloutBox").*?</w:tbl>', re.DOTALL)
_NUMBER = re.compile(
    r'(<w:pStyle w:val="(?:TableCaption|ImageCaption)" ?/></w:pPr>)<w:r>(<w:rPr>(?:(?!</w:rPr>).)*</w:rPr>)'
    r'<w:t xml:space="preserve">(Table|Figure) (\d+)\.</w:t></w:r>'
)
_TURNED = 'w:orient="landscape"'
_LANDSCAPE = f'w:w="16838" w:h="11906" {_TURNED}'
_SECTION = re.compile(r"<w:sectPr\b.*?</w:sectPr>", re.DOTALL)


def write(built: Built, project: Project, made_by: str) -> bytes:
    """Return the page as a DOCX: the same bytes for the same page."""
    meta, options = citeproc(built, project.style)
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference.docx"
        reference.write_bytes(reference_docx())
        options += ["--reference-doc", str(reference)]
        meta |= {"lang": built.lang}
        blocks = [*_front(built), *built.blocks]
        turned = bool(blocks) and blocks[-1]["t"] == "RawBlock" and _TURNED in blocks[-1]["c"][1]
        blocks = blocks[:-1] if turned else blocks  # else an empty page came last
        made = pandoc.write(blocks, "docx", meta, [*options, "-o", "-"], project.root)
    return _finish(made, built, made_by, turned)


def _front(built: Built) -> list[Node]:
    """Return the title, the authors, the notice and the abstract in their styles."""
    blocks: list[Node] = []
    front = {"title": [words(built.title)], **built.front}
    for key in ("title", "subtitle", "author"):
        for text in front.get(key, []):
            blocks.append(div([node("Para", text)], attr("", [], custom_style=key.capitalize())))
    blocks += notice_blocks(built, "docx")
    for text in front.get("abstract", []):
        blocks.append(div([node("Para", text)], attr("", [], custom_style="Abstract")))
    return blocks


def _finish(made: bytes, built: Built, made_by: str, turned: bool) -> bytes:
    """Return the DOCX with its properties set, without any date, its parts in one order."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = old.read(name)
            if name == "word/document.xml":
                content = _finish_document(content.decode(), turned).encode()
            elif re.fullmatch(r"word/footer\d+\.xml", name):
                content = _footer(content.decode(), made_by).encode()
            elif name == "docProps/core.xml":
                content = _properties(built, made_by).encode()
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return result.getvalue()


def _footer(text: str, made_by: str) -> str:
    """Return a footer with who made the document before the page's number: a line of its own could need a page."""
    said = f'<w:r><w:t xml:space="preserve">{escape(f"Rendered by {made_by}")}  ·  </w:t></w:r>'
    return text.replace("</w:pPr>", f"</w:pPr>{said}", 1)


def _properties(built: Built, made_by: str) -> str:
    """Return the core properties: title, authors, language and engine, but no dates."""
    authors = "; ".join(plain(text) for text in built.front.get("author", []))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><cp:coreProperties'
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(built.title)}</dc:title><dc:creator>{escape(authors)}</dc:creator>"
        f"<dc:description>{escape(f'Rendered by {made_by}.')}</dc:description>"
        f"<dc:language>{escape(built.lang)}</dc:language></cp:coreProperties>"
    )


def _finish_document(text: str, turned: bool) -> str:
    """Give tables their text style, right widths and whole rows, and every section the footer of the last.

    With `turned` the last section is a landscape one.
    """
    if turned:
        start = text.rindex("<w:sectPr")
        text = text[:start] + re.sub(r"<w:pgSz[^>]*/>", f"<w:pgSz {_LANDSCAPE}/>", text[start:], count=1)
    sections = list(_SECTION.finditer(text))
    footer = re.search(r"<w:footerReference\b[^>]*/>", sections[-1][0]) if sections else None

    def landscape(position: int) -> bool:
        following = next((s[0] for s in sections if s.start() > position), "")
        return _TURNED in following

    # Some programs set a picture apart from its line, and so beyond the margin, where this is not said.
    text = text.replace("<wp:inline>", '<wp:inline distT="0" distB="0" distL="0" distR="0">')
    text = _count_captions(text)
    text = _TABLE.sub(lambda m: _finish_table(m[0], landscape(m.start())), text)
    if not footer:
        return text

    def with_footer(match: re.Match[str]) -> str:
        found = match[0]
        return found if "footerReference" in found else found.replace("<w:sectPr>", f"<w:sectPr>{footer[0]}", 1)

    return _SECTION.sub(with_footer, text)


def _count_captions(text: str) -> str:
    """Make the number of every caption a field, so that Word counts on when a co-author adds a table or a figure."""
    before = {"Table": "", "Figure": ""}

    def counted(match: re.Match[str]) -> str:
        start, look, kind, number = match.groups()
        again = " \\c" if before[kind] == number else ""  # a further part of the same table
        before[kind] = number
        run = f'<w:r>{look}<w:t xml:space="preserve">{{}}</w:t></w:r>'
        mark = f'<w:r>{look}<w:fldChar w:fldCharType="{{}}"/></w:r>'  # LibreOffice takes the look of its first
        said = f'<w:r>{look}<w:instrText xml:space="preserve"> SEQ {kind} \\* ARABIC{again} </w:instrText></w:r>'
        field = mark.format("begin") + said + mark.format("separate") + run.format(number) + mark.format("end")
        return start + run.format(f"{kind} ") + field + run.format(".")

    return _NUMBER.sub(counted, text)


def _finish_table(table: str, turned: bool) -> str:
    """Return a table with small text, columns in the page's own measure, and rows that don't break over pages."""
    widths = [int(w) for w in re.findall(r'<w:gridCol w:w="(\d+)"', table)]
    style = STYLES[text_size(len(widths), turned)]
    table = re.sub(r'<w:pStyle w:val="(?:Compact|BodyText|FirstParagraph)" ?/>', f'<w:pStyle w:val="{style}"/>', table)
    table = table.replace("<w:tr><w:trPr>", "<w:tr><w:trPr><w:cantSplit/>").replace(
        "<w:tr><w:tc>", "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc>"
    )
    if sum(widths) and 'w:type="fixed"' in table:
        scale = iter([round(w * WIDTH[turned] / sum(widths)) for w in widths])
        table = re.sub(r'<w:gridCol w:w="\d+"', lambda _: f'<w:gridCol w:w="{next(scale)}"', table)
    return table
