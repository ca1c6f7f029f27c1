"""The front matter of a page: the YAML block at its head."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from metaethno.render.problems import Problems

FRONT = ("title", "subtitle", "author", "abstract", "notice")
# These change what Quarto does; ignoring them would render something else than the author asked for.
REFUSED_KEYS = {
    "brand", "crossref", "engine", "execute", "filters", "format-links", "include-after-body", "include-before-body",
    "include-in-header", "jupyter", "knitr", "listing", "params", "resources", "server", "shortcodes", "template",
    "template-partials",
}  # fmt: skip


def texts_of(meta: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the front matter's texts, one per person or paragraph."""
    texts: dict[str, list[str]] = {}
    for key in FRONT:
        value = meta.get(key)
        if key == "abstract" and isinstance(value, str):
            texts[key] = [part for part in re.split(r"\n\s*\n", value) if part.strip()]
            continue
        for item in value if isinstance(value, list) else [value]:
            said = item.get("name") if isinstance(item, dict) else item
            if said not in (None, "") and not isinstance(said, dict | list):
                texts.setdefault(key, []).append(str(said))
    return texts


def split(text: str, file: str, problems: Problems) -> tuple[list[str], int, dict[str, int], dict[str, Any]]:
    """Split off the YAML block; return the other lines, how many came before, each key's line, and what they hold."""
    lines = text.split("\n")
    if not lines or lines[0].rstrip() != "---":
        return lines, 0, {}, {}
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        problems.add("ME0906", "the front matter isn't closed by `---`", file=file, line=1)
        return lines[1:], 1, {}, {}
    try:
        data = yaml.safe_load("\n".join(lines[1:end])) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        hint = "put a text that holds `{{<` or `: ` in quotes"
        message = f"the front matter isn't YAML: {getattr(error, 'problem', error)}"
        problems.add("ME0906", message, file=file, line=line, hint=hint)
        data = {}
    if not isinstance(data, dict):
        problems.add("ME0906", "the front matter must hold `key: value` lines", file=file, line=1)
        data = {}
    keys = {m[1]: i + 1 for i, line in enumerate(lines[:end]) if (m := re.match(r"([\w-]+):", line))}
    return lines[end + 1 :], end + 1, keys, data
