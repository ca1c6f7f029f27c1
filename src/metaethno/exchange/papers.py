"""Which record a full text is of: by the DOI and title on its first page, or by its file's name. Nothing is guessed.

What the file shows must agree. Where it doesn't, or where several records fit, the records in question are given back
with the reason, and a person says which is meant.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from metaethno.matching.normalise import dois_of, families

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.fulltext_reader import Text

_TITLE: Final = 20  # letters, below which a title may stand on any page
_IN_NAME: Final = 10  # letters of the title that a file's name must hold
_LIKE: Final = 88  # per cent: a title that a line break or a scan has spoilt
_FEW: Final = 200  # letters, below which a page is a cover or a picture
_PAGE: Final = 20_000
_DOI: Final = re.compile(r"10\.\d{4,9}/[^\s\"'<>]{2,200}")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_PARTS: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)|\s-\s|_-_|[()\[\]]")
# What stands, as letters only, before the title of a work that a page is about and isn't itself.
_NOTICES: Final = ("erratum", "errata", "corrigendum", "correction", "retraction", "retractionnotice")
_ABOUT: Final = (
    *(word + more for word in _NOTICES for more in ("", "to", "of", "for")),
    *("commenton", "commentson", "commentaryon", "replyto", "responseto", "reviewof", "bookreview"),
)


def squeezed(text: str) -> str:
    """Return the letters and digits of a text, in lower case: what line breaks, hyphens and ligatures don't change."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("&", "and")
    return "".join(c for c in plain if c.isalnum())


def _title(text: str) -> str:
    return squeezed(re.sub(r"<[^<>]{1,40}>", "", html.unescape(text)))


@dataclass
class Shelf:
    """Records by what a full text may show of them. titles, authors, years, dois: of each record, in every export."""

    named: dict[str, str] = field(default_factory=dict)  # record -> how to call it
    titles: dict[str, set[str]] = field(default_factory=dict)
    authors: dict[str, set[str]] = field(default_factory=dict)
    years: dict[str, set[str]] = field(default_factory=dict)
    dois: dict[str, set[str]] = field(default_factory=dict)
    by_title: dict[str, set[str]] = field(default_factory=dict)
    by_doi: dict[str, set[str]] = field(default_factory=dict)

    def call(self, record: str) -> str:
        """Return what people call a record: first author, year and title."""
        return self.named.get(record, record)


def shelf(records: pd.DataFrame, rows: pd.DataFrame) -> Shelf:
    """Return the shelf of all records. records: schema UNIQUE. rows: record_id, title, authors, year, doi."""
    out = Shelf()
    columns = ["record_id", "title", "authors", "year", "doi"]
    first = {names: families(names)[0] for names in {*records["authors"], *rows["authors"]}}
    for record, title, authors, year, _ in records[columns].itertuples(index=False, name=None):
        who = authors.split(";")[0].split(",")[0].strip()
        out.named[record] = f"{' '.join(filter(None, (who, year)))}: {title}".removeprefix(": ")
    for frame in (records, rows):
        for record, title, authors, year, doi in frame[columns].drop_duplicates().itertuples(index=False, name=None):
            if plain := _title(title):
                out.titles.setdefault(record, set()).add(plain)
                out.by_title.setdefault(plain, set()).add(record)
            if first[authors]:
                out.authors.setdefault(record, set()).add(first[authors])
            if year:
                out.years.setdefault(record, set()).add(year)
            for one in dois_of(doi):
                out.dois.setdefault(record, set()).add(one)
                out.by_doi.setdefault(one, set()).add(record)
    return out


@dataclass(frozen=True)
class Found:
    """What was made of a file: the record and how it was told; else why it can't be told, and the records to choose."""

    record: str = ""
    how: str = ""
    why: str = ""
    choices: tuple[str, ...] = ()


def _dois(text: str) -> list[str]:
    """Return the DOIs of a text; of one with marks behind it also what it may be without them."""
    out = []
    for found in _DOI.findall(text.lower()):
        one = found
        while one:
            out.append(one)
            shorter = one.rstrip(".,;:)]}>*†‡§|")
            one = shorter if shorter != one else ""
    return list(dict.fromkeys(out))


def _by_doi(text: str, known: Shelf) -> set[str]:
    return {record for doi in _dois(text) for record in known.by_doi.get(doi, ())}


def _by_title(page: str, known: Shelf) -> set[str]:
    """Return the records whose title stands on a page; a title that only stands inside a longer one doesn't count."""
    letters = squeezed(page)
    hits = sorted((t for t in known.by_title if len(t) >= _TITLE and t in letters), key=lambda t: (-len(t), t))
    out: set[str] = set()
    for title in hits:
        if title in letters:
            out |= known.by_title[title]
            letters = letters.replace(title, "\0")
    return out


def _shows_title(record: str, page: str, known: Shelf) -> bool:
    """Tell whether a page shows a record's title, were it spoilt a little."""
    from rapidfuzz import fuzz

    letters = squeezed(page)
    titles = known.titles.get(record, set())
    return any(t in letters or (len(t) >= _TITLE and fuzz.partial_ratio(t, letters) >= _LIKE) for t in titles)


def _names_any(text: str, names: Collection[str]) -> bool:
    """Tell whether one of some family names stands in a text; a short one only as a word of its own."""
    letters, words = squeezed(text), {squeezed(w) for w in re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)}
    return any(n in words or (len(n) > 4 and n in letters) for n in names)


def _shows_author(record: str, page: str, known: Shelf) -> bool:
    names = known.authors.get(record, set())
    return not names or _names_any(page, names)


def _is_about(record: str, page: str, known: Shelf) -> bool:
    """Tell whether words such as `Correction to:` stand before a record's title: then the page isn't the record."""
    letters = squeezed(page)
    heads = [letters.partition(title)[0] for title in known.titles.get(record, ()) if title in letters]
    return bool(heads) and min(heads, key=len).endswith(_ABOUT)


def _by_name(stem: str, known: Shelf) -> tuple[set[str], set[str]]:
    """Return the records that author, year and title in a file's name mean, and those that only author and year fit."""
    stem = re.sub(r"\s*\(\d{1,2}\)$", "", stem)
    years = set(_YEAR.findall(stem))
    near = {
        record
        for record, names in known.authors.items()
        if years & known.years.get(record, set()) and _names_any(stem, names)
    }
    parts = [p for p in (squeezed(part) for part in _PARTS.split(stem)) if len(p) >= _IN_NAME]

    def titled(record: str) -> bool:
        return any(
            t.startswith(p) or (len(p) >= _TITLE and p in t) for t in known.titles.get(record, ()) for p in parts
        )

    return {record for record in near if titled(record)}, near


def find(name: str, text: Text, known: Shelf) -> Found:
    """Return which record the file `name` with this text is of."""
    pages = [page[:_PAGE] for page in text.texts]
    # A cover that a library put in front has little text, or none of the titles.
    page = next((p for p in pages[:2] if _by_title(p, known)), pages[0] if pages else "")
    front = "\n".join(pages[:2])[: 2 * _PAGE]
    dois, titles = _by_doi(f"{front}\n{text.about}", known), _by_title(page, known)
    named, near = _by_name(name.rpartition(".")[0] or name, known)
    found = _by_content(page, front, text.about, dois, titles, named, known)
    if found.record:
        if named and found.record not in named:
            why = "its first page is that of one record, its name that of another"
            return Found(why=why, choices=_sorted({found.record, *named}))
        return found
    if found.why:
        return found
    if len(named) == 1:
        one = next(iter(named))
        if len(squeezed(page)) >= _FEW and not _shows_title(one, page, known):
            return Found(why="its name is that of a record whose title isn't on its first page", choices=(one,))
        return Found(one, "the name of the file")
    if named:
        return Found(why="several records fit its name", choices=_sorted(named))
    why = text.error or ("it has no text to read" if len(squeezed(front)) < _FEW else "no record has its DOI or title")
    return Found(why=why, choices=_sorted(near))


def _sorted(records: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(records))


def _by_content(
    page: str, front: str, about: str, dois: set[str], titles: set[str], named: set[str], known: Shelf
) -> Found:
    """Return what the text says; neither a record nor a reason where it says nothing."""
    both = dois & titles or {r for r in dois if _shows_title(r, front, known)}
    if len(both) == 1:
        one = next(iter(both))
        if _is_about(one, page, known):
            return Found(why="its first page is about a record, but isn't the record itself", choices=(one,))
        return Found(one, "its DOI and title")
    if dois and titles and not both:
        why = "its DOI is that of one record, its title that of another"
        return Found(why=why, choices=_sorted(dois | titles))
    if len(titles) > 1 or len(dois) > 1:
        fitting = titles & named if not dois else both & named
        if len(fitting) == 1:
            return Found(next(iter(fitting)), "its title and the name of the file")
        return Found(why="several records fit what stands on its first page", choices=_sorted(titles | dois))
    if titles:
        return _titled(next(iter(titles)), page, front, known)
    if dois:
        one = next(iter(dois))
        if one in named or one in _by_doi(about, known):
            return Found(one, "its DOI")
        why = "the DOI of a record stands on its first page, but not the record's title"
        return Found(why=why, choices=(one,))
    return Found()


def _titled(one: str, page: str, front: str, known: Shelf) -> Found:
    """Return a record whose title stands on the page, unless something else there speaks against it."""
    why = ""
    if _is_about(one, page, known):
        why = "its first page is about a record, but isn't the record itself"
    elif not _shows_author(one, front, known):
        why = "the title of a record stands on its first page, but not its first author"
    elif known.dois.get(one) and (other := _dois(page)):
        why = f"the title of a record stands on its first page, with another DOI ({other[0]})"
    return Found(why=why, choices=(one,)) if why else Found(one, "its title")


def named_by(words: str, known: Shelf) -> tuple[str, ...]:
    """Return the records that a person means: by id, DOI, whole title, or words of the title in a row."""
    if words.strip() in known.named:
        return (words.strip(),)
    said = squeezed(words)
    tries: tuple[Mapping[str, set[str]] | None, ...] = (known.by_doi, known.by_title, None)
    for names in tries:
        if names is None:
            found = {r for r, titles in known.titles.items() if said and any(said in t for t in titles)}
        else:
            keys = dois_of(words) if names is known.by_doi else [said]
            found = {r for key in keys for r in names.get(key, ())}
        if found:
            return _sorted(found)
    return ()
