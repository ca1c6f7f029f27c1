"""Builds the reference document, from which pandoc takes the styles and the page of a DOCX.

It is pandoc's own with our looks written over it: a page of A4, real heading styles, captions, ruled tables, callouts,
and a footer with the page number. Built on the fly, so that no binary file has to be trusted or kept in step.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache

from metaethno.render import pandoc
from metaethno.render.blocks import CALLOUT_COLOURS, CALLOUTS

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
EPOCH = (1980, 1, 1, 0, 0, 0)
INK, ACCENT, MUTED, RULE, TINT = "1F2328", "0B5563", "59636E", "B8C0C8", "F1F5F6"
SANS, SERIF, MONO = "Arial", "Times New Roman", "Courier New"
PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1304" w:right="1304" w:bottom="1304" w:left="1304"'
    ' w:header="680" w:footer="624" w:gutter="0"/>'
)


def _style(
    identifier: str, name: str, paragraph: str, run: str = "", based: str = "Normal", after: str = "", extra: str = ""
) -> str:
    """Return a paragraph style; `after` is the style of the next paragraph."""
    custom = "" if name.lower().startswith(("heading", "title", "subtitle", "normal", "body", "footer")) else 1
    flag = ' w:customStyle="1"' if custom else ""
    parent = f'<w:basedOn w:val="{based}"/>' if based else ""
    following = f'<w:next w:val="{after}"/>' if after else ""
    return (
        f'<w:style w:type="paragraph"{flag} w:styleId="{identifier}"{extra}><w:name w:val="{name}"/>{parent}{following}'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _font(family: str) -> str:
    return f'<w:rFonts w:ascii="{family}" w:hAnsi="{family}" w:cs="{family}"/>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(points * 2)}"/><w:szCs w:val="{round(points * 2)}"/>'


def _gap(before: int, after: int, line: int = 0) -> str:
    """Return the space around a paragraph, in twentieths of a point; `line` in 240ths of a line."""
    between = f' w:line="{line}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before}" w:after="{after}"{between}/>'


def _colour(value: str) -> str:
    return f'<w:color w:val="{value}"/>'


def _styles() -> dict[str, str]:
    """Return our styles by id; these replace pandoc's of the same id."""
    keep = "<w:keepNext/><w:keepLines/>"
    styles = {
        "Normal": _style(
            "Normal", "Normal", _gap(0, 120, 276), _font(SERIF) + _colour(INK) + _size(11), "", "", ' w:default="1"'
        ),
        "BodyText": _style("BodyText", "Body Text", _gap(0, 140, 288)),
        "FirstParagraph": _style("FirstParagraph", "First Paragraph", "", "", "BodyText", "BodyText"),
        "Compact": _style("Compact", "Compact", _gap(0, 50, 276), "", "BodyText"),
        "Title": _style(
            "Title", "Title", keep + _gap(0, 160, 252), _font(SANS) + "<w:b/>" + _size(22), after="BodyText"
        ),
        "Subtitle": _style("Subtitle", "Subtitle", keep + _gap(0, 120), _font(SANS) + _colour(MUTED) + _size(13)),
        "Author": _style("Author", "Author", keep + _gap(0, 140), _font(SANS) + _size(10.5)),
        "Abstract": _style(
            "Abstract", "Abstract", _gap(120, 200, 276) + '<w:ind w:left="340" w:right="340"/>', _size(10.5)
        ),
        "TableCaption": _style(
            "TableCaption", "Table Caption", keep + _gap(280, 100, 264), _font(SANS) + _size(9.5), after="BodyText"
        ),
        "ImageCaption": _style(
            "ImageCaption", "Image Caption", _gap(80, 280, 264), _font(SANS) + _size(9.5), after="BodyText"
        ),
        "CaptionedFigure": _style("CaptionedFigure", "Captioned Figure", "<w:keepNext/>" + _gap(240, 40)),
        "Figure": _style("Figure", "Figure", _gap(240, 120)),
        "TableText": _style("TableText", "Table Text", _gap(20, 20, 252), _font(SANS) + _size(9)),
        "TableTextSmall": _style("TableTextSmall", "Table Text Small", "", _size(8), "TableText"),
        "TableTextTiny": _style("TableTextTiny", "Table Text Tiny", "", _size(7), "TableText"),
        "SectionEnd": _style("SectionEnd", "Section End", _gap(0, 0, 20), _size(1)),
        "Footer": _style(
            "Footer", "footer", _gap(0, 0) + '<w:jc w:val="right"/>', _font(SANS) + _colour(MUTED) + _size(8)
        ),
        "Bibliography": _style(
            "Bibliography", "Bibliography", _gap(0, 100, 264) + '<w:ind w:left="425" w:hanging="425"/>', _size(10)
        ),
    }
    for level, (points, before) in enumerate([(15, 400), (12.5, 320), (11, 240), (10.5, 200)], 1):
        identifier = f"Heading{level}"
        colour = _colour(ACCENT if level < 3 else INK)
        outline = f'<w:outlineLvl w:val="{level - 1}"/>'
        styles[identifier] = _style(
            identifier,
            f"heading {level}",
            keep + _gap(before, 100, 252) + outline,
            _font(SANS) + "<w:b/>" + colour + _size(points),
            after="BodyText",
        )
    for kind, name in CALLOUTS.items():
        look = _font(SANS) + "<w:b/>" + _colour(CALLOUT_COLOURS[kind]) + _size(10)
        styles[f"Callout{name}"] = _style(f"Callout{name}", f"Callout {name}", keep + _gap(60, 40), look)
    styles["CalloutGap"] = _style("CalloutGap", "Callout Gap", _gap(0, 100, 120), _size(4))
    styles["CalloutBox"] = _box_style()
    styles["Table"] = _table_style()
    styles["VerbatimChar"] = (
        '<w:style w:type="character" w:customStyle="1" w:styleId="VerbatimChar"><w:name w:val="Verbatim Char"/>'
        f"<w:rPr>{_font(MONO)}{_size(8.5)}</w:rPr></w:style>"
    )
    styles["Hyperlink"] = (
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        f"<w:rPr>{_colour(ACCENT)}</w:rPr></w:style>"
    )
    return styles


def _table_style() -> str:
    """Return the style of all tables: rules above, below and between the rows, a tinted header."""
    rules = "".join(
        f'<w:{edge} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'
        for edge, size, colour in (("top", 8, INK), ("bottom", 8, INK), ("insideH", 4, RULE))
    )
    margins = "".join(
        f'<w:{edge} w:w="{width}" w:type="dxa"/>'
        for edge, width in (("top", 50), ("left", 85), ("bottom", 50), ("right", 85))
    )
    return (
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/><w:qFormat/>'
        f'<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>{rules}</w:tblBorders>'
        f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
        f'<w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/></w:tcBorders>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
        "</w:style>"
    )


def _box_style() -> str:
    """Return the style of the one cell that a callout is."""
    margins = "".join(
        f'<w:{edge} w:w="{width}" w:type="dxa"/>'
        for edge, width in (("top", 60), ("left", 200), ("bottom", 20), ("right", 160))
    )
    return (
        '<w:style w:type="table" w:customStyle="1" w:styleId="CalloutBox"><w:name w:val="Callout Box"/>'
        f'<w:tblPr><w:tblInd w:w="200" w:type="dxa"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f'<w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr></w:style>'
    )


def _restyle(text: str) -> str:
    """Return pandoc's `styles.xml` with our styles in place of its own."""
    ours = _styles()
    for identifier in ours:
        text = re.sub(
            rf'<w:style\s[^>]*w:styleId="{identifier}"(?=[\s>]).*?</w:style>', "", text, count=1, flags=re.DOTALL
        )
    text = text.replace('w:val="en-US"', 'w:val="en-GB"', 1)
    return text.replace("</w:styles>", "".join(ours.values()) + "</w:styles>")


def _footer() -> str:
    """Return the footer: the page's number."""
    field = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    number = field.format("begin") + "<w:r><w:instrText>PAGE</w:instrText></w:r>" + field.format("end")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
        f"{number}</w:p></w:ftr>"
    )


@cache
def reference_docx() -> bytes:
    """Return the reference document; the same bytes every time for one version of pandoc."""
    default, _ = pandoc.run(["--print-default-data-file", "reference.docx"], b"", None)
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>'
        '<w:p><w:r><w:t>Styles</w:t></w:r></w:p><w:sectPr><w:footerReference w:type="default" r:id="rId90"/>'
        f"{PAGE}</w:sectPr></w:body></w:document>"
    )
    relation = f'<Relationship Type="{R}/footer" Id="rId90" Target="footer1.xml"/></Relationships>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(default)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode("utf-8")
            if name == "word/document.xml":
                text = document
            elif name == "word/styles.xml":
                text = _restyle(text)
            elif name == "word/_rels/document.xml.rels":
                text = text.replace("</Relationships>", relation)
            elif name == "[Content_Types].xml":
                override = f'<Override PartName="/word/footer1.xml" ContentType="{kind}"/></Types>'
                text = text.replace("</Types>", override)
            new.writestr(zipfile.ZipInfo(name, EPOCH), text)
        new.writestr(zipfile.ZipInfo("word/footer1.xml", EPOCH), _footer())
    return result.getvalue()
