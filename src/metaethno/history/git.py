"""The one place that calls Git. Every path is relative to the review's folder, also where that isn't the top one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType

from metaethno.errors import Problem, UserError, did_you_mean

# A snapshot's message ends with a line that begins so; it says that `metaethno snapshot` made it, and which version.
TRAILER = "Metaethno-Snapshot"
_FIELDS = "%x00".join(("", "%H", "%P", "%aI", "%an", "%s", f"%(trailers:key={TRAILER},valueonly,separator=%x20)", ""))
_NONE = "0" * 40


@dataclass(frozen=True, order=True)
class Change:
    """One file that differs between a commit and one of its parents; a blob's id is empty where it isn't there."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Commit:
    """One state of the review. `by_snapshot`: was it made by `metaethno snapshot`; `edges`: changes per parent."""

    id: str
    parents: tuple[str, ...]
    when: str
    who: str
    subject: str
    by_snapshot: bool
    edges: tuple[tuple[Change, ...], ...]
    tags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How it is called in what people read: its tag, else the first letters of its id."""
        return self.tags[0] if self.tags else self.id[:10]


def _unquote(path: str) -> str:
    """Return a path as Git prints it without the quotation it gives to names with odd characters."""
    if not path.startswith('"'):
        return path
    return path[1:-1].encode("latin-1", "replace").decode("unicode_escape").encode("latin-1").decode("utf-8", "replace")


class Blobs:
    """Reads objects by id through one running `git cat-file --batch`; keeps nothing."""

    def __init__(self, root: Path) -> None:
        command = ["git", "cat-file", "--batch"]
        self._process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Blobs:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def find(self, name: str) -> tuple[str, bytes] | None:
        """Return (id, bytes) of an object, by its id or as `commit:path`; nothing where there is none.

        An object that Git can't read is a UserError.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if "\n" in name:
            return None
        self._process.stdin.write(name.encode() + b"\n")
        self._process.stdin.flush()
        head = self._process.stdout.readline().rstrip(b"\n")
        parts = head.rsplit(b" ", 2)
        if len(parts) != 3 or not parts[2].isdigit():
            if head.endswith((b" missing", b" ambiguous")):
                return None
            hint = "Ask Git what is wrong by `git fsck`; another clone of the review may have it whole."
            raise UserError(Problem("ME0702", f"Git can't read one of its objects ({name})", hint=hint))
        data = self._process.stdout.read(int(parts[2]))
        self._process.stdout.read(1)
        return parts[0].decode(), data

    def read(self, blob: str) -> bytes:
        """Return the bytes of a blob; an empty id is an empty file. Raises UserError where Git has lost it."""
        if not blob:
            return b""
        found = self.find(blob)
        if found is None:
            hint = "Ask Git what is wrong by `git fsck`; another clone of the review may have it whole."
            raise UserError(Problem("ME0702", f"one of Git's objects is missing ({blob})", hint=hint))
        return found[1]


class Repository:
    """The Git repository that holds the review in `root`. Raises UserError where there is none and none is begun."""

    def __init__(self, root: Path, *, begin: bool = False) -> None:
        self.root = root
        if begin:
            self.run("init", "--quiet")
            # `init -b` is not known to older versions.
            self.run("symbolic-ref", "HEAD", "refs/heads/main")
            return
        done = self.ask("rev-parse", "--is-inside-work-tree")
        if done.returncode:
            hint = "Run `git init` in the review's folder, or make the review with `metaethno new`."
            raise UserError(Problem("ME0700", "this review is not kept with Git, so it has no history", hint=hint))

    # ------------------------------------------------------------------------------------------------ asking

    def ask(
        self, *arguments: str, env: Mapping[str, str] | None = None, given: bytes | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run Git, whatever comes of it."""
        more = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(env or {})}
        try:
            return subprocess.run(
                ["git", "-c", "core.quotepath=off", *arguments],
                cwd=self.root,
                env=os.environ | more,
                input=given,
                stdin=None if given is not None else subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError:
            hint = "On Debian and Ubuntu: sudo apt-get install git"
            raise UserError(Problem("ME0701", "Git is not installed", hint=hint)) from None

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, given: bytes | None = None) -> str:
        """Run Git and return what it printed; raises UserError with its own words where it fails."""
        done = self.ask(*arguments, env=env, given=given)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
            raise UserError(Problem("ME0703", f"Git could not do its part ({arguments[0]}): {said}"))
        return done.stdout.decode("utf-8", "surrogateescape")

    @cached_property
    def folder(self) -> Path:
        """Git's own folder."""
        return Path(self.run("rev-parse", "--absolute-git-dir").rstrip("\n"))

    @cached_property
    def prefix(self) -> str:
        """The review's folder below the top of the repository; empty, or ending in '/'."""
        return self.run("rev-parse", "--show-prefix").rstrip("\n")

    @cached_property
    def top(self) -> Path:
        """The top folder of the repository."""
        return Path(self.run("rev-parse", "--show-toplevel").rstrip("\n"))

    def blobs(self) -> Blobs:
        """Return a reader of objects."""
        return Blobs(self.root)

    def head(self) -> str:
        """Return the id of the present commit; empty where there is none yet."""
        return self.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}").stdout.decode().strip()

    def knows_author(self) -> bool:
        """Tell whether Git knows who commits."""
        return self.ask("var", "GIT_AUTHOR_IDENT").returncode == 0

    def branch(self) -> str:
        """Return the name of the present branch; empty while an old snapshot is looked at."""
        return self.ask("symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode().strip()

    def tags(self) -> dict[str, str]:
        """Return tag -> id of the commit it stands on."""
        found = {}
        said = self.run("for-each-ref", "refs/tags", "--format=%(objectname) %(*objectname) %(refname:strip=2)")
        for line in said.splitlines():
            own, peeled, name = line.split(" ", 2)
            found[name] = peeled or own
        return found

    def resolve(self, name: str) -> str:
        """Return the id of the commit that a person names by tag, id or branch; else raises UserError."""
        wanted = f"{name}^{{commit}}"
        done = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
        if done.returncode or not name.strip():
            tags = sorted(self.tags())
            message = f"there is no snapshot {name!r}.{did_you_mean(name, tags)}"
            allowed = ", ".join([*tags[-20:], "the first letters of a snapshot's number"])
            raise UserError(Problem("ME0704", message, allowed=allowed, hint="`metaethno history` lists them."))
        return done.stdout.decode().strip().splitlines()[-1]

    def files(self, commit: str) -> dict[str, str]:
        """Return path -> blob id of everything in the review's folder at a commit."""
        found = {}
        for entry in self.run("ls-tree", "-r", "-z", commit).split("\0"):
            if entry:
                head, path = entry.split("\t", 1)
                _, kind, blob = head.split(" ")
                if kind == "blob":
                    found[path] = blob
        return found

    def ancestry(self) -> list[list[str]]:
        """Return every commit that leads to the present one with its parents, parents first."""
        if not self.head():
            return []
        return [
            line.split() for line in self.run("rev-list", "--parents", "--topo-order", "--reverse", "HEAD").splitlines()
        ]

    def log(self, paths: Sequence[str], end: str = "HEAD") -> list[Commit]:
        """Return the commits up to `end` that changed any of `paths`, parents first, with what each changed there."""
        if not self.head():
            return []
        command = ["log", "--topo-order", "--reverse", "--full-history", "-m", "--raw", "--no-abbrev", "--no-renames"]
        said = self.run(*command, "--relative", f"--format={_FIELDS}", end, "--", *paths)
        tags: dict[str, list[str]] = {}
        for tag, commit in self.tags().items():
            tags.setdefault(commit, []).append(tag)
        tokens = said.split("\0")
        found: dict[str, tuple[list[str], list[tuple[Change, ...]]]] = {}
        for at in range(1, len(tokens) - 6, 7):
            fields, raw = tokens[at : at + 6], tokens[at + 6]
            found.setdefault(fields[0], (fields, []))[1].append(tuple(_changes(raw.splitlines())))
        return [
            Commit(
                f[0], tuple(f[1].split()), f[2], f[3], f[4], bool(f[5].strip()), tuple(edges), tuple(tags.get(f[0], ()))
            )
            for f, edges in found.values()
        ]


def _changes(lines: Iterable[str]) -> Iterable[Change]:
    """Return what lines such as `:100644 100644 OLD NEW M<tab>path` say."""
    for line in lines:
        if line.startswith(":"):
            head, path = line.split("\t", 1)
            _, _, old, new, _ = head.split(" ")
            yield Change(_unquote(path), "" if old == _NONE else old, "" if new == _NONE else new)
