"""Worklists in the formats of the tools that people decide in.

Every row carries `metaethno:<record id>` in a field that the tool keeps (notes, accession number): when it comes back,
this and the record's own identifiers and title say which record it is, never the tool's key. Behind the id stands what
the hidden columns of our own sheet hold: the text that was shown, and a round or role that is not the usual one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from metaethno import tables
from metaethno.config import Config
from metaethno.exchange import workbook
from metaethno.exchange.words import ASIDE, MARK, SEEN, decisions, reasons, retrieval
from metaethno.exchange.workbook import Field, Sheet

if TYPE_CHECKING:
    import pandas as pd

FORMATS: Final = {
    "xlsx": ".xlsx",
    "csv": ".csv",
    "ris": ".ris",
    "rayyan": ".csv",
    "covidence": ".ris",
    "asreview": ".csv",
}
_RAYYAN: Final = [
    "key",
    "title",
    "year",
    "month",
    "day",
    "journal",
    "issn",
    "volume",
    "issue",
    "pages",
    "authors",
    "url",
    "language",
    "publisher",
    "location",
    "abstract",
    "notes",
    "doi",
    "keywords",
    "pubmed_id",
    "pmc_id",
]


_RETRIEVAL: Final = (
    Field("obtained", 14, "Did you get the full text? With or without a decision.", retrieval(), fill_in=True),
    Field("asked_of", 20, "Of whom you asked for it: library, author, open access ...", fill_in=True),
    Field("asked_on", 12, "The day, as 2020-12-31; the day of entering, if empty.", fill_in=True),
)


def _fields(stage: str, config: Config) -> list[Field]:
    said = decisions(stage)
    why = reasons(config, stage)
    asked = "Pick one." if stage == "screening" else "Pick one. An exclusion needs a reason."
    return [
        Field("record_id", 14, "Which record it is: please leave it as it is."),
        Field("title", 45),
        Field("authors", 22),
        Field("year", 7),
        Field("journal", 20),
        Field("abstract", 90),
        Field("doi", 18),
        Field("full_text", 14, "What came of asking for it so far.", hidden=stage != "eligibility"),
        Field("why", 14, "Why it is open: not seen by you yet, changed since you voted, a conflict to settle."),
        Field("decision", 13, asked, said, fill_in=True),
        Field("reason", 28, "The main reason for an exclusion.", why, fill_in=True),
        Field("further_reason", 28, "Another one, if there is one.", why, fill_in=True),
        Field("note", 35, "Anything you want to remember.", fill_in=True),
        *(_RETRIEVAL if stage == "eligibility" else ()),
        Field("seen", hidden=True),
        Field("reviewer", hidden=True),
        Field("role", hidden=True),
        Field("round", hidden=True),
    ]


def _rows(work: pd.DataFrame, blanks: int) -> Iterator[list[str]]:
    """Return the rows of a sheet: what is known, `blanks` cells to be filled in, what comes back unseen."""
    columns = ["record_id", "title", "authors", "year", "container", "abstract", "doi", "full_text", "why"]
    last = ["seen", "reviewer", "role", "round"]
    for row in work[[*columns, *last]].itertuples(index=False, name=None):
        yield [*row[: len(columns)], *[""] * blanks, *row[len(columns) :]]


def _criteria(stage: str, config: Config) -> Sheet:
    kinds = {"include": "include", "exclude": "exclude", "no_limit": "no limit on"}
    rows = [(c.id, kinds[c.kind], c.text) for c in config.criteria.criteria]
    rows += [("", "", ""), ("", f"Version {config.criteria.version} of the criteria", config.review.question)]
    rows += [("", "", ""), ("", "Reasons for exclusion", "the first of several that fit, in this order, is counted")]
    rows += [(one, "reason", label) for one, label in reasons(config, stage).labels.items()]
    return Sheet("Criteria", (Field("id", 16), Field("kind", 28), Field("what it says", 100)), rows)


def _sheet(work: pd.DataFrame, stage: str, config: Config) -> tuple[Sheet, Sheet]:
    fields = _fields(stage, config)
    opening = [
        f"Your worklist for {stage}. Fill in the yellow columns; leave a row empty that you haven't decided yet.",
        "Save the file, then enter it: metaethno enter " + stage + " FILE --reviewer " + _one(work, "reviewer"),
        "You may enter it as often as you like: what is in it already is not counted twice.",
    ]
    rows = _rows(work, sum(field.fill_in for field in fields))
    return Sheet("Decide", fields, list(rows), 2), workbook.help_sheet(fields, opening)


def _one(work: pd.DataFrame, column: str) -> str:
    return str(work[column].iloc[0]) if len(work) else "ID"


def _plain(text: str) -> str:
    """Return text on one line: a line break would start a new tag in RIS."""
    return " ".join(text.split())


def _mark(row: Mapping[Hashable, str]) -> str:
    """Return what a tool carries for us: the record, the text that is shown, a round or role that is not the usual."""
    aside = [word for word, column in ASIDE.items() if row[column] == word]
    return " ".join([f"{MARK}{row['record_id']}", *([f"{SEEN}{row['seen']}"] if row["seen"] else []), *aside])


def _ris(work: pd.DataFrame, tags: dict[str, str]) -> bytes:
    """Return RIS; `tags` names those in which tools differ (title, journal, abstract, note)."""
    lines: list[str] = []
    for row in work.to_dict("records"):
        first, _, last = row["pages"].partition("-")
        pairs: list[tuple[str, str]] = [("TY", "JOUR"), (tags["title"], row["title"])]
        pairs += [("AU", name) for name in row["authors"].split("; ")]
        pairs += [("PY", row["year"]), (tags["journal"], row["container"]), (tags["abstract"], row["abstract"])]
        pairs += [("VL", row["volume"]), ("IS", row["issue"]), ("SP", first), ("EP", last)]
        pairs += [("DO", row["doi"].split(";")[0]), ("SN", row["issn"]), ("UR", row["url"])]
        pairs += [("KW", word) for word in row["keywords"].split("; ")]
        pairs += [("AN", _mark(row)), ("N1", _mark(row))]
        lines += [f"{tag}  - {_plain(text)}" for tag, text in pairs if text.strip()]
        lines += ["ER  - ", ""]
    return ("\r\n".join(lines) + "\r\n").encode()


def _csv(header: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([tables.escape(_plain(cell)) for cell in row] for row in rows)
    return out.getvalue().encode()


def _rayyan(work: pd.DataFrame) -> bytes:
    def row(n: int, r: Mapping[Hashable, str]) -> list[str]:
        cells = {
            "key": str(n),
            "title": r["title"],
            "year": r["year"],
            "journal": r["container"],
            "issn": r["issn"].split(";")[0],
            "volume": r["volume"],
            "issue": r["issue"],
            "pages": r["pages"],
            "authors": r["authors"].replace("; ", " and "),
            "url": r["url"],
            "abstract": r["abstract"],
            "notes": _mark(r),
            "doi": r["doi"].split(";")[0],
            "keywords": r["keywords"],
            "pubmed_id": r["pmid"],
        }
        return [cells.get(name, "") for name in _RAYYAN]

    return _csv(_RAYYAN, [row(n, r) for n, r in enumerate(work.to_dict("records"), 1)])


def _asreview(work: pd.DataFrame) -> bytes:
    columns = ["title", "abstract", "authors", "year", "doi", "keywords", "url", "notes"]
    marked = work.assign(notes=[_mark(row) for row in work.to_dict("records")])
    return _csv(columns, list(marked[columns].itertuples(index=False, name=None)))


def write(work: pd.DataFrame, to: str, stage: str, config: Config) -> bytes:
    """Return a worklist (from `worklist.rows`) in one of `FORMATS`."""
    if to == "xlsx":
        sheet, guide = _sheet(work, stage, config)
        return workbook.to_xlsx([sheet, _criteria(stage, config), guide])
    if to == "csv":
        return workbook.to_csv(_sheet(work, stage, config)[0])
    if to == "rayyan":
        return _rayyan(work)
    if to == "asreview":
        return _asreview(work)
    if to == "covidence":
        return _ris(work, {"title": "TI", "journal": "JO", "abstract": "N2"})
    return _ris(work, {"title": "TI", "journal": "T2", "abstract": "AB"})
