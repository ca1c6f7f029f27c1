"""What a review holds on disk: its runs, exports, query files, and the members of its folders.

Light on purpose: the rules ask this at every start of Snakemake. It lists what is named and never judges it; the
checking rules do that, with messages.
"""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path, PurePosixPath
from typing import Final

from metaethno.errors import Problem, UserError

RAW = "data/raw"


def find_root(start: Path | None = None) -> Path:
    """Return the review's folder: the nearest one upwards with a `config/review.yaml`, else raise UserError."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "config/review.yaml").is_file():
            return folder
    hint = "Change to the folder of your review, or make one: `metaethno new FOLDER`."
    raise UserError(Problem("ME0150", f"{here} is not inside a review (there is no config/review.yaml)", hint=hint))


def runs(root: Path) -> list[str]:
    """Return the runs (folders of data/raw with a search log), in order of their dates."""
    return sorted(p.parent.name for p in (root / RAW).glob("*/searches.csv"))


_NOT_EVERYWHERE: Final = frozenset('<>:"|?*')
_FIRST: Final = (".", "=", "+", "-", "@")
_DEVICES: Final = frozenset(
    ("con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)))
)
_LONGEST_NAME: Final = 200


def is_plain_name(name: str) -> bool:
    """Tell whether `name` is a file name and nothing else: a search log must not lead out of its folder."""
    return name not in ("", ".", "..") and PurePosixPath(name).name == name and not set(name) & {"\\", "\0"}


def is_storable_name(name: str) -> bool:
    """Tell whether every computer can store a file of this name, and a table and a terminal show it as it is."""
    return (
        is_plain_name(name)
        and name == name.strip()
        and not name.startswith(_FIRST)
        and not name.endswith(".")
        and not set(name) & _NOT_EVERYWHERE
        and not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name)
        and name.partition(".")[0].casefold() not in _DEVICES
        and len(name.encode(errors="replace")) <= _LONGEST_NAME
    )


def same_name(one: str, other: str) -> bool:
    """Tell whether some computers take two names for one: they differ in capitals, or in how accents are written."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()


def _named(root: Path, column: str) -> list[str]:
    found = set()
    for run in runs(root):
        log = root / RAW / run / "searches.csv"
        with log.open(encoding="utf-8-sig", newline="", errors="replace") as text:
            head = text.readline()
            text.seek(0)
            # As a spreadsheet of a country with a decimal comma saves it.
            parted = max(",;\t", key=head.count)
            names = {(row.get(column) or "").strip() for row in csv.DictReader(text, delimiter=parted)}
        found |= {f"{RAW}/{run}/{name}" for name in names if is_plain_name(name)}
    return sorted(found)


def exports(root: Path) -> list[str]:
    """Return the paths of all exports that the search logs name, sorted."""
    return _named(root, "file")


def queries(root: Path) -> list[str]:
    """Return the paths of all query files that the search logs name and that exist, sorted."""
    return [path for path in _named(root, "query_file") if (root / path).is_file()]


def listed(root: Path, pattern: str) -> list[str]:
    """Return the files that match `pattern` below the review's folder, as sorted relative paths."""
    return sorted(p.relative_to(root).as_posix() for p in root.glob(pattern) if p.is_file())


def shipped(name: str) -> Path:
    """Return a file that ships with the program and stands at the top of its repository, such as the Snakefile."""
    package = Path(__file__).parent
    # In the wheel they lie inside the package; in a checkout, beside `src`.
    for candidate in (package / "_workflow" / name, package.parent.parent / name):
        if candidate.is_file():
            return candidate
    message = f"the packaged {Path(name).name} is missing"
    raise UserError(Problem("ME0163", message, str(package), hint="Install metaethno again."))


def page_files(root: Path) -> list[str]:
    """Return the report's pages, sorted; a file whose name begins with `_` is a part that pages include."""
    return [p for p in listed(root, "reports/pages/*.qmd") if not Path(p).name.startswith("_")]


def snakefile() -> str:
    """Return the path of the packaged Snakefile: the `Snakefile` of a review includes it, so no rule is copied."""
    return str(shipped("Snakefile"))


def say_next(root: Path | None = None) -> None:
    """Print what to do next, when Snakemake has ended well; `metaethno run` says so itself."""
    import os
    import sys

    from metaethno.child import QUIET

    if QUIET in os.environ:
        return
    from metaethno.commands.status_ import following

    try:
        sys.stdout.write(f"Next: {following(root or Path.cwd())}\n")
    except UserError as error:
        sys.stdout.write(f"{error}\n")
