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

# Whatever `_status` looks at.
_STATES: Final = frozenset({"ROF", "EFR", "ECF", "RIN", "EIN", "CRI", "PST"})
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
    # Not anchored by "^": a search for letters is many times faster, and the line's start is looked at afterwards.
    marks = (match.start() for match in re.finditer(rf"{opener:4}-(?: |$)", text, re.MULTILINE))
    offsets = [at for at in marks if at == 0 or text[at - 1] == "\n"]
    lines = line_numbers(text, offsets)
    start_lines = line_numbers(text, _apparent_starts(text, opener))
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


def _apparent_starts(text: str, opener: str) -> list[int]:
    """Return the starts of lines that a person would take for the first of a record."""
    found = []
    for match in re.finditer(rf"{opener}[ \t]*-[ \t]*\S", text):
        # A line of ten million characters may hold a million such matches: look back no further than is asked for.
        line = text.rfind("\n", max(0, match.start() - 6), match.start()) + 1
        before = text[line : match.start()]
        if (line or match.start() < 6) and not any(c.isalnum() or c == "_" for c in before):
            found.append(line)
    return found


def _tags(chunk: str) -> Tags:
    parts = _TAG.split("\n" + chunk)
    tags: Tags = {}
    for tag, value in zip(map(str.rstrip, parts[1::2]), parts[2::2], strict=True):
        if tag in tags:
            tags[tag].append(value)
        else:
            tags[tag] = [value]
    return tags


def _filled(tags: Tags, *names: str) -> str:
    """Return the first value with any text, of the first of several tags that has one; lines that go on are joined."""
    for name in names:
        if name in tags:
            for value in tags[name]:
                if value and not value.isspace():
                    return value.replace("\n      ", " ") if "\n" in value else value
    return ""


def _to_record(tags: Tags, opener: str) -> Record:
    pmid = clean.digits(_filled(tags, "PMID"))
    pmc = clean.one_line(_filled(tags, "PMC"))
    other = clean.word(_filled(tags, "AN", "OID", "ID"))
    status, about = _status(tags) if not _STATES.isdisjoint(tags) else ("", "")
    record = {
        "accession": (pmc if opener == "PMC" else "") or pmid or other or pmc,
        "title": clean.title(_filled(tags, "TI", "BTI", "TT")),
        "year": clean.year(_filled(tags, "DP"), _filled(tags, "DEP"), _filled(tags, "YR")),
        "container": clean.word(_filled(tags, "JT", "TA", "BTI")),
        "volume": clean.word(_filled(tags, "VI")),
        "issue": clean.issue(_filled(tags, "IP")),
        "pages": clean.word(_filled(tags, "PG")) or _article_number(tags),
        "doi": _doi(tags),
        "pmid": pmid,
        "language": clean.word(_filled(tags, "LA")),
        "url": clean.address(_filled(tags, "URL", "UR")),
        "abstract": clean.one_line(_filled(tags, "AB")),
        "accessions": f"PubMed:{pmid}" if pmid and not pmc and not other else _accessions(tags, pmid, pmc, other),
        "status": status,
        "status_of": about,
    }
    record |= _authors(tags)
    if "IS" in tags or "ISSN" in tags:
        # ERIC writes the kind of number before it: "ISSN-0018-1560", "EISSN-…".
        issns = [*tags.get("IS", ()), *tags.get("ISSN", ())]
        record["issn"] = clean.issn(*[value.replace("ISSN-", "ISSN ") for value in issns])
    if "ISBN" in tags:
        record["isbn"] = clean.isbn(*tags["ISBN"])
    if "PT" in tags:
        record["pub_type"] = clean.joined(tags["PT"])
    if "OT" in tags or "MH" in tags:
        record["keywords"] = clean.joined([*tags.get("OT", ()), *tags.get("MH", ())])
    if "GN" in tags or "NT" in tags:
        record["notes"] = clean.paragraphs("\n".join([*tags.get("GN", ()), *tags.get("NT", ())]))
    return record


def _authors(tags: Tags) -> Record:
    """Return people, by their full names where all have one, and groups."""
    short = [clean.author(name, True) for name in tags.get("AU", ())]
    full = [clean.author(name) for name in tags.get("FAU", ())]
    names = full if len(full) >= len(short) else short
    if "CN" not in tags:
        return {"authors": clean.joined(names)}
    groups = [clean.one_line(name) for name in tags["CN"]]
    return {"authors": clean.joined([*names, *groups]), "group_authors": clean.joined(groups)}


def _doi(tags: Tags) -> str:
    stated = [*tags.get("LID", ()), *tags.get("AID", ())]
    dois = dict.fromkeys(v.replace("[doi]", "").strip() for v in stated if "[doi]" in v or "doi.org/" in v)
    return clean.doi(*dois) or clean.doi(*_SO_DOI.findall(_filled(tags, "SO")))


def _article_number(tags: Tags) -> str:
    return next((clean.one_line(v.replace("[pii]", "")) for v in tags.get("LID", ()) if "[pii]" in v), "")


def _accessions(tags: Tags, pmid: str, pmc: str, other: str) -> str:
    owner = clean.one_line(_filled(tags, "OWN")) or "export"
    return clean.numbers(("PubMed", pmid), ("PMC", pmc), (owner, other))


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
