"""From publications to files: `build`, `truth` and `write`."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from pathlib import Path

import pandas as pd

from metaethno.errors import Problem, UserError
from metaethno.example import ebsco, ovid, wos, zotero
from metaethno.example.entities import data_table
from metaethno.example.rows import Row
from metaethno.example.world import World

_WRITERS = {
    "web_of_science.txt": wos.export,
    "embase.ris": ovid.export,
    "psycinfo.ris": ebsco.ris_export,
    "cinahl.csv": ebsco.csv_export,
    "citation_tracking.ris": zotero.export,
}


def rows() -> dict[str, list[Row]]:
    """Return the rows of every file (path relative to the review's root) in the file's order."""
    return World().files()


def build() -> dict[str, bytes]:
    """Return the bytes of every export of the worked example, by path relative to the review's root."""
    return {path: _WRITERS[Path(path).name](shown) for path, shown in rows().items()}


def truth() -> pd.DataFrame:
    """Return, for every exported row, the publication it shows.

    Columns: `file`, `place` (ordinal in the file, from 1), `entity`, `kind` (article | fulltext | record), `article_id`
    (A01 … or empty), `trap` (family or empty), `pair` (the group or pair within the family), `run` (in which the
    publication first appears), `route` (database | citation), `reason_id` (for `fulltext`: the reason for exclusion
    that the stand-in was written for), `accession`.
    """
    lines = []
    for path, shown in rows().items():
        for place, row in enumerate(shown, start=1):
            pub = row.pub
            lines.append(
                (path, place, pub.ident, pub.kind, pub.article_id, pub.trap, pub.pair, pub.first_run, pub.route,
                 pub.reason, row.accession)
            )  # fmt: skip
    columns = [
        "file",
        "place",
        "entity",
        "kind",
        "article_id",
        "trap",
        "pair",
        "run",
        "route",
        "reason_id",
        "accession",
    ]
    return pd.DataFrame(lines, columns=columns)


def read_table(name: str) -> pd.DataFrame:
    """Return one of the example's own data files (`articles.csv`, `counts.csv`, `fulltexts.csv`), all cells as text."""
    return pd.DataFrame(data_table(name), dtype=str)


def count_records(path: str, content: bytes) -> int:
    """Return how many records a file holds, counted from its bytes without regard to how it was made."""
    if path.endswith(".txt"):
        return len(re.findall(rb"^PT [A-Z]$", content, flags=re.MULTILINE))
    if path.endswith(".csv"):
        return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8")))) - 1
    return len(re.findall(rb"^TY  - ", content, flags=re.MULTILINE))


def golden_row(path: str, content: bytes) -> dict[str, str]:
    """Return the line of `golden.csv` for a file."""
    return {
        "file": path,
        "rows": str(count_records(path, content)),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "bytes": str(len(content)),
    }


def write(root: Path) -> list[Path]:
    """Write the exports that are missing under `root` and return their paths.

    Files that are there already are left alone. One that differs from the frozen example is refused before anything
    is written: an export is never overwritten.
    """
    golden = {row["file"]: row["md5"] for row in data_table("golden.csv")}
    missing, problems = [], []
    for name, md5 in golden.items():
        path = root / name
        if not path.exists():
            missing.append(name)
        elif hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != md5:
            problems.append(
                Problem(
                    code="ME0951",
                    message="this export is not the one that the worked example is made of",
                    file=name,
                    allowed=f"a file with the MD5 sum {md5}",
                    hint="move the file away, then generate the example again",
                )
            )
    if problems:
        raise UserError(problems)
    if not missing:
        return []
    files = build()
    wrong = [name for name in missing if golden_row(name, files[name])["md5"] != golden[name]]
    if wrong:
        raise AssertionError(f"the generator no longer makes the frozen bytes of {', '.join(wrong)}")
    return [_write_atomically(root / name, files[name]) for name in missing]


def _write_atomically(path: Path, content: bytes) -> Path:
    """Write `path` so that it is there whole or not at all, even if the machine stops meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
