"""What the forms of phases 4 to 6 share: several sheets in one file, names instead of ids, all or nothing.

A form is a workbook (or a Word document) of several sheets; what the program needs again stands in hidden columns. A
name that a person picks or types is looked up among the names that the form showed, then among those of the review.
What comes back is compared with the tables as they are: rows that say the same are passed over, so that a form can be
entered twice; a row that somebody changed after the form was written is never overwritten.

Codes: ME0640 not this form, ME0641 a name that nothing has, ME0642 an empty cell that is needed, ME0643 changed by
somebody since the form was written, ME0644 two rows contradict one another, ME0645 nothing to work on yet.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from metaethno import ledger
from metaethno.config import Config
from metaethno.errors import Problem, UsageError, UserError
from metaethno.exchange import voting, workbook
from metaethno.exchange.workbook import Field, Grid, Options, Sheet
from metaethno.schemas import INCLUDED_STUDIES, TABLES
from metaethno.shell import common
from metaethno.stages import STAGES, extraction
from metaethno.tables import empty

Rows = list[dict[str, str]]
SHOWN: Final = "as shown"


def names(ids: str) -> list[str]:
    """Return the parts of a cell that ';', '|' or line ends part."""
    return [p.strip() for p in ids.replace("|", ";").replace("\n", ";").split(";") if p.strip()]


def plain(text: str) -> str:
    """Return a name as it is compared: without case and double blanks."""
    return " ".join(text.casefold().split()).strip(" .,;:'\"")


def unlike(labels: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Return labels that all differ: those alike are followed by what `more` says of their id, else by the id."""
    count: dict[str, int] = {}
    for label in labels.values():
        count[plain(label)] = count.get(plain(label), 0) + 1
    out = {
        key: label if count[plain(label)] == 1 else f"{label} [{more.get(key) or key}]" for key, label in labels.items()
    }
    seen: set[str] = set()
    for key, label in out.items():
        if plain(label) in seen:
            out[key] = f"{label} ({key})"
        seen.add(plain(out[key]))
    return out


def seen(row: Mapping[str, str], columns: Iterable[str]) -> str:
    """Return a short digest of what a form showed of a row."""
    return hashlib.sha256(json.dumps([row[c] for c in columns], ensure_ascii=False).encode()).hexdigest()[:12]


# ------------------------------------------------------------------------------------------------ reading


@dataclass(frozen=True)
class Line:
    """One row of a form."""

    grid: Grid
    at: int

    def __getitem__(self, name: str) -> str:
        column = self.grid.column(workbook.heading(name))
        return "" if column is None else self.grid.rows[self.at][column].strip()

    def problem(self, code: str, name: str, message: str, **more: str) -> Problem:
        """Return a problem at the cell `name` of this row."""
        return self.grid.problem(self.at, self.grid.column(workbook.heading(name)), message, code=code, **more)


@dataclass
class Form:
    """A form that was read: its rows by sheet, and everything that is wrong with it so far."""

    file: str
    sheets: dict[str, list[Line]]
    grids: dict[str, Grid]
    problems: list[Problem] = field(default_factory=list)

    def one_of(self, line: Line, name: str, options: Options, *, needed: bool = False) -> str:
        """Return the id that a cell means; nothing where it is empty, or means nothing (then a problem is kept)."""
        text = line[name]
        if not text:
            if needed:
                self.problems.append(line.problem("ME0642", name, "must not be empty here", allowed=options.allowed))
            return ""
        found = options.find(text)
        if found is None:
            message = f"{text!r} is none of the names here.{options.near(text)}"
            self.problems.append(line.problem("ME0641", name, message, allowed=options.allowed))
        return found or ""

    def some_of(self, line: Line, name: str, options: Options) -> list[str]:
        """Return the ids that the names in a cell mean; a problem is kept for each that means nothing."""
        found, unknown = options.find_all(line[name])
        for one in unknown:
            message = f"{one!r} is none of the names here.{options.near(one)}"
            self.problems.append(line.problem("ME0641", name, message, value=one, allowed=options.allowed[:400]))
        return found

    def needs(self, line: Line, name: str, why: str) -> str:
        """Return a cell's text; a problem is kept where it is empty."""
        if not line[name]:
            self.problems.append(line.problem("ME0642", name, why))
        return line[name]


def read(path: Path, stage: str, marks: Mapping[str, tuple[str, Sequence[Field]]]) -> Form:
    """Read a form; `marks`: name of a sheet → (a heading that only it has, its columns).

    Raises UserError where the file can't be read or has none of the sheets.
    """
    if not path.is_file():
        raise UserError(Problem("ME0470", "there is no such file", str(path)))
    data = path.read_bytes()
    form = Form(str(path), {name: [] for name in marks}, {})
    missing = []
    for name, (mark, fields) in marks.items():
        try:
            grid = workbook.read_bytes(data, str(path), [workbook.heading(mark)])
        except UserError as error:
            if error.problems[0].code != "ME0471":
                raise
            missing.append(name)
            continue
        grid = replace(grid, file=f"{path} [{grid.sheet}]" if grid.sheet else str(path))
        wanted = {workbook.heading(f.name): f for f in fields}
        for heading in [h for h in wanted if h not in grid.header]:
            message = f"the column {wanted[heading].name!r} is missing"
            hint = f"The header line has to stay as it was: metaethno todo {stage} writes the form anew."
            form.problems.append(Problem("ME0640", message, grid.file, 1, hint=hint))
        used = {i for i, h in enumerate(grid.header) if h in wanted and (wanted[h].fill_in or wanted[h].hidden)}
        form.problems += grid.unusable(used)
        form.grids[name] = grid
        form.sheets[name] = [Line(grid, i) for i in range(len(grid.rows))]
    if len(missing) == len(marks):
        hint = f"metaethno todo {stage} --reviewer ID writes it."
        message = f"is no form of {stage}: it has none of the sheets {', '.join(marks)}"
        raise UserError(Problem("ME0640", message, str(path), hint=hint))
    return form


# ------------------------------------------------------------------------------------------------ what is to be done


class Plan:
    """Rows to write, worked out against the tables as they are. `now`: name of a table → its rows by key."""

    def __init__(self, frames: Mapping[str, Any], who: str, today: str) -> None:
        self.who, self.today = who, today
        self.now: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
        for name, frame in frames.items():
            table = TABLES[name]
            columns = [c for c in frame.columns if not c.startswith("_")]
            rows = frame[columns].to_dict("records")
            self.now[name] = {tuple(row[k] for k in table.key): row for row in rows}
        self.rows: dict[str, dict[tuple[str, ...], dict[str, str]]] = {}
        self.gone: dict[str, list[tuple[str, ...]]] = {}
        self.warnings: list[Problem] = []
        self.added = self.changed = self.same = self.undecided = 0
        self._ids = {
            name: ledger.id_maker(prefix, {k[0] for k in self.now.get(name, {})}) for name, prefix in _PREFIXES.items()
        }

    def new_id(self, table: str) -> str:
        """Return a new id for a row of `table`."""
        return self._ids[table]()

    def all(self, table: str) -> Rows:
        """Return the rows of a table as they would be."""
        return list(self.now[table].values())

    def get(self, table: str, *key: str) -> dict[str, str] | None:
        """Return one row as it would be, or nothing."""
        return self.now[table].get(key)

    def put(self, table: str, row: Mapping[str, str]) -> bool:
        """Add a row or change it; returns whether anything differs from what is there."""
        declared = TABLES[table]
        key = tuple(row[k] for k in declared.key)
        old = self.now[table].get(key)
        full = {**dict.fromkeys(declared.names, ""), **(old or {}), **row}
        full = {name: ledger.as_kept(text, declared) for name, text in full.items()}
        if old is not None and all(old.get(name, "") == text for name, text in full.items()):
            self.same += 1
            return False
        if key not in self.rows.get(table, {}):
            self.added += 1
            self.changed += old is not None
        self.rows.setdefault(table, {})[key] = full
        self.now[table][key] = full
        return True

    def take(self, table: str, *key: str) -> None:
        """Take a link out."""
        if self.now[table].pop(key, None) is not None:
            self.gone.setdefault(table, []).append(key)
            self.added += 1
            self.changed += 1

    def unchanged(self, line: Line, name: str, row: Mapping[str, str], columns: Iterable[str]) -> list[Problem]:
        """Return a problem where a row isn't any more as the form showed it."""
        if not line[SHOWN] or seen(row, columns) == line[SHOWN]:
            return []
        hint = "Write the form anew, and look at what it says now. Nothing was entered."
        return [line.problem("ME0643", name, "somebody changed this after the form was written", hint=hint)]


_PREFIXES: Final = {
    "groups": "G",
    "relations": "RE",
    "concepts": "C",
    "concept_changes": "CC",
    "readings": "RD",
    "translations": "TR",
    "refutations": "RF",
    "refutation_checks": "RC",
    "third_order": "TO",
    "line_of_argument": "ST",
}

Work = Callable[[Form, Plan, Config], None]


def load(root: Path, config: Config, tables: Sequence[str]) -> dict[str, Any]:
    """Return decision tables as frames of text; raises UserError with everything that is wrong in them.

    What was extracted stands in the cells of `studies`: by the year of data collection studies are put in order.
    """
    frames = common.load_right(root, config, (*tables, "extraction_values"))
    values, nobody = frames.pop("extraction_values"), empty(INCLUDED_STUDIES)
    if "studies" in frames:
        told = extraction.compare(values, frames["studies"], nobody, config.extraction)
        frames["studies"] = extraction.studies_with(frames["studies"], told)
    return frames


def usable(arguments: argparse.Namespace, stage: str, words: Mapping[str, str]) -> None:
    """Raise UsageError where an option was given that has no meaning for a form."""
    given = [said for name, said in words.items() if getattr(arguments, name, None)]
    if given:
        raise UsageError(Problem("ME0495", f"{', '.join(given)} can't be used for {stage}"))


TODO_OPTIONS: Final = {
    "new_since": "--new-since",
    "sample": "--sample",
    "calibration": "--calibration",
    "pair": "--pair",
    "pairs": "--pairs",
}
_ENTER_OPTIONS: Final = {
    "user": "--user",
    "decision": "--decision",
    "round": "--calibration",
    "matched_only": "--matched-only",
    "dates": "--dates",
}


def write(root: Path, stage: str, arguments: argparse.Namespace, sheets: Sequence[Sheet]) -> Path:
    """Write a form as a workbook or a Word document, under a name that is still free."""
    from metaethno import tables

    if arguments.to not in ("xlsx", "docx"):
        raise UsageError(Problem("ME0495", f"{stage} can't be written for {arguments.to}", allowed="xlsx, docx"))
    path = voting.target(root, stage, arguments)
    if arguments.to == "docx":
        from metaethno.exchange import cards

        tables.write_bytes(path, cards.write(sheets))
    else:
        tables.write_bytes(path, workbook.to_xlsx(sheets))
    return path


def enter(
    root: Path,
    config: Config,
    stage: str,
    arguments: argparse.Namespace,
    marks: Mapping[str, tuple[str, Sequence[Field]]],
    needed: Sequence[str],
    work: Work,
    what: str,
) -> voting.Entered:
    """Enter one form, whole or not at all; raises UserError with everything that is wrong.

    needed: the decision tables that `work` looks at; it puts into the plan what the form says.
    """
    who = arguments.reviewer
    voting.check_team(who, config)
    usable(arguments, stage, _ENTER_OPTIONS)
    if arguments.source != "sheet":
        raise UsageError(Problem("ME0495", f"{stage} doesn't come from {arguments.source}", allowed="sheet"))
    form = read(arguments.file, stage, marks)
    mark = voting.mark_of(arguments.file, stage, arguments)
    with ledger.entering(root) as book:
        today = arguments.date or datetime.now(tz=UTC).astimezone().date().isoformat()
        plan = Plan(load(root, config, needed), who, today)
        work(form, plan, config)
        before = voting.entered_before(root, mark)
        if before and plan.added and not arguments.again and not form.problems:
            form.problems.append(voting.changed_since(arguments.file, before, plan.added, "rows"))
        if form.problems:
            raise UserError(sorted(set(form.problems), key=lambda p: (p.file, p.line or 0, p.code, p.column)))
        touched = {*plan.rows, *plan.gone}
        for name in sorted(touched):
            book.put(TABLES[name], plan.rows.get(name, {}).values(), extra=common.extra_columns(name, config))
            if name in plan.gone:
                book.take(TABLES[name], plan.gone[name])
        written = book.commit(_check(config, touched), dry_run=arguments.dry_run)
        if not arguments.dry_run and not before:
            voting.remember(root, mark, today, arguments.file)
    counts = (plan.added, plan.changed, plan.same, plan.undecided, 0)
    return voting.Entered(*counts, plan.warnings, written.files, what)


def _check(config: Config, touched: set[str]) -> ledger.Check:
    """Return the check that all tables of the stages concerned hold together with the new rows."""
    stages = [s for s, stage in STAGES.items() if touched & set(stage.decisions)]

    def check(folder: Path) -> list[Problem]:
        return [p for stage in stages for p in common.check_stage(folder, config, stage)[1]]

    return check
