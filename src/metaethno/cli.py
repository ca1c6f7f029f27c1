"""The commands. Each is a module of `metaethno.commands`, imported only when it is called.

Exit codes: 0 done; 1 something in the review has to be mended (said in plain words, everything at once); 2 the
command was called wrongly.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from metaethno import __version__
from metaethno.errors import Problem, UsageError, UserError, did_you_mean

_COMMANDS = {
    "run": "run the review (or one stage) and say what is left to do",
    "status": "what is done, what waits for whom, the next step",
    "check": "check all decisions and the configuration, without running anything",
    "import": "register the exports of a search run: metaethno import RUN [FILE...]",
    "inspect": "what kind of export is this, and what is in it: metaethno inspect FILE... [--json]",
    "lock": "take on the installed program and the review's files: writes engine.lock and dvc.yaml",
    "snapshot": "keep the review as it is now, as one state that can be named, compared and gone back to",
    "history": "the snapshots; or the whole life of a record, construct, concept or step: metaethno history [ID]",
    "diff": "what differs between two snapshots: metaethno diff A [B]",
    "verify": "prove that nothing that was kept has been altered since",
    "reproduce": "rebuild a snapshot in a separate folder and compare every result",
    "restore": "go back to a snapshot (`restore latest` returns): metaethno restore SNAPSHOT",
    "example": "write the exports of the worked example where they are missing",
}


# Who reformatted a whole column in a spreadsheet learns nothing from the ten-thousandth line.
_SHOWN = 200


class _Parser(argparse.ArgumentParser):
    """An argument parser that suggests the nearest command and leaves through our own errors."""

    def error(self, message: str) -> NoReturn:
        if "invalid choice: '" in message:
            word = message.split("invalid choice: '")[1].split("'")[0]
            message = f"there is no {word!r} here.{did_you_mean(word, _COMMANDS)}"
        raise UsageError(Problem("ME0001", message, hint=f"{self.prog} --help lists what there is."))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = _Parser(
        prog="metaethno",
        description="A reproducible workflow for meta-ethnography: from database exports to an eMERGe report.",
        epilog="Every command works on the review in this folder (or the nearest one above it).",
    )
    top.add_argument("--version", action="version", version=f"metaethno {__version__}")
    top.add_argument("--verbose", action="store_true", help="show what went on inside when something fails")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, says in _COMMANDS.items():
        sub = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
        _ARGUMENTS.get(name, lambda _: None)(sub)
    stage = commands.add_parser("stage", description="One step of one stage. The rules call this; people use `run`.")
    stage.add_argument("stage")
    stage.add_argument("step", choices=("check", "make"))
    return top


def _run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("target", nargs="?", default="all", help="a stage, or `final`; everything, if not given")
    sub.add_argument("--cores", default=None, help="how many jobs at a time (default: as in profiles/default)")


def _import(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("run", help="the run: the folder's name in data/raw, an ISO date such as 2026-11-22")
    sub.add_argument("files", nargs="*", type=Path, help="exports to copy into the run's folder first")


def _inspect(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("files", nargs="+", type=Path, help="export files")
    sub.add_argument("--json", action="store_true", help="as a list of objects, for other programs")


def _status(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="for other programs")


def _lock(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--check", action="store_true", help="write nothing; exit with 1 where they would change")


def _snapshot(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("-m", "--message", required=True, help="what this state is, in a sentence")
    sub.add_argument("--tag", default="", help="a name for it, such as search-2020-05-22")
    sub.add_argument("--release", action="store_true", help="a version that is given away; needs --tag")


def _history(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("id", nargs="?", default="", help="an id of a record, vote, study, construct, concept, step ...")
    how = sub.add_mutually_exclusive_group()
    how.add_argument("--csv", action="store_true", help="as a table for other programs")
    how.add_argument("--json", action="store_true", help="as objects for other programs")


def _diff(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("before", help="a snapshot: its tag or number")
    sub.add_argument("after", nargs="?", default="now", help="another; the files as they are now, if not given")
    how = sub.add_mutually_exclusive_group()
    how.add_argument("--html", type=Path, metavar="FILE", help="write a page instead")
    how.add_argument("--json", action="store_true", help="for other programs")


def _verify(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="for other programs")


def _reproduce(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("snapshot", help="its tag or number")
    sub.add_argument("--into", type=Path, default=None, help="an empty folder for the rebuilt review (kept afterwards)")
    sub.add_argument("--json", action="store_true", help="for other programs")


def _restore(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("snapshot", help="its tag or number; `latest` returns to where you came from")


_ARGUMENTS = {
    "run": _run,
    "import": _import,
    "inspect": _inspect,
    "status": _status,
    "lock": _lock,
    "snapshot": _snapshot,
    "history": _history,
    "diff": _diff,
    "verify": _verify,
    "reproduce": _reproduce,
    "restore": _restore,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. A user's mistake is printed in plain words, without a traceback."""
    verbose = False
    try:
        arguments = parser().parse_args(argv)
        verbose = arguments.verbose
        logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, format="%(levelname)s %(message)s")
        if arguments.command is None:
            parser().print_help()
            return 2
        module = importlib.import_module(f"metaethno.commands.{arguments.command}_")
        return int(module.main(arguments))
    except UserError as error:
        if verbose:
            logging.exception("where this was found:")
        print("\n".join(str(p) for p in error.problems[:_SHOWN]), file=sys.stderr)
        if len(error.problems) > _SHOWN:
            kinds = Counter(p.code for p in error.problems[_SHOWN:])
            rest = ", ".join(f"{n:,} of {code}" for code, n in sorted(kinds.items()))
            print(f"... and more like these: {rest}.", file=sys.stderr)
        if len(error.problems) > 1:
            print(f"{len(error.problems):,} problems. Nothing was changed.", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # A full disk, a folder that can't be written: the machine's fault or the user's, and mended outside.
        if verbose:
            logging.exception("where this was found:")
        hint = "Nothing was half-written. Mend this, then run the same command again."
        where = str(error.filename or "")
        print(str(Problem("ME0003", error.strerror or str(error), where, hint=hint)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
