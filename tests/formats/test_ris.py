"""RIS, one quirk at a time. All records are made up; the bytes around them copy real exports."""

from __future__ import annotations

import pytest

from metaethno.errors import UserError
from metaethno.formats import RECORD_FIELDS, Export, read_bytes


def load(text: str | bytes) -> Export:
    return read_bytes(text.encode() if isinstance(text, str) else text, "made-up.ris")


def only(text: str | bytes) -> dict[str, str]:
    export = load(text)
    assert export.starts == len(export.records) == 1
    return {str(key): value for key, value in export.records.iloc[0].items()}


def codes(export: Export) -> list[str]:
    return [problem.code for problem in export.problems]


def error_codes(text: str | bytes) -> list[str]:
    with pytest.raises(UserError) as caught:
        load(text)
    return [problem.code for problem in caught.value.problems]


PLAIN = "TY  - JOUR\nAU  - Ashdown, Mira\nTI  - Walking the ward\nPY  - 2011\nER  - \n"
SECOND = "TY  - JOUR\nAU  - Birch, Tom\nTI  - Sitting still\nPY  - 2012\nER  - \n"

WEB_OF_SCIENCE = (
    "\ufeffTY  - JOUR\nAU  - Ashdown, MK\nTI  - Care &amp; cure: a ward\nT2  - WARD STUDIES\nLA  - English\n"
    "AB  - Background: one.\n   Conclusions: two.\nAD  - Univ Wold, Wold, Canada\rAD  - Univ Fen, Fen, Norway\n"
    "FX  - Paid by nobody.\nSN  - 1234-5678\nSN  - 8765-432x\nJ9  - WARD STUD\nDA  - SEP 22\nPY  - 2010\nVL  - 5\n"
    "IS  - 9\nC7  - e12292\nDO  - 10.1371/Journal.Made.0012292\nWE  - Social Science Citation Index (SSCI)\r"
    "AN  - WOS:000282053100002\nN1  - Times Cited:  142\nTotal Times Cited:  162\nER  -\n\n"
)

OVID = (
    "47. \nTY  - JOUR\nDB  - Embase <1974 to 2020 June 12>\nID  - 2003456789\nT1  - Talking about cost.\n"
    "A1  - Goffin R.\nA1  - de Wit, Anna\nY1  - 2019//\nN2  - We asked.\nKW  - *cost\nKW  - ward\n"
    "JF  - Journal of Wards\nVL  - 37\nIS  - 1\nSP  - No\nEP  - Specified\nSN  - E2196-7822\n"
    "DO  - https://dx.doi.org/10.1000/WARD.1\nDO  - https://dx.doi.org/10.1000/ward.1\nPT  - Article\n"
    "ER  -  \nM2  - Goffin R.: Univ Wold\nLA  - English\nL2  - http://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=2003456789\n"
    "\n \n\n48. \nTY  - JOUR\nDB  - Embase <1974 to 2020 June 12>\nID  - 2003456790\nT1  - Second.\n"
    "A1  - Low B.\nY1  - 2020//\nSP  - 24\nEP  - 26\nPT  - Article\nER  -  \n"
    "http://ovidsp.ovid.com/ovidweb.cgi?T=JS&AN=2003456790\n\n \n"
)

EBSCO = (
    "TY  - JOUR\nAU  - Ashdown, Mira\nT1  - Waiting rooms.\nJO  - Ward Notes\nJF  - Ward Notes\nY1  - 2016/09//\n"
    "VL  - 19\nIS  - 4\nM3  - Article\nSP  - e0298242\nEP  - e0298301\nSN  - 19326203\nAB  - People wait.\n"
    "AB  - Copyright of Ward Notes is the property of Fen Press and its content may not be copied.\nKW  - WAITING\n"
    "N1  - Accession Number: 176404503; Ashdown, Mira 1; Affiliation:  1: Univ Wold\nL3  - 10.1000/wait.7\n"
    "UR  - https://search.ebscohost.com/login.aspx?direct=true&db=psyh&AN=176404503&site=ehost-live\n"
    "DP  - EBSCOhost\nDB  - psyh\nER  - \n"
)


def test_columns_are_fixed_and_text() -> None:
    records = load(PLAIN).records
    assert tuple(records.columns) == RECORD_FIELDS
    numbers = ("place", "byte_start", "byte_end")
    assert {str(records[name].dtype) for name in numbers} == {"int64"}
    assert {str(records[name].dtype) for name in RECORD_FIELDS if name not in numbers} == {"str"}


def test_bare_cr_inside_a_record_keeps_the_accession_number() -> None:
    record = only(WEB_OF_SCIENCE)
    assert load(WEB_OF_SCIENCE).format == "RIS (Web of Science)"
    assert record["accession"] == "WOS:000282053100002"
    assert record["title"] == "Care & cure: a ward"
    assert record["pages"] == "e12292"
    assert record["doi"] == "10.1371/journal.made.0012292"
    assert record["issn"] == "1234-5678;8765-432X"
    assert record["abstract"] == "Background: one.\nConclusions: two."
    assert "Total Times Cited: 162" in record["notes"]
    assert "Paid by nobody." in record["notes"]


def test_ovid_tags_behind_the_end_belong_to_their_record() -> None:
    export = load(OVID)
    first, second = export.records.to_dict("records")
    assert (export.format, export.starts, export.problems) == ("RIS (Ovid)", 2, [])
    assert (first["language"], second["language"]) == ("English", "")
    assert first["accession"] == "2003456789"
    assert first["doi"] == "10.1000/ward.1"
    assert first["authors"] == "Goffin, R.; de Wit, Anna"
    assert first["pages"] == ""
    assert second["pages"] == "24-26"
    assert first["year"] == "2019"
    assert first["issn"] == "2196-7822"
    assert first["url"].endswith("AN=2003456789")
    assert second["url"].endswith("AN=2003456790")
    assert "48" not in first["url"]


def test_ebsco_doi_accession_number_and_abstract() -> None:
    record = only(EBSCO)
    assert record["doi"] == "10.1000/wait.7"
    assert record["accession"] == "176404503"
    assert record["abstract"] == "People wait."
    assert record["pages"] == "e0298242"
    assert record["year"] == "2016"
    assert record["issn"] == "1932-6203"
    assert record["pub_type"] == "Article"


def test_ebsco_pages_of_an_ordinary_article_stay() -> None:
    assert only(EBSCO.replace("e0298242", "168").replace("e0298301", "180"))["pages"] == "168-180"


def test_embase_tags() -> None:
    record = only(
        "TY  - JOUR\nM3  - Article\nY1  - 2024\nSN  - 2041-1723\nJF  - Ward Communications\nJO  - Ward Commun.\n"
        "UR  - https://www.embase.com/search/results?subaction=viewrecord&id=L2029880245&from=export\n"
        "U2  - L2029880245\nC5  - 38773066\nDB  - Embase\nL2  - http://dx.doi.org/10.1000/x-3\nDO  - 10.1000/x-3\n"
        "LK  - https://x.example.org/link?sid=EMBASE&doi=10.1000%2Fx-3\nA1  - Yang, Z.\nM1  - (Yang Z.) Univ Wold\n"
        "T1  - Scales\nN2  - Short.\nER  - \n"
    )
    assert record["accession"] == "L2029880245"
    assert record["pmid"] == "38773066"
    assert record["doi"] == "10.1000/x-3"
    assert record["container"] == "Ward Communications"
    assert record["abstract"] == "Short."
    assert record["notes"] == ""


def test_cochrane_preamble_and_two_spaces() -> None:
    text = (
        'Record #3 of 18\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain; charset="UTF-8"\n\n'
        "TY  -  JOUR\nAN  -  CN-00778158\nA1  -  Bywater, T\nT1  -  A trial\nJA  -  Trials\nPY  -  2011\nSP  -  43‐58\n"
        "C3  -  PUBMED 21314913,EMBASE 1\nM3  -  Journal article\nER  -  \n\n\n"
    )
    export = load(text + text)
    first = export.records.iloc[0]
    assert (export.format, export.starts, export.problems) == ("RIS (Cochrane)", 2, [])
    assert (first["accession"], first["pmid"], first["pages"]) == ("CN-00778158", "21314913", "43‐58")


def test_endnote_lines_without_a_tag_and_a_keyword_like_a_tag() -> None:
    record = only(
        "TY  - JOUR\nAU  - Boisvert, C.\nDB  - Embase\nMedline\nKW  - article\nER stress\nER  - positive\nward\n"
        "N1  - L2030246463\n2024-06-24\nPY  - 2024\nSN  - 1932-8494\n1932-8486\nST  - A ward\nTI  - A ward\nID  - 889\n"
        "ER  - \n"
    )
    assert record["keywords"] == "article; ER stress; ER - positive; ward"
    assert record["issn"] == "1932-8494;1932-8486"
    assert record["accession"] == "L2030246463"  # not EndNote's own 889


def test_zotero_with_crlf_and_lf_inside_the_abstract() -> None:
    text = (
        "TY  - JOUR\r\nTI  - A ward\r\nAU  - Yang, Z.\r\nT2  - Wards\r\nAB  - One.\nTwo.\r\nDA  - 2024///\r\n"
        "PY  - 2024\r\nSP  - 549-565\r\nER  - \r\n\r\n"
    )
    assert load(text).format == "RIS (Zotero)"
    assert only(text)["abstract"] == "One.\nTwo."
    assert only(text)["pages"] == "549-565"


def test_covidence_with_empty_tags() -> None:
    text = (
        "TY  - JOUR\nT1  - A ward\nA1  - Yang, Z.\nY1  - 2024///\nPD  - \nAB  - \nJO  - Wards\nPG  - \nSP  - 14316\n"
        "EP  - \nAN  - \nDO  - \nNS  - \nN1  - \nER  - \n"
    )
    record = only(text)
    assert load(text).format == "RIS (Covidence)"
    assert (record["pages"], record["accession"], record["year"], record["notes"]) == ("14316", "", "2024", "")


def test_mendeley_dates() -> None:
    export = load("TY  - JOUR\nID  - smith2020\nT1  - A\nA1  - Smith, J\nY1  - 2020///\nER  - \n")
    assert export.format == "RIS (Mendeley)"
    assert export.records.loc[0, "accession"] == ""


def test_several_platforms_in_one_file_are_named() -> None:
    export = load(EBSCO + OVID)
    assert export.format == "RIS (mixed: EBSCO, Ovid)"
    assert list(export.records["accession"]) == ["176404503", "2003456789", "2003456790"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
def test_any_line_end_reads_the_same(end: str) -> None:
    export = load((PLAIN + SECOND).replace("\n", end))
    assert list(export.records["title"]) == ["Walking the ward", "Sitting still"]


def test_missing_final_newline_loses_nothing() -> None:
    export = load((PLAIN + SECOND).rstrip("\n"))
    assert list(export.records["year"]) == ["2011", "2012"]
    assert export.problems == []


def test_missing_final_end_is_kept_and_reported() -> None:
    export = load(PLAIN + SECOND.removesuffix("ER  - \n").rstrip("\n"))
    assert list(export.records["year"]) == ["2011", "2012"]
    assert [(p.code, p.line) for p in export.problems] == [("ME0212", 6)]


@pytest.mark.parametrize("joint", ["\ufeff", "\n\ufeff", ""], ids=["mark", "newline and mark", "nothing"])
def test_files_put_together_keep_their_records(joint: str) -> None:
    export = load("\ufeff" + PLAIN.rstrip("\n") + joint + SECOND)
    assert list(export.records["title"]) == ["Walking the ward", "Sitting still"]


def test_missing_start_is_refused_with_its_line() -> None:
    with pytest.raises(UserError) as caught:
        load(PLAIN + SECOND.removeprefix("TY  - JOUR\n"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == ("ME0204", 6)


def test_missing_first_start_is_refused() -> None:
    assert error_codes(PLAIN.removeprefix("TY  - JOUR\n") + SECOND) == ["ME0204"]


def test_a_start_with_odd_spacing_is_refused_not_skipped() -> None:
    with pytest.raises(UserError, match="2 records seem to start in this file, but 1 can be read") as caught:
        load(PLAIN + SECOND.replace("TY  - JOUR", "TY - JOUR"))
    assert caught.value.problems[0].line == 6


def test_blank_record_is_refused() -> None:
    assert error_codes(PLAIN + "TY  - JOUR\nER  - \n") == ["ME0205"]


def test_record_without_title_authors_and_doi_is_kept_and_reported() -> None:
    export = load(PLAIN + "TY  - JOUR\nAB  - Only this.\nPY  - 2000\nER  - \n")
    assert len(export.records) == 2
    assert [(p.code, p.line) for p in export.problems] == [("ME0211", 6)]


def test_date_without_a_year_is_reported() -> None:
    assert codes(load(PLAIN.replace("2011", "in press"))) == ["ME0214"]


def test_notes_of_an_unknown_writer_take_every_note_tag() -> None:
    record = only(PLAIN.replace("ER  - ", "N1  - one\nNT  - two\nM1  - three\nER  - "))
    assert record["notes"] == "one\ntwo\nthree"


def test_doi_only_in_the_link() -> None:
    assert only(PLAIN.replace("ER  - ", "UR  - https://doi.org/10.1000/AbC\nER  - "))["doi"] == "10.1000/abc"
