"""PubMed's `.nbib` (MEDLINE), also ERIC's and PMC's: tags padded to four characters, six spaces to go on."""

from __future__ import annotations

import re
from typing import Final

from metaethno.formats import clean
from metaethno.formats.check import foreign, line_numbers
from metaethno.formats.model import Parsed, Reader, Record, Source

_DIALECTS: Final = {"PMID": "", "PMC": "PMC", "OWN": "ERIC"}
_OPENERS: Final = ("PMID", "PMC", "OWN")
_FIRST: Final = re.compile(r"\A\s*(PMID|PMC|OWN) *- *\S")
# A line end in front in place of "^" makes the search many times faster.
_TAG: Final = re.compile(r"\n([A-Z]{4}|[A-Z]{3} |[A-Z]{2} {2})-(?: |(?=\n)|\Z)")

_SO_DOI: Final = re.compile(r"\bdoi: (10\.\d{4,9}/\S+)")
_UNDATED: Final = (
    "ME0214",
    "Records without a year",
    "the year is left empty; look the record up in the database if it matters",
)

Tags = dict[str, list[str]]


def _recognise(source: Source) -> bool:
    return _FIRST.match(source.head) is not None


def _opener(text: str) -> str:
    found = _FIRST.match(text)
    return found[1] if found else _OPENERS[0]


def _boundary(source: Source) -> re.Pattern[bytes]:
    opener = f"{_opener(source.text):4}-".encode()
    return re.compile(opener + b"(?<=[\r\n]" + opener + b")")


def _parse(source: Source) -> Parsed:
    text, opener = source.text, _opener(source.text)
    offsets = [m.start() for m in re.finditer(rf"^{opener:4}-(?: |$)", text, re.MULTILINE)]
    lines = line_numbers(text, offsets)
    looks = re.finditer(rf"\n[^\w\n]{{0,5}}{opener}[ \t]*-[ \t]*\S", "\n" + text)
    start_lines = line_numbers(text, [m.start() for m in looks])
    parsed = Parsed("MEDLINE (.nbib)", [], lines, start_lines)
    parsed.doubtful.extend(foreign(text, "MEDLINE"))
    for place, (start, line) in enumerate(zip(offsets, lines, strict=True), start=1):
        parsed.flavours[_DIALECTS[opener]] += 1
        tags = _tags(text[start : offsets[place] if place < len(offsets) else len(text)])
        if len(tags.get("TI", ())) > 1:
            parsed.doubtful.append((line, "Two titles (TI) in one record: the start of a record may be missing."))
        record = _to_record(tags, opener)
        if not record["year"]:
            parsed.note(*_UNDATED, place, line)
        parsed.records.append(record)
    return parsed


def _tags(chunk: str) -> Tags:
    parts = _TAG.split("\n" + chunk)
    tags: Tags = {}
    for tag, value in zip(parts[1::2], parts[2::2], strict=True):
        tags.setdefault(tag.rstrip(), []).append(value)
    return tags


def _to_record(tags: Tags, opener: str) -> Record:
    def first(*names: str) -> str:
        return next((v for name in names for v in tags.get(name, ()) if v.strip()), "")

    stated = [v for name in ("LID", "AID") for v in tags.get(name, ())]
    dois = [v.replace("[doi]", "") for v in stated if "[doi]" in v or "doi.org/" in v]
    short = [clean.author(name, True) for name in tags.get("AU", ())]
    full = [clean.author(name) for name in tags.get("FAU", ())]
    groups = [clean.one_line(name) for name in tags.get("CN", ())]
    pmid = clean.digits(first("PMID"))
    pmc = clean.one_line(first("PMC"))
    other = clean.one_line(first("AN", "OID", "ID"))
    # ERIC writes the kind of number before it: "ISSN-0018-1560", "EISSN-…".
    issns = [v.replace("ISSN-", "ISSN ") for name in ("IS", "ISSN") for v in tags.get(name, ())]
    status, about = _status(tags)
    return {
        "accession": (pmc if opener == "PMC" else "") or pmid or other or pmc,
        "title": clean.title(first("TI", "BTI", "TT")),
        "authors": clean.joined([*(full if len(full) >= len(short) else short), *groups]),
        "group_authors": clean.joined(groups),
        "year": clean.year(first("DP"), first("DEP"), first("YR")),
        "container": clean.one_line(first("JT", "TA", "BTI")),
        "volume": clean.one_line(first("VI")),
        "issue": clean.issue(first("IP")),
        "pages": clean.one_line(first("PG"))
        or next((clean.one_line(v.replace("[pii]", "")) for v in tags.get("LID", ()) if "[pii]" in v), ""),
        "doi": clean.doi(*dois) or clean.doi(*_SO_DOI.findall(first("SO"))),
        "pmid": pmid,
        "issn": clean.issn(*issns),
        "isbn": clean.isbn(*tags.get("ISBN", ())),
        "language": clean.one_line(first("LA")),
        "pub_type": clean.joined(tags.get("PT", ())),
        "keywords": clean.joined([*tags.get("OT", ()), *tags.get("MH", ())]),
        "url": clean.address(first("URL", "UR")),
        "abstract": clean.one_line(first("AB")),
        "notes": clean.paragraphs("\n".join([*tags.get("GN", ()), *tags.get("NT", ())])),
        "accessions": clean.numbers(("PubMed", pmid), ("PMC", pmc), (clean.one_line(first("OWN")) or "export", other)),
        "status": status,
        "status_of": about,
    }


def _status(tags: Tags) -> tuple[str, str]:
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


READER: Final = Reader(
    "MEDLINE (.nbib)",
    _recognise,
    _parse,
    boundary=_boundary,
    looks=re.compile(r"^(?:PMID|PMC |OWN |FAU |AU  |TI  |DP  )-", re.MULTILINE),
    about="PubMed's own format (“PubMed” or “Citation manager”): tags of four characters, a hyphen, the value",
)
