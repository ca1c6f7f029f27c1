"""What was made, and whether it is still what was made.

Snakemake compares what goes into a step with what went in last time; it does not look whether an output was changed
by hand afterwards. Its own notes tell when each output was finished: a later date means that somebody wrote to it.
DVC writes, too (it links files to its cache), so what is as `dvc.lock` has it is no one's change.
"""

from __future__ import annotations

import json
from pathlib import Path

STAMP = ".snakemake/metaethno-done"
_NOTES = ".snakemake/metadata"
# File systems round dates; no person edits a table within this many seconds of its making.
_GRACE = 2.0


def _recorded(root: Path) -> dict[str, str]:
    """Return path -> MD5 of every output as `dvc.lock` has it."""
    import yaml

    path = root / "dvc.lock"
    if not path.is_file():
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        stages = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)["stages"]
        return {out["path"]: out["md5"] for stage in stages.values() for out in stage["outs"]}
    except (yaml.YAMLError, KeyError, TypeError):
        return {}


def changed_by_hand(root: Path) -> list[str]:
    """Return the derived tables that were written to after the run that made them, sorted."""
    import hashlib

    later = _written_later(root)
    recorded = _recorded(root) if later else {}
    return [p for p in later if hashlib.md5((root / p).read_bytes()).hexdigest() != recorded.get(p)]


def _written_later(root: Path) -> list[str]:
    import base64
    import binascii

    found = []
    for note in (root / _NOTES).rglob("*"):
        if not note.is_file():
            continue
        try:
            # A long name is cut into folders that start with '@'.
            parts = note.relative_to(root / _NOTES).parts
            name = base64.b64decode("".join(p.removeprefix("@") for p in parts), altchars=b"-_").decode()
            ended = json.loads(note.read_text(encoding="utf-8")).get("endtime")
        except (ValueError, binascii.Error):
            continue
        path = root / name
        if ended and name.startswith("data/derived/") and path.is_file() and path.stat().st_mtime > ended + _GRACE:
            found.append(name)
    return sorted(found)


def remake(root: Path) -> list[str]:
    """Delete the derived tables that were changed by hand, so that they are made anew; return which."""
    found = changed_by_hand(root)
    for name in found:
        (root / name).unlink()
    return found


def stamp(root: Path) -> None:
    """Note that everything was made just now."""
    (root / STAMP).parent.mkdir(exist_ok=True)
    (root / STAMP).touch()


def changed_since(root: Path) -> list[str]:
    """Return the files of people that changed after everything was made last; empty where that is not known."""
    pages = [p.stat().st_mtime for p in (root / "reports/_output/pages").glob("*.html")]
    done = max([*pages, (root / STAMP).stat().st_mtime if (root / STAMP).is_file() else 0.0])
    # Exports are left out: DVC links them to its cache, which gives them a new date.
    places = (
        "config/review.yaml",
        "data/decisions/**/*.csv",
        "data/raw/*/searches.csv",
        "data/raw/*/rows.csv",
        "reports/pages/*.qmd",
    )
    files = [path for place in places for path in root.glob(place) if path.is_file()]
    return sorted(p.relative_to(root).as_posix() for p in files if done and p.stat().st_mtime > done)
