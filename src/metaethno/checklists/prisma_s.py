"""The 16 items of PRISMA-S for the report: what stage 1 answers, and what prose and de-duplication add to it."""

from __future__ import annotations

from typing import Any

from metaethno import prisma_s
from metaethno.checklists.findings import NO, YES, Finding, Reader, as_rows
from metaethno.fragments.data import ReportData
from metaethno.schemas import TABLES


def answer_prisma_s(data: ReportData) -> list[dict[str, Any]]:
    """Return a row of `9_reports/prisma_s.csv` for each item.

    A section of the report answers items 11, 14 and 16 as well as a text in the settings does.
    """
    read = Reader(data)
    found: dict[int, list[Finding | None]] = {}
    for item, answer in prisma_s.answers(data.sources, data.config.search).items():
        finding = Finding(answer.state, answer.evidence, read.hash_of(answer.evidence), answer.missing)
        if item in prisma_s.IN_PROSE:
            key, what = prisma_s.IN_PROSE[item]
            finding = read.text(f"search.{key}", getattr(data.config.search, key)) or _prose(read, item, what, finding)
        found[item] = [finding]
    members = TABLES["members"].path
    found[16].append(
        Finding(YES, members, read.hash_of(members))
        if len(data.members)
        else Finding(NO, missing="which rows form which record")
    )
    return as_rows("prisma_s", data, found)


def _prose(read: Reader, item: int, what: str, otherwise: Finding) -> Finding:
    found = read.prose(f"prisma-s-{item}", what)
    return otherwise if found.state == NO else found
