"""What the tags of `.nbib` mean: PubMed's, and those of ERIC and PMC."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from metaethno.formats import clean
from metaethno.formats.model import Record, Tags, first_filled

SINGLE: Final[dict[str, tuple[tuple[str, ...], Callable[[str], str], str]]] = {
    "title": (("TI", "BTI", "TT"), clean.title, "<"),
    "container": (("JT", "TA", "BTI"), clean.word, ""),
    "volume": (("VI",), clean.word, ""),
    "issue": (("IP",), clean.issue, "("),
    "pages": (("PG",), clean.word, ""),
    "language": (("LA",), clean.word, ""),
    "url": (("URL", "UR"), clean.address, " "),
    "abstract": (("AB",), clean.one_line, ""),
}
"""Fields of one value, as `ris_fields.SINGLE`."""
NUMBERS: Final = ("AN", "OID", "ID")
DATES: Final = ("DP", "DEP", "YR")
ISSNS: Final = ("IS", "ISSN")
KEYWORDS: Final = ("OT", "MH")
NOTES: Final = ("GN", "NT")
STATES: Final = frozenset({"ROF", "EFR", "ECF", "RIN", "EIN", "CRI", "PST"})
"""Whatever `state` looks at."""
_GOES_ON: Final = re.compile(r"\n {6}")
_SO_DOI: Final = re.compile(r"\bdoi: (10\.\d{4,9}/\S+)")


def unfolded(text: str) -> str:
    """Return text in which values that go on over several lines are on one."""
    return _GOES_ON.sub(" ", text)  # much faster here than `str.replace`


def _all(tags: Tags, *names: str) -> list[str]:
    return [value for name in names for value in tags.get(name, ())]


def to_record(tags: Tags, opener: str) -> Record:
    """Return a record with every field of `fields.TEXT_FIELDS` that the tags hold; `opener` is its first tag."""
    pmid = clean.digits(first_filled(tags, "PMID"))
    pmc = clean.one_line(first_filled(tags, "PMC"))
    other = clean.word(first_filled(tags, *NUMBERS))
    status, about = state(tags)
    record = {field: cleaned(first_filled(tags, *choice)) for field, (choice, cleaned, _) in SINGLE.items()}
    record |= {
        "accession": (pmc if opener == "PMC" else "") or pmid or other or pmc,
        "accessions": accessions(tags, pmid, pmc, other),
        "pmid": pmid,
        "year": clean.year(*(first_filled(tags, tag) for tag in DATES)),
        "doi": doi(tags),
        "issn": issn(_all(tags, *ISSNS)),
        "isbn": clean.isbn(*_all(tags, "ISBN")),
        "pub_type": clean.joined(_all(tags, "PT")),
        "keywords": clean.joined(_all(tags, *KEYWORDS)),
        "notes": clean.paragraphs("\n".join(_all(tags, *NOTES))),
        "status": status,
        "status_of": about,
    }
    record["pages"] = record["pages"] or article_number(tags)
    return record | _authors(tags)


def issn(values: Iterable[str]) -> str:
    """Return ISSNs. ERIC writes the kind of number before it: "ISSN-0018-1560", "EISSN-…"."""
    return clean.issn(*[value.replace("ISSN-", "ISSN ") for value in values])


def _authors(tags: Tags) -> Record:
    """Return people, by their full names where all have one, and groups."""
    short = [clean.author(name, True) for name in tags.get("AU", ())]
    full = [clean.author(name) for name in tags.get("FAU", ())]
    names = full if len(full) >= len(short) else short
    if "CN" not in tags:
        return {"authors": clean.joined(names)}
    groups = [clean.one_line(name) for name in tags["CN"]]
    return {"authors": clean.joined([*names, *groups]), "group_authors": clean.joined(groups)}


def doi(tags: Tags) -> str:
    """Return the DOIs that are said to be one; else those in the citation (SO)."""
    stated = [*tags.get("LID", ()), *tags.get("AID", ())]
    dois = dict.fromkeys(v.replace("[doi]", "").strip() for v in stated if "[doi]" in v or "doi.org/" in v)
    return clean.doi(*dois) or clean.doi(*_SO_DOI.findall(first_filled(tags, "SO")))


def article_number(tags: Tags) -> str:
    """Return the publisher's own number, which stands in for pages."""
    return next((clean.one_line(v.replace("[pii]", "")) for v in tags.get("LID", ()) if "[pii]" in v), "")


def accessions(tags: Tags, pmid: str, pmc: str, other: str) -> str:
    """Return every database's number of the record."""
    owner = clean.one_line(first_filled(tags, "OWN")) or "export"
    return clean.numbers(("PubMed", pmid), ("PMC", pmc), (owner, other))


def state(tags: Tags) -> tuple[str, str]:
    """Return the state of publication that PubMed states, and what a notice is about.

    The tags are those of PubMed's help page: EFR, ROF and ECF on notices; RIN and EIN on the articles; PST.
    """
    for tag, status in (("ROF", "retraction notice"), ("EFR", "erratum"), ("ECF", "expression of concern")):
        if tag in tags:
            return status, clean.joined(tags[tag])
    if "RIN" in tags:
        return "retracted", ""
    if "EIN" in tags or "CRI" in tags:
        return "corrected", ""
    if any("aheadofprint" in value for value in tags.get("PST", ())):
        return "early view", ""
    return "", ""
