"""How long identity takes when N records are found again: python -m bench.identity [N ...].

Made-up rows: N in a first run, N in a second, of which nine in ten are known. Printed are seconds of processor time
for the register of the second run, the join of registers and exports, matching, and everything that stage 3 makes of
the matches (records, where their fields are from, members, what the rerun found, counts, related, parted).
"""

from __future__ import annotations

import random
import sys
import time
from unittest import mock

import pandas as pd

from metaethno import schemas, tables
from metaethno.formats.fields import RECORD_FIELDS
from metaethno.matching import match as matching
from metaethno.register import register
from metaethno.stages.dedupe import dedupe
from metaethno.stages.records import records

RUNS = ("2020-01-02", "2021-01-02")
_WORDS = [a + b for a in ("care", "hope", "pain", "sleep", "work", "food") for b in ("", "ful", "less", "ing", "er")]


def exports(n: int) -> pd.DataFrame:
    """Rows of two runs; the second holds nine in ten works of the first, some of them with a volume by now."""
    draw = random.Random(1)
    names = ["".join(draw.choices("abcdefghijklmnoprstu", k=7)).title() for _ in range(n // 4 + 1)]
    rows = []
    for work in range(n + n // 10):
        title = " ".join(draw.choices(_WORDS, k=6)) + f" among {draw.choice(names).lower()} people"
        cells = dict.fromkeys(RECORD_FIELDS, "") | {
            "title": title, "authors": f"{draw.choice(names)}, A.; {draw.choice(names)}, B.",
            "year": str(1990 + work % 30),
            "container": f"Journal of {_WORDS[work % 30]}", "volume": str(work % 50), "pages": f"{work}-{work + 9}",
            "doi": f"10.5555/{work}" if work % 3 else "", "abstract": " ".join(draw.choices(_WORDS, k=150)),
        }  # fmt: skip
        if work < n:
            rows.append(cells | {"run": RUNS[0]})
        if work >= n // 10:
            rows.append(cells | {"run": RUNS[1]} | ({"volume": "51"} if work % 20 == 0 else {}))
    frame = pd.DataFrame(rows)
    frame["place"] = (frame.groupby("run").cumcount() + 1).astype(str)
    return frame.assign(file="a.ris", source="Embase", file_sha256=frame["run"].str.replace("-", "").str.ljust(16, "0"))


def measure(n: int) -> list[float]:
    """Return the seconds of each part."""
    every = exports(n)
    log = pd.DataFrame({"run": RUNS, "file": "a.ris", "search_id": "S", "source": "Embase", "kind": "database"})
    log = log.assign(scope="full", strategy_version="v1")
    first = register(RUNS[0], every[every["run"] == RUNS[0]], tables.empty(schemas.ROWS))
    begun = time.process_time()
    second = register(RUNS[1], every[every["run"] == RUNS[1]], tables.empty(schemas.ROWS))
    registered = time.process_time()
    rows = pd.concat([first.assign(run=RUNS[0]), second.assign(run=RUNS[1])], ignore_index=True)
    read = records(rows, log, every.drop(columns="source"), tables.empty(schemas.MANUAL_RECORDS))
    joined = time.process_time()
    spent: list[float] = []
    plain = matching.match

    def timed(*arguments: object) -> object:
        start = time.process_time()
        found = plain(*arguments)
        spent.append(time.process_time() - start)
        return found

    with mock.patch.object(matching, "match", timed):
        found = dedupe(read, tables.empty(schemas.DUPLICATES), 88, log)
    done = time.process_time()
    assert found.rerun["state"].isin(["known", "changed"]).sum() > 0.85 * n
    return [registered - begun, joined - registered, sum(spent), done - joined - sum(spent)]


def main() -> None:
    print("    rows  register  join  match  the rest of stage 3")
    for n in [int(a) for a in sys.argv[1:]] or [5_000, 10_000, 20_000]:
        parts = measure(n)
        print(f"{2 * n:>8,}  {parts[0]:>8.1f}  {parts[1]:>4.1f}  {parts[2]:>5.1f}  {parts[3]:>5.1f}", flush=True)


if __name__ == "__main__":
    main()
