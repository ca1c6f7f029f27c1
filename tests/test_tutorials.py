"""The tutorials say what happens: their commands are typed, and what is printed must be what the page says."""

import pytest

from tests.tutorials import Reader, blocks, commands, fill, fits
from tests.worlds import REPO

PAGES = sorted((REPO / "docs/tutorials").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_tutorial_does_what_it_says(page, tmp_path):
    Reader(tmp_path).follow(page)


@pytest.mark.soak
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_a_tutorial_does_what_it_says_with_snakemake_and_dvc(page, tmp_path):
    Reader(tmp_path, real=True).follow(page)


@pytest.mark.parametrize(
    ("wanted", "printed", "fit"),
    [
        ("a\nb", "a \n\nb\n", True),
        ("a\n...\nz", "a\nb\nc\nz\n", True),
        ("a\n...\nz", "a\nz\n", True),
        ("Kept: snapshot ... (6 files).", "Kept: snapshot 3f2 (6 files).\n", True),
        ("Kept: ...", "Kept: one\nand more\n", False),
        ("a", "a\nb\n", False),
        ("a\nb", "a\n", False),
        ("a.c", "abc\n", False),
        ("", "Oh\n", False),
    ],
)
def test_what_a_page_says_is_held_against_what_is_printed(wanted, printed, fit):
    assert fits(wanted, printed) is fit


def test_blocks_and_commands_of_a_page():
    page = 'Text\n\n```console fails\n$ one \\\n    two\nsaid\n$ three\n```\n\n```csv title="a b.csv"\nx,y\n```\n'
    console, table = blocks(page)
    assert list(commands(console)) == [(4, "one two", "said"), (7, "three", "")]
    assert (console.line, "fails" in console.given) == (3, True)
    assert (table.language, table.given["title"], table.text) == ("csv", "a b.csv", "x,y\n")


def test_a_page_that_lies_is_caught(tmp_path):
    page = tmp_path / "page.md"
    for said, fails in (("metaethno 9.9.9", False), ("...", True)):
        page.write_text(f"```console{' fails' if fails else ''}\n$ metaethno explain Y7\n{said}\n```\n")
        with pytest.raises(AssertionError, match=r"page\.md, line 2"):
            Reader(tmp_path).follow(page)


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_sheet_is_filled_in_by_name(name, tmp_path):
    path = tmp_path / name
    rows = [["id", "title", "decision"], ["1", "Alpha one", ""], ["2", "Beta two", ""]]
    if path.suffix == ".csv":
        path.write_text("".join(",".join(row) + "\n" for row in rows))
    else:
        import openpyxl

        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    fill(path, [["title", "decision"], ["Beta", "include"]])
    from tests.tutorials import _texts

    assert _texts(path) == [rows[0], rows[1], ["2", "Beta two", "include"]]
    with pytest.raises(AssertionError, match="stands in 0 rows"):
        fill(path, [["title", "decision"], ["Gamma", "include"]])


def test_a_sheet_gets_new_rows_and_a_new_column(tmp_path):
    import openpyxl

    from tests.tutorials import _texts

    book = openpyxl.Workbook()
    page = book.create_sheet("Groups")
    page.append(["name", "why"])
    page.append(["Alpha", "a"])
    page.cell(4, 1).value, page.cell(4, 2).value = "Beta", "b"
    book.save(path := tmp_path / "form.xlsx")
    fill(path, [["name", "why", "more"], ["+ Gamma", "c", "x"], ["Beta", "B", ""], ["+ Delta", "d", ""]], "Groups")
    filled = [["name", "why", "more"], ["Alpha", "a", ""], ["Gamma", "c", "x"], ["Beta", "B", ""], ["Delta", "d", ""]]
    assert _texts(path, "Groups") == filled


def test_a_file_of_a_page_may_be_a_table_in_word_or_excel(tmp_path):
    import docx

    from tests.tutorials import _texts, write_file

    for name in ("t.csv", "t.xlsx", "t.docx"):
        write_file(tmp_path / name, 'Study,Quote\nAsh 2015,"""So, yes"""\n')
    (table,) = docx.Document(str(tmp_path / "t.docx")).tables
    rows = [["Study", "Quote"], ["Ash 2015", '"So, yes"']]
    assert rows == [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == _texts(tmp_path / "t.csv") == _texts(tmp_path / "t.xlsx")


def test_every_tutorial_is_in_the_list_of_the_documentation():
    text = (REPO / "docs/index.md").read_text()
    assert all(f"tutorials/{page.name}" in text for page in PAGES)
