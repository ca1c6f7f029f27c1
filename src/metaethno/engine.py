"""What a stage's code is, as a hash: so that Snakemake and DVC see when the program changed.

Neither tool looks into an installed package. So each stage gets a hash over its own shell module and every module of
this package that it imports, directly or not (with the data files that lie beside them). `engine.lock` holds them
with the program's version; the rules take them as parameters, and so does `dvc.yaml`.
"""

from __future__ import annotations

import hashlib
import os
import re
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


# Every start of Snakemake hashes the stages; a syntax tree of each module for its imports would take a second of it.
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ ]+(metaethno[\w.]*)[ ]+import[ ]+(\([^)]*\)|[^\n#]*)|import[ ]+(metaethno[\w.]*))", re.MULTILINE
)
_NAME = re.compile(rb"(\w+)(?:[ ]+as[ ]+\w+)?[ ]*(?:,|$)")
_COMMENT = re.compile(rb"#[^\n]*")


def imports(code: bytes) -> set[str]:
    """Return what of this package a module imports, at its head or where it is used, by the full dotted name.

    Whether a name that is imported from a package is a module of it, the code alone doesn't say: both are returned.
    """
    names: set[str] = set()
    for package, listed, module in _IMPORT.findall(code):
        if module:
            names.add(module.decode())
            continue
        names.add(package.decode())
        words = b" ".join(_COMMENT.sub(b"", listed).strip(b"()").split())
        names |= {f"{package.decode()}.{name.decode()}" for name in _NAME.findall(words)}
    return names


class _Package:
    """The files of this package, each opened once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._code: dict[str, Path] = {}
        self._beside: dict[Path, list[Path]] = {}
        for place, folders, names in os.walk(folder):
            here = Path(place)
            folders[:] = [name for name in folders if name != "__pycache__"]
            module = ".".join(("metaethno", *here.relative_to(folder).parts))
            for name in names:
                stem, _, ending = name.rpartition(".")
                if ending == "py":
                    self._code[module if stem == "__init__" else f"{module}.{stem}"] = here / name
                elif ending not in ("pyc", "typed"):
                    for above in (here, *here.parents):
                        self._beside.setdefault(above, []).append(here / name)
        self._imports: dict[str, list[str]] = {}
        self._digests: dict[Path, bytes] = {}

    def digest(self, path: Path) -> bytes:
        """Return the SHA-256 of a file's name and bytes, its name in full."""
        if path not in self._digests:
            name = path.relative_to(self.folder).as_posix().encode()
            self._digests[path] = name + b"\0" + hashlib.sha256(path.read_bytes()).digest()
        return self._digests[path]

    def files_of(self, stage: str) -> list[Path]:
        todo = [f"metaethno.shell.{stage}", *_ALWAYS]
        found: dict[str, Path] = {}
        while todo:
            module = todo.pop()
            path = self._code.get(module)
            if path is None or module in found or module == "metaethno":
                continue
            found[module] = path
            if module not in self._imports:
                parent = module.rpartition(".")[0]
                self._imports[module] = [*imports(path.read_bytes()), parent]
            todo += self._imports[module]
        folders = {p.parent for p in found.values() if p.parent != self.folder and p.parent.name != "stages"}
        data = (path for folder in folders for path in self._beside.get(folder, ()))
        return sorted({*found.values(), *data}, key=lambda path: path.parts)


def files_of(stage: str) -> list[Path]:
    """Return every file of this package that the stage's results depend on, sorted.

    `metaethno/__init__.py` is left out: a new version number alone does not change a result.
    """
    return _Package(PACKAGE).files_of(stage)


def hashes() -> dict[str, str]:
    """Return stage (and `pages`) -> first 16 hex digits of the SHA-256 over its files (names and bytes)."""
    package = _Package(PACKAGE)
    result = {}
    for stage in HASHED:
        files = b"".join(package.digest(path) for path in package.files_of(stage))
        result[stage] = hashlib.sha256(files).hexdigest()[:16]
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
