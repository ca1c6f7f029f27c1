"""What people and tools write for a decision and for a reason."""

from __future__ import annotations

from typing import Final

from metaethno.config import Config
from metaethno.exchange.workbook import Options

# Stands before a record's id in what we write for other tools; behind the id, what a worklist of our own would know:
# the text that was shown, and whether it is a calibration or a list of conflicts.
MARK: Final = "metaethno:"
SEEN: Final = "seen:"
ASIDE: Final = {"calibration": "round", "adjudicator": "role"}

_INCLUDE: Final = [
    "y",
    "yes",
    "1",
    "ok",
    "in",
    "incl",
    "included",
    "inclusion",
    "true",
    "relevant",
    "accept",
    "accepted",
    "keep",
    "+",
]
_EXCLUDE: Final = [
    "n",
    "no",
    "0",
    "-1",
    "out",
    "excl",
    "excluded",
    "exclusion",
    "false",
    "irrelevant",
    "reject",
    "rejected",
    "drop",
    "-",
]
_UNSURE: Final = ["?", "maybe", "unclear", "undecided", "uncertain", "perhaps", "m", "u"]
_AWAITING: Final = ["awaiting classification", "awaiting information", "wait", "waiting"]


def decisions(stage: str) -> Options:
    """Return what a decision cell may hold in a stage of voting, with what people write instead."""
    labels = {"include": "include", "exclude": "exclude", "unsure": "unsure"}
    also = dict.fromkeys(_INCLUDE, "include") | dict.fromkeys(_EXCLUDE, "exclude") | dict.fromkeys(_UNSURE, "unsure")
    if stage == "eligibility":
        labels["awaiting"] = "awaiting"
        also |= dict.fromkeys(_AWAITING, "awaiting")
    return Options(labels, also)


def retrieval() -> Options:
    """Return what may come of asking for a full text."""
    also = dict.fromkeys(["asked", "ordered", "pending"], "requested")
    also |= dict.fromkeys(["retrieved", "received", "got", "available"], "obtained")
    also |= dict.fromkeys(["not retrieved", "unavailable", "not available", "not found"], "not_obtained")
    also |= dict.fromkeys(_INCLUDE[:2], "obtained") | dict.fromkeys(_EXCLUDE[:2], "not_obtained")
    return Options({"obtained": "obtained", "requested": "requested", "not_obtained": "not obtained"}, also)


def reasons(config: Config, stage: str = "") -> Options:
    """Return the configured reasons for exclusion, with the words that other tools have for them (`also`).

    stage: those that are offered there: nobody tries to obtain what is left out on title and abstract.
    """
    offered = [r for r in config.exclusion_reasons if stage != "screening" or r.box != "not_retrieved"]
    also = {word: reason.id for reason in offered for word in reason.also}
    return Options({reason.id: reason.label for reason in offered}, also)
