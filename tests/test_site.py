"""The documentation as a website: every link leads somewhere, and the reference says all that the program has."""

import importlib.util

import pytest

from metaethno import cli, config, schemas
from metaethno.explain import entries
from tests.worlds import REPO


@pytest.fixture(scope="module")
def site():
    spec = importlib.util.spec_from_file_location("site_tool", REPO / "tools/site.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_site_is_built_and_every_link_leads_somewhere(site, tmp_path):
    assert site.build(tmp_path) == []
    assert "<h1" in (tmp_path / "tutorials/first-review.html").read_text()
    assert "metaethno snapshot" in (tmp_path / "reference/commands.html").read_text()


def test_a_link_that_leads_nowhere_is_found(site):
    made = {
        "index.html": '<a href="a.html#one">x</a> <a href="a.html#two">x</a> <a href="b.html">x</a> <img src="p.png">'
        '<a href="https://example.org/x">x</a> <a href="a/c.html">x</a> <a href="#none">x</a>',
        "a.html": '<h1 id="one">x</h1>',
        "a/c.html": '<a href="../index.html">x</a> <a href="../../out.html">x</a>',
    }
    assert list(site.broken(made, set(made))) == [
        "a/c.html links to ../../out.html, which is not there",
        "index.html links to a.html#two, but there is no such heading",
        "index.html links to b.html, which is not there",
        "index.html links to p.png, which is not there",
        "index.html links to #none, but there is no such heading",
    ]


def test_a_page_that_is_listed_and_not_there_is_found_and_one_in_no_list_is_shown(site, tmp_path, monkeypatch):
    every = site.pages()
    assert "lost.html" in site._navigation({**every, "lost.md": "# Lost"}, "index.md")
    monkeypatch.setattr(site, "pages", lambda: {name: text for name, text in every.items() if name != "history.md"})
    assert site.build(tmp_path) == ["the navigation lists history.md, which is not there"]


def test_the_reference_has_every_command_with_its_options(site):
    page = site.commands()
    for name in cli._COMMANDS:
        assert f"\n## {name}\n" in page
    assert "`--accepted-count`" in page
    assert "\n## stage\n" not in page, "what only the rules call is no command for people"


def test_the_reference_has_every_table_and_column(site):
    page = site.tables()
    for table in schemas.TABLES.values():
        part = page.split(f"\n## {table.name}\n")[1].split("\n## ")[0]
        assert table.path in part
        assert all(f"`{name}`" in part for name in table.names)


def test_the_reference_has_every_code(site):
    page = site.codes()
    assert all(f"\n### {code}\n" in page for code in entries())


def test_the_reference_has_every_setting(site):
    page = site.configuration()
    models = [config.Config]
    for model in models:
        for name, field in model.model_fields.items():
            assert f"| `{name}` |" in page
            models += [m for m in site._models(field.annotation) if m not in models]
    assert len(models) > 10
    assert "a whole number (from 50, to 100)" in page


def test_titled_blocks_show_their_title_and_links_lead_to_pages(site):
    text = '[a](b.md#c) [d](https://example.org/e.md)\n\n```csv fill="list.csv"\nx\n```\n'
    shown = site._headed(text)
    assert "[a](b.html#c)" in shown
    assert "*filled in: list.csv*\n\n```csv\nx" in shown
