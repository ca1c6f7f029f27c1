"""`metaethno run [TARGET]`: Snakemake, with progress and the user's own errors in plain words."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from metaethno import config, engine, made, review, standby, upgrade
from metaethno.child import environment
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError, did_you_mean
from metaethno.ledger import settle, started
from metaethno.shell import quotations
from metaethno.stages import STAGES

TARGETS = ("all", "final", *STAGES)
# Where the report begins: what it is about, and the links to the flow diagram and all other pages.
PAGE = "reports/_output/pages/index.html"
# How many files are named one by one.
_SHOWN = 5
_OWNER = ".snakemake/metaethno-run.json"
_STEPS = re.compile(r"^(\d+) of (\d+) steps")
_FAILED = re.compile(r"^Error in rule (\w+)[,:]")
_STARTED = re.compile(r"^(?:local)?rule (\w+):")


def missing_exports(root: Path) -> list[Problem]:
    """Return a problem per export that a search log names and that isn't there."""
    hint = "Fetch it with `dvc pull`; for the worked example, `metaethno example` writes it."
    paths = [path for path in review.exports(root) if not (root / path).is_file()]
    return [Problem("ME0301", "the export is missing", path, hint=hint) for path in paths]


def _owner_lives(root: Path) -> bool | None:
    """Tell whether the `metaethno run` that noted itself in this folder is at work; nothing where that is not known."""
    try:
        said = json.loads((root / _OWNER).read_text())
        return None if said["started"] is None else started(int(said["pid"])) == said["started"]
    except (OSError, ValueError, KeyError):
        return None


def runs_now(root: Path) -> bool:
    """Tell whether a `metaethno run` is at work in this folder."""
    return bool(_owner_lives(root))


def clear_dead_lock(root: Path) -> bool:
    """Unlock the folder if the run that locked it is provably dead; return whether it was unlocked.

    Only a lock of `metaethno run` can be proved dead: it notes its process. Any other lock is left alone.
    """
    locks = root / ".snakemake/locks"
    if not locks.is_dir() or not any(locks.iterdir()) or _owner_lives(root) is not False:
        return False
    command = [sys.executable, "-m", "snakemake", "--unlock", "--quiet", "all"]
    subprocess.run(command, cwd=root, env=environment(), check=False, capture_output=True)
    return True


@contextlib.contextmanager
def _process(command: list[str], root: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `command` in a process group of its own, and leave nothing of it behind to write on."""
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    owner = root / _OWNER
    owner.parent.mkdir(exist_ok=True)
    owner.write_text(json.dumps({"pid": process.pid, "started": started(process.pid)}))

    def stop(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield process
    finally:
        signal.signal(signal.SIGTERM, before)
        for how, patience in ((signal.SIGINT, 10), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if process.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        owner.unlink(missing_ok=True)


def _follow(process: subprocess.Popen[str]) -> tuple[list[str], list[str]]:
    """Show progress at a terminal while Snakemake runs; return the rules that failed and all that was printed."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    failed: list[str] = []
    lines: list[str] = []
    assert process.stdout is not None
    with console.status("Looking what is out of date") if console.is_terminal else contextlib.nullcontext() as shown:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if match := _FAILED.match(line):
                failed.append(match[1])
            elif shown and (match := _STARTED.match(line)):
                shown.update(f"Making {match[1].replace('_', ' ')}")
            elif shown and (match := _STEPS.match(line)):
                shown.update(f"{match[1]} of {match[2]} steps done")
    return sorted(set(failed)), lines


def _complaint(root: Path, failed: list[str], lines: list[str]) -> str:
    """Return what to tell the user: what the failing steps themselves said, else the end of Snakemake's own words."""
    said = []
    for rule in failed:
        log = root / "logs" / f"{rule}.log"
        if log.is_file() and (text := log.read_text(errors="replace").strip()):
            said.append(text)
    return "\n".join(said) if said else "\n".join(lines[-30:])


def main(arguments: argparse.Namespace) -> int:
    """Run the review, or one stage of it; exit code 0 if it is made, 1 if something has to be mended."""
    root = review.find_root()
    if arguments.target not in TARGETS:
        message = f"there is no stage {arguments.target!r}.{did_you_mean(arguments.target, TARGETS)}"
        raise UsageError(Problem("ME0002", message, allowed=", ".join(TARGETS)))
    config.load(root)
    upgrade.check_version(root)
    settle(root)
    engine.check_lock(root)
    if problems := missing_exports(root):
        raise UserError(problems)
    if clear_dead_lock(root):
        out.plain("A run before this one was killed; its lock is cleared.")
    if _owner_lives(root):
        hint = "Wait until it has ended, then run this again."
        raise UserError(Problem("ME0171", "another run holds the lock of this review", hint=hint))
    if count := quotations.refresh(root):
        out.plain(f"{count:,} quotations looked for in the stored full texts.")
    edited = list(made.remake(root))
    for path in edited[:_SHOWN]:
        out.plain(f"{path} was changed by hand after it was made; it is made anew.")
    if len(edited) > _SHOWN:
        out.plain(f"So were {len(edited) - _SHOWN:,} more (as when a review is copied); they are made anew.")
    command = [sys.executable, "-m", "snakemake", arguments.target]
    if arguments.cores:
        command += ["--cores", str(arguments.cores)]
    with _process(standby.command(command), root) as process:
        failed, lines = _follow(process)
        code = process.wait()
    if code:
        sys.stderr.write(_complaint(root, failed, lines) + "\n")
        sys.stderr.write("The last good results of every other step stay where they are.\n")
        return 1
    from metaethno.commands.status_ import following

    made.stamp(root, arguments.target if arguments.target in STAGES else "")
    done = any("Nothing to be done" in line for line in lines)
    out.plain("Nothing to be done." if done else f"Made: {arguments.target}.")
    if old := [name for name in STAGES if name in made.behind(root)]:
        out.plain(f"Not made anew: {', '.join(old)}. `metaethno run` makes everything.")
    if arguments.target == "all":
        out.plain(f"To look at: {PAGE}, in a browser.")
        out.plain(f"Next: {following(root)}")
    return 0
