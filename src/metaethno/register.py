"""The register of exported rows: every row gets its id once, when it is imported."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from metaethno.errors import Problem, UserError
from metaethno.schemas import ROWS

if TYPE_CHECKING:
    import pandas as pd

_NOT_WORD: Final = re.compile(r"[\W_]+")
_PART: Final = "\x1f"


def row_id(run: str, source: str, mark: str, occurrence: int) -> str:
    """Return "R" and ten characters of base32 of the SHA-256 of what a row is known by."""
    digest = hashlib.sha256(_PART.join((run, source, mark, str(occurrence))).encode()).digest()
    return "R" + base64.b32encode(digest[:8])[:10].decode()


def fingerprint(title: str, authors: str, year: str, doi: str) -> str:
    """Return the first 12 hex digits of the SHA-256 of title, authors, year and DOI without case and punctuation."""
    parts = [_NOT_WORD.sub("", part.casefold()) for part in (title, authors, year, doi)]
    return hashlib.sha256(_PART.join(parts).encode()).hexdigest()[:12]


def _marks(exports: pd.DataFrame) -> list[str]:
    """Return for each row its fingerprint, or "" where it has an accession number."""
    columns = [exports[name].to_list() for name in ("accession", "title", "authors", "year", "doi")]
    return ["" if number else fingerprint(*rest) for number, *rest in zip(*columns, strict=True)]


def _replaced(run: str, new: pd.DataFrame, earlier: pd.DataFrame, present: set[str]) -> list[Problem]:
    """Find registered files that are gone and whose records came back in another file of the same source."""
    gone = earlier[~earlier["file_sha256"].isin(present)]
    if not len(gone):
        return []
    marks = ["source", "accession", "fingerprint"]
    back = gone.merge(new[[*marks, "file"]].drop_duplicates(marks), on=marks)
    problems = []
    for (sha, file), rows in back.groupby(["file_sha256", "file"], sort=True):
        registered = int((gone["file_sha256"] == sha).sum())
        message = (
            f"holds {len(rows)} of the {registered} rows of a file (SHA-256 {sha}…) that was imported for this run and "
            "is not there any more: an imported export was replaced or changed"
        )
        hint = (
            "Put the imported file back (exports are never edited; `dvc checkout` brings it back). "
            "A new search belongs into a run of its own."
        )
        problems.append(Problem("ME0331", message, f"data/raw/{run}/{file}", hint=hint))
    return problems


def _new_ids(run: str, new: pd.DataFrame, earlier: pd.DataFrame) -> list[str]:
    """Return an id for each new row: counted on among equals, and on where the id is taken."""
    seen = Counter(zip(earlier["source"], earlier["accession"] + earlier["fingerprint"], strict=True))
    taken = set(earlier["row_id"])
    ids = []
    for source, mark in zip(new["source"], new["accession"] + new["fingerprint"], strict=True):
        while True:
            seen[source, mark] += 1
            found = row_id(run, source, mark, seen[source, mark])
            if found not in taken:
                break
        taken.add(found)
        ids.append(found)
    return ids


def register(run: str, exports: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Return the register of a run (schemas.ROWS): `earlier` as it is, then every row of `exports` that is new.

    `exports`: file, file_sha256 (first 16 hex digits), place, source and the fields of a record, in the order of the
    files. A row is known by file hash and place. Raises UserError where one file was given twice (ME0332), or where
    the rows of a registered file come back in a changed one (ME0331): their ids would silently become others.
    """
    import pandas as pd

    frame = exports[["file", "file_sha256", "place", "source", "accession"]].astype("str").reset_index(drop=True)
    frame["fingerprint"] = pd.array(_marks(exports), dtype="str")
    twice = frame.loc[frame.duplicated(["file_sha256", "place"]), ["file", "file_sha256"]].drop_duplicates()
    if len(twice):
        hint = "Take one of the two away; was another batch meant?"
        raise UserError(
            Problem(
                "ME0332",
                f"the same file is there under another name (SHA-256 {sha}…)",
                f"data/raw/{run}/{file}",
                hint=hint,
            )
            for file, sha in twice.itertuples(index=False)
        )
    known = pd.MultiIndex.from_frame(earlier[["file_sha256", "place"]].astype("str"))
    new = frame[~pd.MultiIndex.from_frame(frame[["file_sha256", "place"]]).isin(known)].reset_index(drop=True)
    problems = _replaced(run, new, earlier, set(frame["file_sha256"]))
    if problems:
        raise UserError(problems)
    new["row_id"] = pd.array(_new_ids(run, new, earlier), dtype="str")
    return pd.concat([earlier[ROWS.names], new[ROWS.names]], ignore_index=True).astype("str")
