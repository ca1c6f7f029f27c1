"""Who may see what: exports and full texts go to a remote of their own, where the review has one called `private`."""

from __future__ import annotations

from pathlib import Path

from metaethno import tables
from metaethno.history import lock
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


def belongs(root: Path, default: str) -> dict[str, dict[str, str]]:
    """Return remote -> MD5 -> path of the files of the review as it is now; `default`: the remote of most."""
    import yaml

    found: dict[str, dict[str, str]] = {}
    for path in sorted((root / "data").glob("**/*.dvc")):
        shown = path.relative_to(root).as_posix()
        data = path.read_bytes()
        names = [out.get("remote", default) for out in yaml.safe_load(data)["outs"]]
        for (file, md5), name in zip(lock.tracked(data, shown).items(), names, strict=True):
            found.setdefault(name, {})[md5] = file
    if (root / lock.PATH).is_file():
        for stage in lock.stages((root / lock.PATH).read_bytes()).values():
            found.setdefault(default, {}).update({md5: file for file, md5 in stage.outs.items()})
    return found


def look(root: Path, name: str) -> dict[str, list[str]]:
    """Return what a remote lacks of the review as it is now, and what lies there that is for another one alone.

    lacks: paths. strangers: paths of files of the remote `private` that this remote has, too; where: their places.
    Where something is amiss, DVC is made to look at every file anew at the next `dvc push`.
    """
    from metaethno.history import afresh

    store = Store(root)
    default = str(store._repo.config["core"].get("remote", ""))
    odb = store._repo.cloud.get_remote_odb(name, hash_name="md5")
    files = belongs(root, default)
    mine, secret = files.get(name, {}), {} if name == PRIVATE else files.get(PRIVATE, {})
    asked = sorted({*mine, *secret})
    there = {md5 for md5 in asked if odb.fs.exists(odb.oid_to_path(md5))}
    lacks = sorted(path for md5, path in mine.items() if md5 not in there)
    strangers = sorted((path, md5) for md5, path in secret.items() if md5 in there and md5 not in mine)
    if lacks or strangers:
        afresh.drop()
    where = [str(odb.oid_to_path(md5)) for _, md5 in strangers]
    return {"lacks": lacks, "all": sorted(mine.values()), "strangers": [path for path, _ in strangers], "where": where}
