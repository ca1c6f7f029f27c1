"""`metaethno export checklist NAME [--docx | --csv]`: an answered checklist, to send in with a manuscript."""

from __future__ import annotations

import argparse
from pathlib import Path

from metaethno import config, tables
from metaethno.checklists.items import SOURCES
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, did_you_mean
from metaethno.schemas import TABLES


def content(root: Path, settings: config.Config, name: str, form: str) -> bytes:
    """Return one checklist as `docx` or `csv`; raises UserError where it isn't made yet."""
    from metaethno.render import checklist

    answers = tables.read(TABLES[name], root / TABLES[name].path).astype(object).fillna("").to_dict("records")
    if form == "csv":
        return checklist.as_csv(name, answers)
    return checklist.as_docx(name, answers, settings.review.title)


def main(root: Path, arguments: argparse.Namespace) -> int:
    """Write one checklist, or all where none is named; exit code 0."""
    said = str(arguments.name or "").lower().replace("-", "_").replace(" ", "_")
    if said and said not in SOURCES:
        message = f"there is no checklist {arguments.name!r}.{did_you_mean(said, SOURCES)}"
        allowed = ", ".join(name.replace("_", "-") for name in SOURCES)
        raise UsageError(Problem("ME0024", message, allowed=allowed))
    settings = config.load(root)
    form = arguments.form or "docx"
    for name in [said] if said else SOURCES:
        target = Path(f"{name}.{form}")
        from metaethno.commands.export_ import check_target

        check_target(root, target, force=arguments.force)
        tables.write_bytes(target, content(root, settings, name, form))
        out.plain(f"{target}: {SOURCES[name].name}.")
    return 0
