"""The whole life of one thing: a record, a vote, a study, a construct, a concept, a step of the argument ...

Everything that was ever written about it, in the order it was kept, with the snapshot it came in by; and how it stands
now. A record is followed under all the ids that its exported rows have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.history import lock, rows
from metaethno.history.git import Commit, Repository
from metaethno.history.rows import Delta, Reader, Row
from metaethno.history.store import Store
from metaethno.history.version import NOW, Version, only, result_rows
from metaethno.schemas import (
    ALIASES,
    ASSESSED,
    DECISIONS,
    INCLUDED_STUDIES,
    MEMBERS,
    ROWS,
    SCREENED,
    TABLES,
    TRACE,
    UNIQUE,
    Table,
)

_VOTES = {"screening": "title and abstract", "eligibility": "the full text"}
# Who and when, by table, where a row says it.
_WHO = (
    "reviewer",
    "by",
    "reviewed_by",
    "author",
    "entered_by",
    "judged_by",
    "translators",
    "readers",
    "searched_by",
    "found_by",
)
_WHEN = (
    "decided_on",
    "asked_on",
    "reviewed_on",
    "written_on",
    "entered_on",
    "judged_on",
    "translated_on",
    "read_on",
    "changed_on",
    "searched_on",
    "found_on",
)


@dataclass(frozen=True)
class Event:
    """One thing that happened: when it was kept and in which snapshot, in which table, by whom, and what."""

    kept: str
    snapshot: str
    table: str
    row: str
    what: str
    by: str
    on: str
    said: str


@dataclass
class Life:
    """What is known of one thing: its ids, how it stands now (name, text), and all that happened."""

    id: str
    kind: str
    ids: list[str]
    now: list[tuple[str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def life(root: Path, one: str) -> Life:
    """Return the life of what has the id `one`. Raises UserError where it never occurred."""
    repo, store = Repository(root), Store(root)
    with repo.blobs() as blobs:
        reader = Reader(repo, blobs)
        return _Life(repo, store, reader, one).told()


class _Life:
    def __init__(self, repo: Repository, store: Store, reader: Reader, one: str) -> None:
        self.store, self.reader, self.one = store, reader, one
        self.now = Version(repo, store, reader, NOW)
        self.commits = repo.log(rows.PATHS)
        present = rows.present(repo, repo.head())
        if present.edges:
            self.commits.append(present)
        self.ids = self._ids()
        self.marks = [i.encode() for i in self.ids]
        self.kind = ""
        # Each state of a table is read once, though it stands before one commit and after another.
        self.about: dict[str, list[Row]] = {}
        self.seen: set[tuple[object, ...]] = set()
        self.vote_says: dict[str, str] = {}

    def _ids(self) -> list[str]:
        """Return all ids of the thing: for a record those of all its rows, else its own."""
        aliases = self.now.rows(ALIASES.path) or []
        record = next((row["record_id"] for row in aliases if row["alias_id"] == self.one), self.one)
        others = sorted(row["alias_id"] for row in aliases if row["record_id"] == record)
        return [record, *others] if others else [self.one]

    def _known(self) -> set[str]:
        """Return the ids that stand in the files as they are now: of exported rows, and of all that people gave one."""
        own = [(table, rows.own_id(table)) for table in (*DECISIONS.values(), ROWS)]
        found = set()
        for table, column in own:
            wanted = re.compile(re.escape(table.path).replace(r"\*", "[^/]+"))
            for path, ref in self.now.refs(wanted).items() if column else ():
                found |= {row.cells.get(column, "") for row in self.reader.rows(ref, path)}
        # Of very many ids only those are compared that begin alike.
        alike = {one for one in found if one[:4].casefold() == self.one[:4].casefold()}
        return (alike or found) - {""}

    def told(self) -> Life:
        events: list[Event] = []
        for commit in self.commits:
            events += self._events(commit)
            events += self._merges(commit)
        if not events:
            hint = "Ids stand in the tables of data/decisions and in the reports; `metaethno history` lists snapshots."
            near = did_you_mean(self.one, self._known())
            message = f"nothing with the id {self.one!r} was ever kept in this review.{near}"
            raise UserError(Problem("ME0730", message, hint=hint))
        found = Life(self.ids[0], self.kind or "id", self.ids, [], events)
        found.now = self._record() if self.kind == "record" else self._interpretation()
        return found

    # ------------------------------------------------------------------------------------------------ what happened

    def _events(self, commit: Commit) -> Iterable[Event]:
        for edge in commit.edges:
            for change in edge:
                table = rows.table_of(change.path)
                if table is None:
                    continue
                before = self._about(change.old, change.path, table) if change.old else []
                after = self._about(change.new, change.path, table) if change.new else []
                if before or after:
                    yield from self._of(commit, rows.compare(table, before, after))

    def _about(self, ref: str, path: str, table: Table) -> list[Row]:
        """Return the rows in which one of the ids stands as a whole, not as a part of a word."""
        if ref in self.about:
            return self.about[ref]
        wanted = set(self.ids)
        found: list[Row] = []
        self.about[ref] = found
        for row in self.reader.mentioning(ref, path, self.marks):
            if any(wanted & {part.strip() for part in cell.split(";")} for cell in row.cells.values()):
                found.append(row)
                if row.cells.get(table.key[0]) in wanted:
                    own = {"rows": "record", "manual_records": "record"}.get(table.name, table.name)
                    self.kind = self.kind if self.kind == "record" else own
        return found

    def _of(self, commit: Commit, delta: Delta) -> Iterable[Event]:
        for what, some in (("added", delta.added), ("taken out", delta.removed)):
            for row in some:
                said = self._sentence(delta.table, row) if what == "added" else _cells(row)
                yield from self._event(commit, delta.table, row, what, said)
        for old, new in delta.changed:
            names = dict.fromkeys([*old.cells, *new.cells])
            said = "; ".join(
                f"{n}: {old.cells.get(n, '')!r} became {new.cells.get(n, '')!r}"
                for n in names
                if old.cells.get(n) != new.cells.get(n)
            )
            yield from self._event(commit, delta.table, new, "changed", said)

    def _event(self, commit: Commit, table: Table, row: Row, what: str, said: str) -> Iterable[Event]:
        key = " ".join(k for k in rows.key_of(table, row.cells) if k)
        # A merge of two versions shows again what one of them had brought.
        if (mark := (table.name, key, what, said)) in self.seen and len(commit.parents) > 1:
            return
        self.seen.add(mark)
        by = next((row.cells[n] for n in _WHO if row.cells.get(n)), "")
        on = next((row.cells[n] for n in _WHEN if row.cells.get(n)), "")
        name = commit.name if commit.id else "not kept yet"
        yield Event(commit.when, name, table.name, key, what, by, on, said)

    def _sentence(self, table: Table, row: Row) -> str:
        """Return a row in words."""
        c = row.cells
        if table.name == "rows":
            run = row.file.split("/")[2]
            number = f", number {c['accession']}" if c.get("accession") else ""
            return f"found in {c.get('source', '')}, run {run}, place {c.get('place', '?')} of its file{number}"
        if table.name in _VOTES:
            self.vote_says[c.get("vote_id", "")] = c.get("decision", "")
            why = f" ({c['reasons']})" if c.get("reasons") else ""
            old = c.get("supersedes", "")
            instead = f"; replaces {old}, which said {self.vote_says.get(old, '?')}" if old else ""
            settled = " as adjudicator" if c.get("role") == "adjudicator" else ""
            trial = ", in a calibration exercise" if c.get("round") == "calibration" else ""
            seen = f", seeing version {c['record_hash']}" if c.get("record_hash") else ""
            noted = f": {c['note']}" if c.get("note") else ""
            return (
                f"{c.get('decision', '')}{why} on {_VOTES[table.name]}{settled}{trial}, "
                f"under criteria {c.get('criteria_version', '?')}{seen}{instead}{noted}"
            )
        if table.name == "duplicates":
            noted = f": {c['note']}" if c.get("note") else ""
            return f"{c.get('left_row')} and {c.get('right_row')}: {c.get('verdict')}{noted}"
        if table.name == "retrieval":
            return f"full text {c.get('outcome', '').replace('_', ' ')}" + (
                f" by {c['route']}" if c.get("route") else ""
            )
        return _cells(row)

    def _merges(self, commit: Commit) -> Iterable[Event]:
        """Return when rows were first joined into the record (or parted from it), as the results of then say."""
        for edge in commit.edges:
            for change in edge:
                if change.path == lock.PATH:
                    before, after = (self._joined(blob) for blob in (change.old, change.new))
                    if before is None or after is None:
                        continue
                    for alias in sorted(after.keys() | before.keys()):
                        if (then := after.get(alias, "")) != before.get(alias, ""):
                            what = "merged" if then else "parted"
                            said = f"{alias} belongs to record {then}" if then else f"{alias} stands by itself again"
                            if (mark := ("aliases", alias, what, said)) in self.seen and len(commit.parents) > 1:
                                continue
                            self.seen.add(mark)
                            yield Event(commit.when, commit.name, "aliases", alias, what, "", "", said)

    def _joined(self, blob: str) -> dict[str, str] | None:
        """Return alias -> record for the ids of the thing, at a state; nothing where that isn't kept here."""
        try:
            stages = lock.stages(self.reader.bytes_of(blob)) if blob else {}
        except UserError:
            return None
        md5 = next((s.outs[ALIASES.path] for s in stages.values() if ALIASES.path in s.outs), "")
        data = self.store.read(md5, remote=False) if md5 else b""
        if data is None:
            return None
        if not any(mark in data for mark in self.marks):
            return {}
        wanted = set(self.ids)
        return {r["alias_id"]: r["record_id"] for r in result_rows(data, ALIASES.path) if r["alias_id"] in wanted}

    # ------------------------------------------------------------------------------------------------ how it stands

    def _record(self) -> list[tuple[str, str]]:
        record = self.ids[0]
        said: list[tuple[str, str]] = []
        names = ["record_id", "title", "year", "first_run", "last_run", "content_hash"]
        for row in self.now.records(UNIQUE.path, names, record_id=record) or []:
            said.append(("title", f"{row['title']} ({row['year']})"))
            said.append(("found", f"first in run {row['first_run']}, last in {row['last_run']}"))
            said.append(("present version", row["content_hash"]))
        names = ["row_id", "record_id", "run", "source", "matched_with", "rule", "score"]
        members = self.now.records(MEMBERS.path, names, record_id=record) or []
        for row in sorted(members, key=lambda row: str(row["row_id"])):
            how = f"joined with {row['matched_with']} by {row['rule']}" if row["matched_with"] else "the first"
            said.append((f"row {row['row_id']}", f"{row['source']}, run {row['run']}: {how}"))
        for row in only(self.now.rows(SCREENED.path) or [], record_id=record):
            said.append(
                ("title and abstract", f"{row['outcome']} ({row['votes']} votes: {row['decided_by'] or 'open'})")
            )
        for row in only(self.now.rows(ASSESSED.path) or [], record_id=record):
            reason = f", reason {row['reason_id']}" if row["reason_id"] else ""
            said.append(("full text", f"{row['outcome'].replace('_', ' ')}{reason}"))
        studies = [r["study_id"] for r in only(self.now.rows(INCLUDED_STUDIES.path) or [], record_id=record)]
        for study in dict.fromkeys(studies):
            said.append(("study", study))
        said += self._feeds("study_id", studies)
        return said

    def _interpretation(self) -> list[tuple[str, str]]:
        """Return the present row of the thing itself, what it feeds and what it rests on."""
        said: list[tuple[str, str]] = []
        for path, ref in self.now.refs(re.compile(r"data/decisions/.*\.csv")).items():
            table = rows.table_of(path)
            for row in self._about(ref, path, table) if table else []:
                if table and row.cells.get(table.key[0]) == self.one:
                    said += [(name, cell) for name, cell in row.cells.items()]
        column = next((t.key[0] for t in TABLES.values() if t.name == self.kind), "")
        return [*said, *(self._feeds(column, [self.one]) if column in TRACE.names else [])]

    def _feeds(self, column: str, ids: Sequence[str]) -> list[tuple[str, str]]:
        trace = [row for row in self.now.rows(TRACE.path) or [] if row.get(column) in ids]
        said = []
        for name in TRACE.names:
            found = sorted({row[name] for row in trace} - {"", self.one})
            if found and name != column:
                at = "feeds" if TRACE.names.index(name) < TRACE.names.index(column) else "rests on"
                said.append((f"{at}: {name.removesuffix('_id').replace('_', ' ')}", ", ".join(found)))
        return said


def _cells(row: Row) -> str:
    return "; ".join(f"{name}: {cell}" for name, cell in row.cells.items())
