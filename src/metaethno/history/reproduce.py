"""Rebuild a snapshot in a separate folder, from nothing but Git and DVC, and compare every result.

The same bytes are the best answer. Other versions of libraries write the same table in other bytes (Parquet holds the
writer's version): then the content is compared, cell by cell.
"""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from metaethno.child import environment
from metaethno.errors import Problem, UserError
from metaethno.history import lock
from metaethno.history.git import Repository
from metaethno.history.store import Store, md5_of
from metaethno.history.version import result_rows

SAME, CONTENT, DIFFERENT, MISSING, UNKNOWN = "same bytes", "same content", "different", "not made", "not comparable"


@dataclass(frozen=True)
class Result:
    """One result of one stage: how the rebuilt one compares; `said` names the first thing that differs."""

    stage: str
    path: str
    state: str
    said: str = ""


@dataclass
class Reproduced:
    """What a rebuild came to. `same_program`: was it made by the program that made the snapshot."""

    snapshot: str
    commit: str
    folder: str
    same_program: bool
    results: list[Result] = field(default_factory=list)

    @property
    def succeeded(self) -> bool:
        """Whether every result is the same, in bytes or content."""
        return bool(self.results) and all(r.state in (SAME, CONTENT) for r in self.results)


def reproduce(root: Path, name: str, folder: Path) -> Reproduced:
    """Rebuild snapshot `name` of the review in `root` in `folder`, which must be empty or not there.

    Raises UserError where the rebuild can't be begun or its run fails.
    """
    repo, store = Repository(root), Store(root)
    commit = repo.resolve(name)
    if folder.exists() and any(folder.iterdir()):
        raise UserError(Problem("ME0740", "is not empty", str(folder), hint="Name a folder that isn't there yet."))
    with repo.blobs() as blobs:
        found = blobs.find(f"{commit}:./{lock.PATH}")
    if found is None:
        raise UserError(Problem("ME0741", f"{name} keeps no results: it was not made by `metaethno snapshot`"))
    stages = lock.stages(found[1])
    repo.run("clone", "--quiet", "--no-checkout", "--", str(repo.top), str(folder))
    there = folder / repo.prefix
    clone = ["git", "-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit]
    done = subprocess.run(clone, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(Problem("ME0703", f"Git could not do its part (checkout): {done.stderr.strip()}"))
    _fetch(store, there)
    env = _environment(folder, there)
    same_program = _same_program(there, env)
    _run(there, env, list(stages))
    found_there = Reproduced(name, commit, str(there), same_program)
    for stage, made in stages.items():
        for path, md5 in sorted(made.outs.items()):
            found_there.results.append(Result(stage, path, *_compare(there / path, path, md5, store)))
    return found_there


def _fetch(store: Store, there: Path) -> None:
    """Bring the exports, and nothing else, into the rebuilt review: from this machine's cache, else from a remote."""
    copy = Store(there)
    pointers = [p.relative_to(there).as_posix() for p in sorted((there / "data").glob("**/*.dvc"))]
    if not pointers:
        return
    copy.dvc("config", "--local", "cache.dir", str(store.cache.parent.parent))
    # A remote that this copy only knows locally is still the review's.
    local = store.root / ".dvc/config.local"
    wanted = [md5 for p in pointers for md5 in lock.tracked((there / p).read_bytes(), p).values()]
    if not all(store.has(md5) for md5 in wanted):
        if local.is_file():
            (there / ".dvc/config.local").write_bytes(local.read_bytes())
            copy.dvc("config", "--local", "cache.dir", str(store.cache.parent.parent))
        copy.dvc("fetch", "--quiet", *pointers)
    copy.dvc("checkout", "--quiet", *pointers)


def _environment(folder: Path, there: Path) -> dict[str, str]:
    """Return the environment of the rebuild: the snapshot's own program, where its repository holds one."""
    env = {k: v for k, v in environment().items() if not k.startswith("GIT_")}
    for source in (folder / "src", there / "src"):
        if (source / "metaethno/__init__.py").is_file():
            env["PYTHONPATH"] = str(source)
    return env


def _call(there: Path, env: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=there,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _same_program(there: Path, env: dict[str, str]) -> bool:
    """Tell whether the program that rebuilds is the one of the snapshot; where it isn't, let it take its place."""
    before = (there / "engine.lock").read_bytes() if (there / "engine.lock").is_file() else b""
    done = _call(there, env, "metaethno", "lock")
    if done.returncode:
        raise UserError(Problem("ME0742", f"the rebuild can't be begun: {done.stderr.strip()[-600:]}", str(there)))
    return (there / "engine.lock").read_bytes() == before


def _run(there: Path, env: dict[str, str], stages: list[str]) -> None:
    done = _call(there, env, "snakemake", *stages, "--quiet", "all")
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-1500:]
        hint = "With `--into DIR` the folder is kept, so that you can look."
        raise UserError(Problem("ME0743", f"the rebuild failed: {said}", str(there), hint=hint))


def _compare(made: Path, path: str, md5: str, store: Store) -> tuple[str, str]:
    if not made.is_file():
        return MISSING, ""
    if md5_of(made) == md5:
        return SAME, ""
    kept = store.read(md5)
    if kept is None:
        return UNKNOWN, "other bytes, and the kept file is not at hand to compare its content"
    difference = content_difference(path, kept, made.read_bytes())
    return (DIFFERENT, difference) if difference else (CONTENT, "")


def content_difference(path: str, kept: bytes, made: bytes) -> str:
    """Return in words the first thing in which two files of other bytes differ; empty where their content is one."""
    if path.endswith(".parquet"):
        import pyarrow.parquet as parquet

        before, after = (parquet.read_table(io.BytesIO(data)) for data in (kept, made))
        if before.column_names != after.column_names:
            return f"columns: {', '.join(before.column_names)} became {', '.join(after.column_names)}"
        return _first_difference(before.to_pylist(), after.to_pylist())
    if path.endswith(".csv"):
        return _first_difference(result_rows(kept, path), result_rows(made, path))
    lines = [data.decode("utf-8", "replace").split("\n") for data in (kept, made)]
    if path.endswith(".png"):
        return "the picture"
    return _first_difference(
        [{"text": line.rstrip("\r")} for line in lines[0]], [{"text": ln.rstrip("\r")} for ln in lines[1]]
    )


def _first_difference(before: list[dict[str, str]], after: list[dict[str, str]]) -> str:
    for place, (old, new) in enumerate(zip(before, after, strict=False), 1):
        for name in old:
            if old[name] != new.get(name):
                return f"row {place}, {name}: {str(old[name])[:60]!r} became {str(new.get(name))[:60]!r}"
    return "" if len(before) == len(after) else f"{len(before):,} rows became {len(after):,}"
