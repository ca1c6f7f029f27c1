"""The two report engines: Quarto where it is installed, else the embedded one (pandoc and Typst from their wheels).

    choose_engine(configured, os.environ).render(Path("reports"), None, None).outputs

Both read the same `reports/` project. Both say in every output which engine of which version made it, and never when.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from metaethno.errors import Problem, UserError
from metaethno.render.engine import Engine, Rendered
from metaethno.render.problems import CODES

__all__ = ["CODES", "Engine", "Rendered", "choose_engine"]

EMBEDDED = "embedded"
QUARTO = "quarto"


def choose_engine(configured: str | None, env: Mapping[str, str]) -> Engine:
    """Return the engine that renders the reports.

    `configured` is `embedded`, `quarto`, the path of a Quarto executable, or nothing. With nothing, `QUARTO_PATH` and
    then `PATH` of `env` are searched, and the embedded engine is the answer where neither has Quarto. A Quarto that
    was asked for (in the configuration or by `QUARTO_PATH`) and isn't there is a UserError, never a silent fallback.
    """
    from metaethno.render.embedded import EmbeddedEngine
    from metaethno.render.quarto import QuartoEngine

    wanted = (configured or "").strip()
    if wanted == EMBEDDED:
        return EmbeddedEngine()
    if wanted and wanted != QUARTO:
        return QuartoEngine(_executable(wanted, env, "the configuration"), env)
    if env.get("QUARTO_PATH"):
        return QuartoEngine(_executable(env["QUARTO_PATH"], env, "QUARTO_PATH"), env)
    found = shutil.which(QUARTO, path=env.get("PATH", ""))
    if found:
        return QuartoEngine(Path(found), env)
    if wanted == QUARTO:
        raise UserError(_missing(QUARTO, "the configuration"))
    return EmbeddedEngine()


def _executable(value: str, env: Mapping[str, str], said_by: str) -> Path:
    """Return the absolute path of the Quarto at `value` (a file, a folder that holds it, or a name on the PATH)."""
    path = Path(value).expanduser()
    if path.is_dir():
        path = path / QUARTO
    found = shutil.which(str(path), path=env.get("PATH", ""))
    if not found:
        raise UserError(_missing(value, said_by))
    return Path(found).absolute()


def _missing(value: str, said_by: str) -> Problem:
    return Problem(
        code="ME0902",
        message=f"Quarto was asked for by {said_by}, but there is no such executable",
        value=value,
        allowed="`embedded`, `quarto`, or the path of a Quarto executable",
        hint="install Quarto, correct the path, or choose `embedded`, which needs nothing more",
    )
