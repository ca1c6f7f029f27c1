"""Finds the sections of the pages that answer a checklist's item in prose.

A section answers an item by its heading: by the heading's id (`{#sec-emerge-4}`), or by an attribute where it answers
several (`answers="emerge-9 entreq-14"`). `not-applicable="entreq-11"` says that an item does not apply; the section's
text is the reason. Comments, shortcodes and marks are not prose: a section that holds nothing else answers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

PAGES = "reports/pages"
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{([^{}]*)\})?\s*#*\s*$")
_ITEM = re.compile(r"sec-((?:emerge|entreq|prisma-s)-\d+|prisma-2020-(?:abstract-)?\d+[a-f]?)")
_SHOWN = re.compile(r"\{\{<\s*(?:include\s+\S*?_generated/|var\s+)(\S+?)\s*>\}\}")
_ID = re.compile(r"#([\w.-]+)")
_KEYED = re.compile(r"(answers|not-applicable)=(?:\"([^\"]*)\"|(\S+))")
_NOT_PROSE = re.compile(r"<!--.*?-->|\{\{<.*?>\}\}|^:{3,}.*$|!\[[^\]]*\]\([^)]*\)(?:\{[^}]*\})?", re.S | re.M)


@dataclass(frozen=True)
class Section:
    """A section that answers an item: where it stands, the hash of its page, whether it says 'not applicable'."""

    place: str
    sha256: str
    text: str
    not_applicable: bool = False


def sections(pages: Mapping[str, str]) -> dict[str, Section]:
    """Return by item key (`emerge-4`) the first section with prose that answers it; pages in order of their names."""
    found: dict[str, Section] = {}
    for name in sorted(pages):
        stem = name.rsplit("/", 1)[-1]
        stem = stem if stem.endswith(".qmd") else f"{stem}.qmd"
        digest = sha256(pages[name].encode()).hexdigest()
        lines = _without_code(re.sub(r"<!--.*?-->", _blank, pages[name], flags=re.S)).split("\n")
        heads = [(i, m) for i, line in enumerate(lines) if (m := _HEADING.match(line))]
        for place, (i, match) in enumerate(heads):
            level = len(match[1])
            end = next((j for j, m in heads[place + 1 :] if len(m[1]) <= level), len(lines))
            body = "\n".join("" if _HEADING.match(line) else line for line in lines[i + 1 : end])
            text = " ".join(_NOT_PROSE.sub(" ", body).split())
            if not re.search(r"\w", text):
                continue
            anchor = _ID.search(match[3] or "")
            where = f"{PAGES}/{stem}" + (f"#{anchor[1]}" if anchor else "")
            for key, absent in _keys(match[3] or ""):
                found.setdefault(key, Section(where, digest, text, absent))
    return found


def _keys(attributes: str) -> list[tuple[str, bool]]:
    keys = []
    anchor = _ID.search(attributes)
    if anchor and (m := _ITEM.fullmatch(anchor[1])):
        keys.append((m[1], False))
    for name, quoted, bare in _KEYED.findall(attributes):
        keys += [(key, name == "not-applicable") for key in (quoted or bare).split()]
    return keys


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _without_code(text: str) -> str:
    """Return the text without fenced code, in which a `#` is no heading."""
    return re.sub(r"^(`{3,}|~{3,}).*?^\1[`~]*\s*$", _blank, text, flags=re.S | re.M)


def headings(pages: Mapping[str, str]) -> dict[str, str]:
    """Return the words of every heading by its place (`reports/pages/review.qmd#sec-gap`)."""
    found: dict[str, str] = {}
    for name, text in pages.items():
        stem = name.rsplit("/", 1)[-1].removesuffix(".qmd")
        for line in _without_code(re.sub(r"<!--.*?-->", _blank, text, flags=re.S)).split("\n"):
            head = _HEADING.match(line)
            own = _ID.search(head[3] or "") if head else None
            if head and own and "{{<" not in head[2]:
                found[f"{PAGES}/{stem}.qmd#{own[1]}"] = re.sub(r"[*`\\]", "", head[2])
    return found


def shown_at(pages: Mapping[str, str]) -> dict[str, str]:
    """Return where the report first shows a fragment (`included.md`) or a variable (`review.gap`): page and section.

    The review itself goes before other pages.
    """
    found: dict[str, str] = {}
    for name in sorted(pages, key=lambda n: (n.rsplit("/", 1)[-1].removesuffix(".qmd") != "review", n)):
        stem = name.rsplit("/", 1)[-1].removesuffix(".qmd")
        anchor = ""
        for line in _without_code(re.sub(r"<!--.*?-->", _blank, pages[name], flags=re.S)).split("\n"):
            if head := _HEADING.match(line):
                own = _ID.search(head[3] or "")
                anchor = f"#{own[1]}" if own else anchor
            for what in _SHOWN.findall(line):
                found.setdefault(what, f"{PAGES}/{stem}.qmd{anchor}")
    return found
