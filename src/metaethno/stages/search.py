"""Stage 1: what was searched, whether the files hold what the databases said they would, and what PRISMA-S asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from metaethno import lint
from metaethno.cells import each_row
from metaethno.errors import Problem, UserError
from metaethno.schemas import CHECKS, SOURCES

if TYPE_CHECKING:
    import pandas as pd

# What all rows of one search have to say alike.
_OF_THE_SEARCH: Final = ("source", "kind", "hits", "scope", "strategy_version")
# What the shell may tell of a file beyond its count.
_TOLD: Final = {"doubtful": "", "broken_off": "", "joined": "", "repeated": 0, "looks_like": ""}
# Databases export so many records at a time.
_BATCH: Final = (500, 1000, 2000)
# Accession numbers that give their database away, and the words by which a search log may call it.
_ACCESSIONS: Final = {
    "Web of Science": (r"WOS:\w+", ("web of science", "wos", "clarivate", "citation ind", "ssci", "isi ")),
    "Scopus": (r"2-s2\.0-\d+", ("scopus",)),
    "Embase": (r"L\d{6,}", ("embase",)),
    "CENTRAL": (r"CN-\d{8}", ("central", "cochrane", "trials")),
}
_FEW: Final = 5
_BY: Final = "their accession numbers (where there are none: title, authors, year and DOI)"
# In these, nothing is found twice by one search; citations of several reports may be.
_ONCE: Final = ("database", "register")


def _at(row: Any, code: str, message: str, hint: str, column: str = "", value: str = "") -> Problem:
    """Return a problem at a row of a search log."""
    file = row.get("_file", f"data/raw/{row['run']}/searches.csv")
    return Problem(code, message, str(file), int(row["_line"]) if "_line" in row else None, column, value, hint=hint)


def same_as_before(run: str, file: str, earlier: str, row: Any) -> Problem:
    """Return the problem of an export that came into an earlier run byte for byte."""
    message = f"this export holds the very same bytes as one of the run of {earlier}: was the old file taken again?"
    hint = "Export the search anew. If the database really gave the same again, say so in the column note."
    return _at({**row, "run": run}, "ME0328", message, hint, "file", file)


def breaks_off(run: str, file: str, where: str, row: Any) -> Problem:
    """Return the problem of an export whose last record seems to be cut off, though the count is right."""
    message = f"the end of this export is missing, as if the download had broken off: {where}"
    hint = "Export it again: its last record may be cut off. If that record is whole, say so in the column note."
    return _at({**row, "run": run}, "ME0362", message, hint, "file", file)


def _files(searches: pd.DataFrame, parsed: pd.DataFrame) -> list[Problem]:
    """Find files without a search, searches without a file, and files that stand there twice."""
    problems = []
    read = set(each_row(parsed, "run", "file"))
    declared: dict[tuple[str, str], Any] = {}
    for _, row in searches[searches["file"] != ""].iterrows():
        key = (row["run"], row["file"])
        if key not in read:
            hint = f"Put the export into data/raw/{row['run']}/, or take this row out."
            problems.append(_at(row, "ME0301", "there is no such export to read", hint, "file", row["file"]))
        if key in declared:
            hint = "Give each search files of its own."
            message = f"this file already belongs to the search {declared[key]['search_id']!r}"
            problems.append(_at(row, "ME0306", message, hint, "file", row["file"]))
        declared[key] = row
    for run, file in sorted(read - set(declared)):
        hint = f"Add a row for it to data/raw/{run}/searches.csv, or move the file away."
        problems.append(
            Problem("ME0302", "no row of the search log names this export", f"data/raw/{run}/{file}", hint=hint)
        )
    return problems + _twice(parsed, declared)


def _twice(parsed: pd.DataFrame, declared: Mapping[tuple[str, str], Any]) -> list[Problem]:
    """Find exports with the same bytes: never within a run; in a later run only with a note. Empty ones may be."""
    problems = []
    alike = parsed[parsed.duplicated("sha256", keep=False) & (parsed["sha256"] != "") & (parsed["parsed"] > 0)]
    for _, files in alike.sort_values(["run", "file"]).groupby("sha256", sort=True):
        for run, names in files.groupby("run")["file"]:
            first, *others = sorted(names)
            if others:
                searches = {declared[run, n]["search_id"] for n in names if (run, n) in declared}
                which = "another batch" if len(searches) < 2 else "the export of another search"
                hint = f"One of them was probably saved twice, in place of {which}: export it again."
                message = f"holds the very same bytes as {', '.join(others)}"
                problems.append(Problem("ME0306", message, f"data/raw/{run}/{first}", hint=hint))
        earliest = files["run"].iloc[0]
        for run, file in each_row(files, "run", "file"):
            row = declared.get((run, file))
            if run != earliest and row is not None and not row["note"]:
                problems.append(same_as_before(run, file, earliest, row))
    return problems


def _agreement(rows: pd.DataFrame) -> list[Problem]:
    """Find what the rows of one search say differently."""
    problems = []
    first = rows.iloc[0]
    for column in _OF_THE_SEARCH:
        for _, row in rows[rows[column] != first[column]].iterrows():
            hint = "All files of one search carry the same; another search needs another search_id."
            message = f"differs from {first[column]!r}, which {first['file']} says of the search {first['search_id']!r}"
            problems.append(_at(row, "ME0307", message, hint, column, row[column]))
    accepted = rows.loc[rows["accepted_count"] != "", "accepted_count"].unique()
    if len(accepted) > 1:
        message = f"the search {first['search_id']!r} has {' and '.join(sorted(accepted))} as accepted_count"
        problems.append(_at(first, "ME0307", message, "Keep one.", "accepted_count"))
    return problems


def _why(rows: pd.DataFrame, hits: int, found: int) -> tuple[str, str]:
    """Return the code and the likely reason for a count that differs: what the files themselves show."""
    said = []
    code = "ME0303"
    if found < hits:
        sizes = {int(n) for n in rows["parsed"]}
        if broken := [f"{f}, {where}" for f, where in each_row(rows, "file", "broken_off") if where]:
            code = "ME0362"
            said.append(f"The end of a file is missing, as if the download had broken off: {'; '.join(broken)}.")
        elif full := next((n for n in _BATCH if found and any(size and size % n == 0 for size in sizes)), 0):
            code = "ME0363"
            said.append(
                f"A file holds exactly {max(s for s in sizes if s % full == 0):,} records, as batches do: is the batch "
                f"with the records {found + 1:,} to {hits:,} missing?"
            )
    else:
        if joined := [f"{f}, {where}" for f, where in each_row(rows, "file", "joined") if where]:
            code = "ME0325"
            where = "; ".join(joined)
            what = "A second header stands within a file, or its records are numbered from 1 again"
            said.append(f"{what}, as if exports had been joined: {where}.")
        if repeated := int(rows["repeated"].sum()):
            code = "ME0325" if code == "ME0303" else code
            said.append(f"{repeated:,} records stand there a second time, by {_BY}.")
    if doubtful := [f"{f}, {where}" for f, where in each_row(rows, "file", "doubtful") if where]:
        said.append(f"Doubtful: {'; '.join(doubtful)}.")
    return code, " ".join(said)


def _count(rows: pd.DataFrame, found: int) -> list[Problem]:
    """Compare what the database displayed for one search with what its files hold."""
    first = rows.iloc[0]
    hits = int(first["hits"])
    accepted = next((a for a in rows["accepted_count"] if a), "")
    counted = each_row(rows, "file", "parsed")
    files = ", ".join(f"{file}: {int(n):,}" if len(rows) > 1 else file for file, n in counted)
    noted = rows["note"].ne("").any()
    if accepted and not noted:
        hint = "Say in the column note why the files hold another number."
        return [_at(first, "ME0304", "accepted_count stands there without a note", hint, "note")]
    if accepted and int(accepted) != found:
        message = (
            f"{accepted} records are accepted for the search {first['search_id']!r}, "
            f"but its files ({files}) hold {found}"
        )
        hint = "Export again what is missing, or correct accepted_count and its note."
        return [_at(first, "ME0305", message, hint, "accepted_count", accepted)]
    if not accepted and found != hits:
        code, why = _why(rows, hits, found)
        message = (
            f"the database displayed {hits} records for the search {first['search_id']!r}, "
            f"but its files ({files}) hold {found}: {abs(hits - found)} {'missing' if found < hits else 'too many'}"
        )
        again = "Export it again." if why else "Export it again: was a batch left out or broken off, or exported twice?"
        hint = (
            f"{again} Where the number is right nevertheless, put {found} into accepted_count and the reason into note."
        )
        return [_at(first, code, f"{message}. {why}" if why else message, hint, "hits", str(hits))]
    return [] if noted else _doubled(rows, found)


def _doubled(rows: pd.DataFrame, found: int) -> list[Problem]:
    """Find a batch that was exported again in place of another: the count is right, but records are missing."""
    first, repeated = rows.iloc[0], int(rows["repeated"].sum())
    if first["kind"] not in _ONCE or repeated < max(_FEW, found / 10):
        return []
    message = (
        f"the files of the search {first['search_id']!r} hold {found:,} records, as many as the database displayed, "
        f"but {repeated:,} of them stand there a second time, by {_BY}: others must be missing"
    )
    hint = "Was one batch exported twice, and another left out? Export it. If all is right, say why in the column note."
    worst = rows.loc[rows["repeated"].astype(int).idxmax()]
    return [_at(worst, "ME0325", message, hint, "file", worst["file"])]


def _of_another(searches: pd.DataFrame, overlaps: pd.DataFrame | None) -> list[Problem]:
    """Find exports that hold the same records as the export of another search, and no note says that this is right."""
    problems = []
    logged = {(row["run"], row["file"]): row for _, row in searches.iterrows()}
    for overlap in [] if overlaps is None else overlaps.to_dict("records"):
        row, other = logged[overlap["run"], overlap["file"]], logged[overlap["run"], overlap["other"]]
        if not row["note"] and not other["note"]:
            message = (
                f"the export of the search {row['search_id']!r} holds the same {overlap['records']:,} records as "
                f"{overlap['other']} of the search {other['search_id']!r}, by {_BY}"
            )
            hint = "Was the other search exported again? If both really found the same, say so in the column note."
            problems.append(_at(row, "ME0326", message, hint, "file", row["file"]))
    return problems


def overlaps(records: pd.DataFrame) -> pd.DataFrame:
    """Return pairs of files of different searches of a run that hold the same records.

    `records`: run, search_id, file, mark (what a record is known by; empty where there is nothing). Returns run, file,
    other, records (how many; a handful is no sign).
    """
    import pandas as pd

    known = records.loc[records["mark"] != "", ["run", "search_id", "file", "mark"]].drop_duplicates()
    sets = known.groupby(["run", "search_id", "file"])["mark"].agg(frozenset).reset_index()
    sets = sets[sets["mark"].map(len) >= _FEW].sort_values(["run", "search_id", "file"])
    first: dict[tuple[str, frozenset[str]], tuple[str, str]] = {}
    found = []
    for run, search_id, file, marks in sets.itertuples(index=False):
        other, name = first.setdefault((run, marks), (search_id, file))
        if other != search_id:
            found.append((run, file, name, len(marks)))
    return pd.DataFrame(found, columns=["run", "file", "other", "records"])


def looks_like(accessions: pd.Series) -> str:
    """Return the database that nearly all accession numbers of a file give away; empty where they don't."""
    known = accessions[accessions != ""]
    if len(known) >= _FEW:
        for name, (pattern, _) in _ACCESSIONS.items():
            if known.str.fullmatch(pattern).mean() >= 0.9:
                return name
    return ""


def odd_sources(searches: pd.DataFrame, parsed: pd.DataFrame) -> list[Problem]:
    """Return warnings (ME0327) for files of a database whose records look like those of another one."""
    merged = _joined(searches, parsed)
    warnings = []
    for _, row in merged[merged["looks_like"] != ""].iterrows():
        said = f"{row['source']} {row['platform']} ".casefold()
        if row["kind"] in ("database", "register") and not any(w in said for w in _ACCESSIONS[row["looks_like"]][1]):
            message = (
                f"by its accession numbers, {row['file']} is an export of {row['looks_like']}, but the search log says "
                f"{row['source']!r}"
            )
            hint = "Was another search's export taken? If not, correct source or platform."
            warnings.append(_at(row, "ME0327", message, hint, "source", row["source"]))
    return warnings


def _joined(searches: pd.DataFrame, parsed: pd.DataFrame) -> pd.DataFrame:
    """Return the search log with what is told of each file; what is not told is empty. Without a file, 0 were found."""
    merged = searches.merge(parsed, on=["run", "file"], how="left", validate="many_to_one")
    merged["parsed"] = merged["parsed"].mask(merged["file"] == "", 0)
    for name, nothing in _TOLD.items():
        merged[name] = merged[name].fillna(nothing) if name in merged else nothing
    return merged


def search(searches: pd.DataFrame, parsed: pd.DataFrame, alike: pd.DataFrame | None = None) -> pd.DataFrame:
    """Hold the search logs against the files that were read; return schemas.SOURCES.

    `searches`: schemas.SEARCHES and `run`, as text, checked; `_file` and `_line` where problems should name the line.
    `parsed`: run, file, format, parsed (Int64), sha256, query_sha256, one row per file; and, where the shell tells
    them, doubtful, broken_off, joined (places, in words), repeated (a number), looks_like (a database). `alike`: as
    `overlaps` returns it. Raises UserError with all problems: a file that isn't there (ME0301) or that no search names
    (ME0302); counts that differ (ME0303; ME0362 with a file that breaks off, ME0363 with full batches, ME0325 with
    joined or repeated exports, also where the count is right) or are accepted without a note (ME0304) or wrongly
    (ME0305); a file given twice in a run (ME0306) or taken from an earlier one (ME0328); rows of one search that
    disagree (ME0307); the records of another search (ME0326).
    """
    problems = _files(searches, parsed)
    merged = _joined(searches, parsed)
    for _, rows in merged.groupby(["run", "search_id"], sort=True):
        disagree = _agreement(rows)
        problems += disagree
        if not disagree and rows["parsed"].notna().all():
            problems += _count(rows, int(rows["parsed"].sum()))
    problems += _of_another(searches, alike)
    if problems:
        raise UserError(problems)
    merged["parsed_search"] = merged.groupby(["run", "search_id"])["parsed"].transform("sum")
    counts = [c.name for c in SOURCES.columns if c.kind == "count"]
    for name in counts:
        merged[name] = _whole(merged[name])
    text = {c: "str" for c in SOURCES.names if c not in counts}
    merged[list(text)] = merged[list(text)].fillna("")
    return merged[SOURCES.names].astype(text).sort_values(list(SOURCES.key), ignore_index=True)


def _whole(column: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.to_numeric(column if column.dtype == "Int64" else column.replace("", None)).astype("Int64")


def check_search(
    searches: pd.DataFrame, queries: Mapping[str, bytes], warnings: Sequence[Problem] = ()
) -> pd.DataFrame:
    """Return what is odd about the searches, as schemas.CHECKS: nothing that stops a run.

    `queries`: path -> bytes of each query file. A query was run as it stands, so what is wrong with it is a warning;
    only what holds on every platform is looked for (`metaethno.lint`). `warnings`: of `odd_sources`.
    """
    import pandas as pd

    named: dict[str, set[str]] = {}
    for row in searches[searches["query_file"] != ""].to_dict("records"):
        named.setdefault(f"data/raw/{row['run']}/{row['query_file']}", set()).add(row["search_id"])
    rows: list[tuple[str, str, str, int | None, str, str, str]] = []
    for path in sorted(named):
        text, found = lint.decode_query(queries[path])
        for f in [*found, *(lint.check_query(text) if text or not found else [])]:
            level = "warning" if f.level == "error" else f.level
            message = f"{path}, line {f.line}, column {f.column}: {f.message}"
            hint = "The file stays as the query was run. Say in the report what came of it, or search again."
            rows.append((f.code, level, path, f.line, "; ".join(sorted(named[path])), message, hint))
    rows += [(w.code, "warning", w.file, w.line, w.value, w.message, w.hint) for w in warnings]
    frame = pd.DataFrame(sorted(set(rows), key=lambda r: [str(c) for c in r]), columns=CHECKS.names)
    frame["line"] = frame["line"].astype("Int64")
    return frame


# The first number of Ovid's and Cochrane's records, on a line of its own. Where it has no brackets, a tag must follow.
_FIRST_NUMBER = re.compile(
    r"^(?:<1\.? *>[ \t]*$|Record #1 of \d+[ \t]*$|1\. *\n\s*(?=[A-Z][A-Z0-9] {2}- ))", re.MULTILINE
)


def seam(text: str) -> int:
    """Return the line on which a second header stands, where exports were joined into one file; 0 where there is none.

    A header is the first line of a table, or the opening of a Web of Science file. Where records are numbered, as Ovid
    and Cochrane do, it is where they are numbered from 1 again.
    """
    firsts = [match.start() for match in _FIRST_NUMBER.finditer(text)]
    if len(firsts) > 1:
        return text.count("\n", 0, firsts[1]) + 1
    first = text.lstrip("\ufeff\n").split("\n", 1)[0]
    if not (re.match(r"FN |VR ", first) or sum(first.count(mark) for mark in ",;\t") >= 3):
        return 0
    start = text.find(first)
    again = text.find(f"\n{first}", start + len(first))
    if again < 0:
        again = text.find(f"\n\ufeff{first}", start + len(first))
    return 0 if again < 0 else text.count("\n", 0, again + 1) + 1
