"""Decisions as people and tools write them down: sheets, Rayyan and its log, Covidence, ASReview, reference managers.

Every reader returns a `Reading`; nothing is matched to a record here, and nothing is guessed: what can't be
understood is a problem with its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.exchange import workbook
from metaethno.exchange.said import Asked, Reading, Said, Words, marked
from metaethno.exchange.words import retrieval
from metaethno.formats.table_columns import COLUMNS
from metaethno.intake import still_to_come
from metaethno.votes import CONFLICT

_TITLES: Final = COLUMNS["title"]
_PMIDS: Final = (*COLUMNS["pmid"], "pubmed id")
_TAG: Final = re.compile(r"^([A-Z][A-Z0-9])  -(?:[ \t](.*))?$")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_SLASHED: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})")


# ------------------------------------------------------------------------------------------------ one item, any format


@dataclass
class _Item:
    """One row or record: what it is, and every text in it by (lower-case) column or tag."""

    line: int
    said: Said
    fields: dict[str, list[str]] = field(default_factory=dict)

    def texts(self, *names: str) -> list[str]:
        return [text for name in names for text in self.fields.get(name, []) if text]

    @property
    def notes(self) -> str:
        return " | ".join(self.texts("notes", "note", "n1", "extra"))


def _items(path: Path, reading: Reading) -> list[_Item]:
    """Read a table or a RIS file; says in `reading` what is odd. Raises UserError where it is neither."""
    data = path.read_bytes() if path.is_file() else b""
    if not data[:4].startswith(b"PK") and re.search(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?TY  - ?", data[:20_000]):
        return _ris_items(path, data, reading)
    grid = workbook.read(path, _TITLES)
    reading.warnings += grid.warnings
    used = {at for names in (_TITLES, ("notes", "note")) if (at := grid.column(*names)) is not None}
    if grid.sheet:
        reading.problems += grid.unusable(used)
    return list(_grid_items(grid))


def _grid_items(grid: workbook.Grid) -> Iterator[_Item]:
    at = {name: grid.column(*names) for name, names in COLUMNS.items()} | {"pmid": grid.column(*_PMIDS)}
    # In a text file that a tool wrote, a title that starts with '=' is a title.
    spoilt = {"date", "error"} | ({"formula"} if grid.sheet else set())

    def cell(row: Sequence[str], name: str, place: int) -> str:
        column = at[name]
        # What the spreadsheet made of an identifier identifies nothing.
        broken = column is None or grid.odd.get((place, column)) in spoilt
        return "" if broken or column is None or workbook.is_scientific(row[column]) else row[column]

    for place, row in enumerate(grid.rows):
        fields: dict[str, list[str]] = {}
        for name, text in zip(grid.header, row, strict=True):
            if text:
                fields.setdefault(name, []).append(text)
        said = Said(
            grid.lines[place],
            doi=cell(row, "doi", place),
            pmid=cell(row, "pmid", place),
            title=cell(row, "title", place),
            year=cell(row, "year", place)[:4],
            authors=cell(row, "authors", place),
        )
        marks = [text for name in ("notes", "note", "accession number", "extra") for text in fields.get(name, [])]
        marked(said, *marks)
        yield _Item(grid.lines[place], said, fields)


def _ris_items(path: Path, data: bytes, reading: Reading) -> list[_Item]:
    from metaethno import formats
    from metaethno.formats.decode import text_of

    export = formats.read(path)
    reading.warnings += export.problems
    text, _ = text_of(data, str(path))
    items: list[_Item] = []
    last: list[str] = []
    for line, row in enumerate(text.split("\n"), 1):
        match = _TAG.match(row)
        if match is None:
            if last and row.strip():
                last[-1] += f"\n{row.strip()}"
        elif match[1] == "TY":
            items.append(_Item(line, Said(line)))
            last = []
        elif items and match[1] != "ER":
            last = items[-1].fields.setdefault(match[1].lower(), [])
            last.append((match[2] or "").strip())
    if len(items) != len(export.records):
        hint = "Export it again, and leave the file as it comes."
        raise UserError(Problem("ME0492", "is RIS in which records can't be told apart", str(path), hint=hint))
    columns = ["doi", "pmid", "title", "year", "authors"]
    for item, row in zip(items, export.records[columns].itertuples(index=False, name=None), strict=True):
        item.said.doi, item.said.pmid, item.said.title, item.said.year, item.said.authors = row
        marked(item.said, *item.texts("an", "n1", "u1", "c1"))
    return items


# ------------------------------------------------------------------------------------------------ sheets


_REASON: Final = re.compile(r"(?:(?:main|further|other|exclusion) )?reasons?(?: for exclusion)?(?: \d)?")


def _decided_on(path: Path) -> workbook.Grid:
    """Return the one sheet of a file in which records are decided on; raises UserError where there is none, or two."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(Problem("ME0470", f"can't be read ({error.strerror})", str(path))) from None
    grids = workbook.read_every(data, str(path), ("decision",))
    about = [grid for grid in grids if grid.column("record id", *_TITLES) is not None]
    if not about:
        if grids and not grids[0].sheet:
            hint = "Keep the column record_id of the worklist."
            raise UserError(Problem("ME0471", "has neither record_id nor a title", str(path), 1, hint=hint))
        message = "no sheet has a column 'decision', and record_id or a title beside it"
        hint = "The header line of the worklist has to stay as it was. Hidden sheets are not read: show it again."
        raise UserError(Problem("ME0471", message, str(path), hint=hint))
    filled = [grid for grid in about if any(grid.texts("decision"))]
    if len(filled) > 1:
        message = f"several sheets hold decisions: {', '.join(grid.sheet for grid in filled)}"
        hint = "Nothing was entered. Put all decisions on one sheet, or save each sheet as a file of its own."
        raise UserError(Problem("ME0498", message, str(path), hint=hint))
    return (filled or about)[0]


def _unclear(grid: workbook.Grid, names: Sequence[Sequence[str]]) -> list[Problem]:
    """Return a problem per column whose cells would be passed over, or of which there are two."""
    problems = []
    hint = "Keep one of the two, and take the other out or give it another heading."
    for headings in names:
        same = [i for i, name in enumerate(grid.header) if name in headings]
        same = [i for i in same if any(row[i] for row in grid.rows)]
        if len(same) > 1:
            message = f"{len(same)} columns are called {' or '.join(headings)!r}, and more than one is filled in"
            problems.append(Problem("ME0498", message, grid.file, hint=hint))
    hint = "Call the column `reason` or `further_reason`; if it is no reason for an exclusion, something else."
    for i, name in enumerate(grid.header):
        if "reason" in name and not _REASON.fullmatch(name) and any(row[i] for row in grid.rows):
            message = f"it is not clear whether {name!r} holds reasons for exclusion; it would be passed over"
            problems.append(Problem("ME0498", message, grid.file, hint=hint))
    return problems


def sheet(path: Path, asked: Asked) -> Reading:
    """Read our own worklist, or any table with record_id (or a title) and decision."""
    grid = _decided_on(path)
    # A row with more cells than headings has them in the wrong columns.
    reading = Reading(str(path), warnings=[p for p in grid.warnings if p.code != "ME0475"])
    reading.problems += [p for p in grid.warnings if p.code == "ME0475"]
    words = Words(str(path), asked)
    names = {
        "record": ("record id",),
        "decision": ("decision",),
        "note": ("note", "notes"),
        "seen": ("seen",),
        "role": ("role",),
        "round": ("round",),
        "reviewer": ("reviewer",),
        "when": ("decided on", "date"),
        "obtained": ("obtained", "retrieval", "outcome"),
        "route": ("asked of", "route"),
        "asked": ("asked on",),
    }
    if asked.stage != "eligibility":
        names |= dict.fromkeys(("obtained", "route", "asked"), ())
    at = {name: grid.column(*headings) for name, headings in names.items()}
    why = [i for i, name in enumerate(grid.header) if _REASON.fullmatch(name)]
    reading.problems += _unclear(grid, [names[n] for n in ("record", "decision", "note", "role", "round", "reviewer")])
    used = {i for name, i in at.items() if i is not None and name != "note"} | set(why)
    dates = {at["when"], at["asked"]} - {None}
    reading.problems += grid.unusable(used, dates=[i for i in dates if i is not None])
    bad_rows = {p.line for p in reading.problems}
    when = _dates(grid, at["when"], asked, reading)
    asked_on = _dates(grid, at["asked"], asked, reading)
    outcomes = retrieval()
    # A row that names its record needs no more than its title, to see that columns weren't sorted apart.
    known = None if at["record"] is not None and all(grid.texts("record id")) else list(_grid_items(grid))
    titles = grid.texts(*_TITLES)
    open_for = grid.column("why")
    strangers: dict[str, list[int]] = {}

    def _full_text(row: Sequence[str], place: int) -> Said | None:
        """Take what a row says of asking for its full text."""
        text = cell(row, "obtained")
        if not text:
            if cell(row, "route") or cell(row, "asked"):
                hint = f"Say what came of it: {outcomes.allowed}."
                message = "says that a full text was asked for, and not what came of it"
                reading.problems.append(grid.problem(place, at["obtained"], message, code="ME0497", hint=hint))
            return None
        outcome = outcomes.find(text)
        if outcome is None:
            message = f"is nothing that comes of asking for a full text.{outcomes.near(text)}"
            allowed = outcomes.allowed
            reading.problems.append(grid.problem(place, at["obtained"], message, code="ME0497", allowed=allowed))
            return None
        item = known[place].said if known else Said(grid.lines[place], title=titles[place])
        day = asked_on[place] if asked_on else ""
        said = replace(item, record=cell(row, "record"), decision=outcome, note=cell(row, "route"), when=day)
        reading.asked.append(said)
        return said

    def cell(row: Sequence[str], name: str) -> str:
        column = at[name]
        return row[column] if column is not None else ""

    for place, row in enumerate(grid.rows):
        line = grid.lines[place]
        given = [row[i] for i in why if row[i]]
        full_text = _full_text(row, place) if line not in bad_rows else None
        if full_text and cell(row, "reviewer") not in ("", asked.reviewer):
            strangers.setdefault(cell(row, "reviewer"), []).append(place)
            continue
        if not cell(row, "decision"):
            reading.undecided += 1
            if given:
                hint = "Fill in the decision, or take the reason out."
                reading.problems.append(
                    grid.problem(place, why[0], "a reason, but no decision", code="ME0489", hint=hint)
                )
            elif cell(row, "note") and full_text is None:
                message = "a note, but no decision: the note is not entered"
                reading.warnings.append(grid.problem(place, at["note"], message, code="ME0489"))
            continue
        if line in bad_rows:
            continue
        if cell(row, "reviewer") not in ("", asked.reviewer):
            strangers.setdefault(cell(row, "reviewer"), []).append(place)
            continue
        said = known[place].said if known else Said(line, title=titles[place])
        said.record = cell(row, "record")
        said.decision = words.decision(cell(row, "decision"), line)
        said.reasons = words.reason_ids(given, line)
        said.note, said.seen = cell(row, "note"), cell(row, "seen")
        said.role, said.round = cell(row, "role").casefold(), cell(row, "round").casefold()
        # Who takes out the hidden columns has still said, by our own words, what the list is.
        opened = row[open_for] if open_for is not None else ""
        said.role = said.role or ("adjudicator" if opened == CONFLICT else "")
        said.round = said.round or ("calibration" if opened == "calibration" else "")
        said.when = when[place] if when else ""
        for name, allowed in (("role", ("", "reviewer", "adjudicator")), ("round", ("", "main", "calibration"))):
            if getattr(said, name) not in allowed:
                reading.problems.append(
                    grid.problem(place, at[name], f"is no {name}", code="ME0487", allowed=", ".join(allowed[1:]))
                )
        reading.said.append(said)
    for who, places in strangers.items():
        message = f"{len(places):,} rows are from the worklist of {who}; this is the first"
        hint = f"Enter the file with `--reviewer {who}`: nobody's votes are entered under another name."
        reading.problems.append(grid.problem(places[0], at["reviewer"], message, code="ME0487", hint=hint))
    reading.problems += words.problems()
    return reading


def _dates(grid: workbook.Grid, column: int | None, asked: Asked, reading: Reading) -> list[str]:
    """Return the days of a column as ISO dates; whether 3/4 is in March or April is told by the other rows."""
    if column is None:
        return []
    cells = [row[column] for row in grid.rows]
    slashed = [_SLASHED.fullmatch(cell) for cell in cells]
    orders = {"dmy" for m in slashed if m and int(m[1]) > 12} | {"mdy" for m in slashed if m and int(m[2]) > 12}
    order = asked.dates or (next(iter(orders)) if len(orders) == 1 else "")
    out = []
    for place, (cell, match) in enumerate(zip(cells, slashed, strict=True)):
        iso = ""
        if match and order:
            day, month = (match[1], match[2]) if order == "dmy" else (match[2], match[1])
            iso = _day(match[3], month, day)
        elif (other := _ISO.fullmatch(cell) or _YEAR_FIRST.fullmatch(cell)) is not None:
            iso = _day(other[1], other[2], other[3])
        if still_to_come(iso):
            hint = "Write the day on which it was decided or asked for."
            reading.problems.append(grid.problem(place, column, "is a day still to come", code="ME0491", hint=hint))
        if cell and not iso:
            message = "is no day that can be told"
            hint = "Write it as YYYY-MM-DD, or say `--dates dmy` (day first) or `--dates mdy`."
            reading.problems.append(grid.problem(place, column, message, code="ME0491", hint=hint))
        out.append(iso)
    return out


def _day(year: str, month: str, day: str) -> str:
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC).date().isoformat()
    except ValueError:
        return ""


# ------------------------------------------------------------------------------------------------ Rayyan

_INCLUSION: Final = re.compile(r"RAYYAN-INCLUSION:\s*\{(.*?)\}(?=\s*(?:\||$))", re.S)
_PAIR: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*"((?:[^"\\]|\\.)*)"')
_EXCLUSION: Final = re.compile(r"RAYYAN-EXCLUSION-REASONS:\s*(.*?)\s*(?=\||$)", re.S)
_USER_NOTES: Final = re.compile(r"USER-NOTES:\s*\{(.*)\}\s*(?=\||$)", re.S)
_NOTE_LIST: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*\[(.*?)\]', re.S)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _whose(users: Sequence[str], asked: Asked, file: str) -> str:
    """Return which user of a tool the reviewer is; raises UserError where that can't be told."""
    by_fold = {user.casefold(): user for user in users}
    allowed = ", ".join(users)
    if asked.user:
        if asked.user.casefold() in by_fold:
            return by_fold[asked.user.casefold()]
        message = f"nobody is called {asked.user!r} in this file.{did_you_mean(asked.user, users)}"
        raise UserError(Problem("ME0490", message, file, allowed=allowed))

    def names(who: str) -> set[str]:
        name = asked.config.team[who].name.casefold()
        return {who.casefold(), name, name.split(" ")[0]} - {""}

    mine = sorted({by_fold[n] for n in names(asked.reviewer) if n in by_fold})
    theirs = {by_fold[n] for who in asked.config.team if who != asked.reviewer for n in names(who) if n in by_fold}
    if len(mine) == 1 and mine[0] not in theirs:
        return mine[0]
    if not mine and len(users) == 1 and len(asked.config.team) == 1:
        return users[0]  # nobody else's votes could be in it
    hint = f"Say whose votes are those of {asked.reviewer}: --user NAME."
    raise UserError(
        Problem(
            "ME0490", "holds votes of people whose names don't tell who they are", file, 1, allowed=allowed, hint=hint
        )
    )


def rayyan(path: Path, asked: Asked) -> Reading:
    """Read Rayyan's export (CSV or RIS): the notes hold everybody's last vote; only one person's are taken."""
    reading = Reading(str(path))
    items = _items(path, reading)
    votes: list[tuple[_Item, dict[str, str]]] = []
    users: dict[str, None] = {}
    for item in items:
        match = _INCLUSION.search(item.notes)
        said = {_unquoted(who): what for who, what in _PAIR.findall(match[1])} if match else {}
        users |= dict.fromkeys(said)
        votes.append((item, said))
    if not users:
        return _nobody(reading, "RAYYAN-INCLUSION in the notes", "Export from Rayyan as CSV with 'Decisions' ticked.")
    user = _whose(list(users), asked, str(path))
    words = Words(str(path), asked)
    for item, said in votes:
        if said.get(user, "Undecided").casefold() in ("undecided", ""):
            reading.undecided += 1
            continue
        item.said.decision = words.decision(said[user], item.line, "notes")
        if item.said.decision == "exclude" and (why := _EXCLUSION.search(item.notes)):
            item.said.reasons = words.reason_ids([why[1]], item.line, "notes")
        if notes := _USER_NOTES.search(item.notes):
            own = [texts for who, texts in _NOTE_LIST.findall(notes[1]) if _unquoted(who) == user]
            item.said.note = "; ".join(_unquoted(t) for texts in own for t in _QUOTED.findall(texts))
        reading.said.append(item.said)
    reading.problems += words.problems()
    return reading


_LOG_DECISIONS: Final = {"1": "include", "0": "unsure", "-1": "exclude"}
_LOG_LIMIT: Final = 500 * 1024 * 1024


def _log_files(path: Path) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    """Return name and bytes of the log and of the articles: in a folder, in a ZIP, or beside one another."""
    import zipfile

    files: dict[str, bytes] = {}
    try:
        if path.is_file() and path.read_bytes()[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive:
                members = [m for m in archive.infolist() if m.filename.endswith(".csv")]
                if sum(m.file_size for m in members) > _LOG_LIMIT:
                    raise UserError(Problem("ME0470", "unpacks to more than an export of Rayyan holds", str(path)))
                files = {m.filename.rpartition("/")[2]: archive.read(m) for m in members}
        else:
            folder = path if path.is_dir() else path.parent
            names = [p for p in sorted(folder.glob("*.csv")) if p == path or re.search(r"log|articles", p.name)]
            files = {p.name: p.read_bytes() for p in names}
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UserError(Problem("ME0470", f"can't be read ({error})", str(path))) from None
    log = next((n for n in files if "customizations_log" in n or n == path.name), None)
    articles = next((n for n in files if n.startswith("articles") and n != log), None)
    if log is None or articles is None:
        hint = "Give the ZIP that Rayyan sends, or the folder with articles.csv and customizations_log.csv."
        missing = "customizations_log.csv" if log is None else "articles.csv"
        raise UserError(
            Problem("ME0492", f"{missing} is missing: the log alone names no article", str(path), hint=hint)
        )
    return (log, files[log]), (articles, files[articles])


@dataclass(frozen=True)
class _Event:
    time: datetime
    line: int
    article: str
    key: str
    value: str


def _events(grid: workbook.Grid, asked: Asked, reading: Reading) -> list[_Event]:
    """Return one person's events in the order of time."""
    who = grid.texts("user email") if any(grid.texts("user email")) else grid.texts("user id")
    user = _whose(list(dict.fromkeys(w for w in who if w)), asked, grid.file)
    out = []
    columns = (grid.texts("created at"), grid.texts("article id"), grid.texts("key"), grid.texts("value"))
    for place, (when, article, key, value) in enumerate(zip(*columns, strict=True)):
        if who[place] != user:
            continue
        time = _moment(when)
        if time is None:
            column = grid.column("created at")
            reading.problems.append(grid.problem(place, column, "is no time that can be told", code="ME0491"))
            continue
        out.append(_Event(time, grid.lines[place], _key(article), key.strip('" '), value.strip()))
    return sorted(out, key=lambda e: (e.time, e.line))


def _key(text: str) -> str:
    digits = re.sub(r"\D", "", text.removesuffix(".0"))
    return digits.lstrip("0")


def _moment(text: str) -> datetime | None:
    """Return a time in UTC: ISO, or seconds since 1970, as the tools write them."""
    text = text.strip().removesuffix("UTC").strip()
    try:
        if re.fullmatch(r"\d{9,11}(?:\.\d+)?", text):
            return datetime.fromtimestamp(float(text), UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def rayyan_log(path: Path, asked: Asked) -> Reading:
    """Read Rayyan's log with the articles that it names: every vote ever cast, in order.

    A vote begins with an event `included`; reasons that are given or taken back before the next one belong to it. A
    vote that was taken back in the end leaves nothing that could be entered, and is listed.
    """
    log, articles = _log_files(path)
    reading = Reading(log[0])
    about = workbook.read_bytes(articles[1], articles[0], _TITLES)
    keys = [_key(text) for text in about.texts("key")]
    known = dict(zip(keys, _grid_items(about), strict=True))
    words = Words(log[0], asked)
    state: dict[str, tuple[list[Said], dict[str, None]]] = {}
    lost: dict[str, int] = {}
    for event in _events(workbook.read_bytes(log[1], log[0], ("article id",)), asked, reading):
        if event.article not in known:
            lost.setdefault(event.article, event.line)
            continue
        votes, why = state.setdefault(event.article, ([], {}))
        stamp = event.time.strftime("%Y-%m-%dT%H:%M:%SZ")
        if event.key == "included":
            if event.value in _LOG_DECISIONS:
                item = known[event.article].said
                said = Said(**{**item.__dict__, "line": event.line, "decision": _LOG_DECISIONS[event.value]})
                said.stamp, said.when = stamp, stamp[:10]
                said.reasons = tuple(why)
                votes.append(said)
            elif event.value in ("deleted", ""):
                votes.append(Said(event.line))
            else:
                words.decision(event.value, event.line, "value")
        elif event.key.startswith("__EXR__"):
            label = event.key.removeprefix("__EXR__")
            for one in words.reason_ids([label], event.line, "key"):
                if event.value == "1":
                    why[one] = None
                else:
                    why.pop(one, None)
            if votes:
                votes[-1].reasons = tuple(why)
    for votes, _ in state.values():
        if votes and not votes[-1].decision:
            message = "this vote was taken back in Rayyan; nothing is entered for this article"
            reading.warnings.append(Problem("ME0496", message, log[0], votes[-1].line))
            continue
        for vote in votes:
            if vote.decision:
                if vote.decision != "exclude":
                    vote.reasons = ()
                reading.said.append(vote)
    for article, line in lost.items():
        message = f"article {article} is not in {articles[0]}"
        hint = "Export articles and log together, with nothing filtered out."
        reading.problems.append(Problem("ME0483", message, log[0], line, hint=hint))
    reading.problems += words.problems()
    return reading


# ------------------------------------------------------------------------------------------------ Covidence, ASReview


_COVIDENCE: Final = re.compile(r"Exclusion reason:\s*(.*?)\s*(?:;\s*(?=Exclusion reason|$)|;\s*\||;|$)", re.I | re.S)


def covidence(path: Path, asked: Asked) -> Reading:
    """Read a list that Covidence exported (CSV or RIS): the reason stands in the notes, the decision is the list."""
    reading = Reading(str(path))
    words = Words(str(path), asked)
    for item in _items(path, reading):
        why = [w for w in _COVIDENCE.findall(item.notes) if w]
        if why and asked.decision not in ("", "exclude"):
            message = f"has a reason for exclusion, but the list was said to be: {asked.decision}"
            reading.problems.append(Problem("ME0489", message, str(path), item.line, value=why[0]))
            continue
        item.said.decision = "exclude" if why else asked.decision
        item.said.reasons = words.reason_ids(why, item.line, "notes")
        _take(item.said, reading)
    reading.problems += words.problems()
    if not reading.said:
        return _nobody(
            reading,
            "reason for exclusion",
            "Covidence exports one list at a time: say which one it is, by `--decision include` or `exclude`.",
        )
    return reading


def asreview(path: Path, asked: Asked) -> Reading:
    """Read ASReview's export: a table with a label (1, 0 or nothing), or RIS with its words in the notes."""
    reading = Reading(str(path))
    words = Words(str(path), asked)
    labelled = False
    for item in _items(path, reading):
        label = "".join(item.texts("asreview label", "included", "label included", "final included")[:1])
        notes = item.notes
        if not label and (match := re.search(r"\bASReview_(relevant|irrelevant|not_seen)\b", notes)):
            label = {"relevant": "1", "irrelevant": "0", "not_seen": "-1"}[match[1]]
        labelled = labelled or bool(label)
        if label and label.removesuffix(".0") != "-1":  # which it writes for a record that nobody saw
            item.said.decision = words.decision(label, item.line, "asreview_label")
        item.said.note = " ".join(item.texts("asreview note", "exported notes 1"))
        time = _moment("".join(item.texts("asreview time")[:1]))
        item.said.when = time.date().isoformat() if time else ""
        _take(item.said, reading)
    reading.problems += words.problems()
    if not labelled:
        return _nobody(reading, "label", "Export 'all records, with labels' from ASReview.")
    return reading


# ------------------------------------------------------------------------------------------------ reference managers

# A word for a decision, alone or with a reason behind it: "EXCLUDE on country", "excluded: wrong sample".
_DECIDED: Final = re.compile(
    r"\s*(includ(?:e|ed|es)|exclud(?:e|ed|es)|unsure|maybe|awaiting)\s*"
    r"(?:$|(?:on|for|because of|because|reason|[-:(,])\s*(.*?)\)?\s*$)",
    re.I | re.S,
)
_MARKERS: Final = (
    "decision", "status", "screening decision", "label", "labels", "tags", "manual tags", "keywords", "notes", "note",
    "extra", "custom 1", "custom 2", "custom 3", "custom 4", "custom 5", "custom 6", "custom 7", "custom 8",
    "research notes", "user defined", "codes",
    "lb", "kw", "n1", "rn", *(f"c{i}" for i in range(1, 9)), *(f"u{i}" for i in range(1, 6)),
)  # fmt: skip


def tagged(path: Path, asked: Asked) -> Reading:
    """Read what a reference manager or EPPI-Reviewer exported: the decision is a tag, label, code or note, or the file.

    A text counts if it is a word for a decision, alone or with a reason behind it.
    """
    reading = Reading(str(path))
    words = Words(str(path), asked)
    for item in _items(path, reading):
        found: dict[str, list[str]] = {}
        for text in item.texts(*_MARKERS):
            for part in re.split(r"[;|\n]", text):
                if match := _DECIDED.fullmatch(part):
                    decision = words.decision(match[1].removesuffix("s"), item.line)
                    # "INCLUDE on title & abstract": nobody needs a reason for that.
                    why = match[2] or ""
                    known = decision == "exclude" or not words.reasons.find_all(why)[1]
                    found.setdefault(decision, []).append(why if known else "")
        if asked.decision and not found:
            found = {asked.decision: []}
        if len(found) > 1 or (asked.decision and asked.decision not in found):
            several = " and ".join(sorted({*found, asked.decision} - {""}))
            message = f"says two things: {several}"
            reading.problems.append(Problem("ME0485", message, str(path), item.line, value=item.said.title))
            continue
        for decision, why in found.items():
            item.said.decision = decision
            item.said.reasons = words.reason_ids(why, item.line, "tag")
        _take(item.said, reading)
    reading.problems += words.problems()
    if not reading.said and not reading.problems:
        return _nobody(
            reading,
            "tag or label such as 'include' or 'exclude: reason'",
            "Or export one group or collection at a time and say what it is: `--decision include`.",
        )
    return reading


def _take(said: Said, reading: Reading) -> None:
    if said.decision:
        reading.said.append(said)
    else:
        reading.undecided += 1


def _nobody(reading: Reading, what: str, hint: str) -> Reading:
    reading.problems.append(Problem("ME0492", f"decides nothing: no row has a {what}", reading.file, hint=hint))
    return reading


READERS: Final[dict[str, Callable[[Path, Asked], Reading]]] = {
    "sheet": sheet,
    "rayyan": rayyan,
    "rayyan-log": rayyan_log,
    "covidence": covidence,
    "asreview": asreview,
    "eppi": tagged,
    "endnote": tagged,
    "zotero": tagged,
}
