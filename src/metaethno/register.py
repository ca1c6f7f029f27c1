"""The register of exported rows: every row gets its id once, when it is imported."""

from __future__ import annotations

import base64
import hashlib
import re
from bisect import bisect
from collections import Counter
from typing import TYPE_CHECKING, Final

from metaethno.cells import each_row
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


def _keys(rows: pd.DataFrame, exported: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return a mark for each registered and each exported row of one file: equal where they may be the same record.

    A row that was registered by its fingerprint keeps to it, even if a later reader finds its accession number.
    """
    known = [a or f for a, f in each_row(rows, "accession", "fingerprint")]
    numbers = exported["accession"].to_list()
    have = set(known)
    columns = [exported[name].to_list() for name in ("title", "authors", "year", "doi")]
    found = [number if number in have else fingerprint(*rest) for number, *rest in zip(numbers, *columns, strict=True)]
    return known, found


def _align_file(rows: pd.DataFrame, exported: pd.DataFrame) -> list[int] | None:
    """Return for each exported row of one file the place of its registered row in `rows`, or -1; None where unclear.

    Rows with a mark of their own find each other wherever they stand; equal rows go in order; a row whose mark has
    changed is known by where it stands between its neighbours.
    """
    known, found = _keys(rows, exported)
    then, now = rows["place"].astype(int).to_list(), exported["place"].astype(int).to_list()
    standing = {(place, mark): at for at, (place, mark) in enumerate(zip(then, known, strict=True)) if mark}
    out = [standing.pop(where, -1) for where in zip(now, found, strict=True)]
    by_mark: dict[str, list[int]] = {}
    for at in sorted(set(range(len(known))) - set(out), key=lambda at: then[at]):
        by_mark.setdefault(known[at], []).append(at)
    for at, mark in enumerate(found):
        if out[at] == -1 and mark and by_mark.get(mark):
            out[at] = by_mark[mark].pop(0)
    lost = sorted(at for left in by_mark.values() for at in left)
    free = [at for at, target in enumerate(out) if target == -1]
    if not lost:
        return out
    matched = sorted((then[target], now[at] - then[target]) for at, target in enumerate(out) if target != -1)
    places = {now[at]: at for at in free}
    for at in lost:
        cut = bisect(matched, (then[at], 0))
        shifts = {shift for _, shift in matched[max(cut - 1, 0) : cut + 1]}
        if not matched and len(rows) == len(exported):
            shifts = {0}
        here = {then[at] + shift for shift in shifts} & set(places)
        if len(here) != 1:
            return None
        out[places.pop(here.pop())] = at
    return out


def align(rows: pd.DataFrame, exports: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Find the registered row of every exported row, though a reader may count or read its records otherwise by now.

    `rows`: schemas.ROWS of one run. `exports`: file_sha256, place and the fields of a record. Returns the row_id for
    each row of `exports` ("" where it isn't registered), and the hashes of the files of which some registered row
    can't be told among what is read from them now.
    """
    import pandas as pd

    if not len(rows):
        return pd.Series("", index=exports.index, dtype="str"), []
    keys = ["file_sha256", "place"]
    there = exports.reset_index(drop=True).assign(place=exports["place"].astype("str").to_numpy())
    there["_mark"] = there["accession"]
    bare = there["accession"].eq("")
    there.loc[bare, "_mark"] = _marks(there[bare])
    mark = rows["accession"].where(rows["accession"].ne(""), rows["fingerprint"])
    known = rows.assign(_mark=mark, place=rows["place"].astype("str"))
    once = known.drop_duplicates(keys)
    joined = there[[*keys, "_mark"]].merge(
        once[[*keys, "_mark", "row_id"]], on=keys, how="left", suffixes=("", "_then")
    )
    ids = joined["row_id"].fillna("").astype("str")
    agree = joined["_mark"].eq(joined["_mark_then"])
    sizes = known.groupby("file_sha256").size()
    steady = agree.groupby(there["file_sha256"]).sum().reindex(sizes.index, fill_value=0).eq(sizes)
    unclear = []
    for sha in sorted(set(sizes.index[~steady]) & set(there["file_sha256"].tolist())):
        mine = known[known["file_sha256"] == sha]
        here = there["file_sha256"] == sha
        found = _align_file(mine, there[here])
        if found is None:
            unclear.append(str(sha))
            found = [-1] * int(here.sum())
        ids[here] = [mine["row_id"].iloc[at] if at != -1 else "" for at in found]
    return pd.Series(ids.to_numpy(), index=exports.index, dtype="str"), unclear


def unclear_problem(run: str, sha: str) -> Problem:
    """Return what to tell of a file whose registered rows can't be told any more."""
    message = (
        f"of the file with SHA-256 {sha}… this version of metaethno reads other records than the one that registered "
        "its rows, and some of them can't be told"
    )
    hint = "Go on with the version that imported it (see engine.lock), and report this file: ids must not change."
    return Problem("ME0345", message, f"data/raw/{run}/rows.csv", hint=hint)


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
    seen = Counter(
        zip(earlier["source"].tolist(), (earlier["accession"] + earlier["fingerprint"]).tolist(), strict=True)
    )
    taken = set(earlier["row_id"].tolist())
    ids = []
    for source, mark in zip(new["source"].tolist(), (new["accession"] + new["fingerprint"]).tolist(), strict=True):
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
    files. A row is known by file hash and place, and by what it says where a reader counts otherwise by now (ME0345
    where that is unclear). Raises UserError where one file was given twice (ME0332), or where
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
    ids, unclear = align(earlier, exports.reset_index(drop=True))
    if unclear:
        raise UserError(unclear_problem(run, sha) for sha in unclear)
    new = frame[ids.eq("")].reset_index(drop=True)
    problems = _replaced(run, new, earlier, set(frame["file_sha256"].tolist()))
    if problems:
        raise UserError(problems)
    new["row_id"] = pd.array(_new_ids(run, new, earlier), dtype="str")
    return pd.concat([earlier[ROWS.names], new[ROWS.names]], ignore_index=True).astype("str")
