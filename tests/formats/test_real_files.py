"""Real exports, where they are present beside the repository (they belong to their publishers and are not shipped)."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pytest

from metaethno.formats import inspect, read

FORMATS = Path(__file__).resolve().parents[2] / ".." / "shared" / "formats"

# The counts come from the files, not from the readers: RIS by `grep -c 'TY  - '` and, as a check, the same number by
# `grep -c '^ER  -'`; tables by counting lines, as none of them has a line break inside a cell: 11 lines = header + 10,
# and 14 = three lines of Embase's preamble + header + 10. Format, records, with DOI, with abstract, with accession.
EXPECTED = {
    "RIS/_baseline_cinahl.ris": ("RIS (EBSCO)", 9, 9, 9, 9),
    "RIS/_baseline_cochrane_refman.ris": ("RIS (Cochrane)", 3, 3, 3, 3),
    "RIS/_baseline_covidence_endnote.ris": ("RIS (Covidence)", 10, 10, 8, 10),
    "RIS/_baseline_covidence_mendeley.ris": ("RIS (Covidence)", 10, 10, 8, 10),
    "RIS/_baseline_embase.ris": ("RIS (Embase.com)", 10, 10, 8, 10),
    "RIS/_baseline_endnote.ris": ("RIS (EndNote)", 10, 10, 8, 10),
    # Seven ERIC records have no DOI anywhere; one book has no author (`grep -c '^L1'` = 3).
    "RIS/_baseline_eric_ovid.ris": ("RIS (Ovid)", 10, 3, 10, 10),
    "RIS/_baseline_psychInfo_ovid.ris": ("RIS (Ovid)", 10, 10, 10, 10),
    "RIS/_baseline_webofscience.ris": ("RIS (Web of Science)", 10, 10, 7, 10),
    "RIS/_baseline_zotero.ris": ("RIS (Zotero)", 10, 10, 8, 10),
    "CSV/_baseline_cinahl.csv": ("EBSCO CSV", 10, 10, 10, 10),
    # Covidence's list has no accession numbers.
    "CSV/_baseline_covidence.csv": ("Covidence CSV", 10, 10, 8, 0),
    "CSV/_baseline_embase.csv": ("Embase CSV", 10, 10, 8, 10),
    "CSV/_baseline_excel.csv": ("Embase CSV", 10, 10, 8, 10),
    "CSV/_baseline_pubmed.csv": ("PubMed CSV", 10, 10, 0, 10),
    "CSV/_baseline_rayyan.csv": ("Rayyan CSV", 10, 10, 8, 10),
}


def real(name: str) -> Path:
    path = FORMATS / name
    if not path.is_file():
        pytest.skip(f"the real export {name} is not in ../shared/formats")
    return path


@pytest.mark.parametrize("name", EXPECTED)
def test_counts(name: str) -> None:
    (row,) = inspect([real(name)])
    found = (row["format"], row["records"], row["with_doi"], row["with_abstract"], row["with_accession"])
    assert found == EXPECTED[name]
    assert row["with_title"] == row["with_year"] == row["records"]
    assert row["problems"] == []


def test_every_real_file_is_expected() -> None:
    real("RIS/_baseline_cinahl.ris")
    present = {f"{path.parent.name}/{path.name}" for path in FORMATS.glob("*/*") if path.is_file()}
    assert present == set(EXPECTED)


def test_the_same_records_by_five_ways_agree() -> None:
    """Ten Embase records went through Embase.com, Zotero, EndNote and two tables: DOIs and accession numbers agree."""
    ways = ["RIS/_baseline_embase.ris", "RIS/_baseline_zotero.ris", "RIS/_baseline_endnote.ris"]
    ways += ["CSV/_baseline_embase.csv", "CSV/_baseline_rayyan.csv"]
    tables = [read(real(way)).records for way in ways]
    for name in ("doi", "accession", "year"):
        assert len({tuple(sorted(table[name])) for table in tables}) == 1, name


def test_one_record_in_every_field() -> None:
    record = read(real("RIS/_baseline_cinahl.ris")).records.iloc[2].to_dict()
    assert record["authors"].startswith("Lallensack, Jens N.; Owais, Abdalla; ")
    fields = ("accession", "year", "container", "volume", "issue", "pages", "doi", "issn", "pub_type")
    assert [record[name] for name in fields] == [
        "163764290", "2023", "Historical Biology", "35", "6", "924-934", "10.1080/08912963.2022.2069020", "0891-2963",
        "Article",
    ]  # fmt: skip


# What each record says, found in the bytes without any reader. RIS: where the DOI, the authors and the title stand, and
# what the accession number looks like; tables: delimiter, and the headings of DOI, authors, title, and the number.
IN_RIS = {
    "RIS/_baseline_cinahl.ris": ("L3", "AU", "T1", r"Accession Number: (\d+);"),
    "RIS/_baseline_cochrane_refman.ris": ("DO", "A1", "T1", r"AN  -  (CN-\d+)"),
    "RIS/_baseline_covidence_endnote.ris": ("DO", "AU", "TI", r"&id=(L\d+)"),
    "RIS/_baseline_covidence_mendeley.ris": ("DO", "A1", "T1", r"&id=(L\d+)"),
    "RIS/_baseline_embase.ris": ("DO", "A1", "T1", r"U2  - (L\d+)"),
    "RIS/_baseline_endnote.ris": ("DO", "AU", "TI", r"N1  - (L\d+)"),
    "RIS/_baseline_eric_ovid.ris": ("L1", "A1", "T1", r"ID  - (E[DJ]\d+)"),
    "RIS/_baseline_psychInfo_ovid.ris": ("DO", "A1", "T1", r"ID  - ([\d-]+)"),
    "RIS/_baseline_webofscience.ris": ("DO", "AU", "TI", r"AN  - (WOS:\w+)"),
    "RIS/_baseline_zotero.ris": ("DO", "AU", "TI", r"&id=(L\d+)"),
}
IN_TABLES = {
    "CSV/_baseline_cinahl.csv": (",", "DOI", "Author", "; ", "Article Title", "Accession Number"),
    "CSV/_baseline_covidence.csv": (",", "DOI", "Authors", "; ", "Title", ""),
    "CSV/_baseline_embase.csv": (",", "DOI", "Author Names", ", ", "Title", "Embase Link"),
    "CSV/_baseline_excel.csv": (";", "DOI", "Author Names", ", ", "Title", "Embase Link"),
    "CSV/_baseline_pubmed.csv": (",", "DOI", "Authors", ", ", "Title", "PMID"),
    "CSV/_baseline_rayyan.csv": (",", "doi", "authors", " and ", "title", "url"),
}


def _squeezed(text: str) -> str:
    return " ".join(re.sub("</?i>", "", html.unescape(text)).split())


def _dois(text: str) -> set[str]:
    return {doi.casefold() for doi in re.findall(r"\b10\.\d{4,}/[^\s,;]+", text)}


def _letters(name: str) -> str:
    """Return a name without the marks that part its family and given names: `Yang Z.` is `Yang, Z.`"""
    return re.sub(r"[\s,.]", "", name)


def _said_by_ris(name: str) -> list[tuple[set[str], list[str], str, str]]:
    doi, author, title, number = IN_RIS[name]
    text = real(name).read_bytes().decode("utf-8-sig").replace("\r", "\n")
    said = []
    for record in re.split(r"(?m)^TY  - ", text)[1:]:
        tags = [(t, _squeezed(value)) for t, value in re.findall(r"(?m)^([A-Z][A-Z0-9])  - +(\S.*)$", record)]
        dois = {d for t, value in tags if t == doi for d in _dois(value)}
        names = [_letters(value) for t, value in tags if t == author]
        said.append((dois, names, next(v for t, v in tags if t == title), re.findall(number, record)[0]))
    return said


def _said_by_table(name: str) -> list[tuple[set[str], list[str], str, str]]:
    delimiter, doi, author, between, title, number = IN_TABLES[name]
    lines = real(name).read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    header = next(i for i, line in enumerate(lines) if re.search(rf"\b{title}\b", line) and delimiter in line)
    rows = csv.DictReader(io.StringIO("".join(lines[header:]), newline=""), delimiter=delimiter)
    said = []
    for row in rows:
        accession = re.search(r"L\d{6,}|\d{6,}", row.get(number, ""))
        names = [_letters(value) for value in row[author].split(between) if value]
        # Rayyan let further tags of the RIS file it was given run into the DOI.
        dois = _dois(row[doi].split("  ")[0])
        said.append((dois, names, _squeezed(row[title]), accession[0] if accession else ""))
    return said


@pytest.mark.parametrize("name", EXPECTED)
def test_each_record_says_what_its_file_says(name: str) -> None:
    """DOI, authors in their order, title and accession number of every record, not only how many have them."""
    said = _said_by_ris(name) if name in IN_RIS else _said_by_table(name)
    records = read(real(name)).records
    assert len(records) == len(said)
    for record, (dois, names, title, accession) in zip(records.to_dict("records"), said, strict=True):
        assert set(filter(None, record["doi"].split(";"))) == dois
        assert [_letters(author) for author in record["authors"].split("; ") if author] == names
        assert record["title"] == title
        assert record["accession"] == accession
