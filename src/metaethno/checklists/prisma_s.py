"""Answers the 16 items of PRISMA-S (Rethlefsen et al. 2021, doi 10.1186/s13643-020-01542-z) from the search log."""

from __future__ import annotations

from typing import Any

from metaethno.checklists.findings import (
    NO,
    NOT_APPLICABLE,
    PARTLY,
    YES,
    Finding,
    Reader,
    as_rows,
    databases,
)  # fmt: skip
from metaethno.fragments.data import ReportData
from metaethno.schemas import TABLES

PATH = TABLES["sources"].path
_NO_LOG = "a search log"


def answer_prisma_s(data: ReportData) -> list[dict[str, Any]]:
    """Return a row of `prisma_s.csv` for each item."""
    read = Reader(data)
    return as_rows("prisma_s", data, {**_sources(read), **_strategies(read)})


def _of_kind(read: Reader, kinds: tuple[str, ...], what: str) -> Finding:
    """Look for searches of a kind; that the log has none is an answer too."""
    sources = read.data.sources
    if not len(sources):
        return Finding(NO, missing=_NO_LOG)
    if bool(sources["kind"].isin(kinds).any()):
        return Finding(YES, PATH, read.hash_of(PATH))
    return Finding(NOT_APPLICABLE, PATH, read.hash_of(PATH), f"the search log has no {what}")


def _column(read: Reader, frame: Any, column: str, what: str) -> Finding:
    return read.filled("sources", frame, [column], what) if len(frame) else Finding(NO, missing=_NO_LOG)


def _sources(read: Reader) -> dict[int, list[Finding | None]]:
    sources, searched = read.data.sources, databases(read.data)
    together = Finding(NOT_APPLICABLE, PATH, read.hash_of(PATH), "no databases were searched together on one platform")
    grouped = bool((sources["platform_group"] != "").any())
    cited = sources[sources["kind"].isin(["citation_backward", "citation_forward"])]
    return {
        1: [_column(read, searched, "platform", "the platform of every database")],
        2: [_column(read, sources, "source", _NO_LOG) if grouped or not len(sources) else together],
        3: [_of_kind(read, ("register",), "register")],
        4: [_of_kind(read, ("website", "organisation", "hand_search"), "website, organisation or hand search")],
        5: [
            _of_kind(read, ("citation_backward", "citation_forward"), "citation searching"),
            _column(read, cited, "seed_report_ids", "the reports that citation searching started from")
            if len(cited) else None,
        ],
        6: [_of_kind(read, ("contact",), "person who was asked")],
        7: [_of_kind(read, ("other",), "other source")],
    }  # fmt: skip


def _strategies(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    sources, searched = data.sources, databases(data)
    return {
        8: [_column(read, searched, "query_file", "the query of every search, exactly as it was run")],
        9: [_column(read, searched, "limits", "limits, or the word 'none'")],
        10: [_column(read, searched, "filters", "search filters, or the word 'none'")],
        11: [read.prose("prisma-s-11", "whether strategies of other reviews were used")],
        12: [_updates(read)],
        13: [_column(read, sources, "searched_on", "the day of every search")],
        14: [read.prose("prisma-s-14", "whether the strategy was reviewed by peers")],
        15: [_column(read, sources, "parsed", "the records of every source"), read.stand_in_numbers()],
        16: [
            read.prose("prisma-s-16", "how duplicates were found, and with what software"),
            Finding(YES, TABLES["members"].path, read.hash_of(TABLES["members"].path))
            if len(data.members) else Finding(NO, missing="which rows form which record"),
        ],
    }  # fmt: skip


def _updates(read: Reader) -> Finding:
    sources = read.data.sources
    if not len(sources):
        return Finding(NO, missing=_NO_LOG)
    runs = sorted(set(sources["run"]))
    if len(runs) < 2:
        return Finding(NOT_APPLICABLE, PATH, read.hash_of(PATH), "the search was run once")
    later = databases(read.data)
    later = later[later["run"] != runs[0]]
    said = "which search each later one reruns"
    found = read.filled("sources", later, ["supersedes"], said)
    return found if found.state != NO else Finding(PARTLY, PATH, read.hash_of(PATH), said)
