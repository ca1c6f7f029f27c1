"""The one door to people's decision tables: checked, locked, all or nothing, and never the same row twice.

    with ledger.entering(root) as book:        # the lock; an entry that was cut off is finished or undone first
        rows = ...                             # worked out from what the tables hold now
        book.put(SCREENING, rows, who="ann")   # several tables, if need be
        written = book.commit(check)           # checks everything, then writes everything or nothing

A ledger only grows: rows are added, and rows that stand there keep their bytes. A register's rows are changed by key;
a row whose cells are the same keeps its bytes too. Rows stand in the order of their key, so that two clones that
entered different things merge by Git's union without touching each other's rows; a row that a merge left there twice,
alike in every cell, is taken out once.

One file is replaced by a rename. Several are written down in a journal first, with what was there before: from then
on they are all carried out, by this process or by the next command. A kill at any moment leaves the state before or
after, never one in between. Our own files lie in `.metaethno/` of the review, outside Git.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import secrets
import shutil
import socket
import tempfile
import time
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from metaethno import tables
from metaethno.errors import Problem, UserError
from metaethno.schemas import DECISIONS, Table

FOLDER: Final = ".metaethno"
# How long an entry waits for another one that is at work: it takes a few seconds.
PATIENCE: Final = 10.0

Row = Mapping[str, str]
Check = Callable[[Path], Sequence[Problem]]


def id_maker(prefix: str, taken: Iterable[str] = ()) -> Callable[[], str]:
    """Return a function that gives random ids: `prefix` and 12 characters of base32 (60 bits), none of them `taken`."""
    seen = set(taken)

    def make() -> str:
        while True:
            one = prefix + b32encode(secrets.token_bytes(8)).decode()[:12]
            if one not in seen:
                seen.add(one)
                return one

    return make


def gitattributes() -> str:
    """Return what `.gitattributes` of a review holds: Git merges ledgers by union, and never changes line ends."""
    lines = ["# Ledgers only grow: a merge keeps the rows of both sides.", "data/decisions/**/*.csv text eol=lf"]
    lines += [f"{t.path} merge=union" for t in DECISIONS.values() if t.kind == "ledger"]
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------------------ the lock


def started(pid: int) -> float | None:
    """Return when process `pid` started, or nothing where there is none (a pid alone may have been given anew)."""
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def _owner(lock: Path) -> dict[str, object] | None:
    """Return who holds the lock; an empty dictionary where that can't be read, nothing where nobody does."""
    try:
        said = json.loads(lock.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _is_dead(owner: Mapping[str, object], lock: Path) -> bool:
    """Tell whether the owner is provably dead: a process of this machine that isn't there any more."""
    if not owner:
        # Killed between making the file and writing to it, on a disk without hard links.
        with contextlib.suppress(OSError):
            return time.time() - lock.stat().st_mtime > PATIENCE
        return False
    pid = owner.get("pid")
    return owner.get("host") == socket.gethostname() and isinstance(pid, int) and started(pid) != owner.get("started")


def _clear(folder: Path, lock: Path) -> None:
    """Take away the lock of a dead owner; only one process at a time may judge, or two would clear in turn."""
    import fcntl

    with (folder / "guard").open("a") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        owner = _owner(lock)
        if owner is not None and _is_dead(owner, lock):
            lock.unlink(missing_ok=True)


def _try_lock(folder: Path, lock: Path, said: str) -> bool:
    handle, name = tempfile.mkstemp(prefix="lock.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(said)
        try:
            os.link(name, lock)
        except FileExistsError:
            return False
        except OSError:
            # A disk without hard links.
            try:
                with lock.open("x", encoding="utf-8") as out:
                    out.write(said)
            except FileExistsError:
                return False
        return True
    finally:
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def locked(root: Path, patience: float = PATIENCE) -> Iterator[Path]:
    """Hold the lock on the decisions of the review in `root`; gives the folder of our own files.

    The lock names its owner's process and machine. That of a dead process of this machine is cleared; raises
    UserError where a living one, or one of another machine, holds it for longer than `patience` seconds.
    """
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    if not (folder / ".gitignore").is_file():
        tables.write_bytes(folder / ".gitignore", b"*\n")
    lock = folder / "lock"
    me = {"pid": os.getpid(), "started": started(os.getpid()), "host": socket.gethostname()}
    until = time.monotonic() + patience
    while not _try_lock(folder, lock, json.dumps(me)):
        owner = _owner(lock)
        if owner is not None and _is_dead(owner, lock):
            _clear(folder, lock)
        elif time.monotonic() > until:
            who = f"process {(owner or {}).get('pid', '?')} on {(owner or {}).get('host', '?')}"
            hint = f"Wait until it has ended. If there is no such process any more, delete {FOLDER}/lock."
            raise UserError(Problem("ME0450", f"{who} is entering decisions into this review just now", hint=hint))
        else:
            time.sleep(0.05)
    try:
        yield folder
    finally:
        if _owner(lock) == me:
            lock.unlink(missing_ok=True)


# ------------------------------------------------------------------------------------------------ writing


def _sync(folder: Path) -> None:
    """Have the disk note what was renamed in `folder`."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stage(folder: Path, data: bytes) -> Path:
    """Write `data` to a file of our own, and on to the disk."""
    handle, name = tempfile.mkstemp(prefix="staged.", dir=folder)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    Path(name).chmod(0o644)
    return Path(name)


def _replace(staged: Path, target: Path) -> None:
    """Put a staged file into its place by a rename."""
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        staged.replace(target)
    except OSError as error:
        # The decisions lie on another disk than our own folder.
        import errno

        if error.errno != errno.EXDEV:
            raise
        tables.write_bytes(target, staged.read_bytes())
    _sync(target.parent)


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _carry_out(root: Path, folder: Path, journal: Path, steps: Sequence[Mapping[str, str]]) -> None:
    for step in steps:
        staged = folder / step["after"]
        if staged.is_file():
            _replace(staged, root / step["path"])
    journal.unlink()
    _sync(folder)


def _undo(root: Path, folder: Path, journal: Path, steps: Sequence[Mapping[str, str]]) -> None:
    for step in steps:
        path = root / step["path"]
        if path.is_file() and _sha(path.read_bytes()) == step["sha_after"]:
            if step["before"]:
                _replace(_stage(folder, (folder / step["before"]).read_bytes()), path)
            else:
                path.unlink()
    journal.unlink()


def _finish(root: Path, folder: Path) -> None:
    """Carry out what a killed entry wrote down; undo it where somebody has changed one of its tables since."""
    journal = folder / "journal.json"
    if journal.is_file():
        steps = json.loads(journal.read_text(encoding="utf-8"))
        changed = []
        for step in steps:
            path = root / step["path"]
            now = _sha(path.read_bytes()) if path.is_file() else ""
            if now not in (step["sha_before"], step["sha_after"]):
                changed.append(step["path"])
        if changed:
            _undo(root, folder, journal, steps)
            hint = "Nothing of it was kept and what you changed stays. Enter the same file again."
            raise UserError(Problem("ME0451", "was changed after an entry into it was cut off", changed[0], hint=hint))
        _carry_out(root, folder, journal, steps)
    for litter in [*folder.glob("staged.*"), *folder.glob(".*.*"), *folder.glob("lock.*")]:
        # Another process may just be about to try for the lock.
        if not litter.name.startswith("lock.") or time.time() - litter.stat().st_mtime > PATIENCE:
            litter.unlink(missing_ok=True)


def pending(root: Path) -> bool:
    """Tell whether an entry was cut off and neither carried out nor undone yet. (Cheap: for every command.)"""
    return (root / FOLDER / "journal.json").is_file()


def settle(root: Path) -> None:
    """Carry out (or undo) an entry that was cut off; what every command does first that reads decisions."""
    if pending(root):
        with locked(root) as folder:
            _finish(root, folder)


# ------------------------------------------------------------------------------------------------ tables as rows


@dataclass
class _File:
    """A decision table as it stands: raw rows by key, in order. `old` are its bytes, empty where there is no file."""

    table: Table
    header: list[str]
    rows: dict[tuple[str, ...], str]
    old: bytes
    added: int = 0
    changed: int = 0
    tidied: int = 0
    taken: int = 0

    def data(self) -> bytes:
        body = "\n".join([_line(self.header), *(self.rows[key] for key in sorted(self.rows))])
        return (body + "\n").encode()


def _line(cells: Sequence[str]) -> str:
    # A cell with line ends is put in quotation marks only where they are those of the lines.
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()[:-2]


def _safe(text: str, table: Table) -> str:
    """Return a cell as it is kept: without outer blanks, line ends as LF, and nothing a spreadsheet would run."""
    if not text or text.isalnum():
        return text  # most cells: ids and words
    text = text.encode("utf-8", "replace").decode().replace("\0", "").strip()
    if "\n" in text or "\r" in text:
        # Git merges by lines: a row of a ledger is one line, so that a union never mixes two.
        text = (" / " if table.kind == "ledger" else "\n").join(
            part.strip() for part in text.splitlines() if part.strip()
        )
    return tables.escape(text)


def as_kept(text: str, table: Table) -> str:
    """Return a cell as it will be read again after it was put into `table`."""
    return tables.unescape(_safe(text, table))


def _load(table: Table, path: Path, shown: str, extra: Sequence[str]) -> _File:
    """Read a table as raw rows; raises UserError where it can't be read at all or a key stands there twice.

    Where a spreadsheet saved it with other delimiters or columns in another order, rows are written anew.
    """
    header = [*table.names, *extra]
    if not path.is_file():
        return _File(table, header, {}, b"")
    old = path.read_bytes()
    found, cells, _, problems = tables.read_rows(path, shown)
    problems += tables.header_problems(table, found, shown, extra) if found else []
    if problems:
        raise UserError(problems)
    raw = _raw_rows(old) if found == header else None
    at = {name: found.index(name) for name in header if name in found}
    key_at = [at[name] for name in table.key]
    file = _File(table, [n for n in header if n in at], {}, old)
    twice = []
    for place, row in enumerate(cells):
        row = row + [""] * (len(found) - len(row))
        key = tuple(row[i].strip() for i in key_at)
        line = raw[place] if raw else _line([_safe(tables.unescape(row[at[n]]), table) for n in file.header])
        if key in file.rows and file.rows[key] != line:
            twice.append(key)
        file.tidied += key in file.rows
        file.rows[key] = line
    if twice:
        hint = "Give one of the two an id of its own, or take it out."
        message = "two different rows have the same " + " and ".join(table.key)
        raise UserError([Problem("ME0111", message, shown, value=", ".join(k), hint=hint) for k in twice])
    return file


def _raw_rows(data: bytes) -> list[str] | None:
    """Return the text of every row after the header, or nothing where the file isn't comma-separated and plain."""
    text = data.decode("utf-8-sig")
    lines = list(io.StringIO(text, newline=""))
    if tables.delimiter_of(text) != ",":
        return None
    reader = csv.reader(lines, strict=True)
    rows: list[str] = []
    start = 0
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append("".join(lines[start : reader.line_num]).rstrip("\r\n"))
        start = reader.line_num
    return rows[1:]


@dataclass(frozen=True)
class Written:
    """What an entry did: rows added and changed, double rows taken out, and the files it wrote."""

    added: int = 0
    changed: int = 0
    tidied: int = 0
    files: tuple[str, ...] = ()


@dataclass
class Book:
    """The decision tables of a review while the lock is held; made by `entering`."""

    root: Path
    folder: Path
    files: dict[str, _File] = field(default_factory=dict)

    def _file(self, table: Table, who: str, extra: Sequence[str]) -> _File:
        shown = table.path.replace("*", who)
        if shown not in self.files:
            self.files[shown] = _load(table, self.root / shown, shown, extra)
        return self.files[shown]

    def put(self, table: Table, rows: Iterable[Row], who: str = "", extra: Sequence[str] = ()) -> None:
        """Add `rows` to `table` (in a register: or change the rows of the same key); nothing is written yet.

        who: whose file, where a table has one file per reviewer. extra: columns that the review adds to the table.
        A row that stands there already, alike in every cell, is passed over. Raises ValueError where a row of a
        ledger would change: that is a mistake of the program, not of its user.
        """
        file = self._file(table, who, extra)
        for row in rows:
            key = tuple(row[name] for name in table.key)
            line = _line([_safe(row.get(name, ""), table) for name in file.header])
            old = file.rows.get(key)
            if old is None:
                file.added += 1
            elif next(csv.reader(io.StringIO(old, newline=""))) == next(csv.reader(io.StringIO(line, newline=""))):
                continue
            elif table.kind == "ledger":
                raise ValueError(f"a row of {table.name} can't be changed: {key}")
            else:
                file.changed += 1
            file.rows[key] = line

    def take(self, table: Table, keys: Iterable[tuple[str, ...]]) -> None:
        """Take links out of a register that holds nothing but links (what belongs to what); others keep their rows."""
        if table.kind != "register" or len(table.key) < 2:
            raise ValueError(f"rows of {table.name} are never taken out")
        file = self._file(table, "", ())
        for key in keys:
            file.taken += file.rows.pop(key, None) is not None

    def tidy(self, table: Table, who: str = "", extra: Sequence[str] = ()) -> None:
        """Bring a table into order and take out rows that a merge left there twice, even if nothing is added."""
        self._file(table, who, extra)

    def _shadow(self, after: Mapping[str, bytes], folder: Path) -> None:
        """Lay out in `folder` the review as it would be: links to what is there, and the new tables."""
        for name in ("config", "data/raw", "data/derived"):
            if (self.root / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).symlink_to((self.root / name).resolve())
        decisions = self.root / "data/decisions"
        for path in decisions.rglob("*.csv") if decisions.is_dir() else ():
            shown = path.relative_to(self.root).as_posix()
            (folder / shown).parent.mkdir(parents=True, exist_ok=True)
            if shown not in after:
                (folder / shown).symlink_to(path.resolve())
        for shown, data in after.items():
            (folder / shown).parent.mkdir(parents=True, exist_ok=True)
            (folder / shown).write_bytes(data)

    def commit(self, check: Check | None = None, *, dry_run: bool = False) -> Written:
        """Check the review as it would be, then write all tables or none; return what was done (or would be).

        check: is given a folder that looks like the review with the new rows, and returns all problems; raises
        UserError with them.
        """
        after = {shown: file.data() for shown, file in self.files.items()}
        after = {shown: data for shown, data in after.items() if data != self.files[shown].old}
        if after and check is not None:
            with tempfile.TemporaryDirectory(prefix="metaethno-") as name:
                self._shadow(after, Path(name))
                if problems := list(check(Path(name))):
                    raise UserError(problems)
        if after and not dry_run:
            self._write(after)
        done = [file for shown, file in self.files.items() if shown in after]
        return Written(
            sum(f.added for f in done), sum(f.changed for f in done), sum(f.tidied for f in done), tuple(sorted(after))
        )

    def _write(self, after: Mapping[str, bytes]) -> None:
        staged = {shown: _stage(self.folder, data) for shown, data in sorted(after.items())}
        if len(after) == 1:
            ((shown, one),) = staged.items()
            _replace(one, self.root / shown)
            return
        steps = []
        for shown, path in staged.items():
            old = self.files[shown].old
            there = (self.root / shown).is_file()
            before = _stage(self.folder, old).name if there else ""
            sha = _sha(old) if there else ""
            step = {"path": shown, "before": before, "sha_before": sha}
            steps.append(step | {"after": path.name, "sha_after": _sha(after[shown])})
        journal = self.folder / "journal.json"
        written = _stage(self.folder, json.dumps(steps).encode())
        _replace(written, journal)
        _carry_out(self.root, self.folder, journal, steps)
        for step in steps:
            if step["before"]:
                (self.folder / step["before"]).unlink(missing_ok=True)


@contextlib.contextmanager
def entering(root: Path, patience: float = PATIENCE) -> Iterator[Book]:
    """Hold the lock and give the review's decision tables as a `Book`; see the top of this module.

    Raises UserError where another process is at it, or where a disk is too full to hold the tables twice.
    """
    with locked(root, patience) as folder:
        _finish(root, folder)
        size = sum(p.stat().st_size for p in (root / "data/decisions").rglob("*.csv"))
        if shutil.disk_usage(folder).free < 3 * size:
            hint = "Make room on the disk, then run the same command again. Nothing was changed."
            raise UserError(Problem("ME0452", "the disk is too full to enter anything safely", hint=hint))
        yield Book(root, folder)
