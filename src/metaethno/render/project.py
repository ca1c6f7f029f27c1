"""Reads the reports project: `_quarto.yml`, `_variables.yml` and the list of pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from metaethno.errors import did_you_mean
from metaethno.render.problems import Problems

CONFIG = "_quarto.yml"
VARIABLES = "_variables.yml"
# The script, its style and its data lie with the generated files, where Quarto finds them as well.
SCRIPT = "_generated/interactive.js"
ALSO_PRINTED = "review"  # this page is made as DOCX and PDF too


@dataclass(frozen=True)
class Entry:
    """One page of the project: its path from the reports folder, and its text in the navigation ("" = its title)."""

    path: PurePosixPath
    text: str = ""
    listed: bool = True

    @property
    def name(self) -> str:
        """The page's short name, as `pages=["review"]` uses it."""
        return self.path.stem

    def output(self, suffix: str) -> PurePosixPath:
        """Return where the page goes below the output folder."""
        return self.path.with_suffix(suffix)


@dataclass
class Project:
    """The project as its YAML files describe it."""

    root: Path
    config: dict[str, Any]
    variables: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)
    style: Path | None = None  # of the citations, in CSL

    @property
    def scripted(self) -> bool:
        """Whether the pages' script lies with the generated files."""
        return (self.root / SCRIPT).is_file()

    @property
    def title(self) -> str:
        """The site's title."""
        website = self.config.get("website")
        title = website.get("title") if isinstance(website, dict) else None
        return str(title or self.config.get("title") or "Reports")

    @property
    def output(self) -> Path:
        """The project's own output folder."""
        project = self.config.get("project")
        name = project.get("output-dir") if isinstance(project, dict) else None
        return self.root / str(name or "_output")

    @property
    def notice(self) -> str:
        """The banner that stands on top of every page, or ""."""
        return str(self.variables.get("notice") or "").strip()


def read_yaml(path: Path, shown: str, problems: Problems) -> dict[str, Any]:
    """Return the mapping in a YAML file; what can't be read is a problem and gives an empty mapping."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problems.add("ME0901", f"can't be read: {error}", file=shown)
        return {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problems.add("ME0906", f"isn't YAML: {getattr(error, 'problem', error)}", file=shown, line=line)
        return {}
    if data is not None and not isinstance(data, dict):
        problems.add("ME0906", "must hold `key: value` lines", file=shown)
        return {}
    return data or {}


def read_project(reports: Path, problems: Problems) -> Project:
    """Read the project in the folder `reports`; problems are added, what can be read is returned."""
    root = reports.resolve()
    config: dict[str, Any] = {}
    if (root / CONFIG).is_file():
        config = read_yaml(root / CONFIG, CONFIG, problems)
    else:
        problems.add("ME0901", "is missing", file=f"{reports}/{CONFIG}", hint="name the folder of the reports")
    variables: dict[str, Any] = {}
    if (root / VARIABLES).is_file():
        variables = read_yaml(root / VARIABLES, VARIABLES, problems)
    project = Project(root, config, variables)
    project.entries = list(_entries(project, problems))
    if not project.entries and not problems:
        problems.add("ME0901", "the project has no pages", file=CONFIG, hint="pages are `pages/*.qmd`")
    return project


def choose_pages(project: Project, pages: list[str] | None, problems: Problems) -> list[Entry]:
    """Return the entries asked for by name (`review`) or path (`pages/review.qmd`); all of them for None."""
    if pages is None:
        return project.entries
    chosen = []
    for page in pages:
        hits = [e for e in project.entries if page in (e.name, str(e.path))]
        if not hits:
            names = [e.name for e in project.entries]
            message = "there is no such page." + did_you_mean(page, names)
            problems.add("ME0905", message, value=page, allowed=", ".join(names))
        chosen += [e for e in hits if e not in chosen]
    return chosen


def _entries(project: Project, problems: Problems) -> Iterator[Entry]:
    """Yield the pages of the navigation in its order, then those that aren't listed."""
    on_disk = _on_disk(project)
    seen = set()
    for href, text in _navigation(project.config.get("website") or {}):
        path = PurePosixPath(href)
        if path in seen:
            continue
        seen.add(path)
        if path in on_disk:
            yield Entry(path, text)
        else:
            problems.add("ME0901", "the navigation lists a page that isn't there", file=CONFIG, value=href)
    for path in on_disk:
        if path not in seen:
            yield Entry(path, listed=False)


def _on_disk(project: Project) -> list[PurePosixPath]:
    """Return the pages that exist: those of `project: render:` where it is given, else all below `pages/`."""
    section = project.config.get("project")
    patterns = (section.get("render") if isinstance(section, dict) else None) or ["*.qmd", "pages/**/*.qmd"]
    found: dict[PurePosixPath, None] = {}
    for pattern in (str(p) for p in patterns):
        hits = sorted(p for p in project.root.glob(pattern.removeprefix("!")) if p.is_file())
        for hit in (PurePosixPath(p.relative_to(project.root).as_posix()) for p in hits):
            if pattern.startswith("!"):
                found.pop(hit, None)
            elif not any(part.startswith(("_", ".")) for part in hit.parts):
                found[hit] = None
    return list(found)


def _navigation(website: Any) -> Iterator[tuple[str, str]]:
    """Yield (page, text) of the sidebar's and the navigation bar's contents, sections flattened."""
    if not isinstance(website, dict):
        return
    for bar, keys in (("sidebar", ("contents",)), ("navbar", ("left", "right"))):
        part = website.get(bar)
        for side in part if isinstance(part, list) else [part]:
            if isinstance(side, dict):
                for key in keys:
                    yield from _items(side.get(key))


def _items(items: Any) -> Iterator[tuple[str, str]]:
    for item in items if isinstance(items, list) else []:
        if isinstance(item, str):
            if item.endswith(".qmd"):
                yield item, ""
        elif isinstance(item, dict):
            href = item.get("href") or item.get("file")
            if isinstance(href, str) and href.endswith(".qmd"):
                yield href, str(item.get("text") or "")
            yield from _items(item.get("contents") or item.get("menu"))
