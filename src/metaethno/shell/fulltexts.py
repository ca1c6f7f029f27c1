"""The folder of full texts: `data/raw/fulltext/`, one or more files per record, kept by DVC and not by Git.

What counts is the pointer that `dvc add` makes (`<record id>.pdf.dvc`), which is in Git: so the tables are the same in
a clone that has the texts and in one that hasn't. A text that is there must be the one that was added.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from metaethno import review, tables
from metaethno.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "data/raw/fulltext"
POINTERS = f"{FOLDER}/*.dvc"
_MOST = 64 * 1024  # a pointer holds a few lines
_IDS = ("rows.row_id", "manual_records.manual_id")


def record_of(name: str, known: set[str]) -> str:
    """Return the id that a file's name starts with (up to a '.', '-', '_' or blank), the longest that is known."""
    ends = [m.start() for m in re.finditer(r"[._ -]", name)]
    return next((name[:end] for end in reversed(ends) if name[:end] in known), "")


def _pointer(path: Path) -> dict[str, Any]:
    """Return what a pointer says of its one file; nothing where it isn't a pointer."""
    if path.stat().st_size > _MOST:
        return {}
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    outs = data.get("outs") if isinstance(data, dict) else None
    one = outs[0] if isinstance(outs, list) and len(outs) == 1 else None
    return one if isinstance(one, dict) and one.get("path") == path.name.removesuffix(".dvc") else {}


def kept(root: Path) -> pd.DataFrame:
    """Return the full texts that DVC keeps: columns record_id (as the file is named) and file, sorted."""
    import pandas as pd

    names = [Path(p).name.removesuffix(".dvc") for p in review.listed(root, POINTERS)]
    known = _known(root) if names else set()
    rows = [(record_of(name, known), name.replace(";", ",")) for name in names]
    frame = pd.DataFrame(rows, columns=["record_id", "file"], dtype=str)
    return frame[frame["record_id"].ne("")].reset_index(drop=True)


def pointed(root: Path) -> pd.DataFrame:
    """Return the full texts that DVC keeps with their hashes: record_id (as the file is named), file, file_hash."""
    import pandas as pd

    frame = kept(root)
    hashes = [str(_pointer(root / FOLDER / f"{name}.dvc").get("md5", "")) for name in frame["file"]]
    frame["file_hash"] = pd.Series(hashes, frame.index, dtype=str)
    return frame[frame["file_hash"].ne("")].reset_index(drop=True)


def _known(root: Path) -> set[str]:
    return set().union(*tables.known_ids(root, _IDS, ()).values())


def problems(root: Path) -> list[Problem]:
    """Return what is wrong in the folder: names without a record, damaged pointers, texts that were changed."""
    pointers = review.listed(root, POINTERS)
    known = _known(root) if pointers else set()
    found = []
    for shown in pointers:
        name = Path(shown).name.removesuffix(".dvc")
        if not record_of(name, known):
            hint = "Take it and its pointer out of this folder, and let `metaethno fulltext add FILE` file it."
            found.append(Problem("ME0418", f"{name!r} does not start with the id of a record", shown, hint=hint))
        pointer = _pointer(root / shown)
        if not pointer:
            hint = "Take it back from Git, or add the text again with `dvc add`."
            found.append(Problem("ME0419", "is not the pointer of one file as `dvc add` writes it", shown, hint=hint))
            continue
        text = root / FOLDER / name
        if text.is_file() and pointer.get("hash") == "md5" and md5_of(text) != pointer.get("md5"):
            message = "is not the text that was added: its content has changed"
            hint = "Fetch the old one with `dvc checkout`, or add the new one with `dvc add`."
            found.append(Problem("ME0419", message, f"{FOLDER}/{name}", hint=hint))
    return found


def md5_of(path: Path) -> str:
    """Return the hash of a file as DVC writes it into a pointer."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
