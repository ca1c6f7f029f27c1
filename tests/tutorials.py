"""Runs a tutorial of docs/tutorials: its commands are typed, its files written, its sheets filled in.

What is read in a page, in order:

    ```console               lines that begin with "$ " are typed; what follows must be printed. `...` stands for
                             anything, alone on a line for any lines. With the word `fails` the command must fail.
    ```csv title="FILE"      the file is written as it stands (any language, if there is a title); as FILE.docx or
                             FILE.xlsx, it is a table in Word or Excel
    ```csv fill="FILE"       the sheet (CSV or XLSX) is filled in: the first column finds the row by how its cell
                             begins, the others are the columns to fill in. With sheet="NAME" that sheet of a
                             workbook, else its first; a cell `+ NAME` goes into the next row in which its column is
                             empty; a column that isn't there yet becomes the next one
    ```yaml section="FILE"   the sections of the settings are replaced by these
    ```console later         is not run: for what a reader does outside of the program

`~/Downloads` is a folder beside the review. Run by hand, a page shows what its commands print:
`python -m tests.tutorials docs/tutorials/PAGE.md`; with `--write` it goes into the page, to be read and judged.
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import itertools
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandera.pandas as pa
import pytest
import yaml

from metaethno import cli, config, review
from metaethno.stages import STAGES
from tests.history_world import dvc_here, small_pipeline
from tests.worlds import environment

_FENCE = re.compile(r"^```(\w+)(?:[ \t]+(.*?))?[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_GIVEN = re.compile(r'(\w+)(?:="([^"]*)")?')
_NEW = "+ "
_WIDTH = "100"


@dataclass(frozen=True)
class Block:
    """One fenced block of a page: its line, language, what is said of it, and its text."""

    line: int
    language: str
    given: dict[str, str]
    text: str


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _FENCE.finditer(text):
        given = dict(_GIVEN.findall(match[2] or ""))
        yield Block(text.count("\n", 0, match.start()) + 1, match[1], given, match[3])


def commands(block: Block) -> Iterator[tuple[int, str, str]]:
    """Yield (line, command, what it should print) of a console block; a backslash continues a command."""
    lines = block.text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
    assert starts[:1] == [0], f"line {block.line}: a console block begins with a command"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        command, at = lines[start].removeprefix("$ "), start + 1
        while command.endswith("\\"):
            command, at = command.removesuffix("\\") + lines[at].strip(), at + 1
        yield block.line + 1 + start, command, "\n".join(lines[at:end])


def fits(wanted: str, printed: str) -> bool:
    """Tell whether `printed` is what a page says; spaces at the ends of lines and empty lines don't count."""

    def lines(text: str) -> list[str]:
        return [line.rstrip() for line in text.splitlines() if line.strip()]

    pattern = ""
    for line in lines(wanted):
        if line.strip() == "...":
            pattern += "(?:.*\n)*"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("...")) + "\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines(printed))) is not None


@dataclass
class Reader:
    """Who follows a tutorial in the folder `here`. `real`: Snakemake and DVC do their part; else what they would do is
    done in this process, which takes a tenth of the time.
    """

    here: Path
    real: bool = False
    print_it: bool = False
    home: Path = field(init=False)
    printed: list[tuple[int, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home = self.here
        (self.home / "Downloads").mkdir(parents=True, exist_ok=True)

    def follow(self, page: Path) -> None:
        """Do what a page says; fails at the first thing that is not as it says."""
        for block in blocks(page.read_text(encoding="utf-8")):
            if "later" in block.given:
                continue
            if block.language == "console":
                for line, command, wanted in commands(block):
                    self._type(f"{page.name}, line {line}", command, wanted, fails="fails" in block.given)
            elif "title" in block.given:
                path = self._path(block.given["title"])
                path.parent.mkdir(parents=True, exist_ok=True)
                write_file(path, block.text)
            elif "fill" in block.given:
                path, sheet = self._path(block.given["fill"]), block.given.get("sheet", "")
                if self.print_it:
                    sys.stdout.write(f"{_texts(path, sheet)}\n")
                fill(path, list(csv.reader(io.StringIO(block.text))), sheet)
            elif "section" in block.given:
                _replace_sections(self._path(block.given["section"]), block.text)

    def _path(self, name: str) -> Path:
        return self.home / name.removeprefix("~/") if name.startswith("~/") else self.here / name

    def _type(self, where: str, command: str, wanted: str, *, fails: bool) -> None:
        if command.startswith("cd "):
            self.here = (self.here / command.removeprefix("cd ")).resolve()
            assert self.here.is_dir(), f"{where}: there is no such folder"
            return
        words = shlex.split(command)
        if words[0] == "metaethno" and not self.real and not {"|", ">", "&&"} & set(words):
            code, printed = self._in_process([self._at_home(w) for w in words[1:]])
        else:
            env = environment() | {"HOME": str(self.home), "COLUMNS": _WIDTH} | AUTHOR
            done = subprocess.run(
                ["bash", "-c", command], cwd=self.here, env=env, text=True, capture_output=True, check=False
            )
            code, printed = done.returncode, (done.stdout + done.stderr).replace(str(self.home), "~")
        if self.print_it:
            sys.stdout.write(f"$ {command}\n{printed}")
            self.printed.append((int(where.rpartition(" ")[2]), command, wanted, printed))
        said = f"{where}: {command}\nexit code {code}, printed:\n{printed}"
        assert (code != 0) is fails, said
        if not self.print_it:
            assert fits(wanted, printed), f"{said}\nthe page says:\n{wanted}"

    def _at_home(self, word: str) -> str:
        return str(self.home / word.removeprefix("~/")) if word.startswith("~/") else word

    def _in_process(self, argv: list[str]) -> tuple[int, str]:
        printed = io.StringIO()
        said_to = contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed)
        with pytest.MonkeyPatch.context() as patch, said_to[0], said_to[1]:
            patch.chdir(self.here)
            patch.setattr(sys, "stdin", io.StringIO())
            for name, value in {"NO_COLOR": "1", "COLUMNS": _WIDTH, **AUTHOR}.items():
                patch.setenv(name, value)
            _in_place_of_others(patch)
            return cli.main(argv), printed.getvalue().replace(str(self.home), "~")


AUTHOR = {
    "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.org",
}  # fmt: skip


def _in_place_of_others(patch: pytest.MonkeyPatch) -> None:
    """Do in this process what Snakemake and DVC are started for."""
    from metaethno.commands import import_, run_
    from metaethno.history import pipeline, snapshot
    from metaethno.history.store import Store

    def run(arguments: object) -> int:
        return _make(review.find_root(), getattr(arguments, "target", "all"))

    def track(root: Path, run: str) -> None:
        if (root / ".dvc").is_dir():
            new = [p for p in review.exports(root) if not (root / f"{p}.dvc").is_file()]
            if new:
                dvc_here(Store(root), "add", "--quiet", *new)

    take = snapshot.take

    def kept(root: Path, message: str, tag: str = "", release: bool = False) -> snapshot.Taken:
        (root / pipeline.PATH).write_text(small_pipeline(root))
        return take(root, message, tag, release, work_left=lambda _: [])

    patch.setattr(run_, "main", run)
    patch.setattr(import_, "_track", track)
    patch.setattr(snapshot, "take", kept)
    patch.setattr(pipeline, "text", small_pipeline)
    patch.setattr(Store, "dvc", dvc_here)


def _make(root: Path, target: str) -> int:
    """Make a stage and all before it, as `metaethno run` does, and say what it says."""
    from metaethno.commands import out
    from metaethno.commands.run_ import PAGE
    from metaethno.commands.status_ import following

    settings = config.load(root)
    last = STAGES[target].number if target in STAGES else len(STAGES)
    with pytest.MonkeyPatch.context() as patch:
        # Holding tables to their schemas takes most of the time, and is looked at where each stage is tested.
        patch.setattr(pa.DataFrameSchema, "validate", lambda _, frame, **__: frame)
        for stage in STAGES.values():
            if stage.number <= last:
                shell = importlib.import_module(f"metaethno.shell.{stage.name}")
                if hasattr(shell, "check"):
                    shell.check(root, settings)
                shell.make(root, settings)
    out.plain(f"Made: {target}.")
    if target == "all":
        out.plain(f"To look at: {PAGE}, in a browser.")
        out.plain(f"Next: {following(root)}")
    return 0


def write_file(path: Path, text: str) -> None:
    """Write a file of a page: as it stands, or as the only table of a Word document or a workbook."""
    rows = list(csv.reader(io.StringIO(text)))
    if path.suffix == ".docx":
        import docx

        document = docx.Document()
        table = document.add_table(len(rows), len(rows[0]))
        for cells, row in zip(table.rows, rows, strict=True):
            for cell, value in zip(cells.cells, row, strict=True):
                cell.text = value
        document.save(str(path))
    elif path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(path)
    else:
        path.write_text(text, encoding="utf-8")


def fill(path: Path, rows: list[list[str]], sheet: str = "") -> None:
    """Fill in a worklist: the header names the column that finds a row by how its cell begins, then those to fill."""
    if path.suffix == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(path)
        page = book[sheet] if sheet else book.worksheets[0]
        for row, column, value in _to_fill(_cells(page), rows):
            page.cell(row + 1, column + 1).value = value
        book.save(path)
        return
    texts = _texts(path)
    for row, column, value in _to_fill(texts, rows):
        texts[row][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(texts)


def _texts(path: Path, sheet: str = "") -> list[list[str]]:
    if path.suffix != ".xlsx":
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    import openpyxl

    book = openpyxl.load_workbook(path)
    return _cells(book[sheet] if sheet else book.worksheets[0])


def _cells(page: Any) -> list[list[str]]:
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in page.iter_rows()]


def _to_fill(texts: list[list[str]], rows: list[list[str]]) -> Iterator[tuple[int, int, str]]:
    head, *wanted = rows
    top = next(i for i, row in enumerate(texts) if head[0] in row)
    titles = [*texts[top]]
    while titles and not titles[-1]:
        titles.pop()
    for name in head:
        if name not in titles:
            yield top, len(titles), name
            titles.append(name)
    columns = [titles.index(name) for name in head]
    taken: set[int] = set()
    for row in wanted:
        if row[0].startswith(_NEW):
            free = (i for i in itertools.count(top + 1) if i not in taken and not _at(texts, i, columns[0]))
            at, values = next(free), [row[0].removeprefix(_NEW), *row[1:]]
            taken.add(at)
            yield from ((at, column, value) for column, value in zip(columns, values, strict=True))
            continue
        found = [i for i, t in enumerate(texts) if i > top and t[columns[0]].startswith(row[0])]
        assert len(found) == 1, f"{row[0]!r} stands in {len(found)} rows of the sheet"
        yield from ((found[0], column, value) for column, value in zip(columns[1:], row[1:], strict=True))


def _at(texts: list[list[str]], row: int, column: int) -> str:
    return texts[row][column] if row < len(texts) else ""


def _replace_sections(path: Path, text: str) -> None:
    """Replace whole sections of a YAML file by those in `text`, as a person does in an editor."""
    old = path.read_text(encoding="utf-8")
    for part in re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]:
        name = part.partition(":")[0]
        old, n = re.subn(rf"^{name}:.*?(?=^\w|\Z)", lambda _, p=part: p, old, count=1, flags=re.MULTILINE | re.DOTALL)
        assert n == 1, f"{path.name} has no section {name}"
    yaml.safe_load(old)
    path.write_text(old, encoding="utf-8")


def _written_anew(page: Path, printed: list[tuple[int, str, str, str]]) -> None:
    """Put what was printed into the page where the page says something else; read it before you keep it."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for line, _, wanted, said in reversed(printed):
        if not fits(wanted, said):
            at = line
            while lines[at - 1].endswith("\\"):
                at += 1
            lines[at : at + len(wanted.splitlines())] = [row.rstrip() for row in said.splitlines() if row.strip()]
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        shown = Reader(Path(os.path.realpath(folder)), real="--real" in sys.argv, print_it=True)
        try:
            shown.follow(Path(sys.argv[1]))
        finally:
            if "--write" in sys.argv:
                _written_anew(Path(sys.argv[1]), shown.printed)
