"""Writes a built page as HTML: our own template, one style sheet and one script, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from importlib import resources
from pathlib import Path
from string import Template

from metaethno.render import pandoc
from metaethno.render.blocks import callout
from metaethno.render.document import Built, Page, citeproc
from metaethno.render.nodes import Node, iterate, node, plain
from metaethno.render.project import SCRIPT, Project

STYLE = "site.css"
BESIDE = ("_generated/*.js", "_generated/*.css")


def theme(name: str) -> str:
    """Return a file of the theme."""
    return resources.files("metaethno.render").joinpath("theme", name).read_text(encoding="utf-8")


def write(built: Built, project: Project, pages: list[Page], made_by: str) -> bytes:
    """Return the page as a whole HTML document."""
    meta, options = citeproc(built, project.style)
    # One run of pandoc for all of the page's parts: each is parted from the next by a rule of its own.
    parts = [_front(built), built.blocks]
    mark = "metaethno-part"
    together = [*parts[0], node("Div", [[mark, [], []], []]), *parts[1]]
    body = pandoc.write(together, "html5", meta, [*options, "--mathml", "--wrap=preserve"], project.root).decode()
    head, _, main = body.partition(f'<div id="{mark}">')
    main = main.partition("</div>")[2]
    up = "../" * (len(built.page.entry.path.parts) - 1)
    title = built.title
    site = project.title
    return (
        Template(theme("page.html"))
        .substitute(
            lang=escape(built.lang, quote=True),
            title=escape(title if title == site else f"{title} – {site}"),
            site=escape(site),
            home=f"{up}index.html",
            style=f"{up}{STYLE}",
            made_by=escape(made_by, quote=True),
            navigation=_navigation(built, pages, up),
            script=_script(project, up),
            head=head.strip(),
            main=main.strip(),
        )
        .encode()
    )


def _script(project: Project, up: str) -> str:
    """Return the element that loads the pages' script, where the project has it."""
    return f'<script defer src="{up}{SCRIPT}"></script>\n' if project.scripted else ""


def _front(built: Built) -> list[Node]:
    """Return the notice, the title, the authors and the abstract as blocks."""
    blocks: list[Node] = []
    for text in built.front.get("notice", []):
        blocks += [node("Div", [["", ["notice"], [["role", "note"]]], [node("Para", text)]])]
    title = built.front.get("title", [[node("Str", built.title)]])[0]
    blocks.append(node("Header", [1, ["", ["title"], []], title]))
    for key in ("subtitle", "author"):
        texts = built.front.get(key, [])
        joined = [n for i, text in enumerate(texts) for n in [*([node("Str", " · ")] if i else []), *text]]
        if joined:
            blocks.append(node("Div", [["", [key], []], [node("Para", joined)]]))
    if "abstract" in built.front:
        paragraphs = [node("Para", text) for text in built.front["abstract"]]
        blocks.append(node("Div", [["", ["abstract"], []], paragraphs]))
    return blocks


def _navigation(built: Built, pages: list[Page], up: str) -> str:
    """Return the list of pages; the current one shows its sections."""
    items = []
    for page in pages:
        here = page.entry.path == built.page.entry.path
        if not page.entry.listed and not here:
            continue
        current = ' aria-current="page"' if here else ""
        link = f'<a href="{up}{page.entry.output(".html")}"{current}>{escape(page.short)}</a>'
        items.append(f"<li>{link}{_sections(built) if here else ''}</li>")
    return "\n".join(items)


def _sections(built: Built) -> str:
    """Return the page's main sections as a list of links."""
    found = []
    for item in iterate(built.blocks):
        if item["t"] == "Header" and item["c"][0] == 2 and item["c"][1][0]:
            text = escape(plain(item["c"][2]))
            found.append(f'<li><a href="#{escape(item["c"][1][0], quote=True)}">{text}</a></li>')
    return f"<ul>{''.join(found)}</ul>" if len(found) > 1 else ""


def write_start(project: Project, first: Page, made_by: str) -> bytes:
    """Return the `index.html` of the site, which leads to the first page."""
    target = escape(str(first.entry.output(".html")), quote=True)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(project.title)}</title>\n'
        f'<meta name="generator" content="{escape(made_by, quote=True)}">\n'
        f'<meta http-equiv="refresh" content="0; url={target}">\n</head>\n'
        f'<body>\n<p><a href="{target}">{escape(project.title)}</a></p>\n</body>\n</html>\n'
    ).encode()


def notice_blocks(built: Built, form: str) -> list[Node]:
    """Return the notice as the first callout of a document that stands alone."""
    texts = built.front.get("notice", [])
    body = [node("Para", text) for text in texts]
    return (
        callout("important", [node("Str", "Please"), node("Space"), node("Str", "note")], body, form) if texts else []
    )


def site_files(project: Project, out: Path) -> dict[Path, bytes]:
    """Return the site's style sheet, and its script with what belongs to it, by their places."""
    beside = sorted(path for pattern in BESIDE for path in project.root.glob(pattern))
    return {out / STYLE: theme(STYLE).encode()} | {out / p.relative_to(project.root): p.read_bytes() for p in beside}
