"""What holds for every format: encodings, refusals, the overview, and that nothing is lost whatever the bytes."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno.errors import UserError
from metaethno.formats import Export, clean, inspect, kinds, read, read_bytes

settings.register_profile("reading", deadline=None)
settings.load_profile("reading")

RIS = "TY  - JOUR\nAU  - Ålund, Per\nTI  - Ward “A”\nPY  - 2001\nER  - \n"


def refusal(data: bytes, name: str = "x") -> UserError:
    with pytest.raises(UserError) as caught:
        read_bytes(data, name)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(encoding: str) -> None:
    record = read_bytes(RIS.encode(encoding), "x.ris").records.iloc[0]
    assert (record["authors"], record["title"]) == ("Ålund, Per", "Ward “A”")


def test_a_line_in_another_encoding_is_named() -> None:
    data = RIS.encode() + RIS.encode("cp1252")
    export = read_bytes(data, "x.ris")
    assert list(export.records["authors"]) == ["Ålund, Per", "Ålund, Per"]
    assert [(p.code, p.line) for p in export.problems] == [("ME0213", 7)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        # A database that keeps so many bytes of a field cuts its last letter in two.
        ("naïve señor élève ".encode() + b"\xe2\x80", "naïve señor élève â€"),
        ("naïve señor ".encode() + b"patient\x92s", "naïve señor patient’s"),
        ("«CAFÉ» au soir".encode("cp1252"), "«CAFÉ» au soir"),
        ("«CAFÉ» à Évry".encode("cp1252"), "«CAFÉ» à Évry"),
    ],
)
def test_wrong_bytes_leave_the_other_letters_of_a_line_alone(written: bytes, read_as: str) -> None:
    export = read_bytes(RIS.encode().replace("Ward “A”".encode(), written), "x.ris")
    assert export.records.loc[0, "title"] == read_as
    assert [problem.code for problem in export.problems] == ["ME0213"]


def test_control_characters_go_and_letters_are_composed() -> None:
    text = RIS.replace("Ålund", "A\u030alund").replace("Ward", "Wa\x02rd\x0b\u00a0no.")
    record = read_bytes(text.encode(), "x.ris").records.iloc[0]
    assert (record["authors"], record["title"]) == ("Ålund, Per", "Ward no. “A”")


def test_what_xml_can_not_hold_is_left_out_of_text() -> None:
    from metaethno.exchange.writers import WRITERS

    export = read_bytes(RIS.replace("Ward", "Wa\uffffrd\ufffe").encode(), "x.ris")
    assert export.records.loc[0, "title"] == "Ward “A”"
    assert len(read_bytes(WRITERS["endnote-xml"](export.records), "x.xml").records) == 1


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1", b"\x00\x01\x02TY  - JOUR\n"],
    ids=["pdf", "xls", "binary"],
)
def test_what_is_not_text_is_refused(data: bytes) -> None:
    assert [p.code for p in refusal(data).problems] == ["ME0202"]


@pytest.mark.parametrize("data", [b"", b" \n\r\n", b"\xef\xbb\xbf"])
def test_empty_file_is_refused(data: bytes) -> None:
    assert [p.code for p in refusal(data).problems] == ["ME0203"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<?xml version='1.0'?><xml/>", "XML"),
        ("@string{a = {b}}", "BibTeX"),
        ('[{"title": "a"}]', "JSON"),
        ("Titel;Verfasser\na;b\n", "column mapping"),
        ("Dear colleague", "start of a record"),
    ],
)
def test_unknown_kind_is_refused_and_says_what_it_looks_like(text: str, words: str) -> None:
    error = refusal(text.encode(), "made-up.txt")
    assert words in str(error)
    assert "made-up.txt" in str(error)
    assert all(kind in str(error) for kind in kinds())


@pytest.mark.parametrize(
    ("text", "words", "instead"),
    [
        ("RT Journal Article\nSR Electronic\nID 1\nA1 Low, Ann\nT1 A ward\nYR 2020\n", "RefWorks", "RIS"),
        ("1: Low A. A ward. Ward Stud. 2020 Mar;12(3):1-9. PMID: 30000001.\n", "people to read", "PubMed"),
        ("1. Ward Stud. 2020;12(3):1-9.\n\nA ward.\n\nLow A.\n\nPMID: 30000001\n", "people to read", "PubMed"),
        ("<RECORD 1>\n\nTITLE\n\nA ward\n", "below one another", "by column"),
    ],
)
def test_exports_that_are_not_read_name_what_to_choose_instead(text: str, words: str, instead: str) -> None:
    (problem,) = refusal(text.encode()).problems
    assert words in problem.message
    assert instead in problem.hint


def test_a_heading_with_title_in_it_is_asked_after() -> None:
    (problem,) = refusal(b"NCT Number,Study Title,Study URL\nNCT00000001,A ward,https://example.org\n").problems
    assert 'Is it "Study Title"?' in problem.message


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.ris", tmp_path):
        with pytest.raises(UserError, match="ME0203"):
            read(path)


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(RIS, encoding="utf-8")
    assert read(path).format == "RIS"


def test_inspect_has_fixed_keys_and_never_raises(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.ris", tmp_path / "b.bin"
    good.write_text(RIS, encoding="utf-8")
    bad.write_bytes(b"%PDF")
    rows = inspect([good, bad])
    keys = ["file", "format", "about", "records", "with_title", "with_authors", "with_year", "with_doi"]
    assert [list(row) for row in rows] == [[*keys, "with_abstract", "with_accession", "problems", "remarks"]] * 2
    assert rows[0]["about"].startswith("RIS: what most databases")
    assert [(row["format"], row["records"], len(row["problems"])) for row in rows] == [("RIS", 1, 0), ("unknown", 0, 1)]
    assert (rows[0]["with_title"], rows[0]["with_doi"]) == (1, 0)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("https://dx.doi.org/10.1000/ABC.", "10.1000/abc"),
        ("doi:10.1000/a; 10.1000/b", "10.1000/a;10.1000/b"),
        (
            "10.1002/(SICI)1097-0258(19980815)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815)17:15/16<1661::aid-sim968>3.0.co;2-2",
        ),
        ("(10.1000/a)", "10.1000/a"),
        ("10.1000/A[1]", "10.1000/a[1]"),
        ("[10.1000/a].", "10.1000/a"),
        ("10.1000/a\u200b", "10.1000/a"),
        ("https://doi.org/10.1000/a%2Fb", "10.1000/a/b"),
        ("10.1000/a https://doi.org/10.1000/A", "10.1000/a"),
        ("n/a", ""),
    ],
)
def test_doi(given_text: str, expected: str) -> None:
    assert clean.doi(given_text) == expected


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [("Jun2023", "2023"), ("4/3/2024", "2024"), ("20160901", "2016"), ("2016-12//", "2016"), ("6/15/98", ""), ("", "")],
)
def test_year(given_text: str, expected: str) -> None:
    assert clean.year(given_text) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("168", "180", "168-180"),
        ("454-81", "", "454-81"),
        ("No", "Specified", ""),
        ("20", "20", "20"),
        ("", "9", "9"),
        ("12-", "19", "12-19"),
        ("12–", "", "12–"),
        ("S12 –", "S19", "S12-S19"),
    ],
)
def test_pages(first: str, last: str, expected: str) -> None:
    assert clean.pages(first, last) == expected


def test_entities_are_decoded_once_and_addresses_left_alone() -> None:
    assert clean.one_line("A &amp; B &amp;lt; &#xD; C &copy=1") == "A & B &lt; C &copy=1"


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("Feathers of <i>Kulindadromeus</i>,\n   again", "Feathers of Kulindadromeus, again"),
        ("CO&lt;sub&gt;2&lt;/sub&gt; in wards", "CO2 in wards"),
        ("Children <5 years, p<b and b>i", "Children <5 years, p<b and b>i"),
    ],
)
def test_titles_lose_the_tags_that_typeset_them(given_text: str, expected: str) -> None:
    assert clean.title(given_text) == expected


@pytest.mark.parametrize(
    ("written", "title", "abstract"),
    [
        ("<span class=\"x\">A</span> <em class='y'>ward</em>", "A ward", "A ward"),
        ("<p>A<br/>ward</p><P >at night</P>", "A ward at night", "A\nward\nat night"),
        ("&lt;jats:p&gt;A ward&lt;/jats:p&gt;", "A ward", "A ward"),
        ('<mml:math xmlns:mml="urn:x"><mml:mi>x</mml:mi></mml:math><sup>2</sup>', "x2", "x2"),
        ("if x <b and y> c, p<0.05", "if x <b and y> c, p<0.05", "if x <b and y> c, p<0.05"),
        ("p<i and q>u, <5 years", "p<i and q>u, <5 years", "p<i and q>u, <5 years"),
    ],
)
def test_tags_are_resolved_in_every_format(written: str, title: str, abstract: str) -> None:
    ris = f"TY  - JOUR\nTI  - {written}\nAB  - {written}\nER  - \n"
    wos = f"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI {written}\nAB {written}\nER\n\nEF\n"
    bib = f"@article{{a,\n title = {{{written}}},\n abstract = {{{written}}}\n}}\n"
    for text in (ris, ris.replace("ER  - ", ""), wos, bib):
        record = read_bytes(text.encode(), "x").records.iloc[0]
        assert (record["title"], record["abstract"]) == (title, abstract)


@pytest.mark.parametrize("end", ["ER  - \n", ""])  # read as columns, and by itself
def test_what_says_that_there_is_nothing_is_nothing(end: str) -> None:
    text = "TY  - JOUR\nAU  - [No author name available]\nTI  - A\nAB  - [No abstract available]\nPY  - 2020\n"
    other = "TY  - JOUR\nTI  - B\nAB  - No abstract available tells of this ward.\nER  - \n"
    records = read_bytes((text + end + other).encode(), "x").records
    assert records["authors"].tolist() == ["", ""]
    assert records["abstract"].tolist() == ["", "No abstract available tells of this ward."]


def test_addresses_are_no_issue() -> None:
    assert clean.issue("(Boisvert C.) Brigham Young University, Provo, UT, United States") == ""
    for real in ("12 December", "(Pt 2)", "Special Issue: (Dis)trust in care", "1-2", "Suppl. (2)"):
        assert clean.issue(real) == real


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Yang Z.", "Yang, Z."), ("Jalil N.-E.", "Jalil, N.-E."), ("WHO Study Group", "WHO Study Group")],
)
def test_author(name: str, expected: str) -> None:
    assert clean.author(name) == expected


# Pieces of which broken exports are made; random text alone would never look like a record.
MARKS = (
    *("TY  - JOUR", "TY - JOUR", "ER  - ", "ER  -", "TI  - A", "AU  - B, C", "DO  - 10.1000/x", "KW  - ER  - "),
    *("\ufeff", "47. ", "PT J", "PT", "ER", "EF", "FN Clarivate", "VR 1.0", "TI A", "UT WOS:1", "   more"),
    *("PMID- 1", "PMID - 2", "Title,Author", 'a,"b', 'c"', "d,e", "T1  - &amp;", "PY  - 2000", "https://x.org"),
)
PIECES = st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=12)), max_size=14)
ENDS = st.lists(st.sampled_from(["\n", "\r", "\r\n", "", "\n\n", " "]), min_size=14, max_size=14)


def holds(export: Export) -> bool:
    records = export.records
    blank = (records.drop(columns=["place", "pub_type", "language"]) == "").all(axis=1)
    return export.starts == len(records) and not blank.any() and not records.isna().any().any()


@given(PIECES, ENDS)
def test_any_text_is_read_whole_or_refused(pieces: list[str], ends: list[str]) -> None:
    data = "".join(piece + end for piece, end in zip(pieces, ends, strict=False)).encode("utf-8", "replace")
    try:
        export = read_bytes(data, "x")
    except UserError:
        return
    assert holds(export)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_whole_or_refused(data: bytes) -> None:
    try:
        export = read_bytes(b"TY  - JOUR\nTI  - " + data, "x")
    except UserError:
        return
    assert holds(export)


WORDS = st.text(st.sampled_from("abcdefgh éß中ER-:."), min_size=1, max_size=30).map(lambda text: "x" + text.strip())
MADE = st.lists(
    st.tuples(WORDS, st.lists(WORDS, min_size=1, max_size=3), st.integers(1900, 2099)), min_size=1, max_size=5
)


@given(MADE, st.sampled_from(["\n", "\r", "\r\n"]), st.booleans())
def test_ris_comes_back_as_written(made: list[tuple[str, list[str], int]], end: str, final: bool) -> None:
    text = ""
    for title, words, year in made:
        text += (
            f"TY  - JOUR\nTI  - {title}\n" + "".join(f"KW  - {word}\n" for word in words) + f"PY  - {year}\nER  - \n"
        )
    export = read_bytes((text if final else text.rstrip("\n")).replace("\n", end).encode(), "x")
    assert list(export.records["title"]) == [" ".join(title.split()) for title, _, _ in made]
    assert list(export.records["year"]) == [str(year) for _, _, year in made]
    assert [len(keywords.split("; ")) for keywords in export.records["keywords"]] == [
        len("; ".join(dict.fromkeys(" ".join(word.split()) for word in words)).split("; ")) for _, words, _ in made
    ]


@given(MADE, st.sampled_from(["\n", "\r", "\r\n"]), st.booleans())
def test_wos_comes_back_as_written(made: list[tuple[str, list[str], int]], end: str, final: bool) -> None:
    text = "FN Clarivate Analytics Web of Science\nVR 1.0\n"
    for number, (title, words, year) in enumerate(made):
        text += f"PT J\nTI {title}\nAB " + "\n   ".join(words) + f"\nPY {year}\nUT WOS:{number}\nER\n\n"
    export = read_bytes((text + "EF\n" if final else text.rstrip("\n")).replace("\n", end).encode(), "x")
    assert list(export.records["title"]) == [" ".join(title.split()) for title, _, _ in made]
    assert list(export.records["accession"]) == [f"WOS:{number}" for number in range(len(made))]


WOS = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI {}\nUT WOS:1\nPY 2000\nER\n"


@pytest.mark.parametrize("record", ["TY  - JOUR\nTI  - {}\nPY  - 2000\nER  - \n", WOS], ids=["ris", "wos"])
@given(pieces=PIECES, ends=ENDS)
def test_rubbish_between_two_records_never_costs_one(record: str, pieces: list[str], ends: list[str]) -> None:
    rubbish = "".join(piece + end for piece, end in zip(pieces, ends, strict=False))
    text = record.format("First") + rubbish + "\n" + record.format("Last")
    try:
        export = read_bytes(text.encode("utf-8", "replace"), "x")
    except UserError:
        return
    assert holds(export)
    assert export.records["title"].iloc[0].startswith("First")
    assert export.records["title"].iloc[-1] == "Last"


MEDLINE = "PMID- 1\nTI  - Own\nDP  - 2000\n"


@pytest.mark.parametrize(
    "text", [RIS + WOS, WOS + RIS, MEDLINE + RIS, RIS + MEDLINE, WOS + MEDLINE], ids=["rw", "wr", "mr", "rm", "wm"]
)
def test_files_of_different_formats_in_one_are_refused(text: str) -> None:
    assert "ME0204" in [problem.code for problem in refusal(text.encode()).problems]


def test_what_a_person_may_want_to_know_is_said(tmp_path: Path) -> None:
    batch, joint, plain = tmp_path / "a.ris", tmp_path / "b.ris", tmp_path / "c.ris"
    batch.write_text(RIS * 500, encoding="utf-8")
    joint.write_text(RIS + "\ufeff" + RIS, encoding="utf-8-sig")
    plain.write_text(RIS * 501, encoding="utf-8-sig")
    said = [" ".join(row["remarks"]) for row in inspect([batch, joint, plain])]
    assert "another batch" in said[0]
    assert "put together" in said[1]
    assert said[2] == ""


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("TI - A\nAU - Low, A\nPY - 2000\n", "RIS (.ris)"),
        ("AU Low, A\nSO WARDS\nUT WOS:1\n", "Web of Science tagged"),
        ("FAU - Low, Ann\nDP  - 2000\nTI  - A\n", "MEDLINE"),
        ("UI  - 1\nSO  - Wards. 1(2), 2000.\nIN  - One\n", "Ovid tagged"),
    ],
)
def test_an_unknown_file_names_the_nearest_kinds(text: str, near: str) -> None:
    assert near in refusal(text.encode()).problems[0].message


LONG = 60_000
STARTS = {
    "RIS abstract": "TY  - JOUR\nTI  - A\nAB  - ",
    "RIS DOI": "TY  - JOUR\nTI  - A\nDO  - 10.1000/a",
    "RIS author": "TY  - JOUR\nTI  - A\nAU  - ",
    "RIS ISSN": "TY  - JOUR\nTI  - A\nSN  - ",
    "WoS DOI": "PT J\nER\nDI 10.1000/a",
    "PubMed source": "PMID- 1\nTI  - A\nSO  - doi: ",
    "Ovid source": "<1. >\nUI  - 1\nTI  - A\nSO  - ",
    "Ovid author": "<1. >\nUI  - 1\nTI  - A\nAU  - ",
    "Ovid label": "<1>\nAuthors\n  ",
    "enw author": "%0 Book\n%T A\n%A ",
    "nothing": "",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("piece", [" ", "1-", "a. ", "; ", "TY  - ", "10.1000/", "["])
def test_a_very_long_line_takes_bounded_time(start: str, piece: str) -> None:
    """Nothing is searched in a way whose time grows with the square of a line's length: minutes, already here."""
    data = (start + piece * (LONG // len(piece))).encode()
    before = time.process_time()
    with contextlib.suppress(UserError):
        read_bytes(data, "x")
    assert time.process_time() - before < 30


def test_ten_thousand_authors_are_kept() -> None:
    text = "TY  - JOUR\nTI  - A\n" + "".join(f"AU  - Low{n}, A.\n" for n in range(10_000)) + "ER  - \n"
    assert read_bytes(text.encode(), "x").records.loc[0, "authors"].count(";") == 9_999


@pytest.mark.parametrize("data", [b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"])
def test_lone_surrogates_and_other_wrong_bytes_are_named(data: bytes) -> None:
    export = read_bytes(RIS.encode().replace(b"Ward", b"Ward " + data), "x")
    assert [p.code for p in export.problems] == ["ME0213"]
    export.records["title"].iloc[0].encode("utf-8")  # it can be written


def test_lone_surrogates_in_utf_16_are_refused() -> None:
    assert [p.code for p in refusal(b"\xff\xfe\x00\xd8" + "AB".encode("utf-16-le")).problems] == ["ME0202"]
