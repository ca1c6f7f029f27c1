"""Worklists and decisions of the two stages of voting: opens the tables, hands them to the pure parts, writes.

`STAGES` of the commands `todo` and `enter` name this module; another stage offers the same two functions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metaethno import ledger, naming, review, tables
from metaethno import votes as ballot
from metaethno.carry import unseen_halves
from metaethno.cells import each_row
from metaethno.config import Config, Voting
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
from metaethno.exchange import ballots, finding, tools, worklist
from metaethno.exchange.said import Asked, Reading, Said
from metaethno.schemas import ALIASES, ELIGIBILITY, PARTED, RETRIEVAL, SCREENING, UNIQUE, Table
from metaethno.shell import common

if TYPE_CHECKING:
    import pandas as pd

TABLES_OF: dict[str, Table] = {"screening": SCREENING, "eligibility": ELIGIBILITY}
_ENTERED = f"{ledger.FOLDER}/entered.jsonl"
_SHOWN = 10


def settings_of(stage: str, config: Config) -> Voting:
    """Return the settings of a stage of voting."""
    return config.screening if stage == "screening" else config.eligibility


def check_team(who: str, config: Config) -> None:
    """Raise UsageError where a person is not of the team."""
    naming.person(who, config)


def check_person(stage: str, who: str, config: Config, *, adjudicating: bool) -> None:
    """Raise UserError where a person may not vote in a stage, or not settle its conflicts."""
    check_team(who, config)
    settings = settings_of(stage, config)
    if adjudicating and settings.adjudicators and who not in settings.adjudicators:
        hint = f"Add the person to `{stage}.adjudicators` in config/review.yaml."
        allowed = ", ".join(settings.adjudicators)
        raise UserError(Problem("ME0493", f"{who} does not settle conflicts of {stage}", allowed=allowed, hint=hint))
    if not adjudicating and who not in settings.reviewers:
        hint = (
            f"Add the person to `{stage}.reviewers` in config/review.yaml. Who settles conflicts says --as adjudicator."
        )
        allowed = ", ".join(settings.reviewers)
        raise UserError(Problem("ME0493", f"{who} is not one of the reviewers of {stage}", allowed=allowed, hint=hint))


def derived(root: Path, table: Table, columns: list[str] | None = None) -> pd.DataFrame:
    """Open a derived table of de-duplication; raises UserError where it isn't made yet."""
    if not (root / table.path).is_file():
        hint = "Run `metaethno run dedupe` first: it makes the records that are decided on."
        raise UserError(Problem("ME0120", "the file is missing", table.path, hint=hint))
    return tables.read(table, root / table.path, columns)


def _ledger(root: Path, config: Config, stage: str) -> pd.DataFrame:
    frame, problems = tables.load_decisions(TABLES_OF[stage], root)
    if problems:
        raise UserError(problems)
    return frame


# ------------------------------------------------------------------------------------------------ todo


def _open(
    root: Path, config: Config, stage: str, unique: pd.DataFrame, aliases: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.Series | None]:
    """Return what is open and for whom, the ledger, the records in question, and what came of full texts."""
    from metaethno.stages import eligibility, screening

    content = unique.set_index("record_id")["content_hash"]
    votes = _ledger(root, config, "screening")
    live = ballot.counting(votes, aliases, screening.meaning(config.screening))
    live = live[live["record_id"].isin(content.index)]
    need = ballot.needed(list(content.index), live, config.screening)
    result = ballot.outcomes(live, content, need, (screening.FORWARD, screening.EXCLUDE))
    outcome = result["outcome"].reindex(content.index).fillna(ballot.UNDECIDED)
    retrieval: pd.Series | None = None
    if stage == "screening":
        halves = unseen_halves(SCREENING, votes, aliases, derived(root, PARTED))
        todo = ballot.open_votes(outcome, live, content, config.screening, halves=halves)
    else:
        sought = unique[unique["record_id"].isin(set(outcome.index[outcome.eq(screening.FORWARD)]))]
        unique, content = sought, sought.set_index("record_id")["content_hash"]
        votes = _ledger(root, config, "eligibility")
        live = ballot.counting(votes, aliases, eligibility.MEANING)
        live = live[live["record_id"].isin(content.index)]
        need = ballot.needed(list(content.index), live, config.eligibility)
        closing = (eligibility.INCLUDE, eligibility.EXCLUDE)
        result = ballot.outcomes(live, content, need, closing, (eligibility.AWAITING, ballot.UNDECIDED))
        outcome = result["outcome"].reindex(content.index).fillna(ballot.UNDECIDED)
        asked, problems = common.load_checked(root, config, "retrieval")
        if problems:
            raise UserError(problems)
        retrieval = eligibility.retrieved(asked, aliases)["retrieval"]
        # What could not be obtained is not decided by reading it.
        missing = set(retrieval.index[retrieval.eq("not_obtained")])
        outcome = outcome[~outcome.index.isin(missing)]
        todo = ballot.open_votes(outcome, live, content, config.eligibility, [eligibility.AWAITING])
        todo = todo[~todo["record_id"].isin(missing)]
    return todo, votes.assign(record_id=ballot.resolve(votes["record_id"], aliases)), unique, retrieval


@dataclass(frozen=True)
class Made:
    """A worklist that was written (or nothing, where nothing is open): path, rows, and how many for which reason."""

    path: Path | None
    rows: int
    why: dict[str, int]


def target(root: Path, stage: str, arguments: argparse.Namespace) -> Path:
    """Return where the worklist goes: never over a file that somebody may have filled in."""
    ending = tools.FORMATS.get(arguments.to, f".{arguments.to}")
    if arguments.out:
        path = Path(arguments.out)
        if path.exists():
            hint = "Give another name: a worklist that was filled in must not be lost."
            raise UserError(Problem("ME0494", "the file is there already", str(path), hint=hint))
        return path
    tool = "" if arguments.to in ("xlsx", "csv", "docx") else f"-{arguments.to}"
    name = f"{stage}-{arguments.reviewer}{tool}"
    folder = root / "worklists"
    count = 1
    while (path := folder / (f"{name}{ending}" if count == 1 else f"{name}-{count}{ending}")).exists():
        count += 1
    return path


def todo(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> Made:
    """Write one person's worklist; see `metaethno todo --help` for the arguments."""
    adjudicating = arguments.role == "adjudicator"
    check_person(stage, arguments.reviewer, config, adjudicating=adjudicating)
    if arguments.to == "docx" or getattr(arguments, "study", None):
        raise UsageError(Problem("ME0495", f"--docx and --study are not for {stage}", allowed="--to xlsx, csv ..."))
    if getattr(arguments, "pair", None) or getattr(arguments, "pairs", None):
        raise UsageError(Problem("ME0495", "--pair and --pairs are of dedupe", allowed="dedupe"))
    runs = review.runs(root)
    if arguments.new_since and arguments.new_since not in runs:
        message = f"there is no run {arguments.new_since!r}.{did_you_mean(arguments.new_since, runs)}"
        raise UsageError(Problem("ME0495", message, allowed=", ".join(runs)))
    if arguments.calibration and (not arguments.sample or adjudicating):
        hint = "Say how many records: --calibration --sample 50 --seed 1, the same for every reviewer."
        raise UsageError(Problem("ME0495", "a calibration is a sample, and nobody settles it", hint=hint))
    unique, aliases = derived(root, UNIQUE, UNIQUE.names), derived(root, ALIASES, ALIASES.names)
    open_rows, votes, unique, retrieval = _open(root, config, stage, unique, aliases)
    wanted = worklist.Wanted(
        arguments.reviewer,
        arguments.new_since or "",
        arguments.sample or 0,
        arguments.seed,
        arguments.calibration,
        adjudicating,
    )
    found = worklist.open_for(open_rows, votes, unique, wanted)
    if not len(found):
        return Made(None, 0, {})
    work = worklist.rows(found, unique, arguments.reviewer, retrieval)
    path = target(root, stage, arguments)
    tables.write_bytes(path, tools.write(work, arguments.to, stage, config))
    return Made(path, len(work), work["why"].value_counts().sort_index().to_dict())


# ------------------------------------------------------------------------------------------------ enter


def _index(root: Path, unique: pd.DataFrame, aliases: pd.DataFrame, saids: list[Said]) -> finding.Index:
    """Return what rows are matched by; exported rows are only opened where somebody else's file needs them."""
    known = dict(each_row(aliases, "alias_id", "record_id"))
    columns = ["title", "authors", "year", "doi", "pmid"]
    titles = dict(each_row(unique, "record_id", "title"))
    if all(s.record and s.title in ("", titles.get(known.get(s.record, s.record))) for s in saids):
        return finding.index(unique, tables.empty(UNIQUE), known)
    from metaethno.schemas import MEMBERS, RECORDS

    rows = derived(root, RECORDS, ["row_id", *columns])
    home = derived(root, MEMBERS, ["row_id", "record_id"])
    return finding.index(unique, rows.merge(home, on="row_id"), known)


@dataclass(frozen=True)
class Entered:
    """What entering a file did (or would do). asked: full texts of which something was noted.

    agreed, unseen: records that an adjudicator decides with it though no reviewers differ, or none has voted.
    """

    added: int
    changed: int
    same: int
    undecided: int
    left_out: int
    warnings: list[Problem]
    written: tuple[str, ...]
    what: str = "votes"
    asked: int = 0
    agreed: int = 0
    unseen: int = 0


def mark_of(path: Path, stage: str, arguments: argparse.Namespace) -> str:
    """Return what a file is known by once it was entered: its bytes, and what was said of it."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest.update(file.read_bytes())
    said = (stage, arguments.reviewer, arguments.source, arguments.role, arguments.round)
    digest.update("\x1f".join(map(str, (*said, arguments.user, arguments.decision))).encode())
    return digest.hexdigest()


def entered_before(root: Path, mark: str) -> str:
    """Return the day on which this very file was entered before, or nothing."""
    path = root / _ENTERED
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            said = json.loads(line)
        except ValueError:
            continue  # a line that was cut off
        if said.get("mark") == mark:
            return str(said.get("on", "before"))
    return ""


def changed_since(file: Path, before: str, count: int, what: str) -> Problem:
    """Return the problem of a file that was entered `before` and would undo `count` later changes."""
    message = f"this very file was entered on {before}; {count:,} of its {what} were changed since"
    hint = "Nothing was entered. To go back to what the file says: --again."
    return Problem("ME0480", message, str(file), hint=hint)


def remember(root: Path, mark: str, day: str, file: Path, rows: object = None, reviewer: str = "") -> None:
    """Write down that a file was entered; `rows`: what somebody entered from it, to be corrected by the same file."""
    said: dict[str, object] = {"mark": mark, "on": day, "file": file.name}
    if rows:
        said |= {"by": reviewer, "rows": rows}
    with (root / _ENTERED).open("a", encoding="utf-8") as log:
        log.write(json.dumps(said) + "\n")


def remembered_rows(root: Path, file: Path, reviewer: str) -> list[Any]:
    """Return what `reviewer` entered from a file of this name the last time; nothing where that isn't known here."""
    path = root / _ENTERED
    found: list[Any] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            said = json.loads(line)
        except ValueError:
            continue  # a line that was cut off
        if said.get("file") == file.name and said.get("by") == reviewer and isinstance(said.get("rows"), list):
            found = said["rows"]
    return found


def _read(root: Path, stage: str, config: Config, arguments: argparse.Namespace) -> Reading:
    from metaethno.exchange.readers import READERS

    path: Path = arguments.file
    if not path.exists():
        raise UserError(Problem("ME0470", "there is no such file", str(path)))
    asked = Asked(
        stage, arguments.reviewer, config, arguments.user or "", arguments.decision or "", arguments.dates or ""
    )
    if arguments.source not in READERS:
        message = f"votes of {stage} don't come from {arguments.source}"
        raise UsageError(Problem("ME0495", message, allowed=", ".join(READERS)))
    return READERS[arguments.source](path, asked)


def _matched(
    reading: Reading, saids: list[Said], index: finding.Index, *, only: bool
) -> tuple[list[tuple[Said, str]], list[Problem]]:
    """Return decisions with their records, and a problem per row whose record can't be told."""
    matched, problems = [], []
    for said in saids:
        record, why = finding.find(said, index)
        if record:
            matched.append((said, record))
            continue
        code = "ME0484" if why.startswith(("several", "its identifier is")) else "ME0483"
        hint = "" if only else "Mend the row; or enter the others without it: --matched-only."
        problems.append(Problem(code, why, reading.file, said.line, value=said.title or said.record, hint=hint))
    return matched, problems


def enter(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> Entered:
    """Enter one file of decisions; raises UserError with everything that is wrong, and then nothing is entered."""
    check_team(arguments.reviewer, config)
    reading = _read(root, stage, config, arguments)
    judge = arguments.role == "adjudicator" or {s.role for s in reading.said} == {"adjudicator"}
    check_person(stage, arguments.reviewer, config, adjudicating=judge)
    unique = derived(root, UNIQUE, ["record_id", "title", "content_hash"])
    aliases = derived(root, ALIASES, ALIASES.names)
    for said in (*reading.said, *reading.asked):
        # As it will stand in the ledger: a note of two lines is no other note when the file comes again.
        said.note = ledger.as_kept(said.note, TABLES_OF[stage])
    index = _index(root, unique, aliases, [*reading.said, *reading.asked])
    matched, strays = _matched(reading, reading.said, index, only=arguments.matched_only)
    texts, more = _matched(reading, reading.asked, index, only=arguments.matched_only)
    strays += [problem for problem in more if problem not in strays]
    problems = reading.problems + ([] if arguments.matched_only else strays)
    problems += _roles(reading, config, stage, arguments)
    mark = mark_of(arguments.file, stage, arguments)
    with ledger.entering(root) as book:
        votes = _ledger(root, config, stage)
        own = votes[votes["reviewer"].eq(arguments.reviewer)]
        own = own.assign(record_id=ballot.resolve(own["record_id"], aliases))
        today = arguments.date or datetime.now(tz=UTC).astimezone().date().isoformat()
        voter = ballots.Voter(
            stage,
            arguments.reviewer,
            arguments.role or "reviewer",
            arguments.round or "main",
            config.criteria.version,
            today,
        )
        content = dict(each_row(unique, "record_id", "content_hash"))
        cast = ballots.cast(reading.file, matched, own, content, voter, ledger.id_maker("V", votes["vote_id"]))
        problems += cast.problems
        before = entered_before(root, mark)
        if before and cast.changed and not arguments.again and not problems:
            problems.append(changed_since(arguments.file, before, cast.changed, "votes"))
        if problems:
            raise UserError(sorted(set(problems), key=lambda p: (p.file, p.line or 0, p.code)))
        book.put(TABLES_OF[stage], cast.rows, arguments.reviewer)
        asked: list[dict[str, str]] = []
        if texts:
            known, _ = common.load_checked(root, config, "retrieval")
            known = known.assign(record_id=ballot.resolve(known["record_id"], aliases))
            new_id = ledger.id_maker("F", known["retrieval_id"])
            asked, there = ballots.asked(texts, known, voter, new_id, again=bool(before) and not arguments.again)
            cast.same += there
            book.put(RETRIEVAL, asked)
        written = book.commit(check_of(stage, config), dry_run=arguments.dry_run)
        if not arguments.dry_run and not before:
            remember(root, mark, today, arguments.file)
    settled = {row["record_id"] for row in cast.rows if (row["role"], row["round"]) == (ballot.ADJUDICATOR, "main")}
    agreed, unseen = _not_in_conflict(settled, votes, aliases, stage, config) if settled else (0, 0)
    return Entered(
        len(cast.rows),
        cast.changed,
        cast.same,
        reading.undecided,
        len(strays),
        reading.warnings + (strays if arguments.matched_only else []),
        written.files,
        asked=len({row["record_id"] for row in asked}),
        agreed=agreed,
        unseen=unseen,
    )


def _not_in_conflict(
    records: set[str], votes: pd.DataFrame, aliases: pd.DataFrame, stage: str, config: Config
) -> tuple[int, int]:
    """Return on how many of `records` the reviewers who voted say the same, and on how many no reviewer has voted.

    votes: schema SCREENING or ELIGIBILITY, as it was before.
    """
    from metaethno.stages import eligibility, screening

    meaning = screening.meaning(config.screening) if stage == "screening" else eligibility.MEANING
    live = ballot.counting(votes[votes["role"].eq("reviewer")], aliases, meaning)
    said = live[live["record_id"].isin(records)].groupby("record_id")["verdict"].agg(["nunique", "first"])
    agreed = said["nunique"].eq(1) & said["first"].ne(ballot.CONTRADICTION)
    return int(agreed.sum()), len(records) - len(said)


def _roles(reading: Reading, config: Config, stage: str, arguments: argparse.Namespace) -> list[Problem]:
    """Return what is wrong with the role and the round that rows of a worklist were made for."""
    settings = settings_of(stage, config)
    problems = []
    for said in reading.said:
        if arguments.role and said.role and said.role != arguments.role:
            message = f"this row was made for a {said.role}"
            hint = "Leave `--as` away: the worklist knows it."
            problems.append(Problem("ME0487", message, reading.file, said.line, "role", said.role, hint=hint))
        elif arguments.round and said.round and said.round != arguments.round:
            message = f"this row was made for the {said.round} round"
            hint = "Leave `--calibration` away: the worklist knows it."
            problems.append(Problem("ME0487", message, reading.file, said.line, "round", said.round, hint=hint))
        elif said.role == "adjudicator" and settings.adjudicators and arguments.reviewer not in settings.adjudicators:
            message = f"{arguments.reviewer} does not settle conflicts of {stage}"
            allowed = ", ".join(settings.adjudicators)
            problems.append(Problem("ME0493", message, reading.file, said.line, "role", said.role, allowed))
    return problems


def check_of(stage: str, config: Config) -> ledger.Check:
    """Return the checks of a stage, to be run on the review as it would be."""
    import importlib

    shell = importlib.import_module(f"metaethno.shell.{stage}")

    def check(folder: Path) -> list[Problem]:
        found: list[Problem] = shell.checks(folder, config)[1]
        return found

    return check
