"""Small reviews for tests, laid out in a temporary folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from metaethno import tables
from metaethno.engine import LOCK, lock_text
from metaethno.schemas import DECISIONS, SEARCHES, TABLES

# Worlds drawn at random cost about a second each: a few in every run of the tests, many by `make soak`.
DRAWN = int(os.environ.get("METAETHNO_DRAWN", "1"))
REPO = Path(__file__).resolve().parent.parent
SHARED = REPO.parent / "shared"
TEMPLATE = REPO / "src/metaethno/template"

CONFIG = {
    "review": {"title": "A tiny review", "question": "What is it like?", "aims": "To find out."},
    "team": {"ann": {"name": "Ann"}, "ben": {"name": "Ben"}},
    "criteria": {"version": "c1", "criteria": [{"id": "I1", "kind": "include", "text": "qualitative"}]},
    "exclusion_reasons": [
        {"id": "X1", "label": "not qualitative"},
        {"id": "X2", "label": "could not be obtained", "box": "not_retrieved"},
        {"id": "X3", "label": "repeats an included report", "box": "redundant_report"},
    ],
    "screening": {"reviewers": ["ann", "ben"], "votes_per_record": 2},
    "eligibility": {"reviewers": ["ann", "ben"], "votes_per_record": 1},
    # Two views, as the pages that are taken over from the worked example name two figures.
    "flow": {
        "views": [
            {"id": "short", "title": "All runs, in short", "template": "prisma2009"},
            {"id": "pooled", "title": "All runs", "template": "prisma2020"},
        ]
    },
    "reports": {"engine": "embedded"},
}


def environment() -> dict[str, str]:
    """Return the environment in which this interpreter's commands are found."""
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "150",
    }


def lay_out(root: Path, config: dict[str, object] | None = None) -> Path:
    """Lay out a review without any records: settings, empty decision tables, the pages of the report."""
    (root / "config").mkdir(parents=True)
    (root / "config/review.yaml").write_text(yaml.safe_dump(config or CONFIG, sort_keys=False))
    shutil.copy(TEMPLATE / "Snakefile", root / "Snakefile")
    shutil.copytree(REPO / "profiles", root / "profiles")
    for table in DECISIONS.values():
        if "*" in table.path:
            for who in ("ann", "ben"):
                tables.write_bytes(root / table.path.replace("*", who), tables.to_csv(tables.empty(table)))
        else:
            tables.write_bytes(root / table.path, tables.to_csv(tables.empty(table)))
    (root / "reports").mkdir()
    shutil.copy(REPO / "reports/_quarto.yml", root / "reports/_quarto.yml")
    shutil.copytree(TEMPLATE / "reports/pages", root / "reports/pages")
    (root / LOCK).write_text(lock_text())
    return root


def add_run(
    root: Path, run: str, exports: dict[str, tuple[bytes, str, int]], cells: dict[str, dict[str, str]] | None = None
) -> None:
    """Put exports (file -> bytes, source, hits) into a run with their search log; importing is left to the test.

    `cells`: for some files, further cells of their row or others than usual.
    """
    folder = root / "data/raw" / run
    folder.mkdir(parents=True)
    rows = []
    for file, (data, source, hits) in exports.items():
        (folder / file).write_bytes(data)
        kind = "citation_forward" if source.startswith("Citation") else "database"
        rows.append(
            {
                "search_id": "S-" + file.replace(".", "-").strip("_-"),
                "file": file,
                "source": source,
                "kind": kind,
                "searched_on": run,
                "scope": "full",
                "strategy_version": "q1",
                "hits": str(hits),
            }
            | (cells or {}).get(file, {})
        )
    import pandas as pd

    frame = pd.DataFrame(rows, columns=SEARCHES.names, dtype=str).fillna("")
    tables.write(SEARCHES, frame, folder / "searches.csv")


def write_rows(root: Path, name: str, rows: list[dict[str, str]], who: str = "") -> Path:
    """Write a decision table with `rows` (missing cells empty)."""
    import pandas as pd

    table = TABLES[name]
    path = root / table.path.replace("*", who)
    frame = pd.DataFrame(rows, columns=table.names, dtype=str).fillna("")
    tables.write_bytes(path, tables.to_csv(frame))
    return path


def call(root: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment in `root`; fail with its output where `check` and it failed."""
    done = subprocess.run(command, cwd=root, env=environment(), text=True, capture_output=True, check=False)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)} exited with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def ris(*records: dict[str, str | list[str]]) -> bytes:
    """Return a plain RIS file of records: type, title, author (or a list of them), year, journal, volume, doi …"""
    tags = {
        "title": "TI",
        "author": "AU",
        "year": "PY",
        "journal": "JO",
        "volume": "VL",
        "issue": "IS",
        "start": "SP",
        "end": "EP",
        "doi": "DO",
        "issn": "SN",
    }
    lines: list[str] = []
    for record in records:
        lines.append(f"TY  - {record.get('type', 'JOUR')}")
        for name, value in record.items():
            values = value if isinstance(value, list) else [value]
            lines += [f"{tags[name]}  - {v}" for v in values if name != "type"]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines).encode()


def die_at_call(moment: int, names: Sequence[str]) -> None:
    """Have this process killed at its `moment`-th call to the functions `names` of `os`; for a child of a fork."""
    count = 0

    def deadly(call):
        def wrapped(*args, **kwargs):
            nonlocal count
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return wrapped

    for name in names:
        setattr(os, name, deadly(getattr(os, name)))
