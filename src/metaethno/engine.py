"""What a stage's code is, as a hash: so that Snakemake and DVC see when the program changed.

Neither tool looks into an installed package. So each stage gets a hash over its own shell module and every module of
this package that it imports, directly or not (with the data files that lie beside them). `engine.lock` holds them
with the program's version; the rules take them as parameters, and so does `dvc.yaml`.
"""

from __future__ import annotations

import ast
import hashlib
from functools import lru_cache
from pathlib import Path

import yaml

from metaethno import __version__
from metaethno.errors import Problem, UserError
from metaethno.stages import STAGES

LOCK = "engine.lock"
# The rendered pages are no stage (no table comes of them), but they too are made anew when their code changes.
HASHED = (*STAGES, "pages")
PACKAGE = Path(__file__).parent
# The command line only hands over to the shell; the engines of the report are asked for by name.
_ALWAYS = ("metaethno.shell.common",)


def _file_of(module: str) -> Path | None:
    parts = module.split(".")[1:]
    base = PACKAGE.joinpath(*parts)
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _imports(path: Path) -> set[str]:
    return _imports_at(path, path.stat().st_mtime_ns)


# Most modules belong to several stages; taking each apart once halves the time that every start of Snakemake needs.
@lru_cache(maxsize=1024)
def _imports_at(path: Path, changed: int) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
            names |= {f"{node.module}.{a.name}" for a in node.names}
    return {n for n in names if n == "metaethno" or n.startswith("metaethno.")}


def files_of(stage: str) -> list[Path]:
    """Return every file of this package that the stage's results depend on, sorted.

    `metaethno/__init__.py` is left out: a new version number alone does not change a result.
    """
    todo = [f"metaethno.shell.{stage}", *_ALWAYS]
    found: set[Path] = set()
    while todo:
        module = todo.pop()
        path = _file_of(module)
        if path is None or path in found or module == "metaethno":
            continue
        found.add(path)
        todo += sorted(_imports(path))
        parent = module.rpartition(".")[0]
        if parent != "metaethno":
            todo.append(parent)
    data = {
        beside
        for folder in {p.parent for p in found if p.parent != PACKAGE and p.parent.name != "stages"}
        for beside in folder.rglob("*")
        if beside.is_file() and beside.suffix not in (".py", ".pyc", ".typed") and "__pycache__" not in beside.parts
    }
    return sorted(found | data)


def hashes() -> dict[str, str]:
    """Return stage (and `pages`) -> first 16 hex digits of the SHA-256 over its files (names and bytes)."""
    contents: dict[Path, bytes] = {}
    result = {}
    for stage in HASHED:
        digest = hashlib.sha256()
        for path in files_of(stage):
            if path not in contents:
                contents[path] = hashlib.sha256(path.read_bytes()).digest()
            digest.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + contents[path])
        result[stage] = digest.hexdigest()[:16]
    return result


def lock_text() -> str:
    """Return what `engine.lock` holds for the installed program."""
    head = "# Written by `metaethno lock`: which program made the results. Not to be edited.\n"
    return head + yaml.safe_dump({"version": __version__, "stages": hashes()}, sort_keys=True)


def check_lock(root: Path) -> dict[str, str]:
    """Return the hashes of `engine.lock`; raises UserError where it is missing or not of the installed program."""
    path = root / LOCK
    hint = (
        "Run `metaethno upgrade` (or `metaethno lock`, where the tables fit already) to go on with the installed "
        "program; `snakemake -n` then shows what it makes anew."
    )
    if not path.is_file():
        raise UserError(Problem("ME0160", "the file is missing", LOCK, hint=hint))
    try:
        locked = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise UserError(Problem("ME0160", "can't be read", LOCK, hint=hint)) from None
    stages: dict[str, str] = locked.get("stages", {}) if isinstance(locked, dict) else {}
    now = hashes()
    changed = sorted(s for s in now if stages.get(s) != now[s])
    if changed:
        version = locked.get("version", "?") if isinstance(locked, dict) else "?"
        message = (
            f"was written by another program (metaethno {version}; installed is {__version__}); "
            f"these stages differ: {', '.join(changed)}"
        )
        raise UserError(Problem("ME0161", message, LOCK, hint=hint))
    return stages
