"""Tables from databases, screening tools and spreadsheets, one quirk at a time."""

from __future__ import annotations

import pytest

from metaethno.errors import UserError
from metaethno.formats import Export, read_bytes


def load(text: str, mapping: dict[str, str] | None = None) -> Export:
    return read_bytes(text.encode(), "made-up.csv", mapping)


EBSCO = (
    "Article Title,Author,Journal Title,ISSN,ISBN,Publication Date,Volume,Issue,First Page,Page Count,Accession Number,"
    "DOI,Publisher,Doctype,Subjects,Keywords,Abstract,PLink,Notes\n"
    '"Care &amp; cure.","Ashdown, Mira; de Wit, Anna","Wards","=""19326203""","","=""4/3/2024""","19","4","924","11",'
    '"176404503","10.1000/A","Fen","Article","COST","waiting","We asked.","https://search.ebscohost.com/x?a=1&sect=2",'
    '"stand-in"\n'
    '"Second.","Low, B.","Wards","=""19326203""","","=""Jun2023""","19","4","e024","11","163764290","","Fen","Article",'
    '"","","","",""\n'
)
EMBASE_HEADER = (
    "Title,Author Names,Source,Source title,Publication Year,First Page,Last Page,Abstract,PUI,DOI,Medline PMID"
)
EMBASE = (
    "SEARCH QUERY,dinosaur:ti\n-------------------------------------\n\n" + EMBASE_HEADER + "\n"
    '"A ward","Yang Z., McNamara M.E.","Wards (2024) 15:1 Article Number: 4063. Date of Publication: 1 Dec 2024",'
    '"Wards","2024","","","One.\nTwo, ""three"".","L2029880245","10.1000/x","38773066"\n'
    '"B ward","Low B.","Wards (2024) 15:1 (307-356)","Wards","2024","307","356","","L2029880246","",""\n'
)


def test_ebsco_formula_cells_dates_and_page_count() -> None:
    export = load(EBSCO)
    first, second = export.records.to_dict("records")
    assert (export.format, export.starts, export.problems) == ("EBSCO CSV", 2, [])
    assert first["title"] == "Care & cure."
    assert first["issn"] == "1932-6203"
    assert (first["year"], second["year"]) == ("2024", "2023")
    assert (first["pages"], second["pages"]) == ("924-934", "e024")
    assert first["url"] == "https://search.ebscohost.com/x?a=1&sect=2"
    assert first["notes"] == "stand-in"
    assert first["keywords"] == "waiting; COST"


def test_a_lone_author_with_a_long_family_name_is_one_name() -> None:
    text = EBSCO.replace("Low, B.", "van der Merwe, Aaliyah T.")
    assert load(text).records.loc[1, "authors"] == "van der Merwe, Aaliyah T."
    assert (
        load('title,authors\nOne,"van der Merwe, Aaliyah T."\n').records.loc[0, "authors"]
        == "van der Merwe, Aaliyah T."
    )


def test_embase_preamble_and_line_breaks_in_cells() -> None:
    export = load(EMBASE)
    first, second = export.records.to_dict("records")
    assert (export.format, export.starts) == ("Embase CSV", 2)
    assert first["authors"] == "Yang, Z.; McNamara, M.E."
    assert first["abstract"] == 'One.\nTwo, "three".'
    assert (first["accession"], first["pmid"]) == ("L2029880245", "38773066")
    assert (first["pages"], second["pages"]) == ("4063", "307-356")


def test_embase_saved_again_by_a_european_excel() -> None:
    padding = ";" * 10
    text = (
        f"\ufeffSEARCH QUERY;dinosaur:ti{padding[1:]}\r\n-----{padding}\r\n{padding}\r\n"
        f"{EMBASE_HEADER.replace(',', ';')}\r\nA ward;Yang Z., Low B.;;Wards;2024;;;;L2029880245;;\r\n{padding}\r\n"
    )
    export = load(text)
    assert (export.format, export.starts) == ("Embase CSV", 1)
    assert export.records.loc[0, "authors"] == "Yang, Z.; Low, B."


def test_pubmed_authors_and_citation() -> None:
    export = load(
        "\ufeffPMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
        '"30922926","A ward","Griffin DK, Pérez-de la Fuente R, Smith JA Jr.",'
        '"Wards. 2020 Feb;63(2):103640. doi: 10.1000/x. Epub 2019.","Griffin DK","Wards","2020","2019/03/30","","",""'
    )
    record = export.records.iloc[0]
    assert export.format == "PubMed CSV"
    assert record["authors"] == "Griffin, DK; Pérez-de la Fuente, R; Smith, JA Jr"
    assert (record["volume"], record["issue"], record["pages"]) == ("63", "2", "103640")
    assert (record["accession"], record["pmid"]) == ("30922926", "30922926")


def test_covidence() -> None:
    export = load(
        "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,"
        'Covidence #,Study,Notes,Tags\nA ward,"Yang, Z.; Low, B.",,2024,,Wards,15,1,14316,,10.1000/x,,#7,Yang 2024,'
        '"Exclusion reason: Wrong setting; ",""\n'
    )
    assert export.format == "Covidence CSV"
    assert export.records.loc[0, "notes"] == "Exclusion reason: Wrong setting;"
    assert export.records.loc[0, "pages"] == "14316"


def test_rayyan_cells_with_the_next_tag_spilled_into_them() -> None:
    export = load(
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,"
        "notes,doi,keywords,pubmed_id,pmc_id\n"
        'rayyan-42924189,A ward,2024,,,Wards,"[""1932-8494"", ""1932-8486""]",15,1,,"Yang, Z. and Low, B.",'
        "https://www.embase.com/x?id=L2029880245&from=export     U2  - L2029880245,English,,,,"
        '"RAYYAN-INCLUSION: {""A""=>""Included""}",10.1000/x     LK  - https://y.example.org?doi=10.1000%2Fx,a;b,,\n'
    )
    record = export.records.iloc[0]
    assert export.format == "Rayyan CSV"
    assert record["authors"] == "Yang, Z.; Low, B."
    assert (record["doi"], record["accession"]) == ("10.1000/x", "L2029880245")
    assert record["issn"] == "1932-8494;1932-8486"
    assert record["url"].endswith("from=export")
    assert record["notes"] == 'RAYYAN-INCLUSION: {"A"=>"Included"}'


@pytest.mark.parametrize(
    ("delimiter", "kind"), [(",", "CSV"), (";", "CSV with semicolons"), ("\t", "tab-separated table")]
)
def test_plain_sheet(delimiter: str, kind: str) -> None:
    export = load(delimiter.join(["ID", "Title", "Author", "Year"]) + "\n" + delimiter.join(["1", "A", "B", "1999"]))
    assert export.format == kind
    assert export.records.loc[0, ["title", "authors", "year"]].tolist() == ["A", "B", "1999"]


def test_column_mapping() -> None:
    export = load("Nr;Titel;Verfasser\n1;Ein Haus;Meier, A\n", {"title": "Titel", "authors": "Verfasser"})
    assert export.records.loc[0, "title"] == "Ein Haus"
    assert export.records.loc[0, "authors"] == "Meier, A"


def test_column_mapping_that_does_not_fit_names_all_mistakes() -> None:
    with pytest.raises(UserError) as caught:
        load("Title,Author\nA,B\n", {"autors": "Author", "doi": "Digital"})
    assert [p.code for p in caught.value.problems] == ["ME0207", "ME0207"]
    assert "Did you mean 'authors'?" in str(caught.value)


def test_files_put_together_repeat_header_and_preamble() -> None:
    export = load(EMBASE + "\ufeff" + EMBASE)
    assert (export.starts, list(export.records["place"])) == (4, [1, 2, 3, 4])
    assert load(EMBASE.rstrip("\n") + "\ufeff" + EMBASE).starts == 4


def test_a_second_table_of_another_layout_is_refused() -> None:
    with pytest.raises(UserError, match="second header"):
        load("Title,Author\nA,B\nTitle,Year\nC,1999\n")


def test_row_with_too_many_cells_is_refused_with_its_line() -> None:
    with pytest.raises(UserError) as caught:
        load("Title,Author\nA,B\nOne, two,Low\n")
    assert [(p.code, p.line) for p in caught.value.problems] == [("ME0204", 3)]


def test_open_quotation_mark_that_swallows_rows_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        load('Title,Author\nA,B\n"C,D\nE,F\nG,H\n')
    assert caught.value.problems[0].code == "ME0204"


def test_quotation_mark_inside_a_cell_is_text() -> None:
    export = load('Title,Author\nThe 5" scale,B\n"Second\nline",C\nThird,D\n')
    assert list(export.records["title"]) == ['The 5" scale', "Second line", "Third"]


def test_header_alone_is_no_error_but_reported() -> None:
    export = load("Title,Author,Year\n")
    assert (export.starts, [p.code for p in export.problems]) == (0, ["ME0216"])


def test_short_row_is_reported() -> None:
    export = load("Title,Author,Year\nA,B\nC,D,1999\n")
    assert [(p.code, p.line) for p in export.problems] == [("ME0215", 2)]


def test_missing_final_newline_loses_nothing() -> None:
    assert load(EBSCO.rstrip("\n")).starts == 2


def test_a_note_that_looks_like_the_start_of_another_format_is_a_note():
    read = load('title,authors,notes\n"A title","Ash, Mira","see\nTY  - JOUR\nER  - "\n"Another","Low, Bea",""\n')
    assert read.records["title"].tolist() == ["A title", "Another"]
    assert read.records["notes"].iloc[0] == "see\nTY - JOUR\nER -"


WOS = "PT\tAU\tTI\tSO\tPY\tUT\t\n"


@pytest.mark.parametrize(
    ("cells", "titles"),
    [
        # Web of Science quotes nothing: what stands in the cell is the title.
        (['"I want to be heard": nurses', "Two"], ['"I want to be heard": nurses', "Two"]),
        (['"Here" or "there"', "Two"], ['"Here" or "there"', "Two"]),
        (['"I want to be heard', "Two"], ['"I want to be heard', "Two"]),
        (['The 5" scale', '"We"'], ['The 5" scale', '"We"']),
        # Saved again by a spreadsheet.
        (['"""We"": nurses"', "Two"], ['"We": nurses', "Two"]),
        (['"One\nand a half"', "Two"], ["One and a half", "Two"]),
        (['"""One""\nand a half"', '"""We"": nurses"'], ['"One" and a half', '"We": nurses']),
    ],
)
def test_quotation_marks_in_the_table_of_web_of_science(cells: list[str], titles: list[str]) -> None:
    rows = [f"J\tLow, A\t{cell}\tWards\t2020\tWOS:00000000000000{n}\t\n" for n, cell in enumerate(cells)]
    export = load(WOS + "".join(rows))
    assert export.records["title"].tolist() == titles
    assert export.records["year"].tolist() == ["2020"] * len(cells)
    assert not export.problems


@pytest.mark.parametrize("names", ["Low A.", 'Low A.","High B.'])
def test_a_table_with_the_fields_below_one_another_is_refused(names: str) -> None:
    text = f'"TITLE","A ward"\n"AUTHOR NAMES","{names}"\n"PUBLICATION YEAR","2020"\n"PUI","L600000001"\n'
    with pytest.raises(UserError, match="ME0201") as caught:
        load(text)
    assert "below one another" in str(caught.value)
    assert "by column" in str(caught.value)


def test_a_link_to_a_doi_is_a_doi_where_there_is_no_other() -> None:
    rows = "A,https://doi.org/10.1000/A,\nB,https://doi.org/10.1000/b,10.1000/c\nC,https://example.org/10.1000/d,\n"
    assert load(f"Title,URL,DOI\n{rows}").records["doi"].tolist() == ["10.1000/a", "10.1000/c", ""]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Low, A., High, B., & Doe, C.", "Low, A.; High, B.; Doe, C."),
        ("van Dam, A. B. & O’Neill, C.-D.", "van Dam, A. B.; O’Neill, C.-D."),
        ("Low, A.", "Low, A."),
        ("Health & Safety, Ltd.", "Health & Safety, Ltd."),
        ("[No author name available]", ""),
    ],
)
def test_authors_of_a_plain_table(written: str, read_as: str) -> None:
    assert load(f'Title,Authors,Year\nA,"{written}",2020\n').records["authors"].tolist() == [read_as]


def test_editors_stand_in_where_a_table_has_no_authors() -> None:
    rows = 'A,,"Low, Ann; High, Ben"\nB,"Doe, Cy","Low, Ann"\n'
    assert load(f"Title,Author,Editor\n{rows}").records["authors"].tolist() == ["Low, Ann; High, Ben", "Doe, Cy"]


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("PMID,Title,Journal/Book,PMCID\n123456,Wards,J Ward,PMC765432\n", "PubMed:123456; PMC:PMC765432"),
        ("Title,Source title,EID,PubMed ID\nWards,J Ward,2-s2.0-85,123456\n", "Scopus:2-s2.0-85; PubMed:123456"),
        ("Lens ID,Title,PMID\n000-111-222,Wards,\n", "Lens:000-111-222"),
        ("Title,Accession Number\nWards,17\n", ""),
    ],
)
def test_the_numbers_of_all_databases_that_a_table_names(table: str, found: str) -> None:
    (record,) = read_bytes(table.encode(), "x.csv").records.to_dict("records")
    assert record["accessions"] == found
