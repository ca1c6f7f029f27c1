"""How a review stands: what is made, what is open and for whom, what the checks say.

Read from the derived tables as they are; it computes nothing that a stage computes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.places import Places
from metaethno.schemas import (
    ASSESSED,
    CHARACTERISTICS,
    CHECKS,
    COMPARISON,
    COVERAGE,
    DEDUPE_TO_DECIDE,
    DIFFERENCES,
    EXTRACTED_CONSTRUCTS,
    SCREENING_TO_DECIDE,
    STALE,
    STATEMENTS,
    SUPPORT,
    TABLES,
    Table,
)
from metaethno.stages import STAGES
from metaethno.statements import settle

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("error", "warning", "note")


@dataclass(frozen=True)
class OpenWork:
    """Something that waits for a person: how many of what, for whom, the table that lists them, and what to do."""

    stage: str
    count: int
    what: str
    whom: str
    table: str
    hint: str


@dataclass(frozen=True)
class State:
    """How the review stands. `made`: are all tables of a stage there.

    checks: rows of the CHECKS tables that are open, each with its stage, file and line; settled: those that a signed
    statement settles.
    """

    made: dict[str, bool] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=dict)
    open: list[OpenWork] = field(default_factory=list)
    checks: list[dict[str, str]] = field(default_factory=list)
    settled: list[dict[str, str]] = field(default_factory=list)


def tables_of(stage: str) -> list[Table]:
    """Return the derived tables of a stage."""
    return [t for t in TABLES.values() if t.path.startswith(f"{STAGES[stage].folder}/")]


def _frame(root: Path, table: Table, columns: list[str]) -> pd.DataFrame | None:
    path = root / table.path
    return tables.read(table, path, columns) if path.is_file() else None


def _open_dedupe(root: Path) -> list[OpenWork]:
    pairs = _frame(root, DEDUPE_TO_DECIDE, ["left_row"])
    if pairs is None or pairs.empty:
        return []
    hint = "`metaethno todo dedupe --reviewer ID` writes the pairs as a sheet to fill in."
    return [OpenWork("dedupe", len(pairs), "doubtful pairs of records", "anyone", DEDUPE_TO_DECIDE.path, hint)]


def _open_screening(root: Path) -> list[OpenWork]:
    todo = _frame(root, SCREENING_TO_DECIDE, ["record_id", "for", "why"])
    if todo is None or todo.empty:
        return []
    hint = "`metaethno todo screening --reviewer ID` writes the worklist, `metaethno enter` brings it back."
    grouped = todo.groupby(["for", "why"]).size()
    return [
        OpenWork("screening", int(n), f"records on title and abstract ({why})", who, SCREENING_TO_DECIDE.path, hint)
        for (who, why), n in grouped.items()
    ]


def _open_eligibility(root: Path) -> list[OpenWork]:
    assessed = _frame(root, ASSESSED, ["record_id", "outcome"])
    if assessed is None or assessed.empty:
        return []
    waiting = {
        "conflict": (
            "full texts with conflicting votes",
            "adjudicator",
            "`metaethno todo eligibility --reviewer ID --as adjudicator` lists them.",
        ),
        "undecided": (
            "full texts to assess",
            "the reviewers",
            "`metaethno todo eligibility --reviewer ID` writes the worklist.",
        ),
        "awaiting": ("full texts awaiting information", "the reviewers", "See data/decisions/retrieval.csv."),
        "not_yet_retrieved": (
            "full texts to obtain",
            "anyone",
            "`metaethno todo eligibility --reviewer ID` writes the worklist: column *obtained*.",
        ),
    }
    counts = assessed["outcome"].value_counts()
    return [
        OpenWork("eligibility", int(counts[outcome]), what, whom, ASSESSED.path, hint)
        for outcome, (what, whom, hint) in waiting.items()
        if outcome in counts
    ]


def _open_extraction(root: Path) -> list[OpenWork]:
    compared = _frame(root, COMPARISON, ["state"])
    if compared is None or compared.empty:
        return []
    settle = "`metaethno todo extraction --reviewer ID --as adjudicator` lists them side by side."
    todo = "`metaethno todo extraction --reviewer ID` writes the sheet."
    waiting = {
        "differ": ("cells that people extracted differently", "whoever settles them", settle),
        "waiting": ("cells that a second person has still to extract", "the reviewers", todo),
        "missing": ("required cells that nobody has extracted", "the reviewers", todo),
    }
    counts = compared["state"].value_counts()
    return [
        OpenWork("extraction", int(counts[state]), what, whom, COMPARISON.path, hint)
        for state, (what, whom, hint) in waiting.items()
        if state in counts
    ]


def _open_translation(root: Path) -> list[OpenWork]:
    found = []
    coverage = _frame(root, COVERAGE, ["study_id", "passes"])
    if coverage is not None and coverage.empty and (n := _studies_read(root)):
        hint = "`metaethno todo relating --reviewer ID` writes the form: which studies belong together, and why."
        found.append(OpenWork("translation", n, "studies to be related", "the reviewers", COVERAGE.path, hint))
    elif coverage is not None and (unread := coverage.loc[coverage["passes"] == 0, "study_id"].nunique()):
        hint = "`metaethno todo translation --reviewer ID` writes the next study's form."
        found.append(
            OpenWork("translation", int(unread), "studies to be translated", "the reviewers", COVERAGE.path, hint)
        )
    differences = _frame(root, DIFFERENCES, ["state"])
    n = 0 if differences is None else int(differences["state"].isin(["differ", "one_only"]).sum())
    if n:
        hint = "`metaethno todo translation --reviewer ID --as adjudicator` puts them side by side."
        what = "constructs that two translators read differently"
        found.append(OpenWork("translation", n, what, "an adjudicator", DIFFERENCES.path, hint))
    return found


def _studies_read(root: Path) -> int:
    """Return how many studies have constructs."""
    constructs = _frame(root, EXTRACTED_CONSTRUCTS, ["study_id"])
    return 0 if constructs is None else int(constructs["study_id"].nunique())


def _open_synthesis(root: Path) -> list[OpenWork]:
    stale = _frame(root, STALE, ["target_id", "state"])
    if stale is None:
        return []
    n = int(stale["state"].eq("stale").sum())
    hint = "`metaethno sign` lists them with what changed, and signs them."
    found = []
    if n:
        what = "interpretations whose evidence changed"
        found.append(OpenWork("synthesis", n, what, "the reviewers", STALE.path, hint))
    characteristics = _frame(root, CHARACTERISTICS, ["study_id"])
    support = _frame(root, SUPPORT, ["target_kind"])
    begun = support is None or support["target_kind"].isin(["third_order", "step"]).any()
    if not begun and characteristics is not None and len(characteristics):
        hint = "`metaethno todo synthesis --reviewer ID` writes the form."
        found.append(OpenWork("synthesis", 1, "argument to be written", "the reviewers", SUPPORT.path, hint))
    return found


def _checks(root: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the findings of all stages, open and settled, with file and line as the decisions are now."""

    def read(path: str) -> bytes | None:
        return (root / path).read_bytes() if (root / path).is_file() else None

    places = Places(read)
    rows: list[dict[str, str]] = []
    for stage in STAGES.values():
        path = root / stage.folder / "checks.csv"
        if path.is_file():
            # By its columns: to hold a table against its schema takes longer than all the rest here.
            frame = tables.read(CHECKS, path, CHECKS.names).astype(object).fillna("").astype(str)
            for row in frame.to_dict("records"):
                file, line = places.of(row)
                rows.append({**row, "stage": stage.name, "file": file, "line": str(line or "")})
    said = _frame(root, replace(STATEMENTS, path=f"{STAGES['synthesis'].folder}/checked/statements.csv"), [])
    rows = sorted(rows, key=lambda row: (*LEVELS, row["level"]).index(row["level"]))
    return settle(rows, [] if said is None else said.to_dict("records"))


def _counts(root: Path) -> dict[str, str]:
    """Return a few words per stage on what it holds."""
    said: dict[str, str] = {}
    for stage, name, noun in (("records", "records", "exported rows"), ("dedupe", "unique", "records")):
        path = root / TABLES[name].path
        if path.is_file():
            n = len(tables.read(TABLES[name], path, [TABLES[name].key[0]]))
            said[stage] = f"{n:,} {one(noun) if n == 1 else noun}"
    for stage, name, column, noun in (
        ("search", "sources", "run", "files"),
        ("screening", "screened", "outcome", ""),
        ("eligibility", "assessed", "outcome", ""),
        ("extraction", "characteristics", "study_id", "studies"),
        ("translation", "matrix", "translation_id", "translations"),
        ("synthesis", "trace", "step_id", "steps"),
    ):
        frame = _frame(root, TABLES[name], [column])
        if frame is None:
            continue
        cells = frame[column][frame[column] != ""]
        if noun:
            n = len(cells) if stage == "search" else cells.nunique()
            said[stage] = f"{n:,} {one(noun) if n == 1 else noun}"
        else:
            said[stage] = ", ".join(
                f"{n:,} {what.replace('_', ' ')}" for what, n in cells.value_counts().sort_index().items()
            )
    return said


def one(what: str) -> str:
    """Return the words for many things as those for one: `studies to be translated` as `study to be translated`."""
    words = re.match(r"((?:doubtful |exported |full |required )?\w+?)(ies|s)\b", what)
    return words[1] + ("y" if words[2] == "ies" else "") + what[words.end() :] if words else what


def read_state(root: Path) -> State:
    """Read how the review in `root` stands. Raises UserError where a derived table was changed by hand."""
    made = {name: all((root / t.path).is_file() for t in tables_of(name)) for name in STAGES}
    finders = (_open_dedupe, _open_screening, _open_eligibility, _open_extraction, _open_translation, _open_synthesis)
    open_work = [replace(w, what=one(w.what)) if w.count == 1 else w for find in finders for w in find(root)]
    return State(made, _counts(root), open_work, *_checks(root))
