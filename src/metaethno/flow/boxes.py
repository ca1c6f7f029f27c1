"""The boxes of the flow diagrams: for each box the list of what is in it, so that every number can be explained.

A count is the length of such a list and nothing else. Records, reports and studies are never mixed: a box says which
of them it counts. Names of the boxes of the forms `prisma2020` are the field names of the PRISMA2020 R package
(Haddaway et al. 2022, Campbell Systematic Reviews 18:e1230); the form is that of Page et al. 2021, BMJ 372:n71, the
other one that of Moher et al. 2009, BMJ 339:b2535.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from metaethno.among import among
from metaethno.cells import each_row
from metaethno.config import View

if TYPE_CHECKING:
    import pandas as pd

ALL = "all"
COLUMN_A = ("database", "register")
# The form of 2020 calls its third box "citation searching, etc.": what is neither a website nor an organisation.
ETC = ("citation_backward", "citation_forward", "hand_search", "contact", "other")
OPEN_SCREENING = ("conflict", "undecided")
RELEASED_RUN = "released_run"  # the box of `baseline.csv` that says which runs the released version had
OPEN_FULL_TEXT = ("awaiting", "conflict", "undecided", "not_yet_retrieved")


@dataclass(frozen=True)
class Box:
    """One box: what is in it.

    ids: columns id and run, one row per thing counted. parts: the same with a column `detail` (source, reason, ...),
    where the box is split; None where it isn't. details: those to be shown even where nothing is in them. total: is
    the box itself counted, or only its parts. runs: the runs it is split by.
    """

    name: str
    unit: str
    ids: pd.DataFrame
    runs: tuple[str, ...]
    parts: pd.DataFrame | None = None
    details: tuple[str, ...] = ()
    total: bool = True

    def _listed(self, detail: str, run: str) -> pd.DataFrame:
        frame = self.ids
        if detail:
            frame = self.ids.iloc[:0] if self.parts is None else self.parts[self.parts["detail"].eq(detail)]
        return frame if run == ALL else frame[frame["run"].eq(run)]

    def listing(self, detail: str = "", run: str = ALL) -> list[str]:
        """Return the ids in this box, or in one of its parts, of one run or of all."""
        found: list[str] = self._listed(detail, run)["id"].tolist()
        return found

    @cached_property
    def _counts(self) -> Counter[tuple[str, str]]:
        """How many are in it, and in each of its parts, by run and in all: by (detail, run)."""
        found = {("", run): count for run, count in Counter(self.ids["run"].tolist()).items()}
        found["", ALL] = len(self.ids)
        for (detail, run), count in self._parts_counts.items():
            if detail:
                found[detail, run] = count
                found[detail, ALL] = found.get((detail, ALL), 0) + count
        return Counter(found)

    @cached_property
    def _parts_counts(self) -> Counter[tuple[str, str]]:
        return Counter() if self.parts is None else Counter(each_row(self.parts, "detail", "run"))

    def count(self, detail: str = "", run: str = ALL) -> int:
        """Return how many are in it."""
        return self._counts[detail, run]

    def parts_count(self, run: str = ALL) -> int:
        """Return how many are in its parts together."""
        return sum(count for (_, at), count in self._parts_counts.items() if run in (ALL, at))


@dataclass(frozen=True)
class Released:
    """What a released version held, as its `baseline.csv` tells it.

    runs: run -> rows it had then. studies, reports: ids; of a version that was not made with this program only the
    numbers are known, and a placeholder stands for each. listed: are these real ids.
    """

    release: str = ""
    runs: dict[str, int] = field(default_factory=dict)
    studies: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    listed: bool = False


@dataclass(frozen=True)
class World:
    """The tables that the boxes are lists of, joined once.

    rows: members (row_id, record_id, run, source, kind). records: screened, with `column_run`: for a record of
    column A the first run that found it in a database or register, which is where that column counts it; else its
    first run. reports: assessed, with `column_run`. excluded, studies: as stage 5 makes them. sources: (run, source,
    kind) that were searched, also where they gave nothing. first_run: of every record, by record_id. released: the
    version that this one updates, if there is one.
    """

    rows: pd.DataFrame
    records: pd.DataFrame
    reports: pd.DataFrame
    excluded: pd.DataFrame
    studies: pd.DataFrame
    sources: pd.DataFrame
    first_run: pd.Series
    runs: tuple[str, ...] = ()
    released: Released = Released()

    def since_release(self) -> World:
        """Return what came in by the runs after the release: rows of these runs, and what they found first."""
        new = tuple(run for run in self.runs if run not in self.released.runs)

        def later(frame: pd.DataFrame, column: str) -> pd.DataFrame:
            return frame[frame[column].isin(new)]

        return replace(
            self,
            rows=later(self.rows, "run"),
            records=later(self.records, "first_run"),
            reports=later(self.reports, "first_run"),
            sources=later(self.sources, "run"),
            runs=new,
        )


def world(
    members: pd.DataFrame,
    unique: pd.DataFrame,
    screened: pd.DataFrame,
    assessed: pd.DataFrame,
    excluded: pd.DataFrame,
    studies: pd.DataFrame,
    sources: pd.DataFrame,
    baseline: pd.DataFrame | None = None,
) -> World:
    """Return the tables (schemas MEMBERS, UNIQUE, SCREENED, ASSESSED, EXCLUDED, INCLUDED_STUDIES, SOURCES) joined.

    baseline: schema BASELINE, where versions of this review were released.
    """
    import pandas as pd

    rows = members[["row_id", "record_id", "run", "source", "kind"]]
    # The record's own row first: it is the earliest that was registered.
    rows = rows.assign(later=rows["row_id"].ne(rows["record_id"]))
    rows = rows.sort_values(["run", "later", "row_id"], kind="stable").reset_index(drop=True)
    base = unique.set_index("record_id")
    found = rows[rows["kind"].isin(COLUMN_A)].groupby("record_id")["run"].first()
    in_a = base["origin"].eq("databases") & among(unique["record_id"], found.index.to_series()).to_numpy()
    column_run = base["first_run"].where(~in_a, found.reindex(base.index))
    searched = pd.concat([sources[["run", "source", "kind"]], rows[["run", "source", "kind"]]]).drop_duplicates()

    def placed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(column_run=frame["record_id"].map(column_run).astype("str").fillna(frame["first_run"]))

    runs = tuple(sorted(set(searched["run"].tolist())))
    known = Released() if baseline is None else released(updated_release(baseline, runs), rows)
    tables = (rows, placed(screened), placed(assessed), excluded, placed(studies), searched)
    return World(*tables, base["first_run"], runs, known)


def updated_release(baseline: pd.DataFrame, runs: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the released version that these runs update: the last one that lacks some of them.

    So the flow of an update stays what it was when the update is released itself, until there is a run after it.
    Where every release holds all runs, there is nothing to update yet: the last one. `baseline`: schema BASELINE.
    """
    if not len(baseline):
        return baseline
    ran = baseline[baseline["box"].eq(RELEASED_RUN)].groupby("release")["detail"].agg(set).to_dict()
    known = [(ran.get(name, set()), name) for name in baseline["release"].unique()]
    older = [one for one in known if set(runs) - one[0]]
    _, last = max(older or known, key=lambda one: (len(one[0]), _in_order(one[1])))
    return baseline[baseline["release"].eq(last)]


def _in_order(name: str) -> list[tuple[int, str]]:
    """Return what names are sorted by as people number them: v9 before v10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]


def released(baseline: pd.DataFrame, rows: pd.DataFrame) -> Released:
    """Return what the rows of one release (schema BASELINE) say; a record that was merged since has its present id."""
    if not len(baseline):
        return Released()
    counts = baseline["count"].astype(int)

    def of(box: str) -> tuple[str, ...]:
        mine = baseline["box"].eq(box)
        ids = baseline.loc[mine & baseline["detail"].ne(""), "detail"].tolist()
        total = int(counts[mine & baseline["detail"].eq("")].sum())
        return tuple(sorted(ids)) or tuple(f"{release}-unlisted-{n}" for n in range(1, total + 1))

    release = str(baseline["release"].iloc[0])
    ran = baseline["box"].eq(RELEASED_RUN)
    home = dict(each_row(rows, "row_id", "record_id"))
    listed = (baseline["box"].isin(["previous_studies", "previous_reports"]) & baseline["detail"].ne("")).any()
    return Released(
        release,
        dict(zip(baseline.loc[ran, "detail"].tolist(), counts[ran].tolist(), strict=True)),
        of("previous_studies"),
        tuple(sorted({home.get(one, one) for one in of("previous_reports")})),
        bool(listed),
    )


def _ids(frame: pd.DataFrame, key: str, run: str) -> pd.DataFrame:
    return frame[[key, run]].set_axis(["id", "run"], axis=1).astype(str).reset_index(drop=True)


def _parts(frame: pd.DataFrame, key: str, run: str, detail: str) -> pd.DataFrame:
    return _ids(frame, key, run).assign(detail=frame[detail].astype(str).array)


def duplicates(rows: pd.DataFrame, kept: pd.Series, first_run: pd.Series) -> pd.DataFrame:
    """Return the rows that are not the first of their record, with `detail`: how each repeats what was there.

    rows: part of `World.rows`, in its order. kept: the records of which one row isn't a duplicate. first_run: of all
    records, by record_id. detail: earlier_run (the record was there in an earlier run), else within_source (the same
    source holds it twice in that run), else across_sources.
    """
    import pandas as pd

    is_kept = among(rows["record_id"], kept)
    again = rows.duplicated("record_id") | ~is_kept
    begun = rows.groupby("record_id")["run"].transform("first")
    begun = begun.where(is_kept, rows["record_id"].map(first_run))
    twice = rows.duplicated(["record_id", "run", "source"])
    detail = (
        pd.Series("across_sources", rows.index).mask(twice, "within_source").mask(rows["run"] > begun, "earlier_run")
    )
    return rows.assign(detail=detail)[again]


DUPLICATES = ("within_source", "across_sources", "earlier_run")


class _Maker:
    """Makes the boxes of one view from a world; `run` is the column that says which run a record belongs to."""

    def __init__(self, of: World, view: View) -> None:
        self.of = of
        self.first_only = view.records_of == "first_run"
        self.upper_runs = of.runs[:1] if self.first_only else of.runs
        self.boxes: dict[str, Box] = {}

    def add(
        self,
        name: str,
        unit: str,
        ids: pd.DataFrame,
        parts: pd.DataFrame | None = None,
        details: Iterable[str] = (),
        *,
        total: bool = True,
        upper: bool = False,
    ) -> None:
        """Enter a box; `upper` ones show only the runs whose records the view counts."""
        runs = self.upper_runs if upper else self.of.runs
        seen = set() if parts is None else set(parts["detail"].unique().tolist()) - {""}
        shown = tuple(dict.fromkeys([*details, *sorted(seen)]))
        self.boxes[name] = Box(name, unit, ids, runs, parts, shown, total)

    def searched(self, kinds: Iterable[str]) -> list[str]:
        """Return the sources of these kinds in the runs that are counted, sorted."""
        at = self.of.sources
        return sorted(set(at.loc[at["kind"].isin(list(kinds)) & at["run"].isin(self.upper_runs), "source"].tolist()))

    def by_reason(self, frame: pd.DataFrame, run: str) -> pd.DataFrame:
        """Return the parts of a box of reports left out: detail is the reason that is counted."""
        told = frame[["record_id", run]].merge(self.of.excluded[["record_id", "reason_id"]], on="record_id")
        return _parts(told, "record_id", run, "reason_id")


def prisma2020(of: World, view: View) -> dict[str, Box]:
    """Return the boxes of a PRISMA 2020 diagram for a new review with databases, registers and other methods.

    Hand search, contacts and other single finds stand in `citations_results`, the "etc." of the form. Beyond the
    form: `undecided_screening` and `undecided_full_text`, so that the sums hold while decisions are open.
    """
    make = _Maker(of, view)
    rows = of.rows[of.rows["run"].isin(make.upper_runs)]
    for kind in COLUMN_A:
        mine = rows[rows["kind"].eq(kind)]
        make.add(f"{kind}_results", "record", _ids(mine, "row_id", "run"), upper=True)
        parts = _parts(mine, "row_id", "run", "source")
        name = f"{kind}_specific_results"
        make.add(name, "record", _ids(mine, "row_id", "run"), parts, make.searched([kind]), total=False, upper=True)
    found = rows[rows["kind"].isin(COLUMN_A)]
    column_a = of.records["origin"].eq("databases")
    again = duplicates(found, of.records.loc[column_a, "record_id"], of.first_run)
    parts = _parts(again, "row_id", "run", "detail")
    make.add("duplicates", "record", parts[["id", "run"]], parts, DUPLICATES, upper=True)
    for name in ("excluded_automatic", "excluded_other"):
        make.add(name, "record", parts[["id", "run"]].iloc[:0], upper=True)
    records = of.records[column_a & of.records["column_run"].isin(make.upper_runs)]
    make.add("records_screened", "record", _ids(records, "record_id", "column_run"), upper=True)
    out = records[records["outcome"].eq("exclude")]
    make.add("records_excluded", "record", _ids(out, "record_id", "column_run"), upper=True)
    waiting = of.records[among(of.records["record_id"], records["record_id"]) | ~column_a]
    waiting = waiting[waiting["outcome"].isin(OPEN_SCREENING)]
    parts = _parts(waiting, "record_id", "column_run", "origin")
    make.add("undecided_screening", "record", parts[["id", "run"]], parts, ("databases", "other"))
    _other_sources(make)
    _reports(make, "dbr", of.reports[of.reports["origin"].eq("databases")])
    _reports(make, "other", of.reports[of.reports["origin"].eq("other")])
    waiting = of.reports[of.reports["outcome"].isin(OPEN_FULL_TEXT)]
    parts = _parts(waiting, "record_id", "column_run", "origin")
    make.add("undecided_full_text", "report", parts[["id", "run"]], parts, ("databases", "other"))
    _included(make, "new_studies", "new_reports", "column_run")
    return make.boxes


def _other_sources(make: _Maker) -> None:
    """Enter the first boxes of column B: rows as they were exported or entered; the form has no duplicates there."""
    rows = make.of.rows
    for name, kinds in {
        "website_results": ("website",),
        "organisation_results": ("organisation",),
        "citations_results": ETC,
    }.items():
        mine = rows[rows["kind"].isin(kinds)]
        parts = _parts(mine, "row_id", "run", "kind") if len(kinds) > 1 else None
        make.add(name, "record", _ids(mine, "row_id", "run"), parts)


def _reports(make: _Maker, column: str, reports: pd.DataFrame) -> None:
    """Enter the boxes of full texts of one column: sought, not retrieved, assessed, excluded by reason."""

    def at(*outcomes: str) -> pd.DataFrame:
        return reports[reports["outcome"].isin(outcomes)]

    run = "column_run"
    make.add(f"{column}_sought_reports", "report", _ids(reports, "record_id", run))
    make.add(f"{column}_notretrieved_reports", "report", _ids(at("not_retrieved"), "record_id", run))
    make.add(f"{column}_assessed", "report", _ids(at("include", "exclude"), "record_id", run))
    out = at("exclude")
    make.add(f"{column}_excluded", "report", _ids(out, "record_id", run), make.by_reason(out, run))


def _included(make: _Maker, studies_box: str, reports_box: str, run: str) -> None:
    """Enter the last two boxes. A study belongs to the run of its earliest report."""
    of = make.of
    included = of.reports[of.reports["outcome"].eq("include")]
    parts = _parts(included, "record_id", run, "origin")
    make.add(reports_box, "report", parts[["id", "run"]], parts, ("databases", "other"))
    studies = of.studies[of.studies["role"].ne("redundant")].sort_values([run, "study_id"], kind="stable")
    make.add(studies_box, "study", _ids(studies.drop_duplicates("study_id"), "study_id", run))


def prisma2009(of: World, view: View) -> dict[str, Box]:
    """Return the boxes of a PRISMA 2009 diagram.

    With `records_of: all_runs` the upper boxes (identified to screened_excluded) count every row of every kind of
    source; with `first_run` those of the databases and registers of the first run only, while full texts and what
    follows are pooled over all runs and kinds of source. `duplicates` is not printed on the form, but its sums need
    it. A full text that was not retrieved counts as assessed and left out, since the form has no box for it.
    """
    make = _Maker(of, view)
    run = "column_run" if make.first_only else "first_run"
    rows = of.rows[of.rows["run"].isin(make.upper_runs)]
    if make.first_only:
        rows = rows[rows["kind"].isin(COLUMN_A)]
    parts = _parts(rows, "row_id", "run", "source")
    kinds = COLUMN_A if make.first_only else set(of.sources["kind"].tolist())
    make.add("identified", "record", parts[["id", "run"]], parts, make.searched(kinds), upper=True)
    first = rows.drop_duplicates("record_id")
    again = duplicates(rows, first["record_id"], of.first_run)
    parts = _parts(again, "row_id", "run", "detail")
    make.add("duplicates", "record", parts[["id", "run"]], parts, DUPLICATES, upper=True)
    make.add("after_duplicates", "record", _ids(first, "record_id", "run"), upper=True)
    records = of.records[among(of.records["record_id"], first["record_id"])]
    # In this view a record belongs to the run that is drawn, also where its first row came from another method.
    records = records.assign(at=of.runs[0] if make.first_only and of.runs else records[run])
    make.add("screened", "record", _ids(records, "record_id", "at"), upper=True)
    for name, outcomes in {"screened_excluded": ("exclude",), "undecided_screening": OPEN_SCREENING}.items():
        some = records[records["outcome"].isin(outcomes)]
        make.add(name, "record", _ids(some, "record_id", "at"), upper=True)
    done = of.reports[of.reports["outcome"].isin(["include", "exclude", "not_retrieved"])]
    make.add("full_text", "report", _ids(done, "record_id", run))
    waiting = of.reports[of.reports["outcome"].isin(OPEN_FULL_TEXT)]
    make.add("undecided_full_text", "report", _ids(waiting, "record_id", run))
    out = done[done["outcome"].ne("include")]
    make.add("full_text_excluded", "report", _ids(out, "record_id", run), make.by_reason(out, run))
    _included(make, "included_studies", "included_reports", run)
    return make.boxes


def prisma2020_update(of: World, view: View) -> dict[str, Box]:
    """Return the boxes of a PRISMA 2020 diagram for an updated review.

    The first column is what the released version held; the others count what came in by the runs after it; the last
    box is what is included now. The form speaks of new studies and their reports: a new report of a study that the
    released version already had stands in a box of its own, `new_reports_of_previous_studies`. Beyond the form are
    also `dropped_`: what the released version included and this one doesn't, and `late_`: what is included now and was
    found by a run of the released version, which had not included it.
    """
    make = _Maker(of.since_release(), view)
    previous = of.released
    for name, unit, ids in (
        ("previous_studies", "study", previous.studies),
        ("previous_reports", "report", previous.reports),
    ):
        make.add(name, unit, _listed(ids))
    make.boxes |= prisma2020(make.of, view)
    links = of.studies[of.studies["role"].ne("redundant")]
    included = make.of.reports[make.of.reports["outcome"].eq("include")]
    known = set(previous.studies)
    old_study = links["study_id"].isin(known)
    # A report without a study is an error of its own; it is new for all that anyone knows.
    old = set(links.loc[old_study, "record_id"].tolist()) - set(links.loc[~old_study, "record_id"].tolist())
    run = "column_run"
    for name, reports in (
        ("new_reports_of_previous_studies", included[included["record_id"].isin(old)]),
        ("new_reports", included[~included["record_id"].isin(old)]),
    ):
        parts = _parts(reports, "record_id", run, "origin")
        make.add(name, "report", parts[["id", "run"]], parts, ("databases", "other"))
    new = links[~old_study & links["record_id"].isin(set(included["record_id"].tolist()))]
    new = new.sort_values([run, "study_id"], kind="stable").drop_duplicates("study_id")
    make.add("new_studies", "study", _ids(new, "study_id", run))
    now = {"studies": set(links["study_id"].tolist())}
    now["reports"] = set(of.reports.loc[of.reports["outcome"].eq("include"), "record_id"].tolist())
    for unit, one in (("studies", "study"), ("reports", "report")):
        before = set(make.boxes[f"previous_{unit}"].listing())
        if not previous.listed:
            # Of a version that was made elsewhere only the numbers are known: none of its studies is among ours.
            now[unit] |= before
        new_ones = set(make.boxes[f"new_{unit}"].listing())
        if unit == "reports":
            new_ones |= set(make.boxes["new_reports_of_previous_studies"].listing())
        make.add(f"total_{unit}", one, _listed(now[unit]))
        make.add(f"dropped_{unit}", one, _listed(before - now[unit]))
        make.add(f"late_{unit}", one, _listed(now[unit] - before - new_ones))
    pooled = ("previous_", "total_", "dropped_", "late_")
    return {name: replace(box, runs=()) if name.startswith(pooled) else box for name, box in make.boxes.items()}


def _listed(ids: Iterable[str]) -> pd.DataFrame:
    """Return ids that belong to no run as the contents of a box."""
    import pandas as pd

    return pd.DataFrame({"id": sorted(ids), "run": ""}, dtype=str)


_FORMS = {"prisma2020": prisma2020, "prisma2020_update": prisma2020_update, "prisma2009": prisma2009}


def contents(of: World, view: View) -> dict[str, Box]:
    """Return the boxes of a view, in the order of the form."""
    return _FORMS[view.template](of, view)
