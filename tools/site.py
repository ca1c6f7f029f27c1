"""The documentation as a website: `python tools/site.py [OUT]` (default: build/site). `make docs` calls it.

Pages are the Markdown files of docs/, in the order of `NAVIGATION`, and the reference, which is made here from the
program itself: commands from the command line's parser, tables from schemas.py, codes from explanations.toml, settings
from config.py. Pandoc comes with the program (a wheel), so no generator of sites has to be installed: the usual one,
MkDocs, is not maintained any more, and what follows it is not ripe. Every link is checked, strictly: one that leads
nowhere, and a heading that is not there, fail.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from types import UnionType
from typing import Any, get_args, get_origin
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel

from metaethno import cli, config, schemas
from metaethno.explain import entries
from metaethno.flow.identities import PRISMA2009, PRISMA2020, UPDATE, formula
from metaethno.render.html import theme

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
NAVIGATION: dict[str, tuple[str, ...]] = {
    "Tutorials": (
        "tutorials/first-review.md", "tutorials/rerun.md", "tutorials/two-reviewers.md", "tutorials/table-to-matrix.md",
        "tutorials/examiner.md", "tutorials/moving.md",
    ),
    "How to": (
        "new-review.md", "searches.md", "formats.md", "dedupe.md", "screening.md", "extraction.md", "translation.md",
        "synthesis.md", "signing.md", "checks.md", "checklists.md", "figures.md", "history.md", "sharing.md", "help.md",
    ),
    "Reference": (
        "reference/commands.md", "reference/tables.md", "reference/codes.md", "reference/configuration.md",
    ),
    "Explanations": ("identity.md", "counting.md", "staleness.md", "reliability.md", "performance.md"),
    "Method": ("method.md",),
}  # fmt: skip
_OTHERS = "How to"  # where a page of docs/ stands that no list names
_LINK = re.compile(r"(\]\()([^)\s]+?\.md)(#[^)\s]*)?(\))")
_FENCE = re.compile(r"^```(\w+)[ \t]+([^\n]*)$", re.MULTILINE)

# What is typed and answered is longer than a line of prose; columns are as wide as their words.
_MORE_STYLE = """
main > pre, main > table { max-width: none; }
main pre { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.4; }
main colgroup { display: none; }
main td code { overflow-wrap: normal; }
.side summary { cursor: pointer; padding: 0.34rem 0; font-weight: 700; }
.side details[open] > summary { color: var(--accent); }
.side details ul { display: block; }
"""

Problems = list[str]


def pages() -> dict[str, str]:
    """Return path -> Markdown of every page: those of docs/ and the reference."""
    written = {p.relative_to(DOCS).as_posix(): p.read_text(encoding="utf-8") for p in sorted(DOCS.rglob("*.md"))}
    return written | {f"reference/{name}.md": text for name, text in reference().items()}


def reference() -> dict[str, str]:
    """Return name -> Markdown of the pages that are made from the program."""
    return {"commands": commands(), "tables": tables(), "codes": codes(), "configuration": configuration()}


# ------------------------------------------------------------------------------------------------- the reference


def _cell(text: str) -> str:
    """Return a text for a cell of a table: no line break, no bar, nothing that Markdown or HTML would take up."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", r"\|").replace("*", r"\*")


def _grid(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *(" | ".join(row) for row in rows)]
    return ["", *(f"| {line} |" for line in lines), ""]


def commands() -> str:
    """Return the page of the commands, from the parser of the command line."""
    lines = ["# Commands", "", "Every command works on the review in the present folder, or the nearest one above it."]
    lines += ["Where one fails, it says a code: `metaethno explain CODE`.", ""]
    for name, sub in cli.parser()._subcommands().items():  # type: ignore[attr-defined]
        if name not in cli._COMMANDS:
            continue
        usage = sub.format_usage().removeprefix("usage: ").strip()
        lines += [f"## {name}", "", _cell(cli._COMMANDS[name]) + ".", "", "```text", " ".join(usage.split()), "```", ""]
        rows = []
        for action in sub._actions:
            if action.dest in ("help", "verbose"):
                continue
            shown = ", ".join(action.option_strings) or action.metavar or action.dest
            said = (action.help or "").replace("%%", "%")
            choices = ", ".join(str(c) for c in action.choices or ())
            rows.append((f"`{shown}`", _cell(said), _cell(choices)))
        lines += _grid(("Option", "What it is", "One of"), rows) if rows else []
    return "\n".join(lines) + "\n"


_KINDS = {
    "register": "what people decided, as things with a status: a row may change, an id stays",
    "ledger": "what people decided, as a list that only grows: a row is never changed, a new one supersedes it",
    "log": "what was searched and exported",
    "derived": "made by the program; delete it, run again, lose nothing",
}


def tables() -> str:
    """Return the page of the tables, from schemas.py."""
    lines = [
        "# Tables",
        "",
        "Every table is CSV (UTF-8, comma) or Parquet, with a header line. A `*` stands for a run or a reviewer.",
        "",
    ]
    for kind, says in _KINDS.items():
        lines += [f"- **{kind}**: {says}"]
    for table in schemas.TABLES.values():
        lines += ["", f"## {table.name}", "", f"{_cell(table.says)} *{table.kind.capitalize()}*, `{table.path}`."]
        lines += [f"Each row has its own {' and '.join(f'`{k}`' for k in table.key)}."] if table.key else []
        rows = [
            (f"`{c.name}`" + (" (required)" if c.required else ""), _cell(c.says), _cell(c.allowed), _cell(c.refers))
            for c in table.columns
        ]
        lines += _grid(("Column", "What it says", "What it may hold", "Refers to"), rows)
    return "\n".join(lines) + "\n"


def codes() -> str:
    """Return the page of the codes, from explanations.toml."""
    lines = ["# Codes of errors and checks", "", "The same is said at the terminal by `metaethno explain CODE`.", ""]
    # Where the form of an update has a sum of its own, that of a new review is shown.
    sums = {i.id: formula(i) for i in (*PRISMA2009, *UPDATE, *PRISMA2020)}
    family = ""
    for one in entries().values():
        if one.family != family:
            family = one.family
            lines += [f"## {family}", ""]
        level = f" *({one.level})*" if one.level else ""
        lines += [f"### {one.code}", "", f"**{_cell(one.title)}.**{level} {_prose(one.means)}", ""]
        if one.code in sums:
            lines += [f"The sum: {_cell(sums[one.code])}.", ""]
        lines += ["```text", one.example, "```", "", f"What to do: {_prose(one.do)}", ""]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> str:
    """Return prose in which only `code` is Markdown."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(p if p.startswith("`") else html.escape(p, quote=False).replace("*", r"\*") for p in parts)


def configuration() -> str:
    """Return the page of the settings, from config.py."""
    lines = [
        "# Configuration",
        "",
        "`config/review.yaml` holds all settings of a review. A key that is not listed here",
    ]
    lines += ["is refused. `metaethno check` says whether the file can be understood.", ""]
    lines += _section("", config.Config, [])
    return "\n".join(lines) + "\n"


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [m for part in get_args(kind) for m in _models(part)]


def _type(kind: Any) -> str:
    """Return in words what a setting may hold."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind in (str, int, float, bool):
        return {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[kind]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "a section (below)"
    if origin is list:
        return f"a list of {_type(parts[0])}"
    if origin is dict:
        return f"names, each with {_type(parts[1])}"
    if isinstance(kind, UnionType):
        return " or ".join(_type(p) for p in parts)
    if origin is not None and str(origin).endswith("Literal"):
        return "one of: " + ", ".join(str(p) for p in parts)
    if parts:
        return _type(parts[0])
    return "text"


def _section(path: str, model: type[BaseModel], seen: list[type[BaseModel]]) -> list[str]:
    says = " ".join((model.__doc__ or "").split())
    lines = [f"## {path}" if path else "## The whole file", "", _prose(says), ""]
    rows, below = [], []
    for name, field in model.model_fields.items():
        limits = ", ".join(
            f"{word} {getattr(m, at)}"
            for m in field.metadata
            for at, word in (("ge", "from"), ("le", "to"), ("min_length", "at least"))
            if getattr(m, at, None) is not None
        )
        default = "needed" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        held = _type(field.annotation) + (f" ({limits})" if limits else "")
        rows.append((f"`{name}`", _cell(held), _cell(default)))
        below += [(f"{path}.{name}" if path else name, m) for m in _models(field.annotation) if m not in seen]
    lines += _grid(("Key", "What it may hold", "If it is not there"), rows)
    for name, one in below:
        lines += _section(name, one, [*seen, model])
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, BaseModel):
        return "as below"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value not in ("", [], {}) else "empty"


# ------------------------------------------------------------------------------------------------------- the site


def _headed(text: str) -> str:
    """Return Markdown whose links lead to web pages, and whose titled code blocks have their title above them."""

    def titled(match: re.Match[str]) -> str:
        given = dict(re.findall(r'(\w+)="([^"]*)"', match[2]))
        said = {"title": "", "fill": "filled in: ", "section": "in "}
        name = next((f"{said[k]}{v}" for k, v in given.items() if k in said), "")
        return f"*{name}*\n\n```{match[1]}" if name else f"```{match[1]}"

    return _LINK.sub(lambda m: f"{m[1]}{m[2].removesuffix('.md')}.html{m[3] or ''}{m[4]}", _FENCE.sub(titled, text))


def title_of(text: str) -> str:
    """Return the first heading of a page."""
    return next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), "")


def _navigation(every: dict[str, str], here: str) -> str:
    up = "../" * here.count("/")
    groups = []
    listed = {name for names in NAVIGATION.values() for name in names} | {"index.md"}
    for group, names in NAVIGATION.items():
        items = ""
        inside = [*names, *(sorted(set(every) - listed) if group == _OTHERS else ())]
        for name in inside:
            current = ' aria-current="page"' if name == here else ""
            items += f'<li><a href="{up}{name[:-3]}.html"{current}>{html.escape(title_of(every[name]))}</a></li>'
        # Only the group of the present page is open: the menu fits beside it, and the page can be seen in it.
        shown = " open" if here in inside or here not in listed else ""
        groups.append(f"<li><details{shown}><summary>{group}</summary><ul>{items}</ul></details></li>")
    return "\n".join(groups)


def _page(name: str, every: dict[str, str], body: str) -> str:
    from string import Template

    from metaethno import __version__

    up = "../" * name.count("/")
    shown = title_of(every[name])
    return Template(theme("page.html")).substitute(
        lang="en", title=html.escape(shown), site="metaethno", home=f"{up}index.html", style=f"{up}site.css",
        made_by=f"metaethno {__version__}", navigation=_navigation(every, name), head="", script="", main=body,
    )  # fmt: skip


def build(out: Path) -> Problems:
    """Write the site below `out`; return what is wrong with it, one sentence each."""
    import pypandoc

    every = pages()
    listed = {name for names in NAVIGATION.values() for name in names} | {"index.md"}
    if missing := [f"the navigation lists {name}, which is not there" for name in sorted(listed - set(every))]:
        return missing

    def body(name: str) -> str:
        kind = "gfm-tex_math_dollars"
        return str(pypandoc.convert_text(_headed(every[name]), "html5", format=kind, extra_args=["--wrap=preserve"]))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        bodies = dict(zip(every, pool.map(body, every), strict=True))
    made = {f"{name[:-3]}.html": _page(name, every, text) for name, text in bodies.items()}
    files = {path: text.encode() for path, text in made.items()} | {
        "site.css": (theme("site.css") + _MORE_STYLE).encode()
    }
    files |= {p.relative_to(DOCS).as_posix(): p.read_bytes() for p in (DOCS / "images").glob("*")}
    for path, data in files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
    return list(broken(made, set(files)))


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        self.links += [given[name] for name in ("href", "src") if name in given]


def broken(made: dict[str, str], files: set[str]) -> Iterator[str]:
    """Yield a sentence for every link within the site that leads to no file or heading."""
    seen = {path: _Links(text) for path, text in made.items()}
    for path, page in sorted(seen.items()):
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            joined = PurePosixPath(path).parent / unquote(parts.path) if parts.path else PurePosixPath(path)
            target = os.path.normpath(joined)
            if target not in files:
                yield f"{path} links to {link}, which is not there"
            elif parts.fragment and target in seen and unquote(parts.fragment) not in seen[target].ids:
                yield f"{path} links to {link}, but there is no such heading"


def main() -> int:
    """Build the site; exit code 1 with everything that is wrong with it."""
    given = argparse.ArgumentParser(description="Build the documentation as a website.")
    given.add_argument("out", nargs="?", type=Path, default=ROOT / "build/site")
    out = given.parse_args().out
    if problems := build(out):
        print("\n".join(problems), file=sys.stderr)
        return 1
    print(f"{out / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
