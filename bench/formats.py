# ruff: noqa: E501 - a made-up record is easier to read where a line is a line
"""How fast and in how much memory exports are read, beside the libraries that people use otherwise.

    python bench/formats.py              20,000 made-up records per format, each reader in turn, in this run
    python bench/formats.py --million    a million RIS records, in parts: seconds and peak memory

Peers (rispy, nbib) are measured where they are installed; `--peers PYTHON` names an interpreter that has them. Ours
includes decoding, the independent count, normalisation and the table; theirs is the load of the file alone. nbib is
measured on a tenth of the records, and its time taken tenfold. Seconds are CPU time, best of three. A further
format is a line in `MADE` and one in `PEERS`.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = [
    "ward",
    "nurse",
    "care",
    "patient",
    "cost",
    "time",
    "waiting",
    "study",
    "method",
    "result",
    "experience",
    "quality",
    "home",
    "interview",
    "theory",
]
RECORDS = 20_000
# Name, how it is called, and of how many records it gets one: some take minutes for the whole.
PEERS = {
    "ris": ("rispy", "import rispy; n = len(rispy.load(open(path, encoding='utf-8')))", 1),
    "nbib": ("nbib", "import nbib; n = len(nbib.read_file(path))", 10),
}


def _text(pick: random.Random, words: int) -> str:
    return " ".join(pick.choice(WORDS) for _ in range(words))


def _ris(pick: random.Random, n: int) -> str:
    authors = "".join(f"AU  - {pick.choice(WORDS).title()}, {pick.choice('ABCDEF')}.\n" for _ in range(4))
    words = "".join(f"KW  - {_text(pick, 2)}\n" for _ in range(6))
    return (
        f"TY  - JOUR\n{authors}TI  - {_text(pick, 12)} {n}\nPY  - {1980 + n % 45}\nT2  - Journal of {_text(pick, 2)}\n"
        f"VL  - {n % 50}\nIS  - {n % 12}\nSP  - {n % 900}\nEP  - {n % 900 + 9}\nDO  - 10.1000/made.{n}\nSN  - 1234-5678\n"
        f"UR  - https://example.org/{n}\nAB  - {_text(pick, 150)}.\n{words}LA  - English\nER  - \n\n"
    )


def _nbib(pick: random.Random, n: int) -> str:
    authors = "".join(
        f"FAU - {pick.choice(WORDS).title()}, Ann\nAU  - Low A\nAD  - {_text(pick, 5)}\n" for _ in range(4)
    )
    return (
        f"\nPMID- {n + 1000000}\nOWN - NLM\nSTAT- MEDLINE\nIS  - 1234-5678 (Electronic)\nVI  - {n % 50}\n"
        f"IP  - {n % 12}\nDP  - {1980 + n % 45} Feb\nTI  - {_text(pick, 12)}\n      {_text(pick, 5)}.\nPG  - 454-81\n"
        f"LID - 10.1000/made.{n} [doi]\nAB  - {_text(pick, 150)}\n{authors}LA  - eng\nPT  - Journal Article\n"
        f"TA  - J Ward\nJT  - Journal of wards\nMH  - Care\nOT  - ward\nAID - 10.1000/made.{n} [doi]\nPST - ppublish\n"
        f"SO  - J Ward. 2020 Feb;63(2):454-81. doi: 10.1000/made.{n}.\n"
    )


MADE = {"ris": _ris, "nbib": _nbib}


def write(path: Path, kind: str, records: int) -> None:
    """Write made-up records of one format."""
    pick = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for n in range(records):
            file.write(MADE[kind](pick, n))


def ours(path: Path) -> float:
    """Return the CPU seconds that our reader takes: the best of three."""
    from metaethno import formats

    return min(_once(lambda: formats.read(path)) for _ in range(3))


def _once(call: object) -> float:
    start = time.process_time()
    call()  # type: ignore[operator]
    return time.process_time() - start


def theirs(python: str, code: str, path: Path) -> float | None:
    """Return the CPU seconds of a peer in another interpreter: the best of three; None where it is not installed."""
    script = (
        "import sys, time\npath = sys.argv[1]\nbest = 1e9\nfor _ in range(3):\n    t = time.process_time()\n"
        f"    {code}\n    best = min(best, time.process_time() - t)\nprint(best)"
    )
    done = subprocess.run([python, "-c", script, str(path)], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def compare(python: str) -> None:
    """Print one line per format."""
    print(f"{'format':8}{'records':>9}{'ours':>9}{'peer':>9}  ratio (above 1: ours is faster)")
    with tempfile.TemporaryDirectory() as folder:
        for kind in MADE:
            path, part = Path(folder) / f"made.{kind}", Path(folder) / f"part.{kind}"
            name, code, share = PEERS[kind]
            write(path, kind, RECORDS)
            write(part, kind, RECORDS // share)
            mine, other = ours(path), theirs(python, code, part)
            other = other * share if other is not None else None
            told = f"{other:8.2f}s  {other / mine:.2f} x {name}" if other is not None else f"  {name} is not installed"
            print(f"{kind:8}{RECORDS:9}{mine:8.2f}s{told}")


def million() -> None:
    """Read a million records in parts."""
    from metaethno import formats

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.ris"
        write(path, "ris", RECORDS)
        made = path.read_bytes()
        with path.open("ab") as file:
            for _ in range(1_000_000 // RECORDS - 1):
                file.write(made)
        del made
        start, busy, count = time.monotonic(), time.process_time(), 0
        for frame in formats.batches(path):
            count += len(frame)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = path.stat().st_size / 1024**2
        seconds, busy = time.monotonic() - start, time.process_time() - busy
        print(f"{count:,} records, {size:,.0f} MB: {busy:.0f} s of the processor ({seconds:.0f} s on the clock),")
        print(f"peak memory {peak:.0f} MB")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--million", action="store_true")
    given = parser.parse_args()
    million() if given.million else compare(given.peers)


if __name__ == "__main__":
    main()
