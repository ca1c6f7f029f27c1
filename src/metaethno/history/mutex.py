"""One at a time: a lock that dies with its process, and a note of what was being done, for the one who comes after."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from metaethno.errors import Problem, UserError

_LOCK = "metaethno.lock"
_NOTE = "metaethno-doing.json"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock in Git's folder; raises UserError where another snapshot or restore is at work."""
    with (folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            hint = "Wait until it has ended, then run this again."
            raise UserError(
                Problem("ME0710", "another snapshot or restore is at work in this review", hint=hint)
            ) from None
        yield


def note(folder: Path, **doing: Any) -> None:
    """Write down what is being done, whole or not at all."""
    draft = folder / f"{_NOTE}.{os.getpid()}"
    draft.write_text(json.dumps(doing))
    draft.replace(folder / _NOTE)


def doing(folder: Path) -> dict[str, Any]:
    """Return what was being done when the last command was killed; empty where it came to its end."""
    try:
        said = json.loads((folder / _NOTE).read_text())
        return said if isinstance(said, dict) else {}
    except (OSError, ValueError):
        return {}


def done(folder: Path) -> None:
    """Note that it came to its end."""
    (folder / _NOTE).unlink(missing_ok=True)


def clear_git_locks(folder: Path, since: float) -> list[str]:
    """Remove lock files that a killed Git left; return their names.

    Only called by who holds the lock of `alone`, and knows that the one before was killed: only locks that are not
    older than that one's beginning are removed, and none while a Git process is at work in this repository.
    """
    import psutil

    top = folder.parent
    for process in psutil.process_iter(["name", "cwd"]):
        at = process.info["cwd"]
        if process.info["name"] == "git" and at and Path(at).is_relative_to(top):
            return []
    found = []
    for lock in [*folder.glob("*.lock"), *folder.glob("refs/**/*.lock")]:
        if lock.name != _LOCK and lock.stat().st_mtime >= since - 1:
            lock.unlink(missing_ok=True)
            found.append(lock.name)
    return found
