"""Who may see what: exports and full texts go to a remote of their own, where the review has one called `private`."""

from __future__ import annotations

from pathlib import Path

from metaethno import tables
from metaethno.history.store import Store

PRIVATE = "private"


def mark_private(root: Path, store: Store) -> list[str]:
    """Let every `.dvc` file below data/ name the remote `private`, if there is one; return those that were changed.

    DVC then pushes those files there and nowhere else, and all results to the default remote.
    """
    if PRIVATE not in store.remotes:
        return []
    import yaml

    changed = []
    for path in sorted((root / "data").glob("**/*.dvc")):
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        if all("remote" in out for out in said["outs"]):
            continue
        for out in said["outs"]:
            out.setdefault("remote", PRIVATE)
        tables.write_bytes(path, yaml.safe_dump(said, sort_keys=False, allow_unicode=True).encode())
        changed.append(path.relative_to(root).as_posix())
    return changed
