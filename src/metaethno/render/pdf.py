"""Writes a built page as PDF: pandoc makes Typst of it, our template the page, and Typst's wheel the PDF."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from metaethno.errors import Problem, UserError
from metaethno.render import pandoc, printing
from metaethno.render.document import Built, citeproc
from metaethno.render.html import notice_blocks, theme
from metaethno.render.nodes import Node, Replacement, node, plain, raw, rewrite, words
from metaethno.render.project import Project

RUNNING = 135  # letters in the head of a page
# What Typst makes into a dash, an ellipsis, a soft hyphen, a minus sign.
_MADE_INTO_MORE = re.compile(r"-{2,}|\.{3,}|-(?=\?)|(?<!\w)-(?=\d)")


def _literal(blocks: Any) -> Any:
    """Return text in which hyphens and stops stay what they are in Typst, too."""

    def change(item: Node) -> Replacement:
        if item["t"] != "Str" or not _MADE_INTO_MORE.search(item["c"]):
            return None
        parts = _MADE_INTO_MORE.split(item["c"])
        signs = [node("RawInline", ["typst", "".join(f"\\{s}" for s in m)]) for m in _MADE_INTO_MORE.findall(item["c"])]
        texts = [[node("Str", part)] if part else [] for part in parts]
        return [*texts[0], *(one for sign, text in zip(signs, texts[1:], strict=True) for one in (sign, *text))]

    return rewrite(blocks, change)


def write(built: Built, project: Project, made_by: str) -> bytes:
    """Return the page as a PDF: the same bytes for the same page."""
    meta, options = citeproc(built, project.style)
    blocks = printing.breakable([*_front(built), *built.blocks])
    if options:  # a step of its own, so that the text of the references is literal, too; Typst breaks their addresses
        blocks = json.loads(pandoc.write(blocks, "json", meta, options, project.root))["blocks"]
        blocks = printing.breakable(blocks, at_signs=False)
    body = pandoc.write(_literal(blocks), "typst-smart-citations", {}, ["--wrap=preserve"], project.root).decode()
    return _compile(_head(built, made_by) + body, project)


def _head(built: Built, made_by: str) -> str:
    """Return the template with this document's texts; JSON's quoting is Typst's as well."""
    authors = [plain(text) for text in built.front.get("author", [])]
    texts = {
        "doc-title": _quoted(built.title),
        "doc-running": _quoted(_running(built.title)),
        "doc-authors": "(" + "".join(f"{_quoted(a)}, " for a in authors) + ")",
        "doc-lang": _quoted(built.lang.partition("-")[0]),
        "made-by": _quoted(f"Rendered by {made_by}."),
    }
    return "".join(f"#let {name} = {value}\n" for name, value in texts.items()) + theme("review.typ") + "\n"


def _running(title: str) -> str:
    """Return the title as it stands in the head of a page: on one line, cut between words where it is longer."""
    if len(title) <= RUNNING:
        return title
    return title[: RUNNING + 1].rpartition(" ")[0].rstrip(" ,;:–") + " …"


def _quoted(text: str) -> str:
    """Return a text as a Typst string."""
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(c if c >= " " else " " for c in escaped)


def _front(built: Built) -> list[Node]:
    """Return the title block, the notice and the abstract."""
    blocks: list[Node] = []
    front: dict[str, list[list[Node]]] = {"title": [words(built.title)], **built.front}
    for key in ("title", "subtitle", "author"):
        for text in front.get(key, []):
            blocks += [raw("typst", f"#doc-{key}-block["), node("Plain", text), raw("typst", "]")]
    blocks += notice_blocks(built, "typst")
    if "abstract" in front:
        paragraphs = [node("Para", text) for text in front["abstract"]]
        blocks += [raw("typst", "#doc-abstract-block["), *paragraphs, raw("typst", "]")]
    if built.page.source.meta.get("toc"):
        blocks.append(raw("typst", "#outline(depth: 2)"))
    return blocks


def _needs_other_fonts(text: str) -> bool:
    """Tell whether a text has letters that no font of Typst's wheel has.

    Libertinus has Latin (Vietnamese too), Greek and Cyrillic letters; DejaVu Sans Mono has most others.
    """
    rare = {c for c in text if c > "\u052f" and not "\u1e00" <= c <= "\u1fff" and unicodedata.category(c)[0] in "LNS"}
    if not rare:
        return False
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family="DejaVu Sans Mono")))
    return any(not font.get_char_index(ord(c)) for c in rare)


def _compile(text: str, project: Project) -> bytes:
    """Return the PDF of a Typst text; only the fonts inside the wheel are used, so all machines make the same.

    Letters that these fonts lack, Chinese ones among them, are looked for in the fonts of this machine.
    """
    import typst

    own = not _needs_other_fonts(text)
    compiler: Any = typst.compile  # its signature doesn't know a text as input beside a path as root
    try:
        made = compiler(text.encode(), root=str(project.root), format="pdf", timestamp=0, ignore_system_fonts=own)
    except (typst.TypstError, RuntimeError) as error:
        raise UserError(Problem("ME0950", f"Typst couldn't make the PDF: {error}")) from error
    return bytes(made)
