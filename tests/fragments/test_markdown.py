"""Text from records and decisions is data: it comes out of pandoc as it went in."""

from __future__ import annotations

import json
import re

import pypandoc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metaethno.fragments import markdown as md

HOSTILE = [
    "<script>alert(1)</script>",
    "a | b || c",
    "`code` ``more``",
    "{{< include /etc/passwd >}}",
    "{{{< var a >}}}",
    "@A01 says [@A02; see @fig-x]",
    "[text](javascript:alert(1)) ![i](x.png)",
    "# Heading",
    "line one\n\n# two\r\n: caption {#tbl-x}",
    "1. item",
    "(a) item",
    "(@) example",
    "- item",
    "+ item",
    ": definition",
    ":::: {.callout-note}",
    "Table: no caption",
    "$x^2$ and H~2~O **bold** _it_ ~~gone~~ ==mark==",
    "&amp; &lt;b&gt; &#64;",
    "Mr. Smith -- “quoted” 'single' \"double\" ... end",
    "10.1000/a_b_(c)<1::aid>2.0.co;2-#",
    "https://example.org/?q=1&r=2",
    "% title",
    "---",
    "| a | b |",
    "\\alpha \\| \\",
    "‘already’ – dashed — … done",
    "x" * 300 + " | " + "y" * 300,
]


def cells_of(source: str) -> list[str]:
    """Return the plain text of the first column of the first table that pandoc reads."""
    tree = json.loads(pypandoc.convert_text(source, "json", format="markdown"))
    assert [b["t"] for b in tree["blocks"]] == ["Table"], tree["blocks"]
    rows = tree["blocks"][0]["c"][4][0][3]
    return [text_of(row[1][0][4]) for row in rows]


def text_of(blocks: list) -> str:
    kinds = set()

    def walk(node):
        if isinstance(node, list):
            return "".join(walk(n) for n in node)
        kinds.add(node["t"])
        return {"Str": lambda: node["c"], "Space": lambda: " "}.get(node["t"], lambda: walk(node.get("c", [])))()

    said = walk(blocks)
    assert kinds <= {"Str", "Space", "Plain", "Para"}, f"{said!r} became markup: {kinds}"
    return said


def round_trip(texts: list[str]) -> list[str]:
    return cells_of(md.table(["One", "Two"], [[md.escape(t), "x"] for t in texts], "A caption", "x"))


def test_hostile_titles_stay_text() -> None:
    assert round_trip(HOSTILE) == [md.plain(t) or md.MISSING for t in HOSTILE]


def test_hostile_paragraphs_stay_text() -> None:
    source = "\n\n".join(md.escape(t) for t in HOSTILE)
    tree = json.loads(pypandoc.convert_text(source, "json", format="markdown"))
    assert [text_of([b]) for b in tree["blocks"]] == [md.plain(t) for t in HOSTILE]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(max_size=40) | st.text("#@[]{}<>|`*_-+.:()!\\'\"&$^~=%/ 1aA\n", max_size=30), min_size=25))
def test_any_text_stays_text(texts: list[str]) -> None:
    assert round_trip(texts) == [md.plain(t) or md.MISSING for t in texts]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text("#@[]{}<>|`*_-+.:()!\\'\"&$^~=%/ 1aAiv", min_size=1, max_size=20), min_size=25))
def test_any_paragraph_stays_text(texts: list[str]) -> None:
    texts = [t for t in texts if md.plain(t)]
    tree = json.loads(pypandoc.convert_text("\n\n".join(md.escape(t) for t in texts), "json", format="markdown"))
    assert [text_of([b]) for b in tree["blocks"]] == [md.plain(t) for t in texts]


@given(st.text())
def test_no_shortcode_survives(text: str) -> None:
    assert "{{<" not in md.escape("{{<" + text)
    assert "\n" not in md.escape(text)


@given(st.text())
def test_attributes_hold_nothing_that_ends_them(text: str) -> None:
    assert not set(md.attribute(text)) & set('"\\{}<>`&\n')


@pytest.mark.parametrize(
    ("given_id", "shown"),
    [("A01", "[@A01]"), ("a-b.", "[@{a-b.}]"), ("fig-1", r"fig-1")],
)
def test_citations(given_id: str, shown: str) -> None:
    assert md.cite(given_id) == shown


def test_a_table_has_its_widths_and_label() -> None:
    lines = md.table(["A", "B"], [["1", ""]], "Caption", "x", widths=(1, 3), numbers=(0,)).splitlines()
    assert re.fullmatch(r"\|-{29}:\|:-{89}\|", lines[1])
    assert lines[2] == "| 1 | – |"
    assert lines[-1] == ": Caption {#tbl-x}"


def test_numbers() -> None:
    assert [md.number(n) for n in (17784, "3", "", None)] == ["17,784", "3", "–", "–"]
    assert md.plural(1, "study", "studies") == "1 study"
    assert md.plural(2000, "study", "studies") == "2,000 studies"


def test_code_of_the_program_is_code_and_all_else_text() -> None:
    assert md.with_code("Say so: `metaethno sign`.") == "Say so: `metaethno sign`."
    assert md.with_code("not set: `review: gap`") == "not set: `review: gap`"
    assert md.with_code("`data/x.csv` *is* it") == "`data/x.csv` \\*is\\* it"
    for hostile in ("`{{< var x >}}`", "`<b>`", "` a`", "a ` b", "``a``"):
        assert "\\`" in md.with_code(hostile), hostile
        assert "{{<" not in md.with_code(hostile)


def test_what_stands_for_an_empty_table_is_marked_so_and_keeps_the_label() -> None:
    said = md.nothing_yet("No memo yet.", "", "Memos.", "memos")
    assert "{#tbl-memos .nothing}" in said
    assert ".nothing" not in md.table(["A"], [["x"]], "Memos.", "memos")
