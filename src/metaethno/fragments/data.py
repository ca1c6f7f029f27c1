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

    from metaethno.flow import World

# Frames that only hold some columns of their table, or are no table of their own.
UNIQUE_COLUMNS = (
    "record_id", "first_run", "origin", "sources", "title", "authors", "year", "container", "volume", "issue",
    "pages", "doi", "url", "language", "pub_type",
)  # fmt: skip
MEMBER_COUNT_COLUMNS = ("run", "source", "kind", "rule", "rows")
VOTES_BY_DAY_COLUMNS = ("stage", "reviewer", "role", "decided_on", "records")
_PARTIAL = {"unique": UNIQUE_COLUMNS, "members": MEMBER_COUNT_COLUMNS, "votes_by_day": VOTES_BY_DAY_COLUMNS}
# A frame's name, where its table is called otherwise.
_TABLE_OF = {"constructs": "extracted_constructs", **dict.fromkeys(
    ("search_checks", "screening_checks", "eligibility_checks", "extraction_checks", "translation_checks",
     "synthesis_checks", "prose_checks"), "checks"
), "screening_votes": "screening", "eligibility_votes": "eligibility"}  # fmt: skip


def count_members(members: pd.DataFrame) -> pd.DataFrame:
    """Return how many exported rows each rule joined, by run and source (columns run, source, kind, rule, rows)."""
    keys = ["run", "source", "kind", "rule"]
    return members.groupby(keys, as_index=False, sort=True).size().rename(columns={"size": "rows"})


def count_votes(votes: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how many records each reviewer first voted on, by day (the columns VOTES_BY_DAY_COLUMNS).

    votes: stage → its votes (reviewer, role, record_id, decided_on). A record that is voted on again counts once.
    """
    import pandas as pd

    keys, parts = ["reviewer", "role"], []
    for stage, frame in votes.items():
        first = frame.groupby([*keys, "record_id"], as_index=False, sort=False)["decided_on"].min()
        counted = first.groupby([*keys, "decided_on"], as_index=False, sort=True).size()
        parts.append(counted.rename(columns={"size": "records"}).assign(stage=stage))
    return pd.concat(parts, ignore_index=True).reindex(columns=list(VOTES_BY_DAY_COLUMNS))


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

    prose_checks are made by stage 9 itself. unique, members and votes_by_day need only the columns above. pages: name →
    text of `reports/pages/*.qmd`. queries: path → text of the query files. decisions: path → bytes of the tables of
    decisions, in which findings are looked up. hashes: path → SHA-256 of the files that a checklist may name as
    evidence. world: the tables that the boxes of the flow are lists of, where there are any.
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
    votes_by_day: pd.DataFrame = _no_rows("votes_by_day")
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
    prose_checks: pd.DataFrame = _no_rows("prose_checks")
    memos: pd.DataFrame = _no_rows("memos")
    reviewed: pd.DataFrame = _no_rows("reviewed")
    screening_votes: pd.DataFrame = _no_rows("screening_votes")
    eligibility_votes: pd.DataFrame = _no_rows("eligibility_votes")
    statements: pd.DataFrame = _no_rows("statements")
    report_studies: pd.DataFrame = _no_rows("report_studies")
    studies: pd.DataFrame = _no_rows("studies")
    pages: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, bytes] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    world: World | None = None

    @property
    def reports(self) -> pd.DataFrame:
        """The reports in the synthesis: not those that only repeat another one, which are left out with a reason."""
        return self.included_studies[self.included_studies["role"] != "redundant"]

    @property
    def report_records(self) -> dict[str, dict[str, Any]]:
        """The records of these reports, by id: a handful of many thousands."""
        wanted = self.unique["record_id"].isin(set(self.reports["record_id"]))
        return {row["record_id"]: row for row in rows(self.unique[wanted])}

    def named(self, people: object) -> str:
        """Return the people of a cell, whom tables hold by their ids, by their names; who has none stays as written.

        Two people of one name are told apart by their ids.
        """
        team = self.config.team
        names = [person.name for person in team.values()]

        def name(key: str) -> str:
            found = team[key].name if key in team else ""
            return found + (f" ({key})" if names.count(found) > 1 else "") if found else key

        return "; ".join(name(part.strip()) for part in str(people or "").split(";"))

    def is_stand_in(self, people: str) -> bool:
        """Tell whether any of the people in a cell is a stand-in."""
        ids = [p.strip() for p in people.split(";")]
        return any(self.config.team[p].stand_in for p in ids if p in self.config.team)


_NO_FRAMES = ("config", "pages", "queries", "decisions", "hashes", "prose_checks", "world")
FRAMES = tuple(f.name for f in fields(ReportData) if f.name not in _NO_FRAMES)


def texts(frame: Any, key: str, value: str) -> dict[str, str]:
    """Return `value` by `key` of a frame."""
    return dict(zip(frame[key].astype(str), frame[value].astype(str), strict=True))


def rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a frame as mappings (column names may be words that Python reserves)."""
    found: list[dict[str, Any]] = frame.to_dict("records")
    return found


def shown_title(title: str) -> str:
    """Return a title as it is shown: a stand-in for one that no source gives is said in plain words."""
    return "title not found" if not title or title.casefold().startswith("[title not found") else title
