"""Records as arrays of comparable values: one entry per row, equal values as equal codes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import numpy as np

from metaethno.matching import words

if TYPE_CHECKING:
    import pandas as pd

Array = Any
"""A one-dimensional numpy array."""

_TAG: Final = re.compile(r"</?(?:i|b|em|strong|sub|sup|p|span|jats:\w+|title)\b[^>]*>", re.IGNORECASE)
_EDGE: Final = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
_ORDINAL: Final = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_APOSTROPHE: Final = re.compile(r"(?<=\w)['’`´ʼ?\ufffd](?=\w)")
_SPECIAL: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "&": " and "}
    | {
        chr(code): f" {name} "
        for name, codes in {
            "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δΔ", "epsilon": "ε", "kappa": "κ", "lambda": "λ",
            "mu": "μµ", "omega": "ω", "sigma": "σς",
        }.items()
        for code in map(ord, codes)
    }
)  # fmt: skip
_SUBTITLE: Final = re.compile(r"\s*(?:[:;?!]\s|\.\s+(?=\S+\s)|\s[-–—]+\s|\s*—\s*|\s+-{2,}\s*)")
_HEADING: Final = re.compile(r"^(.{3,40}?)\s*(?::|\.{3}|…|\s[-–—])\s+")
_DIGITS: Final = re.compile(r"\d+")
_SEVERAL: Final = re.compile(r"[+,;&]")
_ARTICLE: Final = re.compile(r"^[a-z]{0,4}\d{5,}$", re.IGNORECASE)
_PAGE: Final = re.compile(r"([a-z]{0,4})\s*(\d+)")
_MONTH: Final = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b", re.IGNORECASE)
_PARTICLE: Final = frozenset(
    re.findall(r"\w+", "van von der den de da do dos das du del della di la le el al bin ibn ter ten jr sr")
)
_CUT_CONTAINER: Final = re.compile(
    r"\.\s*conference\b.*$|&mdash;.*$|\s*—.*$|\(.*?\)|\[.*?\]|\s*[=/;].*$|\bvol(?:ume)?\b.*$", re.IGNORECASE
)
_CONTAINER_STOP: Final = frozenset(
    re.findall(r"\w+", "the of and for in on a an de la le les des du et und der die das fur e y del")
)
_CLASSES: Final = (
    ("preprint", re.compile(r"arxiv|rxiv|preprint|ssrn|research square|psyarxiv", re.IGNORECASE)),
    ("thesis", re.compile(r"\bthesis|\bdissertation|\bphd\b|doctoral", re.IGNORECASE)),
    (
        "conference",
        re.compile(
            r"\bconference|proceedings of|\bproc\.|symposium|workshop|\bcongress\b|annual meeting", re.IGNORECASE
        ),
    ),
)  # fmt: skip
FLAGS: Final = ("erratum", "retraction", "comment", "reply", "protocol", "book review")


@dataclass(frozen=True)
class Normal:
    """Arrays of one length. Codes are integers that are equal where the values are; -1 means that there is none."""

    title: Array  # words parted by a space, no diacritics, no punctuation
    title_code: Array
    main: Array  # the title without what follows a colon, dash or full stop; "" where that says too little
    generic: Array  # the title says nothing of the contents ("Editorial")
    numbers: Array  # code of the numbers in the title
    contrast: Array  # bits of words.CONTRAST_BIT
    flags: Array  # bits of FLAGS
    brief: Array  # it says something, but very little
    length: Array  # words in the title
    authors: Array  # family names, sorted
    team: Array  # how many authors
    names: Array  # all full names, family or given, sorted
    first: Array  # code of the first author's family name
    first_name: Array
    year: Array
    container: Array
    container_code: Array
    container_class: Array  # 0 unknown, else 1 + place in _CLASSES
    issn: Array  # text
    volume: Array
    issue: Array
    page: Array
    page_end: Array
    article: Array  # the page is an article's number of five digits or more
    bare: Array  # neither volume nor pages are given
    rest: Array  # the title without a short heading before a colon or the like; "" where there is none
    doi: Array  # two-dimensional: up to three codes
    doi_loose: Array  # the same, for DOIs whose letters are in any order
    pmid: Array
    accession: Array  # code of source and accession number
    abstract: Array  # as it is

    def take(self, at: Array) -> Normal:
        """Return the entries at these places."""
        return Normal(**{f.name: getattr(self, f.name)[at] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.title)


def fold(text: str) -> str:
    """Return text in lower case without entities, tags and diacritics."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub("", text)
    text = text.lower()
    if text.isascii():
        return text.replace("&", " and ")
    text = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    return "".join(c for c in text if not unicodedata.combining(c))


def _once(tokens: list[str]) -> list[str]:
    """Return the words of a title that stands twice in a row, as some exports have it, once."""
    whole = "".join(tokens)
    half = whole[: len(whole) // 2]
    if len(half) < 20 or half + half != whole:
        return tokens
    kept, length = [], 0
    for token in tokens:
        kept.append(token[: len(half) - length])
        length += len(token)
        if length >= len(half):
            break
    return kept


def plain_title(text: str) -> str:
    """Return a title for comparison: lower-case words parted by one space, letters parted from digits.

    Taken off: HTML, diacritics, punctuation, square brackets round a translated title, remarks at the end
    ("[Review] [16 refs]"), and what marks a retracted article. "Part II" and "part two" become "part 2".
    """
    text = html.unescape(text) if "&" in text else text
    text = words.ORIGINAL.sub("", text) if "<" in text else text
    # Most titles need none of these: a look for a word is cheaper than a pattern.
    lower = text.lower()
    if "retract" in lower or "withdrawn" in lower or "removed" in lower:
        text = words.RETRACTED.sub("", text)
    if "editorial" in lower:
        text = words.EDITORIAL.sub("", text)
    while (text.rstrip(" .;,*")[-1:] in ("]", ")") or " LA:" in text) and (cut := words.TAIL.sub("", text)) != text:
        text = cut
    text = _APOSTROPHE.sub("", fold(text))  # also "?" for a letter that was lost
    if _DIGITS.search(text):
        text = _EDGE.sub(" ", _ORDINAL.sub(r"\1", text))
    tokens = _once(_NOT_WORD.sub(" ", text).split())
    if len(tokens) > 3 and tokens[0] in ("the", "a", "an"):
        del tokens[0]
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
        counted = at > 0 and tokens[at - 1] in words.COUNTED
        if counted and token in words.NUMBERS:
            tokens[at] = words.NUMBERS[token]
        elif (
            token in words.ROMAN and (len(token) > 1 or counted or (at == last and at > 1)) and token not in ("vi", "x")
        ):
            tokens[at] = words.ROMAN[token]
    return " ".join(tokens)


def _bare(title: str) -> str:
    """Return the title of what an erratum or retraction notice is about."""
    return words.NOTICE_TAIL.sub("", words.NOTICE.sub("", title))


def main_title(text: str) -> str:
    """Return the normalised main title, or "" where there is no subtitle or the main title is too short to tell."""
    found = _SUBTITLE.search(text, 20) if len(text) > 20 else None
    if not found:
        return ""
    main = plain_title(text[: found.start() + 1])
    return main if len(main) >= 25 and main.count(" ") >= 3 else ""


def without_heading(text: str) -> str:
    """Return the normalised title that follows a heading of a few words ("Review article: "), or ""."""
    found = _HEADING.match(text)
    if not found or set(head := plain_title(found[1]).split()) & words.CONTRAST_WORDS or words.COUNTED & set(head):
        return ""
    if not 0 < len(head) <= 4 or any(t.isdigit() for t in head):
        return ""
    rest = plain_title(text[found.end() :])
    return rest if len(rest) >= 30 and rest.count(" ") >= 4 else ""


def numbers_of(title: str) -> str:
    """Return the numbers in a normalised title, sorted."""
    return " ".join(sorted(t for t in title.split() if t.isdigit()))


def contrast_of(title: str) -> int:
    """Return the bits of the words in a normalised title that exclude others."""
    bits = 0
    for token in title.split():
        bits |= words.CONTRAST_BIT.get(token, 0)
    return bits


def is_generic(title: str) -> bool:
    """Tell whether a normalised title says nothing of the contents: it is made of words such as "editorial"."""
    if words.RECURRING.search(title):
        return True
    return not any(len(t) > 1 and not t.isdigit() and t not in words.GENERIC for t in title.split())


def is_brief(title: str) -> bool:
    """Tell whether a normalised title says very little: one telling word, or a few short ones."""
    tokens = [t for t in title.split() if not t.isdigit() and t not in words.GENERIC]
    return len(tokens) < 2 or sum(map(len, tokens)) < 12


def names_container(titles: Array, containers: Array) -> Array:
    """Tell which titles only repeat the name of the journal or book, as those that are read from a PDF's header do."""
    from rapidfuzz import fuzz, process

    near = np.zeros(len(titles), dtype=bool)
    firsts = np.array([t[:1] for t in titles]) if len(titles) else np.empty(0, dtype="U1")
    heads = np.array([c[:1] for c in containers]) if len(titles) else np.empty(0, dtype="U1")
    at = np.flatnonzero((firsts == heads) & (firsts != ""))
    if len(at):
        bare = [
            _objects("".join(w for w in t.split() if w not in _CONTAINER_STOP) for t in texts[at])
            for texts in (titles, containers)
        ]
        near[at] = process.cpdist(*bare, scorer=fuzz.ratio, dtype=np.float32, workers=-1) >= 80
    return near


def flags_of(title: str, pub_type: str) -> int:
    """Return which other kind of document this is, as bits of `FLAGS`."""
    title = (html.unescape(title) if "&" in title else title).lstrip("[( ")
    lower = title.lower()
    found = words.NOTICE.match(title)
    kind = found["kind"].lower() if found else ""
    kinds = pub_type.lower()
    retraction = kind.startswith(("retract", "notice")) or "retraction of" in kinds or "retraction notice" in kinds
    retraction |= kinds.strip() == "retraction"
    tests = (
        (bool(kind) and not retraction)
        or (("(vol" in lower or "))" in lower) and bool(words.NOTICE_TAIL.search(title)))
        or "erratum" in kinds
        or kinds.strip() in ("correction", "corrigendum"),
        retraction,
        bool(words.COMMENT.match(title)),
        any(w in lower for w in ("repl", "respon", "rejoin", "rebut", "comment")) and bool(words.REPLY.search(title)),
        "protocol" in lower and bool(words.PROTOCOL.search(title)),
        bool(words.BOOK_REVIEW.match(title)),
    )
    return sum(1 << bit for bit, hit in enumerate(tests) if hit)


@lru_cache(maxsize=1 << 16)
def family(name: str) -> str:
    """Return the family name in a name: what stands before the comma, or the last word that isn't an initial."""
    head, comma, tail = name.partition(",")
    if not comma:
        parts = name.split()
        full = [p for p in parts if len(p.replace(".", "").replace("-", "")) > 2 and not (p.isupper() and len(p) < 4)]
        if len(parts) > 1 and len(parts[-1].replace(".", "").replace("-", "")) <= 2:
            head = " ".join(parts[:-1]) if len(full) == len(parts) - 1 else (full[0] if full else parts[0])
        elif parts:
            head = parts[-1]
    elif not head.strip():
        head = tail
    tokens = _NOT_WORD.sub(" ", _APOSTROPHE.sub("", fold(head))).split()
    kept = [t for t in tokens if t not in _PARTICLE] or tokens
    return "".join(kept)


def families(text: str) -> tuple[str, str, str]:
    """Return the first author's family name, all family names, and all full names, sorted and parted by a space."""
    text = html.unescape(text) if "&" in text else text
    names = [
        n for n in text.split(";") if n.strip() and not n.strip().lower().startswith(("et al", "anonymous", "[anon"))
    ]
    found = [f for f in (family(n.strip()) for n in names) if f]
    full = {t for t in _NOT_WORD.sub(" ", _APOSTROPHE.sub("", fold(" ".join(names)))).split() if len(t) > 2}
    return (found[0], " ".join(sorted(set(found))), " ".join(sorted(full))) if found else ("", "", "")


def plain_container(text: str) -> str:
    """Return a journal or book title as words, without brackets, parts after a conference, and small words."""
    cut = _CUT_CONTAINER.sub("", text)
    tokens = _NOT_WORD.sub(" ", _APOSTROPHE.sub("", fold(cut if len(cut) > 3 else text))).split()
    kept = [t for t in tokens if t not in _CONTAINER_STOP and not t.isdigit()]
    return " ".join(kept)


def container_class(container: str, pub_type: str) -> int:
    """Return what a container is: 0 unknown, 1 preprint server, 2 thesis, 3 conference."""
    for number, (name, pattern) in enumerate(_CLASSES, 1):
        if pattern.search(container) or (name != "conference" and pattern.search(pub_type)):
            return number
    return 0


def _range(found: list[tuple[str, str]]) -> tuple[str, str]:
    first = found[0][1].lstrip("0") or "0"
    last = found[1][1].lstrip("0") if len(found) > 1 else ""
    if last and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last


def pages_of(text: str) -> tuple[str, str]:
    """Return first and last page as digits; "454-81" is 454 to 481. What a spreadsheet made a date is no page.

    Where there are several ranges, the lowest.
    """
    text = text.lower()
    if _MONTH.search(text):
        return "", ""
    ranges = [found for part in _SEVERAL.split(text) if (found := _PAGE.findall(part))]
    if not ranges:
        return text.strip() if len(text.strip()) <= 8 else "", ""
    return min((_range(found) for found in ranges), key=lambda r: int(r[0]))


def number_of(text: str) -> str:
    """Return the first number of a volume or issue; "" for remains such as "1)" that other tools leave."""
    if text.count(")") != text.count("("):
        return ""
    found = _DIGITS.findall(text)
    return str(int(found[0])) if found and len(found[0]) < 9 else ""


def dois_of(text: str) -> list[str]:
    """Return up to three DOIs, lower case, without resolver."""
    if "10." not in text:
        return []
    parts = re.split(r"[;\s]+(?=\S*10\.\d{4})", unquote(text.lower()).strip())
    found = [p[p.find("10.") :].rstrip(" .,;") for p in parts if "10." in p]
    return [doi for doi in found if doi[-1] not in "-/_("][:3]  # such a one was cut off at the end of a line


def loose_doi(doi: str) -> str:
    """Return a DOI's digits in their order, and its letters in that of the alphabet; "" where it has few digits."""
    prefix, _, suffix = doi.partition("/")
    digits = "".join(c for c in suffix if c.isdigit())
    return f"{prefix}/{digits}{''.join(sorted(c for c in suffix if c.isalpha()))}" if len(digits) >= 5 else ""


def _each(column: pd.Series, function: Callable[[str], Any]) -> tuple[Array, list[Any]]:
    """Apply a function once to every different value: returns places and results."""
    import pandas as pd

    codes, values = pd.factorize(column.to_numpy(dtype=object))
    return codes, [function(v) for v in values]


def _texts(column: pd.Series, function: Callable[[str], str]) -> Array:
    at, values = _each(column, function)
    return _objects(values)[at]


def _objects(values: Iterable[Any]) -> Array:
    values = list(values)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def coded(texts: Array) -> Array:
    """Return integer codes of texts; -1 where a text is empty."""
    import pandas as pd

    values = np.where(texts == "", None, texts)
    return pd.factorize(values)[0].astype(np.int64)


def _titles(records: pd.DataFrame) -> dict[str, Array]:
    def read(title: str) -> tuple[str, str, str]:
        return plain_title(_bare(title)) or plain_title(title), main_title(title), without_heading(title)

    at, parts = _each(records["title"], read)
    titles = _objects(p[0] for p in parts)
    squeezed = _objects(t.replace(" ", "") for t in titles)
    codes = coded(squeezed)
    numbers = coded(_objects(numbers_of(t) for t in titles))
    contrast = np.array([contrast_of(t) for t in titles], dtype=np.uint64)
    generic = np.array([is_generic(t) for t in titles], dtype=bool)
    brief = np.array([is_brief(t) for t in titles], dtype=bool)
    found = {"title": titles, "title_code": codes, "main": _objects(p[1] for p in parts), "generic": generic}
    found["rest"] = _objects(p[2] for p in parts)
    found["brief"] = brief | generic
    found["length"] = np.array([t.count(" ") + 1 for t in titles], dtype=np.int64)
    return {name: values[at] for name, values in {**found, "numbers": numbers, "contrast": contrast}.items()}


def normalise(records: pd.DataFrame) -> Normal:
    """Return the arrays of `records` (columns of schemas.RECORDS; all text, "" for missing)."""
    import pandas as pd

    at, parts = _each(records["authors"], families)
    first = _objects(p[0] for p in parts)[at]
    authors = _objects(p[1] for p in parts)[at]
    names = _objects(p[2] for p in parts)[at]
    kind = records["title"].astype(object) + "\x1f" + records["pub_type"].astype(object)
    flag_at, flags = _each(kind, lambda v: flags_of(*v.split("\x1f", 1)))
    place = records["container"].astype(object) + "\x1f" + records["pub_type"].astype(object)
    class_at, classes = _each(place, lambda v: container_class(*v.split("\x1f", 1)))
    page_at, pages = _each(records["pages"], pages_of)
    doi_at, dois = _each(records["doi"], dois_of)
    doi_texts = _objects(d[k] if len(d) > k else "" for d in dois for k in range(3))
    doi_codes = coded(doi_texts).reshape(-1, 3) if len(dois) else np.empty((0, 3), dtype=np.int64)
    loose = coded(_objects(map(loose_doi, doi_texts))).reshape(-1, 3) if len(dois) else doi_codes
    container = _texts(records["container"], plain_container)
    accession = np.where(
        records["accession"].to_numpy(dtype=object) == "",
        "",
        (records["source"].astype(object) + "\x1f" + records["accession"].astype(object)).to_numpy(dtype=object),
    )
    volume_at, volumes = _each(records["volume"], lambda t: int(number_of(t) or -1))
    issue_at, issues = _each(records["issue"], lambda t: int(number_of(t) or -1))
    article_at, numbered = _each(records["pages"], lambda t: bool(_ARTICLE.match(t.strip())))
    titles = _titles(records)
    titles["generic"] |= names_container(titles["title"], container)
    titles["brief"] |= titles["generic"]
    return Normal(
        **titles,
        flags=np.array(flags, dtype=np.int64)[flag_at],
        authors=authors,
        names=names,
        team=np.array([a.count(" ") + (a != "") for a in authors], dtype=np.int64),
        first=coded(first),
        first_name=first,
        year=pd.to_numeric(records["year"], errors="coerce").fillna(-1).to_numpy().astype(np.int64),
        container=container,
        container_code=coded(container),
        container_class=np.array(classes, dtype=np.int64)[class_at],
        issn=_texts(records["issn"], lambda t: " ".join(t.lower().replace(";", " ").replace("-", "").split())),
        volume=np.array(volumes, dtype=np.int64)[volume_at],
        issue=np.array(issues, dtype=np.int64)[issue_at],
        article=np.array(numbered, dtype=bool)[article_at],
        bare=(records["volume"] == "").to_numpy(dtype=bool) & (records["pages"] == "").to_numpy(dtype=bool),
        page=_numbers(_objects(p[0] for p in pages)[page_at]),
        page_end=_numbers(_objects(p[1] for p in pages)[page_at]),
        doi=doi_codes[doi_at],
        doi_loose=loose[doi_at],
        pmid=coded(_texts(records["pmid"], lambda t: (_DIGITS.findall(t) or [""])[0])),
        accession=coded(accession),
        abstract=records["abstract"].to_numpy(dtype=object),
    )


def plain_abstract(text: str) -> str:
    """Return the beginning of an abstract for comparison: lower-case letters and digits, without heading."""
    found = _NOT_WORD.sub(" ", fold(text[: words.ABSTRACT_READ])).strip()
    return words.ABSTRACT_HEAD.sub("", found)


def _numbers(texts: Array) -> Array:
    """Return pages as numbers where they are (so that page 1 is known as such), others as codes below -1."""
    codes = coded(texts)
    return np.array(
        [
            int(t) if t.isdigit() and len(t) < 15 else (-1 if not t else -2 - c)
            for t, c in zip(texts, codes, strict=True)
        ],
        dtype=np.int64,
    )
