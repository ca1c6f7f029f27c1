"""Embase on Ovid, as RIS: a record number before `TY`, the DOI as a URL, and a link line after `ER`."""

from __future__ import annotations

from collections.abc import Sequence

from metaethno.example.entities import RUN1
from metaethno.example.notes import ARTICLE_NOTE, STANDIN_NOTE
from metaethno.example.people import Person, fold
from metaethno.example.rows import Row, shown_people


def name(person: Person, folded: bool) -> str:
    """Return `Smith J.A.`."""
    text = f"{person.family} {''.join(f'{letter}.' for letter in person.initials())}"
    return fold(text) if folded else text


def record(row: Row, number: int) -> str:
    """Return one record with everything that Ovid prints before and after it."""
    pub, journal = row.pub, row.pub.journal
    resolver = "http://dx.doi.org/" if row.run == RUN1 else "https://dx.doi.org/"
    lines = [f"{number}. ", "TY  - JOUR", "DB  - Embase", f"ID  - {row.accession}", f"T1  - {row.title}"]
    lines += [f"A1  - {name(person, row.folded)}" for person in shown_people(row)]
    lines.append(f"Y1  - {row.year}//")
    lines.append(f"N1  - {ARTICLE_NOTE if pub.kind == 'article' else STANDIN_NOTE}")
    if row.notice:
        lines.append(f"N1  - {row.notice}")
    lines.append(f"LA  - {pub.language}")
    container = journal.short if row.short_journal else journal.title
    first, last = row.first or row.number, row.last
    if row.unpaged:
        # Ovid splits "No. Specified" over both page fields, and the article number is lost.
        first, last = "No", "Specified"
    fields = [("JF", container), ("JA", journal.short), ("VL", row.volume), ("IS", row.issue)]
    fields += [
        ("SP", first),
        ("EP", last),
        ("PB", journal.publisher),
        ("SN", journal.eissn if row.curly else journal.issn),
    ]
    lines += [f"{tag}  - {value}" for tag, value in fields if value]
    if row.doi:
        lines.append(f"DO  - {resolver}{row.doi}")
    lines.append(f"PT  - {'Article in Press' if row.early else pub.doctype}")
    link = f"https://resolver.example.org/?sid=OVID:embase&genre=article&id=doi:{row.doi}&spage={first}"
    return "\n".join([*lines, "ER  -  ", "", link, " ", "", ""])


def export(rows: Sequence[Row]) -> bytes:
    """Return the whole file."""
    return "".join(record(row, place) for place, row in enumerate(rows, start=1)).encode("utf-8")
