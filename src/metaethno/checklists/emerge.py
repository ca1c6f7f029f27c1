"""Answers the 19 items of eMERGe (France et al. 2019, doi 10.1186/s12874-018-0600-0) from the review."""

from __future__ import annotations

from typing import Any

from metaethno.checklists.findings import NO, PARTLY, YES, Finding, Reader, as_rows, databases, open_outcomes
from metaethno.fragments.data import ReportData, rows
from metaethno.schemas import TABLES

# What Table 1 should say of every study.
CHARACTERISTICS = ("country", "data_collection_start", "aim", "sample", "data_collection_method", "analysis")


def answer_emerge(data: ReportData) -> list[dict[str, Any]]:
    """Return a row of `emerge.csv` for each item."""
    read = Reader(data)
    answers = {**_phase_1(read), **_phase_2(read), **_phase_3(read), **_phases_4_and_5(read), **_phases_6_and_7(read)}
    return as_rows("emerge", data, answers)


def _phase_1(read: Reader) -> dict[int, list[Finding | None]]:
    return {
        1: [
            read.setting("gap", "what is not yet known"),
            read.setting("context", "the setting in which the synthesis is made"),
        ],
        2: [read.setting("aims", "the aim")],
        3: [read.setting("question", "the review question")],
        4: [read.setting("method_rationale", "why a meta-ethnography and not another method")],
    }


def _phase_2(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    votes = "who screened and who assessed"
    return {
        5: [read.setting("search_rationale", "why the search is built as it is"), read.criteria()],
        6: [
            read.table("sources", data.sources, "a search log: date, platform, string and hits of every search"),
            read.filled("sources", databases(data), ["query_file"], "the query as it was run"),
            read.people("sources", data.sources, "searched_by", "who searched"),
            read.stand_in_numbers(),
        ],
        7: [
            read.settled("screened", data.screened, "outcome", open_outcomes()),
            read.people("screened", data.screened[data.screened["votes"] > 0], "decided_by", votes),
            read.people("assessed", data.assessed[data.assessed["outcome"].isin(["include", "exclude"])],
                        "decided_by", votes),
            read.criteria(),
            read.table("agreement", data.agreement, "agreement between the reviewers"),
        ],
        8: [
            read.table("flow", data.flow, "the counts of the flow diagram"),
            whole(read),
            read.left_out("the full texts left out, with reasons"),
        ],
    }  # fmt: skip


def whole(read: Reader) -> Finding | None:
    """Say what keeps the flow from being final: broken identities, open decisions."""
    data, path = read.data, TABLES["flow"].path
    broken = [row["message"] for row in rows(data.eligibility_checks) if row["level"] == "error"]
    still = sum(int(f["outcome"].isin(open_outcomes()).sum()) for f in (data.screened, data.assessed) if len(f))
    missing = broken + ([f"{still:,} decisions are open: the counts are provisional"] if still else [])
    return Finding(PARTLY, path, read.hash_of(path), "; ".join(missing)) if missing else None


def _phase_3(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    return {
        9: [
            read.prose("emerge-9", "how studies were read and what counts as data"),
            read.table("extracted_constructs", data.constructs, "what was taken out of the studies"),
            read.table("readings", data.readings, "the order of reading"),
        ],
        10: [
            read.table("included_studies", data.included_studies, "the included studies"),
            read.filled("characteristics", data.characteristics, CHARACTERISTICS, "characteristics of the studies"),
        ],
    }


def _phases_4_and_5(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    return {
        11: [
            read.prose("emerge-11", "what was compared between studies, and how"),
            read.table("aspects", data.aspects, "the grid") if len(data.aspects) else None,
            read.table("groups", data.groups, "the groups of studies, with the reason for each"),
        ],
        12: [
            read.table("group_members", data.group_members, "which study is in which group"),
            read.table("relations", data.relations, "how the studies relate: reciprocal, refutational, one argument"),
        ],
        13: [
            read.prose("emerge-13", "how studies were translated into one another"),
            read.table("translations", data.translations, "translations"),
            read.filled("extracted_constructs", data.constructs, ["locator"], "a passage for every construct"),
            read.table("readings", data.readings, "the order of reading"),
            refutation(read),
            weighed(read),
            read.people("translations", data.translations, "translators", "who translated"),
        ],
        14: [read.table("matrix", data.matrix[data.matrix["cell"] == "translation"], "a translation matrix")],
    }


def refutation(read: Reader) -> Finding:
    """Look whether refutation was looked for in every group."""
    data, path = read.data, TABLES["refutation_checks"].path
    groups = set(data.groups["group_id"])
    looked = groups & (set(data.refutation_checks["group_id"]) | set(data.refutations["group_id"]))
    if groups and looked == groups:
        return Finding(YES, path, read.hash_of(path))
    missing = f"refutation was looked for in {len(looked)} of {len(groups)} groups" if groups else "groups"
    return Finding(PARTLY if looked else NO, path if looked else "", read.hash_of(path), missing)


def weighed(read: Reader) -> Finding:
    """Look for other readings that were weighed: beside a translation, rejected, or in a memo."""
    data, path = read.data, TABLES["translations"].path
    beside = (data.translations["alternative_reading"] != "") | (data.translations["status"] == "rejected")
    if bool(beside.any()):
        return Finding(YES, path, read.hash_of(path))
    path = TABLES["memos"].path
    if bool((data.memos["kind"] == "alternative").any()):
        return Finding(YES, path, read.hash_of(path))
    return Finding(NO, missing="other readings that were weighed")


def _phases_6_and_7(read: Reader) -> dict[int, list[Finding | None]]:
    data = read.data
    argued = data.config.synthesis.line_of_argument
    reflexive = data.memos[data.memos["kind"] == "reflexive"]
    return {
        15: [
            read.prose("emerge-15", "how the overarching concepts were developed"),
            read.table("third_order_support", data.third_order_support, "what each third-order construct rests on"),
            weighed(read),
        ],
        16: [
            read.table("third_order", data.third_order, "third-order constructs"),
            read.table("line_of_argument", data.line_of_argument, "a line of argument") if argued else None,
            read.prose("emerge-16", "the new interpretation in words"),
        ],
        17: [read.prose("emerge-17", "a summary of the findings, set against the literature")],
        18: [
            read.prose("emerge-18", "strengths and limits"),
            read.standpoints(),
            read.table("memos", reflexive, "a reflexive memo: the reviewers' part in the findings"),
        ],
        19: [read.prose("emerge-19", "what follows from the synthesis")],
    }
