"""How well, how fast and in how much memory rows are de-duplicated.

    python bench/dedupe.py                         every labelled set in ../shared/dedupe, and the worked example
    python bench/dedupe.py DATASET_DIR --out PRED  writes id,cluster of one set (automatic merges only)

Scores are those of the sets' own evaluate.py. Each set runs in a process of its own, for the sake of its peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from metaethno import schemas, tables
from metaethno.stages.dedupe import Deduped, dedupe

SHARED = Path(__file__).resolve().parents[2] / "shared" / "dedupe"
DOUBTFUL_FROM = 88


def as_records(labelled: pd.DataFrame) -> pd.DataFrame:
    """Return labelled records in the columns of schemas.RECORDS, as rows of one run."""
    names = {"id": "row_id", "journal": "container", "number": "issue", "isbn": "issn"}
    frame = labelled.rename(columns=names).assign(authors=labelled["author"].str.replace(" and ", "; "))
    frame = frame.reindex(columns=schemas.RECORDS.names).fillna("")
    frame = frame.assign(run="2020-01-01", search_id="s", kind="database", file="records.csv", accession="")
    frame["source"] = frame["source"].replace("", "unknown")
    frame["place"] = frame["order"] = pd.array(range(1, len(frame) + 1), dtype="Int64")
    return frame


def run(records: pd.DataFrame) -> tuple[Deduped, float]:
    """De-duplicate, and return the result and the seconds it took."""
    searches = records[["run", "source"]].drop_duplicates().assign(scope="full", strategy_version="1")
    start = time.perf_counter()
    deduped = dedupe(records, tables.empty(schemas.DUPLICATES), DOUBTFUL_FROM, searches)
    return deduped, time.perf_counter() - start


def one_set(folder: Path, out: Path, without: str) -> dict[str, float]:
    """De-duplicate one labelled set and write id,cluster."""
    labelled = pd.read_csv(folder / "records.csv", dtype=str, keep_default_na=False)
    if without:
        labelled = labelled[labelled["source"] != without].reset_index(drop=True)
    deduped, seconds = run(as_records(labelled))
    members = deduped.members.rename(columns={"row_id": "id", "record_id": "cluster"})
    members[["id", "cluster"]].to_csv(out, index=False)
    return {"records": len(labelled), "doubtful": len(deduped.to_decide), "seconds": seconds}


def example() -> dict[str, float]:
    """De-duplicate the rows of the worked example, and hold them against its truth."""
    from metaethno import formats
    from metaethno.example import build, truth

    parts = []
    for path, content in sorted(build().items()):
        _, _, when, file = path.split("/")
        read = formats.read_bytes(content, file).records
        parts.append(read.assign(file=path, run=when, source=file.split(".")[0]))
    rows = pd.concat(parts, ignore_index=True).assign(kind="database", search_id="s", row_id="")
    rows["order"] = pd.array(range(1, len(rows) + 1), dtype="Int64")
    rows["row_id"] = "R" + rows["order"].astype(str)
    deduped, seconds = run(rows)
    known = truth().assign(place=lambda t: t["place"].astype(int))[["file", "place", "entity"]]
    found = rows.merge(known, on=["file", "place"]).merge(deduped.members[["row_id", "record_id"]], on="row_id")
    wrong = found.groupby("record_id")["entity"].nunique().gt(1).sum()
    return {
        "records": len(rows),
        "doubtful": len(deduped.to_decide),
        "seconds": seconds,
        "wrong": int(wrong),
        "left": len(deduped.unique) - found["entity"].nunique(),
    }


def _child(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def everything() -> None:
    """Print one line for each labelled set, then the example."""
    print(f"{'set':24}{'records':>8}{'F1':>8}{'lost':>6}{'missed':>8}{'doubtful':>10}{'seconds':>9}{'MB':>6}")
    if not SHARED.is_dir():
        print(f"  {SHARED} is absent: no labelled sets")
    for folder in sorted(p for p in SHARED.glob("*") if p.is_dir()):
        for without in ("pdf", "") if folder.name.startswith("is_") else ("",):
            with tempfile.TemporaryDirectory() as temporary:
                out = Path(temporary) / "pred.csv"
                cost = _child(str(folder), "--out", str(out), *(["--without-source", without] if without else []))
                command = [sys.executable, str(SHARED / "evaluate.py"), str(folder), str(out)]
                command += ["--without-source", without] if without else []
                score = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            name = folder.name + (f" (no {without})" if without else "")
            numbers = f"{cost['records']:8}{score['f1']:8.4f}{score['FP']:6}{score['FN']:8}{cost['doubtful']:10}"
            print(f"{name:24}{numbers}{cost['seconds']:9.2f}{cost['mb']:6.0f}")
    cost = _child("--example")
    print(f"{'worked example':24}{cost['records']:8}{'':28}{cost['doubtful']:4}{cost['seconds']:9.2f}{cost['mb']:6.0f}")
    print(f"  wrong merges: {cost['wrong']}; records that verdicts have yet to join: {cost['left']}")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="?", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--without-source", default="")
    parser.add_argument("--example", action="store_true")
    given = parser.parse_args()
    if given.dataset is None and not given.example:
        everything()
        return
    cost = example() if given.example else one_set(given.dataset, given.out or Path("pred.csv"), given.without_source)
    cost["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(cost))


if __name__ == "__main__":
    main()
