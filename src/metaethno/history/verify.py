"""Proof that nothing was altered: every kept file still has its hash, and what people wrote only ever grew.

Looked at are all commits since the first snapshot that lead to the present one, whoever made them and however, and then
the files as they are now. What came before the first snapshot was a draft: it is told in a note. Between two states
next to one another:

- a ledger keeps every row as it was; so does the register of exported rows;
- a register, and a log of searches, keeps every id;
- an export, a full text and a query, once kept, are never other bytes;
- what `dvc.lock` says was read is what the commit holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from metaethno.errors import Problem, UserError
from metaethno.history import lock, rows
from metaethno.history.git import Commit, Repository
from metaethno.history.rows import Delta, Reader, Row
from metaethno.history.store import Store, md5_of

_RAW = "data/raw/"
_LOGS = ("searches.csv", "rows.csv", "quotations.csv", ".gitignore", ".md")


@dataclass
class Verified:
    """What was looked at, and what was found: problems, and notes on what is no fault."""

    states: int = 0
    rows: int = 0
    files: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _where(commit: Commit) -> str:
    """Return a state in words: which, of what day, by whom."""
    if not commit.id:
        return "in the files as they are now (not in a snapshot yet)"
    return f"in {commit.name} ({commit.when[:10]}, {commit.who}: {commit.subject[:60]})"


def _said(before: Row, after: Row) -> str:
    """Return which cells differ between two rows, old and new."""
    names = [n for n in dict.fromkeys([*before.cells, *after.cells]) if before.cells.get(n) != after.cells.get(n)]
    return "; ".join(f"{n}: {before.cells.get(n, '')[:80]!r} became {after.cells.get(n, '')[:80]!r}" for n in names)


def _id(delta: Delta, row: Row) -> str:
    return " ".join(part for part in rows.key_of(delta.table, row.cells) if part)


def row_problems(commit: Commit, delta: Delta) -> Iterator[Problem]:
    """Return what one commit did to a table that it may not do: rows altered or taken out, ids deleted."""
    table, where = delta.table, _where(commit)
    before = commit.parents[0][:10] if commit.parents else ""
    back = f"The row as it was: `git show {before}:./{{file}}`." if before else ""
    if rows.only_grows(table):
        for old, new in delta.changed:
            message = f"a row was altered {where}: {_id(delta, old)}: {_said(old, new)}"
            hint = "Put the row back as it was; a decision is changed by a new row that supersedes it. "
            yield Problem("ME0720", message, new.file, hint=hint + back.format(file=old.file))
        for row in delta.removed:
            said = ", ".join(f"{name}={cell[:60]}" for name, cell in row.cells.items())
            message = f"a row was taken out {where}: {said}"
            yield Problem("ME0721", message, row.file, hint="Put it back. " + back.format(file=row.file))
    elif rows.own_id(table) and table.kind in ("register", "log"):
        gone = {row.cells.get(table.key[0], ""): row for row in delta.removed}
        kept = {row.cells.get(table.key[0], "") for row in [*delta.added, *(new for _, new in delta.changed)]}
        for one in sorted(gone.keys() - kept):
            message = f"the id {one} was deleted {where}"
            hint = "Put its row back; what is given up is marked so, and never deleted. "
            yield Problem("ME0722", message, gone[one].file, value=one, hint=hint + back.format(file=gone[one].file))


class _Verifier:
    def __init__(self, repo: Repository, store: Store, reader: Reader) -> None:
        self.repo, self.store, self.reader = repo, store, reader
        self.done = Verified()
        # MD5 -> how it is called in a message, and whether it can be made anew.
        self.files: dict[str, tuple[str, bool]] = {}
        self.md5s: dict[str, str] = {}

    # ------------------------------------------------------------------------------------------------ states

    def state(self, commit: Commit) -> None:
        """Look at what one state did to the one before."""
        self.done.states += 1
        for edge in commit.edges:
            for delta in self.reader.deltas(edge):
                self.done.rows += len(delta.added)
                delta = self._still_there(commit, delta)
                self.done.problems += row_problems(commit, delta)
            for change in edge:
                if change.path.startswith(_RAW) and change.old and not change.path.endswith(_LOGS):
                    self._raw(commit, change.path, change.old, change.new)
        self._tracked(commit)

    def _still_there(self, commit: Commit, delta: Delta) -> Delta:
        """Leave out of `removed` an id that has other rows that are still there."""
        if (
            rows.only_grows(delta.table)
            or len(delta.table.key) < 2
            or not delta.removed
            or not rows.own_id(delta.table)
        ):
            return delta
        found: set[str] = set()
        for file in {row.file for row in delta.removed}:
            new = next((c.new for edge in commit.edges for c in edge if c.path == file), "")
            found |= {row.cells.get(delta.table.key[0], "") for row in self.reader.rows(new, file)} if new else set()
        kept = [row for row in delta.removed if row.cells.get(delta.table.key[0], "") not in found]
        return Delta(delta.table, delta.added, kept, delta.changed)

    def _raw(self, commit: Commit, path: str, old: str, new: str) -> None:
        hint = "Exports are never edited: put the first one back. A new search is a run of its own."
        if path.endswith(".dvc"):
            before = lock.tracked(self.reader.bytes_of(old), path)
            after = lock.tracked(self.reader.bytes_of(new), path) if new else {}
            for file, md5 in before.items():
                if file not in after:
                    self.done.problems.append(Problem("ME0724", f"was taken out {_where(commit)}", file, hint=hint))
                elif after[file] != md5:
                    message = f"was changed after it was first kept, {_where(commit)}"
                    self.done.problems.append(
                        Problem("ME0723", message, file, value=f"{md5} became {after[file]}", hint=hint)
                    )
        elif not new:
            self.done.problems.append(Problem("ME0724", f"was taken out {_where(commit)}", path, hint=hint))
        else:
            message = f"was changed after it was first kept, {_where(commit)}"
            self.done.problems.append(Problem("ME0723", message, path, hint=hint))

    def _tracked(self, commit: Commit) -> None:
        """Take down every hash that this state brought, and hold its `dvc.lock` against its own files."""
        for edge in commit.edges:
            for change in edge:
                if not change.new:
                    continue
                if change.path.endswith(".dvc"):
                    for file, md5 in lock.tracked(self.reader.bytes_of(change.new), change.path).items():
                        self.files.setdefault(md5, (f"{file} ({_where(commit)})", False))
                elif change.path == lock.PATH:
                    self._lock(commit, self.reader.bytes_of(change.new))
        if commit.by_snapshot:
            self._fits(commit)

    def _lock(self, commit: Commit, data: bytes) -> None:
        try:
            stages = lock.stages(data)
        except UserError as error:
            self.done.problems += [Problem(p.code, f"{p.message} {_where(commit)}", p.file) for p in error.problems]
            return
        for stage in stages.values():
            for path, md5 in stage.outs.items():
                self.files.setdefault(md5, (f"{path} ({_where(commit)})", True))

    def _fits(self, commit: Commit) -> None:
        """Hold what `dvc.lock` says was read against what a snapshot holds, whether or not it changed there."""
        held = self.repo.files(commit.id)
        try:
            stages = lock.stages(self.reader.bytes_of(held.get(lock.PATH, "")))
        except UserError:
            return
        needed = {path: md5 for stage in stages.values() for path, md5 in stage.deps.items()}
        tracked: dict[str, str] = {}
        for path, blob in held.items():
            if path.endswith(".dvc") and path.startswith("data/"):
                tracked |= lock.tracked(self.reader.bytes_of(blob), path)
        for path, md5 in sorted(needed.items()):
            if path in held:
                found = self._md5(held[path])
            elif path.startswith("data/derived/"):
                continue
            else:
                found = tracked.get(path, "")
            if found != md5:
                message = f"is not the file that the results were made from, {_where(commit)}"
                hint = "This commit was put together by other means. Make a new snapshot of what you trust."
                self.done.problems.append(
                    Problem("ME0727", message, path, value=f"{md5} expected, {found or 'none'} there", hint=hint)
                )

    def _md5(self, blob: str) -> str:
        if blob not in self.md5s:
            self.md5s[blob] = hashlib.md5(self.reader.blobs.read(blob), usedforsecurity=False).hexdigest()
        return self.md5s[blob]

    # ------------------------------------------------------------------------------------------------ files

    def kept_files(self, needed: set[str]) -> None:
        """Recompute the hash of every kept file, from the cache or else a remote."""
        todo = dict(self.files)
        for md5 in [m for m in self.files if m.endswith(".dir")]:
            name, again = self.files[md5]
            todo |= dict.fromkeys(self.store.members(md5), (f"a file of {name}", again))
        here = sorted(md5 for md5 in todo if self.store.has(md5))
        with ThreadPoolExecutor(2) as pool:
            whole = dict(zip(here, pool.map(self._whole, here), strict=True))
        absent = 0
        for md5, (name, again) in sorted(todo.items(), key=lambda item: item[1]):
            if md5 in whole:
                self.done.files += 1
                if not whole[md5]:
                    hint = (
                        f"Delete {self._shown(md5)}; then `dvc fetch` it, or run `metaethno snapshot` to keep it anew."
                    )
                    self.done.problems.append(
                        Problem("ME0725", "the kept copy is damaged: its hash is another", name, value=md5, hint=hint)
                    )
                continue
            held = self._remote(md5)
            if held is None and again and md5 not in needed:
                absent += 1
            elif held is None:
                hint = "Fetch it (`dvc pull`), or put the file back and run `metaethno snapshot`."
                self.done.problems.append(
                    Problem("ME0726", "no copy is kept here or in a remote", name, value=md5, hint=hint)
                )
            elif held != md5.removesuffix(".dir"):
                self.done.problems.append(
                    Problem("ME0725", "the copy in the remote is damaged: its hash is another", name, value=md5)
                )
            else:
                self.done.files += 1
        if absent:
            self.done.notes.append(
                f"{absent:,} result files of older snapshots are not kept here; `metaethno reproduce` makes them anew."
            )

    def _whole(self, md5: str) -> bool:
        try:
            return self.store.is_whole(md5)
        except OSError:
            return False

    def _shown(self, md5: str) -> str:
        path = self.store.path(md5)
        return path.relative_to(self.repo.root).as_posix() if path.is_relative_to(self.repo.root) else str(path)

    def _remote(self, md5: str) -> str | None:
        found = [self.store.remote_hash(remote, md5) for remote in self.store.remotes]
        good = [held for held in found if held is not None]
        return md5.removesuffix(".dir") if md5.removesuffix(".dir") in good else (good[0] if good else None)

    def present_exports(self) -> None:
        """Hold the exports in the folder against what was imported."""
        for path in sorted(self.repo.root.glob("data/**/*.dvc")):
            shown = path.relative_to(self.repo.root).as_posix()
            for file, md5 in lock.tracked(path.read_bytes(), shown).items():
                there = self.repo.root / file
                if there.is_file() and md5_of(there) != md5:
                    hint = f"Put it back: `dvc checkout --force {shown}`."
                    self.done.problems.append(
                        Problem("ME0728", "is not the file that was imported: it was changed", file, hint=hint)
                    )


def verify(root: Path) -> Verified:
    """Look at every state of the review in `root`; return what was found. Raises UserError where nothing is kept."""
    repo, store = Repository(root), Store(root)
    with repo.blobs() as blobs:
        reader = Reader(repo, blobs)
        verifier = _Verifier(repo, store, reader)
        commits = repo.log(rows.PATHS)
        later = _since_first_snapshot(repo, commits)
        drafts = []
        for commit in commits:
            before = len(verifier.done.problems)
            verifier.state(commit)
            if commit.id not in later:
                drafts += verifier.done.problems[before:]
                del verifier.done.problems[before:]
        if drafts:
            verifier.done.notes.append(
                f"Before the first snapshot, {len(drafts):,} changes were made that no snapshot would take: "
                f"the first is {drafts[0].message} ({drafts[0].file})."
            )
        head = repo.head()
        now = rows.present(repo, head)
        if now.edges:
            verifier.state(now)
            verifier.done.states -= 1
        verifier.present_exports()
        verifier.kept_files(_needed(repo, reader, head, commits))
    verifier.done.problems = list(dict.fromkeys(verifier.done.problems))
    return verifier.done


def _since_first_snapshot(repo: Repository, commits: Iterable[Commit]) -> set[str]:
    """Return the ids of the commits that have a snapshot before them, and so build upon what was kept."""
    kept = {commit.id for commit in commits if commit.by_snapshot}
    later: set[str] = set()
    for commit, *parents in repo.ancestry():
        if any(parent in kept or parent in later for parent in parents):
            later.add(commit)
    return later


def _needed(repo: Repository, reader: Reader, head: str, commits: Iterable[Commit]) -> set[str]:
    """Return the hashes of results that must be kept: those of the present snapshot and of every tagged one."""
    needed: set[str] = set()
    for commit in {head, *(c.id for c in commits if c.tags)} - {""}:
        found = reader.blobs.find(f"{commit}:./{lock.PATH}")
        if found:
            for stage in lock.stages(found[1]).values():
                needed |= set(stage.outs.values())
    return needed
