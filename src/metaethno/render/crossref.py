"""Cross references and citations: numbers labels, and turns `@fig-x`, `@tbl-x` and `@sec-x` into links."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from metaethno.errors import did_you_mean
from metaethno.render.nodes import Node, Replacement, attr, iterate, node, plain, rewrite, words
from metaethno.render.shortcodes import Source

NAMES = {"fig": "Figure", "tbl": "Table", "sec": "Section"}
FLOATS = {"Figure": "fig", "Table": "tbl"}
# Quarto's other kinds; a citation key that begins with one of them is a cross reference to Quarto as well.
OTHERS = ("eq", "lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg", "nte", "tip",
          "wrn", "imp", "cau", "vid")  # fmt: skip
_LABEL = re.compile(r"(fig|tbl|sec)-.+")
_OTHER = re.compile(rf"({'|'.join(OTHERS)})-.+")


@dataclass(frozen=True)
class Label:
    """Something that can be referred to: what the reader sees, and whether it has a number."""

    key: str
    number: str
    text: str = ""

    @property
    def name(self) -> str:
        """`Figure 1`, or the heading's own text where sections aren't numbered."""
        return f"{NAMES[self.key[:3]]} {self.number}" if self.number else self.text


@dataclass(frozen=True)
class Elsewhere:
    """A label on another page, the page's title, and the link to it ("" in a document that stands alone)."""

    label: Label
    title: str
    link: str


def is_label(key: str) -> bool:
    """Tell whether a key is a cross reference, of a known kind or of another of Quarto's."""
    return bool(_LABEL.fullmatch(key) or _OTHER.fullmatch(key))


def number_page(blocks: list[Node], source: Source, number_sections: bool) -> dict[str, Label]:
    """Number the figures, tables and headings of a page; captions and numbered headings get their number in place.

    Returns the labels. The same label twice is a problem in `source`.
    """
    labels: dict[str, Label] = {}
    counts = {"fig": 0, "tbl": 0}
    sections: list[int] = []
    top = min((h["c"][0] for h in iterate(blocks) if h["t"] == "Header"), default=1)
    for item in iterate(blocks):
        kind = item["t"]
        if kind in FLOATS:
            prefix, (key, _, _), caption = FLOATS[kind], item["c"][0], item["c"][1]
            if not key.startswith(f"{prefix}-"):
                continue
            counts[prefix] += 1
            label = Label(key, str(counts[prefix]))
            _put_number(caption, label)
        elif kind == "Header":
            level, (key, classes, _), content = item["c"]
            number = ""
            if number_sections and "unnumbered" not in classes:
                depth = level - top
                sections = (sections + [0] * (depth + 1))[: depth + 1]
                sections[depth] += 1
                number = ".".join(map(str, sections))
            if key.startswith("sec-"):
                label = Label(key, number, plain(content))
            if number:
                item["c"][2] = [
                    node("Span", [attr("", ["section-number"]), words(number)]),
                    node("Space"),
                    *content,
                ]
            if not key.startswith("sec-"):
                continue
        else:
            continue
        if key in labels:
            where = source.find(rf"#{re.escape(key)}\b", occurrence=1)
            source.problems.add("ME0931", "this label is on the page twice", value=key, **where)
        labels[key] = label
    return labels


def _put_number(caption: list[Any], label: Label) -> None:
    """Write `Figure 1.` before the caption's text."""
    number = node("Span", [attr("", ["label"]), [node("Strong", words(f"{label.name}."))]])
    blocks = caption[1]
    if blocks and blocks[0]["t"] in ("Plain", "Para"):
        blocks[0]["c"] = [number, node("Space"), *blocks[0]["c"]]
    else:
        blocks.insert(0, node("Plain", [number]))


def resolve(
    blocks: list[Node],
    source: Source,
    own: Mapping[str, Label],
    others: Mapping[str, Elsewhere],
    bibliography: Collection[str] | None,
) -> list[Node]:
    """Return the blocks with every cross reference a link; citations are checked and left to citeproc.

    `own` are the page's labels, `others` those of the other pages, `bibliography` the known keys (None: no
    bibliography is given). What can't be resolved is a problem in `source`.
    """

    def change(item: Node) -> Replacement:
        if item["t"] != "Cite":
            return None
        citations = item["c"][0]
        keys = [c["citationId"] for c in citations]
        if not any(is_label(key) for key in keys):
            for key in keys:
                _check_citation(key, source, bibliography)
            return None
        if not all(is_label(key) for key in keys):
            message = "a cross reference and a citation in one pair of brackets"
            value = plain(item["c"][1])
            source.problems.add("ME0932", message, value=value, hint="part them", **_where(keys[0], source))
            return []
        result: list[Node] = []
        for i, citation in enumerate(citations):
            result += words(", ") if i else []
            result += _reference(citation, source, own, others)
        return result

    changed: list[Node] = rewrite(blocks, change)
    return changed


def _reference(
    citation: dict[str, Any], source: Source, own: Mapping[str, Label], others: Mapping[str, Elsewhere]
) -> list[Node]:
    """Return one reference as inlines, with what the author wrote before and after it."""
    key: str = citation["citationId"]
    if _OTHER.fullmatch(key):
        allowed = "@fig-…, @tbl-…, @sec-…"
        message = "the embedded engine doesn't know this kind of cross reference"
        source.problems.add("ME0932", message, value=f"@{key}", allowed=allowed, **_where(key, source))
        return []
    number_only = citation["citationMode"]["t"] == "SuppressAuthor"
    before, after = citation["citationPrefix"], citation["citationSuffix"]
    if key in own:
        label, target, page = own[key], f"#{key}", ""
    elif key in others:
        found = others[key]
        label, target, page = found.label, found.link and f"{found.link}#{key}", found.title
    else:
        message = "there is nothing of this label." + did_you_mean(key, [*own, *others])
        source.problems.add("ME0930", message, value=f"@{key}", **_where(key, source))
        return []
    text: list[Node] = words(label.number if number_only and label.number else label.name)
    for item in text:
        if item["t"] == "Space":  # a number never stands alone at the start of a line
            item.update(node("Str", "\u00a0")) if label.number else None
    if page:
        text += [*words(" of "), node("Emph", words(page))]
    link = [node("Link", [attr("", ["xref"]), text, [target, ""]])] if target else text
    gap = [node("Space")]
    return [*before, *(gap if before else []), *link, *(gap if after and after[0]["t"] == "Str" else []), *after]


def _check_citation(key: str, source: Source, bibliography: Collection[str] | None) -> None:
    """Add a problem where a citation's key isn't in the bibliography."""
    if bibliography is None:
        hint = "name one in the front matter (bibliography: ../_references.json), or write \\@ for a plain @"
        source.problems.add("ME0933", "cited without a bibliography", value=f"@{key}", hint=hint, **_where(key, source))
    elif key not in bibliography:
        message = "the bibliography has no such key." + did_you_mean(key, bibliography)
        hint = "correct the key, or write \\@ for a plain @"
        source.problems.add("ME0933", message, value=f"@{key}", hint=hint, **_where(key, source))


def _where(key: str, source: Source) -> dict[str, Any]:
    return source.find(rf"@\{{?{re.escape(key)}(?![\w-])")
