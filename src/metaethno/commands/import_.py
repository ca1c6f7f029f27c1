"""`metaethno import RUN [FILE...]`: take exports into a run, note the search, give every row its id, track the files.

Everything is checked in a copy of the run's folder first. Only when nothing is wrong are the exports copied, the
search log and the register of rows written, in this order, each whole or not at all: a command that was stopped
half-way goes on where it stopped when it is given again.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import config, intake, review, tables
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError
from metaethno.review import RAW
from metaethno.schemas import CHASED, ROWS, SEARCHES, UNIQUE
from metaethno.searchlog import FIELDS, OF_THE_SEARCH, REQUIRED, SearchLog, wrong

if TYPE_CHECKING:
    import pandas as pd

# What a person at the terminal is asked for, in this order.
_ASKED = (
    "source", "platform", "kind", "searched_on", "hits", "scope", "query_file", "limits", "filters", "searched_by",
    "note",
)  # fmt: skip


def main(arguments: argparse.Namespace) -> int:
    """Import one run; exit code 1 where anything has to be mended first, and then nothing was changed."""
    root = review.find_root()
    run = _run(arguments.run)
    settings = config.load(root)
    given = {name: getattr(arguments, name) or "" for name in FIELDS}
    query = Path(given["query_file"]) if given["query_file"] else None
    given["query_file"] = query.name if query else ""
    given["seed_report_ids"] = _seeds(root, given["seed_report_ids"])
    _usage(given, arguments.files)
    files = list(arguments.files)
    # A search that found nothing has no export, and stands in the log all the same.
    nothing = not files and given["hits"] != "" and int(given["hits"]) == 0
    loose = intake.strangers(root, run)
    if loose and not files and not nothing:
        files = _offer(root, run, loose)
    with out.working("Reading the exports") as say:
        counts = _readable(root, run, files, query, settings.columns, say)
    log = _sound_log(root, run, files)
    unknown = [f for f in files if log.of(f.name) is None]
    if (unknown or nothing) and (snapshot := intake.snapshot_of(root, run)):
        raise UserError(_frozen(run, snapshot))
    cells, query = _cells(root, run, log, counts, given, query)
    for file in files:
        known = log.of(file.name) is not None or given_any(cells)
        log.put(file.name, cells if known else {"search_id": log.new_id(file.stem)}, f"{RAW}/{run}/searches.csv")
    if nothing:
        out.plain(f"{run}: the search {_put_nothing(log, cells)!r} found nothing; it stands in the search log.")
    if lacking := log.lacking(dict.fromkeys([f.name for f in files] + log.files)):
        _bring(root, run, files, log, _there(root, run, query))
        done = f"The files are in {RAW}/{run}, but not registered yet: all of a run come in at once."
        raise UserError(_to_fill_in(run, lacking), done=done)
    with out.working("Giving every row its id") as say:
        total, new, warnings = _take_in(root, settings, run, files, log if files or nothing else None, query)
        say("Giving the exports into the keeping of DVC")
        _track(root, run)
    for warning in warnings:
        out.plain(str(warning))
    _lint(root, run, {(log.of(f.name) or {}).get("query_file", "") for f in files} | {cells["query_file"]})
    out.plain(f"{run}: {out.count(total, 'row')} registered, {new:,} of {'it' if total == 1 else 'them'} new.")
    return 0


def given_any(cells: dict[str, str]) -> bool:
    """Tell whether anything is known of a search."""
    return any(cells.values())


def _put_nothing(log: SearchLog, cells: dict[str, str]) -> str:
    """Put a search that found nothing into the log; return its id. Refuses one of which too little is known."""
    cells = {**cells, "kind": cells["kind"] or "database", "scope": cells["scope"] or "full"}
    if lacking := [n for n in REQUIRED if n != "search_id" and not cells[n]]:
        flags = ", ".join(f"--{n.replace('_', '-')}" for n in lacking)
        message = f"of a search that found nothing, this must be given as well: {flags}"
        raise UsageError(Problem("ME0334", message, hint="Nothing was changed. `metaethno import --help` tells them."))
    return log.put_without_file(cells)


def _run(run: str) -> str:
    if not intake.is_day(run):
        message = f"{run!r} is not a date; a run is named by one, such as 2026-11-22"
        raise UsageError(Problem("ME0312", message))
    import datetime

    if run > datetime.date.today().isoformat():
        raise UsageError(Problem("ME0318", f"{run} is still to come; a run is named by the day it was done on"))
    return run


def _usage(given: dict[str, str], files: Sequence[Path]) -> None:
    """Refuse flags that could not stand in the search log."""
    said = [
        Problem("ME0334", f"--{name.replace('_', '-')}: {rule}", value=given[name])
        for name in FIELDS
        if given[name] and (rule := wrong(name, given[name]))
    ]
    if given_any(given) and not files and given["hits"].strip("0 "):
        said.append(Problem("ME0334", "what is known of a search was given without its files: import RUN FILE..."))
    elif given_any(given) and not files and not given["hits"]:
        hint = "Name its files: import RUN FILE... If the search found nothing, say so: --hits 0."
        said.append(Problem("ME0334", "what is known of a search was given without its files", hint=hint))
    if said:
        raise UsageError(said)


def _seeds(root: Path, text: str) -> str:
    """Return the reports that a citation search started from as ids, parted by ';'.

    Each may be given as its id, or by citation or title, whole or some words of it, where these tell one report. What
    is an id stays as it is, also where no report has it (yet). Raises UsageError where others fit none or several.
    """
    if not text or not (root / CHASED.path).is_file() or not (root / UNIQUE.path).is_file():
        return text
    reports = tables.read(CHASED, root / CHASED.path, ["report_id", "record_id", "citation"]).drop_duplicates()
    titles = tables.read(UNIQUE, root / UNIQUE.path, ["record_id", "title"])
    names = {
        row["report_id"]: (row["citation"], row["title"])
        for row in reports.merge(titles, on="record_id", how="left").fillna("").to_dict("records")
    }

    def fit(said: str) -> list[str]:
        words = " ".join(said.casefold().split())
        whole = [i for i, name in names.items() if words in map(str.casefold, name)]
        some = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
        return whole or [i for i, name in names.items() if any(some.search(part.casefold()) for part in name)]

    # A citation may hold a semicolon itself.
    parts = [text] if len(fit(text)) == 1 else [part.strip() for part in text.split(";") if part.strip()]
    ids, problems = [], []
    for part in parts:
        found = [part] if part in names else fit(part)
        if len(found) == 1 or (not found and not wrong("seed_report_ids", part)):
            ids += found or [part]
            continue
        what = f"{len(found)} reports fit this" if found else "no included report fits this"
        listed = "; ".join(f"{i} ({names[i][0]}: {names[i][1]})" for i in found[:10])
        hint = "Give an id or a citation that `metaethno flow chased` lists, or more words of the title."
        problems.append(Problem("ME0334", f"--seed-report-ids: {what}", value=part, allowed=listed, hint=hint))
    if problems:
        raise UsageError(problems)
    return ";".join(dict.fromkeys(ids))


def _frozen(run: str, snapshot: str) -> Problem:
    hint = (
        "Put a new search, or a new export, into a run of its own: `metaethno import TODAY FILE...`, with today's date."
    )
    message = f"this run is part of the snapshot {snapshot}: results were made of it, and it stays as it is"
    return Problem("ME0335", message, f"{RAW}/{run}", hint=hint)


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _answer(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        raise UserError(Problem("ME0336", "no answer was given. Nothing was changed.")) from None


def _offer(root: Path, run: str, loose: list[str]) -> list[Path]:
    """Offer files that somebody put into the run's folder; without a person to ask, refuse and say how they come in."""
    if not _at_terminal():
        raise UserError(intake.left_out(loose))
    taken = []
    for path in loose:
        if path.endswith("/"):
            out.plain(str(intake.left_out([path])[0]))
        elif _answer(f"{path} is in no search log. Import it? [y/N] ").casefold() in ("y", "yes"):
            taken.append(root / path)
    return taken


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _readable(
    root: Path,
    run: str,
    files: list[Path],
    query: Path | None,
    columns: Mapping[str, Mapping[str, str]],
    say: Callable[[str], None],
) -> dict[str, int]:
    """Return how many records each file holds.

    Refuses files that are not there, that would replace another, that have one name, or that no reader knows. Whose
    search a file is may not be known yet: a table counts as known if any mapping in `columns` fits it.
    """
    from metaethno import formats

    problems: list[Problem] = []
    names: dict[str, Path] = {}
    counts: dict[str, int] = {}
    for n, file in enumerate(files, start=1):
        say(f"Reading {file.name} ({n} of {len(files)})")
        target = root / RAW / run / file.name
        if file.is_dir():
            problems.append(Problem("ME0310", "this is a folder, not a file", str(file), hint="Name the files in it."))
        elif not file.is_file():
            problems.append(Problem("ME0310", "there is no such file", str(file)))
        elif file.name in intake.OURS or file.suffix == ".dvc" or not review.is_storable_name(file.name):
            hint = "Give the export another name: letters, digits, hyphens and a dot before its ending will do."
            problems.append(Problem("ME0314", "an export can't have this name", str(file), hint=hint))
        elif other := _taken_for(target, names):
            hint = "Some computers take the two names for one. Give one of the files another name."
            message = f"has nearly the same name as {other}: only capitals or the writing of accents differ"
            problems.append(Problem("ME0311", message, str(file), hint=hint))
        elif file.name in names and not names[file.name].samefile(file):
            hint = "Rename one of them."
            problems.append(Problem("ME0311", f"has the same name as {names[file.name]}", str(file), hint=hint))
        elif target.exists() and not target.samefile(file) and _sha256(target) != _sha256(file):
            hint = "Exports are never replaced. Give the new one another name, or put it into a run of its own."
            shown = f"{RAW}/{run}/{file.name}"
            problems.append(Problem("ME0311", "another file of this name is in this run already", shown, hint=hint))
        else:
            try:
                counts[file.name] = len(formats.read(file).records)
            except UserError as error:
                mapped = _mapped(file, columns)
                if mapped is None:
                    problems += error.problems
                else:
                    counts[file.name] = mapped
        names.setdefault(file.name, file)
    if query is not None:
        problems += _query_problems(root, run, query, set(names))
    if problems:
        raise UserError(problems)
    return counts


def _taken_for(target: Path, names: Iterable[str]) -> str:
    """Return the name of another file of the run (or of this command) that some computers take for the same."""
    there = [
        path.name
        for path in (target.parent.iterdir() if target.parent.is_dir() else ())
        if not (target.exists() and path.exists() and target.samefile(path))
    ]
    return next((name for name in (*names, *there) if name != target.name and review.same_name(name, target.name)), "")


def _mapped(file: Path, columns: Mapping[str, Mapping[str, str]]) -> int | None:
    """Return how many records a table holds by the first mapping of headings that fits it; nothing where none does."""
    from metaethno import formats

    for mapping in columns.values():
        with suppress(UserError):
            return len(formats.read(file, mapping).records)
    return None


def _query_problems(root: Path, run: str, query: Path, exports: set[str]) -> list[Problem]:
    """Find what keeps a query file from being copied as it is."""
    target = root / RAW / run / query.name
    if not query.is_file():
        hint = "Save the query, as it was run, in a text file, and give its path."
        return [] if target.is_file() else [Problem("ME0309", "this query file does not exist", str(query), hint=hint)]
    if query.name in exports or query.name in intake.OURS or not review.is_storable_name(query.name):
        return [Problem("ME0314", "a query file can't have this name", str(query), hint="Give it another name.")]
    if target.is_file() and _sha256(target) != _sha256(query):
        hint = "Query files are never replaced. Give the new one another name."
        shown = f"{RAW}/{run}/{query.name}"
        return [Problem("ME0311", "another query file of this name is in this run already", shown, hint=hint)]
    return []


def _sound_log(root: Path, run: str, files: list[Path]) -> SearchLog:
    """Return the run's search log; refuse one that can't be read, or whose rows of other exports are not in order.

    Before anything is asked: answers would be lost. Rows that lack something are waited for, and no fault.
    """
    table = replace(SEARCHES, path=f"{RAW}/{run}/searches.csv")
    if not (root / table.path).is_file():
        return SearchLog()
    frame, problems = tables.load_decisions(table, root)
    lacking = frame[frame["file"].ne("") & frame[list(REQUIRED)].eq("").any(axis=1)]
    others = frame[~frame["file"].isin([f.name for f in files]) & ~frame.index.isin(lacking.index)]
    if not problems and len(others):
        problems = tables.schema_problems(table, others)
    if problems:
        raise UserError(problems)
    return SearchLog.read(root / table.path)


def _cells(
    root: Path, run: str, log: SearchLog, counts: dict[str, int], given: dict[str, str], query: Path | None
) -> tuple[dict[str, str], Path | None]:
    """Return what is known of the search that these files hold, and its query file: from flags, the log, or answers."""
    cells = dict(given)
    bare = [name for name in counts if log.of(name) is None or log.lacking([name])]
    if same := log.of_search(cells["search_id"]):
        # A further batch of a search that is in the log says the same of it.
        cells |= {n: same[n] for n in OF_THE_SEARCH if not cells[n]}
    elif given_any(given) and bare:
        cells |= {"kind": cells["kind"] or "database", "scope": cells["scope"] or "full"}
        if not cells["searched_on"] and not _at_terminal():
            cells["searched_on"] = run
            out.plain(f"{run} is noted as the day of the search; if it was another, say --searched-on.")
    if bare and _at_terminal() and any(not cells[n] for n in REQUIRED if n != "search_id"):
        query = _ask(cells, {name: counts[name] for name in bare}, run) or query
        if query and (problems := _query_problems(root, run, query, set(counts))):
            raise UserError(problems)
    if not cells["search_id"] and cells["source"] and any(log.of(name) is None for name in bare):
        cells["search_id"] = log.new_id(cells["source"])
    return cells, query


def _ask(cells: dict[str, str], counts: dict[str, int], run: str) -> Path | None:
    """Ask for what flags did not say; return the query file."""
    names = ", ".join(f"{name} ({out.count(n, 'record')})" for name, n in counts.items())
    more = " One search in several files? For several searches, import them one by one." if len(counts) > 1 else ""
    out.plain(f"What search is this? {names}.{more} Enter leaves a cell empty, or takes what stands in brackets.")
    defaults = {"kind": "database", "scope": "full", "searched_on": run}
    query = None
    for name in _ASKED:
        while not cells[name]:
            column, default = SEARCHES[name], defaults.get(name, "")
            options = f" ({', '.join(column.choices)})" if column.choices else ""
            says = "path of a text file with the query as it was run" if name == "query_file" else column.says
            value = _answer(f"{name}: {says}{options}{f' [{default}]' if default else ''}: ") or default
            if name == "query_file" and value:
                query = Path(value).expanduser()
                if not query.is_file():
                    out.plain(f"  There is no file {value!r}.")
                    continue
                value = query.name
            if rule := wrong(name, value):
                out.plain(f"  {rule}")
                continue
            if name == "hits" and not _agreed(cells, value, sum(counts.values())):
                continue
            cells[name] = value
            break
    return query


def _agreed(cells: dict[str, str], hits: str, found: int) -> bool:
    """Ask why the files hold another number than the database displayed; the reason becomes the note."""
    if int(hits) == found or cells["accepted_count"]:
        return True
    reason = _answer(
        f"  The files hold {out.count(found, 'record')}. Is that right nevertheless, and why? (Enter: no) "
    )
    if reason:
        cells |= {"accepted_count": str(found), "note": "; ".join(n for n in (cells["note"], reason) if n)}
    return bool(reason)


def _to_fill_in(run: str, lacking: dict[str, list[str]]) -> list[Problem]:
    """Say which cells of the search log only the searcher can fill."""
    choices = {n: SEARCHES[n].choices for names in lacking.values() for n in names if SEARCHES[n].choices}
    allowed = "; ".join(f"{name}: {', '.join(words)}" for name, words in choices.items())
    # What is to be done is said once, beneath the last file.
    last = list(lacking)[-1]
    hint = (
        f"Say it of one file after the other: `metaethno import {run} {RAW}/{run}/{last} --source ... --platform ... "
        f"--hits ...`. Or fill in the table, in a spreadsheet or text editor; then `metaethno import {run}` again."
    )
    return [
        Problem(
            "ME0313", f"of {file} it lacks: {', '.join(names)}", f"{RAW}/{run}/searches.csv",
            allowed=allowed if file == last else "", hint=hint if file == last else "",
        )
        for file, names in lacking.items()
    ]  # fmt: skip


def _copy(source: Path, target: Path) -> None:
    """Copy a file whole or not at all; what is there is never replaced."""
    if target.exists():
        if not target.samefile(source) and _sha256(target) != _sha256(source):
            hint = "Nothing is ever replaced in data/raw. Give the new file another name."
            raise UserError(
                Problem("ME0311", "another file of this name is in this run already", str(target), hint=hint)
            )
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
            shutil.copyfileobj(original, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        part.chmod(0o644)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _bring(root: Path, run: str, files: list[Path], log: SearchLog | None, query: Path | None) -> None:
    """Copy the exports and the query file, then write the search log, where it gains something, into a run's folder."""
    folder = root / RAW / run
    for file in [*files, *([query] if query else [])]:
        _copy(file, folder / file.name)
    if log is None:
        return
    data = log.to_bytes()
    if not ((folder / "searches.csv").is_file() and (folder / "searches.csv").read_bytes() == data):
        tables.write_bytes(folder / "searches.csv", data)


def _there(root: Path, run: str, query: Path | None) -> Path | None:
    """Return the path of a query file that is named as it lies in the run's folder already."""
    return query if query is None or query.is_file() else root / RAW / run / query.name


@contextmanager
def _rehearsal(root: Path, run: str, files: list[Path], log: SearchLog | None, query: Path | None) -> Iterator[Path]:
    """Lay out the review's raw data as they would be, in a temporary folder: links, but for the tables of this run."""
    with tempfile.TemporaryDirectory(prefix="metaethno-") as place:
        copy = Path(place)
        (copy / RAW / run).mkdir(parents=True)
        for folder in (root / RAW).glob("*"):
            if folder.is_dir() and folder.name != run:
                (copy / RAW / folder.name).symlink_to(folder.resolve())
        present = [p for p in (root / RAW / run).glob("*") if p.name not in intake.OURS]
        extra = [*files, *([query] if query and query.is_file() else [])]
        for path in {p.name: p for p in [*extra, *present]}.values():
            (copy / RAW / run / path.name).symlink_to(path.resolve())
        for name in intake.OURS:
            if (root / RAW / run / name).is_file():
                shutil.copyfile(root / RAW / run / name, copy / RAW / run / name)
        if log is not None:
            tables.write_bytes(copy / RAW / run / "searches.csv", log.to_bytes())
        yield copy


def _as_given(problem: Problem, root: Path, run: str, log: SearchLog | None) -> Problem:
    """Say of a row that is not in the search log yet that it was given: its line can't be looked at."""
    shown = f"{RAW}/{run}/searches.csv"
    there = len(SearchLog.read(root / shown).rows)
    given = log is not None and len(log.rows) > there and problem.file == shown
    if not given or problem.line is None or problem.line <= there + 1:
        return problem
    hint = f"{problem.hint} Here the cells of the search log are given as flags, such as --accepted-count and --note."
    return replace(problem, file="what was given for the search log", line=None, hint=hint)


def _take_in(
    root: Path, settings: config.Config, run: str, files: list[Path], log: SearchLog | None, query: Path | None
) -> tuple[int, int, list[Problem]]:
    """Check everything beside the review, then bring it in; return (rows now, rows that are new, warnings).

    `log`: the search log, where it gains something by this command.
    """
    if log is None and not (root / RAW / run / "searches.csv").is_file():
        hint = f"Say which files: `metaethno import {run} FILE... --source ... --searched-on ... --hits ...`."
        raise UserError(Problem("ME0337", "this run has no search log and no exports yet", f"{RAW}/{run}", hint=hint))
    query = _there(root, run, query)
    with _rehearsal(root, run, files, log, query) as copy:
        try:
            total, new, warnings = register_run(copy, settings, run)
        except UserError as error:
            raise type(error)(_as_given(p, root, run, log) for p in error.problems) from None
        rows = (copy / RAW / run / "rows.csv").read_bytes()
    if new and (snapshot := intake.snapshot_of(root, run)):
        raise UserError(_frozen(run, snapshot))
    _bring(root, run, files, log, query)
    register = root / RAW / run / "rows.csv"
    if not register.is_file() or register.read_bytes() != rows:
        tables.write_bytes(register, rows)
    return total, new, warnings


def register_run(root: Path, settings: config.Config, run: str) -> tuple[int, int, list[Problem]]:
    """Give every exported row of `run` its id; return (rows now, rows that are new, warnings). Ids once given stay.

    A file that holds more or fewer records than the database displayed is refused before any of its rows gets an id:
    once registered it could not be exported again in place.
    """
    from metaethno.register import register
    from metaethno.shell import common, search
    from metaethno.stages.search import odd_sources
    from metaethno.stages.search import search as hold_against_log

    frames, problems = search.checks(root, settings)
    searches = frames["searches"][frames["searches"]["run"] == run]
    mine = f"{RAW}/{run}/"
    # What is wrong in another run's log is that run's business.
    problems = [p for p in problems if p.file.startswith(mine)] + intake.future_problems(searches)
    if problems:
        raise UserError(problems)
    exports = search.read_exports(root, searches, settings.columns)
    hold_against_log(searches, exports.files, exports.overlaps)
    if problems := _doubtful(root, run, searches, exports.files):
        raise UserError(problems)
    exported = exports.records.merge(searches[["file", "source"]], on="file", how="left")
    path = root / RAW / run / "rows.csv"
    if path.is_file():
        rows, problems = common.load_checked(root, settings, "rows")
        if problems := [p for p in problems if p.file.startswith(mine)]:
            raise UserError(problems)
        earlier = rows.loc[rows["run"] == run, ROWS.names]
    else:
        earlier = tables.empty(ROWS)
    now = register(run, exported, earlier) if len(exported) else earlier
    tables.write_bytes(path, tables.to_csv(now[ROWS.names]))
    # That an export breaks off is said once: when it came in, a note accepted it.
    known = set(earlier["file_sha256"].tolist())
    hashes = zip(exports.files["file"], exports.files["sha256"].str[:16], strict=True)
    accepted = {mine + file for file, sha256 in hashes if sha256 in known}
    warnings = [w for w in exports.warnings if w.code != search.BROKEN_OFF or w.file not in accepted]
    return len(now), len(now) - len(earlier), [*warnings, *odd_sources(searches, exports.files)]


def _doubtful(root: Path, run: str, searches: pd.DataFrame, files: pd.DataFrame) -> list[Problem]:
    """Find exports that came into an earlier run byte for byte or break off, and no note says that this is right."""
    from metaethno.stages.search import breaks_off, same_as_before

    problems = []
    registers, _ = tables.load_decisions(ROWS, root)
    registers["run"] = registers["_file"].str.split("/").str[2]
    mine = set(registers.loc[registers["run"] == run, "file_sha256"].tolist())
    before = registers[registers["run"] != run].drop_duplicates("file_sha256").set_index("file_sha256")["run"]
    rows = searches[searches["file"] != ""].set_index("file").to_dict("index")
    for file, sha256, broken in zip(files["file"], files["sha256"].str[:16], files["broken_off"], strict=True):
        if sha256 in mine or rows[file]["note"]:
            continue
        if sha256 in before.index:
            problems.append(same_as_before(run, file, str(before[sha256]), rows[file]))
        if broken:
            problems.append(breaks_off(run, file, broken, rows[file]))
    return problems


def _lint(root: Path, run: str, queries: set[str]) -> None:
    """Say in a line what is odd about these queries."""
    from metaethno import lint

    for name in sorted(queries - {""}):
        text, found = lint.decode_query((root / RAW / run / name).read_bytes())
        found = found or lint.check_query(text)
        if odd := [f for f in found if f.level != "note"]:
            out.plain(
                f"{RAW}/{run}/{name}: {len(odd)} things look odd in this query: see `metaethno search lint {run}`"
            )


def _track(root: Path, run: str) -> None:
    """Track the run's exports with DVC and list them in dvc.yaml, where the review is kept with DVC."""
    if not (root / ".dvc").is_dir():
        return
    import subprocess

    from metaethno.history import pipeline

    exports = [path for path in review.exports(root) if path.startswith(f"{RAW}/{run}/")]
    new = [path for path in exports if not (root / f"{path}.dvc").is_file()]
    if new:
        command = [sys.executable, "-m", "dvc", "add", "--quiet", *new]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            hint = "The rows are registered. Run the same command again when this is mended."
            said = done.stderr.strip() or "`dvc status` says why"
            raise UserError(Problem("ME0315", f"DVC could not track the exports: {said}", hint=hint))
    if (root / pipeline.PATH).is_file():
        tables.write_bytes(root / pipeline.PATH, pipeline.text(root).encode())
