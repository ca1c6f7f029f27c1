"""What looks wrong in a query: found with its line and column, and nothing found in queries that are right."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import lint, lint_platforms
from metaethno.lint import check_query, decode_query
from tests.worlds import REPO, add_run, call, lay_out, ris

RIGHT = [
    '("health inequalit*" or "health equit*") AND (qualitative or interview*)\n',
    "1     exp Health Equity/ (1234)\n2     (health adj3 inequalit*).tw. (22)\n3     or/1-2 (1250)\n",
    "Database: Ovid MEDLINE(R)\n\n1. care.ti.\n2. type 2 diabetes.mp.\n3. 1 and 2\n4. limit 3 to yr=2010-2020\n",
    'S1\tTI "care"\nS2\tAB (cure N3 nurse)\nS3\tS1 OR S2\n',
    "#1 care\n#2 cure\n#3 {or #1-#2}\n",
    "women's health and (care or cure)",
    "1. care\n2. cure\n3. nurse\n4. 1 not (2 or 3)\n",
]


def found(text: str) -> list[tuple[str, str, int, int]]:
    return [(f.code, f.level, f.line, f.column) for f in check_query(text)]


@pytest.mark.parametrize("text", RIGHT)
def test_a_query_that_is_right_is_left_in_peace(text):
    assert check_query(text) == []


@pytest.mark.parametrize(
    ("text", "code", "level", "line", "column"),
    [
        ("", "ME0350", "error", 1, 1),
        ("care or\n“cure”", "ME0351", "error", 2, 1),
        ("women’s care", "ME0351", "warning", 1, 6),
        ('care or "cure', "ME0352", "error", 1, 9),
        ("care and\n(cure or nurse", "ME0353", "error", 2, 1),
        ("care) and cure", "ME0353", "error", 1, 5),
        ("(care]", "ME0353", "error", 1, 6),
        ("1. care\n2. cure\n3. 1 or 7\n", "ME0354", "error", 3, 9),
        ("1. care\n2. 1 or 3\n3. cure\n", "ME0354", "error", 2, 9),
        ("1. care\n2. 1 or 2\n", "ME0354", "error", 2, 9),
        ("1. care\n2. cure\n3. or/1-9\n", "ME0354", "error", 3, 9),
        ("S1 care\nS2 cure\nS3 S1 AND S5\n", "ME0354", "error", 3, 12),
        ("1. care\n2. cure\n3. nurse\n4. 1 or 3\n", "ME0355", "warning", 2, 1),
        ("1. care\n2. cure\n2. nurse\n4. or/1-2\n", "ME0356", "error", 3, 1),
        ("1. care\n2. cure\n4. or/1-2\n", "ME0356", "warning", 3, 1),
        ("care and", "ME0357", "error", 1, 6),
        ("care or () or cure", "ME0357", "error", 1, 9),
        ("care and or cure", "ME0357", "error", 1, 6),
        ("care or cure and nurse", "ME0358", "warning", 1, 14),
        ("1. care\n2. cure\n3. or/1–2\n", "ME0359", "warning", 3, 8),
        ("care\u00a0or cure", "ME0359", "warning", 1, 5),
    ],
)
def test_each_fault_is_found_where_it_stands(text, code, level, line, column):
    assert (code, level, line, column) in found(text)


def test_a_curly_mark_is_one_fault_and_not_a_lost_partner_as_well():
    text = '("health equit*" or "determinants of health”) AND care'
    assert found(text) == [("ME0351", "error", 1, text.index("”") + 1)]


def test_a_bracket_in_a_phrase_is_no_bracket():
    assert found('"care (old" or cure') == []


def test_a_number_in_a_phrase_or_a_term_refers_to_no_line():
    assert found('1. type 9 care\n2. "9 or 8"\n3. 1 or 2\n') == []


def test_files_that_are_no_text_are_said_to_be_none():
    text, problems = decode_query(b"PK\x03\x04\x00\x00")
    assert text == ""
    assert [p.code for p in problems] == ["ME0350"]
    assert decode_query("a\r\nb".encode("utf-16"))[0] == "a\nb"
    text, problems = decode_query("care \u201dcure".encode("cp1252"))
    assert text == "care \u201dcure"
    assert [p.level for p in problems] == ["warning"]


_ALPHABET = st.sampled_from([*'()[]{}"“”’#Ss/-,. \t\n0123459', "or", " and ", " not ", "1. ", "\n2. ", "care"])


@settings(max_examples=150, deadline=None)
@given(st.lists(_ALPHABET, max_size=40).map("".join))
def test_whatever_is_written_is_looked_through_and_placed_inside_it(text):
    lines = text.split("\n")
    for finding in check_query(text):
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= max(1, len(lines[finding.line - 1]))
        assert lint.caret(text, finding).endswith("^")


def test_a_long_history_takes_a_moment():
    text = "".join(f"{n}. term{n} or (care and cure)\n" for n in range(1, 3000)) + "3000. or/1-2999\n"
    assert found(text) == []


@pytest.mark.parametrize(
    ("said", "platform"),
    [(("Ovid", "Embase"), "ovid"), (("EBSCO", ""), "ebscohost"), (("", "PubMed"), "pubmed"), (("ProQuest", "ERIC"), ""),
     (("Web of Science", ""), "wos")],
)  # fmt: skip
def test_the_platform_is_the_one_of_the_search_log(said, platform):
    assert lint_platforms.platform_of(*said) == platform


def test_what_only_a_platform_knows_comes_from_its_library():
    assert lint_platforms.check("TS=(care OR cure)", "wos") == []
    (finding,) = [f for f in lint_platforms.check("care[tiab]\nOR cure[xyz]", "pubmed") if f.level == "error"]
    assert (finding.line, finding.code) == (2, "ME0360")


def test_a_query_on_which_the_library_never_comes_back_is_said_to_be_unread():
    (finding,) = lint_platforms._library("? #1 é AND NOT W2 #1 2010:2020 or ( NOT [Mesh]", "wos", seconds=2)
    assert (finding.code, finding.level) == ("ME0361", "note")


def test_the_worked_examples_query_keeps_the_papers_curly_mark_and_it_is_found():
    done = call(REPO, "metaethno", "search", "lint", "2018-12-11", "--platform", "ovid", check=False)
    assert done.returncode == 1
    assert "ME0351 error, line 1, column 74: a curly quotation mark (”)" in done.stdout


def test_files_are_looked_through_before_there_is_a_search(tmp_path):
    (tmp_path / "draft.txt").write_text("1. care\n2. 1 or 4\n")
    done = call(tmp_path, "metaethno", "search", "lint", "draft.txt", "--platform", "ovid", check=False)
    assert done.returncode == 1
    assert "draft.txt (Ovid): 1 error" in done.stdout
    assert "line 2, column 9: line 2 refers to line 4, which is not there" in done.stdout
    gone = call(tmp_path, "metaethno", "search", "lint", "gone.txt", check=False)
    assert (gone.returncode, "ME0309" in gone.stderr) == (1, True)


def test_a_run_that_is_not_there_is_a_wrong_call(tmp_path):
    root = lay_out(tmp_path / "review")
    add_run(root, "2020-01-02", {"a.ris": (ris({"title": "Care"}), "Alpha", 1)})
    assert "No search log names a query file yet" in call(root, "metaethno", "search", "lint").stdout
    done = call(root, "metaethno", "search", "lint", "2020-01-03", check=False)
    assert done.returncode == 2
    assert "Did you mean '2020-01-02'?" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "1. a\n2. b " + "1" * 190_000,
        "1. a\n2. b " + "1-" * 95_000,
        "1. a\n2. b {or" + " " * 190_000,
        "\n".join(f"{number}. or/1-{number - 1}" for number in range(1, 9_000)),
    ],
    ids=["digits", "list without an end", "blanks", "every line uses all before it"],
)
def test_no_query_takes_long(text: str) -> None:
    before = time.process_time()
    check_query(text)
    assert time.process_time() - before < 5


def test_what_stands_in_a_range_is_used() -> None:
    said = [(f.code, f.line) for f in check_query("1. a\n2. b\n3. c\n4. d\n5. e\n6. or/2-4\n7. 1 or 12345\n8. 7-6/or")]
    assert said == [("ME0355", 5), ("ME0354", 7)]
