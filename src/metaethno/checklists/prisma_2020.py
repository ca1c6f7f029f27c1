"""Answers PRISMA 2020 (Page et al. 2021, doi 10.1136/bmj.n71): 27 items, 42 with their parts, and 12 on the abstract.

It was made for reviews of the effects of interventions. What has no counterpart in a meta-ethnography is not answered
until a person states, under their name, that it does not apply.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import Any

from metaethno.checklists.emerge import CHARACTERISTICS, refutation, whole
from metaethno.checklists.findings import NO, PARTLY, YES, Finding, Reader, as_rows, databases, open_outcomes
from metaethno.checklists.items import items
from metaethno.fragments.data import ReportData

_TITLE = re.compile(r"review|synthesis|meta-?ethnograph", re.I)


def answer_prisma_2020(data: ReportData) -> list[dict[str, Any]]:
    """Return a row of `prisma_2020.csv` for each item."""
    read = Reader(data)
    found = {**_before(read), **_methods(read), **_results(read), **_after(read)}
    answers = {
        item.number: found.get(item.item) or [read.prose(f"prisma-2020-{item.item}", item.asks)]
        for item in items("prisma_2020")
    }
    return as_rows("prisma_2020", data, answers)


def _either(read: Reader, item: str, other: str, what: str, *, part: str = "") -> Finding:
    """Look for a section that answers an item, or else one that answers the like item of another checklist.

    part: what that other item asks for besides, so that its section answers this one in part only.
    """
    own = read.prose(f"prisma-2020-{item}", what)
    if own.state != NO:
        return own
    found = read.prose(other, what)
    if found.state == NO:
        return own
    return replace(found, state=PARTLY, missing=part) if part and found.state == YES else found


def _title(read: Reader) -> Finding:
    title = read.data.config.review.title
    where, digest = "config/review.yaml: review.title", sha256(title.encode()).hexdigest()
    if _TITLE.search(title):
        return Finding(YES, where, digest)
    return Finding(PARTLY, where, digest, "the title does not say that this is a review or a synthesis")


def _before(read: Reader) -> dict[str, list[Finding | None]]:
    return {
        "1": [_title(read)],
        "3": [read.setting("gap", "what is not yet known"), read.setting("context", "the setting of the review")],
        "4": [read.setting("aims", "the aim"), read.setting("question", "the review question")],
        "abstract-1": [_title(read)],
    }


def _methods(read: Reader) -> dict[str, list[Finding | None]]:
    data = read.data
    who = "who screened and who assessed"
    searched = databases(data)
    return {
        "5": [read.criteria(), read.table("groups", data.groups, "how studies were grouped")],
        "6": [
            read.table("sources", data.sources, "the sources that were searched"),
            read.filled("sources", data.sources, ["searched_on"], "the day of every search"),
        ],
        "7": [
            read.filled("sources", searched, ["query_file"], "the query of every search"),
            read.filled("sources", searched, ["limits", "filters"], "limits and filters, or the word 'none'"),
        ],
        "8": [
            read.settled("screened", data.screened, "outcome", open_outcomes()),
            read.people("screened", data.screened[data.screened["votes"] > 0], "decided_by", who),
            read.table("agreement", data.agreement, "agreement between the reviewers"),
        ],
        "9": [_either(read, "9", "emerge-9", "how data were taken out of the reports, and by whom")],
        "10b": [
            read.table("characteristics", data.characteristics, "what was taken down of every study"),
            read.prose("prisma-2020-10b", "what was assumed where a report is unclear"),
        ],
        "11": [_either(read, "11", "entreq-11", "how studies were appraised")],
        "13a": [
            read.table("group_members", data.group_members, "which study goes into which synthesis"),
            _either(read, "13a", "emerge-11", "how that was decided"),
        ],
        "13d": [
            read.setting("method_rationale", "why results were brought together in this way"),
            _either(read, "13d", "emerge-15", "how results were brought together"),
        ],
        "13e": [
            _either(read, "13e", "emerge-13", "how reasons for differences between studies were looked for",
                    part="the section tells of translating; whether differences are explained there, it doesn't show"),
        ],
    }  # fmt: skip


def _results(read: Reader) -> dict[str, list[Finding | None]]:
    data = read.data
    argued = data.config.synthesis.line_of_argument
    return {
        "16a": [
            read.settled("screened", data.screened, "outcome", open_outcomes()),
            read.table("flow", data.flow, "the counts of the flow diagram"),
            whole(read),
        ],
        "16b": [read.left_out("the full texts left out, with reasons")],
        "17": [
            read.table("included_studies", data.included_studies, "the included studies"),
            read.filled("characteristics", data.characteristics, CHARACTERISTICS, "characteristics of the studies"),
        ],
        "18": [_either(read, "18", "entreq-13", "the appraisal of every study")],
        "19": [read.table("extracted_constructs", data.constructs, "what every study says")],
        "20b": [
            read.table("third_order", data.third_order, "third-order constructs"),
            read.table("line_of_argument", data.line_of_argument, "a line of argument") if argued else None,
        ],
        "20c": [refutation(read)],
    }


def _after(read: Reader) -> dict[str, list[Finding | None]]:
    limits = "eMERGe 18 asks for limits of both kinds: a section of its own would tell these apart"
    return {
        "23a": [_either(read, "23a", "emerge-17", "what the results mean beside other knowledge")],
        "23b": [_either(read, "23b", "emerge-18", "limits of the studies", part=limits)],
        "23c": [_either(read, "23c", "emerge-18", "limits of the way the review was done", part=limits)],
        "23d": [_either(read, "23d", "emerge-19", "what follows for practice, policy and research")],
    }
