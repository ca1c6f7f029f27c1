"""Answers the 21 items of ENTREQ (Tong et al. 2012, doi 10.1186/1471-2288-12-181) from the review."""

from __future__ import annotations

from typing import Any

from metaethno.checklists.emerge import CHARACTERISTICS, whole
from metaethno.checklists.findings import NO, PARTLY, YES, Finding, Reader, as_rows, databases, open_outcomes
from metaethno.fragments.data import ReportData
from metaethno.schemas import TABLES


def answer_entreq(data: ReportData) -> list[dict[str, Any]]:
    """Return a row of `entreq.csv` for each item."""
    read = Reader(data)
    return as_rows("entreq", data, {**_selecting(read), **_appraising(read), **_synthesising(read)})


def _selecting(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    return {
        1: [read.setting("question", "the review question")],
        2: [read.setting("method_rationale", "the method of synthesis, with the reason for it")],
        3: [read.setting("search_rationale", "how the search was planned")],
        4: [read.criteria()],
        5: [
            read.table("sources", data.sources, "the sources that were searched, and when"),
            read.setting("search_rationale", "why these sources"),
        ],
        6: [read.filled("sources", databases(data), ["query_file"], "the query of every search")],
        7: [
            read.settled("screened", data.screened, "outcome", open_outcomes()),
            read.people("screened", data.screened[data.screened["votes"] > 0], "decided_by", "who screened"),
        ],
        8: [read.filled("characteristics", data.characteristics, CHARACTERISTICS, "characteristics of the studies")],
        9: [
            read.table("flow", data.flow, "the counts of the flow diagram"),
            whole(read),
            read.left_out("the reasons for leaving full texts out"),
        ],
    }


def _appraising(read: Reader) -> dict[int, list[Finding | None]]:
    return {
        10: [read.prose("entreq-10", "whether and why studies were appraised")],
        11: [read.prose("entreq-11", "the tools of appraisal")],
        12: [read.prose("entreq-12", "how appraisal was done")],
        13: [read.prose("entreq-13", "the results of appraisal")],
    }


def _synthesising(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    argued = data.config.synthesis.line_of_argument
    return {
        14: [
            read.prose("entreq-14", "which parts of the studies were analysed, and how data were taken out"),
            read.table("extracted_constructs", data.constructs, "what was taken out of the studies"),
        ],
        15: [read.prose("entreq-15", "the software that was used")],
        16: [read.people("translations", data.translations, "translators", "who coded and analysed")],
        17: [
            read.table("extracted_constructs", data.constructs, "constructs"),
            read.table("translations", data.translations, "translations of constructs into concepts"),
        ],
        18: [
            read.table("groups", data.groups, "groups of studies"),
            read.table("matrix", data.matrix, "a comparison of the studies, concept by concept"),
        ],
        19: [read.prose("entreq-19", "whether themes were derived from the data or brought to them")],
        20: [quotations(read)],
        21: [
            read.table("third_order", data.third_order, "third-order constructs"),
            read.table("line_of_argument", data.line_of_argument, "a line of argument") if argued else None,
        ],
    }


def quotations(read: Reader) -> Finding:
    """Look for quotations, marked as a participant's or an author's words."""
    data, path = read.data, TABLES["passages"].path
    quoted = data.constructs[data.constructs["text"] != ""]
    if not len(quoted):
        return Finding(NO, missing="quotations, marked as a participant's or an author's")
    own = quoted["speaker"].isin(["participant", "author"])
    if bool(own.all()):
        return Finding(YES, path, read.hash_of(path))
    said = f"{int((~own).sum()):,} of {len(quoted):,} passages are the review author's words about a study"
    return Finding(PARTLY, path, read.hash_of(path), said)
