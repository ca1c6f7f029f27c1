"""What RIS tags mean: the same for all, with what is known of each platform's habits.

The tag `_link` is ours: it holds what stands behind `ER`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from metaethno.formats import clean
from metaethno.formats.model import OWN, Record, Tags, first_filled

_NUMBER_LINE: Final = re.compile(r"^\s*(?:\d+\. *|<\d+\. *>)\s*\Z", re.MULTILINE)
_MANAGER_DATE: Final = re.compile(r"^\s*\d{4}/\d{0,2}/\d{0,2}/")
_EBSCO_NUMBER: Final = re.compile(r"Accession Number: *([^\s;]+)")
_EBSCO_PMID: Final = re.compile(r"PMID: *(?:NLM)?(\d{4,9})")
_EMBASE_NUMBER: Final = re.compile(r"^L\d{6,}$")
_COCHRANE_PMID: Final = re.compile(r"PUBMED (\d+)")
_LINK_NUMBER: Final = re.compile(
    r"(?:embase\.com/\S*?[?&]id=|ebsco\w*\.com/\S*?[?&]AN=|ovid\.com/\S*?[?&]AN=)([\w.:-]+)", re.IGNORECASE
)
COPYRIGHT: Final = r"Copyright (?:of|\(c\)|©) .{0,300}(?:is the property of|may not be copied|All rights)"
"""How a notice begins that stands in the place of an abstract."""
_COPYRIGHT: Final = re.compile(rf"^\s*{COPYRIGHT}")
_DOI_LINK: Final = re.compile(r"https?://(?:\w+\.)*doi\.org", re.IGNORECASE)
_SCOPUS_NUMBER: Final = re.compile(r"\b(2-s2\.0-\d+)")
_JSTOR_NUMBER: Final = re.compile(r"jstor\.org/stable/(?:10\.2307/)?(\w+)")
_PUBMED_LINK: Final = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(\d{4,9})")
_PMC_NUMBER: Final = re.compile(r"\bPMC\d{4,9}\b")
_PROQUEST_LINK: Final = re.compile(r"proquest\.com/(?:\w+/)?docview/(\d+)")
# APA PsycNet spells out one of its tags: "DESCRIPTORS  - *Memory; Recall (Learning)".
_LONG_TAG: Final = re.compile(r"^[A-Z]{3,} {1,2}- .*$", re.MULTILINE)
# By its form an accession number says whose it is, also where a reference manager has passed it on.
WHOSE: Final = (
    ("^L[0-9]{6,}$", "Embase"),
    ("^CN-[0-9]{8}$", "CENTRAL"),
    (r"^2-s2\.0-[0-9]+$", "Scopus"),
    ("^[0-9]{4}-[0-9]{5}-[0-9]{3}$", "APA PsycInfo"),
    ("^E[JD][0-9]{4,}$", "ERIC"),
)
_WHOSE: Final = tuple((re.compile(form), name) for form, name in WHOSE)
_MANAGER_TAGS: Final = frozenset({"ID", "N1", "U1", "M4", "RP"})
_CONTAINER: Final = ("JF", "T2", "JO", "JA", "J2", "J1", "JI", "BT", "NL")
SINGLE: Final[dict[str, tuple[tuple[str, ...], Callable[[str], str], str]]] = {
    "title": (("TI", "T1", "CT", "BT"), clean.title, "<"),
    "container": (_CONTAINER, clean.word, ""),
    "volume": (("VL",), clean.word, ""),
    "issue": (("IS", "CP"), clean.issue, "("),
    "language": (("LA",), clean.word, ""),
}
"""Fields of one value: the tags in order of preference, how it is cleaned, and the letter without which a value that
is on one line, with single blanks and no entities, is clean already ("": always)."""
# Where there are no authors, editors stand in; but Ovid's A2 lists the authors of the cited references.
OVID_AUTHORS: Final = ("AU", "A1")
AUTHORS: Final = (*OVID_AUTHORS, "A2", "ED")
KEYWORDS: Final = ("KW", "DE")
ABSTRACTS: Final = ("AB", "N2")
JUDGED_TAGS: Final = frozenset(
    {"AN", "AR", "C2", "C3", "C5", "C7", "DA", "DB", "DI", "DO", "DP", "EP", "FX", "ID", "L1", "L2", "L3", "LK", "M1",
     "M3", "M4", "N1", "NS", "NT", "PG", "PM", "PT", "PY", "RP", "SP", "ST", "TY", "U1", "U2", "UR", "WE", "Y1"}
)  # fmt: skip
"""All that `flavour_of` and `judged` look at."""
_ARTICLE_NUMBER: Final = re.compile(r"^(?:[A-Za-z]+\d{4,}|0\d{3,})$")


def flavour_of(tags: Tags, before: str) -> str:
    """Name the program or platform that wrote a record, or return an empty string. `before` is what precedes it."""
    if "DP" in tags and tags["DP"][0].strip() == OWN:
        return OWN
    accession = tags["AN"][0].strip() if "AN" in tags else ""
    link = tags["UR"][0] if "UR" in tags else ""
    if "NS" in tags and "PG" in tags:
        return "Covidence"
    if "WE" in tags or accession.startswith(("WOS:", "MEDLINE:", "BCI:", "CCC:", "KJD:")):
        return "Web of Science"
    if "U2" in tags and ("LK" in tags or "embase.com" in link):
        return "Embase.com"
    base = tags["DB"][0].strip() if "DB" in tags else ""
    provider = tags["DP"][0] if "DP" in tags else ""
    if base == "Scopus" or "scopus.com/" in link:
        return "Scopus"
    if "EBSCO" in provider or (base and "ebscohost" in link):
        return "EBSCO"
    provided = before.partition("Provider: ")[2]
    if accession.startswith("CN-") or provided.startswith("John Wiley"):
        return "Cochrane"
    if "proquest.com" in link or "ProQuest" in provider:
        return "ProQuest"
    if "jstor.org" in link or provided.startswith("JSTOR"):
        return "JSTOR"
    if "psycnet.apa.org" in link or provided.startswith("American Psychological"):
        return "APA PsycNet"
    if not _MANAGER_TAGS.isdisjoint(tags) and (manager := _manager(tags)):
        return manager
    if _is_ovid(tags, before, link):
        return "Ovid"
    if "ST" in tags and "ID" in tags:
        return "EndNote"
    if "Zotero" in provider or ("DA" in tags and _MANAGER_DATE.match(tags["DA"][0])):
        return "Zotero"
    if "ID" in tags and "Y1" in tags and _MANAGER_DATE.match(tags["Y1"][0] + " "):
        return "Mendeley"
    if base in ("PubMed", "PMC") or ("ncbi.nlm.nih.gov" in link and _PUBMED_LINK.search(link)):
        return "PubMed"
    return ""


def _manager(tags: Tags) -> str:
    """Name the program that marks its records as its own."""
    if _first(tags, "ID").strip().startswith("rayyan-") or any("RAYYAN-" in value for value in tags.get("N1", ())):
        return "Rayyan"
    if "EPPI" in _first(tags, "U1") or "EPPI-Reviewer" in _first(tags, "N1"):
        return "EPPI-Reviewer"
    if _first(tags, "M4").strip() == "Citavi":
        return "Citavi"
    if "file" in _first(tags, "RP").lower():
        return "RefWorks or Reference Manager"
    return ""


def _is_ovid(tags: Tags, before: str, link: str) -> bool:
    if "ovid.com" in link or "ovid.com" in _first(tags, "L2") or "ovid.com" in _first(tags, "_link"):
        return True
    if "DB" in tags and "ID" in tags and "PT" in tags:
        return True
    return follows_number(before)


def follows_number(before: str) -> bool:
    """Say whether the text before a record ends with its number, on a line of its own."""
    return before.rstrip().endswith((".", ">")) and _NUMBER_LINE.search(before) is not None


def to_record(tags: Tags, flavour: str) -> Record:
    """Return a record with every field of `fields.TEXT_FIELDS` that the tags hold."""
    if flavour == OWN:
        return _own(tags)
    names = _lines(_all(tags, *(OVID_AUTHORS if flavour == "Ovid" else AUTHORS)))
    record = judged(tags, flavour)
    record |= {field: cleaned(first_filled(tags, *choice)) for field, (choice, cleaned, _) in SINGLE.items()}
    record["authors"] = clean.joined([clean.author(name, flavour == "Ovid") for name in names])
    # So EndNote and others mark the name of an organisation.
    record["group_authors"] = clean.joined(group(name) for name in names if name.rstrip().endswith(","))
    record["abstract"] = abstract(tags)
    numbers = tags.get("SN", []) + tags.get("BN", [])
    record["issn"] = clean.issn(*numbers)
    record["isbn"] = clean.isbn(*numbers)
    record["keywords"] = clean.joined(_lines(_all(tags, *KEYWORDS)))
    return record


def judged(tags: Tags, flavour: str) -> Record:
    """Return the fields that need a look at several tags (of `JUDGED_TAGS`), or at who wrote the record."""
    notes = _notes(tags, flavour)
    links = _links(tags)
    accession = _accession(tags, flavour, notes, links)
    number = pmid(tags, flavour, notes)
    return {
        "accession": accession,
        "year": _year(tags),
        "pages": pages(tags, flavour),
        "doi": doi(tags),
        "pmid": number,
        "pub_type": clean.word(pub_type(tags, flavour)),
        "url": url(tags),
        "notes": notes,
        "accessions": accessions(tags, flavour, accession, number, _base(tags))
        if accession or number or "C2" in tags
        else "",
    }


def group(name: str) -> str:
    """Return the name of an organisation without the comma that marks it."""
    return name.strip().rstrip(",").rstrip()


def _links(tags: Tags) -> list[str]:
    links = tags.get("UR", [])
    return links + tags["_link"] if "_link" in tags else links


def _year(tags: Tags) -> str:
    stated = tags["PY"][0] if "PY" in tags else ""
    if len(stated) == 4 and stated.isdecimal() and "1400" <= stated < "2100":
        return stated
    return clean.year(*_all(tags, "PY"), *_all(tags, "Y1"), *_all(tags, "DA"))


def undated(tags: Tags, year: str) -> bool:
    """Say whether there is a date, but no year in it."""
    return not year and any(value.strip(" /\n") for value in tags.get("PY", ()) or tags.get("Y1", ()))


def _first(tags: Tags, tag: str) -> str:
    values = tags.get(tag)
    return values[0] if values else ""


def _all(tags: Tags, *names: str) -> list[str]:
    """Return the values of the first of several tags that has any text."""
    for name in names:
        if name in tags:
            values = tags[name]
            if not all(values) or any(map(str.isspace, values)):
                values = [value for value in values if value and not value.isspace()]
            if values:
                return values
    return []


def _lines(values: Iterable[str]) -> list[str]:
    """Part values that run over several lines: EndNote writes the second author or keyword on a line without a tag."""
    lines = []
    for value in values:
        if "\n" in value:
            lines += [line for line in value.split("\n") if line and not line.isspace()]
        else:
            lines.append(value)
    return lines


def _accession(tags: Tags, flavour: str, notes: str, links: list[str]) -> str:
    stated = first_filled(tags, "AN") or first_filled(tags, "U2")
    # ID is the accession number on Ovid and in the new EBSCO interface; reference managers number their own records.
    if not stated and flavour in NUMBERED:
        stated = first_filled(tags, "ID")
    if stated:
        number = clean.one_line(stated)
        # ProQuest puts its own number first, then those of the databases that it holds.
        return number.partition(";")[0].strip() if flavour == "ProQuest" else number
    return number_in(flavour, notes, links)


def number_in(flavour: str, notes: str, links: list[str]) -> str:
    """Return the accession number that stands in the notes or a link."""
    if flavour == "EBSCO" and (found := _EBSCO_NUMBER.search(notes)):
        return found[1]
    for line in notes.split("\n") if notes else ():
        if _EMBASE_NUMBER.match(line):  # EndNote moves Embase's U2 into the notes
            return line
    patterns = _OWN_LINKS.get(flavour, _ANY_LINK)
    for link in links:
        if patterns is _ANY_LINK and "=" not in link:
            continue
        for pattern in patterns:
            if found := pattern.search(link):
                return found[1]
    return ""


NUMBERED: Final = ("Ovid", "EBSCO", "ProQuest", "APA PsycNet")
"""Whose `ID` is an accession number."""
_ANY_LINK: Final = (_LINK_NUMBER,)
_OWN_LINKS: Final = {
    "Scopus": (_SCOPUS_NUMBER,),
    "JSTOR": (_JSTOR_NUMBER,),
    "ProQuest": (_PROQUEST_LINK,),
    "PubMed": (_PUBMED_LINK,),
}


def _base(tags: Tags) -> str:
    return clean.one_line(_first(tags, "DB")).partition("<")[0].strip()


def accessions(tags: Tags, flavour: str, accession: str, number: str, base: str) -> str:
    """Return every database's number of the record: the file's own, further ones of ProQuest, PubMed's and PMC's.

    `number` is PubMed's; `base` is what the record says of its database.
    """
    pairs = []
    if accession:
        source = next((name for form, name in _WHOSE if form.match(accession)), "")
        pairs.append((source or base or flavour or "export", accession))
    if flavour == "ProQuest":
        pairs += [("ProQuest", part.strip()) for part in _first(tags, "AN").split(";")[1:]]
    if number:
        pairs.append(("PubMed", number))
    for tag in ("C2", "PM", "N1"):
        if tag in tags and (found := _PMC_NUMBER.search(_first(tags, tag))):
            pairs.append(("PMC", found.group()))
            break
    return clean.numbers(*pairs)


def pages(tags: Tags, flavour: str) -> str:
    """Return the pages, or else the article number."""
    first = clean.one_line(first_filled(tags, "SP", "PG"))
    last = clean.one_line(first_filled(tags, "EP"))
    if first.isdecimal() and last.isdecimal() and flavour != "EBSCO":
        return f"{first}-{last}" if first != last else first
    if flavour == "EBSCO" and _ARTICLE_NUMBER.match(first):
        last = ""  # EBSCO adds the number of pages to an article number: the end page does not exist
    return clean.pages(first, last) or clean.one_line(first_filled(tags, "C7", "AR"))


def doi(tags: Tags) -> str:
    """Return the DOIs."""
    if "DO" in tags or "DI" in tags:
        found = clean.doi(*tags.get("DO", ()), *tags.get("DI", ()))
        if found:
            return found
    # EBSCO states it in L3 only, Embase again in L2, ERIC in L1; older exports in M3.
    for tag in ("L3", "L2", "L1"):
        if tag not in tags:
            continue
        found = clean.doi(*(v for v in tags.get(tag, ()) if _DOI_LINK.search(v) or v.strip().startswith("10.")))
        if found:
            return found
    stated = (v for v in tags.get("M3", ()) if v.strip().lower().startswith(("10.", "doi")))
    return clean.doi(*stated) or clean.doi(*(v for v in tags.get("UR", ()) if _DOI_LINK.search(v)))


def pmid(tags: Tags, flavour: str, notes: str) -> str:
    """Return the number of PubMed."""
    if flavour == "Embase.com":
        return clean.digits(first_filled(tags, "C5"))
    if flavour == "Cochrane":
        found = _COCHRANE_PMID.search(first_filled(tags, "C3"))
        return found[1] if found else ""
    if flavour == "Scopus":
        return next(
            (clean.digits(value) for value in tags.get("C2", ()) if "PMID" in value or value.strip().isdecimal()), ""
        )
    if flavour == "PubMed":
        found = _PUBMED_LINK.search(_first(tags, "UR"))
        stated = first_filled(tags, "AN", "ID").strip()
        return found[1] if found else (stated if stated.isdecimal() else "")
    if flavour == "Ovid" and "MEDLINE" in _first(tags, "DB").upper():
        return clean.digits(first_filled(tags, "ID"))
    if flavour == "EBSCO":
        found = _EBSCO_PMID.search(notes)
        return found[1] if found else ""
    return clean.digits(first_filled(tags, "PM")) if "PM" in tags else ""


def pub_type(tags: Tags, flavour: str) -> str:
    """Return the type of publication, as the source has it."""
    if flavour == "Ovid":  # M3 is PsycINFO's classification there
        return first_filled(tags, "PT", "TY")
    stated = first_filled(tags, "M3", "PT")
    if stated and not stated.strip().lower().startswith(("10.", "doi")):
        return stated
    kind = first_filled(tags, "TY")
    return _LONG_TAG.sub("", kind) if "\n" in kind else kind


def url(tags: Tags) -> str:
    """Return the first address."""
    links = _links(tags)
    if len(links) == 1 and links[0].startswith("http") and " " not in links[0] and "\n" not in links[0]:
        return links[0].replace("&amp;", "&")
    for value in (*links, *tags.get("L2", ()), *tags.get("LK", ())):
        for word in value.split():
            if "://" in word:
                return clean.address(word)
    return clean.address(first_filled(tags, "UR"))


def abstract(tags: Tags) -> str:
    """Return the abstract; a notice of copyright in its place is none."""
    for tag in ABSTRACTS:
        if tag not in tags:
            continue
        values = [v for v in tags.get(tag, ()) if v.strip() and not _COPYRIGHT.match(v)]
        if values:
            return clean.paragraphs("\n".join(values))
    return ""


def _notes(tags: Tags, flavour: str) -> str:
    values: list[str] = []
    for tag in ("N1", "NT", "FX"):
        if tag in tags:
            values += tags[tag]
    if not flavour:
        # Elsewhere M1 holds addresses (Embase), the cited references (PsycINFO) or an issue number (EndNote).
        values += tags.get("M1", [])
    return clean.paragraphs("\n".join(values)) if values else ""


def _own(tags: Tags) -> Record:
    """Return a record that this program wrote (`exchange.writers.ris`); a comma behind a name tells a group."""
    names = [clean.one_line(name) for name in tags.get("AU", ())]
    single = {
        "accession": "AN", "title": "TI", "year": "PY", "container": "T2", "volume": "VL", "issue": "IS", "pages": "SP",
        "pmid": "PM", "language": "LA", "pub_type": "M3", "url": "UR", "accessions": "C1", "status": "C2",
        "status_of": "C3",
    }  # fmt: skip
    return {field: clean.one_line(first_filled(tags, tag)) for field, tag in single.items()} | {
        "authors": clean.joined(name.rstrip(",") for name in names),
        "group_authors": clean.joined(name.rstrip(",") for name in names if name.endswith(",")),
        "doi": clean.doi(*tags.get("DO", ())),
        "issn": clean.issn(*tags.get("SN", ())),
        "isbn": clean.isbn(*tags.get("BN", ())),
        "keywords": clean.joined(tags.get("KW", ())),
        "abstract": clean.paragraphs(first_filled(tags, "AB")),
        "notes": clean.paragraphs(first_filled(tags, "N1")),
    }
