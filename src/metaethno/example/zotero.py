"""Citation tracking, kept in Zotero and exported as RIS: CRLF lines, curly marks, no accession numbers."""

from __future__ import annotations

from collections.abc import Sequence

from metaethno.example.notes import REFERENCE_NOTE, STANDIN_NOTE
from metaethno.example.people import Person, fold
from metaethno.example.rows import Row, shown_people

_TYPES = {"Report": "RPRT", "Thesis": "THES", "Book": "BOOK", "Chapter": "CHAP"}
_OF_A_JOURNAL = frozenset({"T2", "J2", "VL", "IS", "SP", "EP", "SN"})


def name(person: Person, row: Row) -> str:
    """Return `Smith, John A.` or `Smith, J. A.`."""
    given = person.given
    if person.real or row.initials:
        given = " ".join(f"{letter}." for letter in person.initials())
    text = f"{person.family}, {given}"
    return fold(text) if row.folded else text


def _curly(text: str) -> str:
    """Return `text` with typographic quotation marks and apostrophes."""
    out, opened = [], False
    for place, char in enumerate(text):
        if char != "'":
            out.append(char)
        elif not opened and (place == 0 or text[place - 1] in " (:"):
            opened = True
            out.append("‘")
        else:
            opened = opened and place + 1 < len(text) and text[place + 1].isalpha()
            out.append("’")
    return "".join(out)


def record(row: Row) -> str:
    """Return one record, lines parted by LF."""
    pub, journal = row.pub, row.pub.journal
    title = _curly(row.title) if row.curly else row.title
    date = f"{row.year}/{row.month:02d}//" if row.month else f"{row.year}///"
    lines = [f"TY  - {_TYPES.get(pub.doctype, 'JOUR')}", f"TI  - {title}"]
    lines += [f"AU  - {name(person, row)}" for person in shown_people(row)]
    fields = [
        ("T2", journal.title), ("DA", date), ("PY", row.year), ("DO", row.doi), ("VL", row.volume), ("IS", row.issue),
        ("SP", row.first or row.number), ("EP", row.last), ("J2", journal.short), ("LA", pub.language[:2].lower()),
        ("SN", journal.issn), ("PB", journal.publisher if pub.doctype in _TYPES else ""),
        ("N1", REFERENCE_NOTE if pub.kind == "article" else STANDIN_NOTE),
        ("UR", f"https://doi.org/{row.doi}" if row.doi and row.entities else ""),
        ("DB", "DOI.org (Crossref)" if row.doi else "Google Scholar"),
    ]  # fmt: skip
    if pub.doctype in ("Report", "Thesis", "Book"):
        # What stands alone has no journal to be in.
        fields = [item for item in fields if item[0] not in _OF_A_JOURNAL]
    lines += [f"{tag}  - {value}" for tag, value in fields if value]
    return "\n".join([*lines, "ER  - ", "", ""])


def export(rows: Sequence[Row]) -> bytes:
    """Return the whole file."""
    return "".join(record(row) for row in rows).replace("\n", "\r\n").encode("utf-8")
