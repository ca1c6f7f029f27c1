"""Forms as Word documents: each row a small table of two columns, its pick-lists as content controls.

A row of many columns can't be read on paper or in Word, so each row becomes a card: headings at the left, cells at the
right, those to be filled in coloured. What the program needs again stands in the card's last line, in grey. Reading
trusts nothing: what unpacks to too much or declares entities is refused, as in workbooks.

Written after ECMA-376, part 1 (tables 17.4, structured document tags 17.5.2).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from metaethno.exchange import xlsx
from metaethno.exchange.xlsx import Cell, NotAWorkbook

if TYPE_CHECKING:
    from metaethno.exchange.workbook import Field, Sheet

_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_REF: Final = "do not change"
_SHEET: Final = "sheet"
_CHOICES: Final = 500  # Word becomes slow with more


def _run(text: str, marks: str = "") -> str:
    marks = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    lines = xlsx.clean(text).split("\n")
    parts = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    return f"<w:r>{marks}{parts}</w:r>"


def _paragraph(text: str, style: str = "", marks: str = "") -> str:
    style = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{style}{_run(text, marks)}</w:p>"


def _control(field: Field, text: str) -> str:
    """Return a content control: a list that one may also type into, or plain text."""
    kind = '<w:text w:multiLine="1"/>'
    if field.options is not None:
        labels = list(dict.fromkeys(field.options.labels.values()))[:_CHOICES]
        items = "".join(f"<w:listItem w:displayText={quoteattr(v)} w:value={quoteattr(v)}/>" for v in labels if v)
        kind = f"<w:comboBox>{items}</w:comboBox>"
    head = f"<w:sdtPr><w:alias w:val={quoteattr(field.name[:60])}/>{kind}</w:sdtPr>"
    return f"<w:sdt>{head}<w:sdtContent>{_paragraph(text)}</w:sdtContent></w:sdt>"


def _cell(width: int, body: str, fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{body}</w:tc>'


def _card(sheet: Sheet, row: Sequence[str]) -> str:
    lines = []
    kept = {f.name: str(text) for f, text in zip(sheet.fields, row, strict=True) if f.hidden}
    for field, text in zip(sheet.fields, row, strict=True):
        if field.hidden or (not field.fill_in and not text):
            if not field.hidden:
                kept[field.name] = ""
            continue
        # The control wraps the paragraph that a cell has to end in.
        body = _control(field, str(text)) if field.fill_in else _paragraph(str(text))
        name = _cell(2600, _paragraph(field.name, marks="<w:b/>"), "FFD54F" if field.fill_in else "E0E0E0")
        lines.append(f"<w:tr>{name}{_cell(6900, body, 'FFF8E1' if field.fill_in else '')}</w:tr>")
    said = json.dumps({_SHEET: sheet.name, **kept}, ensure_ascii=True, separators=(",", ":"))
    small = '<w:color w:val="BFBFBF"/><w:sz w:val="8"/>'
    ref = _cell(2600, _paragraph(_REF, marks=small)) + _cell(6900, _paragraph(said, marks=small))
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="BFBFBF"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = '<w:tblGrid><w:gridCol w:w="2600"/><w:gridCol w:w="6900"/></w:tblGrid>'
    properties = f'<w:tblPr><w:tblW w:w="9500" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{properties}{grid}{''.join(lines)}<w:tr>{ref}</w:tr></w:tbl><w:p/>"


def _plain_table(sheet: Sheet) -> str:
    """Return a sheet that only informs, as paragraphs: a name in bold, then its cells."""
    out = []
    for row in sheet.rows:
        cells = [(f.name, str(text)) for f, text in zip(sheet.fields, row, strict=True) if str(text)]
        if not cells:
            continue
        out.append(f"<w:p>{_run(cells[0][1], '<w:b/>')}</w:p>")
        out += [f"<w:p>{_run(f'{name}: ', '<w:i/>')}{_run(text)}</w:p>" for name, text in cells[1:]]
    return "".join(out)


def write(sheets: Sequence[Sheet]) -> bytes:
    """Return a Word document of the sheets: cards for those to be filled in, paragraphs for the others."""
    body = []
    for sheet in sheets:
        body.append(_paragraph(sheet.name, "Heading1"))
        if any(f.fill_in or f.hidden for f in sheet.fields):
            body += [_card(sheet, row) for row in sheet.rows]
        else:
            body.append(_plain_table(sheet))
    document = (
        f'{_XML}<w:document xmlns:w="{_W}"><w:body>{"".join(body)}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" '
        'w:gutter="0"/></w:sectPr></w:body></w:document>'
    )
    styles = (
        f'{_XML}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" '
        'w:hAnsi="Calibri"/><w:sz w:val="21"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:spacing w:before="240" '
        'w:after="120"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="30"/></w:rPr></w:style></w:styles>'
    )
    parts = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": document,
        "word/_rels/document.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "word/styles.xml": styles,
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, xml in parts.items():
            # A fixed date: the same form gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), xml, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


# ------------------------------------------------------------------------------------------------ reading


def is_document(data: bytes) -> bool:
    """Tell whether an archive is a Word document."""
    try:
        return "word/document.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _text(element: Any) -> str:
    """Return the text of a cell: paragraphs and line breaks as line ends, deleted text left out."""
    out: list[str] = []

    def walk(node: Any) -> None:
        name = node.tag.rpartition("}")[2]
        if name in ("del", "sdtPr", "moveFrom"):
            return
        if name == "t":
            out.append(node.text or "")
        elif name in ("br", "cr"):
            out.append("\n")
        elif name == "tab":
            out.append("\t")
        for child in node:
            walk(child)
        if name == "p":
            out.append("\n")

    walk(element)
    return "\n".join(line.strip() for line in "".join(out).strip().split("\n"))


def read(data: bytes) -> Iterator[tuple[str, list[tuple[int, list[Cell]]]]]:
    """Yield (name, rows) of every sheet of a form, its header first; rows are numbered by card, from 2.

    Raises NotAWorkbook where it can't be trusted, or a card has lost its last line.
    """
    archive = xlsx._checked(data)
    root = ElementTree.fromstring(archive.read("word/document.xml"))
    found: dict[str, list[dict[str, str]]] = {}
    for n, table in enumerate(root.iter(f"{{{_W}}}tbl"), 1):
        cells: dict[str, str] = {}
        for row in table.iter(f"{{{_W}}}tr"):
            pair = [_text(cell) for cell in row.iter(f"{{{_W}}}tc")]
            if len(pair) == 2:
                cells.setdefault(" ".join(pair[0].split()), pair[1])
        kept = cells.pop(_REF, "")
        if not kept:
            continue  # a table of the person's own
        try:
            said = json.loads(re.sub(r"[“”„]", '"', kept.replace("\n", "")))
            name = str(said.pop(_SHEET))
            cells |= {str(k): str(v) for k, v in said.items()}
        except (ValueError, KeyError, AttributeError, TypeError):
            raise NotAWorkbook(f"the last line of card {n} was changed") from None
        found.setdefault(name, []).append(cells)
    for name, cards in found.items():
        heads = list(dict.fromkeys(h for card in cards for h in card))
        rows = [[Cell(card.get(h, "")) for h in heads] for card in cards]
        yield name, [(1, [Cell(h) for h in heads]), *enumerate(rows, 2)]
