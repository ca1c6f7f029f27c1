"""What often goes wrong with a review, looked for one by one: the machine, the programs, Git, DVC, and tables that a
spreadsheet has been at. Each finding says what to do. Nothing is changed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metaethno import config, engine, intake, ledger, review, tables, upgrade
from metaethno.child import environment
from metaethno.errors import UserError
from metaethno.history.git import Repository
from metaethno.history.snapshot import git_problems
from metaethno.history.store import Store
from metaethno.schemas import DECISIONS, ROWS, SEARCHES, Table

LEVELS: Final = ("error", "warning", "note", "fine")
_GB: Final = 1 << 30
# Git keeps every version of a file for ever; what is larger than this is DVC's business.
_LARGE: Final = 5 << 20
_PROGRAMS: Final = ("snakemake", "dvc", "pandas", "pandera", "pyarrow", "pypandoc-binary", "typst")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: under which heading, how it is, and what to do where it isn't fine."""

    about: str
    level: str
    what: str
    hint: str = ""
    file: str = ""


def examine(root: Path, timeout: float = 20) -> list[Finding]:
    """Look at everything; a remote is waited for `timeout` seconds."""
    parts = (programs(root), machine(root), git(root), dvc(root, timeout), spreadsheets(root), layout_of(root))
    return [finding for part in parts for finding in part]


# ------------------------------------------------------------------------------------------------ the machine


def programs(root: Path) -> Iterator[Finding]:
    """Look at versions, at what made the results, and at what renders the pages."""
    import platform
    from importlib import metadata

    found = [f"Python {platform.python_version()}"]
    for name in ("metaethno", *_PROGRAMS):
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            hint = "Install metaethno again: `pipx reinstall metaethno`, or `pip install --force-reinstall metaethno`."
            yield Finding("programs", "error", f"the package {name} is not installed", hint)
    yield Finding("programs", "fine", ", ".join(found))
    try:
        settings = config.load(root)
    except UserError as error:
        yield Finding("settings", "error", str(error), "`metaethno check` lists everything.", config.PATH)
        return
    try:
        upgrade.check_version(root)
        engine.check_lock(root)
        yield Finding("settings", "fine", f"{config.PATH} and {engine.LOCK} fit the installed program")
    except UserError as error:
        yield Finding("settings", "warning", error.problems[0].message, error.problems[0].hint, error.problems[0].file)
    from metaethno.render import choose_engine

    wanted = None if settings.reports.engine == "auto" else settings.reports.engine
    try:
        chosen = choose_engine(wanted, os.environ)
        yield Finding("pages", "fine", f"rendered by {chosen.name} ({chosen.version})")
    except UserError as error:
        yield Finding("pages", "error", error.problems[0].message, error.problems[0].hint)


def machine(root: Path) -> Iterator[Finding]:
    """Look at the disk, the place of the folder, and the language of the machine."""
    free = shutil.disk_usage(root).free
    data = sum(p.stat().st_size for p in (root / "data").rglob("*") if p.is_file())
    said = f"{free / _GB:,.1f} GB free; the review's data take {data / _GB:,.2f} GB"
    # A run writes derived tables anew and DVC keeps a copy of each.
    need = max(_GB, 3 * data)
    level = "error" if free < need / 10 else "warning" if free < need else "fine"
    yield Finding(
        "disk", level, said, "" if level == "fine" else "Make room: a run and a snapshot need several times that."
    )
    writable = os.access(root, os.W_OK)
    if not writable:
        yield Finding("disk", "error", "this folder can't be written to", "Ask for the right to, or copy the review.")
    yield from place(root)
    import locale

    encodings = {sys.getfilesystemencoding().casefold(), locale.getpreferredencoding(False).casefold()}
    if encodings <= {"utf-8", "utf8"}:
        yield Finding("language", "fine", "text is UTF-8 here")
    else:
        hint = "Put `export LANG=C.UTF-8` into ~/.profile and open a new terminal; else names with accents may break."
        yield Finding("language", "warning", f"text on this machine is {', '.join(sorted(encodings))}, not UTF-8", hint)


def place(root: Path) -> Iterator[Finding]:
    """Look whether the folder lies where programs of other kinds write to it, too."""
    parts = [part.casefold() for part in root.parts]
    if len(parts) > 2 and parts[1] == "mnt" and len(parts[2]) == 1:
        hint = "Keep it in your Linux home (`mv` it to ~); in Windows it is under \\\\wsl$ in the Explorer."
        yield Finding("place", "warning", "this folder lies on a Windows disk, which is slow from WSL", hint)
    services = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud")
    for service in services:
        if any(part.startswith(service) for part in parts):
            hint = "Keep it outside, and share it by Git and DVC (docs/sharing.md): half-synchronised tables get lost."
            yield Finding("place", "warning", f"this folder is synchronised by {service}", hint)


# ------------------------------------------------------------------------------------------------ Git and DVC


def git(root: Path) -> Iterator[Finding]:
    """Look at Git: who commits, what is unfinished, merges, line ends, large files, the check before a commit."""
    try:
        repository = Repository(root)
    except UserError as error:
        yield Finding("Git", "warning", error.problems[0].message, error.problems[0].hint)
        return
    version = repository.run("version").strip()
    wrong = [Finding("Git", "warning", p.message, p.hint) for p in git_problems(repository)]
    yield from wrong or [Finding("Git", "fine", f"{version}; knows who you are, nothing unfinished")]
    attributes = root / ".gitattributes"
    present = attributes.read_text(encoding="utf-8", errors="replace").splitlines() if attributes.is_file() else []
    lacking = [x for x in ledger.gitattributes().splitlines() if x not in present and not x.startswith("#")]
    if lacking:
        what = f"{len(lacking)} settings of merges are missing: two people's decisions might collide"
        yield Finding("Git", "warning", what, "`metaethno upgrade` adds them.", ".gitattributes")
    if (root / ".git").is_dir() and not (root / "src/metaethno").is_dir():
        hooks = repository.ask("config", "core.hooksPath").stdout.decode().strip()
        if hooks:
            yield Finding("Git", "note", f"the check before commits is not used: Git's core.hooksPath is {hooks}")
        elif not (root / ".git/hooks/pre-commit").is_file():
            hint = "`metaethno upgrade` puts it in place."
            yield Finding("Git", "note", "tables are not checked before each commit on this machine", hint)
    yield from _large(repository)


def _large(repository: Repository) -> Iterator[Finding]:
    """Find large files and exports that Git keeps, as they stand in its index."""
    raw = re.compile(rf"{review.RAW}/[^/]+/[^/]+")
    ours = ("searches.csv", "rows.csv", ".gitignore")
    queries = set(review.queries(repository.root))
    for path in repository.run("ls-files", "-z").split("\0"):
        file = repository.root / path
        if not path or not file.is_file() or path.startswith(("src/", "tests/")):
            continue
        size = file.stat().st_size
        if raw.fullmatch(path) and not path.endswith((".dvc", ".md")) and file.name not in ours and path not in queries:
            hint = f"`git rm --cached {path}`, then `metaethno import {path.split('/')[2]}`: DVC keeps exports."
            yield Finding(
                "large files", "warning", "an export that Git keeps; licensed data may be given away", hint, path
            )
        elif size > _LARGE:
            hint = f"`git rm --cached {path}`, then `dvc add {path}`."
            yield Finding("large files", "warning", f"Git keeps a file of {size / (1 << 20):,.0f} MB", hint, path)


_REACH = """
import json
import sys
from pathlib import Path
from metaethno.history.sharing import look
from metaethno.history.store import Store
odb = Store(Path.cwd())._repo.cloud.get_remote_odb(sys.argv[1], hash_name="md5")
if odb.fs.protocol == "local" and not Path(odb.path).parent.parent.is_dir():
    sys.exit(3)
print(json.dumps(look(Path.cwd(), sys.argv[1])))
"""


def dvc(root: Path, timeout: float) -> Iterator[Finding]:
    """Look at DVC: its cache, statistics, and whether each remote answers within `timeout` seconds."""
    try:
        store = Store(root)
    except UserError as error:
        yield Finding("DVC", "warning", error.problems[0].message, error.problems[0].hint)
        return
    settings = root / ".dvc/config"
    text = settings.read_text(encoding="utf-8", errors="replace") if settings.is_file() else ""
    if not re.search(r"^\s*analytics\s*=\s*false", text, re.M | re.I):
        hint = "dvc config core.analytics false"
        yield Finding("DVC", "note", "DVC sends statistics of use to its makers", hint, ".dvc/config")
    if not store.remotes:
        hint = "A second disk or a server: see docs/sharing.md."
        yield Finding("DVC", "note", "no remote: exports and results lie on this machine only", hint)
    for name in store.remotes:
        yield from _reach(root, name, timeout)


def _reach(root: Path, name: str, timeout: float) -> Iterator[Finding]:
    # A process of its own: a network that doesn't answer can't be interrupted otherwise.
    command = [sys.executable, "-c", _REACH, name]
    hint = "Is it mounted, or the network there? `dvc remote list` shows where it is."
    try:
        done = subprocess.run(
            command, cwd=root, env=environment(), capture_output=True, text=True, timeout=timeout, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        yield Finding("DVC", "warning", f"the remote {name!r} did not answer within {timeout:g} seconds", hint)
        return
    if done.returncode == 0:
        yield from _held(name, json.loads(done.stdout.strip().splitlines()[-1]))
    elif done.returncode == 3:
        hint = f"{hint} A new one begins with `dvc push`."
        yield Finding("DVC", "warning", f"the remote {name!r} is not there", hint)
    else:
        said = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        yield Finding("DVC", "warning", f"the remote {name!r} can't be read: {said[:300]}", hint)


def _held(name: str, seen: Mapping[str, list[str]]) -> Iterator[Finding]:
    """Say what a remote lacks, and what lies there that shouldn't."""
    lacks, strangers = seen["lacks"], seen["strangers"]
    if lacks:
        many = f"{len(lacks):,} of {len(seen['all']):,} files of the review as it is now"
        yield Finding("DVC", "warning", f"the remote {name!r} lacks {many}", "`dvc push`", lacks[0])
    else:
        yield Finding("DVC", "fine", f"the remote {name!r} answers, and has all that belongs there")
    if strangers:
        what = (
            f"{len(strangers):,} exports or full texts for the remote 'private' alone lie in the remote {name!r}, too"
        )
        hint = f"If they may not be given away, delete them there: {', '.join(seen['where'][:20])}"
        yield Finding("DVC", "warning", what, hint, strangers[0])


# ------------------------------------------------------------------------------------------------ tables

_DAMAGE: Final = {
    "a number that a spreadsheet has rounded": (
        re.compile(r"-?\d(?:[.,]\d+)?E[+-]\d{2,}"),
        "The last digits are lost. Take the cell from the original (`git log -p FILE`), as text.",
    ),
    "a formula's error": (
        re.compile(r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NUM!|NULL!|SPILL!|BEZUG!|WERT!|ZAHL!)"),
        "Write what should stand there; begin it with an apostrophe if it begins with '='.",
    ),
}
_AS_DATE: Final = re.compile(
    r"\d{1,2}[-. /](?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\.?(?:[-. /]\d{2,4})?"
    r"|(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*[-. /]\d{2,4}"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{4}-\d\d-\d\d 00:00(?::00)?",
    re.I,
)
# UTF-8 read as if it were a Windows alphabet, as "Ã¼" for "ü" and "â€™" for "’".
_MOJIBAKE: Final = re.compile(r"[ÃÂ][\u0080-\u00bf‚„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œž]|â€[\u0080-\u00bf™œ“”˜¦]?|\ufffd|ï»¿")
# The longest text that a cell of Excel can hold.
_EXCEL_CELL: Final = 32_767


def spreadsheets(root: Path) -> Iterator[Finding]:
    """Look for what spreadsheets do to tables that people keep: decisions, search logs, the registers of rows."""
    clean = 0
    for table in (*DECISIONS.values(), SEARCHES, ROWS):
        for path in tables.files_of(table, root):
            found = list(_damage(table, path, path.relative_to(root).as_posix()))
            clean += not found
            yield from found
    yield Finding("tables", "fine", f"{clean:,} tables show no sign of damage")


def _damage(table: Table, path: Path, shown: str) -> Iterator[Finding]:
    raw = path.read_bytes()
    anew = "It is read all the same; the next `metaethno enter` writes it as it should be."
    by_hand = "Save it as 'CSV UTF-8 (Comma delimited)'; in LibreOffice: character set UTF-8, field delimiter ','."
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        what = "is not UTF-8 text" + (", but UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "")
        yield Finding("tables", "error", what, by_hand, shown)
        return
    signs = []
    if raw.startswith(b"\xef\xbb\xbf"):
        signs.append("a mark at its beginning (BOM)")
    if b"\r" in raw:
        signs.append("Windows line ends")
    if tables.delimiter_of(text) != ",":
        signs.append(f"cells parted by {'tabs' if tables.delimiter_of(text) == chr(9) else repr(';')}")
    if signs:
        yield Finding("tables", "note", f"a spreadsheet saved it: {', '.join(signs)}", anew, shown)
    header, rows, lines, problems = tables.parse_rows(raw, shown)
    for problem in problems:
        yield Finding("tables", "error", problem.message, problem.hint, f"{shown}, line {problem.line}")
    kinds = {c.name: c.kind for c in table.columns}
    hits: dict[tuple[str, str], list[int]] = {}
    for row, line in zip(rows, lines, strict=True):
        for name, cell in zip(header, row, strict=False):
            for what, hint in _of_cell(kinds.get(name, "text"), cell.strip()):
                hits.setdefault((f"{what} in the column {name}: {cell.strip()[:40]!r}", hint), []).append(line)
    # The same slip usually stands in a whole column: one line for it.
    grouped: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for (what, hint), at in hits.items():
        grouped.setdefault((what.split(": ")[0], hint), []).extend((line, what.split(": ", 1)[1]) for line in at)
    for (what, hint), cells in grouped.items():
        first, shown_cell = min(cells)
        more = f", and {len(cells) - 1:,} more" if len(cells) > 1 else ""
        yield Finding("tables", "error", f"{what}: {shown_cell}{more}", hint, f"{shown}, line {first}")


def _of_cell(kind: str, cell: str) -> Iterator[tuple[str, str]]:
    """Return what is odd about one cell, and what to do."""
    for what, (pattern, hint) in _DAMAGE.items():
        if pattern.fullmatch(cell):
            yield what, hint
    # A note may be a day in somebody's own words; an id or a number that looks like one was another thing before.
    if kind != "text" and _AS_DATE.fullmatch(cell):
        said = "a date in a form of its own" if kind == "date" else "something that was made a date"
        hint = "Write it as YYYY-MM-DD." if kind == "date" else "Take the cell from `git log -p FILE`, as text."
        yield said, hint
    if _MOJIBAKE.search(cell):
        yield "letters that were read in the wrong alphabet", "Put the letters right, and save as 'CSV UTF-8'."
    if len(cell) == _EXCEL_CELL:
        yield "a text that Excel has cut off", "Take it from the original: `git log -p FILE`."


def layout_of(root: Path) -> Iterator[Finding]:
    """Look for tables of an older layout, exports that nobody reads, and line ends that Git would change."""
    try:
        planned, _ = upgrade.plan(root)
    except UserError as error:
        yield Finding("layout", "error", error.problems[0].message, error.problems[0].hint, error.problems[0].file)
        return
    for one in planned:
        hint = "`metaethno upgrade --dry-run` shows it, `metaethno upgrade` does it."
        yield Finding("layout", "warning", f"is of an older layout: {one.changes[0]}", hint, one.path)
    for problem in intake.left_out(intake.strangers(root)):
        yield Finding("exports", "warning", problem.message, problem.hint, problem.file)


def by_level(findings: list[Finding]) -> Mapping[str, int]:
    """Return how many findings there are of each level."""
    return {level: sum(f.level == level for f in findings) for level in LEVELS}
