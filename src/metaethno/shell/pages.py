"""The pages that people read: put what stage 9 made beside the prose, then render (Quarto or the embedded engine)."""

from __future__ import annotations

import os
from pathlib import Path

from metaethno.config import Config
from metaethno.stages import STAGES
from metaethno.tables import write_bytes

_FROM = f"{STAGES['reports'].folder}/"
# The script of the pages, which both engines' pages load from beside the fragments.
SCRIPTS = ("reports/_generated/interactive.css", "reports/_generated/interactive.js")


def place(path: str) -> str:
    """Return where a file of stage 9 goes in the Quarto project; empty for those that no page includes."""
    name = path.removeprefix(_FROM)
    folder, _, file = name.rpartition("/")
    if folder in ("tables", "figures", "scripts"):
        return f"reports/_generated/{file}"
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
    """Render every page; the outputs name the engine and its version."""
    from metaethno.render import choose_engine

    wanted = None if config.reports.engine == "auto" else config.reports.engine
    choose_engine(wanted, os.environ).render(root / "reports", None, None)
