"""Synthetic bibliographic records with known truth, in the columns of the labelled sets.

    python bench/synthetic.py ROWS FOLDER [--seed N]     writes FOLDER/records.csv and FOLDER/truth.csv

A third of the rows are further copies of a work, as another database would show it: names shortened, journals
abbreviated, subtitles dropped, letters mistyped, DOI, issue, pages or authors missing, pages shortened, a year early.
Among the works are what de-duplication trips over: parts I and II, errata, the meeting abstract of an article, and
editorials under one title. Family names, words and journals are as unevenly spread as in life (Zipf).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

COLUMNS = [
    "id", "entry_type", "title", "author", "year", "journal", "volume", "number", "pages", "doi", "isbn", "abstract",
    "source",
]  # fmt: skip
COPIES = 0.34  # of all rows
_SOUNDS = np.array([a + b for a in (*"bcdfghklmnprstvwz", "br", "st", "tr", "ch", "gr") for b in "aeiou"])
_ENDS = np.array(["n", "r", "s", "l", "t", "son", "man", "berg", "ini", "ova", "ez", "ton", "ic", "sky", "ard"])
_SMALL = np.array(["of", "in", "and", "for", "the", "with", "on", "among"])


def _words(rng: np.random.Generator, count: int, end: bool = False) -> np.ndarray:
    """Return `count` different made-up words."""
    parts = [_SOUNDS[rng.integers(0, len(_SOUNDS), count * 2)] for _ in range(3)]
    long = rng.random(count * 2) < 0.5
    made = np.char.add(parts[0], parts[1])
    made = np.where(long, np.char.add(made, parts[2]), made)
    made = np.char.add(made, _ENDS[rng.integers(0, len(_ENDS), count * 2)]) if end else made
    return pd.unique(pd.Series(made).astype(object))[:count]


def _zipf(rng: np.random.Generator, size: int, count: int, shift: float) -> np.ndarray:
    """Return places below `count`, the early ones far more often."""
    weight = 1 / (np.arange(count) + shift)
    return np.searchsorted(np.cumsum(weight / weight.sum()), rng.random(size)).clip(0, count - 1)


def works(rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Return `count` different works."""
    words, families = _words(rng, 12_000), np.char.capitalize(_words(rng, 30_000, end=True).astype(str)).astype(object)
    length = rng.integers(6, 16, count)
    at = _zipf(rng, int(length.sum()), len(words), 60)
    drawn = words[at]
    small = rng.random(len(drawn)) < 0.25
    drawn[small] = _SMALL[rng.integers(0, len(_SMALL), int(small.sum()))]
    bounds = np.concatenate([[0], np.cumsum(length)])
    sub = rng.random(count) < 0.4
    titles = []
    for k in range(count):
        part = drawn[bounds[k] : bounds[k + 1]]
        cut = len(part) // 2 + 1
        titles.append((" ".join(part[:cut]) + ": " + " ".join(part[cut:]) if sub[k] else " ".join(part)).capitalize())
    team = rng.integers(1, 7, count)
    names = families[_zipf(rng, int(team.sum()), len(families), 25)]
    given = np.array(list("ABCDEFGHIJKLMNOPRSTUVW"))[rng.integers(0, 22, len(names))]
    ends = np.concatenate([[0], np.cumsum(team)])
    authors = [
        " and ".join(
            f"{f}, {g}." for f, g in zip(names[ends[k] : ends[k + 1]], given[ends[k] : ends[k + 1]], strict=True)
        )
        for k in range(count)
    ]
    journals = [
        f"Journal of {a.capitalize()} {b.capitalize()}" for a, b in zip(words[:3000], words[3000:6000], strict=True)
    ]
    journal = _zipf(rng, count, len(journals), 10)
    year = 2024 - rng.geometric(0.07, count).clip(1, 50)
    start, span = rng.integers(1, 1800, count), rng.integers(3, 20, count)
    frame = pd.DataFrame(
        {
            "title": titles, "author": authors, "year": year, "journal": np.array(journals, dtype=object)[journal],
            "volume": year - 1970 + journal % 7, "number": rng.integers(1, 13, count), "start": start,
            "end": start + span, "doi": [f"10.{5000 + j}/w{k:08d}" for k, j in enumerate(journal)],
        }
    )  # fmt: skip
    return _traps(rng, frame)


def _traps(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Turn every tenth work into one that resembles the work before it but is another."""
    kind = rng.random(len(frame))
    before = frame.shift(1)
    kin = kind < 0.10
    kin[0] = False
    for name in ("author", "journal"):
        frame.loc[kin, name] = before.loc[kin, name]
    frame.loc[kin, "year"] = before.loc[kin, "year"].astype(int)
    part, erratum, editorial = kin & (kind < 0.03), kin & (kind >= 0.03) & (kind < 0.04), kind > 0.985
    frame.loc[part, "title"] = before.loc[part, "title"] + ". Part II"
    frame.loc[erratum, "title"] = "Erratum: " + before.loc[erratum, "title"]
    meeting = kin & (kind >= 0.04) & (kind < 0.06)  # the same title, another place
    frame.loc[meeting, "title"] = before.loc[meeting, "title"]
    frame.loc[meeting, "journal"] = "Proceedings of the conference on " + before.loc[meeting, "journal"].str[11:]
    frame.loc[editorial, "title"] = "Editorial"
    return frame


def copies(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    """Return further rows of the same works, each with noise of its own."""
    out = rows.copy()

    def some(share: float) -> np.ndarray:
        return rng.random(len(out)) < share

    def change(name: str, where: np.ndarray, function: object) -> None:
        out.loc[where, name] = out.loc[where, name].map(function)

    change(
        "title",
        some(0.10) & (out["title"] != "Editorial"),
        lambda t: t.split(": ")[0] if len(t.split(": ")[0]) > 40 else t,
    )
    change("title", some(0.10), str.upper)
    change("title", some(0.15), lambda t: t + ".")
    spots = rng.integers(8, 1000, len(out))
    typing = some(0.05) & (out["title"].str.len() > 30)
    out.loc[typing, "title"] = [
        t[: (p := s % (len(t) - 8))] + t[p + 1 : p + 2] + t[p : p + 1] + t[p + 2 :]
        for t, s in zip(out.loc[typing, "title"], spots[typing], strict=True)
    ]
    change("author", some(0.10), lambda a: a.split(" and ")[0])
    change("author", some(0.30), lambda a: a.replace(", ", " ").replace(".", ""))
    change("journal", some(0.40), lambda j: " ".join(w[:5] for w in j.split() if w not in ("of", "the", "on")))
    out.loc[some(0.04), "author"] = ""
    out.loc[some(0.40), "doi"] = ""
    out.loc[some(0.30), "number"] = ""
    early = some(0.05)
    out.loc[early, ["volume", "number", "start"]] = ""
    out.loc[early & some(0.4), "year"] -= 1
    return out


def _pages(frame: pd.DataFrame, short: np.ndarray) -> list[str]:
    found = []
    for start, end, cut in zip(frame["start"], frame["end"], short, strict=True):
        a, b = str(start), str(end)
        found.append(
            "" if not a else f"{a}-{b[-2:]}" if cut and len(a) == len(b) > 2 and a[:-2] == b[:-2] else f"{a}-{b}"
        )
    return found


def generate(rows: int, seed: int = 1) -> tuple[pd.DataFrame, pd.Series]:
    """Return `rows` records in shuffled order, and the work that each shows."""
    rng = np.random.default_rng(seed)
    further = int(rows * COPIES)
    frame = works(rng, rows - further).astype({"year": int, "volume": object, "number": object, "start": object})
    frame["work"] = np.arange(len(frame))
    again = frame.iloc[(len(frame) * rng.random(further) ** 2).astype(int)].reset_index(drop=True)
    both = pd.concat([frame, copies(rng, again)], ignore_index=True)
    both = both.iloc[rng.permutation(len(both))].reset_index(drop=True)
    both["pages"] = _pages(both, rng.random(len(both)) < 0.3)
    both["source"] = np.array(["alpha", "beta", "gamma"])[rng.integers(0, 3, len(both))]
    both["id"] = [f"r{n:07d}" for n in range(1, len(both) + 1)]
    both["entry_type"] = "article"
    return both.reindex(columns=COLUMNS, fill_value="").astype(str), both["work"]


def write(rows: int, folder: Path, seed: int = 1) -> None:
    """Write records.csv and truth.csv."""
    records, work = generate(rows, seed)
    folder.mkdir(parents=True, exist_ok=True)
    records.to_csv(folder / "records.csv", index=False)
    pd.DataFrame({"id": records["id"], "group": "w" + work.astype(str)}).to_csv(folder / "truth.csv", index=False)


def main() -> None:
    """Read the arguments and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.rows, given.folder, given.seed)


if __name__ == "__main__":
    main()
