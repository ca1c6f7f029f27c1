"""Web of Science, plain text with field tags, in chunks of 500 that the searcher put together into one file."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from metaethno.example.entities import MONTHS, UNKNOWN_LENGTH
from metaethno.example.notes import ARTICLE_NOTE, STANDIN_NOTE
from metaethno.example.people import Person, fold
from metaethno.example.rows import Row, shown_people

CHUNK = 500


def short_name(person: Person, folded: bool) -> str:
    """Return `Smith, JA`."""
    name = f"{person.family}, {person.initials()}"
    return fold(name) if folded else name


def full_name(person: Person, folded: bool) -> str:
    """Return `Smith, John A.`; for the real authors, of whom only initials are known, the short form."""
    name = f"{person.family}, {person.given}"
    return fold(name) if folded else name


def _wrapped(tag: str, text: str) -> str:
    """Return a field with its continuation lines, which begin with three spaces."""
    lines = textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)
    return f"{tag} " + "\n   ".join(lines)


def record(row: Row) -> str:
    """Return one record, `ER` and the blank line after it included."""
    pub, journal = row.pub, row.pub.journal
    title = row.title
    if row.entities:
        title = title.replace("&", "&amp;")
    lines = [
        "PT J",
        "AU " + "\n   ".join(short_name(person, True) for person in shown_people(row)),
        "AF " + "\n   ".join(full_name(person, row.folded) for person in shown_people(row)),
        _wrapped("TI", title),
    ]
    if journal.title:
        lines.append(_wrapped("SO", journal.title.upper()))
    lines.append(f"LA {pub.language}")
    lines.append(f"DT {pub.doctype}{'; Early Access' if row.early else ''}")
    lines.append(f"FX {ARTICLE_NOTE if pub.kind == 'article' else STANDIN_NOTE}")
    if row.notice:
        lines.append(f"   {row.notice}")
    fields = [("PU", journal.publisher.upper()), ("SN", journal.issn), ("EI", journal.eissn)]
    if journal.title:
        fields += [("J9", journal.short.replace(".", "").upper()), ("JI", journal.short)]
    if row.early:
        month = MONTHS[row.month - 1].upper() if row.month else ""
        fields += [("EA", f"{month} {row.year}" if month else ""), ("EY", row.year)]
    else:
        fields += [("PD", MONTHS[row.month - 1].upper() if row.month else ""), ("PY", row.year)]
    fields += [("VL", row.volume), ("IS", row.issue), ("BP", row.first)]
    last = row.last
    if row.first and last and len(last) < len(row.first):
        last = row.first[: len(row.first) - len(last)] + last
    fields += [("EP", last), ("AR", row.number), ("DI", row.doi)]
    known = pub.length != UNKNOWN_LENGTH and not row.early and (row.first or row.number)
    pages = str(pub.length + 1) if known else ""
    fields += [("PG", pages), ("UT", row.accession), ("DA", row.run)]
    lines += [f"{tag} {value}" for tag, value in fields if value]
    return "\n".join([*lines, "ER", "", ""])


def export(rows: Sequence[Row]) -> bytes:
    """Return the whole file: each chunk has its own byte-order mark, header and trailer."""
    chunks = []
    for start in range(0, len(rows), CHUNK):
        body = "".join(record(row) for row in rows[start : start + CHUNK])
        chunks.append(f"\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\n{body}EF\n")
    return "".join(chunks).encode("utf-8")
