"""Go back to a snapshot, and return: files from Git, exports and results from DVC, and Snakemake of the same mind.

The present is never lost: it is a snapshot too, or going back is refused. A restore that was killed is completed by
the same command, since the note of it says what was there before.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from metaethno import child, made
from metaethno.errors import Problem, UserError
from metaethno.history import lock, mutex, work
from metaethno.history.git import Repository
from metaethno.history.rows import blob_id
from metaethno.history.snapshot import clear_up, export_problems, own_paths
from metaethno.history.store import Store, md5_of
from metaethno.stages import STAGES

LATEST = "latest"
_BRANCH = "metaethno.branch"


@dataclass
class Restored:
    """Where the review stands now, and whether DVC and Snakemake both have nothing to do; `said`: what else to know."""

    commit: str
    name: str
    at_rest: bool
    said: list[str] = field(default_factory=list)


def restore(root: Path, name: str) -> Restored:
    """Put the review in `root` back as it was at snapshot `name` (`latest`: where one came from).

    Raises UserError where something is not kept yet and would be lost, or where an export is kept nowhere.
    """
    repo, store = Repository(root), Store(root)
    with mutex.alone(repo.folder):
        begun = clear_up(repo, going_on="restore")
        branch = repo.branch() or repo.ask("config", _BRANCH).stdout.decode().strip()
        commit = repo.resolve(branch if name == LATEST and branch else "HEAD" if name == LATEST else name)
        restoring = begun.get("command") == "restore"
        half_done = {str(begun.get("start", "")), str(begun.get("target", "")), commit} if restoring else set()
        there = _exports(repo, {repo.head(), *half_done} - {""})
        wanted = _exports(repo, {commit})
        _refuse_loss(repo, half_done, there | wanted)
        absent = _absent(repo, store, commit)
        mutex.note(repo.folder, command="restore", target=commit, start=repo.head(), started=time.time())
        if repo.branch():
            repo.run("config", _BRANCH, repo.branch())
        at_tip = bool(branch) and repo.resolve(branch) == commit
        force = ["--force"] if half_done else []
        repo.run("checkout", "--quiet", *force, *([branch] if at_tip else ["--detach", commit]), "--")
        done = Restored(commit, name, False)
        _take_away(root, store, there.items() - wanted.items())
        _bring_back(root, store, absent, wanted)
        _results(root, store, done)
        made.stamp(root)
        mutex.done(repo.folder)
    if not at_tip:
        done.said.append("`metaethno restore latest` returns to the present.")
    return done


def _exports(repo: Repository, commits: set[str]) -> dict[str, str]:
    """Return path -> MD5 of what DVC tracks in data/ at these commits."""
    found: dict[str, str] = {}
    with repo.blobs() as blobs:
        for commit in sorted(commits):
            for path, blob in repo.files(commit).items():
                if path.endswith(".dvc") and path.startswith("data/"):
                    found |= lock.tracked(blobs.read(blob), path)
    return found


def _take_away(root: Path, store: Store, exports: Iterable[tuple[str, str]]) -> None:
    """Remove exports that the state gone to doesn't have, where DVC keeps them: Git leaves what it doesn't track."""
    for path, md5 in exports:
        file = root / path
        if file.is_file() and store.has(md5) and md5_of(file) == md5:
            file.unlink()
            if not any(file.parent.iterdir()):
                file.parent.rmdir()


def _refuse_loss(repo: Repository, half_done: set[str], exports: Mapping[str, str]) -> None:
    """Raise UserError with every file that is kept nowhere; what a restore that was killed left half-done is none.

    `exports`: path -> MD5 of what DVC tracks in the state here and in the one gone to: such a file is kept.
    """
    said = repo.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=no")
    said += repo.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *own_paths(repo))
    paths = sorted({entry[3:].removeprefix(repo.prefix) for entry in said.split("\0") if len(entry) > 3})
    known: dict[str, set[str]] = {}
    for commit in half_done - {""}:
        for path, blob in repo.files(commit).items():
            known.setdefault(path, set()).add(blob)
    hint = "Keep it first: `metaethno snapshot -m TEXT` (or commit it with Git, if it is no part of the review)."
    problems = []
    here = {path: repo.root / path for path in exports if (repo.root / path).is_file()}
    kept = {path for path, file in here.items() if md5_of(file) == exports[path]}
    for path in sorted(set(paths) - kept):
        file = repo.root / path
        if half_done and (not file.is_file() or blob_id(file.read_bytes()) in known.get(path, set())):
            continue
        problems.append(Problem("ME0731", "was changed and is not kept yet", path, hint=hint))
    if not half_done:
        problems += [p for p in export_problems(repo.root) if p.code != "ME0301" and p.file not in kept]
    if problems:
        raise UserError(problems)


def _absent(repo: Repository, store: Store, commit: str) -> bool:
    """Tell whether something has to be fetched; raises UserError where an export is kept nowhere."""
    held = repo.files(commit)
    problems = []
    absent = False
    with repo.blobs() as blobs:
        results = lock.stages(blobs.read(held[lock.PATH])) if lock.PATH in held else {}
        for path, blob in sorted(held.items()):
            if not path.endswith(".dvc") or not path.startswith("data/"):
                continue
            for file, md5 in lock.tracked(blobs.read(blob), path).items():
                if store.has(md5):
                    continue
                absent = True
                if not any(store.remote_hash(remote, md5) for remote in store.remotes):
                    hint = "Ask who made the snapshot to push it (see docs/sharing.md), then try again."
                    problems.append(
                        Problem("ME0732", "this export of the snapshot is kept nowhere here", file, hint=hint)
                    )
    if problems:
        raise UserError(problems)
    return absent or not all(store.has(md5) for stage in results.values() for md5 in stage.outs.values())


def _snakemake(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return child.snakemake(root, "--quiet", "all", *arguments)


def _bring_back(root: Path, store: Store, absent: bool, exports: Mapping[str, str]) -> None:
    """Bring back exports and results from DVC's cache or a remote; results that are kept nowhere may be missing.

    `exports`: path -> MD5 of what must be there. Raises UserError with those that DVC did not bring back: it says
    nothing of them itself.
    """
    if absent and store.remotes:
        store.dvc("fetch", "--quiet", check=False)
    store.dvc("checkout", "--force", "--quiet", "--allow-missing")
    hint = "Nothing was lost. Run the same command again; if it stays so, `metaethno verify` tells what is kept."
    problems = [
        Problem("ME0734", "DVC did not bring this file back", path, hint=hint)
        for path, md5 in sorted(exports.items())
        if not (root / path).exists() or ((root / path).is_file() and md5_of(root / path) != md5)
    ]
    if problems:
        raise UserError(problems)


def _results(root: Path, store: Store, done: Restored) -> None:
    """Have Snakemake know the results that came back; what is kept nowhere is made anew."""
    if store.is_clean():
        # Dates say nothing after a checkout. Only what DVC finds whole may be called up to date; pages are not DVC's.
        _snakemake(root, "--touch", *STAGES)
    ran = _snakemake(root)
    done.at_rest = store.is_clean() and not work.planned(root)[0]
    if ran.returncode and "ME0161" in ran.stdout + ran.stderr:
        done.said.append(
            "This snapshot was made by another version of the program. Its tables are as they were kept; "
            "`metaethno lock` and `metaethno run` would make them anew with the installed one."
        )
    elif not done.at_rest:
        done.said.append("Not all results could be brought back: `metaethno run` makes the rest.")
