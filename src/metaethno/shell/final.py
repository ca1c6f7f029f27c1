"""`snakemake final`: fail while anything is open, or any check of error level fails."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.made import changed_by_hand
from metaethno.state import read_state


def check(root: Path, config: Config) -> None:
    """Raise UserError with everything that stands between this review and a final one."""
    state = read_state(root)
    problems = [
        Problem("ME0180", f"{work.count:,} {work.what}, for {work.whom}", work.table, hint=work.hint)
        for work in state.open
    ]
    problems += [
        Problem(row["code"], row["message"], row["file"], _line(row), value=row["ids"], hint=row["hint"])
        for row in state.checks
        if row["level"] == "error"
    ]
    hint = "Run `metaethno run`: it makes this table anew."
    problems += [
        Problem("ME0181", "was changed by hand after it was made", path, hint=hint) for path in changed_by_hand(root)
    ]
    if problems:
        raise UserError(problems)


def _line(row: dict[str, str]) -> int | None:
    return int(row["line"]) if row["line"] else None
