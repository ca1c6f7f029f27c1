"""What DVC wrote down: `dvc.lock` (what every stage was made from, and what came of it) and the `.dvc` files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from metaethno.errors import Problem, UserError

PATH = "dvc.lock"
_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")
_STAGE = re.compile(r"^  (\S+):\n", re.M)
_FILE = re.compile(r"^    - path: ([^'\"\n]+)\n      hash: md5\n      md5: ([0-9a-f]{32})\n      size: (\d+)\n", re.M)
_PARTS = re.compile(r"^    (deps|params|outs):\n", re.M)


@dataclass(frozen=True)
class Stage:
    """What one stage was made from, and what came of it: path -> MD5, parameter -> its value as text."""

    deps: dict[str, str] = field(default_factory=dict)
    outs: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)


def _yaml(text: str, what: str) -> Any:
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        raise UserError(Problem("ME0705", "can't be read: it is cut off, or was edited by hand", what)) from None


def _hash(entry: Any) -> str:
    """Return the MD5 of an entry; anything else would be taken for a path in the cache."""
    found = str(entry["md5"])
    if not _MD5.fullmatch(found):
        raise TypeError(found)
    return found


def _stage(entry: Any) -> Stage:
    files = [{str(f["path"]): _hash(f) for f in entry.get(part, ())} for part in ("deps", "outs")]
    params = {f"{file}: {name}": repr(v) for file, of in entry.get("params", {}).items() for name, v in of.items()}
    return Stage(files[0], files[1], params)


# Between two snapshots most stages are the same text: each is read once. YAML takes a hundred times as long as this.
@lru_cache(maxsize=4096)
def _segment(text: str) -> Stage:
    parts = _PARTS.split(text)
    files: dict[str, dict[str, str]] = {"deps": {}, "outs": {}}
    params = ""
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name == "params":
            params = body
            continue
        found = _FILE.findall(body)
        if "".join(f"    - path: {p}\n      hash: md5\n      md5: {m}\n      size: {s}\n" for p, m, s in found) != body:
            return _stage(_yaml("x:\n" + text, PATH)["x"])
        files[name] = {p: m for p, m, _ in found}
    try:
        return Stage(files["deps"], files["outs"], _params(params) if params else {})
    except UserError:
        return _stage(_yaml("x:\n" + text, PATH)["x"])


@lru_cache(maxsize=1024)
def _params(text: str) -> dict[str, str]:
    return _stage({"params": _yaml(text, PATH)}).params


def stages(data: bytes) -> dict[str, Stage]:
    """Return stage -> what stands in a `dvc.lock`; raises UserError where it can't be read."""
    text = data.decode("utf-8", "replace")
    if not text.strip():
        return {}
    head, _, body = text.partition("\nstages:\n")
    if head.strip() not in ("schema: '2.0'", 'schema: "2.0"'):
        body = ""
    parts = _STAGE.split(body)
    try:
        if len(parts) > 1 and not parts[0]:
            return {name: _segment(segment) for name, segment in zip(parts[1::2], parts[2::2], strict=True)}
        return {str(name): _stage(entry) for name, entry in (_yaml(text, PATH).get("stages") or {}).items()}
    except (KeyError, TypeError, AttributeError):
        raise UserError(Problem("ME0705", "is not what DVC writes: it was edited by hand", PATH)) from None


def tracked(data: bytes, path: str) -> dict[str, str]:
    """Return path -> MD5 of what a `.dvc` file at `path` tracks; raises UserError where it can't be read."""
    folder = path.rpartition("/")[0]
    try:
        outs = _yaml(data.decode("utf-8", "replace"), path)["outs"]
        return {f"{folder}/{out['path']}".lstrip("/"): _hash(out) for out in outs}
    except (KeyError, TypeError):
        raise UserError(Problem("ME0705", "is not what DVC writes: it was edited by hand", path)) from None
