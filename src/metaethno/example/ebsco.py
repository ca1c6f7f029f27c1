"""EBSCOhost: PsycINFO as RIS and CINAHL as CSV, with the invented end pages and formula escapes of the real files."""

from __future__ import annotations

from collections.abc import Sequence

from metaethno.example.entities import MONTHS, UNKNOWN_LENGTH
from metaethno.example.notes import ARTICLE_NOTE, STANDIN_NOTE
from metaethno.example.people import Person, fold
from metaethno.example.prng import Stream
from metaethno.example.rows import Row, shown_people
from metaethno.example.words import SUBJECTS

HEADER = (
    "Article Title,Author,Journal Title,ISSN,ISBN,Publication Date,Volume,Issue,First Page,Page Count,Accession Number,"
    "DOI,Publisher,Doctype,Subjects,Keywords,Abstract,PLink"
)
_LINK = "https://search.ebscohost.com/login.aspx?direct=true&db={}&AN={}&site=ehost-live"


def name(person: Person, row: Row) -> str:
    """Return `Smith, John A.`, in capitals or with initials only where the row has it so."""
    given = person.given
    if person.real or row.initials:
        given = " ".join(f"{letter}." for letter in person.initials())
    text = f"{person.family}, {given}"
    text = fold(text) if row.folded else text
    return text.upper() if row.capitals else text


def _pages(row: Row) -> tuple[str, str, str]:
    """Return first page, last page and page count."""
    first = row.first or row.number
    known = bool(first) and row.pub.length != UNKNOWN_LENGTH
    return first, row.last, str(row.pub.length + 1) if known else ""


def ris_record(row: Row) -> str:
    """Return one PsycINFO record."""
    pub, journal = row.pub, row.pub.journal
    first, last, _ = _pages(row)
    lines = ["TY  - JOUR", *(f"AU  - {name(person, row)}" for person in shown_people(row)), f"T1  - {row.title}"]
    date = f"{row.year}/{row.month:02d}//" if row.month else f"{row.year}///"
    fields = [
        ("JO", journal.title), ("JF", journal.title), ("Y1", date), ("VL", row.volume), ("IS", row.issue),
        ("M3", pub.doctype), ("SP", first), ("EP", last), ("PB", journal.publisher),
        ("SN", journal.issn.replace("-", "")),
    ]  # fmt: skip
    lines += [f"{tag}  - {value}" for tag, value in fields if value]
    lines += [f"KW  - {word}" for word in _subjects(row)]
    note = ARTICLE_NOTE if pub.kind == "article" else STANDIN_NOTE
    notice = f"; {row.notice}" if row.notice else ""
    language = "" if pub.language == "English" else f"; Language: {pub.language}"
    lines.append(f"N1  - Accession Number: {row.accession}; Note: {note}{language}{notice}")
    if row.doi:
        lines.append(f"L3  - {row.doi}")
    lines += [f"UR  - {_LINK.format('psyh', row.accession)}", "DP  - EBSCOhost", "DB  - psyh", "ER  - ", "", ""]
    return "\n".join(lines)


def _subjects(row: Row) -> list[str]:
    stream = Stream("subjects", row.pub.ident)
    return stream.shuffled(SUBJECTS)[: 1 + stream.below(3)]


def ris_export(rows: Sequence[Row]) -> bytes:
    """Return the PsycINFO file."""
    return "".join(ris_record(row) for row in rows).encode("utf-8")


def _cell(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if value else ""


def _formula(value: str) -> str:
    """Return a value the way EBSCO keeps spreadsheets from turning it into a number or a date."""
    return f'="{value}"' if value else ""


def csv_record(row: Row) -> str:
    """Return one CINAHL line."""
    pub, journal = row.pub, row.pub.journal
    first, _, count = _pages(row)
    date = row.year
    if row.month and row.curly:
        date = f"{row.month}/{1 + pub.length}/{row.year}"
    elif row.month:
        date = f"{MONTHS[row.month - 1]}{row.year}"
    title = row.title
    if row.entities:
        title = title.replace("&", "&amp;")
        if row.folded:
            title = title.replace("'", "&apos;")
    note = ARTICLE_NOTE if pub.kind == "article" else STANDIN_NOTE
    return ",".join(
        (
            _cell(title),
            _cell("; ".join(name(person, row) for person in shown_people(row))),
            _cell(journal.short.replace(".", "").upper() if row.short_journal else journal.title),
            _formula(journal.issn.replace("-", "")),
            "",
            _formula(date),
            _cell(row.volume),
            _cell(row.issue),
            _cell(first),
            _cell(count),
            _cell(row.accession),
            _cell(row.doi),
            _cell(journal.publisher),
            _cell(pub.doctype),
            _cell("; ".join(_subjects(row))),
            _cell(f"{note}; {row.notice}" if row.notice else note),
            "",
            _cell(_LINK.format("rzh", row.accession)),
        )
    )


def csv_export(rows: Sequence[Row]) -> bytes:
    """Return the CINAHL file."""
    return "\n".join([HEADER, *(csv_record(row) for row in rows), ""]).encode("utf-8")
