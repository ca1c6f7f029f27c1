"""The pages that people read: put what stage 9 made beside the prose, then render (Quarto or the embedded engine)."""

from __future__ import annotations

import os
from pathlib import Path

from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.stages import STAGES
from metaethno.stages.report_files import CHECKLISTS
from metaethno.tables import write_bytes

_MOST_OF_STYLE = 2_000_000  # bytes; the largest styles in use have a tenth of it
_FROM = f"{STAGES['reports'].folder}/"
# The script of the pages, which both engines' pages load from beside the fragments.
SCRIPTS = ("reports/_generated/interactive.css", "reports/_generated/interactive.js")
CHECKLIST_FILES = "reports/_output/checklists"


def place(path: str) -> str:
    """Return where a file of stage 9 goes in the Quarto project; empty for those that no page includes."""
    name = path.removeprefix(_FROM)
    folder, _, file = name.rpartition("/")
    if folder in ("tables", "figures", "scripts"):
        return f"reports/_generated/{file}"
    if name.removesuffix(".csv") in CHECKLISTS:
        return f"reports/_generated/{name}"
    return {"variables.yml": "reports/_variables.yml", "references.json": "reports/_references.json"}.get(name, "")


def check(root: Path, config: Config) -> None:
    """Copy the fragments, figures and variables of stage 9 to where the pages include them from."""
    from metaethno.render.html import theme
    from metaethno.shell.plan import report_files

    for path in report_files(config):
        if target := place(path):
            write_bytes(root / target, (root / path).read_bytes())
    for target in SCRIPTS:
        write_bytes(root / target, theme(Path(target).name).encode())


def make(root: Path, config: Config) -> None:
    """Render every page, and write the checklists as files; the outputs name the engine and its version."""
    from metaethno import tables
    from metaethno.render import checklist, choose_engine
    from metaethno.schemas import TABLES

    wanted = None if config.reports.engine == "auto" else config.reports.engine
    style = citation_style(root, config.reports.citation_style)
    choose_engine(wanted, os.environ).render(root / "reports", None, None, style)
    for name in CHECKLISTS:
        answers = tables.read(TABLES[name], root / f"reports/_generated/{name}.csv").astype(object).fillna("")
        rows = answers.to_dict("records")
        write_bytes(root / f"{CHECKLIST_FILES}/{name}.csv", checklist.as_csv(name, rows))
        write_bytes(root / f"{CHECKLIST_FILES}/{name}.docx", checklist.as_docx(name, rows, config.review.title))


def citation_style(root: Path, name: str) -> Path | None:
    """Return the CSL file that the configuration names, or None. Raises UserError where it can't be used."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    if not name:
        return None
    path = (root / name).resolve()
    hint = "Put a style (a file that ends in `.csl`) into the review's folder, and name it from there."
    if not path.is_relative_to(root.resolve()):
        raise UserError(_style_problem("must lie in the review's folder", name, hint))
    try:
        content = path.read_bytes() if path.stat().st_size <= _MOST_OF_STYLE else b""
        tag = fromstring(content, forbid_dtd=True).tag
    except OSError:
        raise UserError(_style_problem("isn't there", name, hint)) from None
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UserError(_style_problem(f"isn't a citation style: {error}", name, hint)) from None
    if tag != "{http://purl.org/net/xbiblio/csl}style":
        raise UserError(_style_problem(f"isn't a citation style: it begins with `{tag}`", name, hint))
    return path


def _style_problem(message: str, name: str, hint: str) -> Problem:
    return Problem("ME0907", message, "config/review.yaml", value=f"reports: citation_style: {name}", hint=hint)
