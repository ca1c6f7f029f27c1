"""A review of a few records with its derived tables, written straight away: what `todo` and `enter` need, no more."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pandas as pd

from metaethno import cli, tables
from metaethno.exchange import workbook
from metaethno.exchange.workbook import Field, Sheet
from metaethno.matching.unique import content_hash
from metaethno.schemas import ALIASES, MEMBERS, PARTED, RECORDS, ROWS, UNIQUE
from tests.worlds import CONFIG, lay_out

RUN, LATER = "2020-01-02", "2021-03-04"


def record(key: str, title: str, abstract: str = "", **more: str) -> dict[str, str]:
    cells = {"record_id": key, "title": title, "abstract": abstract or f"What {title.lower()} found.", "first_run": RUN}
    return cells | {"authors": "Doe, Jane; Roe, Rick", "year": "2015", "container": "Journal of Tests"} | more


# Titles with everything that a spreadsheet or a tool may trip over.
RECORDS_ = (
    record("RAAAAAAAAA1", "Being a nurse: an ethnography", doi="10.1000/one", pmid="101"),
    record("RAAAAAAAAA2", "=SUM(A1) and other formulas in care", doi="10.1000/two"),
    record("RAAAAAAAAA3", 'Ångström’s "quoted", and; parted | words', doi="10.1000/three", pages="1-9", volume="2"),
    record("RAAAAAAAAA4", "Editorial", year="2010", authors="Poe, Ann"),
    record("RAAAAAAAAA5", "Editorial", year="2016", authors="Low, Bob"),
    record("RAAAAAAAAA6", "Living with pain, part I: women", doi="10.1000/six", first_run=LATER),
)


def review(root: Path, records: tuple[dict[str, str], ...] = RECORDS_, **config: object) -> Path:
    """Lay out a review whose records are `records`; each has one exported row, and a second one with another id."""
    lay_out(root, CONFIG | config)
    write_records(root, records)
    return root


def write_records(root: Path, records: tuple[dict[str, str], ...], merged: dict[str, str] | None = None) -> None:
    """Write the derived tables of de-duplication. merged: records that turned out to be one: id -> id it belongs to."""
    merged = merged or {}
    rows, members, unique, aliases = [], [], [], []
    for order, one in enumerate(records, 1):
        home = merged.get(one["record_id"], one["record_id"])
        texts = {k: v for k, v in one.items() if k not in ("record_id", "first_run")}
        for n, key in enumerate((one["record_id"], one["record_id"][:-1] + "X" + one["record_id"][-1]), 1):
            run = {"run": one["first_run"], "source": f"Base{n}", "kind": "database"}
            place = {"file": f"{n}.ris", "place": order, "order": 2 * order + n, "search_id": f"S{n}"}
            rows.append({"row_id": key, **run, **place, **texts})
            members.append({"row_id": key, "record_id": home, **run})
            if key != home:
                aliases.append({"alias_id": key, "record_id": home})
        if home == one["record_id"]:
            fixed = {"last_run": one["first_run"], "origin": "databases", "sources": "Base1;Base2", "rows": 2}
            unique.append({**one, **fixed, "content_hash": content_hash(one["title"], one["abstract"])})
    for table, found in ((RECORDS, rows), (MEMBERS, members), (UNIQUE, unique), (ALIASES, aliases), (PARTED, ())):
        tables.write(table, _frame(table, found), root / table.path)
    register = [
        {"row_id": r["row_id"], "file_sha256": "0" * 16, "place": r["place"], "source": r["source"]} for r in rows
    ]
    path = root / ROWS.path.replace("*", RUN)
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "searches.csv").touch()
    (root / "data/raw" / LATER).mkdir(exist_ok=True)
    (root / "data/raw" / LATER / "searches.csv").touch()
    tables.write_bytes(path, tables.to_csv(_frame(ROWS, register)[ROWS.names]))


def _frame(table, rows):
    frame = pd.DataFrame([{c: r.get(c, "") for c in table.names} for r in rows], columns=table.names)
    counts = {c.name for c in table.columns if c.kind == "count"} if table.kind == "derived" else set()
    for name in table.names:
        frame[name] = (
            pd.to_numeric(frame[name].replace("", None)).astype("Int64") if name in counts else frame[name].astype(str)
        )
    return frame


def command(root: Path, *words: str, monkeypatch) -> int:
    """Run a command in this process, in the review's folder."""
    monkeypatch.chdir(root)
    return cli.main([str(w) for w in words])


class World:
    """A review of one's own, and the commands as a reviewer calls them; `stage` is the one they are about."""

    stage = "screening"

    def __init__(self, template: Path, folder: Path, monkeypatch, capsys) -> None:
        self.root = Path(shutil.copytree(template, folder / "review"))
        self._patch, self._caught = monkeypatch, capsys

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command; return its exit code and all it said."""
        self._caught.readouterr()
        code = command(self.root, *words, monkeypatch=self._patch)
        said = self._caught.readouterr()
        return code, said.out + said.err

    def todo(self, *words: str, who: str = "ann", stage: str = "") -> Path:
        """Have a worklist written; return where it is."""
        code, said = self.run("todo", stage or self.stage, "--reviewer", who, *words)
        assert code == 0, said
        return self.root / said.split(": ")[0]

    def enter(self, path: Path, *words: str, who: str = "ann", stage: str = "", code: int = 0) -> str:
        """Enter a file; return what was said."""
        got, said = self.run("enter", stage or self.stage, path, "--reviewer", who, *words)
        assert got == code, said
        return said


def ledger_rows(root: Path, stage: str = "screening", who: str = "ann") -> list[dict[str, str]]:
    """Return the rows of one person's votes, in the order they were given where one replaces another."""
    with (root / f"data/decisions/{stage}/{who}.csv").open(newline="") as text:
        return list(csv.DictReader(text))


def standing(root: Path, stage: str = "screening", who: str = "ann") -> dict[str, tuple[str, str]]:
    """Return record -> (decision, reasons) of the votes that count."""
    rows = ledger_rows(root, stage, who)
    gone = {r["supersedes"] for r in rows}
    return {r["record_id"]: (r["decision"], r["reasons"]) for r in rows if r["vote_id"] not in gone}


def filled(path: Path, answers: dict[str, dict[str, str]], by: str = "record id") -> Path:
    """Fill in a worklist (XLSX or CSV) as a person would: `answers` by record id; returns the saved copy."""
    grid = workbook.read(path, ("decision",))
    names = [name.replace(" ", "_") for name in grid.header]
    rows = []
    for row in grid.rows:
        cells = dict(zip(names, row, strict=True)) | answers.get(row[grid.header.index(by)], {})
        rows.append([cells[name] for name in names])
    sheet = Sheet("Decide", [Field(name) for name in names], rows)
    out = path.with_name(f"filled-{path.name}")
    out.write_bytes(workbook.to_xlsx([sheet]) if path.suffix == ".xlsx" else workbook.to_csv(sheet))
    return out


def text_table(rows: list[dict[str, str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
