"""The snapshots of a review in order: what went into each, who voted, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from metaethno.errors import UserError
from metaethno.history import lock, rows
from metaethno.history.git import Commit, Repository
from metaethno.history.rows import Reader
from metaethno.history.store import Store
from metaethno.history.version import result_rows
from metaethno.schemas import FLOW

_IDENTIFIED = ("identified",)
_IDENTIFIED_2020 = (
    *("database_results", "register_results"),
    *("website_results", "organisation_results", "citations_results"),
)
_INCLUDED = ("total_studies", "new_studies", "included_studies")
_EXCLUDED = (
    *("records_excluded", "dbr_excluded", "other_excluded"),
    *("screened_excluded", "full_text_excluded"),
)


@dataclass(frozen=True)
class Counts:
    """Rows found, studies included, records and reports left out, of the pooled flow."""

    found: int
    included: int
    excluded: int


@dataclass
class Line:
    """One state of the review. inputs: stage -> what people gave that changed; votes: reviewer -> votes added."""

    name: str
    commit: str
    when: str
    who: str
    subject: str
    by_snapshot: bool
    tags: tuple[str, ...]
    inputs: dict[str, list[str]] = field(default_factory=dict)
    votes: dict[str, int] = field(default_factory=dict)
    corrected: int = 0
    counts: Counts | None = None


def counts(data: bytes) -> Counts:
    """Return the counts of a `flow.csv`: of the view that counts most records (a view may show the first run only)."""
    by_view: dict[str, Counter[str]] = {}
    for row in result_rows(data, FLOW.path):
        if row.get("run") == "all" and not row.get("detail") and row.get("count", "").isdigit():
            by_view.setdefault(row["view"], Counter())[row["box"]] += int(row["count"])
    best = Counts(0, 0, 0)
    for boxes in by_view.values():
        found = boxes["identified"] if "identified" in boxes else sum(boxes[b] for b in _IDENTIFIED_2020)
        included = next((boxes[b] for b in _INCLUDED if b in boxes), 0)
        best = max(best, Counts(found, included, sum(boxes[b] for b in _EXCLUDED)), key=lambda c: c.found)
    return best


def _words(path: str) -> str:
    """Return an input of a stage in short: without the folders that every one has."""
    for start in ("data/decisions/", "data/raw/"):
        path = path.removeprefix(start)
    return path.replace("config/review.yaml: ", "settings: ")


def changed_inputs(before: dict[str, lock.Stage], after: dict[str, lock.Stage]) -> dict[str, list[str]]:
    """Return stage -> what of its inputs changed, as far as people or the program gave it; results follow from it."""
    found: dict[str, list[str]] = {}
    told: set[str] = set()
    for name, stage in after.items():
        old = before.get(name, lock.Stage())
        given = {p: m for p, m in stage.deps.items() if not p.startswith("data/derived/")}
        changed = {p for p in given.keys() | old.deps.keys() if given.get(p) != old.deps.get(p)}
        changed = {p for p in changed if not p.startswith("data/derived/")}
        new = sorted(_words(p) for p in changed - told)
        told |= changed
        for param in sorted(stage.params.keys() | old.params.keys()):
            if stage.params.get(param) != old.params.get(param):
                new.append("the program" if param.startswith("engine.lock") else _words(param))
        if new:
            found[name] = new
    return found


def overview(root: Path) -> list[Line]:
    """Return every state of the review in `root`, the oldest first. Raises UserError where it isn't kept."""
    repo, store = Repository(root), Store(root)
    with repo.blobs() as blobs:
        reader = Reader(repo, blobs)
        made = _Overview(reader, store)
        return [made.line(commit) for commit in repo.log(rows.PATHS)]


class _Overview:
    def __init__(self, reader: Reader, store: Store) -> None:
        self.reader, self.store = reader, store
        self.counted: dict[str, Counts | None] = {}
        self.last: dict[str, dict[str, lock.Stage]] = {"": {}}

    def stages(self, blob: str) -> dict[str, lock.Stage]:
        """Return what stands in a `dvc.lock`; one that can't be read is as good as none."""
        if blob not in self.last:
            try:
                self.last[blob] = lock.stages(self.reader.bytes_of(blob))
            except UserError:
                self.last[blob] = {}
        return self.last[blob]

    def counts_of(self, stages: dict[str, lock.Stage]) -> Counts | None:
        md5 = next((s.outs[FLOW.path] for s in stages.values() if FLOW.path in s.outs), "")
        if md5 not in self.counted:
            data = self.store.read(md5, remote=False) if md5 else None
            self.counted[md5] = None if data is None else counts(data)
        return self.counted[md5]

    def line(self, commit: Commit) -> Line:
        line = Line(commit.name, commit.id, commit.when, commit.who, commit.subject, commit.by_snapshot, commit.tags)
        for change in commit.edges[0] if commit.edges else ():
            if change.path == lock.PATH:
                after = self.stages(change.new)
                line.inputs = changed_inputs(self.stages(change.old), after)
                line.counts = self.counts_of(after)
        for delta in rows.brought(commit, self.reader):
            if delta.table.name in ("screening", "eligibility"):
                for row in delta.added:
                    who = row.cells.get("reviewer", "")
                    line.votes[who] = line.votes.get(who, 0) + 1
                    line.corrected += bool(row.cells.get("supersedes"))
        return line
