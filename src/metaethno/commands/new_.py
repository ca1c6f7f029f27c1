"""`metaethno new FOLDER`: lay out a new review, kept with Git and DVC, ready to run.

Everything is made in a hidden folder beside the one that is asked for, which it becomes by one rename in the end: a
command that fails or is stopped leaves nothing behind.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from metaethno import config, layout, tables
from metaethno.child import environment
from metaethno.commands import out
from metaethno.errors import Problem, UsageError, UserError
from metaethno.history.git import Repository
from metaethno.layout import MODES, Answers

_MESSAGE = "The review is laid out"


def main(arguments: argparse.Namespace) -> int:
    """Lay out a review; exit code 0, or 1 with what is in the way, and then nothing was made."""
    target = Path(os.path.abspath(arguments.folder.expanduser()))  # noqa: PTH100 - a link in the path stays one
    _free(target)
    if shutil.which("git") is None:
        hint = "Install it, then run this again. On Debian, Ubuntu and WSL: sudo apt-get install git"
        raise UserError(Problem("ME0701", "Git is not installed", hint=hint))
    answers = _answers(arguments, target)
    above = next(p for p in target.parents if p.is_dir())
    place = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=above))
    try:
        place.chmod(0o755)
        layout.write(place, answers)
        config.load(place)
        repository = Repository(place, begin=True)
        tables.write_bytes(repository.folder / "hooks/pre-commit", layout.hook())
        (repository.folder / "hooks/pre-commit").chmod(0o755)
        _own_command(place, "lock")
        if arguments.example:
            _example(place, answers)
        unkept = _keep(repository)
        target.parent.mkdir(parents=True, exist_ok=True)
        place.rename(target)  # an empty folder that is there is replaced
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    _say(arguments.folder, target, answers, unkept, example=arguments.example)
    return 0


def _free(target: Path) -> None:
    """Refuse a place where something lies, or that is inside another review."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        hint = "Give the review another name."
        raise UserError(Problem("ME0010", "there is a file of this name", str(target), hint=hint))
    if target.is_dir() and any(target.iterdir()):
        hint = "Give the review another name. Nothing was changed."
        raise UserError(Problem("ME0010", "this folder is there already, and it is not empty", str(target), hint=hint))
    for folder in target.parents:
        if (folder / config.PATH).is_file():
            hint = "A review can't lie inside another one: choose a place beside it."
            raise UserError(Problem("ME0011", f"{folder} is a review already", str(target), hint=hint))


# ------------------------------------------------------------------------------------------------ questions


def _answers(arguments: argparse.Namespace, target: Path) -> Answers:
    """Return what was given, and ask a person at the terminal for the rest; else raise UsageError for what lacks."""
    asks = sys.stdin.isatty() and sys.stdout.isatty() and not arguments.yes
    team: list[tuple[str, str]] = []
    for said in arguments.reviewer:
        try:
            team.append(layout.person(said, [one for one, _ in team]))
        except ValueError as error:
            raise UsageError(Problem("ME0012", f"--reviewer: {error}", allowed='"Name" or "ID:Name"')) from None
    title, question, mode = arguments.title.strip(), arguments.question.strip(), arguments.screening
    if asks:
        out.plain("A few questions; Enter takes what stands in brackets. Everything can be changed later.")
        default = target.name.replace("-", " ").replace("_", " ").strip().capitalize()
        title = title or _ask(f"Working title [{default}]: ") or default
        question = question or _ask("Review question, in a sentence (may wait): ")
        while not arguments.reviewer:
            said = _ask(f"Name of {'another' if team else 'the first'} reviewer{' (Enter: no more)' if team else ''}: ")
            if not said and team:
                break
            try:
                team.append(layout.person(said, [one for one, _ in team]))
            except ValueError as error:
                out.plain(f"  {error}")
        if len(team) > 1 and not mode:
            for name, says in MODES.items():
                out.plain(f"  {name}: {says}")
            while mode not in MODES:
                mode = _ask("Screening [double]: ") or "double"
    lacking = [flag for flag, value in (("--title", title), ("--reviewer", team)) if not value]
    if lacking and arguments.yes:
        title = title or target.name
        team = team or [layout.person("Reviewer 1")]
    elif lacking:
        hint = 'For example: metaethno new my-review --title "Living with waiting" --reviewer "Ann Lee". Or --yes.'
        raise UsageError(Problem("ME0012", f"nobody is there to ask, so say it: {', '.join(lacking)}", hint=hint))
    mode = mode or ("double" if len(team) > 1 else "single")
    if mode != "single" and len(team) < 2:
        hint = "Name a second person by another --reviewer, or leave --screening out."
        raise UsageError(Problem("ME0012", f"--screening {mode} needs two reviewers", hint=hint))
    return Answers(title, question, tuple(team), mode)


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        raise UserError(Problem("ME0336", "no answer was given. Nothing was made.")) from None


# ------------------------------------------------------------------------------------------------ making


def _own_command(place: Path, *arguments: str) -> None:
    """Run a command of this program in the new folder; raise UserError with its own words where it fails."""
    command = [sys.executable, "-m", "metaethno", *arguments]
    done = subprocess.run(
        command, cwd=place, env=environment(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        hint = "Nothing was made. Mend this, then run the same command again."
        raise UserError(Problem("ME0013", f"`metaethno {arguments[0]}` failed in the new folder: {said}", hint=hint))


def _example(place: Path, answers: Answers) -> None:
    """Bring in the two small exports that ship with the program, as a person would."""
    from metaethno import starter

    folder = place / "data/raw" / starter.RUN
    for search in starter.SEARCHES:
        for name in (search.file, starter.QUERY):
            tables.write_bytes(folder / name, starter.read(name))
        flags = {"source": search.source, "platform": search.platform, "hits": str(search.hits)}
        flags |= {"searched-on": starter.RUN, "query-file": str(folder / starter.QUERY), "note": starter.NOTE}
        flags |= {"searched-by": answers.team[0][0]}
        words = [word for name, value in flags.items() for word in (f"--{name}", value)]
        _own_command(place, "import", starter.RUN, str(folder / search.file), *words)


def _keep(repository: Repository) -> str:
    """Make the first commit; return why not, where Git doesn't know who commits or refuses."""
    repository.run("add", "--all")
    if not repository.knows_author():
        return (
            "Git doesn't know who you are yet, so the first state is not kept. Tell it once for all your work:\n"
            '    git config --global user.name "Your Name"\n    git config --global user.email you@example.org\n'
            f'then, in the new folder: git commit -m "{_MESSAGE}"'
        )
    # What it would check was looked at just now.
    done = repository.ask("commit", "--quiet", "--no-verify", "-m", _MESSAGE)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        return f'Git could not keep the first state: {said}\nIn the new folder, try: git commit -m "{_MESSAGE}"'
    return ""


def _say(shown: Path, target: Path, answers: Answers, unkept: str, *, example: bool) -> None:
    team = ", ".join(f"{name} ({one})" for one, name in answers.team)
    out.plain(f"A new review lies in {shown}: {answers.title}.")
    out.plain(f"Team: {team}. Screening: {MODES[answers.mode]}.")
    if example:
        out.plain("It holds two small made-up exports to try things with; nothing in them is real.")
    if unkept:
        out.plain(unkept)
    above = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"], cwd=target.parent, capture_output=True, text=True, check=False
    )
    if above.returncode == 0:
        out.plain(f"Note: it lies inside another Git repository ({above.stdout.strip()}), which will not keep it.")
    out.plain("Next:")
    out.plain(f"    cd {shlex.quote(str(shown))}")
    out.plain("    metaethno run")
    if not example:
        out.plain("README.md there says how to go on: criteria into config/review.yaml, then your first search.")
