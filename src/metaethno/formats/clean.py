"""From what a cell or tag says to one field: text, names, years, DOIs, ISSNs, pages. No look at any format."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_YEAR: Final = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_COMPACT_DATE: Final = re.compile(r"^\s*(1[4-9]\d\d|20\d\d)(?:0\d|1[0-2])(?:[0-2]\d|3[01])\s*$")
_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
PLAIN_DOI: Final = re.compile(r"10\.\d{4,9}/[\w.()/:-]*\w", re.ASCII)
# Several DOIs in one field. A DOI itself may hold a semicolon ("…3.0.CO;2-2"), so only one before a new DOI parts them.
_DOI_PARTER: Final = re.compile(r"(?<![\s;,|])[\s;,|]++(?=(?:https?://|doi\b|10\.\d{4}))", re.IGNORECASE)
_ISSN: Final = re.compile(r"(?<![\d-])(\d{4})[-‐–]?(\d{3}[\dXx])(?![\dXx-])")
_ISBN: Final = re.compile(r"(?<![\d-])(?:97[89][-‐ ]?)?\d(?:[-‐ ]?\d){8}[-‐ ]?[\dXx](?![\dXx-])")
_NAMED: Final = re.compile(r"[A-Z]{3,7}:")  # "WOS:000282053100002" says already whose number it is
_INITIALS: Final = re.compile(r"^(\S.*?)\s+((?:[^\W\d_]\.(?:[-‐ ]?(?=[^\W\d_]\.))?)+)$")
_CAPITALS: Final = re.compile(
    r"^(\S.*?)\s+([A-Z\u00c0-\u00de](?:[-‐]?[A-Z\u00c0-\u00de]){0,3})(\s+(?:Jr|Sr|2nd|3rd|4th|II|III|IV))?$"
)
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015"
_DASH: Final = re.compile(f"[{_DASHES}]")
# Only the tags that typeset text: "p<b", "<5 years", "x <b and y> c" are text. Attributes have values in marks.
_ATTRIBUTES: Final = r"(?:\s+[\w:.-]{1,40}\s*=\s*(?:\"[^\"<>]{0,300}\"|'[^'<>]{0,300}'))*\s*/?"
_INLINE: Final = re.compile(
    rf"</?(?:(?:i|b|u|em|strong|italic|bold|sub|sup|inf|sc|scp|span|small|font|a|math"
    rf"|mi|mo|mn|mrow|msub|msup|msubsup|mtext|mfrac|mover|munder|mspace)"
    rf"|(?:jats|mml|m|ce|xhtml):[a-z-]{{1,30}}){_ATTRIBUTES}>",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    rf"</?(?:p|br|div|li|ul|ol|h[1-6]|jats:(?:p|sec|title|list|list-item|break)){_ATTRIBUTES}>", re.IGNORECASE
)
# "(Boisvert C.) Brigham Young University, Provo": Embase's M1, which reference managers take for the issue.
_AFFILIATION: Final = re.compile(r"^\([^()]{2,80}\.\) \S")
_NO_PAGES: Final = frozenset(
    {"no pagination", "no-specified", "no - specified", "n/a", "na", "not specified", "unspecified"}
)


def decode_entities(text: str) -> str:
    """Decode HTML entities once (`&amp;lt;` becomes `&lt;`). Only closed ones: `&copy=` in an address stays."""
    if "&" not in text or not _ENTITY.search(text):
        return text
    decoded = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    return unicodedata.normalize("NFC", _CONTROL.sub("", decoded.replace("\r", "\n")))


_UNSOUND: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def sound(text: str) -> str:
    """Return text from a source that was not decoded as a text file: LF line ends, no control characters, NFC."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNSOUND.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", " "))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """Return text on one line: entities decoded, every run of white space one space."""
    if "&" in text:
        text = decode_entities(text)
    text = text.strip()
    # Most text is clean already: three searches are much faster than parting an abstract into its words.
    if "  " not in text and "\n" not in text and "\t" not in text and text.isascii():
        return text
    return " ".join(text.split())


def title(text: str) -> str:
    """Return a title on one line, without the tags that Web of Science and others leave in it (`<i>`, `<sub>`)."""
    text = one_line(text)
    return one_line(_INLINE.sub("", _BLOCK.sub(" ", text))) if "<" in text else text


def untagged(text: str) -> str:
    """Return an abstract without the tags that typeset it; those of a paragraph part lines."""
    if "<" not in text:
        return text
    lines = _INLINE.sub("", _BLOCK.sub("\n", text)).split("\n")
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def issue(text: str) -> str:
    """Return a volume or issue on one line; authors' addresses in its place are none."""
    text = one_line(text)
    return "" if _AFFILIATION.match(text) else text


def paragraphs(text: str) -> str:
    """Return text that may run over several lines: each line collapsed, empty ones dropped."""
    text = decode_entities(text).strip()
    if "\n" not in text:
        return one_line(text) if "&" not in text else " ".join(text.split())
    return "\n".join(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)


@lru_cache(maxsize=1 << 15)
def word(text: str) -> str:
    """Return `one_line` of what comes again and again: names, headings, journals."""
    return one_line(text)


def joined(values: Iterable[str]) -> str:
    """Join values by "; ", without empty ones and repetitions, in their order."""
    found = dict.fromkeys(map(word, values))
    found.pop("", None)
    return "; ".join(found)


_PART: Final = re.compile(r"(?:&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});|[^;\n])+")


def parted(text: str) -> list[str]:
    """Part a list at semicolons and line ends, but not inside an HTML entity ("R&amp;D; costs")."""
    return _PART.findall(text) if "&" in text else text.replace("\n", ";").split(";")


def address(text: str) -> str:
    """Return a URL as exported, without what follows a space (entities are left alone: they may be parameters)."""
    parts = text.split(None, 1)
    return parts[0].replace("&amp;", "&") if parts else ""


@lru_cache(maxsize=1 << 15)
def author(name: str, capitals: bool = False) -> str:
    """Return a name as "Family, Given".

    "Yang Z." is turned about; with `capitals`, for sources known to write so, also "Smith JA Jr". Other names without
    a comma (groups, names in full) stay as they are.
    """
    name = one_line(name).rstrip(";,").strip()
    if not name or "," in name or len(name) > 200:  # a text that long is no name, and costly to search
        return name
    if name.endswith("."):
        found = _INITIALS.match(name)
        if found:
            return f"{found[1]}, {found[2]}"
    if capitals:
        found = _CAPITALS.match(name.rstrip("."))
        if found:
            return f"{found[1]}, {found[2]}{found[3] or ''}"
    return name


def year(*texts: str) -> str:
    """Return the first four-digit year that the texts hold, in their order, or an empty string."""
    for text in texts:
        if len(text) == 4 and text.isdecimal() and "1400" <= text < "2100":
            return text
        found = _YEAR.search(text) or _COMPACT_DATE.match(text)
        if found:
            return found[1]
    return ""


def doi(*texts: str) -> str:
    """Return the DOIs in the texts: lower case, without resolver, prefix or closing punctuation, joined by ";"."""
    if len(texts) == 1 and PLAIN_DOI.fullmatch(texts[0]):
        return texts[0].lower()
    found: dict[str, None] = {}
    for text in texts:
        if "10." not in text:
            continue
        for part in _DOI_PARTER.split(decode_entities(text)):
            match = _DOI.search(part)
            if not match:
                continue
            value = match.group()
            if "%" in value and "://" in part:
                value = unquote(value)
            found[_trim_doi(value.lower())] = None
    return ";".join(found)


_OPENING: Final = {")": "(", "]": "[", "}": "{"}


def _trim_doi(value: str) -> str:
    """Take off what a sentence, or copying, has put behind a DOI; a bracket that it opened itself stays."""
    value = value.removesuffix("[doi]")
    while value and (
        value[-1] in ".,;:'\"\u200b\u200c\u200d\u200e\u200f\u2060"
        or (value[-1] in _OPENING and value.count(_OPENING[value[-1]]) < value.count(value[-1]))
    ):
        value = value[:-1]
    return value


@lru_cache(maxsize=1 << 13)
def issn(*texts: str) -> str:
    """Return the ISSNs in the texts as `1234-567X`, joined by ";". ISBNs are left out."""
    found = {f"{a}-{b.upper()}": None for text in texts for a, b in _ISSN.findall(text)}
    return ";".join(found)


def isbn(*texts: str) -> str:
    """Return the ISBNs in the texts, without hyphens, joined by ";": those whose check digit is right."""
    found: dict[str, None] = {}
    for text in texts:
        if len(text) < 10:
            continue
        for match in _ISBN.findall(text[:10_000]):
            digits_only = match.replace("-", "").replace(" ", "").replace("‐", "").upper()
            if _is_isbn(digits_only):
                found[digits_only] = None
    return ";".join(found)


def _is_isbn(text: str) -> bool:
    if len(text) == 13:
        return text.isdecimal() and sum(int(c) * (1 + 2 * (i % 2)) for i, c in enumerate(text)) % 10 == 0
    if len(text) == 10:
        values = [10 if c == "X" else int(c) for c in text]
        return sum(value * (10 - i) for i, value in enumerate(values)) % 11 == 0
    return False


def numbers(*pairs: tuple[str, str]) -> str:
    """Return accession numbers as "SOURCE:number", joined by "; "; pairs without a number are left out."""
    return joined(number if _NAMED.match(number) else f"{source}:{number}" for source, number in pairs if number)


def pages(first: str, last: str = "") -> str:
    """Join first and last page as exported; "No" with "Specified" and the like are no pages."""
    if first.isdecimal() and last.isdecimal():
        return f"{first}-{last}" if first != last else first
    first, last = one_line(first), one_line(last)
    if last and first[-1:] in _DASHES:  # "12-" and "19"
        first = first[:-1].rstrip()
    if f"{first}-{last}".lower() in _NO_PAGES or first.lower() in _NO_PAGES:
        return ""
    if not first or not last or first == last or _DASH.search(first):
        return first or last
    return f"{first}-{last}"


def pages_by_count(first: str, count: str) -> str:
    """Return pages from a first page and a number of pages, as EBSCO's tables give them."""
    first = one_line(first)
    if first.isdecimal() and count.strip().isdecimal() and 1 < int(count) < 10_000:
        return f"{first}-{int(first) + int(count) - 1}"
    return first


def digits(text: str) -> str:
    """Return the first run of digits in a text, or an empty string."""
    found = re.search(r"\d+", text)
    return found.group() if found else ""
