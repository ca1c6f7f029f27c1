"""From a `.qmd` page to plain pandoc Markdown: front matter, includes, `var` and `meta`, with a map back to the files.

Pandoc knows no files and, for Markdown, no lines. So everything that can be said about a line is found here, in the
text; what is found later in the syntax tree is traced back by `Source.find`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metaethno.errors import did_you_mean
from metaethno.render import frontmatter
from metaethno.render.problems import Problems

GENERATED = "_generated"
SHORTCODES = ("include", "var", "meta")
FRONT_CLASS = "metaethno-front"
_SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(.*?)\s*>\}\}(?!\})")
_ESCAPED = re.compile(r"\{\{\{<(.*?)>\}\}\}")
_FENCE = re.compile(r"^\s*(?:>\s*)*(`{3,}|~{3,})(.*)$")
_INLINE_RAW = re.compile(r"`[^`]+`\{=\w+\}")
_INLINE_CELL = re.compile(r"`\{(?:python|r|julia|ojs)\}\s[^`]*`")


@dataclass(frozen=True)
class Line:
    """A line of the text that pandoc gets, and where it was written."""

    text: str
    file: str
    number: int


@dataclass
class Source:
    """A page ready for pandoc: its lines, its front matter, what is wrong with it."""

    file: str
    lines: list[Line] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)

    @property
    def text(self) -> str:
        """The Markdown."""
        return "\n".join(line.text for line in self.lines) + "\n"

    def at(self, number: int) -> dict[str, Any]:
        """Return file and line of the line that pandoc calls `number`."""
        if 1 <= number <= len(self.lines):
            line = self.lines[number - 1]
            return {"file": line.file, "line": line.number}
        return {"file": self.file}

    def find(self, pattern: str, occurrence: int = 0) -> dict[str, Any]:
        """Return file and line of the first line (or of a later occurrence) in which the pattern is found."""
        hits = [line for line in self.lines if re.search(pattern, line.text)]
        if hits:
            line = hits[min(occurrence, len(hits) - 1)]
            return {"file": line.file, "line": line.number}
        return {"file": self.file}


def read_page(
    root: Path, page: str, variables: Mapping[str, Any], defaults: Mapping[str, Any], notice: str = ""
) -> Source:
    """Read the page `page` (a path from `root`) and expand it; nothing is raised, problems are in the result.

    `variables` are those of `_variables.yml`, `defaults` the project's metadata, below the page's own for `meta`.
    """
    source = Source(page)
    reader = _Reader(root, source, variables, defaults)
    text = reader.load(root / page, page)
    if text is None:
        return source
    rest, offset, places, source.meta = frontmatter.split(text, page, source.problems)
    for key in sorted(frontmatter.REFUSED_KEYS & source.meta.keys()):
        message = f"the embedded engine doesn't know `{key}:` in the front matter"
        source.problems.add("ME0921", message, file=page, line=places.get(key), hint="leave it out, or install Quarto")
    reader.expand(rest, page, offset, (root / page,))
    for key, values in frontmatter.texts_of({**defaults, **source.meta, "notice": notice}).items():
        for value in values:
            line = places.get(key, 1)
            said = reader.shortcodes(" ".join(value.split()), page, line)
            block = ["", f'::: {{.{FRONT_CLASS} key="{key}"}}', _not_markup(said), ":::"]
            source.lines += [Line(part, page, line) for part in block]
    return source


def _not_markup(text: str) -> str:
    """Escape what would turn a value at the start of a line into a heading, a list, a fence or a quotation."""
    return re.sub(r"^(\s*)(#|:::|>|\||~~~|```|[-+*]\s|\d+[.)]\s)", _escape_first, text)


def _escape_first(match: re.Match[str]) -> str:
    mark = match[2]
    if mark[0].isdigit():
        return match[1] + mark.replace(".", "\\.").replace(")", "\\)")
    return f"{match[1]}\\{mark}"


class _Reader:
    """Expands one page, line by line, into its `Source`."""

    def __init__(self, root: Path, source: Source, variables: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
        self.root = root
        self.source = source
        self.scopes = {"var": (variables,), "meta": (source, defaults)}

    def load(self, path: Path, shown: str) -> str | None:
        """Return the text of a file, or None where it can't be read."""
        try:
            return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            self.source.problems.add("ME0901", f"can't be read: {error}", file=shown)
            return None

    def expand(self, lines: list[str], file: str, offset: int, trail: tuple[Path, ...]) -> None:
        """Append the lines of `file`, which begin after line `offset`; `trail` holds the files that include it."""
        fence, comment = "", False
        for number, text in enumerate(lines, offset + 1):
            mark = _FENCE.match(text)
            if mark and not fence:
                fence = mark[1]
                self._check_fence(mark[2], file, number)
            elif mark and fence and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
            elif not fence:
                # A fragment's text comes from databases: what looks like a comment there is shown, not dropped.
                if GENERATED not in Path(file).parts:
                    text, comment = _without_comments(text, comment)
                self._check_inline(text, file, number)
            whole = _SHORTCODE.fullmatch(text.strip())
            if whole and whole[1].split()[:1] == ["include"]:
                self._include(whole[1].split()[1:], file, number, trail)
            else:
                self.source.lines.append(Line(self.shortcodes(text, file, number), file, number))
        if comment:
            self.source.problems.add("ME0922", "a comment `<!--` isn't closed by `-->`", file=file)
        if fence:
            self.source.problems.add("ME0922", f"a code block isn't closed by {fence}", file=file)

    def shortcodes(self, text: str, file: str, number: int) -> str:
        """Return the line with its shortcodes replaced; `{{{< … >}}}` stands for the shortcode itself."""
        if "{{<" not in text:
            return text

        def replace(match: re.Match[str]) -> str:
            value = self._value(match[1], file, number)
            return value if text[: match.start()].strip() else _not_markup(value)

        done = _ESCAPED.sub(lambda m: "\0" + m[1] + "\1", text)
        done = _SHORTCODE.sub(replace, done)
        if "{{<" in done:
            self.source.problems.add("ME0910", "a shortcode isn't closed on its line", file=file, line=number)
        return done.replace("\0", "{{<").replace("\1", ">}}")

    def _value(self, call: str, file: str, number: int) -> str:
        """Return what a shortcode inside a line stands for."""
        name, *arguments = call.split() or [""]
        add = self.source.problems.add
        where: dict[str, Any] = {"file": file, "line": number}
        if name == "include":
            add("ME0910", "an include must stand alone on its line", value=call, **where)
            return ""
        if name not in SHORTCODES:
            message = "the embedded engine doesn't know this shortcode." + did_you_mean(name, SHORTCODES)
            hint = "to show it as text, write {{{< … >}}}"
            add("ME0910", message, value=call, allowed=", ".join(SHORTCODES), hint=hint, **where)
            return ""
        if len(arguments) != 1:
            add("ME0910", f"`{name}` takes one key", value=call, **where)
            return ""
        key = arguments[0].strip("\"'")
        for scope in self.scopes[name]:
            values = scope.meta if isinstance(scope, Source) else scope
            found = _look_up(values, key)
            if isinstance(found, dict | list):
                add("ME0914", f"`{key}` isn't a single value", value=call, **where)
                return ""
            if found is not None:
                said = str(found).lower() if isinstance(found, bool) else str(found)
                return " ".join(said.split())
        known = _keys(self.scopes[name][-1] if name == "var" else self.source.meta)
        place = "_variables.yml" if name == "var" else "the front matter"
        hint = "run the review first, so that the variables are made" if name == "var" and not known else ""
        add("ME0914", f"{place} has no `{key}`.{did_you_mean(key, known)}", value=call, hint=hint, **where)
        return ""

    def _include(self, arguments: list[str], file: str, number: int, trail: tuple[Path, ...]) -> None:
        """Append an included file, set off by blank lines so that it can't run into the text around it."""
        add = self.source.problems.add
        where: dict[str, Any] = {"file": file, "line": number}
        if len(arguments) != 1:
            add("ME0910", "`include` takes one file, without spaces in its path", value=" ".join(arguments), **where)
            return
        name = arguments[0].strip("\"'")
        base = self.root if name.startswith("/") else (self.root / file).parent
        path = (base / name.lstrip("/")).resolve()
        if not path.is_relative_to(self.root):
            add("ME0912", "an include must stay in the reports folder", value=name, **where)
        elif path in trail:
            add("ME0913", "this file includes itself", value=name, **where)
        elif not path.is_file():
            hint = "run the review first, so that the fragments are made" if GENERATED in path.parts else ""
            add("ME0911", "the included file doesn't exist", value=name, hint=hint, **where)
        else:
            shown = path.relative_to(self.root).as_posix()
            text = self.load(path, shown)
            if text is not None:
                self.source.lines.append(Line("", file, number))
                self.expand(text.split("\n"), shown, 0, (*trail, path))
                self.source.lines.append(Line("", file, number))

    def _check_fence(self, info: str, file: str, number: int) -> None:
        """Refuse executable cells and raw blocks."""
        braces = re.match(r"\s*\{\s*([^\s}]+)", info)
        if not braces or braces[1][0] in ".#":
            return
        kind = "raw output for one format" if braces[1].startswith("=") else "an executable cell"
        hint = "let stage 9 make a fragment and include it"
        where: dict[str, Any] = {"file": file, "line": number}
        self.source.problems.add("ME0920", f"{kind}: reports hold none", value=info.strip(), hint=hint, **where)

    def _check_inline(self, text: str, file: str, number: int) -> None:
        for pattern in (_INLINE_RAW, _INLINE_CELL):
            if match := pattern.search(text):
                message = "raw output or code to be run, inside a line: reports hold none"
                self.source.problems.add("ME0920", message, value=match[0], file=file, line=number)


def _without_comments(text: str, inside: bool) -> tuple[str, bool]:
    """Return the line without its HTML comments, and whether one is still open at its end."""
    kept = ""
    while text:
        if inside:
            _, closed, text = text.partition("-->")
            inside = not closed
        else:
            before, opened, text = text.partition("<!--")
            kept += before
            inside = bool(opened)
    return kept, inside


def _look_up(values: Mapping[str, Any], key: str) -> Any:
    """Return the value at a dotted key, or None."""
    found: Any = values
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def _keys(values: Any, before: str = "") -> list[str]:
    """Return all dotted keys."""
    if not isinstance(values, Mapping):
        return [before]
    return [k for key, value in values.items() for k in _keys(value, f"{before}.{key}" if before else str(key))]
