"""What the search log and the settings answer of the 16 items of PRISMA-S.

Rethlefsen and colleagues 2021, doi 10.1186/s13643-020-01542-z. The names of the items are those of the checklist; what
an item asks is a paraphrase (`items.csv`). Stage 1 writes these answers to `1_search/prisma_s.csv`; the report's table
takes the same answers and adds what only prose and later stages can say (items 11, 14 and 16).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from metaethno.schemas import SEARCH_PRISMA_S, SOURCES

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.config import Search

YES, PARTLY, NO, NOT_APPLICABLE = "answered", "partly", "not_answered", "not_applicable"
STAND_IN_NUMBER: Final = "stand-in number"
_CONFIG: Final = "config/review.yaml"
_NO_LOG: Final = "a search log"
# Items that are answered by a text under `search:` in the configuration, or by a section of the report.
IN_PROSE: Final = {
    11: ("prior_work", "whether strategies of other reviews were used, and which"),
    14: ("peer_review", "whether the strategy was reviewed by peers, and how"),
    16: ("deduplication", "how duplicates were found, and with what software"),
}


@dataclass(frozen=True)
class Answer:
    """How far one item is answered, what shows it, and what is missing (or why it does not apply)."""

    state: str
    evidence: str = ""
    missing: str = ""


def names() -> dict[int, str]:
    """Return item -> name."""
    text = resources.files(__name__).joinpath("items.csv").read_text(encoding="utf-8")
    return {int(row["item"]): row["name"] for row in csv.DictReader(io.StringIO(text))}


def answers(sources: pd.DataFrame, settings: Search) -> dict[int, Answer]:
    """Return item -> what `sources` (schemas.SOURCES) and the settings answer of it."""
    if not len(sources):
        found = {item: Answer(NO, missing=_NO_LOG) for item in names()}
    else:
        found = {**_where(sources), **_how(sources)}
    for item, (key, what) in IN_PROSE.items():
        if getattr(settings, key).strip():
            found[item] = Answer(YES, f"{_CONFIG}: search.{key}")
        else:
            place = f"`search: {key}` in {_CONFIG}, or a section with the id #sec-prisma-s-{item}"
            found[item] = Answer(NO, missing=f"{what} ({place})")
    return found


def table(sources: pd.DataFrame, settings: Search) -> pd.DataFrame:
    """Return the answers as schemas.SEARCH_PRISMA_S, all 16 items in order."""
    import pandas as pd

    found = answers(sources, settings)
    rows = [(n, name, found[n].state, found[n].evidence, _sentence(found[n].missing)) for n, name in names().items()]
    return pd.DataFrame(rows, columns=SEARCH_PRISMA_S.names)


def _sentence(text: str) -> str:
    return text and text[:1].upper() + text[1:] + "."


def _filled(rows: pd.DataFrame, column: str, what: str) -> Answer:
    """Look how many cells of a column are filled: all, some or none."""
    cells = rows[column].astype(object).where(rows[column].notna(), "").astype(str)
    empty = rows[cells == ""]
    if len(empty) == len(rows):
        return Answer(NO, missing=f"{what} (column {column} of searches.csv)")
    if not len(empty):
        return Answer(YES, SOURCES.path)
    which = ", ".join(sorted({f"{run} {search}" for run, search in zip(empty["run"], empty["search_id"], strict=True)}))
    return Answer(PARTLY, SOURCES.path, f"{what} (column {column} of searches.csv is empty for {which})")


def _both(*parts: Answer) -> Answer:
    """Return one answer: answered where all parts are, not answered where none is, else partly."""
    states = {p.state for p in parts}
    missing = "; ".join(p.missing for p in parts if p.missing and p.state != YES)
    return Answer(
        states.pop() if len(states) == 1 else PARTLY, next((p.evidence for p in parts if p.evidence), ""), missing
    )


def _of_kind(sources: pd.DataFrame, kinds: tuple[str, ...], what: str) -> Answer:
    """Look for searches of a kind; that the log has none is an answer too."""
    if sources["kind"].isin(kinds).any():
        return Answer(YES, SOURCES.path)
    return Answer(NOT_APPLICABLE, SOURCES.path, f"the search log has no {what}")


def _databases(sources: pd.DataFrame) -> pd.DataFrame:
    return sources[sources["kind"].isin(["database", "register"])]


def _where(sources: pd.DataFrame) -> dict[int, Answer]:
    searched = _databases(sources)
    none = Answer(NOT_APPLICABLE, SOURCES.path, "the search log has no database")
    grouped = bool((sources["platform_group"] != "").any())
    cited = sources[sources["kind"].isin(["citation_backward", "citation_forward"])]
    citation = _of_kind(sources, ("citation_backward", "citation_forward"), "citation searching")
    seeds = (
        [_filled(cited, "seed_report_ids", "the reports that citation searching started from")] if len(cited) else []
    )
    together = Answer(NOT_APPLICABLE, SOURCES.path, "no databases were searched together on one platform")
    return {
        1: _filled(searched, "platform", "the platform of every database") if len(searched) else none,
        2: Answer(YES, SOURCES.path) if grouped else together,
        3: _of_kind(sources, ("register",), "register"),
        4: _of_kind(sources, ("website", "organisation", "hand_search"), "website, organisation or hand search"),
        5: _both(citation, *seeds),
        6: _of_kind(sources, ("contact",), "person who was asked"),
        7: _of_kind(sources, ("other",), "other source"),
    }


def _how(sources: pd.DataFrame) -> dict[int, Answer]:
    searched = _databases(sources)
    none = Answer(NOT_APPLICABLE, SOURCES.path, "the search log has no database")

    def of(column: str, what: str) -> Answer:
        return _filled(searched, column, what) if len(searched) else none

    counted = _filled(sources, "parsed", "the records of every source")
    invented = sources[sources["note"].str.contains(STAND_IN_NUMBER, case=False, regex=False)]
    if len(invented):
        said = f"the counts of {', '.join(sorted(set(invented['run'])))} are stand-in numbers"
        counted = _both(counted, Answer(PARTLY, SOURCES.path, said))
    return {
        8: of("query_file", "the query of every search, exactly as it was run"),
        9: of("limits", "limits, or the word 'none'"),
        10: of("filters", "search filters, or the word 'none'"),
        12: _updates(sources, searched),
        13: _filled(sources, "searched_on", "the day of every search"),
        15: counted,
    }


def _updates(sources: pd.DataFrame, searched: pd.DataFrame) -> Answer:
    runs = sorted(set(sources["run"]))
    if len(runs) < 2:
        return Answer(NOT_APPLICABLE, SOURCES.path, "the search was run once")
    later: Any = searched[searched["run"] != runs[0]]
    if not len(later):
        return Answer(NOT_APPLICABLE, SOURCES.path, "no database was searched again")
    found = _filled(later, "supersedes", "which search each later one reruns")
    return found if found.state != NO else Answer(PARTLY, SOURCES.path, found.missing)
