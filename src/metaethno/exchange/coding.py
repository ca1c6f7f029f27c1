"""Passages and constructs as a file says them, and what becomes of them in the registers.

Whatever the file was (our sheet, a Word table, the export of a coding tool), a reader turns it into `Coded` rows, and
`enter` here finds their studies and reports, gives ids, and says everything that is wrong. Nothing is guessed: a study
that can't be told, a speaker nobody named, two meanings for one construct are problems with their lines.

Codes: ME0483 a study or report that can't be told, ME0485 two rows of the file contradict each other, ME0486 something
else stands there already, ME0478 something that a passage or construct needs is missing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from metaethno.cells import each_row
from metaethno.errors import Problem
from metaethno.exchange.workbook import Options

if TYPE_CHECKING:
    import pandas as pd

SPEAKERS: Final = Options(
    {"participant": "participant", "author": "study author", "review_author": "review author (about the study)"},
    {
        **dict.fromkeys(("participants", "p", "respondent", "interviewee", "informant", "quote"), "participant"),
        **dict.fromkeys(("authors", "a", "researcher", "researchers", "study authors"), "author"),
        **dict.fromkeys(("review author", "review author, about the study", "reviewer", "us"), "review_author"),
    },
)
ORDERS: Final = Options(
    {"1": "participants' own (first order)", "2": "authors' interpretation (second order)"},
    {
        **dict.fromkeys(("first", "first order", "1st", "1st order", "first-order", "participants' own"), "1"),
        **dict.fromkeys(("second", "second order", "2nd", "2nd order", "second-order", "authors'"), "2"),
    },
)
KINDS: Final = Options(
    {"concept": "concept", "interpretation": "interpretation", "metaphor": "metaphor"},
    {"theme": "concept", "category": "concept", "finding": "interpretation"},
)
STATUSES: Final = Options(
    {"translatable": "can be translated", "not_translatable": "can't be translated", "set_aside": "set aside"}
)
# What a construct says of itself, by its column in the register.
_OWN: Final = ("authors_term", "meaning", "order", "kind", "status", "reason")


@dataclass
class Coded:
    """One row of a file: a passage, a construct, or both; empty texts for what it doesn't say.

    study, report: as the file names them (label, citation, file name). passage_id, construct_id, seen: what our own
    sheet carries unseen; `seen` is the mark of the row as it was handed out.
    """

    line: int
    study: str = ""
    report: str = ""
    locator: str = ""
    speaker: str = ""
    text: str = ""
    construct: str = ""
    authors_term: str = ""
    meaning: str = ""
    order: str = ""
    kind: str = ""
    status: str = ""
    reason: str = ""
    passage_id: str = ""
    construct_id: str = ""
    seen: str = ""

    @property
    def mark(self) -> str:
        """A short hash over everything a person sees of the row."""
        seen = [" ".join(getattr(self, f.name).split()) for f in fields(self)[1:13]]
        return hashlib.sha256("\x1f".join(seen).encode()).hexdigest()[:12]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was filled in beside the study and report, which may be filled down."""
        return not any((self.locator, self.text, self.construct, self.authors_term, self.meaning))


@dataclass(frozen=True)
class Said:
    """What the person says of the whole file, for what its rows leave open: order, kind, speaker (ids)."""

    order: str = ""
    kind: str = ""
    speaker: str = ""


@dataclass(frozen=True)
class Before:
    """What one person entered from one sheet before: the row of a line, and what the registers then said of it."""

    line: int
    passage_id: str
    construct_id: str
    mark: str


@dataclass
class Outcome:
    """Rows for the registers, how many are new, changed and there already, and everything that is wrong.

    entered: what to remember of the sheet, so that it can be corrected and entered again.
    """

    passages: list[dict[str, str]] = field(default_factory=list)
    constructs: list[dict[str, str]] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    entered: list[Before] = field(default_factory=list)


@dataclass
class Places:
    """Studies and reports by the names that people and tools give them; made from the registers by `places`."""

    studies: Options
    study_of: Mapping[str, str]  # citation, folded -> study, where it is of one study only
    reports: Mapping[str, Mapping[str, str]]  # study -> report -> citation

    def study(self, text: str) -> str | None:
        """Return the study that a text means: its label or id, a citation, or a file named after one of them."""
        for one in _names(text):
            if found := self.studies.find(one) or self.study_of.get(_folded(one)):
                return found
        return None

    def report(self, study: str, named: str, file: str = "") -> str | None:
        """Return the report that is named; else the one whose citation the text or file is; else a study's only one."""
        own = self.reports.get(study, {})
        citations = Options(own)
        for text in (named, file):
            for one in _names(text):
                if found := citations.find(one):
                    return found
            if named:
                return None
        return next(iter(own)) if len(own) == 1 else None


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def _names(text: str) -> list[str]:
    """Return a name and what it is without folders and the ending of a file."""
    text = text.strip()
    if not text:
        return []
    bare = PureWindowsPath(text).name if re.search(r"[\\/]", text) else text
    short = re.sub(r"\.(pdf|docx?|txt|html?|odt|rtf|md|epub)$", "", bare, flags=re.I)
    return list(dict.fromkeys((text, bare, short, short.replace("_", " "))))


def places(studies: pd.DataFrame, report_studies: pd.DataFrame) -> Places:
    """Return what studies and reports are called. studies: schema STUDIES; report_studies: schema REPORT_STUDIES."""
    labels = {str(s): str(label) or str(s) for s, label in each_row(studies, "study_id", "label")}
    cited: dict[str, set[str]] = {}
    reports: dict[str, dict[str, str]] = {}
    for row in report_studies.to_dict("records"):
        for name in (row["citation"], row["report_id"], row["record_id"]):
            cited.setdefault(_folded(name), set()).add(row["study_id"])
        if row["role"] != "redundant":
            reports.setdefault(row["study_id"], {})[row["report_id"]] = row["citation"]
    for study, label in labels.items():
        cited.setdefault(_folded(label), set()).add(study)
    one = {name: next(iter(of)) for name, of in cited.items() if len(of) == 1}
    return Places(Options(labels), one, reports)


@dataclass
class _Entry:
    """The work of `enter`: what is known, what has been given an id, and the outcome so far."""

    file: str
    where: Places
    said: Said
    who: str
    today: str
    new_passage: Callable[[], str]
    new_construct: Callable[[], str]
    passages: dict[str, dict[str, str]]
    constructs: dict[str, dict[str, str]]
    column_of: Mapping[str, str]
    out: Outcome = field(default_factory=Outcome)
    by_place: dict[tuple[str, str, str], str] = field(default_factory=dict)
    by_label: dict[tuple[str, str], str] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)  # line that said something of a construct first
    touched: dict[str, str] = field(default_factory=dict)  # id -> "added" or "changed"
    before: Mapping[int, Before] = field(default_factory=dict)
    marks: set[tuple[str, str, str]] = field(default_factory=set)  # passage, construct, and a row that is one's own
    own: set[int] = field(default_factory=set)  # lines that this person entered from this sheet, and now corrects
    rows: list[tuple[int, str, str]] = field(default_factory=list)

    def wrong(self, row: Coded, code: str, message: str, column: str, value: str = "", **more: str) -> None:
        name = self.column_of.get(column, column)
        self.out.problems.append(Problem(code, message, self.file, row.line, name, value, **more))

    def pick(self, row: Coded, column: str, options: Options, default: str) -> str | None:
        """Return the id of a picked cell, the default where it is empty, None where it is wrong."""
        text = getattr(row, column)
        if not text:
            return default
        found = options.find(text)
        if found is None:
            message = f"{text!r} is nothing that can stand here.{options.near(text)}"
            self.wrong(row, "ME0477", message, column, text, allowed=options.allowed)
        return found


def _known(frame: pd.DataFrame, key: str) -> dict[str, dict[str, str]]:
    names = [c for c in frame.columns if not c.startswith("_")]
    return {str(r[key]): {n: str(r[n]) for n in names} for r in frame.to_dict("records")}


def shown(construct: Mapping[str, str], passage: Mapping[str, str], study: str, report: str) -> Coded:
    """Return the row of the sheet for a construct and one of its passages (either may be empty)."""

    def label(options: Options, key: str) -> str:
        return options.labels.get(key, key)

    return Coded(
        0,
        study=study,
        report=report,
        locator=passage.get("locator", ""),
        speaker=label(SPEAKERS, passage.get("speaker", "")),
        text=passage.get("text", ""),
        construct=construct.get("label", ""),
        authors_term=construct.get("authors_term", ""),
        meaning=construct.get("meaning", ""),
        order=label(ORDERS, construct.get("order", "")),
        kind=label(KINDS, construct.get("kind", "")),
        status=label(STATUSES, construct.get("status", "")),
        reason=construct.get("reason", ""),
        passage_id=passage.get("passage_id", ""),
        construct_id=construct.get("construct_id", ""),
    )


def rows(constructs: pd.DataFrame, passages: pd.DataFrame, where: Places, studies: Sequence[str]) -> list[Coded]:
    """Return everything that stands for `studies` as rows of the sheet, by study, construct and passage."""
    by_passage = _known(passages, "passage_id")
    home = {report: study for study, own in where.reports.items() for report in own}
    out: list[tuple[str, Coded]] = []
    used: set[str] = set()

    def add(study: str, construct: Mapping[str, str], passage: Mapping[str, str]) -> None:
        report = where.reports.get(study, {}).get(passage.get("report_id", ""), "")
        row = shown(construct, passage, where.studies.labels.get(study, study), report)
        row.seen = row.mark
        out.append((study, row))

    for construct in sorted(_known(constructs, "construct_id").values(), key=lambda c: (c["label"], c["construct_id"])):
        ids = [one.strip() for one in construct["passage_ids"].split(";") if one.strip()]
        used.update(ids)
        for one in ids or [""]:
            add(construct["study_id"], construct, by_passage.get(one, {}))
    for key, passage in by_passage.items():
        if key not in used:
            add(home.get(passage["report_id"], ""), {}, passage)
    place = {study: i for i, study in enumerate(studies)}
    return [row for study, row in sorted(out, key=lambda pair: place.get(pair[0], 0)) if study in place]


def enter(
    file: str,
    coded: Iterable[Coded],
    where: Places,
    passages: pd.DataFrame,
    constructs: pd.DataFrame,
    said: Said,
    person: tuple[str, str],
    new_ids: tuple[Callable[[], str], Callable[[], str]],
    column_of: Mapping[str, str] | None = None,
    before: Iterable[Before] = (),
) -> Outcome:
    """Return what becomes of the rows of a file in the registers `passages` and `constructs` (their schemas).

    person: who enters, and the day. new_ids: make ids of a passage and of a construct. column_of: headings of the
    file, for messages. before: what the same person entered from this sheet; where nobody has changed it since, the
    sheet may correct it. A row that says nothing new changes nothing, however often it is entered.
    """
    work = _Entry(
        file, where, said, *person, *new_ids, _known(passages, "passage_id"), _known(constructs, "construct_id"),
        column_of or {},
    )  # fmt: skip
    for key, one in work.passages.items():
        work.by_place[one["report_id"], _folded(one["locator"]), _folded(one["text"])] = key
    for key, one in work.constructs.items():
        work.by_label.setdefault((one["study_id"], _folded(one["label"])), key)
    work.before = {one.line: one for one in before}
    work.marks = {(one.passage_id, one.construct_id, one.mark) for one in work.before.values()}
    for row in coded:
        _enter_row(work, row)
    work.out.entered = [
        Before(line, passage, construct, _now(work, passage, construct).mark) for line, passage, construct in work.rows
    ]
    kinds = list(work.touched.values())
    work.out.added, work.out.changed = kinds.count("added"), kinds.count("changed")
    work.out.passages = [work.passages[key] for key in work.touched if key in work.passages]
    work.out.constructs = [work.constructs[key] for key in work.touched if key in work.constructs]
    return work.out


def _enter_row(work: _Entry, row: Coded) -> None:
    if row.seen and row.mark == row.seen:
        work.out.same += 1
        return
    if row.seen and not _unchanged_since(work, row):
        return
    if row.is_empty and not (row.passage_id or row.construct_id):
        return
    if not row.seen:
        _take_up(work, row)
    before = len(work.out.problems)
    study = work.where.study(row.study or row.report)
    if study is None:
        text = row.study or row.report
        what = f"{text!r} is no study of this review.{work.where.studies.near(text)}" if text else "names no study"
        hint = "Write its label or a citation of one of its reports; `metaethno todo extraction` lists them."
        work.wrong(row, "ME0483", what, "study", text, hint=hint)
    picked = _picked(work, row, study)
    if len(work.out.problems) > before or study is None:
        return
    size = len(work.touched)
    changed = dict(work.touched)
    passage = _passage(work, row, study, picked["speaker"]) if row.text or row.locator or row.passage_id else ""
    construct = ""
    if passage is not None and (row.construct or row.construct_id or row.meaning or row.authors_term):
        construct = _construct(work, row, study, passage, picked)
    if len(work.out.problems) == before:
        work.rows.append((row.line, passage or "", construct))
    if len(work.out.problems) == before and size == len(work.touched) and changed == work.touched:
        work.out.same += 1


def _now(work: _Entry, passage_id: str, construct_id: str, named: str = "") -> Coded:
    """Return the row that the sheet would show now."""
    construct = work.constructs.get(construct_id, {})
    passage = work.passages.get(passage_id, {})
    study = construct.get("study_id") or work.where.study(named) or ""
    report = work.where.reports.get(study, {}).get(passage.get("report_id", ""), "")
    return shown(construct, passage, work.where.studies.labels.get(study, study), report)


def _take_up(work: _Entry, row: Coded) -> None:
    """Let a row that was typed in, and entered before by the same person, correct what came of it.

    The line alone says little, as lines move: the construct must bear its name still, and nobody have changed it since.
    """
    known = work.before.get(row.line)
    if known is None or _now(work, known.passage_id, known.construct_id).mark != known.mark:
        return
    construct = work.constructs.get(known.construct_id)
    if construct is None or _folded(construct["label"]) != _folded(row.construct):
        return
    if construct["study_id"] == work.where.study(row.study or row.report):
        work.own.add(row.line)
        row.passage_id = known.passage_id if row.text else ""


def _unchanged_since(work: _Entry, row: Coded) -> bool:
    """Tell whether the registers still say what the sheet showed; a problem where they don't."""
    now = _now(work, row.passage_id, row.construct_id, row.study)
    if now.mark == row.mark or (row.passage_id, row.construct_id, now.mark) in work.marks:
        return True  # the same words were entered in the meantime, or this person's own from this very sheet
    fresh = {row.passage_id, row.construct_id} & set(work.touched)
    if now.mark == row.seen or fresh:
        return True
    hint = "Write the sheet anew (`metaethno todo extraction`), and make the change there."
    work.wrong(row, "ME0486", "was changed since this sheet was written", "construct", row.construct, hint=hint)
    return False


def _picked(work: _Entry, row: Coded, study: str | None) -> dict[str, str]:
    """Return speaker, order, kind and status of a row as ids; adds a problem for each that is wrong."""
    defaults = {"speaker": work.said.speaker, "order": work.said.order, "kind": work.said.kind, "status": ""}
    options = {"speaker": SPEAKERS, "order": ORDERS, "kind": KINDS, "status": STATUSES}
    return {name: work.pick(row, name, options[name], defaults[name]) or "" for name in options}


def _passage(work: _Entry, row: Coded, study: str, speaker: str) -> str | None:
    """Return the id of the passage of a row, entered where it is new; None after a problem."""
    before = len(work.out.problems)
    old = work.passages.get(row.passage_id)
    report = work.where.report(study, row.report, row.study) or (old or {}).get("report_id", "")
    if not report:
        own = ", ".join(work.where.reports.get(study, {}).values())
        label = work.where.studies.labels[study]
        if row.report:
            message = f"{row.report!r} is no report of {label}"
        else:
            message = f"{label} has several reports: say which" if own else f"{label} has no report yet"
        work.wrong(row, "ME0483", message, "report", row.report, allowed=own)
    for name, said, what in (
        ("text", row.text, "names a place, but not the words that stand there"),
        ("locator", row.locator, "holds words, but not the page or section they stand on"),
        ("speaker", speaker, "holds words, but not whose they are"),
    ):
        if not said:
            flag = " or `--speaker participant` for the whole file" if name == "speaker" else ""
            hint = f"Fill in the cell{flag}."
            allowed = SPEAKERS.allowed if name == "speaker" else ""
            work.wrong(row, "ME0478", what, name, hint=hint, allowed=allowed)
    if len(work.out.problems) > before:
        return None
    told = {"report_id": report, "locator": row.locator, "text": row.text, "speaker": speaker}
    place = (report, _folded(row.locator), _folded(row.text))
    key = row.passage_id if old else work.by_place.get(place, "")
    if not key:
        key = work.new_passage()
        work.passages[key] = {"passage_id": key, **told, "entered_by": work.who, "entered_on": work.today}
        work.by_place[place] = key
        work.touched[key] = "added"
    elif old and any(old[name] != _kept(text) for name, text in told.items()):
        work.passages[key] = old | told
        work.touched.setdefault(key, "changed")
    return key


def _kept(text: str) -> str:
    """Return a text as a register keeps it: lines without blanks at their ends."""
    return "\n".join(part.strip() for part in text.splitlines() if part.strip())


def _construct(work: _Entry, row: Coded, study: str, passage: str, picked: Mapping[str, str]) -> str:
    """Enter the construct of a row, and link it to its passage; returns its id."""
    if not row.construct:
        hint = "Give it a short name; to leave it out of the translation, set its status."
        work.wrong(row, "ME0478", "is about a construct without a name", "construct", hint=hint)
        return ""
    told: dict[str, Any] = {"authors_term": row.authors_term, "meaning": row.meaning, "reason": row.reason}
    told |= {name: picked[name] for name in ("order", "kind", "status")}
    name = (study, _folded(row.construct))
    key = row.construct_id if row.construct_id in work.constructs else work.by_label.get(name, "")
    old = work.constructs.get(key)
    # On a sheet that shows the construct, an emptied cell is an emptied reason.
    stands = old["reason"] if old is not None and not row.seen else ""
    if told["status"] in ("not_translatable", "set_aside") and not (told["reason"] or stands):
        hint = "Say why in a few words: the report names every construct that was left out, with the reason."
        work.wrong(row, "ME0478", f"{STATUSES.labels[told['status']]!r} needs a reason", "reason", hint=hint)
        return ""
    if old is None:
        return _new_construct(work, row, study, passage, told)
    if row.construct_id == key and row.seen:
        change = {n: v for n, v in told.items() if v != old[n] and (v or n in ("authors_term", "meaning", "reason"))}
        if row.construct != old["label"]:
            change["label"] = row.construct
    else:
        change = {}
        for column in _OWN:
            if not told[column] or (told[column] == _default(work, column) and not getattr(row, column)):
                continue
            line = work.lines.get((key, column)) or work.lines.get((key, ""))
            work.lines.setdefault((key, column), row.line)
            if not old[column]:
                change[column] = told[column]
            elif row.line in work.own and not line:
                change |= {column: told[column]} if old[column] != told[column] else {}
            elif _folded(old[column]) != _folded(told[column]):
                where = f"line {line} says" if line else "the review already says"
                code = "ME0485" if line else "ME0486"
                hint = "Keep one of the two; if they are two constructs, give them two names."
                if not line:
                    hint += " To change what the review says, take a new sheet: `metaethno todo extraction`."
                said = f"{where} something else of {old['label']!r}: {old[column][:80]!r}"
                work.wrong(row, code, said, column, told[column], hint=hint)
    ids = [one.strip() for one in old["passage_ids"].split(";") if one.strip()]
    if passage and passage not in ids:
        change["passage_ids"] = ";".join([*ids, passage])
    if change:
        work.constructs[key] = old | change
        work.touched.setdefault(key, "changed")
    return key


def _default(work: _Entry, column: str) -> str:
    return {"order": work.said.order, "kind": work.said.kind}.get(column, "")


def _new_construct(work: _Entry, row: Coded, study: str, passage: str, told: Mapping[str, str]) -> str:
    missing = [name for name in ("order", "kind") if not told[name]]
    for name in missing:
        options = ORDERS if name == "order" else KINDS
        hint = f"Fill in the cell, or say it of the whole file: --{name} {next(iter(options.labels))}."
        message = f"does not say of which {name} the construct is"
        work.wrong(row, "ME0478", message, name, row.construct, allowed=options.allowed, hint=hint)
    if missing:
        return ""
    key = work.new_construct()
    work.constructs[key] = {
        "construct_id": key,
        "study_id": study,
        "label": row.construct,
        **told,
        "status": told["status"] or "translatable",
        "passage_ids": passage,
        "entered_by": work.who,
        "entered_on": work.today,
    }
    work.by_label[study, _folded(row.construct)] = key
    work.lines[key, ""] = row.line
    work.touched[key] = "added"
    return key
