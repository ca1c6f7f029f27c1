"""The pages that people read: put what stage 9 made beside the prose, then render (Quarto or the embedded engine)."""

from __future__ import annotations

import os
from pathlib import Path

from metaethno.config import Config
from metaethno.stages import STAGES
from metaethno.stages.report_files import CHECKLISTS
from metaethno.tables import write_bytes

_FROM = f"{STAGES['reports'].folder}/"
CHECKLIST_FILES = "reports/_output/checklists"


def place(path: str) -> str:
    """Return where a file of stage 9 goes in the Quarto project; empty for those that no page includes."""
    name = path.removeprefix(_FROM)
    folder, _, file = name.rpartition("/")
    if folder in ("tables", "figures"):
        return f"reports/_generated/{file}"
    if name.removesuffix(".csv") in CHECKLISTS:
        return f"reports/_generated/{name}"
    return {"variables.yml": "reports/_variables.yml", "references.json": "reports/_references.json"}.get(name, "")


def check(root: Path, config: Config) -> None:
    """Copy the fragments, figures and variables of stage 9 to where the pages include them from."""
    from metaethno.shell.plan import report_files

    for path in report_files(config):
        if target := place(path):
            write_bytes(root / target, (root / path).read_bytes())


def make(root: Path, config: Config) -> None:
    """Render every page, and write the checklists as files; the outputs name the engine and its version."""
    from metaethno import tables
    from metaethno.render import checklist, choose_engine
    from metaethno.schemas import TABLES

    wanted = None if config.reports.engine == "auto" else config.reports.engine
    choose_engine(wanted, os.environ).render(root / "reports", None, None)
    for name in CHECKLISTS:
        answers = tables.read(TABLES[name], root / f"reports/_generated/{name}.csv").astype(object).fillna("")
        rows = answers.to_dict("records")
        write_bytes(root / f"{CHECKLIST_FILES}/{name}.csv", checklist.as_csv(name, rows))
        write_bytes(root / f"{CHECKLIST_FILES}/{name}.docx", checklist.as_docx(name, rows, config.review.title))
