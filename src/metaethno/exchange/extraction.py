"""The worklist of extraction, and what comes back: values of the form, passages, constructs, and what was settled.

One workbook holds a sheet for the studies (one row each, a column per field of the form), one for constructs with
their passages, and, where included reports belong to no study yet, one to name their studies. Nobody types an id.

Codes: ME0471 to ME0494 as elsewhere in worklists; ME0476 a value that isn't of its field's type.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from metaethno import form, ledger, tables
from metaethno.config import Config, FormField
from metaethno.errors import Problem, UsageError, UserError
from metaethno.exchange import coded_readers, coding, voting, workbook
from metaethno.exchange.workbook import Field, Options, Sheet
from metaethno.naming import plain
from metaethno.schemas import (
    ALIASES,
    ASSESSED,
    CONSTRUCTS,
    EXTRACTION_VALUES,
    PASSAGES,
    REPORT_STUDIES,
    STUDIES,
)
from metaethno.shell import common, quotations

if TYPE_CHECKING:
    import pandas as pd

# Empty rows for constructs that are still to come: a pick-list reaches as far as the rows that are there.
_BLANKS: Final = 200
_CODED: Final = {
    "study": "study",
    "report": "report",
    "locator": "page",
    "speaker": "speaker",
    "text": "quotation",
    "construct": "construct",
    "authors_term": "authors' term",
    "meaning": "meaning",
    "order": "order",
    "kind": "kind",
    "status": "status",
    "reason": "reason",
    "passage_id": "passage id",
    "construct_id": "construct id",
    "seen": "seen",
}
# A page in the sheet's column of pages may be typed as a number alone.
_BARE_PAGE: Final = re.compile(r"\d{1,5}(?:\s*[-–]\s*\d{1,5})?", re.ASCII)
_ROLES: Final = Options({"main": "main report", "companion": "companion", "redundant": "only repeats another report"})
_SETTLE: Final = Options({"first": "first", "second": "second"}, {"1": "first", "2": "second", "1st": "first"})


# ------------------------------------------------------------------------------------------------ what is there


@dataclass
class _World:
    """The tables that a worklist is made from and that a file is entered into."""

    studies: pd.DataFrame
    reports: pd.DataFrame
    passages: pd.DataFrame
    constructs: pd.DataFrame
    values: pd.DataFrame
    included: pd.DataFrame
    unlinked: pd.DataFrame
    linked: pd.DataFrame  # included reports that have a study, and redundant ones: as ASSESSED
    links: Mapping[str, list[dict[str, str]]]  # record, under the id it has now -> its rows of report_studies
    fields: tuple[FormField, ...]
    places: coding.Places

    def study(self, one: str) -> Mapping[str, str]:
        """Return a study's row of the register."""
        return self._rows.get(one, {})

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, str]]:
        return {str(r["study_id"]): r for r in self.studies.to_dict("records")}


def _world(root: Path, config: Config) -> _World:
    from metaethno.stages.eligibility import included_studies

    names = ("studies", "report_studies", "passages", "constructs", "extraction_values")
    found = common.load_right(root, config, names)
    assessed = voting_derived(root, ASSESSED)
    linked = _linked(root, found["report_studies"])
    # From the register itself: a study that was named a moment ago is there without a further run.
    included = included_studies(assessed, linked)
    links: dict[str, list[dict[str, str]]] = {}
    rows = found["report_studies"][REPORT_STUDIES.names].astype(str).to_dict("records")
    for record, row in zip(linked["record_id"], rows, strict=True):
        links.setdefault(record, []).append({str(k): str(v) for k, v in row.items()})
    # A report that was left out since it repeats another one is linked to the study whose report it repeats.
    repeats = [r.id for r in config.exclusion_reasons if r.box == "redundant_report"]
    repeated = assessed["outcome"].eq("exclude") & assessed["reason_id"].isin(repeats)
    assessed = assessed.assign(redundant=repeated)[assessed["outcome"].eq("include") | repeated]
    assessed = assessed.sort_values(["redundant", "authors", "year", "record_id"], kind="stable")
    has = assessed["record_id"].isin(list(links))
    return _World(
        found["studies"],
        found["report_studies"],
        found["passages"],
        found["constructs"],
        found["extraction_values"],
        included,
        assessed[~has],
        assessed[has],
        links,
        form.fields(config.extraction),
        coding.places(found["studies"], found["report_studies"]),
    )


def _linked(root: Path, report_studies: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `report_studies` with the id that their record has now."""
    from metaethno.carry import resolve

    there = (root / ALIASES.path).is_file()
    aliases = tables.read(ALIASES, root / ALIASES.path) if there else tables.empty(ALIASES)
    rows = report_studies[REPORT_STUDIES.names].astype(str)
    return rows.assign(record_id=list(resolve(rows["record_id"], aliases)))


def voting_derived(root: Path, table: Any) -> pd.DataFrame:
    """Open a derived table of eligibility; raises UserError where it isn't made yet."""
    if not (root / table.path).is_file():
        hint = "Run `metaethno run eligibility` first: it says which studies are included."
        raise UserError(Problem("ME0120", "the file is missing", table.path, hint=hint))
    return tables.read(table, root / table.path)


def _own(values: pd.DataFrame, reviewer: str) -> dict[tuple[str, str], list[dict[str, str]]]:
    """Return the standing values of one person, by study and field."""
    heads = tables.heads(EXTRACTION_VALUES, values)
    mine = heads[heads["reviewer"].eq(reviewer) & heads["role"].eq("extractor")]
    out: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in mine.sort_values("value_id").to_dict("records"):
        out.setdefault((row["study_id"], row["field"]), []).append(row)
    return out


def _shown(world: _World, study: Mapping[str, str], one: FormField, own: Any, needed: int) -> tuple[str, str]:
    """Return what a cell of the sheet holds, and its place: one's own value, or what stands in the register."""
    if own:
        return str(own[-1]["value"]), str(own[-1]["locator"])
    # Whoever extracts as one of two must not see what stands there already.
    return (str(study.get(one.field, "")), "") if needed == 1 else ("", "")


def _hash(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(" ".join(t.split()) for t in texts).encode()).hexdigest()[:8]


# ------------------------------------------------------------------------------------------------ todo


def _options(one: FormField) -> Options | None:
    if one.type == "yes_no":
        return Options({"yes": "yes", "no": "no", form.NOT_REPORTED: form.NOT_REPORTED})
    if one.type == "choice":
        return Options({c: c for c in (*one.choices, form.NOT_REPORTED)})
    return None  # several choices can't be picked from a list; the help names them


def _page_of(one: FormField) -> str:
    return f"{one.heading}: page"


def _study_fields(fields: Iterable[FormField]) -> list[Field]:
    out = [Field("study", 28), Field("reports", 28)]
    for one in fields:
        must = " Required." if one.required else ""
        says = f"{one.help}{must} ({form.allowed(one)})".strip()
        out.append(Field(one.heading, 30 if one.type == "text" else 16, says, _options(one), fill_in=True))
        if one.page:
            out.append(Field(_page_of(one), 10, f"Where the study says it ({one.heading}).", fill_in=True))
    return [*out, Field("study id", hidden=True), Field("seen", hidden=True), Field("reviewer", hidden=True)]


def _study_rows(world: _World, wanted: Sequence[str], reviewer: str, needed: int) -> list[list[str]]:
    own = _own(world.values, reviewer)
    known = {str(r["study_id"]): r for r in world.studies.to_dict("records")}
    cited = world.included.groupby("study_id")["citation"].agg(lambda s: "; ".join(dict.fromkeys(s)))
    out = []
    for study in wanted:
        row = [world.places.studies.labels.get(study, study), str(cited.get(study, ""))]
        seen = []
        for one in world.fields:
            value, page = _shown(world, known.get(study, {}), one, own.get((study, one.field)), needed)
            row += [value, page] if one.page else [value]
            seen.append(f"{one.field}:{_hash(value, page if one.page else '')}")
        out.append([*row, study, " ".join(seen), reviewer])
    return out


def _single_sheets(world: _World, rows: Iterable[Sequence[str]]) -> list[Sheet]:
    """Return a sheet for each of the rows of the sheet of studies, with a line for each question of the form."""
    columns = [
        Field("question", 26),
        Field("answer", 60, fill_in=True),
        Field("page", 10, fill_in=True),
        Field("what it asks", 50),
        Field("what may stand in it", 40),
        *(Field(n, hidden=True) for n in ("study", "study id", "field", "seen", "reviewer")),
    ]
    used: set[str] = set()
    out = []
    for label, reports, *cells, study, seen, reviewer in rows:
        lines, picks, marks = [], {}, dict(pair.partition(":")[::2] for pair in seen.split())
        for at, one in enumerate(world.fields):
            value, page = cells.pop(0), cells.pop(0) if one.page else ""
            says = f"{one.help}{' Required.' if one.required else ''}".strip()
            says += f" (from {reports})" if not at and reports else ""
            mark = f"{one.field}:{marks[one.field]}"
            lines.append([one.heading, value, page, says, form.allowed(one), label, study, one.field, mark, reviewer])
            if options := _options(one):
                picks[at, 1] = options
        out.append(Sheet(workbook.sheet_name(label, used), columns, lines, 1, picks))
    return out


def _wanted(world: _World, config: Config, reviewer: str, new_since: str) -> list[str]:
    """Return the included studies that one person may extract: theirs, and those that want for people."""
    heads = tables.heads(EXTRACTION_VALUES, world.values)
    heads = heads[heads["role"].eq("extractor")]
    people = {str(s): set(w) for s, w in heads.groupby("study_id")["reviewer"]}
    first = world.included.groupby("study_id")["first_run"].min()
    label = world.places.studies.labels
    needed = config.extraction.extractors_per_study
    out = [
        str(study)
        for study, run in first.items()
        if run > new_since
        and (reviewer in people.get(str(study), set()) or len(people.get(str(study), set())) < needed or needed == 1)
    ]
    return sorted(out, key=lambda s: (str(label.get(s, s)).casefold(), s))


def _construct_fields(world: _World, wanted: Sequence[str]) -> list[Field]:
    labels = Options({s: world.places.studies.labels.get(s, s) for s in wanted})
    citations = [c for s in wanted for c in world.places.reports.get(s, {}).values()]
    reports = Options({c: c for c in dict.fromkeys(citations)})
    says: dict[str, tuple[float, str, Options | None]] = {
        "study": (24, "The study. Every row names it.", labels),
        "report": (24, "Which of its reports, where it has several.", reports),
        "page": (9, "Where the words stand: p. 12, or pp. 12-13; a section, where there are no pages.", None),
        "speaker": (16, "Whose words the quotation is.", coding.SPEAKERS),
        "quotation": (
            60,
            "The words, letter for letter. Leave out with [...]; your own additions in [brackets].",
            None,
        ),
        "construct": (26, "A short name. The same name in two rows is one construct with two quotations.", None),
        "authors' term": (20, "What the study's authors call it, in their words.", None),
        "meaning": (40, "What it means in this study.", None),
        "order": (20, "First order: how participants see it. Second: how the authors interpret it.", coding.ORDERS),
        "kind": (16, "What it is.", coding.KINDS),
        "status": (18, "Can it be translated? Empty: it can.", coding.STATUSES),
        "reason": (24, "Why not, where it can't be or was set aside.", None),
    }
    out = [Field(n, width, text, picks, fill_in=True) for n, (width, text, picks) in says.items()]
    return [*out, *(Field(n, hidden=True) for n in ("passage id", "construct id", "seen", "reviewer"))]


def _construct_rows(world: _World, wanted: Sequence[str], reviewer: str, blanks: int) -> list[list[str]]:
    rows = coding.rows(world.constructs, world.passages, world.places, wanted)
    out = [[getattr(row, name) for name in _CODED] + [reviewer] for row in rows]
    return out + [[""] * (len(_CODED) + 1) for _ in range(blanks)]


def _report_sheet(world: _World, reviewer: str) -> Sheet:
    fields = [
        Field("title", 60),
        Field("authors", 30),
        Field("year", 8),
        Field("journal", 24),
        Field(
            "study",
            30,
            "The study it reports: a short name such as 'Doe 2019'. The same name in two rows is one study with two "
            "reports; a report of several studies names them all, parted by ';'.",
            fill_in=True,
        ),
        Field("citation", 24, "How the report is cited, such as 'Doe et al. 2019'.", fill_in=True),
        Field("role", 24, "Empty: the main report; a companion where the study has one.", _ROLES, fill_in=True),
        Field("record id", hidden=True),
        Field("seen", hidden=True),
        Field("reviewer", hidden=True),
    ]
    label = world.places.studies.labels
    rows = []
    for r in [*world.unlinked.to_dict("records"), *world.linked.to_dict("records")]:
        own = world.links.get(r["record_id"], [])
        names = "; ".join(sorted((label.get(one["study_id"], one["study_id"]) for one in own), key=str.casefold))
        roles = {_ROLES.labels[one["role"]] for one in own}
        cited = own[0]["citation"] if own else _citation(r["authors"], r["year"])
        usual = _ROLES.labels["redundant"] if r["redundant"] and not own else ""
        told = [names, cited, roles.pop() if len(roles) == 1 else usual]
        about = [r["title"], r["authors"], r["year"], r["container"]]
        rows.append([*about, *told, r["record_id"], _hash(*told), reviewer])
    return Sheet("Reports", fields, rows, 1)


def _citation(authors: str, year: str) -> str:
    """Return a short citation: one author, two, or the first `et al.`."""
    names = [name.split(",")[0].strip() for name in authors.split(";") if name.strip()]
    said = " and ".join(names[:2]) if len(names) < 3 else f"{names[0]} et al."
    return f"{said} {year}".strip()


def _compared(world: _World, config: Config) -> pd.DataFrame:
    from metaethno.stages.extraction import compare

    return compare(world.values, world.studies, world.included, config.extraction)


def _settle_sheet(differ: pd.DataFrame, fields: Iterable[FormField], reviewer: str) -> Sheet:
    allowed = {f.field: form.allowed(f) for f in fields}
    columns = [
        Field("study", 26),
        Field("what", 24),
        Field("first", 34, "What the first person took out, and from where."),
        Field("second", 34, "What the second person took out, and from where."),
        Field("further", 24),
        Field("settled value", 34, "Pick 'first' or 'second', or write what it should say.", _SETTLE, fill_in=True),
        Field("note", 34, "Why, if it needs saying.", fill_in=True),
        Field("what may stand in it", 30),
        *(Field(n, hidden=True) for n in ("study id", "field", "over", "reviewer")),
    ]
    rows = []
    for r in differ.to_dict("records"):
        told = [
            f"{r[f'{n}_value']} ({', '.join(filter(None, (r[f'{n}_reviewer'], r[f'{n}_locator'])))})"
            for n in ("first", "second")
        ]
        rows.append([r["study"], r["heading"], *told, r["further"], "", "", allowed[r["field"]], r["study_id"],
                     r["field"], r["over"], reviewer])  # fmt: skip
    return Sheet("Settle", columns, rows, 2)


def _check_person(reviewer: str, config: Config, *, adjudicating: bool) -> None:
    voting.check_team(reviewer, config)
    key = "adjudicators" if adjudicating else "reviewers"
    named = config.extraction.adjudicators if adjudicating else config.extraction.reviewers
    if named and reviewer not in named:
        what = "does not settle what was extracted" if adjudicating else "is not one of those who extract"
        hint = f"Add the person to `extraction.{key}` in config/review.yaml."
        raise UserError(Problem("ME0493", f"{reviewer} {what}", allowed=", ".join(named), hint=hint))


def todo(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Made:
    """Write one person's sheets; with `--as adjudicator`, the cells that people extracted differently."""
    adjudicating = arguments.role == "adjudicator"
    _check_person(arguments.reviewer, config, adjudicating=adjudicating)
    other = {"sample": "--sample", "calibration": "--calibration", "pairs": "--pairs", "pair": "--pair"}
    if given := [said for name, said in other.items() if getattr(arguments, name, None)]:
        raise UsageError(Problem("ME0495", f"{', '.join(given)} can't be used for extraction"))
    if arguments.layout == "sheets" and (arguments.to != "xlsx" or adjudicating):
        message = "a sheet for each study is for the workbook of who extracts"
        raise UsageError(Problem("ME0495", message, allowed="--layout sheets with --to xlsx"))
    if arguments.to not in ("xlsx", "csv"):
        message = f"the sheets of extraction can't be written for {arguments.to}"
        raise UsageError(Problem("ME0495", message, allowed="xlsx, csv"))
    world = _world(root, config)
    if adjudicating:
        compared = _compared(world, config)
        sheets = [_settle_sheet(compared[compared["state"].eq("differ")], world.fields, arguments.reviewer)]
        why = {"cells extracted differently": len(list(sheets[0].rows))}
    else:
        sheets, why = _sheets(world, config, arguments)
    why = {what: count for what, count in why.items() if count}
    if not why:
        return voting.Made(None, 0, {})
    path = voting.target(root, stage, arguments)
    opening = [
        "Fill in the yellow columns. An empty cell says nothing; 'not reported' says that the study doesn't tell.",
        f"Save the file, then enter it: metaethno enter extraction FILE --reviewer {arguments.reviewer}",
        "You may enter it as often as you like: what is in it already is not counted twice.",
    ]
    if arguments.to == "xlsx":
        told = {f.name: f for s in sheets for f in s.fields}
        guides = [workbook.help_sheet(list(told.values()), opening)]
        tables.write_bytes(path, workbook.to_xlsx([*sheets, *guides]))
    else:
        # A text file holds one table: the further ones lie beside it.
        beside = {path.with_name(f"{path.stem}-{sheet.name.lower()}.csv"): sheet for sheet in sheets[1:]}
        if there := [str(one) for one in beside if one.exists()]:
            hint = "Move it away, or name another with --out: a worklist that was filled in must not be lost."
            raise UserError([Problem("ME0494", "the file is there already", one, hint=hint) for one in there])
        for one, sheet in ({path: sheets[0]} | beside).items():
            tables.write_bytes(one, workbook.to_csv(sheet))
    return voting.Made(path, sum(why.values()), why)


def _sheets(world: _World, config: Config, arguments: argparse.Namespace) -> tuple[list[Sheet], dict[str, int]]:
    wanted = _wanted(world, config, arguments.reviewer, arguments.new_since or "")
    needed = config.extraction.extractors_per_study
    blanks = _BLANKS if arguments.to == "xlsx" else 0
    sheets = []
    if wanted:
        rows = _study_rows(world, wanted, arguments.reviewer, needed)
        if arguments.layout == "sheets":
            sheets += _single_sheets(world, rows)
        else:
            sheets.append(Sheet("Studies", _study_fields(world.fields), rows, 1))
        rows = _construct_rows(world, wanted, arguments.reviewer, blanks)
        sheets.append(Sheet("Constructs", _construct_fields(world, wanted), rows, 2))
    if len(world.unlinked) or len(world.linked):
        sheets.append(_report_sheet(world, arguments.reviewer))
    return sheets, {"studies": len(wanted), "reports without a study": len(world.unlinked)}


# ------------------------------------------------------------------------------------------------ enter


@dataclass
class _Change:
    """What a file would change: rows by table, counts, and everything that is wrong or odd."""

    values: list[dict[str, str]] = field(default_factory=list)
    studies: list[dict[str, str]] = field(default_factory=list)
    reports: list[dict[str, str]] = field(default_factory=list)
    passages: list[dict[str, str]] = field(default_factory=list)
    constructs: list[dict[str, str]] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    same: int = 0
    empty: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    entered: list[coding.Before] = field(default_factory=list)


@dataclass(frozen=True)
class _Who:
    reviewer: str
    today: str


def _grids(path: Path, world: _World) -> dict[str, workbook.Grid]:
    """Return the sheets of a file that say something, by what they hold; raises UserError where there is none."""
    if not path.is_file():
        raise UserError(Problem("ME0470", "there is no such file", str(path)))
    data = path.read_bytes()
    headings = {workbook.heading(f.heading) for f in world.fields}
    needed = {
        "settle": {"settled value"},
        "constructs": {"construct", "quotation"},
        "reports": {"record id"},
        "studies": headings,
    }
    found: dict[str, workbook.Grid] = {}
    first: UserError | None = None
    if data[:2] == b"PK":
        every = workbook.read_every(data, str(path), {"answer"})
        found = {f"single {n}": g for n, g in enumerate(every) if g.column("study id") is not None}
        if found:
            del needed["studies"]
    for kind, names in needed.items():
        if kind == "studies" and (set(found) & {"settle"} or (data[:2] != b"PK" and found)):
            continue
        try:
            found[kind] = workbook.read_bytes(data, str(path), names)
        except UserError as error:
            if any(p.code != "ME0471" for p in error.problems):
                raise
            first = first or error
    if not found:
        hint = "The header line of the worklist has to stay as it was. For another table: --from table, matrix ..."
        message = "has neither the columns of the extraction form, nor of constructs and quotations"
        raise UserError(Problem("ME0471", message, str(path), 1, hint=hint)) from first
    return found


def _foreign(grid: workbook.Grid, reviewer: str, change: _Change) -> bool:
    """Tell whether a sheet was made for somebody else; adds the problem."""
    at = grid.column("reviewer")
    others = [n for n, who in enumerate(grid.texts("reviewer")) if who not in ("", reviewer)]
    if not others:
        return False
    who = grid.texts("reviewer")[others[0]]
    hint = f"Enter the file with `--reviewer {who}`: nobody's work is entered under another name."
    change.problems.append(grid.problem(others[0], at, f"is from the worklist of {who}", code="ME0487", hint=hint))
    return True


def _read_studies(grid: workbook.Grid, world: _World, who: _Who, needed: int, change: _Change) -> None:
    at = {f.field: grid.column(workbook.heading(f.heading), workbook.heading(f.field)) for f in world.fields}
    pages = {f.field: grid.column(workbook.heading(_page_of(f))) for f in world.fields}
    used = {c for c in (*at.values(), *pages.values(), grid.column("study"), grid.column("study id")) if c is not None}
    change.problems += grid.unusable(used)
    bad = {p.line for p in change.problems}
    ids, names, marks = grid.texts("study id"), grid.texts("study", "label"), grid.texts("seen")
    known = {str(r["study_id"]): r for r in world.studies.to_dict("records")}
    own = _own(world.values, who.reviewer)
    new_id = ledger.id_maker("E", world.values["value_id"])
    met: dict[str, int] = {}
    for place, cells in enumerate(grid.rows):
        line = grid.lines[place]
        given = {f.field: cells[at[f.field]] for f in world.fields if at[f.field] is not None}  # type: ignore[index]
        if line in bad or not (any(given.values()) or ids[place] or names[place]):
            continue
        study = ids[place] if ids[place] in known else world.places.study(names[place])
        if study is None or study not in known:
            near = world.places.studies.near(names[place])
            message = f"{names[place]!r} is no study of this review.{near}" if names[place] else "names no study"
            hint = "Write its label, or take the sheet of `metaethno todo extraction`."
            change.problems.append(grid.problem(place, grid.column("study"), message, code="ME0483", hint=hint))
            continue
        if names[place] and world.places.study(names[place]) not in (study, None):
            hint = "Were columns sorted apart? Write the worklist anew."
            message = f"this name is not the one of its row ({known[study]['label']})"
            change.problems.append(grid.problem(place, grid.column("study"), message, code="ME0483", hint=hint))
            continue
        if study in met:
            message = f"the study already stands in line {met[study]}"
            hint = "Keep one of the two rows."
            change.problems.append(grid.problem(place, grid.column("study"), message, code="ME0485", hint=hint))
            continue
        met[study] = line
        seen = dict(pair.partition(":")[::2] for pair in marks[place].split())
        for one in world.fields:
            if one.field not in given:
                continue
            column, page = at[one.field], pages[one.field]
            locator = cells[page] if page is not None else None
            answer = _Answer(study, one, given[one.field], locator, seen.get(one.field, ""), grid, place, column, page)
            _take(answer, world, own, who, needed, new_id, change)


def _read_singles(grids: Sequence[workbook.Grid], world: _World, who: _Who, needed: int, change: _Change) -> None:
    """Take the answers of sheets with one study each."""
    fields = {f.field: f for f in world.fields}
    known = set(world.studies["study_id"])
    own = _own(world.values, who.reviewer)
    new_id = ledger.id_maker("E", world.values["value_id"])
    met: dict[tuple[str, str], str] = {}
    for grid in grids:
        column, page = grid.column("answer"), grid.column("page")
        change.problems += grid.unusable({c for c in (column, page) if c is not None})
        bad = {p.line for p in change.problems if p.file == grid.file}
        cells = {name: grid.texts(name) for name in ("study id", "field", "seen", "answer", "page")}
        for place, study in enumerate(cells["study id"]):
            name, text = cells["field"][place], cells["answer"][place]
            locator = cells["page"][place] if page is not None else None
            if grid.lines[place] in bad or not (text or locator or study):
                continue
            if study not in known or name not in fields:
                hint = "Write the worklist anew: its rows stay as they are, and answers go beside the questions."
                message = "this row belongs to no study and question of the form"
                change.problems.append(grid.problem(place, column, message, code="ME0483", hint=hint))
                continue
            if (study, name) in met:
                message = f"this question of the study is answered on the sheet {met[study, name]!r} already"
                hint = "Keep one of the two."
                change.problems.append(grid.problem(place, column, message, code="ME0485", hint=hint))
                continue
            met[study, name] = grid.sheet
            one, seen = fields[name], cells["seen"][place].partition(":")[2]
            locator = locator if one.page else None
            answer = _Answer(study, one, text, locator, seen, grid, place, column, page)
            _take(answer, world, own, who, needed, new_id, change)


@dataclass(frozen=True)
class _Answer:
    """What a person put into a cell; locator: None where the sheet doesn't ask for it; seen: what was handed out."""

    study: str
    one: FormField
    text: str
    locator: str | None
    seen: str
    grid: workbook.Grid
    place: int
    column: int | None
    page: int | None


def _take(
    answer: _Answer,
    world: _World,
    own: Mapping[tuple[str, str], list[dict[str, str]]],
    who: _Who,
    needed: int,
    new_id: Callable[[], str],
    change: _Change,
) -> None:
    """Enter one answer, where it says something new."""
    one, text, locator = answer.one, answer.text, answer.locator or ""
    if not text and not locator:
        change.empty += answer.seen in ("", _hash("", ""))
        return
    value = form.read(one, text)
    if value is None:
        allowed = form.allowed(one)
        said = f"{one.heading} must be {allowed}"
        change.problems.append(answer.grid.problem(answer.place, answer.column, said, code="ME0476", allowed=allowed))
        return
    if not value:
        said = "names a page, but no value"
        change.problems.append(answer.grid.problem(answer.place, answer.page, said, code="ME0478"))
        return
    mine = own.get((answer.study, one.field), [])
    before = _shown(world, world.study(answer.study), one, mine, needed)
    stands = (value, locator if answer.locator is not None else before[1]) == before
    if stands or answer.seen == _hash(text, locator):
        change.same += 1
        return
    made = {"study_id": answer.study, "field": one.field, "value": value, "locator": locator, "role": "extractor"}
    change.values += _ledger_rows(made, mine, who, new_id)
    change.added += 1
    change.changed += bool(mine)


def _ledger_rows(
    row: Mapping[str, str], replaced: Sequence[Mapping[str, str]], who: _Who, new_id: Callable[[], str]
) -> list[dict[str, str]]:
    """Return the rows of a ledger that say something now, and replace what said it before."""
    return [
        {"value_id": new_id(), "supersedes": old, "over": "", "note": "", **row, "reviewer": who.reviewer,
         "decided_on": who.today}
        for old in [r["value_id"] for r in replaced] or [""]
    ]  # fmt: skip


def _read_settled(grid: workbook.Grid, world: _World, config: Config, who: _Who, change: _Change) -> None:
    column = grid.column("settled value")
    change.problems += grid.unusable(
        {c for c in (column, grid.column("study id"), grid.column("field")) if c is not None}
    )
    bad = {p.line for p in change.problems}
    fields = {f.field: f for f in world.fields}
    cells = {name: grid.texts(name) for name in ("study id", "field", "over", "settled value", "note")}
    compared = {(r["study_id"], r["field"]): r for r in _compared(world, config).to_dict("records")}
    heads = tables.heads(EXTRACTION_VALUES, world.values)
    heads = heads[heads["role"].eq("consensus")]
    new_id = ledger.id_maker("E", world.values["value_id"])
    for place, text in enumerate(cells["settled value"]):
        if grid.lines[place] in bad:
            continue
        if not text:
            change.empty += 1
            continue
        key = (cells["study id"][place], cells["field"][place])
        now = compared.get(key)
        if now is None or now["over"] != cells["over"][place]:
            hint = "Write the list anew: metaethno todo extraction --as adjudicator."
            message = "what people extracted here has changed since this list was written"
            change.problems.append(grid.problem(place, column, message, code="ME0486", hint=hint))
            continue
        picked = _SETTLE.find(text)
        value = str(now[f"{picked}_value"]) if picked else form.read(fields[key[1]], text)
        if not value:
            allowed = form.allowed(fields[key[1]])
            message = f"must be 'first', 'second', or {allowed}"
            change.problems.append(grid.problem(place, column, message, code="ME0476", allowed=allowed))
            continue
        old = heads[heads["study_id"].eq(key[0]) & heads["field"].eq(key[1]) & heads["over"].eq(now["over"])]
        if len(old) and set(old["value"]) == {value}:
            change.same += 1
            continue
        locator = str(now[f"{picked}_locator"]) if picked else ""
        row = {"study_id": key[0], "field": key[1], "value": value, "locator": locator, "role": "consensus"}
        row |= {"over": now["over"], "note": cells["note"][place]}
        change.values += _ledger_rows(row, old.to_dict("records"), who, new_id)
        change.added += 1
        change.changed += bool(len(old))


def _read_reports(grid: workbook.Grid, world: _World, change: _Change) -> None:
    """Take the studies that included reports belong to; a name that there isn't yet makes a new study."""
    columns = {name: grid.column(name) for name in ("record id", "study", "citation", "role", "seen")}
    change.problems += grid.unusable({c for c in columns.values() if c is not None})
    bad = {p.line for p in change.problems}
    cells = {name: grid.texts(name) for name in columns}
    there = {*world.unlinked["record_id"], *world.linked["record_id"]}
    new_study = ledger.id_maker("S", world.studies["study_id"])
    new_report = ledger.id_maker("A", world.reports["report_id"])
    mains = {r["study_id"] for r in world.reports.to_dict("records") if r["role"] == "main"}
    repeats = {r["record_id"] for r in world.unlinked.to_dict("records") if r["redundant"]}
    fresh: dict[str, str] = {}
    for place, record in enumerate(cells["record id"]):
        label = cells["study"][place]
        if grid.lines[place] in bad:
            continue
        if record not in there and (label or record) and record not in world.links:
            message = f"{record!r} is no included report"
            change.problems.append(grid.problem(place, columns["record id"], message, code="ME0483"))
            continue
        if not label:
            change.empty += 1
            continue
        told = [cells[name][place] for name in ("study", "citation", "role")]
        if cells["seen"][place] == _hash(*told):
            change.same += 1
            continue
        role = _ROLES.find(cells["role"][place])
        if cells["role"][place] and role is None:
            message = f"is no role of a report.{_ROLES.near(cells['role'][place])}"
            change.problems.append(grid.problem(place, columns["role"], message, code="ME0477", allowed=_ROLES.allowed))
            continue
        # A name may hold a semicolon itself: the whole is tried before its parts.
        whole = world.places.study(label) is not None
        names = [label] if whole else [n.strip() for n in re.split(r"[;\n]", label) if n.strip()]
        before = {r["study_id"]: r for r in world.links.get(record, [])}
        named = set()
        report = next((r["report_id"] for r in before.values()), "") or new_report()
        for name in names:
            folded = plain(name)
            study = world.places.study(name) or fresh.get(folded)
            if study is None:
                if near := world.places.studies.near(name):
                    message = f"{name!r} is entered as a new study.{near}"
                    change.warnings.append(grid.problem(place, columns["study"], message, code="ME0479"))
                study = fresh[folded] = new_study()
                change.studies.append({"study_id": study, "label": name})
                change.added += 1
            if study in named:
                continue
            named.add(study)
            if study in before:
                row = {"role": role or before[study]["role"], "citation": told[1] or before[study]["citation"]}
                if any(before[study][k] != v for k, v in row.items()):
                    change.reports.append(before[study] | row)
                    change.added += 1
                    change.changed += 1
                else:
                    change.same += 1
                continue
            own = role or ("redundant" if record in repeats else "companion" if study in mains else "main")
            mains |= {study} if own == "main" else set()
            cited = cells["citation"][place] or next((r["citation"] for r in before.values()), "") or name
            row = {"report_id": report, "record_id": record, "study_id": study, "role": own, "citation": cited}
            change.reports.append(row | {"note": ""})
            change.added += 1
        if gone := [world.places.studies.labels.get(one, one) for one in before if one not in named]:
            message = f"this report is linked to {', '.join(gone)}, which the cell no longer names"
            hint = f"Name it again. If the link is wrong, take its row out of {REPORT_STUDIES.path}."
            change.problems.append(grid.problem(place, columns["study"], message, code="ME0486", hint=hint))


def coded_of(grid: workbook.Grid, columns: Mapping[str, Sequence[str]]) -> list[coding.Coded]:
    """Return the rows of a sheet as `Coded`. columns: attribute -> headings it may have."""
    texts = {name: grid.texts(*headings) for name, headings in columns.items()}
    rows = [
        coding.Coded(line, **{name: cells[place] for name, cells in texts.items()})
        for place, line in enumerate(grid.lines)
    ]
    for row in rows:
        page = row.locator.strip()
        if not row.passage_id and _BARE_PAGE.fullmatch(page):
            row.locator = f"{'p.' if page.isdecimal() else 'pp.'} {page}"
    return rows


def _enter_coded(
    file: str, coded: list[coding.Coded], world: _World, who: _Who, said: coding.Said, change: _Change,
    columns: Mapping[str, str], before: Sequence[coding.Before] = (),
) -> None:  # fmt: skip
    done = coding.enter(
        file,
        coded,
        world.places,
        world.passages,
        world.constructs,
        said,
        (who.reviewer, who.today),
        (ledger.id_maker("P", world.passages["passage_id"]), ledger.id_maker("K", world.constructs["construct_id"])),
        columns,
        before,
    )
    change.passages, change.constructs, change.entered = done.passages, done.constructs, done.entered
    change.added += done.added + done.changed
    change.changed += done.changed
    change.same += done.same
    change.problems += done.problems


def enter(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Entered:
    """Enter one file; raises UserError with everything that is wrong, and then nothing is entered."""
    today = arguments.date or datetime.now(tz=UTC).astimezone().date().isoformat()
    who = _Who(arguments.reviewer, today)
    voting.check_team(who.reviewer, config)
    change = _Change()
    mark = voting.mark_of(arguments.file, stage, arguments) if arguments.file.is_file() else ""
    with ledger.entering(root) as book:
        world = _world(root, config)
        left: list[coded_readers.Leftover] = []
        if arguments.source == "sheet":
            _read_sheets(arguments, world, config, who, change, _entered_rows(root, arguments))
        else:
            left = _read_foreign(arguments, world, config, who, change)
        before = voting.entered_before(root, mark)
        if before and change.changed and not arguments.again and not change.problems:
            change.problems.append(voting.changed_since(arguments.file, before, change.changed, "rows"))
        if change.problems:
            raise UserError(sorted(set(change.problems), key=lambda p: (p.file, p.line or 0, p.code)))
        for table, rows in (
            (STUDIES, change.studies),
            (REPORT_STUDIES, change.reports),
            (PASSAGES, change.passages),
            (CONSTRUCTS, change.constructs),
            (EXTRACTION_VALUES, change.values),
        ):
            if rows:
                book.put(table, rows, extra=config.extraction.extra if table.open_columns else ())
        written = book.commit(_check(config), dry_run=arguments.dry_run)
        if not arguments.dry_run and (not before or change.added):
            kept = change.entered if arguments.source == "sheet" else []
            marks = [[one.line, one.passage_id, one.construct_id, one.mark] for one in kept]
            voting.remember(root, mark, today, arguments.file, marks, who.reviewer)
    if left:
        change.warnings.append(_left_over(root, left, arguments))
    if not arguments.dry_run:
        quotations.refresh(root)
    return voting.Entered(
        change.added, change.changed, change.same, 0, 0, change.warnings, written.files, "rows and values"
    )  # fmt: skip


def _entered_rows(root: Path, arguments: argparse.Namespace) -> list[coding.Before]:
    """Return what the same person entered from this sheet before; nothing where the log isn't as it was written."""
    rows = voting.remembered_rows(root, arguments.file, arguments.reviewer)
    try:
        return [coding.Before(int(line), str(p), str(c), str(mark)) for line, p, c, mark in rows]
    except (TypeError, ValueError):
        return []


def _said(arguments: argparse.Namespace) -> coding.Said:
    return coding.Said(*(getattr(arguments, name, None) or "" for name in ("order", "kind", "speaker")))


def _read_foreign(
    arguments: argparse.Namespace, world: _World, config: Config, who: _Who, change: _Change
) -> list[coded_readers.Leftover]:
    """Read a table, a matrix or the export of a coding tool; return what has no place in the review."""
    _check_person(who.reviewer, config, adjudicating=False)
    readers = coded_readers.READERS
    if arguments.source not in readers:
        message = f"nothing is extracted in {arguments.source}"
        raise UsageError(Problem("ME0495", message, allowed=", ".join(("sheet", *readers))))
    if not arguments.file.is_file():
        raise UserError(Problem("ME0470", "there is no such file", str(arguments.file)))
    read = readers[arguments.source](arguments.file, world.places)
    change.problems += read.problems
    change.warnings += read.warnings
    said = _said(arguments)
    if missing := _never_said(read, said):
        change.problems += missing
        # What the whole file lacks is said once; the rest is looked at as if it were there.
        said = coding.Said(said.order or "2", said.kind or "concept", said.speaker or "participant")
    _enter_coded(read.file, read.coded, world, who, said, change, read.columns)
    return read.left


def _never_said(read: coded_readers.Read, said: coding.Said) -> list[Problem]:
    """Return a problem for each thing that no row of a file says, and nobody said of the whole."""
    constructs = [row for row in read.coded if row.construct]
    passages = [row for row in read.coded if row.text and not row.speaker]
    out = []
    for name, rows, what, options in (
        ("order", constructs, "which order its constructs are of", coding.ORDERS),
        ("kind", constructs, "of which kind its constructs are", coding.KINDS),
        ("speaker", passages, "whose words the quotations are", coding.SPEAKERS),
    ):
        if rows and not getattr(said, name) and not any(getattr(row, name) for row in rows):
            hint = f"Say it of the whole file: --{name} {' or '.join(options.labels)}."
            allowed = ", ".join(f"{key} ({label})" for key, label in options.labels.items())
            out.append(Problem("ME0478", f"does not say {what}", read.file, allowed=allowed, hint=hint))
    return out


def _left_over(root: Path, left: Sequence[coded_readers.Leftover], arguments: argparse.Namespace) -> Problem:
    """Write what has no place in the review to a file of its own; return what to tell of it."""
    fields = [Field(n) for n in ("line", "column", "text", "why", "study", "construct")]
    rows = [[str(one.line), one.column, one.text, one.why, one.study, one.construct] for one in left]
    data = workbook.to_csv(Sheet("Left over", fields, rows))
    folder, stem, count = root / "worklists", f"left-over-{arguments.file.stem}", 1
    while (path := folder / (f"{stem}.csv" if count == 1 else f"{stem}-{count}.csv")).exists():
        if path.read_bytes() == data:
            break
        count += 1
    if not arguments.dry_run:
        tables.write_bytes(path, data)
    kinds = Counter((one.column, one.why) for one in left)
    said = "; ".join(f"{n:,} of {column!r} ({why})" for (column, why), n in sorted(kinds.items()))
    hint = f"All of them {'would be' if arguments.dry_run else 'are'} listed in {path}."
    return Problem("ME0475", f"not entered: {said}", str(arguments.file), hint=hint)


def _read_sheets(
    arguments: argparse.Namespace,
    world: _World,
    config: Config,
    who: _Who,
    change: _Change,
    before: Sequence[coding.Before],
) -> None:
    grids = _grids(arguments.file, world)
    adjudicating = set(grids) == {"settle"}
    _check_person(who.reviewer, config, adjudicating=adjudicating)
    singles: list[workbook.Grid] = []
    for kind, grid in grids.items():
        change.warnings += grid.warnings
        if _foreign(grid, who.reviewer, change):
            continue
        if kind.startswith("single"):
            singles.append(grid)
        elif kind == "studies":
            _read_studies(grid, world, who, config.extraction.extractors_per_study, change)
        elif kind == "settle":
            _read_settled(grid, world, config, who, change)
        elif kind == "reports":
            _read_reports(grid, world, change)
        else:
            at = {grid.column(heading) for heading in _CODED.values()} - {None}
            change.problems += grid.unusable([c for c in at if c is not None])
            bad = {p.line for p in change.problems}
            rows = [row for row in coded_of(grid, {n: (h,) for n, h in _CODED.items()}) if row.line not in bad]
            _enter_coded(str(arguments.file), rows, world, who, _said(arguments), change, _CODED, before)
    if singles:
        _read_singles(singles, world, who, config.extraction.extractors_per_study, change)


def _check(config: Config) -> ledger.Check:
    extraction, eligibility = voting.check_of("extraction", config), voting.check_of("eligibility", config)

    def check(folder: Path) -> list[Problem]:
        return [*eligibility(folder), *extraction(folder)]

    return check
