"""How well, how fast and in how much memory rows are de-duplicated, beside the best peer.

    python bench/dedupe.py DATASET_DIR --out PRED.csv   writes id,cluster of one set (automatic merges only)
    python bench/dedupe.py DATASET_DIR --peers          scores that set, and bib-dedupe in the same run
    python bench/dedupe.py --all DIR --peers --docs     every labelled set in DIR; writes the table of docs/dedupe.md
    python bench/dedupe.py --speed --peers --docs       speed, growth and rerun; writes docs/performance.md
    python bench/dedupe.py --example                    the worked example, against what its generator knows

A labelled set is a folder with records.csv (id, title, author, year, journal, ...; an abstract is used where there is
one) and truth.csv (id, group). Every measurement is a process of its own: seconds of the processor (all cores, start
of Python included), seconds on the clock, and the peak memory of the process and its children. bib-dedupe is no
dependency of ours: `--peer-python` names the interpreter of an environment that has it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pandas as pd

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO), str(REPO / "src")]

from metaethno import schemas, tables  # noqa: E402
from metaethno.stages.dedupe import Deduped, dedupe  # noqa: E402

DOUBTFUL_FROM = 88
# bib-dedupe wants an environment of its own: name its interpreter here or by --peer-python.
PEER_PYTHON = os.environ.get("PEER_PYTHON", sys.executable)
GROWTH = (10_000, 30_000, 100_000, 300_000, 1_000_000)
PEER_GROWTH = (5_000, 10_000, 20_000)
Cost = dict[str, float]


# ------------------------------------------------------------------------------------------- one set, this process


def as_records(labelled: pd.DataFrame) -> pd.DataFrame:
    """Return labelled records in the columns of schemas.RECORDS, as rows of one run."""
    names = {"id": "row_id", "journal": "container", "number": "issue", "isbn": "issn"}
    authors = labelled["author"].str.replace(" and ", "; ")
    frame = labelled.rename(columns=names).assign(authors=authors).reindex(columns=schemas.RECORDS.names, fill_value="")
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


def one_set(folder: Path, out: Path, without: str, reruns: bool) -> Cost:
    """De-duplicate one labelled set and write id,cluster; with `reruns`, its second half is a later run."""
    labelled = pd.read_csv(folder / "records.csv", dtype=str, keep_default_na=False)
    if without:
        labelled = labelled[labelled["source"] != without].reset_index(drop=True)
    records = as_records(labelled)
    if reruns:
        records.loc[len(records) // 2 :, "run"] = "2021-01-01"
    deduped, seconds = run(records)
    members = deduped.members.rename(columns={"row_id": "id", "record_id": "cluster"})
    members[["id", "cluster"]].to_csv(out, index=False)
    return {"records": len(labelled), "doubtful": len(deduped.to_decide), "seconds": seconds}


def example() -> Cost:
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


# ------------------------------------------------------------------------------------------- measuring


def score(folder: Path, out: Path, without: str = "") -> Cost:
    """Score id,cluster against truth.csv, by records: the first row of every cluster is kept, the others removed.

    `lost`: works of which no row is kept; `missed`: rows that should have been removed; `fpr`: share of works lost.
    """
    records = pd.read_csv(folder / "records.csv", dtype=str, keep_default_na=False)
    if without:
        records = records[records["source"] != without]
    group = records["id"].map(pd.read_csv(folder / "truth.csv", dtype=str).set_index("id")["group"])
    found = pd.read_csv(out, dtype=str).set_index("id")["cluster"]
    cluster = ("c" + records["id"].map(found)).fillna("u" + records["id"])
    size, kept = Counter(group), Counter(group[~cluster.duplicated()])
    lost = sum(g not in kept for g in size)
    missed = sum(k - 1 for k in kept.values())
    removed = len(group) - len(size) - missed
    f1 = 2 * removed / (2 * removed + lost + missed) if removed else 0.0
    return {"works": len(size), "lost": lost, "missed": missed, "f1": f1, "fpr": lost / len(size)}


def measure(*command: str) -> Cost:
    """Run a command that ends by printing its figures as JSON; add processor and clock seconds and peak memory."""
    import psutil

    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": ""})
        peak, done = [0], threading.Event()

        def watch() -> None:
            top = psutil.Process(child.pid)
            while not done.wait(0.05):
                try:
                    every = [top, *top.children(recursive=True)]
                    peak[0] = max(peak[0], sum(p.memory_info().rss for p in every))
                except psutil.Error:
                    continue

        thread = threading.Thread(target=watch)
        thread.start()
        _, status, used = os.wait4(child.pid, 0)
        done.set()
        thread.join()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
        said.seek(0)
        printed = json.loads(said.read().strip().splitlines()[-1])
    # Not `ru_maxrss`: it counts what this process held when it forked.
    resident = peak[0] / 1024**2
    clock = time.perf_counter() - start
    return printed | {"cpu": used.ru_utime + used.ru_stime, "clock": clock, "mb": resident}


def ours(folder: Path, without: str = "", *more: str) -> Cost:
    """Measure and score this program on one set."""
    return _scored(folder, without, lambda out: (sys.executable, __file__, str(folder), "--out", out, *more))


def peer(folder: Path, python: str, without: str = "") -> Cost:
    """Measure and score bib-dedupe on one set."""
    script = str(Path(__file__).with_name("peer_bib_dedupe.py"))
    return _scored(folder, without, lambda out: (python, script, str(folder), out))


def _scored(folder: Path, without: str, command: object) -> Cost:
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary) / "pred.csv"
        more = ("--without-source", without) if without else ()
        cost = measure(*command(str(out)), *more)  # type: ignore[operator]
        return cost | score(folder, out, without)


def peer_python(given: argparse.Namespace) -> str:
    """Return the interpreter that has bib-dedupe; "" where it wasn't asked for."""
    if not given.peers:
        return ""
    if subprocess.run([given.peer_python, "-c", "import bib_dedupe"], capture_output=True).returncode:
        raise SystemExit(f"{given.peer_python} has no bib-dedupe; name an interpreter that has it by --peer-python")
    return str(given.peer_python)


# ------------------------------------------------------------------------------------------- tables

HEAD = "| set | records | tool | F1 | works lost | copies missed | doubtful pairs | seconds | MB |"


def row(name: str, tool: str, cost: Cost) -> str:
    """Return one line of the table of sets."""
    share = f"{cost['doubtful']:.0f} ({cost['doubtful'] / cost['records']:.1%})" if "doubtful" in cost else ""
    lost = f"{cost['lost']:.0f} ({cost['fpr']:.2%})"
    return (
        f"| {name} | {cost['records']:,.0f} | {tool} | {cost['f1']:.4f} | {lost} | {cost['missed']:.0f} | {share} | "
        f"{cost['cpu']:.1f} | {cost['mb']:.0f} |"
    )


def sets_of(folder: Path) -> list[tuple[Path, str]]:
    """Return the labelled sets in a folder; a set with rows that were read from PDFs also without them."""
    found = []
    for path in sorted(p.parent for p in folder.glob("*/truth.csv")):
        sources = set(pd.read_csv(path / "records.csv", dtype=str, usecols=["source"])["source"])
        found += [(path, "pdf"), (path, "")] if "pdf" in sources else [(path, "")]
    return found


def table(sets: list[tuple[Path, str]], python: str) -> list[str]:
    """Measure sets and return the lines of their table; prints each as it comes."""
    lines = [HEAD, "|---|--:|---|--:|--:|--:|--:|--:|--:|"]
    print(*lines, sep="\n")
    for folder, without in sets:
        pdf = folder.name + (", without PDF rows" if without else "")
        if not without and (folder, "pdf") in sets:
            pdf = folder.name + ", with PDF rows"
        for tool in ("metaethno", *(["bib-dedupe"] if python else [])):
            cost = ours(folder, without) if tool == "metaethno" else peer(folder, python, without)
            lines.append(row(pdf, tool, cost))
            print(lines[-1], flush=True)
    return lines


def between(path: Path, mark: str, lines: list[str]) -> None:
    """Put lines between the two comments in a document that carry a mark."""
    text = path.read_text(encoding="utf-8")
    start, end = f"<!-- {mark}: made by bench/dedupe.py -->", f"<!-- end of {mark} -->"
    head, _, rest = text.partition(start)
    _, _, tail = rest.partition(end)
    path.write_text(head + start + "\n\n" + "\n".join(lines) + "\n\n" + end + tail, encoding="utf-8")


# ------------------------------------------------------------------------------------------- speed


def grown(python: str) -> tuple[list[str], dict[str, list[tuple[int, float, float]]]]:
    """Measure synthetic sets of growing size; return the lines of their table, and the points of the plot."""
    from bench.synthetic import write

    head = "| rows | tool | seconds of the processor | seconds on the clock | MB | F1 | works lost | doubtful |"
    lines = [head, "|--:|---|--:|--:|--:|--:|--:|--:|"]
    print(*lines, sep="\n")
    points: dict[str, list[tuple[int, float, float]]] = {"metaethno": [], "bib-dedupe": []}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for rows in sorted({*GROWTH, *PEER_GROWTH}):
            write(rows, folder)
            for tool in ("metaethno", *(["bib-dedupe"] if python and rows in PEER_GROWTH else [])):
                cost = ours(folder) if tool == "metaethno" else peer(folder, python)
                points[tool].append((rows, cost["cpu"], cost["mb"]))
                doubtful = f"{cost['doubtful']:,.0f}" if "doubtful" in cost else ""
                lines.append(
                    f"| {rows:,} | {tool} | {cost['cpu']:.1f} | {cost['clock']:.1f} | {cost['mb']:,.0f} | "
                    f"{cost['f1']:.4f} | {cost['lost']:.0f} | {doubtful} |"
                )
                print(lines[-1], flush=True)
        write(40_000, folder)
        cost = ours(folder, "", "--reruns")
        lines += ["", f"A rerun of 20,000 rows onto 20,000 known ones: {cost['cpu']:.1f} seconds of the processor "]
        lines[-1] += f"({cost['clock']:.1f} on the clock), {cost['mb']:.0f} MB."
        print(lines[-1])
    if python:
        of = {tool: {rows: cpu for rows, cpu, _ in points[tool]} for tool in points}
        ratio = of["bib-dedupe"][20_000] / of["metaethno"][20_000]
        lines += ["", f"On 20,000 rows bib-dedupe takes {ratio:.0f} times as long (seconds of the processor)."]
        print(lines[-1])
    return lines, points


def draw(points: dict[str, list[tuple[int, float, float]]], path: Path) -> None:
    """Draw seconds and memory against rows, both axes logarithmic."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    plt.rcParams["svg.hashsalt"] = "metaethno"
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for panel, place, label in zip(panels, (1, 2), ("seconds of the processor", "peak memory, MB"), strict=True):
        for tool, style in (("metaethno", "o-"), ("bib-dedupe", "s--")):
            if points[tool]:
                panel.loglog([p[0] for p in points[tool]], [p[place] for p in points[tool]], style, label=tool)
        first = points["metaethno"][-1]
        sizes = [GROWTH[0], GROWTH[-1]]
        panel.loglog(
            sizes, [first[place] * n / first[0] for n in sizes], ":", color="grey", label="in proportion to rows"
        )
        panel.set(xlabel="rows", ylabel=label)
        panel.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="?", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--without-source", default="")
    parser.add_argument("--reruns", action="store_true", help="take the second half of the rows for a later run")
    parser.add_argument("--all", type=Path, metavar="DIR")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--peer-python", default=PEER_PYTHON)
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--example", action="store_true")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    python = peer_python(given)
    if given.example:
        print(json.dumps(example()))
    elif given.dataset is not None and given.out and not given.peers:
        print(json.dumps(one_set(given.dataset, given.out, given.without_source, given.reruns)))
    elif given.dataset is not None:
        if given.out:
            one_set(given.dataset, given.out, given.without_source, given.reruns)
        table([(given.dataset, given.without_source)], python)
    elif given.all:
        lines = table(sets_of(given.all), python)
        if given.docs:
            between(REPO / "docs/dedupe.md", "table of sets", lines)
    else:
        lines, points = grown(python)
        if given.docs:
            draw(points, REPO / "docs/images/dedupe_growth.svg")
            shown = (
                "![Seconds of the processor and peak memory by rows, both axes logarithmic](images/dedupe_growth.svg)"
            )
            between(REPO / "docs/performance.md", "growth", [shown, "", *lines])


if __name__ == "__main__":
    main()
