"""Worklists of pairs of rows that may be one publication, and the verdicts that come back.

The sheet shows both sides beside each other; ids stand in hidden columns. `STAGES` of the commands `todo` and `enter`
name this module; what it shares with the voting stages stands in `exchange.voting`.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from metaethno import ledger, tables
from metaethno.cells import each_row
from metaethno.config import Config
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
from metaethno.exchange import voting, workbook
from metaethno.exchange.workbook import Field, Options, Sheet
from metaethno.schemas import DEDUPE_TO_DECIDE, DUPLICATES, MEMBERS, RECORDS

if TYPE_CHECKING:
    import pandas as pd

_ALSO: Final = {
    "same": "1 y yes duplicate duplicates dup dups one equal merge merged",
    "different": "0 n no distinct two split apart",
    "related": "companion companions",
    "unsure": "? maybe unclear perhaps undecided",
}
VERDICTS: Final = Options(
    {word: word for word in _ALSO},
    {said: word for word, many in _ALSO.items() for said in many.split()}
    | {"not the same": "different", "not a duplicate": "different", "not duplicates": "different"},
)
_SHOWN: Final = ("title", "authors", "year", "container", "volume", "issue", "pages", "doi", "source", "abstract")
_WHICH: Final = {
    "open": "doubtful",
    "merged": "merged by a rule, the least alike first",
    "decided": "decided before",
}


# ------------------------------------------------------------------------------------------------ todo


def standing(duplicates: pd.DataFrame) -> dict[frozenset[str], list[dict[str, Any]]]:
    """Return the verdicts that count, by pair of rows."""
    found: dict[frozenset[str], list[dict[str, Any]]] = {}
    for row in tables.heads(DUPLICATES, duplicates).to_dict("records"):
        found.setdefault(frozenset((row["left_row"], row["right_row"])), []).append(row)
    return found


def wanted(
    which: str,
    to_decide: pd.DataFrame,
    members: pd.DataFrame,
    said: Mapping[frozenset[str], Sequence[Mapping[str, Any]]],
) -> list[tuple[str, str, str, str]]:
    """Return left row, right row, why and likeness of the pairs of one kind (`_WHICH`).

    to_decide: DEDUPE_TO_DECIDE, in whose order open pairs stay, without those that have a verdict by now. members:
    MEMBERS, for the merged ones.
    """
    if which == "decided":
        return [
            (a, b, f"{rows[0]['reviewer']} on {rows[0]['decided_on']}", "")
            for rows in said.values()
            for a, b in [(rows[0]["left_row"], rows[0]["right_row"])]
        ]
    if which == "merged":
        made = members[members["matched_with"].ne("") & ~members["rule"].isin(("identical", "verdict"))]
        made = made.sort_values(["score", "row_id"])
        columns = each_row(made, "matched_with", "row_id", "rule", "score")
        return [(a, b, f"merged by the rule '{rule}'", str(s)) for a, b, rule, s in columns]
    columns = zip(*(to_decide[n] for n in ("left_row", "right_row", "why", "score")), strict=True)
    return [(a, b, why, str(score)) for a, b, why, score in columns if frozenset((a, b)) not in said]


def _place(row: Mapping[str, str]) -> str:
    """Return where a row was published, on one line."""
    issue = f"({row['issue']})" if row["issue"] else ""
    parts = [row["authors"], row["year"], f"{row['container']} {row['volume']}{issue}".strip()]
    parts += [row["pages"] and f"pp. {row['pages']}", row["doi"] and f"doi {row['doi']}", f"[{row['source']}]"]
    return ". ".join(p for p in parts if p)


def _fields() -> list[Field]:
    asked = "same: one publication. different: two. related: two that may report one study. unsure: can't be told."
    return [
        Field("left_title", 42),
        Field("right_title", 42),
        Field("left_place", 36, "Authors, year, journal, volume, pages, DOI, source of the left one."),
        Field("right_place", 36, "The same of the right one."),
        Field("verdict", 13, asked, VERDICTS, fill_in=True),
        Field("note", 25, "Anything you want to remember.", fill_in=True),
        Field("why", 40, "What agrees and what differs; or why the pair is listed."),
        Field("likeness", 9, "How alike the two are, in per cent."),
        Field("left_abstract", 40),
        Field("right_abstract", 40),
        Field("left_row", hidden=True),
        Field("right_row", hidden=True),
        Field("replaces", hidden=True),
        Field("reviewer", hidden=True),
    ]


def sheet(
    pairs: Sequence[tuple[str, str, str, str]],
    rows: Mapping[str, Mapping[str, str]],
    said: Mapping[frozenset[str], Sequence[Mapping[str, Any]]],
    reviewer: str,
) -> tuple[Sheet, Sheet]:
    """Return the sheet to fill in and the one that explains it. rows: what each row says (`_SHOWN`), by id."""
    out = []
    for left, right, why, likeness in pairs:
        a, b = rows[left], rows[right]
        now = said.get(frozenset((left, right)), ())
        verdicts = {str(v["verdict"]) for v in now}
        verdict = verdicts.pop() if len(verdicts) == 1 else ""
        out.append(
            [a["title"], b["title"], _place(a), _place(b), verdict, "", why, likeness, a["abstract"], b["abstract"],
             left, right, ";".join(str(v["verdict_id"]) for v in now), reviewer]
        )  # fmt: skip
    fields = _fields()
    opening = [
        "Pairs of exported rows that may be one publication. Pick a verdict; leave it empty where you haven't decided.",
        f"Save the file, then enter it: metaethno enter dedupe FILE --reviewer {reviewer}",
        "To change a verdict later: metaethno todo dedupe --pairs decided",
    ]
    return Sheet("Decide", fields, out), workbook.help_sheet(fields, opening)


def _usable(arguments: argparse.Namespace, words: Mapping[str, str]) -> None:
    """Raise UsageError where an option was given that only votes have."""
    given = [said for name, said in words.items() if getattr(arguments, name, None)]
    if given:
        raise UsageError(Problem("ME0495", f"{', '.join(given)} can't be used for dedupe"))


def _rows(root: Path, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return what the exported rows `ids` say; raises UserError (ME0483) for ids that there aren't."""
    records = voting.derived(root, RECORDS, ["row_id", *_SHOWN])
    unknown = sorted(set(ids) - set(records["row_id"].tolist()))
    if unknown:
        near = did_you_mean(unknown[0], records["row_id"])
        hint = "`metaethno why ID` shows the rows of a record with their ids."
        raise UserError([Problem("ME0483", f"there is no exported row {one!r}.{near}", hint=hint) for one in unknown])
    records = records[records["row_id"].isin(set(ids))]
    return {str(r["row_id"]): r for r in records.to_dict("records")}


def todo(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Made:
    """Write the pairs that wait for a person; see `metaethno todo --help` for the arguments."""
    voting.check_team(arguments.reviewer, config)
    other = {"role": "--as", "new_since": "--new-since", "sample": "--sample", "calibration": "--calibration"}
    _usable(arguments, other)
    if arguments.to not in ("xlsx", "csv"):
        raise UsageError(Problem("ME0495", f"pairs can't be written for {arguments.to}", allowed="xlsx, csv"))
    to_decide, members = voting.derived(root, DEDUPE_TO_DECIDE), voting.derived(root, MEMBERS)
    duplicates, problems = tables.load_decisions(DUPLICATES, root)
    if problems:
        raise UserError(problems)
    said = standing(duplicates)
    which = arguments.pairs or "open"
    found = wanted(which, to_decide, members, said)
    label = _WHICH[which]
    if arguments.pair:
        known = {frozenset(p[:2]): p for kind in _WHICH for p in wanted(kind, to_decide, members, said)}
        found = [known.get(frozenset(p), (*p, "asked for", "")) for p in map(tuple, arguments.pair)]
        label = "asked for"
        if alike := [p for p in found if p[0] == p[1]]:
            raise UsageError(Problem("ME0495", f"--pair {alike[0][0]} {alike[0][0]} names one row twice"))
    if not found:
        return voting.Made(None, 0, {})
    rows = _rows(root, [one for pair in found for one in pair[:2]])
    decide, guide = sheet(found, rows, said, arguments.reviewer)
    path = voting.target(root, stage, arguments)
    tables.write_bytes(path, workbook.to_xlsx([decide, guide]) if arguments.to == "xlsx" else workbook.to_csv(decide))
    return voting.Made(path, len(found), {label: len(found)})


# ------------------------------------------------------------------------------------------------ enter


@dataclass(frozen=True)
class Word:
    """One verdict as it was read: its line, the rows, and which verdicts the sheet showed beside it."""

    line: int
    left: str
    right: str
    verdict: str
    note: str = ""
    replaces: frozenset[str] = frozenset()


@dataclass
class Reading:
    """All a sheet says: verdicts, how many rows hold none, everything that is wrong."""

    words: list[Word] = field(default_factory=list)
    undecided: int = 0
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read(grid: workbook.Grid, titles: Mapping[str, str], reviewer: str) -> Reading:
    """Read a sheet that was filled in. titles: by id of row, to find columns that were sorted apart."""
    out = Reading()
    names = ("left row", "right row", "verdict", "note", "replaces", "reviewer", "left title", "right title")
    cells = {name: grid.texts(name) for name in names}
    needed = {grid.column(name) for name in ("left row", "right row", "verdict")}
    if None in needed:
        hint = "The header line of the worklist has to stay as it was."
        message = "needs the columns 'left row', 'right row' and 'verdict'"
        raise UserError(Problem("ME0471", message, grid.file, 1, hint=hint))
    out.problems += grid.unusable([c for c in needed if c is not None])
    bad = {p.line for p in out.problems}
    at = grid.column("verdict")
    for n, line in enumerate(grid.lines):
        if line in bad:
            continue
        text = cells["verdict"][n]
        if not text:
            out.undecided += 1
            if cells["note"][n]:
                message = "a note, but no verdict: the note is not entered"
                out.warnings.append(grid.problem(n, grid.column("note"), message, code="ME0489"))
            continue
        verdict = VERDICTS.find(text)
        if verdict is None:
            message = f"{text!r} is no verdict.{VERDICTS.near(text)}"
            out.problems.append(grid.problem(n, at, message, code="ME0481", allowed=VERDICTS.allowed))
            continue
        if cells["reviewer"][n] not in ("", reviewer):
            message = f"is from the worklist of {cells['reviewer'][n]}"
            hint = "Nobody's verdicts are entered under another name."
            out.problems.append(grid.problem(n, grid.column("reviewer"), message, code="ME0487", hint=hint))
            continue
        for side in ("left", "right"):
            row, title = cells[f"{side} row"][n], cells[f"{side} title"][n]
            place = grid.column(f"{side} row")
            if row not in titles:
                message = f"there is no exported row {row!r}.{did_you_mean(row, titles)}"
                out.problems.append(grid.problem(n, place, message, code="ME0483"))
            elif title and _letters(title) != _letters(titles[row]):
                hint = "Were columns sorted apart? Write the worklist anew: metaethno todo dedupe."
                message = f"the title is not the one of {row}: {titles[row]!r}"
                out.problems.append(grid.problem(n, grid.column(f"{side} title"), message, code="ME0483", hint=hint))
        replaces = frozenset(filter(None, cells["replaces"][n].split(";")))
        out.words.append(Word(line, cells["left row"][n], cells["right row"][n], verdict, cells["note"][n], replaces))
    return out


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


@dataclass
class Ballot:
    """New rows of the ledger, how many replace others, how many say what is there already, what is wrong."""

    rows: list[dict[str, str]] = field(default_factory=list)
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # of the sheet, by id of a new row


def cast(
    file: str,
    words: Sequence[Word],
    said: Mapping[frozenset[str], Sequence[Mapping[str, Any]]],
    reviewer: str,
    today: str,
    new_id: Callable[[], str],
) -> Ballot:
    """Return the rows to add. One's own verdicts may be replaced, another person's where the sheet showed them."""
    out = Ballot()
    seen: dict[frozenset[str], Word] = {}
    for word in words:
        pair = frozenset((word.left, word.right))
        if (first := seen.setdefault(pair, word)) is not word:
            if first.verdict != word.verdict:
                message = f"says something else about these two rows than line {first.line}"
                hint = "Keep one of the two."
                out.problems.append(Problem("ME0485", message, file, word.line, "verdict", word.verdict, hint=hint))
            continue
        now = said.get(pair, ())
        others = [v for v in now if v["verdict"] != word.verdict]
        if now and not others and (not word.note or any(word.note in v["note"] for v in now)):
            out.same += 1
            continue
        strange = [v for v in others if v["reviewer"] != reviewer and v["verdict_id"] not in word.replaces]
        if strange:
            v = strange[0]
            message = f"{v['reviewer']} said {v['verdict']!r} of it on {v['decided_on']}, which the sheet didn't show"
            hint = "Agree on one. Then change it in a new list: metaethno todo dedupe --pairs decided."
            out.problems.append(Problem("ME0486", message, file, word.line, "verdict", word.verdict, hint=hint))
            continue
        out.changed += bool(others)
        replaced = [v["verdict_id"] for v in others] or [v["verdict_id"] for v in now if v["reviewer"] == reviewer][:1]
        out.rows += [
            {
                "verdict_id": new_id(),
                "supersedes": old,
                "left_row": word.left,
                "right_row": word.right,
                "verdict": word.verdict,
                "reviewer": reviewer,
                "decided_on": today,
                "note": word.note,
            }
            for old in replaced or [""]
        ]
        out.lines |= {row["verdict_id"]: word.line for row in out.rows if row["verdict_id"] not in out.lines}
    return out


def _told(problem: Problem, file: str, lines: Mapping[str, int]) -> Problem:
    """Return a contradiction in words of the sheet: its lines, and no lines of a ledger that isn't written."""
    if problem.code not in ("ME0323", "ME0324"):
        return problem
    own = [line for one, line in lines.items() if one in problem.message]

    def named(match: re.Match[str]) -> str:
        return f"line {lines[match[1]]} of this sheet" if match[1] in lines else match[1]

    message = re.sub(r"(\w[\w.-]*) \(line \d+\)", named, problem.message)
    hint = f"{problem.hint} `metaethno why ID ID` shows what holds two rows together."
    return replace(problem, message=message, file=file, line=min(own, default=None), column="verdict", hint=hint)


def enter(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Entered:
    """Enter one sheet of verdicts; raises UserError with everything that is wrong, and then nothing is entered."""
    who = arguments.reviewer
    voting.check_team(who, config)
    other = {"role": "--as", "user": "--user", "decision": "--decision", "round": "--calibration"}
    _usable(arguments, other | {"matched_only": "--matched-only"})
    if arguments.source != "sheet":
        raise UsageError(Problem("ME0495", f"verdicts on pairs don't come from {arguments.source}", allowed="sheet"))
    records = voting.derived(root, RECORDS, ["row_id", "title"])
    titles = dict(each_row(records, "row_id", "title"))
    grid = workbook.read(arguments.file, ("verdict",))
    reading = read(grid, titles, who)
    mark = voting.mark_of(arguments.file, stage, arguments)
    with ledger.entering(root) as book:
        duplicates, problems = tables.load_decisions(DUPLICATES, root)
        if problems:
            raise UserError(problems)
        today = arguments.date or datetime.now(tz=UTC).astimezone().date().isoformat()
        new_id = ledger.id_maker("D", duplicates["verdict_id"])
        done = cast(grid.file, reading.words, standing(duplicates), who, today, new_id)
        problems = reading.problems + done.problems
        before = voting.entered_before(root, mark)
        if before and done.changed and not arguments.again and not problems:
            problems.append(voting.changed_since(arguments.file, before, done.changed, "verdicts"))
        if problems:
            raise UserError(sorted(set(problems), key=lambda p: (p.line or 0, p.code)))
        book.put(DUPLICATES, done.rows)
        check, lines = voting.check_of(stage, config), done.lines
        written = book.commit(
            lambda folder: [_told(p, grid.file, lines) for p in check(folder)], dry_run=arguments.dry_run
        )
        if not arguments.dry_run and not before:
            voting.remember(root, mark, today, arguments.file)
    warnings = grid.warnings + reading.warnings
    counts = (len(done.rows), done.changed, done.same, reading.undecided, 0)
    return voting.Entered(*counts, warnings, written.files, "verdicts")
