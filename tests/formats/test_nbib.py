"""PubMed's .nbib and its relatives."""

from __future__ import annotations

import pytest

from metaethno.errors import UserError
from metaethno.formats import read_bytes

PUBMED = """
PMID- 30922926
OWN - NLM
DP  - 2020 Feb
IS  - 1878-0849 (Electronic)
IS  - 1769-7212 (Linking)
VI  - 63
IP  - 2
PG  - 454-81
TI  - What nurses say when nobody
      asks.
LID - S1769-7212(18)30940-0 [pii]
LID - 10.1000/ward.1 [doi]
AB  - One line
      and the next.
FAU - Ashdown, Mira K
AU  - Ashdown MK
CN  - Ward Group
LA  - eng
PT  - Journal Article
JT  - Ward studies
MH  - Cost
OT  - waiting
AID - 10.1000/ward.1 [doi]
SO  - Ward Stud. 2020 Feb;63(2):454-81. doi: 10.1000/ward.1.
"""


def test_every_field_and_no_final_newline() -> None:
    text = PUBMED + PUBMED.replace("30922926", "30922927").rstrip("\n")
    export = read_bytes(text.encode(), "x.nbib")
    record = export.records.iloc[1]
    assert (export.format, export.starts, export.problems) == ("MEDLINE (.nbib)", 2, [])
    assert (record["pmid"], record["accession"]) == ("30922927", "30922927")
    assert record["title"] == "What nurses say when nobody asks."
    assert record["authors"] == "Ashdown, Mira K; Ward Group"
    assert record["pages"] == "454-81"
    assert record["doi"] == "10.1000/ward.1"
    assert record["issn"] == "1878-0849;1769-7212"
    assert record["abstract"] == "One line and the next."
    assert record["keywords"] == "waiting; Cost"


def test_eric_without_pmid() -> None:
    text = "OWN - ERIC\nTI  - One\nAU  - Ashdown, Mira\nDP  - 2001\n\nOWN - ERIC\nTI  - Two\nDP  - 2002\n"
    export = read_bytes(text.encode(), "x.nbib")
    assert list(export.records["title"]) == ["One", "Two"]


def test_two_titles_in_one_record_are_refused() -> None:
    text = PUBMED + PUBMED.replace("PMID- 30922926\n", "")
    with pytest.raises(UserError) as caught:
        read_bytes(text.encode(), "x.nbib")
    assert caught.value.problems[0].code == "ME0204"


def test_a_download_that_breaks_off_in_the_last_record_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In PubMed's files the citation (SO) is the last line of each record."""
    from metaethno.formats import reading

    whole = "".join(f"PMID- {n}\nTI  - A ward\nDP  - 2001\nSO  - J Ward. 2001;{n}.\n\n" for n in range(9))
    cut = whole[: whole.rindex("DP  -")]
    assert read_bytes(whole.encode(), "x.nbib").problems == []
    problems = read_bytes(cut.encode(), "x.nbib").problems
    assert [p.code for p in problems if "SO" in p.message] == ["ME0212"]
    assert "record 9" in problems[0].message + problems[-1].message
    # In a record in the middle the line is only missing.
    middle = whole.replace("SO  - J Ward. 2001;4.\n", "")
    assert read_bytes(middle.encode(), "x.nbib").problems == []
    monkeypatch.setattr(reading, "HEAD", 200)
    monkeypatch.setattr(reading, "PART", 200)
    assert read_bytes(middle.encode(), "x.nbib").problems == []
    assert "ME0212" in [p.code for p in read_bytes(cut.encode(), "x.nbib").problems]


def test_notes_on_several_lines_are_one_paragraph() -> None:
    text = "PMID- 1\nTI  - A ward\nDP  - 2001\nGN  - KIE: a note\n      that goes on\nGN  - another\n"
    assert list(read_bytes(text.encode(), "x.nbib").records["notes"]) == ["KIE: a note that goes on\nanother"]


WHOLE = PUBMED.replace("OWN - NLM\n", "OWN - NLM\nSTAT- MEDLINE\n")


@pytest.mark.parametrize("before", ["", WHOLE.replace("30922926", "30922925")])
@pytest.mark.parametrize(
    ("until", "message"),
    [
        ("doi: 10.1000/ward.1.\n", ""),
        ("doi: 10.1000/ward.1.", ""),  # PubMed's files have no line end at their end
        ("2020 Feb;63(2):454-81. doi: 10.1", "breaks off in its citation"),
        ("SO  - Ward Stud.", "breaks off in its citation"),
        ("SO  - ", "breaks off in its citation"),
        ("AID - 10.1000", "no citation"),
        ("AB  - One", "no citation"),
    ],
)
def test_a_download_that_broke_off(before: str, until: str, message: str) -> None:
    cut = WHOLE[: WHOLE.rindex(until) + len(until)]
    export = read_bytes((before + cut).encode(), "x.nbib")
    assert len(export.records) == (2 if before else 1)
    assert [problem.code for problem in export.problems] == (["ME0212"] if message else [])
    assert not message or message in export.problems[0].message


def test_one_record_that_is_not_pubmeds_needs_no_citation() -> None:
    assert read_bytes(b"PMID- 1\nTI  - A ward\nDP  - 2001\n", "x.nbib").problems == []
