"""The commands. Each is a module of `metaethno.commands`, imported only when it is called.

Exit codes: 0 done; 1 something in the review has to be mended (said in plain words, everything at once); 2 the
command was called wrongly.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import importlib
import logging
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from metaethno import __version__
from metaethno.errors import Problem, UsageError, UserError, did_you_mean

# By what one wants to do; `--help` shows them so.
_GROUPS = {
    "Begin": {
        "new": "lay out a new review: metaethno new FOLDER",
        "import": "bring in the exports of a search: metaethno import RUN FILE... [--source ... --hits ...]",
        "inspect": "what kind of export is this, and what is in it: metaethno inspect FILE... [--json]",
        "search": "look through the queries: metaethno search lint [RUN | FILE...]",
    },
    "Every day": {
        "status": "what is done, what waits for whom, the next step",
        "run": "run the review (or one stage) and say what is left to do",
        "check": "check all decisions and the configuration, without running anything",
        "todo": "what one person still has to decide, as a file to work in: metaethno todo STAGE --reviewer ID",
        "fulltext": "file full texts under the records they are of: metaethno fulltext add FILE...; fulltext list",
        "enter": "bring decisions in, all or none: metaethno enter STAGE FILE --reviewer ID",
        "sign": "say that you read an interpretation against what it rests on: metaethno sign [ID...] --reviewer ID",
        "memo": "the log of memos and reflexivity: metaethno memo TEXT --reviewer ID [--about WHAT] [--kind reflexive]",
    },
    "Look closer": {
        "why": "why rows are one record, or not; or what a step, concept or passage rests on: metaethno why ID [ID]",
        "flow": "what is behind a number of the flow diagram: metaethno flow explain [BOX]; metaethno flow chased",
        "export": "records for other programs, the matrix, a checklist: metaethno export FILE, export checklist NAME",
        "explain": "what a code in a message means, with an example and what to do: metaethno explain ME0303",
    },
    "Keep and go back": {
        "snapshot": "keep the review as it is now, as one state that can be named, compared and gone back to",
        "history": "the snapshots; or the whole life of a record, construct, concept or step: metaethno history [ID]",
        "diff": "what differs between two snapshots: metaethno diff A [B]",
        "verify": "prove that nothing that was kept has been altered since",
        "reproduce": "rebuild a snapshot in a separate folder and compare every result",
        "restore": "go back to a snapshot (`restore latest` returns): metaethno restore SNAPSHOT",
    },
    "When something is wrong, or the program is new": {
        "doctor": "look for what often goes wrong: versions, disk, remotes, tables that a spreadsheet has damaged",
        "upgrade": "bring a review that an earlier version laid out up to this one; no row is lost",
        "example": "write the exports of the worked example where they are missing",
        "lock": "take on the installed program and the review's files: writes engine.lock and dvc.yaml",
        "completion": "a script by which your shell completes commands and options: metaethno completion bash|zsh|fish",
    },
}
_COMMANDS = {name: says for group in _GROUPS.values() for name, says in group.items()}


# Who reformatted a whole column in a spreadsheet learns nothing from the ten-thousandth line.
_SHOWN = 200


class _Parser(argparse.ArgumentParser):
    """An argument parser that suggests the nearest command or option and leaves through our own errors."""

    _given: Sequence[str] = ()

    def error(self, message: str) -> NoReturn:
        options = [o for o in self._option_string_actions if o.startswith("--")]
        # An option may be written short, as long as it is clear which is meant.
        odd = [w.partition("=")[0] for w in self._given if w.startswith("--") and w != "--"]
        odd = [w for w in odd if not any(o.startswith(w) for o in options)]
        message = message.rstrip(".") + "." + "".join(did_you_mean(w, options) for w in odd)
        raise UsageError(Problem("ME0001", message, hint=f"{self.prog} --help lists what there is."))

    def _check_value(self, action: argparse.Action, value: object) -> None:
        known = [str(c) for c in action.choices or () if c != "stage"]
        if action.choices is not None and value not in action.choices:
            where = f"for {action.option_strings[-1]}" if action.option_strings else "here"
            message = f"there is no {value!r} {where}.{did_you_mean(str(value), known)}"
            allowed = "" if action.choices is self._subcommands() else ", ".join(known)
            hint = f"{self.prog} --help lists what there is."
            raise UsageError(Problem("ME0001", message, allowed=allowed, hint=hint))

    def _subcommands(self) -> Mapping[str, _Parser]:
        groups = [a.choices for a in self._actions if isinstance(a, argparse._SubParsersAction)]
        return groups[0] if groups else {}

    def parse_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Parse; of an option that doesn't exist, suggest the nearest that the command has."""
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            self._subcommands().get(found.command or "", self).error(f"unrecognized arguments: {' '.join(rest)}")
        return found

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Take names that stand behind an option, too: argparse gives up on them (`import RUN --hits 9 FILE`)."""
        self._given = tuple(args or ())
        found, rest = super().parse_known_args(args, namespace)
        for action in self._positionals._group_actions:
            kind = action.type if callable(action.type) else str
            if not rest or any(word.startswith("-") for word in rest):
                break
            if action.nargs == "*":
                setattr(found, action.dest, [*getattr(found, action.dest), *map(kind, rest)])
                rest = []
            elif action.nargs == "?" and getattr(found, action.dest) == action.default:
                setattr(found, action.dest, kind(rest.pop(0)))
        return found, rest


class _Top(_Parser):
    """The parser of the program itself: its help shows the commands in groups."""

    def format_help(self) -> str:
        """Return the help: usage, the commands by what one wants to do, options."""
        formatter = self._get_formatter()
        formatter.add_usage(self.usage, self._actions, self._mutually_exclusive_groups)
        formatter.add_text(self.description)
        subs = next(a for a in self._actions if isinstance(a, argparse._SubParsersAction))
        known = {one.dest: one for one in subs._get_subactions()}
        for heading, names in _GROUPS.items():
            formatter.start_section(heading)
            formatter.add_arguments(known[name] for name in names)
            formatter.end_section()
        formatter.start_section("Options")
        formatter.add_arguments(a for a in self._actions if a.option_strings)
        formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()


def parser(called: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line; with the options of the command `called` alone, where one is named."""
    top = _Top(
        prog="metaethno",
        description="A reproducible workflow for meta-ethnography: from database exports to an eMERGe report.",
        epilog="New here: `metaethno new my-review`, and then `metaethno status`, which always says what is next. "
        "Every command works on the review in this folder (or the nearest one above it); "
        "`metaethno COMMAND --help` says more of one.",
    )
    top.add_argument("--version", action="version", version=f"metaethno {__version__}")
    said = "show what went on inside when something fails"
    top.add_argument("--verbose", action="store_true", help=said)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, says in _COMMANDS.items():
        sub = commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
        if called not in (None, name):
            continue
        sub.add_argument("--verbose", action="store_true", default=argparse.SUPPRESS, help=said)
        _ARGUMENTS.get(name, lambda _: None)(sub)
    stage = commands.add_parser("stage", description="One step of one stage. The rules call this; people use `run`.")
    stage.add_argument("stage")
    stage.add_argument("step", choices=("check", "make"))
    return top


def _new(sub: argparse.ArgumentParser) -> None:
    from metaethno.layout import MODES

    sub.add_argument("folder", type=Path, help="the folder to make, such as my-review")
    sub.add_argument("--title", default="", metavar="TEXT", help="working title")
    sub.add_argument("--question", default="", metavar="TEXT", help="the review question, in a sentence")
    who = "a reviewer; once for each. The id (made from the name, if not given) signs what this person decides"
    sub.add_argument("--reviewer", action="append", default=[], metavar="[ID:]NAME", help=who)
    modes = "; ".join(f"{name}: {says}" for name, says in MODES.items())
    sub.add_argument("--screening", default="", choices=tuple(MODES), help=f"who reads what ({modes})")
    sub.add_argument("--example", action="store_true", help="with two small made-up exports to try things with")
    sub.add_argument("--yes", action="store_true", help="ask nothing; take what is usual")


def _run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("target", nargs="?", default="all", help="a stage, or `final`; everything, if not given")
    sub.add_argument("--cores", default=None, help="how many jobs at a time (default: as in profiles/default)")


def _import(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "run", help="the day of this round of searching, such as 2026-11-22; it names the folder in data/raw"
    )
    sub.add_argument("files", nargs="*", type=Path, help="exports of one search, to copy into the run's folder first")
    from metaethno.schemas import SEARCHES

    about = sub.add_argument_group("what the search log says of these files (asked for at a terminal)")
    for column in SEARCHES.columns:
        if column.name != "file":
            said = f"{column.says}{' (' + ', '.join(column.choices) + ')' if column.choices else ''}"
            about.add_argument(f"--{column.name.replace('_', '-')}", metavar="TEXT", help=said.replace("%", "%%"))


def _search(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("step", choices=("lint",), help="lint: brackets, quotation marks, line references, syntax")
    sub.add_argument(
        "what", nargs="*", help="a run such as 2026-11-22, or text files with queries; all runs, if not given"
    )
    sub.add_argument(
        "--platform", choices=("ovid", "pubmed", "ebscohost", "wos", "other"), help="where it is to be run"
    )


def _inspect(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("files", nargs="+", type=Path, help="export files")
    sub.add_argument("--json", action="store_true", help="as a list of objects, for other programs")


def _export(sub: argparse.ArgumentParser) -> None:
    from metaethno.exchange.select import SETS, in_words

    sub.add_argument("file", type=Path, help="the file to write; or `checklist`")
    sub.add_argument("name", nargs="?", help="of a checklist: emerge, entreq, prisma-s, prisma-2020; all, if not given")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--docx", dest="form", action="store_const", const="docx", help="a checklist for Word (default)")
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="a checklist as a table")
    formats = ("ris", "csv", "bibtex", "csl-json", "endnote-xml", "xlsx")
    sub.add_argument("--to", choices=formats, help="the format; by the file's ending, if not given")
    said = f"which records ({in_words()}); matrix: the translation matrix, as a workbook"
    sub.add_argument("--of", choices=(*SETS, "matrix"), default="all", help=said)
    sub.add_argument("--force", action="store_true", help="replace the file, if it is there")


def _fulltext(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("action", choices=("add", "list"), help="file them, or list which reports have one")
    sub.add_argument("files", nargs="*", type=Path, help="PDF, DOCX, HTML or plain text; or a folder of them")
    said = "of one file: which record it is, by words of its title"
    sub.add_argument("--for", dest="title", default="", metavar="TITLE", help=said)
    sub.add_argument("--also", action="store_true", help="keep a further text of a record that has one")


def _status(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="for other programs")
    codes = "end with 0: nothing is left to do; 3: something waits for a person; 4: something is to be made"
    sub.add_argument("--exit-code", action="store_true", help=f"for scripts: {codes}")


def _flow(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("action", choices=("explain", "chased"), help="a number, or what citation searching started from")
    sub.add_argument("box", nargs="?", default="", help="a box, or a sum such as I3; all boxes, if not given")
    sub.add_argument("--view", default="", help="a view from config/review.yaml (default: the first that has the box)")
    sub.add_argument("--detail", default="", help="a part of the box: a source, a reason")
    sub.add_argument("--run", default="", help="one run (ISO date)")
    sub.add_argument("--json", action="store_true", help="for other programs")


def _upgrade(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--dry-run", action="store_true", help="say what would be done, and change nothing")


def _doctor(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--json", action="store_true", help="for other programs")
    sub.add_argument("--timeout", type=_count, default=20, metavar="S", help="seconds to wait for a remote (20)")


def _explain(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("codes", nargs="*", metavar="CODE", help="codes such as ME0303 or Y7; all of them, if not given")


def _completion(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell (`echo $SHELL` tells)")


def _lock(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--check", action="store_true", help="write nothing; exit with 1 where they would change")


def _person(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--reviewer", required=True, metavar="ID", help="who: an id from `team` in config/review.yaml")
    sub.add_argument("--as", dest="role", choices=("reviewer", "adjudicator"), help="adjudicator: settles conflicts")


def _todo(sub: argparse.ArgumentParser) -> None:
    said = "dedupe (pairs that may be one publication), screening, eligibility, extraction, relating, translation, "
    sub.add_argument("stage", help=f"{said}synthesis")
    _person(sub)
    formats = ("xlsx", "docx", "csv", "ris", "rayyan", "covidence", "asreview")
    sub.add_argument("--to", choices=formats, default="xlsx", help="what the file is for (default: xlsx)")
    for one in ("xlsx", "docx"):
        sub.add_argument(f"--{one}", dest="to", action="store_const", const=one, help=f"the same as --to {one}")
    sub.add_argument("--study", metavar="NAME", help="of translation: this study, not the next one to be read")
    layout = "of extraction: studies as rows of one sheet (default), or a sheet for each"
    sub.add_argument("--layout", choices=("rows", "sheets"), default="rows", help=layout)
    sub.add_argument("--out", metavar="FILE", help="where to (default: worklists/STAGE-ID...)")
    sub.add_argument("--new-since", metavar="RUN", help="only what runs after this one found")
    sub.add_argument("--sample", type=_count, metavar="N", help="only N of them, drawn by --seed")
    sub.add_argument("--seed", type=int, default=1, metavar="S", help="draws another sample (default: 1)")
    sub.add_argument("--calibration", action="store_true", help="a round of its own, the same for every reviewer")
    pairs = sub.add_mutually_exclusive_group()
    kinds = ("open", "merged", "decided")
    pairs.add_argument("--pairs", choices=kinds, help="of dedupe: open (default), merged by a rule, decided before")
    what = "of dedupe: these two rows, whatever the rules say of them"
    pairs.add_argument("--pair", action="append", nargs=2, metavar="ROW", help=what)


def _enter(sub: argparse.ArgumentParser) -> None:
    said = "dedupe, screening, eligibility, extraction, relating, translation, synthesis"
    sub.add_argument("stage", help=said)
    sub.add_argument("file", type=Path, help="the file that was filled in, or that a tool exported")
    _person(sub)
    tools = ("sheet", "rayyan", "rayyan-log", "covidence", "asreview", "eppi", "endnote", "zotero")
    coded = ("table", "matrix", "qualcoder", "taguette", "nvivo")
    where = f"where from (default: sheet); for extraction: sheet, {', '.join(coded)}"
    sub.add_argument("--from", dest="source", choices=(*tools, *coded), default="sheet", help=where)
    whole = sub.add_argument_group("of extraction: what holds for every row that doesn't say it")
    whole.add_argument("--order", choices=("1", "2"), help="constructs of participants (1) or of the authors (2)")
    whole.add_argument("--kind", choices=("concept", "interpretation", "metaphor"), help="what the constructs are")
    speakers = ("participant", "author", "review_author")
    whole.add_argument("--speaker", choices=speakers, help="whose words the passages are")
    sub.add_argument("--user", metavar="NAME", help="what the tool calls this person, where it can't be told")
    lists = ("include", "exclude", "unsure")
    sub.add_argument("--decision", choices=lists, help="what the whole file is a list of, where a tool exports lists")
    sub.add_argument("--calibration", dest="round", action="store_const", const="calibration", help="of a calibration")
    sub.add_argument("--date", type=_day, metavar="DAY", help="when it was decided (default: today)")
    sub.add_argument("--dates", choices=("dmy", "mdy"), help="order of days in the file, where it can't be told")
    sub.add_argument("--matched-only", action="store_true", help="leave out rows whose record can't be told")
    sub.add_argument("--again", action="store_true", help="go back to what a file says that was entered before")
    sub.add_argument("--dry-run", action="store_true", help="check everything and say what would be done")


def _sign(sub: argparse.ArgumentParser) -> None:
    what = "concepts, third-order constructs, steps (id or name); none: list; `statement`: what a program can't judge"
    sub.add_argument("ids", nargs="*", metavar="ID", help=what)
    sub.add_argument("--text", default="", metavar="TEXT", help="of a statement: what you state, under your name")
    sub.add_argument("--reviewer", default="", metavar="ID", help="who signs: an id from `team` in config/review.yaml")
    sub.add_argument("--study", default="", metavar="NAME", help="sign only what this study changed (name or id)")
    sub.add_argument("--on", type=_day, metavar="DAY", help="when it was read (default: today)")


def _memo(sub: argparse.ArgumentParser) -> None:
    from metaethno.schemas import MEMOS

    sub.add_argument("text", nargs="?", default="", help="what the memo says; the memos are listed, if not given")
    sub.add_argument("--about", default="", metavar="WHAT", help="what it is about, by name; else the whole review")
    sub.add_argument("--kind", choices=MEMOS["kind"].choices, help="what kind of memo (default: analytic)")
    sub.add_argument("--reviewer", default="", metavar="ID", help="who writes: an id from `team` in config/review.yaml")
    sub.add_argument("--on", type=_day, metavar="DAY", help="when it was written (default: today)")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of records")
    return int(text)


def _day(text: str) -> str:
    import datetime

    try:
        day = datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day (YYYY-MM-DD)") from None
    from metaethno.intake import still_to_come

    if still_to_come(day):
        hint = "Give the day on which it was done, as YYYY-MM-DD."
        raise UsageError(Problem("ME0491", f"{day} is a day still to come", hint=hint))
    return day


def _why(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("id", help="id of a record or exported row; or a place in the argument, by id or name")
    sub.add_argument("other", nargs="?", help="another one: why are the two one record, or not")


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
    "new": _new,
    "run": _run,
    "status": _status,
    "import": _import,
    "search": _search,
    "flow": _flow,
    "fulltext": _fulltext,
    "inspect": _inspect,
    "todo": _todo,
    "enter": _enter,
    "sign": _sign,
    "memo": _memo,
    "why": _why,
    "export": _export,
    "upgrade": _upgrade,
    "doctor": _doctor,
    "explain": _explain,
    "completion": _completion,
    "lock": _lock,
    "snapshot": _snapshot,
    "history": _history,
    "diff": _diff,
    "verify": _verify,
    "reproduce": _reproduce,
    "restore": _restore,
}


def start_lightly() -> None:
    """Spare what libraries do at their start and end that no command needs: every rule of a run is a process."""
    # Where hypothesis is installed, pandera loads it to make up data: half a second.
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]
    # Pydantic looks through every package that is installed for plugins, none of which should judge a configuration.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Numpy makes a thread per core for matrices far larger than ours.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Else Python looks at the end through everything that was loaded for what could be thrown away.
    atexit.register(gc.freeze)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. A user's mistake is printed in plain words, without a traceback."""
    verbose = False
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        arguments = parser(next((w for w in words if not w.startswith("-")), "")).parse_args(words)
        verbose = arguments.verbose
        logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, format="%(levelname)s %(message)s")
        if arguments.command is None:
            parser("").print_help()
            return 2
        if sys.platform == "win32":
            # Locks and processes are those of Linux and macOS; half of it would work, which is worse than none.
            hint = "In PowerShell: `wsl --install`, restart, open Ubuntu, and install metaethno there (see the README)."
            raise UserError(Problem("ME0014", "metaethno runs on Windows inside WSL only", hint=hint))
        start_lightly()
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
            print(f"{len(error.problems):,} problems. {error.done}", file=sys.stderr)
        if codes := sorted({p.code for p in error.problems} - {"ME0001", "ME0005"}):
            print(f"More on this: metaethno explain {' '.join(codes[:5])}", file=sys.stderr)
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
    except Exception as error:
        from metaethno.crash import report

        if verbose:
            logging.exception("where this was found:")
        print(str(report(error, words)), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
