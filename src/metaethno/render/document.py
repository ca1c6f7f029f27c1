"""A page on its way from Markdown to an output: read once, then built once for each format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from metaethno.render import blocks as constructs
from metaethno.render import crossref, floats, pandoc, printing
from metaethno.render.nodes import Node, attr, div, iterate, node, plain, words
from metaethno.render.project import Entry, Project
from metaethno.render.shortcodes import Source, read_page

FORMS = ("html", "docx", "typst")
TOP = {"html": 2, "docx": 1, "typst": 1}  # of the headings: in HTML the title is the only h1


@dataclass
class Page:
    """A page as it was read: its syntax tree and what is known of it before any format is chosen."""

    entry: Entry
    source: Source
    tree: list[Node]
    bibliography: Path | None = None
    keys: frozenset[str] | None = None

    @property
    def title(self) -> str:
        """The page's title as plain text."""
        _, front = constructs.take_front(self.tree)
        return plain(front["title"]) if "title" in front else self.entry.name.capitalize()

    @property
    def short(self) -> str:
        """The page's name in the navigation and in references from other pages."""
        return self.entry.text or self.title


@dataclass
class Built:
    """A page for one format: its front matter, its blocks, its labels, and the files it needs."""

    page: Page
    form: str
    front: dict[str, list[list[Node]]]
    blocks: list[Node]
    labels: dict[str, crossref.Label]
    used: set[Path] = field(default_factory=set)
    cites: bool = False

    @property
    def lang(self) -> str:
        """The language of the page."""
        return str(self.page.source.meta.get("lang") or "en")

    @property
    def title(self) -> str:
        """The title as plain text."""
        return self.page.title


def read(project: Project, entry: Entry) -> Page:
    """Read a page; problems are in its source."""
    defaults = {k: v for k, v in project.config.items() if k not in ("project", "website", "format")}
    source = read_page(project.root, str(entry.path), project.variables, defaults, project.notice)
    source.meta = {**defaults, **source.meta}
    page = Page(entry, source, pandoc.read(source))
    constructs.refuse_unknown(page.tree, source)
    _read_bibliography(page, project.root)
    return page


def _read_bibliography(page: Page, root: Path) -> None:
    """Find the page's bibliography (CSL JSON) and its keys."""
    given = page.source.meta.get("bibliography")
    if not given:
        return
    where = {"file": page.source.file, "value": str(given)}
    path = ((root / page.source.file).parent / str(given)).resolve()
    from_root = (root / str(given)).resolve()  # so a project-wide one is written
    if not path.exists() and from_root.is_file():
        path = from_root
    add = page.source.problems.add
    if isinstance(given, list) or path.suffix != ".json":
        add("ME0921", "the embedded engine takes one bibliography, in CSL JSON", **where)
    elif not path.is_relative_to(root):
        add("ME0912", "a bibliography must stay in the reports folder", **where)
    elif not path.is_file():
        add("ME0901", "the bibliography isn't there", hint="run the review first, so that it is made", **where)
    else:
        try:
            entries = json.loads(path.read_text(encoding="utf-8"))
            page.keys = frozenset(str(e["id"]) for e in entries)
            page.bibliography = path
        except (ValueError, KeyError, TypeError) as error:
            add("ME0906", f"the bibliography isn't CSL JSON: {error}", **where)


def build(page: Page, form: str) -> Built:
    """Return the page for a format with its floats unified and everything numbered; references are still open."""
    tree, front = constructs.take_front(json.loads(json.dumps(page.tree)))  # a copy, faster than copy.deepcopy
    tree = constructs.choose_content(tree, form, page.source)
    tree = floats.unify(tree, page.source)
    labels = crossref.number_page(tree, page.source, bool(page.source.meta.get("number-sections")))
    return Built(page, form, front, tree, labels)


def finish(built: Built, others: Mapping[str, crossref.Elsewhere], root: Path, pages: set[PurePosixPath]) -> Built:
    """Resolve references, images and links of a built page and dress its blocks for the writer of its format."""
    source, form = built.page.source, built.form
    tree = crossref.resolve(built.blocks, source, built.labels, others, built.page.keys)
    for texts in built.front.values():
        texts[:] = [crossref.resolve(t, source, built.labels, others, built.page.keys) for t in texts]
    built.cites = any(item["t"] == "Cite" for item in iterate(tree))
    tree = floats.dress_images(tree, form, root, source, built.used)
    if form != "html":
        tree = printing.arrange(tree, form, root)
    tree = constructs.dress_links(tree, form, root, source, pages, built.used)
    tree = constructs.dress(tree, form, source)
    built.blocks = _set_levels(tree, TOP[form])
    return built


def elsewhere(built: Mapping[PurePosixPath, Built], page: Page, linked: bool) -> dict[str, crossref.Elsewhere]:
    """Return the labels of all other pages; where several have the same, the first page's in the navigation."""
    found: dict[str, crossref.Elsewhere] = {}
    up = "../" * (len(page.entry.path.parts) - 1)
    for path, other in built.items():
        if path != page.entry.path:
            link = f"{up}{path.with_suffix('.html')}" if linked else ""
            for key, label in other.labels.items():
                found.setdefault(key, crossref.Elsewhere(label, other.page.short, link))
    return found


def citeproc(built: Built, style: Path | None = None) -> tuple[dict[str, Any], list[str]]:
    """Return the metadata and the options with which pandoc sets the citations, where there are any.

    The references get a heading and a place at the end of the page, unless the author gave them one (`::: {#refs}`).
    """
    if not built.cites or built.page.bibliography is None:
        return {}, []
    if not any(item["t"] == "Div" and item["c"][0][0] == "refs" for item in iterate(built.blocks)):
        level = TOP[built.form]
        heading = node("Header", [level, attr("references", ["unnumbered"]), words("References")])
        built.blocks = [*built.blocks, heading, div([], attr("refs"))]
    csl = ["--csl", str(style)] if style else []
    return {"link-citations": "true"}, ["--citeproc", "--bibliography", str(built.page.bibliography), *csl]


def _set_levels(tree: list[Node], top: int) -> list[Node]:
    """Shift the headings so that the highest stands right below the title, whatever the author began with."""
    headings = [item for item in iterate(tree) if item["t"] == "Header"]
    shift = top - min((h["c"][0] for h in headings), default=top)
    for heading in headings:
        heading["c"][0] = min(heading["c"][0] + shift, 6)
    return tree
