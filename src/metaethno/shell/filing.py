"""Filing full texts: a copy of each under its record's id in `data/raw/fulltext/`, in the keeping of DVC.

Nothing is ever written over, and what is there already is passed over: a command that was stopped goes on where it
stopped when it is given again.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from metaethno import fulltext_reader
from metaethno.cells import each_row
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.exchange import papers
from metaethno.schemas import ALIASES, ASSESSED, MEMBERS, RECORDS, UNIQUE
from metaethno.shell.fulltexts import FOLDER, md5_of, pointed, record_of

if TYPE_CHECKING:
    import pandas as pd

_PAGES: Final = 2
_SECONDS: Final = 30
_CHOICES: Final = 6


@dataclass
class Filed:
    """What was done with some files. new: file, its place and how it was told; there: files that were there before."""

    new: list[tuple[Path, str, str, str]] = field(default_factory=list)
    there: list[tuple[Path, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Kept:
    """One text that a record has already: its name, and the MD5 of its bytes."""

    record: str
    name: str
    md5: str


def shelf(root: Path) -> tuple[papers.Shelf, dict[str, str]]:
    """Return all records of the review by what tells them, and aliases -> record."""
    from metaethno.exchange.voting import derived

    unique = derived(root, UNIQUE, UNIQUE.names)
    rows = derived(root, RECORDS, ["row_id", "title", "authors", "year", "doi"])
    home = derived(root, MEMBERS, ["row_id", "record_id"])
    aliases = derived(root, ALIASES, ALIASES.names)
    known = dict(each_row(aliases, "alias_id", "record_id"))
    return papers.shelf(unique, rows.merge(home, on="row_id")), known


def kept(root: Path, known: papers.Shelf, aliases: dict[str, str]) -> list[Kept]:
    """Return the texts that there are, under the ids their records have now, whether DVC keeps them yet or not."""
    ids = {*known.named, *aliases}
    hashes = dict(zip(*(pointed(root)[name].tolist() for name in ("file", "file_hash")), strict=True))
    folder = root / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.is_file() and path.suffix not in (".dvc", ".csv") and not path.name.startswith("."):
            hashes.setdefault(path.name, md5_of(path))
    found = ((record_of(name, ids), name, md5) for name, md5 in sorted(hashes.items()))
    return [Kept(aliases.get(one, one), name, md5) for one, name, md5 in found if one]


def _files(paths: Sequence[Path]) -> tuple[list[Path], list[Problem]]:
    """Return the files that are meant (of a folder, all in it that may be texts), and what can't be a text."""
    files: list[Path] = []
    problems: list[Problem] = []
    endings = {".pdf", ".docx", ".html", ".htm", ".txt"}
    for path in paths:
        if path.is_dir():
            inside = [p for p in sorted(path.iterdir()) if p.is_file() and p.suffix.casefold() in endings]
            files += inside
            if not inside:
                problems.append(Problem("ME0470", "there is no PDF, DOCX, HTML or TXT in this folder", str(path)))
        elif path.is_file():
            files.append(path)
        else:
            problems.append(Problem("ME0470", "there is no such file", str(path)))
    return list(dict.fromkeys(files)), problems


def _by_hand(words: str, known: papers.Shelf, file: Path) -> str:
    """Return the record that a person named; raises UserError where none is meant, or several."""
    found = papers.named_by(words, known)
    if len(found) == 1:
        return found[0]
    if found:
        hint = "Say more words of the title."
        raise UserError(_problem("ME0432", f"several records are meant by {words!r}", file, found, known, hint))
    near = did_you_mean(words, [name.partition(": ")[2] for name in known.named.values()])
    hint = "Give some words of its title, in a row, as the review has it."
    raise UserError(Problem("ME0431", f"no record has {words!r} in its title.{near}", str(file), hint=hint))


def _problem(code: str, said: str, file: Path, choices: Sequence[str], known: papers.Shelf, hint: str = "") -> Problem:
    names = [known.call(one)[:120] for one in choices[:_CHOICES]]
    names += [f"and {len(choices) - _CHOICES} more"] if len(choices) > _CHOICES else []
    hint = hint or f'Say which it is: metaethno fulltext add "{file}" --for "words of the title"'
    return Problem(code, said, str(file), allowed="; ".join(names), hint=hint)


def _told(file: Path, known: papers.Shelf, aliases: dict[str, str], words: str) -> papers.Found | Problem:
    """Return which record a file is of, or what is wrong with it."""
    with file.open("rb") as data:
        kind = fulltext_reader.kind_of(data.read(4096))
    if not kind or file.stat().st_size > fulltext_reader.MOST_BYTES or not file.stat().st_size:
        hint = "Save it as PDF or DOCX."
        return Problem(
            "ME0433", "is no PDF, Word document, web page or plain text of a usual size", str(file), hint=hint
        )
    if words:
        return papers.Found(_by_hand(words, known, file), "named by you")
    one = record_of(file.name, {*known.named, *aliases})
    text = fulltext_reader.read(file, _SECONDS, _PAGES)
    found = papers.find(file.name, text, known)
    if one and (not found.record or found.record == aliases.get(one, one)):
        return papers.Found(aliases.get(one, one), "the record's id in its name")
    if one:
        why = "its name holds the id of one record, its first page is that of another"
        found = papers.Found(why=why, choices=tuple(sorted({aliases.get(one, one), found.record})))
    if found.record:
        return found
    code = "ME0432" if found.choices else "ME0431"
    return _problem(code, f"can't be told which record this is: {found.why}", file, found.choices, known)


def add(root: Path, paths: Sequence[Path], words: str = "", *, also: bool = False) -> Filed:
    """Copy full texts to where they belong, and give them to DVC.

    words: names the record of the one file by hand. also: a record that has a text may get a further one. Raises
    UserError where a command can't be done at all; what can't be told of single files is in `problems`.
    """
    from metaethno.history.store import Store

    store = Store(root)
    known, aliases = shelf(root)
    out = Filed()
    files, out.problems = _files(paths)
    there = kept(root, known, aliases)
    fits: list[tuple[Path, papers.Found, str]] = []
    for file in files:
        digest = md5_of(file)
        if same := [k for k in there if k.md5 == digest and not words]:
            out.there.append((file, same[0].name))
            continue
        found = _told(file, known, aliases, words)
        if isinstance(found, Problem):
            out.problems.append(found)
        elif same := [k for k in there if k.md5 == digest]:
            if same[0].record == found.record:
                out.there.append((file, same[0].name))
            else:
                said = f"this very text is filed already, for {known.call(same[0].record)!r}"
                out.problems.append(Problem("ME0434", said, str(file), hint=f"See {FOLDER}/{same[0].name}."))
        else:
            fits.append((file, found, digest))
    # The same bytes twice, as a browser saves them, are one text.
    once = {(found.record, digest): (file, found) for file, found, digest in reversed(fits)}
    for (record, digest), (file, found) in reversed(once.items()):
        others = [k.name for k in there if k.record == record]
        others += [str(other) for (one, bytes_), (other, _) in once.items() if one == record and bytes_ != digest]
        if others and not also:
            said = f"another text is there for {known.call(record)!r}: {', '.join(others)}"
            hint = "If it is a further one (an appendix, a version), keep both: add --also. If not, leave it."
            out.problems.append(Problem("ME0434", said, str(file), hint=hint))
            continue
        name = _place(root, file, record)
        _copy(file, root / FOLDER / name)
        out.new.append((file, name, known.call(record), found.how))
    # A text that was copied by a command that was stopped is given to DVC now.
    folder, before = root / FOLDER, {name for _, name in out.there}
    loose = {n for n in before if (folder / n).is_file() and not (folder / f"{n}.dvc").is_file()}
    if new := sorted(loose | {name for _, name, _, _ in out.new}):
        store.dvc("add", "--quiet", *(f"{FOLDER}/{name}" for name in new))
    return out


def _place(root: Path, file: Path, record: str) -> str:
    """Return the first free name for a text of a record."""
    with file.open("rb") as data:
        ending = fulltext_reader.kind_of(data.read(4096))
    count = 1
    while True:
        name = f"{record}.{ending}" if count == 1 else f"{record}-{count}.{ending}"
        if not any((root / FOLDER / n).exists() for n in (name, f"{name}.dvc")):
            return name
        count += 1


def _copy(file: Path, target: Path) -> None:
    """Copy a file whole or not at all, and never over another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as sink, file.open("rb") as source:
            shutil.copyfileobj(source, sink)
            sink.flush()
            os.fsync(sink.fileno())
        Path(temporary).chmod(0o644)
        try:
            os.link(temporary, target)  # fails where there is one, unlike a renaming
        except FileExistsError:
            raise
        except OSError:  # a disk without hard links
            Path(temporary).rename(target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def standing(root: Path) -> pd.DataFrame:
    """Return the reports sought, with what came of them and their texts: called, outcome, fulltext."""
    from metaethno.exchange.extraction import voting_derived

    known, aliases = shelf(root)
    texts: dict[str, list[str]] = {}
    for one in kept(root, known, aliases):
        texts.setdefault(one.record, []).append(one.name)
    frame = voting_derived(root, ASSESSED)[["record_id", "outcome"]]
    frame["called"] = frame["record_id"].map(known.call)
    frame["fulltext"] = ["; ".join(texts.get(one, [])) for one in frame["record_id"]]
    return frame.sort_values(["called", "record_id"], ignore_index=True)
