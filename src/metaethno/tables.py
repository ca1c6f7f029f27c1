"""The only place that opens, checks and writes tables.

Decision tables come in as text and are checked whole: every problem of every file at once, each with file, line,
column and value. Derived tables are typed, validated when written and when read, sorted by their key, and written
atomically, so that the same inputs give the same bytes and nothing is ever half-written.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metaethno.among import among
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.holds import holds
from metaethno.schemas import TABLES, Table

if TYPE_CHECKING:
    import pandas as pd

_MAX_CELL = 1 << 20
# A plain negative number runs nothing, and has to stay a number; with apostrophes before it, it is text as any other.
_ESCAPE = re.compile(r"^(?!-[0-9]+(?:\.[0-9]+)?\Z)'*[=+\-@\t\r]")
_UNESCAPE = re.compile(r"^'+[=+\-@\t\r]")
_FIRST = ("'", "=", "+", "-", "@", "\t", "\r")


# ------------------------------------------------------------------------------------------------ files


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` whole or not at all: temporary file, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def files_of(table: Table, root: Path) -> list[Path]:
    """Return the files of `table` that are there, sorted by path."""
    return sorted(root.glob(table.path)) if "*" in table.path else [p for p in [root / table.path] if p.is_file()]


# ------------------------------------------------------------------------------------------------ decisions


def delimiter_of(text: str) -> str:
    """Return what parts the cells of the header line: a spreadsheet of a country with a decimal comma takes ';'."""
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)  # no column's name holds any of the three


def read_rows(path: Path, shown: str) -> tuple[list[str], list[list[str]], list[int], list[Problem]]:
    """Return header, rows, the line each row starts on, and what is wrong with the file as CSV."""
    return parse_rows(path.read_bytes(), shown)


def parse_rows(raw: bytes, shown: str) -> tuple[list[str], list[list[str]], list[int], list[Problem]]:
    """Return header, rows, the line each row starts on, and what is wrong with the bytes of a table as CSV."""
    problems: list[Problem] = []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = "Save the file as 'CSV UTF-8'."
        return [], [], [], [Problem("ME0101", "is not UTF-8 text", shown, line, hint=hint)]
    for mark in re.finditer(r"^(<{7}|={7}|>{7})( |$)", text, re.M):
        line = text.count("\n", 0, mark.start()) + 1
        problems.append(
            Problem(
                "ME0102",
                "a Git merge left a conflict here",
                shown,
                line,
                hint="Keep the rows of both sides and delete the marks.",
            )
        )
    if problems:
        return [], [], [], problems
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            if "".join(row).strip():
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        hint = "Look for a quotation mark that is not closed."
        return [], [], [], [Problem("ME0103", f"can't be read as CSV ({error})", shown, start, hint=hint)]
    if not rows:
        return (
            [],
            [],
            [],
            [Problem("ME0104", "is empty", shown, 1, hint="It needs its header line at least.")],
        )
    header = [cell.strip() for cell in rows[0]]
    # Columns that a spreadsheet saved beside the table: no name, and nothing in them.
    while header and not header[-1] and not any(cell.strip() for row in rows for cell in row[len(header) - 1 :]):
        header.pop()
        rows = [row[: len(header)] for row in rows]
    return header, rows[1:], lines[1:], problems


def plain_rows(raw: bytes, columns: Sequence[str], key: str) -> pd.DataFrame | None:
    """Return the rows of a table that is clearly right, read many times as fast as `parse_rows` does; else nothing.

    Clearly right: a line is a row, with just these columns, nothing in quotation marks, and a key in each.
    """
    if not raw.endswith(b"\n") or any(mark in raw for mark in (b'"', b"\r", b"\0")) or len(columns) < 2:
        return None
    names = raw[: raw.index(b"\n")].split(b",")
    if sorted(names) != sorted(name.encode() for name in columns):
        return None
    try:
        table = _read_csv(raw, [name.decode() for name in names])
    except (ValueError, KeyError):  # Arrow's own errors are of these kinds
        return None
    if not len(table) or len(table) != raw.count(b"\n") - 1 or max(map(len, raw.split(b"\n"))) > _MAX_CELL:
        return None
    frame: pd.DataFrame = table.to_pandas()
    return frame if frame[key].str.strip().ne("").all() else None


def header_problems(table: Table, header: list[str], shown: str, extra: Sequence[str]) -> list[Problem]:
    """Return columns that are missing, too many or there twice."""
    problems = []
    allowed = [*table.names, *extra]
    for name in [n for n in table.names if n not in header]:
        hint = f"Add the column {name!r} to the header line; for a review of an older version, `metaethno upgrade`."
        problems.append(Problem("ME0105", f"the column {name!r} is missing", shown, 1, hint=hint))
    for name in [n for n in header if n not in allowed]:
        hint = (
            "Configure it under `extraction: columns:`, or take it out."
            if table.open_columns
            else "Rename it or take it out."
        )
        message = f"there is no column {name!r} in this table.{did_you_mean(name, allowed)}"
        problems.append(Problem("ME0106", message, shown, 1, allowed=", ".join(allowed), hint=hint))
    for name in sorted({n for n in header if header.count(n) > 1}):
        problems.append(Problem("ME0107", f"the column {name!r} stands there twice", shown, 1))
    return problems


def load_decisions(table: Table, root: Path, extra: Sequence[str] = ()) -> tuple[pd.DataFrame, list[Problem]]:
    """Read all files of a decision table as text.

    Returns a frame with the table's columns (`extra` ones after them), `_file` and `_line`, all cells stripped, and
    the problems found; where a file can't be read at all its rows are left out and the problem says so.
    """
    import pandas as pd

    columns = [*table.names, *extra]
    problems: list[Problem] = []
    frames = []
    paths = files_of(table, root)
    if not paths and "*" not in table.path:
        hint = (
            "For a review of an older version, `metaethno upgrade` adds what is new; otherwise take it back from Git: "
            "a table without rows still has its header line."
        )
        problems.append(Problem("ME0108", "the file is missing", table.path, hint=hint))
    for path in paths:
        shown = path.relative_to(root).as_posix()
        raw = path.read_bytes()
        plain = plain_rows(raw, columns, table.key[0])
        if plain is not None:
            frame, lines = plain, list(range(2, len(plain) + 2))
        else:
            header, rows, lines, found = parse_rows(raw, shown)
            if header:
                found += header_problems(table, header, shown, extra)
            problems += found
            if found:
                continue
            ragged = [(line, len(row)) for row, line in zip(rows, lines, strict=True) if len(row) != len(header)]
            for line, n in ragged:
                hint = "Put quotation marks round a cell that holds a comma."
                problems.append(
                    Problem("ME0109", f"has {n} cells where the header has {len(header)}", shown, line, hint=hint)
                )
            if ragged:
                continue
            frame = pd.DataFrame(rows, columns=header, dtype=str)
        frame = frame.apply(lambda s: _unescape(s.str.strip())) if len(frame) else frame
        frame = frame.reindex(columns=columns, fill_value="")
        frame["_file"] = shown
        frame["_line"] = lines
        frames.append(frame)
    if frames:
        frame = pd.concat(frames, ignore_index=True)
        if table.kind == "ledger":
            # Git's union merge may leave a row there twice, alike in every cell: that is one row.
            frame = frame.drop_duplicates(columns, ignore_index=True)
        return frame, problems
    empty = pd.DataFrame({c: pd.Series(dtype=str) for c in [*columns, "_file"]})
    empty["_line"] = pd.Series(dtype=int)
    return empty, problems


def validate(table: Table, frame: pd.DataFrame) -> None:
    """Raise pandera's SchemaErrors, with all failures, where `frame` is not of the schema of `table`."""
    if not holds(table, frame):
        table.pandera().validate(frame, lazy=True)


def _failures(table: Table, frame: pd.DataFrame) -> pd.DataFrame | None:
    """Return pandera's table of the cells that break the schema of `table`; None where there are none."""
    if holds(table, frame):
        return None
    import pandera.errors

    try:
        table.pandera().validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases: pd.DataFrame = errors.failure_cases
        return cases
    return None


def schema_problems(table: Table, frame: pd.DataFrame) -> list[Problem]:
    """Return what the pandera schema finds in a frame of `load_decisions`, and double keys, with file and line."""
    problems: list[Problem] = []
    cases = _failures(table, frame.drop(columns=["_file", "_line"]))
    if cases is not None:
        for case in cases.itertuples():
            at = frame.loc[case.index] if case.index is not None and case.index == case.index else None
            column = str(case.column) if case.column in table.names else ""
            allowed = table[column].allowed if column else ""
            file, line = (str(at["_file"]), int(at["_line"])) if at is not None else (table.path, None)
            value = str(case.failure_case) if at is not None else ""
            problems.append(Problem("ME0110", str(case.check), file, line, column, value, allowed))
    key = [*table.key, *(["_file"] if table.key_per_file else [])]
    twice = frame[frame.duplicated(key, keep="first")]
    again = frame[frame.duplicated(key, keep=False)].drop_duplicates(key)
    first = dict(zip(again[key].itertuples(index=False, name=None), again.index, strict=True))
    for _, row in twice.iterrows():
        where = frame.loc[first[tuple(row[key])]]
        said = ", ".join(str(row[k]) for k in table.key)
        message = f"the same {' and '.join(table.key)} already stands in {where['_file']}, line {where['_line']}"
        problems.append(
            Problem(
                "ME0111",
                message,
                row["_file"],
                int(row["_line"]),
                key[0],
                said,
                hint="Give it an id of its own, or take one row out.",
            )
        )
    return problems


def reference_problems(table: Table, frame: pd.DataFrame, known: dict[str, set[str]]) -> list[Problem]:
    """Return every id that refers to nothing. `known` maps `table.column` (and `team`) to the ids that exist."""
    problems: list[Problem] = []
    for column in table.columns:
        if not column.refers:
            continue
        targets = [f"{table.name}.{table.key[0]}"] if column.refers == "self" else column.refers.split("|")
        ids: set[str] = set().union(*(known[t] for t in targets))
        cells = frame[column.name]
        if column.kind == "ids":
            cells = cells.str.split(";").explode().str.strip()
        bad = cells[cells.fillna("").ne("") & ~among(cells, ids)]
        where = " or ".join(
            "`team` in config/review.yaml" if t == "team" else TABLES[t.split(".")[0]].path for t in targets
        )
        for index, value in bad.items():
            at = frame.loc[index]
            message = f"{value!r} does not occur in {where}.{did_you_mean(str(value), ids) if len(ids) < 5000 else ''}"
            problems.append(
                Problem(
                    "ME0112",
                    message,
                    at["_file"],
                    int(at["_line"]),
                    column.name,
                    str(value),
                    "an id that exists",
                )
            )
    return problems


def known_ids(root: Path, targets: Iterable[str], team: Iterable[str]) -> dict[str, set[str]]:
    """Return for each `table.column` of `targets` the ids in its files, whatever else is wrong there."""
    known: dict[str, set[str]] = {"team": set(team)}
    for target in set(targets) - {"team"}:
        name, column = target.split(".")
        ids: set[str] = set()
        for path in files_of(TABLES[name], root):
            ids.update(_column(path, column))
        known[target] = ids - {""}
    return known


def _column(path: Path, column: str) -> Iterable[str]:
    """Return the cells of one column, whatever is wrong elsewhere in the file."""
    try:
        # The register of rows is long, and only its ids are asked for.
        cells = _read_csv(path.read_bytes(), [column])[column].to_pylist()
    except (ValueError, KeyError):  # Arrow's own errors are of these kinds
        header, rows, _, _ = read_rows(path, path.name)
        at = header.index(column) if column in header else len(header)
        return [row[at].strip() for row in rows if len(row) > at]
    return [cell.strip() for cell in cells]


def _read_csv(raw: bytes, columns: Sequence[str]) -> Any:
    """Return columns of a table as a table of Arrow, all text; raises ValueError or KeyError where it can't."""
    import pyarrow as arrow
    import pyarrow.csv

    return pyarrow.csv.read_csv(
        arrow.BufferReader(raw),
        # One block, so that no row is cut; no threads, which cost more than they gain.
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=min(len(raw) + 1, 2**31 - 1)),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=list(columns),
            column_types=dict.fromkeys(columns, arrow.large_string()),
            strings_can_be_null=False,
        ),
    )


def check_decisions(
    table: Table, root: Path, team: Iterable[str], extra: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[Problem]]:
    """Load one decision table; return it with all that is wrong with it: schema, double ids, dangling ids."""
    frame, problems = load_decisions(table, root, extra)
    targets = {t for c in table.columns if c.refers and c.refers != "self" for t in c.refers.split("|")}
    if any(c.refers == "self" for c in table.columns):
        targets.add(f"{table.name}.{table.key[0]}")
    if len(frame):
        problems += schema_problems(table, frame)
        # What is no id at all refers to nothing either: that is said once.
        said = {(p.file, p.line, p.column) for p in problems}
        dangling = reference_problems(table, frame, known_ids(root, targets, team))
        problems += [p for p in dangling if (p.file, p.line, p.column) not in said]
        if "*" in table.path and "reviewer" in table.names:
            stems = {file: Path(file).stem for file in frame["_file"].unique()}
            for _, row in frame[frame["_file"].map(stems) != frame["reviewer"]].iterrows():
                hint = "Votes stand in the file that is named after the reviewer."
                problems.append(
                    Problem(
                        "ME0113",
                        "the reviewer is not the one of this file",
                        row["_file"],
                        int(row["_line"]),
                        "reviewer",
                        row["reviewer"],
                        hint=hint,
                    )
                )
    return frame, problems


def heads(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a ledger that count: those that no other row supersedes."""
    superseded = set(frame["supersedes"].tolist()) - {""}
    return frame[~among(frame[table.key[0]], superseded)]


# ------------------------------------------------------------------------------------------------ derived


def escape(cell: str) -> str:
    """Return one cell as it is written: an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if _ESCAPE.match(cell) else cell


def unescape(cell: str) -> str:
    """Return one cell as it was before `escape`."""
    return cell[1:] if _UNESCAPE.match(cell) else cell


def _changed(text: Any, mask: Any, change: Callable[[str], str]) -> Any:
    """Return an array of Arrow with what `change` makes of the cells in `mask`, which are few."""
    import pyarrow as arrow
    import pyarrow.compute as compute

    if not compute.any(mask).as_py():
        return text
    hit = compute.filter(text, mask).to_pylist()
    return compute.replace_with_mask(text, mask, arrow.array(map(change, hit), type=arrow.large_string()))


def _unescape(text: pd.Series) -> pd.Series:
    import pandas as pd
    import pyarrow.compute as compute

    cells = _arrow(text)
    likely = compute.starts_with(cells, "'")
    return pd.Series(_changed(cells, likely, unescape), text.index, dtype=str) if compute.any(likely).as_py() else text


def _arrow(text: pd.Series) -> Any:
    """Return a column of text as one array of Arrow, "" for missing."""
    import pyarrow as arrow
    import pyarrow.compute as compute

    cells = arrow.array(text.array, type=arrow.large_string(), from_pandas=True)
    cells = cells.combine_chunks() if isinstance(cells, arrow.ChunkedArray) else cells
    return compute.fill_null(cells, "") if cells.null_count else cells


def _header(raw: bytes) -> list[str]:
    """Return the header line of a table that we wrote."""
    return next(csv.reader([raw.split(b"\n", 1)[0].decode("utf-8-sig")]), [])


def _typed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    counts = {c.name for c in table.columns if c.kind == "count"} if table.kind == "derived" else set()
    out = {}
    for name in frame.columns:
        if name in counts:
            column = frame[name]
            out[name] = pd.to_numeric(column.replace("", None) if column.dtype != "Int64" else column).astype("Int64")
        elif len(frame):
            cells = frame[name]
            plain = cells.dtype == pd.StringDtype(na_value=float("nan")) and not cells.hasnans
            out[name] = cells if plain else cells.fillna("").astype(str)
        else:
            # An empty Parquet file gives columns of no parts at all, which pandas can't join.
            out[name] = pd.Series([], dtype=str, index=frame.index)
    return pd.DataFrame(out, index=frame.index)


def canonical(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` in order, typed and sorted by key; raises pandera's errors where it breaks the schema."""
    extra = [c for c in frame.columns if c not in table.names and not c.startswith("_")] if table.open_columns else []
    frame = _typed(table, frame[[*table.names, *extra]])
    frame = frame.sort_values(list(table.key), kind="stable").reset_index(drop=True)
    validate(table, frame)
    return frame


def write(table: Table, frame: pd.DataFrame, path: Path, *, keep_order: bool = False) -> pd.DataFrame:
    """Validate `frame` against `table` and write it to `path` (CSV or Parquet), sorted by key, atomically.

    `keep_order` keeps the order of rows where that carries meaning (worklists: best first). Returns what was written.
    """
    if keep_order:
        frame = _typed(table, frame[table.names]).reset_index(drop=True)
        validate(table, frame)
    else:
        frame = canonical(table, frame)
    write_bytes(path, _parquet(frame) if path.suffix == ".parquet" else to_csv(frame))
    return frame


def to_csv(frame: pd.DataFrame) -> bytes:
    """Return `frame` as CSV (UTF-8, LF, header line); cells that a spreadsheet would run are made text."""
    import pyarrow as arrow
    import pyarrow.compute as compute

    columns = []
    for name in frame.columns:
        cells = frame[name]
        if cells.dtype == "Int64":
            text = compute.fill_null(compute.cast(arrow.array(cells.array), arrow.large_string()), "")
        else:
            text = _arrow(cells.astype(str))
            # Few cells start so, and a look at first letters is many times faster than the whole expression.
            likely = compute.is_in(compute.utf8_slice_codeunits(text, 0, 1), value_set=arrow.array(_FIRST))
            text = _changed(text, likely, escape)
        columns.append(_quoted(text, alone=len(frame.columns) == 1))
    lines = compute.binary_join_element_wise(*columns, arrow.scalar(",", arrow.large_string())).to_pylist()
    header = _quoted(arrow.array(map(str, frame.columns), type=arrow.large_string()), alone=False).to_pylist()
    return "\n".join([",".join(header), *lines, ""]).encode()


def _quoted(text: Any, *, alone: bool) -> Any:
    """Return cells as they stand in CSV; `alone`: each is a whole row, and an empty one would be none."""
    import pyarrow.compute as compute

    # What parts cells or rows has to be quoted; of a bare CR, too, readers make a new row. Most columns hold none of
    # them anywhere in their bytes, which is seen at once.
    held = text.buffers()[2]
    everything = held.to_pybytes() if held else b""
    if not alone and not any(mark in everything for mark in (b'"', b",", b"\r", b"\n")):
        return text
    mask = compute.match_substring_regex(text, '^$|[",\r\n]' if alone else '[",\r\n]')
    return _changed(text, mask, lambda cell: '"' + cell.replace('"', '""') + '"')


def _parquet(frame: pd.DataFrame) -> bytes:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    # No pandas metadata: it holds library versions, and the same table should give the same bytes.
    schema = arrow.schema([(n, arrow.int64() if frame[n].dtype == "Int64" else arrow.string()) for n in frame.columns])
    table = arrow.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None)
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def read(table: Table, path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a derived table or a canonical copy of a decision table, typed, and validate it (whole tables only).

    Raises UserError where the file is missing or isn't what the schema says: then it was changed by hand.
    """
    hint = "Delete it and run `snakemake` again: everything in data/derived is made anew."
    if not path.is_file():
        raise UserError(Problem("ME0120", "the file is missing", str(path), hint="Run `snakemake`."))
    if path.suffix == ".parquet":
        import pyarrow as arrow
        import pyarrow.parquet as parquet

        try:
            frame = parquet.read_table(path, columns=list(columns) if columns else None, use_threads=False).to_pandas()
        except (arrow.ArrowInvalid, OSError) as error:
            raise UserError(Problem("ME0121", "is damaged", str(path), hint=hint)) from error
    else:
        try:
            raw = path.read_bytes()
            header = _header(raw)
            if len(set(header)) < len(header):
                raise ValueError("a column stands there twice")
            frame = _read_csv(raw, list(columns) if columns else header).to_pandas()
        except (ValueError, KeyError, csv.Error) as error:  # Arrow's own errors, and text that is not UTF-8
            raise UserError(Problem("ME0121", "is damaged", str(path), hint=hint)) from error
        frame = frame.apply(_unescape) if len(frame) else frame
    try:
        frame = _typed(table, frame)
    except (ValueError, TypeError, OverflowError) as error:  # no number; no whole one; one without end
        message = "holds something else than a number where a number should stand"
        raise UserError(Problem("ME0121", message, str(path), hint=hint)) from error
    if columns:
        return frame[list(columns)]
    cases = _failures(table, frame)
    if cases is not None:
        raise UserError(Problem("ME0121", f"does not hold what it should ({len(cases)} cells)", str(path), hint=hint))
    return frame


def empty(table: Table) -> pd.DataFrame:
    """Return a frame of `table` without rows."""
    import pandas as pd

    return _typed(table, pd.DataFrame({c.name: pd.Series(dtype=str) for c in table.columns}))
