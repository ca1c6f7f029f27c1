"""What the shells of all stages share: checking decisions, canonical copies, opening derived tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.schemas import SOURCES, TABLES, Table
from metaethno.stages import STAGES

if TYPE_CHECKING:
    import pandas as pd


def checked_table(name: str) -> Table:
    """Return the table that a canonical copy follows: as declared, with `run` in front where it is kept per run."""
    table = TABLES[name]
    if not table.path.startswith("data/raw/*/"):
        return table
    return replace(table, columns=(SOURCES["run"], *table.columns), key=("run", *table.key))


def checked_path(name: str) -> str:
    """Return where the canonical copy of decision table `name` lies, below the review's folder."""
    stage = next(s for s in STAGES.values() if name in s.decisions)
    return f"{stage.folder}/checked/{name}.csv"


def extra_columns(name: str, config: Config) -> list[str]:
    """Return the columns that this review adds to table `name`."""
    return config.extraction.extra if TABLES[name].open_columns else []


def load_checked(root: Path, config: Config, name: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Load decision table `name` with everything that is wrong with it; adds `run` where it is kept per run."""
    frame, problems = tables.check_decisions(TABLES[name], root, config.team, extra_columns(name, config))
    if TABLES[name].path.startswith("data/raw/*/"):
        frame.insert(0, "run", frame["_file"].str.split("/").str[2])
    return frame, problems


def load_right(root: Path, config: Config, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Load decision tables by name; raises UserError with everything that is wrong in any of them."""
    frames, problems = _load_all(root, config, names)
    if problems:
        raise UserError(problems)
    return frames


def check_stage(root: Path, config: Config, stage: str) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load every decision table of a stage; return them with all problems of all of them."""
    return _load_all(root, config, STAGES[stage].decisions)


def _load_all(root: Path, config: Config, names: Iterable[str]) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    frames: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name in names:
        frames[name], found = load_checked(root, config, name)
        problems += found
    return frames, problems


def write_checked(root: Path, frames: dict[str, pd.DataFrame], problems: list[Problem]) -> None:
    """Write the canonical copies, or raise UserError with all problems and write nothing."""
    if problems:
        raise UserError(problems)
    for name, frame in frames.items():
        # The register of rows keeps its order: that is the order of registration.
        tables.write(checked_table(name), frame, root / checked_path(name), keep_order=name == "rows")


def checked(root: Path, name: str) -> pd.DataFrame:
    """Open the canonical copy of decision table `name`."""
    return tables.read(checked_table(name), root / checked_path(name))


def derived(root: Path, name: str, columns: list[str] | None = None, path: str = "") -> pd.DataFrame:
    """Open derived table `name`; `path` where several stages have a table of this shape (`checks`)."""
    return tables.read(TABLES[name], root / (path or TABLES[name].path), columns)


def write(root: Path, name: str, frame: pd.DataFrame, path: str = "", *, keep_order: bool = False) -> None:
    """Write derived table `name`."""
    tables.write(TABLES[name], frame, root / (path or TABLES[name].path), keep_order=keep_order)


Checks = Callable[[Path, Config], tuple["dict[str, pd.DataFrame]", list[Problem]]]


def checks_of(stage: str) -> Checks:
    """Return the checks of a stage whose decisions must hold to their schemas and nothing more."""

    def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
        return check_stage(root, config, stage)

    return checks
