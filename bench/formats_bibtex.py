"""BibTeX: our reader, normalisation and checks included, against bibtexparser 2 on the same file of 20,000 records."""

from __future__ import annotations

import random
import time

RECORDS = 20_000
_WORDS = ("care", "ward", "patient", "nurse", "women", "type", "part", "study", "of", "the", "and", "in", "chronic")
_NAMES = ("Li, Yue", 'M{\\"u}ller, J{\\"o}rg', "Wang, Hong", "{\\'A}lvarez, Jos{\\'e}", "{Night Ward Study Group}")


def export(records: int = RECORDS) -> bytes:
    """Return a made-up export in the manner of Web of Science; the same at each call."""
    rng = random.Random(1)
    entries = []
    for i in range(records):
        title, abstract = " ".join(rng.choices(_WORDS, k=12)), " ".join(rng.choices(_WORDS, k=180))
        entries.append(
            f"@article{{ WOS:{i:015d},\nAuthor = {{{' and '.join(rng.sample(_NAMES, 3))}}},\n"
            f"Title = {{{title} {{DNA}} \\& more}},\nJournal = {{Journal of {title[:20]}}},\n"
            f"Year = {{{1990 + i % 30}}},\n"
            f"Volume = {{{i % 90}}},\nNumber = {{{i % 12}}},\nPages = {{{i}-{i + 9}}},\nAbstract = {{{abstract}}},\n"
            f"DOI = {{10.5555/x\\_{i}}},\nISSN = {{1234-5678}},\nKeywords = {{care; wards}},\n"
            f"Unique-ID = {{WOS:{i:015d}}},\n}}\n\n"
        )
    return "".join(entries).encode()


def main() -> None:
    """Print processor seconds of both, and how many times faster ours is; the best of three runs each, by turns."""
    import bibtexparser
    from bibtexparser import middlewares

    from metaethno.formats import read_bytes

    data = export()
    text = data.decode()
    same = [
        middlewares.LatexDecodingMiddleware(),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
    ]
    runs = {
        "metaethno, with names, LaTeX, normalisation and checks": lambda: len(read_bytes(data, "x.bib").records),
        "bibtexparser 2, entries and fields only": lambda: len(bibtexparser.parse_string(text).entries),
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(3):
        for name, run in runs.items():
            started = time.process_time()
            assert run() == RECORDS
            best[name] = min(best[name], time.process_time() - started)
    started = time.process_time()
    part = export(RECORDS // 100).decode()
    assert len(bibtexparser.parse_string(part, append_middleware=same).entries) == RECORDS // 100
    best["bibtexparser 2, with names and LaTeX (from a hundredth)"] = 100 * (time.process_time() - started)
    ours = next(iter(best.values()))
    for name, seconds in best.items():
        print(f"{name}: {seconds:.2f} s ({seconds / ours:.1f} x ours)")


if __name__ == "__main__":
    main()
