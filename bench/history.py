"""How long the questions about history take: 200 snapshots by which 11,000 decisions came in, and 50 for the growth.

The repository is made by `git fast-import` (no DVC is run): votes of two reviewers, `dvc.lock`, and the results that
the questions read, put into the cache by their hash. Each figure is one cold start of the command.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from metaethno import tables
from metaethno.schemas import ALIASES, ASSESSED, FLOW, MEMBERS, RERUN, ROWS, SCREENED, SCREENING, STALE, UNIQUE

DECISIONS = 11_000
LIMITS = {"history": 10, "history RECORD": 5, "diff": 5, "verify": 30}


def votes(chance: random.Random, who: str, n: int, records: list[str]) -> pd.DataFrame:
    """Return `n` votes of one reviewer, in the order they were given."""
    return pd.DataFrame(
        {
            "vote_id": [f"V{chance.getrandbits(50):010x}" for _ in range(n)],
            "supersedes": "",
            "record_id": records[:n],
            "record_hash": [f"{chance.getrandbits(64):016x}" for _ in range(n)],
            "reviewer": who,
            "role": "reviewer",
            "round": "main",
            "decision": [chance.choice(["include", "exclude", "exclude", "unsure"]) for _ in range(n)],
            "reasons": "",
            "criteria_version": "c1",
            "decided_on": [f"2020-{1 + i * 12 // n:02}-{1 + i % 28:02}" for i in range(n)],
            "note": "",
        }
    )[SCREENING.names]


def results(records: list[str], done: int) -> dict[str, bytes]:
    """Return path -> bytes of the results as they stand when `done` records were voted on."""
    ids = pd.DataFrame({"record_id": records})
    outcome = ["forward" if i % 40 == 0 else "exclude" if i < done else "undecided" for i in range(len(records))]
    screened = ids.assign(first_run="2020-01-01", origin="databases", outcome=outcome, decided_by="", decided_on="")
    boxes = {
        "database_results": len(records),
        "records_screened": len(records),
        "records_excluded": done,
        "new_studies": 0,
    }
    flow = pd.DataFrame({"box": list(boxes), "count": [str(n) for n in boxes.values()]})
    flow = flow.assign(view="pooled", template="prisma2020", detail="", run="all", unit="record")[FLOW.names]
    return {SCREENED.path: tables.to_csv(screened.assign(votes="2", changed="no")), FLOW.path: tables.to_csv(flow)}


def once(records: list[str]) -> dict[str, bytes]:
    """Return path -> bytes of the results that don't change by voting."""
    ids = pd.DataFrame({"record_id": records})
    unique = ids.assign(first_run="2020-01-01", last_run="2020-01-01", origin="databases", sources="Alpha", rows=1)
    unique = unique.reindex(columns=UNIQUE.names).astype(object).where(lambda f: f.notna(), "").astype(str)
    unique["title"] = [f"A study of the number {i}" for i in range(len(records))]
    members = (
        ids.astype(object)
        .assign(row_id=records, run="2020-01-01", source="Alpha", kind="database")
        .reindex(columns=MEMBERS.names)
    )
    none = {t.path: tables.to_csv(tables.empty(t)) for t in (ALIASES, ASSESSED, RERUN, STALE)}
    found = {}
    for path, frame in (
        (UNIQUE.path, unique),
        (MEMBERS.path, members.astype(object).where(members.notna(), "").astype(str)),
    ):
        found[path] = tables._parquet(frame)
    return found | none


def build(root: Path, snapshots: int, decisions: int = DECISIONS) -> str:
    """Make the repository; return the id of one record."""
    chance = random.Random(7)
    records = [f"R{i:010d}" for i in range(decisions // 2)]
    each = {who: votes(chance, who, len(records), records) for who in ("ann", "ben")}
    register = pd.DataFrame({"row_id": records, "file_sha256": "0" * 16, "place": range(1, len(records) + 1)})
    register = tables.to_csv(register.assign(source="Alpha", accession="", fingerprint="").astype(str)[ROWS.names])
    fixed = once(records)
    cache = root / ".dvc/cache/files/md5"
    for command in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "config", "user.name", "Ann"],
        ["git", "config", "user.email", "a@b.org"],
    ):
        subprocess.run(command, cwd=root, check=True)
    (root / "config").mkdir()
    (root / "config/review.yaml").write_text("review:\n  title: Measured\n")

    def stored(data: bytes) -> dict[str, object]:
        md5 = hashlib.md5(data).hexdigest()
        path = cache / md5[:2] / md5[2:]
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return {"hash": "md5", "md5": md5, "size": len(data)}

    feed = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=root, stdin=subprocess.PIPE)
    assert feed.stdin

    def put(path: str, data: bytes) -> None:
        feed.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")

    for turn in range(snapshots):
        message = f"Sitting {turn}\n\nMetaethno-Snapshot: yes, metaethno 0\n".encode()
        head = (
            f"commit refs/heads/main\ncommitter Ann <a@b.org> {1600000000 + turn * 3600} +0000\ndata {len(message)}\n"
        )
        feed.stdin.write(head.encode() + message + b"\n")
        done = len(records) * (turn + 1) // snapshots
        inputs = {}
        if turn == 0:
            put("data/raw/2020-01-01/rows.csv", register)
            put("config/review.yaml", (root / "config/review.yaml").read_bytes())
        for who, frame in each.items():
            inputs[SCREENING.path.replace("*", who)] = tables.to_csv(frame.iloc[:done].sort_values("vote_id"))
        now = fixed | results(records, done)
        deps = [
            {"path": p, "hash": "md5", "md5": hashlib.md5(d).hexdigest(), "size": len(d)}
            for p, d in sorted(inputs.items())
        ]
        outs = [{"path": path} | stored(data) for path, data in sorted(now.items())]
        lock = {"schema": "2.0", "stages": {"screening": {"cmd": "snakemake screening", "deps": deps, "outs": outs}}}
        inputs["dvc.lock"] = yaml.safe_dump(lock, sort_keys=False).encode()
        for path, data in inputs.items():
            put(path, data)
    feed.stdin.close()
    assert feed.wait() == 0
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True)
    subprocess.run(["git", "tag", "start", f"HEAD~{snapshots - 1}"], cwd=root, check=True)
    for path, data in now.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return records[5]


def seconds(root: Path, *command: str) -> tuple[float, float]:
    """Run a command of metaethno; return its seconds, and those of computing (less where the machine is shared)."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(
        ["metaethno", *command], cwd=root, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    took = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    for snapshots in (50, 200):
        root = Path(tempfile.mkdtemp())
        try:
            record = build(root, snapshots)
            for name, command in {
                "history": ["history"],
                "history RECORD": ["history", record],
                "diff": ["diff", "start", "HEAD"],
                "verify": ["verify"],
            }.items():
                took, computing = seconds(root, *command)
                said = f"{took:6.1f} s, {computing:5.1f} s of computing"
                print(f"{name:16} {snapshots:4} snapshots {said} (goal for 200: {LIMITS[name]} s)")
        finally:
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
