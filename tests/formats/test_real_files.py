"""Real exports, where they are present beside the repository (they belong to their publishers and are not shipped)."""

from __future__ import annotations

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
