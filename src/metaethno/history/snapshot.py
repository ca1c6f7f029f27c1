"""Keep the review as it is now: results into DVC's cache, then one Git commit of exactly the review's files.

The commit is put together in an index of its own, so that nothing else that was changed or staged is touched. The
order of the steps makes a kill harmless: results first, then objects that nobody refers to yet, then the one rename
that makes the commit, then the tag. The same command run again takes up where the last one was killed.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metaethno import __version__, config, engine, review, tables
from metaethno.errors import Problem, UsageError, UserError
from metaethno.history import lock, mutex, pipeline, sharing, work
from metaethno.history.git import TRAILER, Repository
from metaethno.history.store import Store, md5_of
from metaethno.shell.flow import write_baseline

# The review's own files. What is ignored by Git (results, exports, pages) is never taken.
OWN = (
    "config",
    "data",
    "reports",
    "dvc.yaml",
    "dvc.lock",
    "engine.lock",
    ".dvc",
    ".dvcignore",
    ".gitignore",
    ".gitattributes",
    "profiles",
)
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SCRATCH = "metaethno-index-"


@dataclass
class Taken:
    """What a snapshot came to: its commit (empty where nothing had changed), its tag, and what else was done."""

    commit: str = ""
    tag: str = ""
    files: int = 0
    said: list[str] = field(default_factory=list)


def holds_program(repo: Repository) -> bool:
    """Tell whether the program that runs is itself kept in this repository."""
    return Path(engine.PACKAGE).resolve().is_relative_to(repo.top.resolve())


def own_paths(repo: Repository) -> list[str]:
    """Return the places of the review's files that are there or were."""
    # Where the repository holds the program, its Snakefile is the program's; in a review of its own it is the review's.
    places = [*OWN] if holds_program(repo) else [*OWN, "Snakefile"]
    return [p for p in places if (repo.root / p).exists() or repo.ask("ls-files", "--error-unmatch", p).returncode == 0]


# ------------------------------------------------------------------------------------------------ what is in the way


def _usage(tag: str, release: bool) -> None:
    if release and not tag:
        raise UsageError(Problem("ME0711", "a release needs a name", hint="Add --tag, such as --tag v1.0."))
    if tag and (
        not _TAG.fullmatch(tag) or tag.endswith((".", ".lock")) or ".." in tag or tag in ("now", "latest", "HEAD")
    ):
        allowed = "letters, digits, '.', '_' and '-', beginning with a letter or digit; not `now` or `latest`"
        raise UsageError(Problem("ME0711", f"{tag!r} can't be a tag", allowed=allowed))


# What the program writes anew after a merge, whichever side it is taken from.
_MADE_ANEW = ("dvc.lock", "dvc.yaml", "engine.lock")


def _how_to_merge(repo: Repository) -> str:
    """Return what to do about the files that Git could not merge; nothing where there are none."""
    torn = [p for p in repo.run("diff", "--name-only", "--relative", "-z", "--diff-filter=U").split("\0") if p]
    made = [path for path in torn if path in _MADE_ANEW]
    others = [path for path in torn if path not in _MADE_ANEW]
    steps = []
    if others:
        named = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
        steps.append(
            f"Two versions of {named} differ: open, keep what is right, take out Git's marks, and `git add` it."
        )
    if made:
        names = " ".join(made)
        lock = " && metaethno lock" if set(made) - {"dvc.lock"} else ""
        steps.append(f"The program makes {names} anew: `git checkout --ours {names}{lock} && git add {names}`.")
    if steps:
        steps.append(
            "Then `git commit --no-edit`, `metaethno run` and the snapshot. Or give it up: `git merge --abort`."
        )
    return " ".join(steps)


def git_problems(repo: Repository) -> list[Problem]:
    """Return what about Git stands in the way of a snapshot."""
    problems = []
    for file, what in (
        ("MERGE_HEAD", "merge"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("CHERRY_PICK_HEAD", "pick"),
    ):
        if (repo.folder / file).exists():
            hint = (
                f"Finish it (`git {what if what != 'pick' else 'cherry-pick'} --continue`) or give it up (`--abort`)."
            )
            if what == "merge":
                hint = _how_to_merge(repo) or hint
            problems.append(Problem("ME0712", f"a {what} of two versions is not finished", hint=hint))
            break
    if not repo.branch():
        hint = "`metaethno restore latest` returns to the present; to go on from here instead: `git switch -c NAME`."
        problems.append(Problem("ME0712", "an old snapshot is being looked at; a new one can't follow it", hint=hint))
    if repo.ask("var", "GIT_AUTHOR_IDENT").returncode:
        hint = 'git config user.name "Your Name" and git config user.email you@example.org'
        problems.append(Problem("ME0712", "Git doesn't know who you are, and a snapshot says who made it", hint=hint))
    return problems


def program_problems(repo: Repository) -> list[Problem]:
    """Return the program's files that were changed and not committed, where this repository holds the program."""
    if not holds_program(repo):
        return []
    where = [os.path.relpath(engine.PACKAGE, repo.root), "Snakefile", "workflow"]
    places = [p for p in where if (repo.root / p).exists()]
    said = repo.run("status", "--porcelain", "-z", "--untracked-files=all", "--", *places)
    hint = "Commit the program first: a snapshot must be able to say which program made it."
    changed = sorted(entry[3:] for entry in said.split("\0") if len(entry) > 3 and "__pycache__" not in entry)
    return [
        Problem("ME0713", "this part of the program was changed and is not committed", path, hint=hint)
        for path in changed
    ]


def export_problems(root: Path) -> list[Problem]:
    """Return exports that are not imported, missing, or not the bytes that were imported."""
    problems = []
    named = set(review.exports(root))
    known = {f"{review.RAW}/{run}/{name}" for run in review.runs(root) for name in ("searches.csv", "rows.csv")}
    known |= set(review.queries(root))
    tracked: dict[str, str] = {}
    for pointer in review.listed(root, "data/**/*.dvc"):
        tracked |= lock.tracked((root / pointer).read_bytes(), pointer)
    for path in sorted({*review.listed(root, f"{review.RAW}/*/*"), *named}):
        run = path.split("/")[2]
        if path in tracked or path in known or path.endswith((".dvc", ".md")) or Path(path).name.startswith("."):
            continue
        hint = f"Run `metaethno import {run}`."
        if path not in named:
            hint = f"Give it a row in {review.RAW}/{run}/searches.csv and import it, or put it elsewhere."
        problems.append(Problem("ME0714", "this file is not imported", path, hint=hint))
    for path, md5 in sorted(tracked.items()):
        file = root / path
        if file.is_dir():
            continue
        if not file.is_file():
            problems.append(Problem("ME0301", "the export is missing", path, hint="Fetch it with `dvc pull`."))
        elif md5_of(file) != md5:
            hint = f"Exports are never edited. Put the first one back: `dvc checkout --force {path}.dvc`."
            problems.append(Problem("ME0728", "is not the file that was imported: it was changed", path, hint=hint))
    return problems


def release_problems(root: Path) -> tuple[list[Problem], list[str]]:
    """Return the checks of error level that fail, and in words what is still open."""
    from metaethno.state import read_state

    state = read_state(root)
    hint = "A release must pass every check of this level."
    problems = [
        Problem(row["code"], row["message"], row["table"], value=row["ids"], hint=row["hint"] or hint)
        for row in state.checks
        if row["level"] == "error"
    ]
    return problems, [f"Released with open work: {w.count:,} {w.what}, for {w.whom}." for w in state.open]


def _tag_problems(repo: Repository, tag: str) -> list[Problem]:
    stands = repo.tags().get(tag) if tag else None
    if stands and stands != repo.head():
        hint = "Choose another: a name once given stays where it is."
        return [Problem("ME0711", f"the tag {tag} already names another snapshot ({stands[:10]})", hint=hint)]
    return []


# ------------------------------------------------------------------------------------------------ taking it


def take(
    root: Path,
    message: str,
    tag: str = "",
    release: bool = False,
    work_left: Callable[[Path], list[Problem]] = work.left,
) -> Taken:
    """Keep the review in `root` as one state; see the module. `work_left` says what Snakemake still has to do.

    Raises UserError with everything that stands in the way, before anything is written.
    """
    _usage(tag, release)
    if not message.strip():
        raise UsageError(Problem("ME0711", "a snapshot needs a message", hint='Say what this state is: -m "..."'))
    repo, store = Repository(root), Store(root)
    with mutex.alone(repo.folder):
        clear_up(repo)
        mutex.note(repo.folder, command="snapshot", started=time.time())
        try:
            taken = _take(repo, store, message, tag, release, work_left)
        finally:
            # Whatever went wrong in the open is told and leaves nothing behind; only a kill leaves the note.
            mutex.done(repo.folder)
    return taken


def _take(
    repo: Repository, store: Store, message: str, tag: str, release: bool, work_left: Callable[[Path], list[Problem]]
) -> Taken:
    root = repo.root
    config.load(root)
    problems = [*git_problems(repo), *program_problems(repo), *export_problems(root), *_tag_problems(repo, tag)]
    try:
        engine.check_lock(root)
    except UserError as error:
        problems += error.problems
    if problems:
        raise UserError(problems)
    _mend_lock_file(repo)
    wanted = pipeline.text(root).encode()
    if not (root / pipeline.PATH).is_file() or (root / pipeline.PATH).read_bytes() != wanted:
        tables.write_bytes(root / pipeline.PATH, wanted)
    said: list[str] = []
    if release:
        problems, said = release_problems(root)
    problems += work.missing_outputs(root) or work_left(root)
    if problems:
        raise UserError(problems)
    sharing.mark_private(root, store)
    commit_results(root, store)
    taken = _commit(repo, message, release)
    taken.said = [*said, *taken.said]
    at = taken.commit or repo.head()
    if tag and tag not in repo.tags():
        repo.run("tag", "--annotate", "--message", message, "--", tag, at)
    taken.tag = tag
    if release and write_baseline(root, tag):
        taken.said.append(
            "data/decisions/baseline.csv now holds the counts of this release: an update starts from them."
        )
    return taken


def clear_up(repo: Repository, going_on: str = "snapshot") -> dict[str, Any]:
    """Remove what a killed command left in Git's folder; return its note.

    Raises UserError where a restore was killed and something else is asked for now.
    """
    before = mutex.doing(repo.folder)
    if before:
        mutex.clear_git_locks(repo.folder, float(before.get("started", 0)))
    for scratch in repo.folder.glob(f"{_SCRATCH}*"):
        scratch.unlink(missing_ok=True)
    if before.get("command") == "restore" and going_on != "restore":
        hint = f"Complete it: `metaethno restore {str(before.get('target', ''))[:10]}`."
        raise UserError(Problem("ME0733", "going back to a snapshot was begun and not completed", hint=hint))
    return before


def _mend_lock_file(repo: Repository) -> None:
    """Put back a `dvc.lock` that was cut off when DVC was killed; it is made, and DVC writes it anew."""
    path = repo.root / lock.PATH
    if not path.is_file():
        return
    try:
        lock.stages(path.read_bytes())
    except UserError:
        with repo.blobs() as blobs:
            kept = blobs.find(f"HEAD:./{lock.PATH}")
        if kept:
            tables.write_bytes(path, kept[1])
        else:
            path.unlink()


def commit_results(root: Path, store: Store) -> None:
    """Put every result into the cache and write `dvc.lock`; a damaged file of the cache is put there anew."""
    # All stages as one: by name, DVC would read dvc.yaml and write dvc.lock anew for each.
    store.dvc("commit", "--force", "--quiet", pipeline.PATH)
    broken = [md5 for md5, size in _sizes(root).items() if not _is_kept(store, md5, size)]
    if broken:
        for md5 in broken:
            store.path(md5).unlink(missing_ok=True)
        store.dvc("commit", "--force", "--quiet", pipeline.PATH)
        if [md5 for md5, size in _sizes(root).items() if not _is_kept(store, md5, size)]:
            hint = "Is the disk full, or the folder read-only?"
            raise UserError(Problem("ME0715", "results could not be kept", str(store.cache), hint=hint))


def _sizes(root: Path) -> dict[str, int]:
    """Return MD5 -> size of every result, as they lie in the folder."""
    stages = lock.stages((root / lock.PATH).read_bytes())
    return {md5: (root / path).stat().st_size for stage in stages.values() for path, md5 in stage.outs.items()}


def _is_kept(store: Store, md5: str, size: int) -> bool:
    try:
        return store.path(md5).stat().st_size == size
    except OSError:
        return False


def _index(repo: Repository, start: str) -> tuple[Path, dict[str, str]]:
    """Return an index of our own: what `start` says (a commit; "" for the user's index), and the review's files."""
    handle, name = tempfile.mkstemp(prefix=_SCRATCH, dir=repo.folder)
    os.close(handle)
    path, env = Path(name), {"GIT_INDEX_FILE": name}
    path.unlink()
    if start:
        repo.run("read-tree", start, env=env)
    elif (repo.folder / "index").is_file():
        path.write_bytes((repo.folder / "index").read_bytes())
    repo.run("add", "--all", "--", *own_paths(repo), env=env)
    return path, env


def _commit(repo: Repository, message: str, release: bool) -> Taken:
    head = repo.head()
    scratch, env = (
        _index(repo, head)
        if head
        else _index(repo, repo.run("hash-object", "-t", "tree", "-w", "--stdin", given=b"").strip())
    )
    try:
        tree = repo.run("write-tree", env=env).strip()
        _hold_together(repo, tree)
        taken = Taken()
        if not head or tree != repo.run("rev-parse", f"{head}^{{tree}}").strip():
            kind = "release" if release else "yes"
            text = f"{message.strip()}\n\n{TRAILER}: {kind}, metaethno {__version__}\n"
            sign = ["-S"] if repo.ask("config", "--bool", "commit.gpgsign").stdout.strip() == b"true" else []
            parents = ["-p", head] if head else []
            commit = repo.run("commit-tree", tree, *parents, *sign, "-F", "-", given=text.encode()).strip()
            taken.files = len(
                repo.run("diff-tree", "-r", "--root", "--name-only", "--no-commit-id", commit).splitlines()
            )
            repo.run("update-ref", "-m", f"snapshot: {message.strip()[:60]}", "HEAD", commit, head or "0" * 40)
            taken.commit = commit
    finally:
        scratch.unlink(missing_ok=True)
    _refresh(repo)
    return taken


def _refresh(repo: Repository) -> None:
    """Let the user's own index know the review's files as they were kept; what else stands in it stays."""
    scratch, _ = _index(repo, "")
    lock_file = repo.folder / "index.lock"
    try:
        # As Git does it: whoever has made `index.lock` may replace the index.
        os.link(scratch, lock_file)
        lock_file.replace(repo.folder / "index")
    except FileExistsError:
        pass
    finally:
        scratch.unlink(missing_ok=True)


def _hold_together(repo: Repository, tree: str) -> None:
    """Raise UserError where a file that was read for the results is another one in `tree` (changed in between)."""
    held = repo.files(tree)
    stages = lock.stages((repo.root / lock.PATH).read_bytes())
    problems = []
    with repo.blobs() as blobs:
        for path, md5 in sorted({p: m for stage in stages.values() for p, m in stage.deps.items()}.items()):
            if path in held and hashlib.md5(blobs.read(held[path]), usedforsecurity=False).hexdigest() != md5:
                hint = "Run `metaethno run`, then `metaethno snapshot` again."
                problems.append(Problem("ME0716", "was changed while the snapshot was taken", path, hint=hint))
    if problems:
        raise UserError(problems)
