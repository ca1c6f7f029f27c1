"""What the reports are made from: every frame the fragments, figures and checklists read, and nothing else."""

# ruff: noqa: RUF009 - `_no_rows` makes a field, as `field` does.

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from metaethno.config import Config
from metaethno.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd

# Frames that only hold some columns of their table, or are no table of their own.
UNIQUE_COLUMNS = (
    "record_id", "first_run", "origin", "sources", "title", "authors", "year", "container", "volume", "issue",
    "pages", "doi", "url", "language", "pub_type",
)  # fmt: skip
MEMBER_COUNT_COLUMNS = ("run", "source", "kind", "rule", "rows")
_PARTIAL = {"unique": UNIQUE_COLUMNS, "members": MEMBER_COUNT_COLUMNS}
# A frame's name, where its table is called otherwise.
_TABLE_OF = {"constructs": "extracted_constructs", **dict.fromkeys(
    ("search_checks", "screening_checks", "eligibility_checks", "extraction_checks", "translation_checks",
     "synthesis_checks"), "checks"
)}  # fmt: skip


def count_members(members: pd.DataFrame) -> pd.DataFrame:
    """Return how many exported rows each rule joined, by run and source (columns run, source, kind, rule, rows)."""
    keys = ["run", "source", "kind", "rule"]
    return members.groupby(keys, as_index=False, sort=True).size().rename(columns={"size": "rows"})


def _no_rows(name: str) -> Any:
    def make() -> pd.DataFrame:
        import pandas as pd

        from metaethno.tables import empty

        if name in _PARTIAL:
            return pd.DataFrame({c: pd.Series(dtype=str) for c in _PARTIAL[name]})
        return empty(TABLES[_TABLE_OF.get(name, name)])

    return field(default_factory=make)


@dataclass(frozen=True)
class ReportData:
    """The review as tables, settings and prose. A frame that is not given has no rows: that is a new review.

    unique and members need only the columns above. pages: name → text of `reports/pages/*.qmd`. queries: path →
    text of the query files. hashes: path → SHA-256 of the files that a checklist may name as evidence.
    """

    config: Config
    sources: pd.DataFrame = _no_rows("sources")
    search_checks: pd.DataFrame = _no_rows("search_checks")
    unique: pd.DataFrame = _no_rows("unique")
    members: pd.DataFrame = _no_rows("members")
    dedupe_to_decide: pd.DataFrame = _no_rows("dedupe_to_decide")
    rerun: pd.DataFrame = _no_rows("rerun")
    source_counts: pd.DataFrame = _no_rows("source_counts")
    screened: pd.DataFrame = _no_rows("screened")
    screening_to_decide: pd.DataFrame = _no_rows("screening_to_decide")
    conflicts: pd.DataFrame = _no_rows("conflicts")
    screening_checks: pd.DataFrame = _no_rows("screening_checks")
    agreement: pd.DataFrame = _no_rows("agreement")
    assessed: pd.DataFrame = _no_rows("assessed")
    excluded: pd.DataFrame = _no_rows("excluded")
    included_studies: pd.DataFrame = _no_rows("included_studies")
    flow: pd.DataFrame = _no_rows("flow")
    eligibility_checks: pd.DataFrame = _no_rows("eligibility_checks")
    characteristics: pd.DataFrame = _no_rows("characteristics")
    constructs: pd.DataFrame = _no_rows("constructs")
    extraction_checks: pd.DataFrame = _no_rows("extraction_checks")
    links: pd.DataFrame = _no_rows("links")
    matrix: pd.DataFrame = _no_rows("matrix")
    coverage: pd.DataFrame = _no_rows("coverage")
    translation_checks: pd.DataFrame = _no_rows("translation_checks")
    groups: pd.DataFrame = _no_rows("groups")
    group_members: pd.DataFrame = _no_rows("group_members")
    relations: pd.DataFrame = _no_rows("relations")
    aspects: pd.DataFrame = _no_rows("aspects")
    trail: pd.DataFrame = _no_rows("trail")
    differences: pd.DataFrame = _no_rows("differences")
    readings: pd.DataFrame = _no_rows("readings")
    concepts: pd.DataFrame = _no_rows("concepts")
    concept_changes: pd.DataFrame = _no_rows("concept_changes")
    translations: pd.DataFrame = _no_rows("translations")
    refutations: pd.DataFrame = _no_rows("refutations")
    refutation_checks: pd.DataFrame = _no_rows("refutation_checks")
    third_order: pd.DataFrame = _no_rows("third_order")
    third_order_support: pd.DataFrame = _no_rows("third_order_support")
    line_of_argument: pd.DataFrame = _no_rows("line_of_argument")
    line_of_argument_support: pd.DataFrame = _no_rows("line_of_argument_support")
    trace: pd.DataFrame = _no_rows("trace")
    support: pd.DataFrame = _no_rows("support")
    leave_one_out: pd.DataFrame = _no_rows("leave_one_out")
    stale: pd.DataFrame = _no_rows("stale")
    synthesis_checks: pd.DataFrame = _no_rows("synthesis_checks")
    memos: pd.DataFrame = _no_rows("memos")
    report_studies: pd.DataFrame = _no_rows("report_studies")
    studies: pd.DataFrame = _no_rows("studies")
    pages: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def reports(self) -> pd.DataFrame:
        """The reports in the synthesis: not those that only repeat another one, which are left out with a reason."""
        return self.included_studies[self.included_studies["role"] != "redundant"]

    @property
    def report_records(self) -> dict[str, dict[str, Any]]:
        """The records of these reports, by id: a handful of many thousands."""
        wanted = self.unique["record_id"].isin(set(self.reports["record_id"]))
        return {row["record_id"]: row for row in rows(self.unique[wanted])}

    def is_stand_in(self, people: str) -> bool:
        """Tell whether any of the people in a cell is a stand-in."""
        ids = [p.strip() for p in people.split(";")]
        return any(self.config.team[p].stand_in for p in ids if p in self.config.team)


FRAMES = tuple(f.name for f in fields(ReportData) if f.name not in ("config", "pages", "queries", "hashes"))


def texts(frame: Any, key: str, value: str) -> dict[str, str]:
    """Return `value` by `key` of a frame."""
    return dict(zip(frame[key].astype(str), frame[value].astype(str), strict=True))


def rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a frame as mappings (column names may be words that Python reserves)."""
    found: list[dict[str, Any]] = frame.to_dict("records")
    return found
