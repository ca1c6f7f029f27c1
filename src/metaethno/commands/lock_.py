"""`metaethno lock`: take on the installed program and the review's present files."""

from __future__ import annotations

import argparse

from metaethno import engine, review, tables
from metaethno.commands import out
from metaethno.errors import Problem, UserError


def main(arguments: argparse.Namespace) -> int:
    """Write `engine.lock` (what the program is) and `dvc.yaml` (what each stage reads and writes), or check them."""
    from metaethno.history import pipeline

    root = review.find_root()
    behind = []
    for name, make in ((engine.LOCK, engine.lock_text), (pipeline.PATH, lambda: pipeline.text(root))):
        path = root / name
        wanted = make().encode()
        if path.is_file() and path.read_bytes() == wanted:
            continue
        behind.append(name)
        if not arguments.check:
            tables.write_bytes(path, wanted)
    if behind and arguments.check:
        hint = "Run `metaethno lock`."
        raise UserError(
            [
                Problem("ME0162", "does not fit the installed program and the review's files", n, hint=hint)
                for n in behind
            ]
        )
    out.plain(f"Written: {', '.join(behind)}." if behind else "engine.lock and dvc.yaml fit already.")
    return 0
