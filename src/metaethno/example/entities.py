"""Publications: the 13 real articles and the stand-ins, as they are in truth, before any database shows them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files

from metaethno.example import words
from metaethno.example.people import Person, fold, team
from metaethno.example.prng import Stream

RUN1 = "2018-12-11"
RUN2 = "2020-05-22"

UNKNOWN_LENGTH = -1
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal; stand-ins have ISSNs that begin with 9999 or 9998, which are not given out."""

    title: str
    short: str
    issn: str = ""
    eissn: str = ""
    publisher: str = ""
    code: str = ""
    start: int = 1970
    issues: int = 4
    numbered: bool = False
    real: bool = False


@dataclass(slots=True)
class Publication:
    """One publication in truth. Years and pages are text, as in an export; `year` is the one in print.

    `online` is the year of early view (empty where it is the same), `printed_in` the run from which on databases
    can know volume and pages. `gentle` limits how far the databases' versions may differ. `overrides` holds, by
    source, what that database shows instead (the doubtful pairs are made by it).
    """

    ident: str
    title: str
    subtitle: str
    people: tuple[Person, ...]
    journal: Journal
    year: str
    month: int = 0
    volume: str = ""
    issue: str = ""
    first: str = ""
    last: str = ""
    number: str = ""
    length: int = 0
    doi: str = ""
    online: str = ""
    printed_in: str = RUN1
    doctype: str = "Article"
    language: str = "English"
    kind: str = "record"
    article_id: str = ""
    trap: str = ""
    pair: str = ""
    first_run: str = RUN1
    route: str = "database"
    reason: str = ""
    gentle: bool = False
    overrides: dict[str, dict[str, str]] = field(default_factory=dict)


def data_table(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the package's own data files."""
    text = files("metaethno.example").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def abbreviate(title: str) -> str:
    """Return the abbreviated form of a journal title (`J. Health Equity Stud.`)."""
    if " " not in title:
        return title
    parts = [word.strip(",") for word in title.split()]
    kept = [word for word in parts if word.lower() not in words.ABBREVIATION_STOPS]
    return " ".join(words.ABBREVIATIONS.get(word.lower(), word) for word in kept)


def _issn(prefix: int, serial: int) -> str:
    digits = f"{prefix:04d}{serial:03d}"
    check = -sum(int(digit) * weight for digit, weight in zip(digits, range(8, 1, -1), strict=True)) % 11
    return f"{digits[:4]}-{digits[4:]}{'X' if check == 10 else check}"


@lru_cache(maxsize=1)
def journals() -> tuple[Journal, ...]:
    """Return the stand-in journals."""
    out = []
    for serial, title in enumerate(words.JOURNALS):
        stream = Stream("journal", title)
        letters = "".join(word[0] for word in title.replace(",", "").split() if word not in ("of", "and", "in"))
        out.append(
            Journal(
                title=title,
                short=abbreviate(title),
                issn=_issn(9999, serial),
                eissn=_issn(9998, serial),
                publisher=stream.pick(words.PUBLISHERS),
                code=f"{letters.lower()}{serial:02d}",
                start=stream.between(1955, 1995),
                issues=stream.pick((4, 4, 6, 6, 10, 12)),
                numbered=stream.chance(220),
            )
        )
    return tuple(out)


def doi_of(journal: Journal, year: int, serial: int) -> str:
    """Return a DOI under the test prefix, in one of the shapes publishers use; unique by `serial`."""
    # Multiplying modulo a prime scatters the serials without ever giving one twice.
    scattered = serial * 7919 % 100_003
    style = len(journal.title) % 4
    if style == 0:
        return f"10.5555/{journal.code}.{year}.{scattered:06d}"
    if style == 1:
        return f"10.5555/s9999-{year % 100:02d}-{scattered:06d}-{scattered % 9}"
    if style == 2:
        return f"10.5555/{journal.code.upper()}-{year}-{scattered:06d}"
    return f"10.5555/99990{scattered:06d}.{year}.{scattered * 31 % 99991:05d}"


def capitalise(text: str) -> str:
    """Return `text` with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def title_key(text: str) -> str:
    """Return the letters and digits of a title, folded: two titles with one key look the same to any reader."""
    return re.sub(r"[^a-z0-9]+", " ", fold(text).lower()).strip()


_SUBTITLES_ELSEWHERE = tuple(form for form in words.SUBTITLES if "{place2}" not in form)


def fill(stream: Stream, template: str) -> str:
    """Return `template` with its slots filled from the vocabulary; two slots of a kind never hold the same."""
    chosen: dict[str, str] = {}

    def slot(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "actor_":
            actor = stream.pick(words.ACTORS)
            return actor[0].lower() + actor[1:]
        source = {
            "head": words.HEADS, "phen": words.PHENOMENA, "phen2": words.PHENOMENA, "Phen": words.PHENOMENA,
            "pop": words.POPULATIONS, "Pop": words.POPULATIONS, "pop2": words.POPULATIONS, "place": words.PLACES,
            "place2": words.PLACES, "conc": words.CONCEPTS, "Conc": words.CONCEPTS, "actor": words.ACTORS,
            "theory": words.THEORIES, "noun": words.NOUNS, "noun2": words.NOUNS, "Quote": words.QUOTES,
            "method": words.METHODS,
        }[name]  # fmt: skip
        value = stream.pick(source)
        while value in chosen.values():
            value = stream.pick(source)
        chosen[name] = value
        if name[0].isupper():
            return capitalise(value)
        return value.lower() if name == "noun2" else value

    return re.sub(r"\{(\w+)\}", slot, template)


class Publisher:
    """Makes publications: keeps count of what has been made, so that titles and DOIs are given once."""

    def __init__(self) -> None:
        self.made = 0
        self._titles: set[str] = set()

    def title(self, stream: Stream, templates: tuple[str, ...] | None = None) -> tuple[str, str]:
        """Return a title and a subtitle (at times empty) that no other publication has."""
        while True:
            if templates is not None:
                main, _, sub = fill(stream, stream.pick(templates)).partition(": ")
            elif stream.chance(60):
                main, sub = fill(stream, stream.pick(words.QUESTIONS)), ""
            else:
                form = stream.pick(words.TEMPLATES)
                main = fill(stream, form)
                forms = _SUBTITLES_ELSEWHERE if "{place}" in form else words.SUBTITLES
                has_colon = ": " in main
                sub = "" if has_colon or stream.chance(280) else fill(stream, stream.pick(forms))
                if has_colon:
                    main, _, sub = main.partition(": ")
            key = title_key(f"{main} {sub}" if main.startswith("'") else main)
            if self.claim(key):
                return capitalise(main), sub

    def claim(self, key: str) -> bool:
        """Return whether `key` was still free, and take it."""
        if key in self._titles:
            return False
        self._titles.add(key)
        return True

    def publish(
        self,
        stream: Stream,
        title: tuple[str, str],
        *,
        year: int,
        people: tuple[Person, ...] | None = None,
        journal: Journal | None = None,
        doi: bool | None = None,
        numbered: bool | None = None,
    ) -> Publication:
        """Return a publication with all its details; `doi` and `numbered` (article number) may be forced."""
        self.made += 1
        journal = journal or stream.pick(journals())
        # Nothing of 2020 is younger than the second search.
        month = stream.between(1, 5 if year == 2020 else 12)
        has_doi = stream.chance(960 if year >= 2005 else 780 if year >= 1995 else 450)
        if doi is not None:
            has_doi = doi
        pub = Publication(
            ident=f"E{self.made:05d}",
            title=title[0],
            subtitle=title[1],
            people=people or team(stream),
            journal=journal,
            year=str(year),
            month=month,
            volume=str(year - journal.start),
            doi=doi_of(journal, year, self.made) if has_doi else "",
            length=stream.between(6, 21),
        )
        use_number = journal.numbered and year >= 2006 if numbered is None else numbered
        if use_number:
            pub.number = str(stream.between(2, 1400)) if stream.chance(700) else f"e{stream.between(1000, 99999)}"
            pub.issue = "1" if stream.chance(300) else ""
        else:
            issue = (month - 1) * journal.issues // 12 + 1
            start = (issue - 1) * 130 + stream.between(1, 115)
            pub.issue = str(issue)
            pub.first, pub.last = str(start), str(start + pub.length)
            if stream.chance(25):
                pub.first, pub.last = f"S{start}", f"S{start + pub.length}"
        return pub


def next_to(pub: Publication, other: Publication, gap: int = 1) -> None:
    """Put `other` into the same issue, beginning `gap` pages after the end of `pub`."""
    other.journal, other.year, other.month = pub.journal, pub.year, pub.month
    other.volume, other.issue, other.number = pub.volume, pub.issue, ""
    start = int(pub.last.lstrip("S")) + gap
    other.first, other.last = str(start), str(start + other.length)


def record_year(stream: Stream, run: str) -> int:
    """Return a year of publication: recent years have more papers, a rerun brings the newest."""
    if run == RUN2:
        return stream.weighted(((2020, 30), (2019, 48), (2018, 15), (2017, 3), (2015, 2), (2012, 1), (2006, 1)))
    back = stream.weighted(
        ((0, 13), (1, 13), (2, 12), (3, 11), (4, 9), (5, 8), (6, 7), (7, 6), (8, 5), (9, 4), (10, 12))
    )
    return 2018 - (back if back < 10 else 10 + min(stream.below(24), stream.below(24)))


def ordinary(publisher: Publisher, run: str, route: str = "database") -> Publication:
    """Return an ordinary stand-in that first appears in `run`."""
    stream = Stream("entity", publisher.made)
    year = record_year(stream, RUN1 if route == "citation" and stream.chance(550) else run)
    pub = publisher.publish(stream, publisher.title(stream), year=year)
    pub.first_run, pub.route = run, route
    if stream.chance(22):
        pub.language = stream.pick(("French", "Spanish", "Portuguese", "German", "Norwegian"))
    pub.doctype = stream.weighted((("Article", 90), ("Review", 5), ("Editorial Material", 2), ("Meeting Abstract", 3)))
    if route == "citation":
        pub.doctype = stream.weighted((("Article", 86), ("Report", 6), ("Thesis", 3), ("Book", 2), ("Chapter", 3)))
    if not pub.doi:
        # Without a DOI, early view and print of one paper could not be known for the same.
        return pub
    if run == RUN1 and year == 2018 and stream.chance(160):
        # Online before the first search, in print only before the second.
        pub.printed_in, pub.online = RUN2, "2018"
        volume = 2019 - pub.journal.start
        pub.year, pub.volume = "2019", str(volume)
    elif run == RUN2 and year >= 2019 and stream.chance(200):
        pub.printed_in, pub.online = "later", str(year)
    elif year >= 2008 and stream.chance(330):
        pub.online = str(year - 1)
    return pub


# Which databases show the real articles is not known: a stand-in, one letter a source (W, E, P, C; Z = citation).
ARTICLE_SOURCES = {
    "A01": "W", "A02": "WEPC", "A03": "WEC", "A04": "WE", "A05": "Z", "A06": "WEP", "A07": "WE",
    "A08": "E", "A09": "WE", "A10": "WEC", "A11": "W", "A12": "W", "A13": "WEC",
}  # fmt: skip


def articles(publisher: Publisher) -> list[Publication]:
    """Return the real articles: facts from `articles.csv` only; what is not known there stays empty."""
    out = []
    for row in data_table("articles.csv"):
        publisher.made += 1
        title, _, subtitle = row["title"].partition(": ")
        people = []
        for name in row["authors"].replace(" and others", "").split("; "):
            if name.startswith("and "):
                continue
            family, _, initials = name.rpartition(" ")
            people.append(Person(family, initials, real=True))
        first, _, last = row["pages"].partition("-")
        is_number = bool(first) and not last
        year = re.findall(r"\d{4}", row["publication_date"])[-1] if "print" in row["publication_date"] else ""
        pub = Publication(
            ident=f"E{publisher.made:05d}",
            title=title or f"[title not found in the source] {row['citation']}",
            subtitle=subtitle,
            people=tuple(people),
            journal=Journal(title=row["journal"], short=abbreviate(row["journal"]), real=True),
            year=year or row["year_as_cited"],
            volume=row["volume"],
            issue=row["issue"],
            first="" if is_number else first,
            last=last,
            number=first if is_number else "",
            length=int(last) - int(first) if last else UNKNOWN_LENGTH,
            doi=row["doi"],
            kind="article",
            article_id=row["article_id"],
            first_run=RUN2 if row["article_id"] in ("A05", "A09") else RUN1,
            route="citation" if row["article_id"] == "A05" else "database",
            gentle=True,
        )
        publisher.claim(title_key(pub.title))
        # Two of the four articles that carry two years: one database shows the year of the early view.
        if pub.article_id == "A02":
            pub.overrides["embase"] = {"year": "2011"}
        if pub.article_id == "A06":
            pub.overrides["psycinfo"] = {"year": "2013"}
        if pub.article_id == "A10":
            # In print in 2019, so the first search can only have met the early view.
            pub.printed_in, pub.online = RUN2, row["year_as_cited"]
        if pub.article_id == "A05":
            # Volume 32 is of 2022; a row of May 2020 with it is an anachronism, kept because the paper cites it so
            # and because the shared pages with A10 are the trap.
            pub.year = row["year_as_cited"]
        if pub.article_id in ("A05", "A10"):
            pub.trap, pub.pair = "same-pages", "same-pages-articles"
        out.append(pub)
    return out


def full_texts(publisher: Publisher) -> list[Publication]:
    """Return the stand-ins that went to full text, with the reason they were written to be excluded for."""
    out = []
    for row in data_table("fulltexts.csv"):
        for column, run, route in (
            ("first_run", RUN1, "database"),
            ("later_database", RUN2, "database"),
            ("later_citation", RUN2, "citation"),
        ):
            for _ in range(int(row[column])):
                stream = Stream("fulltext", publisher.made)
                year = stream.between(2003, 2018) if run == RUN1 else stream.between(2019, 2020)
                title = publisher.title(stream, words.FULLTEXT_TEMPLATES[row["reason_id"]])
                pub = publisher.publish(stream, title, year=year)
                pub.kind, pub.first_run, pub.route, pub.reason = "fulltext", run, route, row["reason_id"]
                if row["reason_id"] == "X9":
                    pub.language = stream.pick(("French", "Spanish", "Portuguese", "German"))
                if row["reason_id"] == "X1":
                    pub.doctype = "Editorial Material"
                out.append(pub)
    return out


def clone(publisher: Publisher, stream: Stream, pub: Publication, title: tuple[str, str]) -> Publication:
    """Return a further publication by the same authors in the same journal and year, with its own details."""
    other = publisher.publish(
        stream, title, year=int(pub.year), people=pub.people, journal=pub.journal, doi=bool(pub.doi), numbered=False
    )
    return replace(other, first_run=pub.first_run, gentle=True)
