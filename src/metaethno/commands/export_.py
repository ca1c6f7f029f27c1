"""`metaethno export FILE --to FORMAT`: the records of this review, for a reference manager or a spreadsheet.

`metaethno export checklist [NAME] [--docx | --csv]` writes an answered checklist instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from metaethno import review, tables
from metaethno.commands import out
from metaethno.errors import Problem, UserError
from metaethno.schemas import UNIQUE

# By these endings the format is known; `--to` goes before.
ENDINGS = {".ris": "ris", ".csv": "csv", ".bib": "bibtex", ".json": "csl-json", ".xml": "endnote-xml"}


def main(arguments: argparse.Namespace) -> int:
    """Write the file whole or not at all; exit code 1 where there is nothing to write, or a file in the way."""
    from metaethno.exchange.select import SETS, select
    from metaethno.exchange.writers import WRITERS

    root = review.find_root()
    target: Path = arguments.file
    if target == Path("checklist"):
        from metaethno.commands import export_checklist

        return export_checklist.main(root, arguments)
    if arguments.of == "matrix":
        return _matrix(root, target, arguments)
    to = arguments.to or ENDINGS.get(target.suffix.lower(), "")
    if to not in WRITERS:
        allowed = ", ".join(WRITERS)
        hint = "Say the format, such as --to ris, or give the file one of the endings " + ", ".join(ENDINGS) + "."
        raise UserError(
            Problem("ME0021", "the name does not say which format", str(target), allowed=allowed, hint=hint)
        )
    check_target(root, target, force=arguments.force)
    says, table, outcomes = SETS[arguments.of]
    with out.working(f"Writing {target.name}"):
        unique = tables.read(UNIQUE, root / UNIQUE.path)
        told = tables.read(table, root / table.path, ["record_id", "outcome"]) if outcomes else None
        records = select(unique, arguments.of, told)
        if records.empty:
            raise UserError(Problem("ME0023", f"there are none: {says}. No file was written", str(target)))
        tables.write_bytes(target, WRITERS[to](records))
    out.plain(f"{target}: {out.count(len(records), 'record')} ({says}).")
    return 0


def _matrix(root: Path, target: Path, arguments: argparse.Namespace) -> int:
    """Write the translation matrix as a workbook."""
    from metaethno.exchange import matrices
    from metaethno.schemas import MATRIX

    if target.suffix.lower() != ".xlsx" or arguments.to not in (None, "xlsx"):
        hint = f"As one long table it stands in {MATRIX.path}."
        message = "the matrix is written as a workbook only"
        raise UserError(Problem("ME0021", message, str(target), allowed="a name that ends in .xlsx", hint=hint))
    check_target(root, target, force=arguments.force)
    with out.working(f"Writing {target.name}"):
        matrix = tables.read(MATRIX, root / MATRIX.path)
        if matrix.empty:
            raise UserError(Problem("ME0023", "nothing is translated yet. No file was written", str(target)))
        tables.write_bytes(target, matrices.write(matrix))
    out.plain(f"{target}: {matrix['concept_id'].nunique():,} concepts by {matrix['study_id'].nunique():,} studies.")
    return 0


def check_target(root: Path, target: Path, *, force: bool) -> None:
    """Refuse to write over a file without --force, and ever to write among the review's own data."""
    if target.resolve().is_relative_to((root / "data").resolve()):
        hint = "Choose a place outside the folder data: it holds what this review is made of."
        raise UserError(Problem("ME0022", "is among the review's own data", str(target), hint=hint))
    if target.is_dir() or (target.exists() and not force):
        hint = "Choose another name, or say --force to replace the file."
        raise UserError(Problem("ME0022", "is there already", str(target), hint=hint))
