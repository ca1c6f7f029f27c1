"""What the pages are made of, whichever engine made them: valid HTML, whole tables, captions, good links."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import html5lib
import pytest
from tests.report_site import PAGES, SHOWN, render
from tests.report_world import HOSTILE

QUARTO = shutil.which("quarto")
X = "{http://www.w3.org/1999/xhtml}"


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("quarto", marks=pytest.mark.skipif(not QUARTO, reason="needs Quarto"))],
)
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the pages of the hostile review by name, by one engine."""
    if request.param == "embedded":
        folder = request.getfixturevalue("hostile_site")
    else:
        folder = render(tmp_path_factory.mktemp("quarto"), "quarto")
    return {name: (folder / f"{name}.html").read_bytes() for name in PAGES} | {"_folder": str(folder).encode()}


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, pages: dict[str, bytes]):  # type: ignore[no-untyped-def]
    """Return one page as a tree."""
    return html5lib.parse(pages[request.param])


def words(node) -> str:  # type: ignore[no-untyped-def]
    return " ".join("".join(node.itertext()).split())


def main_of(tree):  # type: ignore[no-untyped-def]
    return next(tree.iter(f"{X}main"))


@pytest.mark.parametrize("name", PAGES)
def test_the_html_is_valid(pages: dict[str, bytes], name: str) -> None:
    parser = html5lib.HTMLParser()
    parser.parse(pages[name])
    assert [(place, code) for place, code, _ in parser.errors] == []


def test_the_parser_would_find_what_is_not_valid() -> None:
    parser = html5lib.HTMLParser()
    parser.parse("<!DOCTYPE html><title>x</title><p><table><b></table>")
    assert parser.errors


def test_a_page_has_one_title_and_no_level_is_skipped(page) -> None:  # type: ignore[no-untyped-def]
    levels = [int(e.tag[-1]) for e in main_of(page).iter() if re.fullmatch(rf"{re.escape(X)}h[1-6]", str(e.tag))]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_no_table_is_empty_and_each_has_headers_and_a_numbered_caption(page) -> None:  # type: ignore[no-untyped-def]
    tables = list(main_of(page).iter(f"{X}table"))
    assert tables
    for table in tables:
        heads = list(table.iter(f"{X}th"))
        rows = [list(row.iter(f"{X}td")) for row in next(table.iter(f"{X}tbody")).iter(f"{X}tr")]
        assert heads
        assert rows
        assert all(len(row) == len(heads) for row in rows)
        assert any(words(cell) for row in rows for cell in row)
    said = words(main_of(page))
    numbers = [int(n) for n in re.findall(r"Table\s(\d+)[.:]", said)]
    assert sorted(set(numbers)) == list(range(1, len(tables) + 1))


def test_every_figure_has_words_for_those_who_do_not_see_it(page) -> None:  # type: ignore[no-untyped-def]
    for image in main_of(page).iter(f"{X}img"):
        assert len(image.get("alt", "")) > 20


def test_nothing_is_left_to_be_replaced(page) -> None:  # type: ignore[no-untyped-def]
    said = words(main_of(page)).replace(SHOWN, "").replace(" ".join(HOSTILE.split()), "")
    # What a shortened text leaves of the hostile one begins like it.
    said = re.sub(r"Care</script>[^…]*…", "", said)
    assert [mark for mark in ("{{<", ">}}", "?@", "@tbl-", "@sec-", ":::", "{#", "??") if mark in said] == []


def test_hostile_text_is_there_and_makes_no_element(page) -> None:  # type: ignore[no-untyped-def]
    main = main_of(page)
    assert list(main.iter(f"{X}script")) == []
    assert [
        a.get("href") for a in main.iter(f"{X}a") if re.match(r"(?i)\s*(javascript|data|vbscript):", a.get("href", ""))
    ] == []
    assert "root:x:0" not in words(main)
    for element in main.iter():
        assert not [name for name in element.attrib if str(name).startswith("on")]


def test_the_texts_stand_on_the_pages_that_show_them(pages: dict[str, bytes]) -> None:
    for name in ("translation", "argument"):
        assert SHOWN in words(main_of(html5lib.parse(pages[name]))), name


def test_links_lead_somewhere(pages: dict[str, bytes]) -> None:
    folder = Path(pages["_folder"].decode())
    trees = {name: html5lib.parse(pages[name]) for name in PAGES}
    ids = {name: {e.get("id") for e in tree.iter() if e.get("id")} for name, tree in trees.items()}
    lost = []
    for name, tree in trees.items():
        for element in tree.iter():
            target = element.get("href") or element.get("src") or ""
            if not target or re.match(r"(https?|mailto|data):", target):
                continue
            path, _, anchor = target.partition("#")
            at = (folder / unquote(path)).resolve() if path else folder / f"{name}.html"
            known = at.stem in PAGES and at.suffix == ".html"
            # Pages that were not asked for are linked in the navigation all the same.
            exists = at.is_file() or (at.suffix == ".html" and at.parent == folder)
            exists = exists or target in ("review.docx", "review.pdf")  # not asked for here
            if not exists or (anchor and known and unquote(anchor) not in ids[at.stem]):
                lost.append(f"{name}: {target}")
    assert lost == []
