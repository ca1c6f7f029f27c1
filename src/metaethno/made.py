"""What was made, and whether it is still what was made.

Snakemake compares what goes into a step with what went in last time; it does not look whether an output was changed
by hand afterwards. Its own notes tell when each output was finished: a later date means that somebody wrote to it.
DVC writes, too (it links files to its cache), so what is as `dvc.lock` has it is no one's change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from metaethno.stages import STAGES

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
    found = []
    for name, ended in _finished(root):
        path = root / name
        if path.is_file() and path.stat().st_mtime > ended + _GRACE:
            found.append(name)
    return sorted(found)


def _finished(root: Path) -> Iterator[tuple[str, float]]:
    """Yield each derived table that a run made here, and when it was finished."""
    import base64
    import binascii

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
        if ended and name.startswith("data/derived/"):
            yield name, ended


def remake(root: Path) -> list[str]:
    """Delete the derived tables that were changed by hand, so that they are made anew; return which."""
    found = changed_by_hand(root)
    for name in found:
        (root / name).unlink()
    return found


def stamp(root: Path, stage: str = "") -> None:
    """Note that everything was made just now, or everything up to a stage."""
    path = _stamp(root, stage)
    path.parent.mkdir(exist_ok=True)
    path.touch()


def _stamp(root: Path, stage: str) -> Path:
    return root / (f"{STAMP}-{stage}" if stage else STAMP)


def _date(path: Path) -> float:
    return path.stat().st_mtime if path.is_file() else 0.0


def stage_of(path: str) -> int:
    """Return the number of the first stage that sees a file of people, as far as its place tells; else 0."""
    if path.startswith("data/raw/"):
        return 1
    if path.startswith("reports/"):
        return STAGES["reports"].number
    noun = path.removeprefix("data/decisions/").split("/")[0].removesuffix(".csv")
    return next((s.number for s in STAGES.values() if noun in s.decisions), 0)


def behind(root: Path) -> frozenset[str]:
    """Return the stages that show what they held before: an earlier one was made anew since, or a table of people
    changed that they, or an earlier one, rest on. Of what was made elsewhere nothing is known."""
    last: dict[str, float] = {}
    folders = {stage.folder.rpartition("/")[2]: name for name, stage in STAGES.items()}
    for path, ended in _finished(root):
        name = folders.get(path.split("/")[2], "")
        last[name] = max(last.get(name, ended), ended)
    written = [(stage_of(path), _date(root / path)) for path in _of_people(root)]
    stamps = [_date(_stamp(root, name)) for name in STAGES]
    done = _everything(root)
    found = set()
    for name, stage in STAGES.items():
        # A run of a later stage, or of everything, has looked at this one too.
        looked_at = max(last.get(name, 0.0), *stamps[stage.number - 1 :], done)
        before = [last.get(other, 0.0) for other in list(STAGES)[: stage.number - 1]]
        before += [at for number, at in written if 0 < number <= stage.number]
        if looked_at and max(before, default=0.0) > looked_at:
            found.add(name)
    return frozenset(found)


def changed_since(root: Path) -> list[str]:
    """Return the files of people that changed after everything was made last; empty where that is not known."""
    done = _everything(root)
    files = _of_people(root) if done else []
    return sorted(path for path in files if _date(root / path) > done)


def _everything(root: Path) -> float:
    """Return when everything was made last, or 0."""
    return max([_date(root / STAMP), *map(_date, (root / "reports/_output/pages").glob("*.html"))])


def _of_people(root: Path) -> list[str]:
    # Exports are left out: DVC links them to its cache, which gives them a new date.
    places = (
        "config/review.yaml",
        "data/decisions/**/*.csv",
        "data/raw/*/searches.csv",
        "data/raw/*/rows.csv",
        "reports/pages/*.qmd",
    )
    files = [path for place in places for path in root.glob(place) if path.is_file()]
    return [path.relative_to(root).as_posix() for path in files]
