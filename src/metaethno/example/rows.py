"""How a database shows a publication: one row of one export, still without the export's syntax.

What differs between databases is drawn here, once per publication, source and copy, so that a rerun shows the same
row again; what a rerun shows differently (early view turned print, a corrected title, an added DOI, an erratum or
retraction notice, a new accession number) is laid over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from metaethno.example import words
from metaethno.example.entities import RUN1, RUN2, Publication, title_key
from metaethno.example.people import Person, fold
from metaethno.example.prng import Stream

# In a thousand rows: how often a source lacks a DOI that exists.
NO_DOI = {"wos": 110, "embase": 140, "psycinfo": 90, "cinahl": 200, "citation": 150}
# How often a source never replaced its early-view record (WoS and EBSCO mostly do, Embase often doesn't).
STALE = {"wos": 8, "embase": 45, "psycinfo": 10, "cinahl": 12, "citation": 25}
# How often a source keeps the year of early view beside the volume and pages of the print.
ONLINE_YEAR = {"wos": 20, "embase": 260, "psycinfo": 120, "cinahl": 40, "citation": 200}


@dataclass(slots=True)
class Row:
    """One exported record. All text as the database shows it, before HTML entities and syntax."""

    pub: Publication
    source: str
    copy: int
    run: str
    title: str
    first_family: str
    year: str
    month: int
    volume: str
    issue: str
    first: str
    last: str
    number: str
    doi: str
    early: bool
    unpaged: bool = False
    folded: bool = False
    capitals: bool = False
    initials: bool = False
    short_journal: bool = False
    entities: bool = False
    curly: bool = False
    notice: str = ""
    accession: str = ""
    key: str = ""


def shown_people(row: Row) -> tuple[Person, ...]:
    """Return the authors, the first with the family name that this row shows."""
    people = row.pub.people
    if row.first_family == people[0].family:
        return people
    return (replace(people[0], family=row.first_family), *people[1:])


_SMALL = frozenset(
    words.items("""
        a; an; and; as; at; among; after; beyond; by; for;
        from; in; into; is; it; of; on; or; the; to; towards; toward; with; who
    """)
)


@lru_cache(maxsize=50_000)
def _title_word(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))


def title_case(text: str) -> str:
    """Return `text` in title case, small words left small."""
    out = []
    start = True
    for word in text.split(" "):
        if word.startswith("'") and len(word) > 1:
            out.append("'" + word[1:2].upper() + word[2:])
        elif start or word not in _SMALL:
            out.append(_title_word(word))
        else:
            out.append(word)
        start = word.endswith((":", ".", "?", "-", "–"))
    return " ".join(out)


def _us_spelling(text: str) -> str:
    def change(match: re.Match[str]) -> str:
        word = match.group(0)
        found = words.US_SPELLING.get(word.lower())
        if found is None:
            return word
        return found.capitalize() if word[0].isupper() else found

    return re.sub(r"[A-Za-z-]+", change, text)


def _typo(stream: Stream, text: str) -> str:
    """Return `text` with two letters swapped in one of its longer words."""
    places = [match.start() for match in re.finditer(r"(?<=[a-z])[a-z]{2}(?=[a-z])", text)]
    if not places:
        return text
    place = stream.pick(places)
    return f"{text[:place]}{text[place + 1]}{text[place]}{text[place + 2 :]}"


def _title(pub: Publication, source: str, stream: Stream, gentle: bool) -> str:
    """Return the title as `source` shows it."""
    main, sub = pub.title, pub.subtitle
    rough = not gentle
    if rough and sub and len(main.split()) >= 6 and stream.chance(28):
        sub = ""
    if rough and not main.startswith(("'", "The ", "A ")) and stream.chance(7):
        main = f"The {main[:1].lower()}{main[1:]}" if main[1:2].islower() else f"The {main}"
    question = main.endswith("?") and stream.chance(800)
    joint = " " if question else ": "
    if not question and stream.chance(45):
        joint = stream.pick((". ", " - ", " – ", "--", " : ")) if source != "wos" else stream.pick((". ", " - ", " : "))
    if sub:
        if source == "psycinfo" or joint == ". " or question:
            sub = sub[:1].upper() + sub[1:]
        text = f"{main}{joint}{sub}"
    else:
        text = main
    if stream.chance(25):
        text = text.replace(" and ", " & ", 1)
    if (source == "psycinfo" and stream.chance(300)) or (rough and stream.chance(20)):
        text = _us_spelling(text)
    if rough and stream.chance(10):
        text = text.replace(", ", " ", 1) if stream.chance(500) else text.replace("-", " ", 1)
    shape = stream.below(1000)
    if source == "wos":
        if shape < (400 if pub.year < "1998" else 15):
            text = text.upper()
        elif shape < 600:
            text = title_case(text)
    elif source == "cinahl":
        text = title_case(text) if shape < 850 else text
    elif source == "citation":
        text = title_case(text) if shape < 350 else text
    if source == "embase" and pub.language != "English":
        text = f"[{text}]"
    if source in ("psycinfo", "cinahl") or (source == "embase" and stream.chance(650)):
        text = text if text.endswith(("?", "!", ".")) else f"{text}."
    if stream.chance({"wos": 600, "embase": 400, "cinahl": 100}.get(source, 30)):
        text = fold(text)
    return text


def make_row(pub: Publication, source: str, copy: int, run: str, gentle: bool) -> Row:
    """Return what `source` shows of `pub` in `run`; `gentle` keeps the differences to case and punctuation."""
    stream = Stream("row", pub.ident, source, copy, gentle)
    gentle = gentle or pub.gentle
    title = _title(pub, source, stream, gentle)
    row = Row(
        pub=pub, source=source, copy=copy, run=run, title=title, first_family=pub.people[0].family,
        year=pub.year, month=pub.month, volume=pub.volume, issue=pub.issue, first=pub.first, last=pub.last,
        number=pub.number, doi=pub.doi, early=False,
    )  # fmt: skip
    lacks_doi = stream.chance(NO_DOI[source])
    case = stream.below(1000)
    stale, replaced = stream.chance(STALE[source]), stream.chance(700)
    slow = stream.chance(150)
    keeps_online_year = stream.chance(ONLINE_YEAR[source])
    shortened = stream.chance({"embase": 400, "citation": 60}.get(source, 0))
    row.folded = stream.chance({"wos": 820, "embase": 550, "psycinfo": 80, "cinahl": 60}.get(source, 120))
    row.capitals = stream.chance(35) and source in ("psycinfo", "cinahl")
    row.initials = stream.chance({"cinahl": 250, "citation": 400}.get(source, 0))
    row.short_journal = stream.chance({"cinahl": 320, "embase": 60, "citation": 120}.get(source, 0))
    row.entities, row.curly = stream.chance(400), stream.chance(500)
    if lacks_doi:
        row.doi = ""
    if row.doi and not pub.journal.real:
        row.doi = row.doi.upper() if case < 50 else row.doi.lower() if case < 250 else row.doi
    if run < pub.printed_in:
        row.early = True
    elif pub.printed_in == RUN2 and not pub.journal.real:
        row.early = slow
    elif stale and not gentle and pub.year >= "2012" and pub.online:
        row.early = run == RUN1 or not replaced
    if row.early:
        row.doi = row.doi or ("" if pub.journal.real else pub.doi)
        row.year = pub.online or pub.year
        row.volume = row.issue = row.first = row.last = row.number = ""
    elif keeps_online_year and pub.online and not gentle:
        row.year = pub.online
    if row.number and not pub.journal.real:
        if source in ("psycinfo", "cinahl"):
            # EBSCO counts pages from 1 where there is only an article number.
            row.number, row.first, row.last = "", "1", str(pub.length + 1)
        elif source == "embase" and row.entities:
            row.number, row.unpaged = "", True
    if shortened and len(row.last) == len(row.first) and row.last.isdigit():
        row.last = _shorten(row.first, row.last)
    _change(row, stream, gentle)
    if pub.trap == "doubtful-same":
        # The one database shows all there is, so that the doubt comes from the other alone.
        row.doi = pub.doi
    for name, value in pub.overrides.get("copy" if copy else source, {}).items():
        setattr(row, name, value)
    row.early = row.early or (bool(pub.volume) and not row.volume and bool(pub.overrides))
    row.key = title_key(row.title.replace("&", " and "))
    return row


def _shorten(first: str, last: str) -> str:
    """Return the end page without the digits it shares with the first: 454-481 becomes 81."""
    shared = 0
    while shared < len(first) - 1 and first[shared] == last[shared]:
        shared += 1
    return last[shared:]


def _change(row: Row, stream: Stream, gentle: bool) -> None:
    """Lay over `row` what the rerun shows differently (`row` may be of either run)."""
    pub = row.pub
    kind = stream.below(1000)
    if pub.first_run != RUN1 or pub.trap or pub.kind == "article" or row.copy or gentle:
        return
    if kind < 4:
        # A misprint in the first run, corrected by the second.
        row.title = _typo(stream, row.title) if row.run == RUN1 else row.title
    elif kind < 14:
        row.doi = "" if row.run == RUN1 else pub.doi
    elif kind < 17 and row.run == RUN2:
        row.notice = f"Erratum in: {pub.journal.title}. 2019;{2019 - pub.journal.start}(2):{stream.between(100, 400)}"
    elif kind < 18 and row.run == RUN2:
        row.title += f" (Retracted article. See vol. {2019 - pub.journal.start}, pg. {stream.between(100, 400)}, 2019)"


def accession_changes(pub: Publication, source: str) -> bool:
    """Return whether the second run shows `pub` under another accession number."""
    return (
        pub.first_run == RUN1 and not pub.trap and pub.kind != "article" and Stream("acc", pub.ident, source).chance(4)
    )
