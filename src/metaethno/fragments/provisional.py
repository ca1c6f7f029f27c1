"""Which numbers may still change: those of a stage where something is open or a check fails, and of all stages after.

Such a number carries a mark wherever it stands, and the banner of every page explains the mark.
"""

from __future__ import annotations

from collections.abc import Iterable

from metaethno.fragments.data import ReportData, rows

MARK = "^†^"
STAGES = ("search", "dedupe", "screening", "eligibility", "extraction", "translation", "synthesis")
_OPEN_FULL_TEXT = ("undecided", "conflict", "awaiting", "not_yet_retrieved")
_FOUND = ("identified", "results")  # boxes that count what the searches gave
_SCREENED = ("screened_excluded", "records_excluded", "full_text", "sought_reports")


def open_counts(data: ReportData) -> dict[str, int]:
    """Return how many decisions are open, by kind. An interpretation that was never signed is not counted as open."""
    return {
        "duplicates": len(data.dedupe_to_decide),
        "screening": int(data.screening_to_decide["record_id"].nunique()),
        "conflicts": len(data.conflicts),
        "eligibility": int(data.assessed["outcome"].isin(_OPEN_FULL_TEXT).sum()),
        "stale": int((data.stale["state"] == "stale").sum()),
    }


def first_open(data: ReportData) -> str:
    """Return the earliest stage at which something is open or a check fails; "" where nothing is."""
    counts = open_counts(data)
    found = {
        "dedupe": counts["duplicates"],
        "screening": counts["screening"] + int((data.conflicts["stage"] == "screening").sum()),
        "eligibility": counts["eligibility"] + int((data.conflicts["stage"] == "eligibility").sum()),
        "synthesis": counts["stale"],
    }
    failing = {stage for stage in STAGES if stage != "dedupe" and _fails(data, stage)}
    return next((stage for stage in STAGES if found.get(stage) or stage in failing), "")


def _fails(data: ReportData, stage: str) -> bool:
    return any(row["level"] == "error" for row in rows(getattr(data, f"{stage}_checks")))


def may_change(data: ReportData, stage: str) -> bool:
    """Tell whether a number that this stage makes may still change."""
    first = first_open(data)
    return bool(first) and STAGES.index(stage) >= STAGES.index(first)


def stage_of(box: str) -> str:
    """Return the stage that decides how many are in a box of a flow diagram (of either form)."""
    if box.endswith(_FOUND):
        return "search"
    if box in ("duplicates", "after_duplicates", "screened", "records_screened", "undecided_screening"):
        return "dedupe"
    return "screening" if box.endswith(_SCREENED) else "eligibility"


def marked_boxes(data: ReportData, boxes: Iterable[str]) -> set[str]:
    """Return those of the boxes whose numbers may still change."""
    first = first_open(data)
    if not first:
        return set()
    return {box for box in boxes if STAGES.index(stage_of(box)) >= STAGES.index(first)}
