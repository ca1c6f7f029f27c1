"""Traps: publications that look alike and are not the same, and pairs that only a person can settle.

Each family makes groups of publications that share what duplicates share (authors, journal, nearly the title) and
differ in what tells them apart (numeral, sex, type, pages, volume, kind of contribution). In truth every member is a
publication of its own. The doubtful families make pairs for which the databases show too little: `doubtful-same` is
one publication shown in two ways, `doubtful-different` are two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from metaethno.example.entities import (
    RUN1,
    RUN2,
    Journal,
    Publication,
    Publisher,
    capitalise,
    clone,
    doi_of,
    fill,
    journals,
    next_to,
)
from metaethno.example.people import FAMILIES, team
from metaethno.example.prng import Stream

GROUPS_RUN1 = 24
GROUPS_RUN2 = 6
DOUBTFUL_RUN1 = {"corrected": 24, "two-dois": 12, "author": 12, "next-year": 16, "one-word": 16}
DOUBTFUL_RUN2 = {"corrected": 6, "two-dois": 2, "author": 2, "next-year": 4, "one-word": 4, "new-accession": 8}

_Maker = Callable[[Publisher, Stream, int, str], list[Publication]]


def _year(stream: Stream, run: str) -> int:
    # Two years' room, so that a later member of a group is still older than the search that finds it.
    return stream.between(2004, 2016) if run == RUN1 else 2018


def _paged(stream: Stream) -> Journal:
    """Return a journal that prints pages: article numbers would take a trap's teeth out."""
    return stream.pick([journal for journal in journals() if not journal.numbered])


def _base(
    publisher: Publisher, stream: Stream, run: str, title: tuple[str, str] | None = None, doi: bool = True
) -> Publication:
    """Return the first member of a group."""
    pub = publisher.publish(
        stream,
        title or publisher.title(stream),
        year=_year(stream, run),
        journal=_paged(stream),
        people=team(stream, stream.between(1, 6)),
        doi=doi,
        numbered=False,
    )
    pub.first_run, pub.gentle = run, True
    return pub


def _parts(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """Part I and Part II: consecutive pages; every third group has no DOIs at all."""
    marks = (("Part I", "Part II"), ("Part 1", "Part 2"), ("part one", "part two"))[index % 3]
    main, _ = publisher.title(stream)
    subs = [fill(stream, form) for form in ("{method}", "implications for {conc}")]
    if index % 4 == 3:
        titles = [(f"{main} ({mark})", "") for mark in marks]
    elif index % 4 == 2:
        titles = [(f"{main}: {mark}", "") for mark in marks]
    else:
        titles = [(f"{main}. {mark}", sub) for mark, sub in zip(marks, subs, strict=True)]
    pub = _base(publisher, stream, run, titles[0], doi=index % 3 != 1)
    other = clone(publisher, stream, pub, titles[1])
    next_to(pub, other)
    return [pub, other]


def _swapped(first: str, second: str, forms: tuple[str, ...]) -> _Maker:
    """Return the maker of a family in which one word tells two papers of the same authors apart."""

    def make(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
        while True:
            main, _, sub = fill(stream, forms[index % len(forms)]).partition(": ")
            if publisher.claim(main.lower()):
                break
        pub = _base(
            publisher,
            stream,
            run,
            (capitalise(main.replace("@", first)), sub.replace("@", first)),
            doi=index % 4 != 2,
        )
        other = clone(publisher, stream, pub, (capitalise(main.replace("@", second)), sub.replace("@", second)))
        if index % 2:
            next_to(pub, other, stream.between(1, 30))
        else:
            other.year = str(int(pub.year) + index % 3 % 2)
            other.volume = str(int(other.year) - pub.journal.start)
        return [pub, other]

    return make


def _erratum(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """An article and its erratum, which has a DOI (mostly), pages and often a year of its own."""
    # Some errata of the second run belong to articles that the first search had already found.
    pub = _base(publisher, stream, RUN1 if run == RUN2 and index % 2 else run)
    form = ("Erratum to: {}", "Correction: {}", "Correction to: {}", "Corrigendum: {}", "{} (vol {}, pg {}, {})")[
        index % 5
    ]
    if index % 5 == 4:
        title = (
            f"{pub.title}{': ' + pub.subtitle if pub.subtitle else ''} (vol {pub.volume}, pg {pub.first}, {pub.year})",
            "",
        )
    else:
        title = (form.format(pub.title), pub.subtitle)
    other = clone(publisher, stream, pub, title)
    other.doctype, other.length = "Correction", 0
    if run == RUN2 and index % 2:
        other.year = "2019"
    else:
        other.year = str(int(pub.year) + index % 2)
    other.volume = str(int(other.year) - pub.journal.start)
    if other.year == pub.year:
        other.first = str(int(pub.last) + stream.between(90, 400)) if pub.last.isdigit() else other.first
    other.last = other.first
    other.first_run = run
    if index % 6 == 5:
        other.doi = ""
    return [pub, other]


def _editorials(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """Editorials that bear the same title every year, by the same editors, in the same journal."""
    pool = [journal for journal in journals() if not journal.numbered]
    journal = pool[(index * 2 + (run == RUN2)) % len(pool)]
    form = (
        "Editorial",
        "Editorial",
        "From the editors",
        "Editorial: health equity in {}",
        "Health inequalities in {}",
    )[index % 5]
    years = range(2013, 2020) if run == RUN1 else range(2019, 2021)
    editors = team(stream, 1 + index % 2)
    out = []
    for year in years:
        pub = publisher.publish(
            stream,
            (form.format(year), ""),
            year=year,
            people=editors,
            journal=journal,
            doi=index % 3 != 0,
            numbered=False,
        )
        pub.doctype, pub.gentle = "Editorial Material", True
        pub.issue, pub.month = "1", 1
        # The same first pages every year, so that pages alone don't tell them apart.
        pub.first, pub.last = "1", str(2 + index % 3)
        pub.first_run = RUN2 if year >= 2019 else RUN1
        out.append(pub)
    return out


def _elsewhere(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """The same title in another year and journal: abstract and article, protocol and result, thesis and paper."""
    pub = _base(publisher, stream, run, doi=index % 3 != 0)
    other = clone(publisher, stream, pub, (pub.title, pub.subtitle))
    other.journal = stream.pick([item for item in journals() if item is not pub.journal and not item.numbered])
    other.year = str(int(pub.year) + 1 + index % 2)
    other.volume = str(int(other.year) - other.journal.start)
    if index % 2:
        pub.doctype = "Meeting Abstract"
        start = stream.between(10, 200)
        pub.first, pub.last = f"A{start}", f"A{start}"
    elif pub.subtitle:
        pub.subtitle = f"protocol for {pub.subtitle}" if pub.subtitle.startswith("a ") else pub.subtitle
    other.doi = doi_of(other.journal, int(other.year), int(other.ident[1:])) if index % 3 != 0 else ""
    return [pub, other]


def _same_pages(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """The same journal, issue and pages in another volume, by the same authors, under a near title."""
    pub = _base(publisher, stream, run, doi=index % 2 == 0)
    sub = fill(stream, "{method}")
    other = clone(publisher, stream, pub, (pub.title, sub if sub != pub.subtitle else "a reappraisal"))
    if index % 3 == 0:
        other.title, other.subtitle = publisher.title(stream)
    other.issue, other.month, other.first, other.last = pub.issue, pub.month, pub.first, pub.last
    other.year = str(int(pub.year) + 1 + index % 2)
    other.volume = str(int(other.year) - pub.journal.start)
    return [pub, other]


def _same_issue(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """Two papers of the same authors in one issue, under near titles."""
    forms = (
        ("{head} {phen} among {pop} in {place}", "method"),
        ("{Phen} and {conc} in {place}", "actor_"),
        ("{actor}' perspectives on {phen} and {conc} in {place}", "theory"),
    )
    form, kind = forms[index % 3]
    while True:
        main = fill(stream, form)
        if publisher.claim(main.lower()):
            break
    subs = {
        "method": ("findings from interviews", "findings from focus groups"),
        "actor_": ("views of staff", "views of families"),
        "theory": ("the local level", "the national level"),
    }[kind]
    pub = _base(publisher, stream, run, (main, subs[0]), doi=index % 4 != 1)
    other = clone(publisher, stream, pub, (main, subs[1]))
    next_to(pub, other, stream.between(1, 40))
    return [pub, other]


def _reply(publisher: Publisher, stream: Stream, index: int, run: str) -> list[Publication]:
    """A comment on a paper and the reply to it, with the paper itself in every other group."""
    pub = _base(publisher, stream, run)
    full = f"{pub.title}: {pub.subtitle}" if pub.subtitle else pub.title
    forms = (
        (f"Comment on '{full}'", f"Reply to comment on '{full}'"),
        (f"A response to '{full}'", f"A response to '{full}': a reply from the authors"),
        (f"Commentary on: {full}", f"Authors' reply to commentary on: {full}"),
    )[index % 3]
    comment = clone(publisher, stream, pub, (forms[0], ""))
    comment.people = team(stream, 2)
    reply = clone(publisher, stream, pub, (forms[1], ""))
    for item in (comment, reply):
        item.length, item.doctype = 2, "Letter"
    next_to(pub, comment, stream.between(1, 60))
    next_to(comment, reply)
    return [pub, comment, reply] if index % 2 else [comment, reply]


MAKERS: dict[str, _Maker] = {
    "part": _parts,
    "men-women": _swapped(
        "men",
        "women",
        (
            "{head} {phen} among @ in {place}: {method}",
            "{Phen} and {conc}: accounts of older @ in {place}",
            "{noun}, {phen} and migrant @ in {place}: {method}",
        ),
    ),
    "type-1-type-2": _swapped(
        "type 1",
        "type 2",
        (
            "{head} living with @ diabetes in {place}: {method}",
            "{Conc} and @ diabetes among {pop}: {method}",
            "{noun} and @ diabetes self-management in {place}: {method}",
        ),
    ),
    "erratum": _erratum,
    "editorial": _editorials,
    "elsewhere": _elsewhere,
    "same-pages": _same_pages,
    "same-issue": _same_issue,
    "comment-reply": _reply,
}


def traps(publisher: Publisher) -> list[Publication]:
    """Return the members of all groups that must not be merged."""
    out = []
    for family, make in MAKERS.items():
        for index in range(GROUPS_RUN1 + GROUPS_RUN2):
            run = RUN1 if index < GROUPS_RUN1 else RUN2
            name = f"{family}-{index + 1:02d}"
            for pub in make(publisher, Stream("trap", name), index, run):
                pub.trap, pub.pair = family, name
                out.append(pub)
    return out


# --- doubtful pairs ---------------------------------------------------------------------------------------------

_BARE = {"doi": "", "volume": "", "issue": "", "first": "", "last": "", "number": ""}


def _doubtful_base(publisher: Publisher, stream: Stream, run: str) -> Publication:
    while True:
        main = fill(stream, "{head} {phen} among {pop} in {place}")
        if publisher.claim(main.lower()):
            break
    return _base(publisher, stream, run, (capitalise(main), fill(stream, "{method}")))


def _corrected(stream: Stream, pub: Publication) -> str:
    """Return the title as it might have stood before a correction: most words kept, one end changed."""
    way = stream.below(3)
    if way == 0:
        return f"{pub.title}: {fill(stream, '{method}')} with in-depth interviews"
    main = pub.title.replace(" among ", " in a group of ")
    if way == 1:
        return f"{main}: {pub.subtitle}"
    return f"{main}: {fill(stream, 'findings on {conc}')}"


def doubtful_same(publisher: Publisher, way: str, stream: Stream, run: str, second: str) -> Publication:
    """Return one publication that the database `second` shows so that no careful rule can know it again."""
    pub = _doubtful_base(publisher, stream, run)
    shift = str(int(pub.year) + (1 if stream.chance(500) and int(pub.year) < 2018 else -1))
    if way == "corrected":
        pub.overrides[second] = {**_BARE, "year": shift, "title": _corrected(stream, pub)}
    elif way == "two-dois":
        # A digit mistyped by one database: two different DOIs veto what everything else says.
        digits = [place for place, char in enumerate(pub.doi) if char.isdigit() and place > 8]
        place = stream.pick(digits)
        wrong = str((int(pub.doi[place]) + 1 + stream.below(8)) % 10)
        pub.overrides[second] = {"doi": f"{pub.doi[:place]}{wrong}{pub.doi[place + 1 :]}x"}
    elif way == "author":
        # One database has both family names of the first author, the other only the second.
        family = stream.pick([name for name in FAMILIES if name != pub.people[0].family and " " not in name])
        pub.people = (replace(pub.people[0], family=f"{pub.people[0].family} {family}"), *pub.people[1:])
        pub.overrides[second] = {**_BARE, "year": shift, "first_family": family}
    elif way == "new-accession":
        # Early view at the first search, found again under another accession number and a corrected title.
        pub.overrides["copy"] = {"title": _corrected(stream, pub)}
        pub.overrides[second] = {**_BARE, "year": str(int(pub.year) - 1)}
    else:
        raise AssertionError(way)
    pub.trap = "doubtful-same"
    return pub


def doubtful_different(
    publisher: Publisher, way: str, stream: Stream, run: str, sources: tuple[str, str]
) -> list[Publication]:
    """Return two publications of which the second is shown too barely to be told from the first by a rule."""
    pub = _doubtful_base(publisher, stream, run)
    pub.doi = pub.doi if stream.chance(500) else ""
    if way == "next-year":
        other = clone(publisher, stream, pub, (pub.title, pub.subtitle))
        other.year = str(int(pub.year) + 1)
        other.doctype = "Meeting Abstract"
        other.people = (*pub.people[:2], *team(stream, 2))
    else:
        before, after = stream.pick((("baseline", "follow-up"), ("first", "final"), ("urban", "rural")))
        form = pub.subtitle
        pub.subtitle = f"{before} findings of {form}"
        other = clone(publisher, stream, pub, (pub.title, f"{after} findings of {form}"))
    other.overrides[sources[1]] = dict(_BARE)
    for item in (pub, other):
        item.trap, item.gentle = "doubtful-different", True
    return [pub, other]
