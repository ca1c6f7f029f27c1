"""The other Quarto constructs: content for one format, callouts, landscape parts, links; dressed for each format."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from metaethno.errors import did_you_mean
from metaethno.render import floats
from metaethno.render.nodes import Node, Replacement, attr, cells, div, iterate, node, pairs, plain, raw, rewrite, words
from metaethno.render.project import ALSO_PRINTED
from metaethno.render.shortcodes import FRONT_CLASS, Source

CALLOUTS = {"note": "Note", "warning": "Warning", "important": "Important", "tip": "Tip", "caution": "Caution"}
# What Quarto calls the formats, and which of ours that is; the others are known names that never are ours.
FORMATS = {"html": "html", "html5": "html", "website": "html", "docx": "docx", "typst": "typst", "pdf": "typst"}
OTHER_FORMATS = {"latex", "beamer", "epub", "revealjs", "pptx", "odt", "markdown", "gfm", "ipynb", "dashboard"}
CALLOUT_COLOURS = {
    "note": "0B5563", "tip": "1F6F43", "warning": "855600", "important": "9B2C2C", "caution": "8A4B00"
}  # fmt: skip
PRINTED = (".docx", ".pdf")  # what is made beside the HTML of one page
TURNED = "metaethno-turned"
_GAP = '<w:p><w:pPr><w:pStyle w:val="CalloutGap"/></w:pPr></w:p>'
# Dates, spans of years and short ids, which a browser would break at their hyphens.
_UNBROKEN = re.compile(r"(?=\D*\d)[^\w]?\w{1,7}(?:[-–]\w{1,5}){1,2}[^\w]{0,2}")
_REFUSED_CLASS = re.compile(r"(panel-|column-|cell|aside$|fragment$|incremental$|nonincremental$|magic-|hidden$)")
_REFUSED_KEY = re.compile(r"(layout|when-meta|unless-meta|when-profile|unless-profile|output-location)")


def choose_content(blocks: list[Node], form: str, source: Source) -> list[Node]:
    """Return the blocks that `content-visible` and `content-hidden` leave for a format."""

    def change(item: Node) -> Replacement:
        if item["t"] not in ("Div", "Span"):
            return None
        attributes, content = item["c"]
        chosen = {"content-visible", "content-hidden"} & set(attributes[1])
        if not chosen:
            return None
        given = pairs(attributes)
        where = source.find(r"content-(visible|hidden)")
        known = [key for key in ("when-format", "unless-format") if key in given]
        if len(known) != 1 or len(given) != 1:
            allowed = 'when-format="…" or unless-format="…"'
            value = " ".join(f"{k}={v}" for k, v in given.items())
            message = "the embedded engine doesn't know this condition"
            source.problems.add("ME0921", message, value=value, allowed=allowed, **where)
            return []
        name = given[known[0]]
        if name not in FORMATS and name not in OTHER_FORMATS:
            message = "no such format." + did_you_mean(name, FORMATS)
            source.problems.add("ME0921", message, value=name, allowed=", ".join(FORMATS), **where)
            return []
        matches = FORMATS.get(name) == form
        holds = matches == (known[0] == "when-format")
        return list(content) if holds == ("content-visible" in chosen) else []

    changed: list[Node] = rewrite(blocks, change, outside_in=True)
    return changed


def take_front(blocks: list[Node]) -> tuple[list[Node], dict[str, list[list[Node]]]]:
    """Part the front matter's texts (as inlines, by key) from the blocks of the page."""
    front: dict[str, list[list[Node]]] = {}
    rest = []
    for block in blocks:
        if block["t"] == "Div" and FRONT_CLASS in block["c"][0][1]:
            content = block["c"][1]
            inlines = content[0]["c"] if content and content[0]["t"] in ("Para", "Plain") else words(plain(content))
            if plain(inlines):  # a variable may be empty
                front.setdefault(pairs(block["c"][0])["key"], []).append(inlines)
        else:
            rest.append(block)
    return rest, front


def refuse_unknown(blocks: list[Node], source: Source) -> None:
    """Add a problem for each of Quarto's constructs that would lose its meaning here."""
    for item in iterate(blocks):
        if item["t"] not in ("Div", "Span"):
            continue
        attributes = item["c"][0]
        for name in attributes[1]:
            kind = name.removeprefix("callout-")
            if name.startswith("callout") and kind not in CALLOUTS:
                message = "no such callout." + did_you_mean(kind, CALLOUTS)
                allowed = ", ".join(f"callout-{k}" for k in CALLOUTS)
                where = source.find(rf"\.?{re.escape(name)}(?![\w-])")
                source.problems.add("ME0921", message, value=name, allowed=allowed, **where)
            elif _REFUSED_CLASS.match(name):
                where = source.find(rf"\.?{re.escape(name)}(?![\w-])")
                source.problems.add("ME0921", "the embedded engine doesn't know this class", value=name, **where)
        for key in pairs(attributes):
            if _REFUSED_KEY.match(key):
                message = "the embedded engine doesn't know this attribute"
                source.problems.add("ME0921", message, value=key, **source.find(rf"\b{key}\s*="))


def dress(blocks: list[Node], form: str, source: Source) -> list[Node]:
    """Return the blocks with callouts, landscape parts and tables in the form that the writer of a format wants."""
    blocks = _with_headings(blocks)
    for item in iterate(blocks):  # a table in a landscape part has more room
        if item["t"] == "Div" and "landscape" in item["c"][0][1]:
            for table in iterate(item["c"][1]):
                if table["t"] == "Table":
                    table["c"][0][1].append(TURNED)

    def change(item: Node) -> Replacement:
        if item["t"] == "Table":
            return _table(item, form, source)
        if item["t"] == "Figure" and form == "html":
            return [_html_figure(item)]
        if item["t"] == "Str" and form == "html" and _UNBROKEN.fullmatch(item["c"]):
            return [node("Span", [attr("", ["nowrap"]), [item]])]
        if item["t"] != "Div":
            return None
        classes, content = item["c"][0][1], item["c"][1]
        kind = next((c.removeprefix("callout-") for c in classes if c.startswith("callout-")), "")
        if kind in CALLOUTS:
            return callout(kind, *_callout_title(item, kind), form)
        if "landscape" in classes and form != "html":
            return _landscape(content, form)
        return None

    changed: list[Node] = rewrite(blocks, change)
    return changed


def _with_headings(blocks: list[Node]) -> list[Node]:
    """Return the blocks with a heading right before a landscape part inside it: else it ends a page of its own."""
    result: list[Node] = []
    for block in blocks:
        if block["t"] == "Div" and "landscape" in block["c"][0][1]:
            headings: list[Node] = []
            while result and result[-1]["t"] == "Header":
                headings.insert(0, result.pop())
            block = node("Div", [block["c"][0], [*headings, *block["c"][1]]])
        result.append(block)
    return result


def _callout_title(item: Node, kind: str) -> tuple[list[Node], list[Node]]:
    """Return a callout's title (its attribute, its first heading or its kind's name) and its other blocks."""
    content = item["c"][1]
    given = pairs(item["c"][0]).get("title")
    if given:
        return words(given), content
    if content and content[0]["t"] == "Header":
        return content[0]["c"][2], content[1:]
    return words(CALLOUTS[kind]), content


def callout(kind: str, title: list[Node], content: list[Node], form: str) -> list[Node]:
    """Return a callout as blocks for one format."""
    if form == "html":
        head = div([node("Plain", title)], attr("", ["callout-title"]))
        body = div(content, attr("", ["callout-body"]))
        return [div([head, body], attr("", ["callout", f"callout-{kind}"], role="note"))]
    if form == "typst":
        opening, middle, closing = f'#callout("{kind}", [', "], [", "])"
        return [raw("typst", opening), node("Plain", title), raw("typst", middle), *content, raw("typst", closing)]
    # A box of one cell: Word draws a paragraph's border at its indent, which a list inside would break.
    colour = CALLOUT_COLOURS[kind]
    opening = (
        '<w:tbl><w:tblPr><w:tblStyle w:val="CalloutBox"/><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>'
        f'<w:left w:val="single" w:sz="24" w:space="0" w:color="{colour}"/></w:tblBorders></w:tblPr>'
        '<w:tblGrid><w:gridCol w:w="9298"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="5000" w:type="pct"/></w:tcPr>'
    )
    end = _GAP if not content or content[-1]["t"] in ("Table", "Figure", "Div", "RawBlock") else ""
    head = div([node("Para", title)], attr("", [], custom_style=f"Callout {CALLOUTS[kind]}"))
    return [raw("openxml", opening), head, *content, raw("openxml", f"{end}</w:tc></w:tr></w:tbl>{_GAP}")]


def _landscape(content: list[Node], form: str) -> list[Node]:
    """Return blocks that stand on pages turned sideways; `docx.py` fills in the sections' footers."""
    if form == "typst":
        return [raw("typst", "#page(flipped: true)["), *content, raw("typst", "]")]
    portrait, turned = (
        f'<w:p><w:pPr><w:pStyle w:val="SectionEnd"/><w:sectPr><w:pgSz {size}/>'
        '<w:pgMar w:top="1304" w:right="1304" w:bottom="1304" w:left="1304" w:header="680" w:footer="624"'
        ' w:gutter="0"/></w:sectPr></w:pPr></w:p>'
        for size in ('w:w="11906" w:h="16838"', 'w:w="16838" w:h="11906" w:orient="landscape"')
    )
    return [raw("openxml", portrait), *content, raw("openxml", turned)]


def _table(table: Node, form: str, source: Source) -> list[Node]:
    """Return a table with header cells marked, columns given widths, and in HTML a container that scrolls."""
    landscape = TURNED in table["c"][0][1]
    table["c"][0][1] = [c for c in table["c"][0][1] if c != TURNED]
    given = floats.take_widths(table, source)
    columns = len(table["c"][2])
    if form != "html":
        floats.set_widths(table, floats.widths(table, form, landscape, given))
        if form == "docx":
            return [table, raw("openxml", _GAP)]
        for column in table["c"][2]:
            column[0] = node("AlignLeft") if column[0]["t"] == "AlignDefault" else column[0]
        # A row is kept on one page, but for one that could be longer than a page.
        whole = "true" if max((len(plain(c[4])) for _, c in cells(table)), default=0) < 700 else "false"
        breaks = "true" if floats.tight(table, form, landscape) else "false"
        opening = f'#sized("{floats.text_size(columns, landscape)}", {whole}, {breaks})['
        return [raw("typst", opening), floats.spread([table])[0], raw("typst", "]")]
    floats.set_widths(table, None)  # a browser knows better
    identifier, classes, keyed = table["c"][0]
    for row in table["c"][3][1]:
        for cell in row[1]:
            cell[0][2] = [["scope", "col"]]
    want, _, _ = floats.wants(table)
    dense = columns > 6
    most, letter, padding = (18, 0.38, 0.9) if dense else (22, 0.43, 1.4)
    least = round(sum(min(w, most) for w in want) * letter + padding * columns)
    classes = [*classes, "dense"] if dense else classes
    style = [["style", f"min-width: {least}rem"]] if least > 20 else []
    caption = table["c"][1]
    name = plain(caption[1]) or "Table: " + plain([cell[4] for _, cell in list(cells(table))[:columns]])
    scroll = attr("", ["scroll"], tabindex="0", role="region", aria_label=name)
    table["c"][1] = [None, []]
    parts = [div(caption[1], attr("", ["caption"]))] if caption[1] else []
    table["c"][0] = ["", classes, [*keyed, *style, *([["aria-label", name]] if caption[1] else [])]]
    return [div([*parts, div(floats.cut([table]), scroll)], attr(identifier, ["table"]))]


def _html_figure(figure: Node) -> Node:
    """Return a figure whose image can be scrolled on a narrow screen instead of shrinking past reading."""
    attributes, caption, content = figure["c"]
    name = plain(caption[1]) or "Figure"
    scroll = attr("", ["scroll"], tabindex="0", role="region", aria_label=name)
    return node("Figure", [attributes, caption, [div(content, scroll)]])


def dress_links(
    blocks: list[Node], form: str, root: Path, source: Source, pages: set[PurePosixPath], used: set[Path]
) -> list[Node]:
    """Return the blocks with links to other pages and files made good; other schemes than the web's lose their link.

    A document that stands alone keeps the text of a link to another page. Files go into `used`.
    """

    def change(item: Node) -> Replacement:
        if item["t"] != "Link":
            return None
        attributes, content, (target, title) = item["c"]
        if target.startswith("#") or re.match(r"(https?://|mailto:)", target, re.IGNORECASE):
            return None
        if not target or re.match(r"[a-zA-Z][\w+.-]*:|//", target):
            return list(content)
        if "xref" in attributes[1]:
            return None
        name, hash_, anchor = target.partition("#")
        printed = PurePosixPath(source.file).parent / name
        if printed.suffix in PRINTED and printed.stem == ALSO_PRINTED and printed.with_suffix(".qmd") in pages:
            return None if form == "html" else list(content)
        path = floats.local_file(name, root, source)
        if path is None or form != "html":
            return list(content)
        shown = PurePosixPath(path.relative_to(root).as_posix())
        if shown.suffix == ".qmd":
            if shown not in pages:
                message = "the page is not one of the project's"
                source.problems.add("ME0941", message, value=target, **source.find(re.escape(target)))
            shown = shown.with_suffix(".html")
        else:
            used.add(path)
        up = "../" * (len(PurePosixPath(source.file).parts) - 1)
        return [node("Link", [attributes, content, [f"{up}{shown}{hash_}{anchor}", title]])]

    changed: list[Node] = rewrite(blocks, change)
    return changed
