"""`metaethno upgrade [--dry-run]`: bring a review that an earlier version laid out up to this one."""

from __future__ import annotations

import argparse
from pathlib import Path

from metaethno import config, engine, layout, ledger, review, tables, upgrade
from metaethno.commands import out, run_
from metaethno.errors import Problem, UserError


def main(arguments: argparse.Namespace) -> int:
    """Migrate the tables and put in what is missing; exit code 1 with what only a person can mend, nothing changed."""
    root = review.find_root()
    settings = config.load(root)
    if run_.runs_now(root):
        hint = "Wait until it has ended, then run this again."
        raise UserError(Problem("ME0171", "another run holds the lock of this review", hint=hint))
    ledger.settle(root)
    extra = {"studies": [c.name for c in settings.extraction.columns]}
    with ledger.locked(root) as folder:
        planned, problems = upgrade.plan(root, extra)
        problems += _gone(root, [one.path for one in planned if not (root / one.path).exists()])
        if problems:
            raise UserError(problems)
        for one in planned:
            kept = f" ({one.rows:,} rows, all kept)" if one.before else ""
            for change in one.changes:
                out.plain(f"{one.path}: {change}{kept}")
        pieces = _pieces(root)
        for path, (why, _) in pieces.items():
            out.plain(f"{path}: {why}")
        numbered = upgrade.version_of(root) == upgrade.SCHEMA_VERSION
        if not numbered:
            before = upgrade.version_of(root) or "no number yet"
            out.plain(f"{upgrade.VERSION_FILE}: layout {upgrade.SCHEMA_VERSION} (before: {before})")
        behind = _behind(root)
        if behind:
            out.plain(f"{' and '.join(behind)}: taken on from the installed program, as by `metaethno lock`")
        if not (planned or pieces or behind or not numbered):
            out.plain("This review is up to date. Nothing to be done.")
            return 0
        if arguments.dry_run:
            out.plain("Nothing was changed: this is what `metaethno upgrade` would do.")
            return 0
        upgrade.carry_out(root, planned, folder / "before-upgrade")
        for path, (_, data) in pieces.items():
            tables.write_bytes(root / path, data)
            if path.endswith("/pre-commit"):
                (root / path).chmod(0o755)
    if behind:
        from metaethno.commands import lock_

        lock_.main(argparse.Namespace(check=False))
    if any(one.before for one in planned):
        out.plain("What the tables were before lies in .metaethno/before-upgrade/.")
    out.plain('Next: `metaethno check`, `metaethno run`, then `metaethno snapshot -m "Upgraded"`.')
    return 0


def _gone(root: Path, missing: list[str]) -> list[Problem]:
    """Find tables that are not new but were deleted: an empty one in their place would look as if nothing had been."""
    from metaethno.history.git import Repository

    try:
        repo = Repository(root)
        kept = repo.files(repo.head()) if missing and repo.head() else {}
    except UserError:  # without Git nobody can tell
        return []
    return [
        Problem("ME0108", "the file is missing, but stands in the last state that Git keeps", path,
                hint=f"Take it back: `git checkout -- {path}`; then run this again.")
        for path in missing if path in kept
    ]  # fmt: skip


def _pieces(root: Path) -> dict[str, tuple[str, bytes]]:
    """Return path -> (what is done, bytes) of what a review has today that this one lacks; nothing of it is a table."""
    found = {}
    attributes = root / ".gitattributes"
    present = attributes.read_text(encoding="utf-8").splitlines() if attributes.is_file() else []
    wanted = ledger.gitattributes().splitlines()
    if lacking := [line for line in wanted if line not in present and not line.startswith("#")]:
        lines = [*present, *lacking] if present else wanted
        found[".gitattributes"] = ("settings of merges are added", ("\n".join(lines) + "\n").encode())
    hooks = git_hooks(root)
    if hooks is not None and not (hooks / "pre-commit").exists():
        shown = (hooks / "pre-commit").as_posix()
        if hooks.is_relative_to(root):
            shown = (hooks / "pre-commit").relative_to(root).as_posix()
        found[shown] = ("the check before each commit is put in place", layout.hook())
    return found


def git_hooks(root: Path) -> Path | None:
    """Return the folder of Git's hooks, where the review has a repository of its own; else nothing."""
    if not (root / ".git").is_dir() or (root / "src/metaethno").is_dir():
        return None
    return root / ".git/hooks"


def _behind(root: Path) -> list[str]:
    """Return which of the two files that say what the program is are not of the installed one."""
    path = root / engine.LOCK
    same = path.is_file() and path.read_bytes() == engine.lock_text().encode()
    return [] if same else [engine.LOCK, "dvc.yaml"]
