"""The worked example's pages in a real browser, opened from the disk: what they look like and how they are used."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urlparse

import pytest
import yaml

from metaethno.fragments import markdown as md
from metaethno.render import choose_engine

pytest.importorskip("selenium.webdriver")

from selenium.webdriver.common.keys import Keys

from tests.browser import MARKS, found, requests, show, words

pytestmark = MARKS
PAGES = ("index", "review", "flow", "search", "included", "excluded", "translation", "argument", "checklists", "audit")
WIDTHS = (360, 768, 1440)
HOSTILE = "<script>alert(1)</script> | & *x* <img src=x onerror=alert(2)>"

# Text whose contrast with what is behind it is below 4.5 (WCAG 2.2 AA): [its words, the ratio].
CONTRAST = """
const rgb = s => (s.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
const light = c => {
  const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = e => {
  for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
return [...document.body.querySelectorAll("*")].filter(e => !e.closest("math, .skip") &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
  const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
  return [e.textContent.trim().slice(0, 60), (a + 0.05) / (b + 0.05)];
}).filter(([, ratio]) => ratio < 4.5);
"""
# What stands out of the window to the right, outside the regions that can be scrolled.
STANDING_OUT = """
return [...document.body.querySelectorAll("*")].filter(e => !e.closest(".scroll, .skip, math") &&
    e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 40)}`);
"""


@pytest.fixture(scope="module")
def site(example: Path) -> Path:
    """Return the folder of the worked example's pages."""
    return example / "reports/_output/pages"


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, driver: Any, site: Path) -> str:
    """Open a page; return its name."""
    name: str = request.param
    show(driver, site / f"{name}.html")
    return name


def test_site_has_exactly_these_pages(site: Path) -> None:
    assert {p.stem for p in site.glob("*.html")} == set(PAGES)
    assert (site / "review.docx").read_bytes().startswith(b"PK")
    assert (site / "review.pdf").read_bytes().startswith(b"%PDF")


def test_start_leads_to_the_overview(driver: Any, site: Path) -> None:
    show(driver, site.parent / "index.html")
    assert driver.current_url.endswith("/pages/index.html")


def test_page_loads_quietly_and_only_from_the_disk(page: str, driver: Any) -> None:
    assert [e["message"] for e in driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")] == []
    asked = requests(driver)
    assert any(url.endswith(f"{page}.html") for url in asked)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_page_has_the_frame_of_a_document(page: str, driver: Any) -> None:
    assert found(driver, "return document.querySelectorAll('h1').length") == 1
    assert found(driver, "return document.documentElement.lang") == "en"
    assert found(driver, "return document.querySelectorAll('main').length") == 1
    assert driver.title.strip()
    assert found(driver, "return document.querySelector('nav [aria-current=page]').textContent.trim()")
    levels = found(driver, "return [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), "a level of heading is skipped"
    ids = found(driver, "return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids)), "an id stands on the page twice"


def test_page_says_that_it_is_a_re_enactment(page: str, driver: Any) -> None:
    notice = driver.find_element("css selector", ".notice")
    assert notice.is_displayed()
    assert "Re-enactment" in notice.text
    assert "stand-ins" in notice.text


def test_skip_link_works_by_keyboard(page: str, driver: Any) -> None:
    driver.find_element("css selector", "body").send_keys(Keys.TAB)
    link = driver.switch_to.active_element
    assert "skip" in link.get_attribute("class")
    assert link.rect["x"] >= 0, "the skip link stays out of sight"
    link.send_keys(Keys.ENTER)
    assert found(driver, "return document.activeElement.id") == "content"


def test_images_are_there_and_described(page: str, driver: Any) -> None:
    images = found(driver, "return [...document.images].map(i => [i.src, i.alt, i.complete && i.naturalWidth])")
    assert [src for src, alt, width in images if not alt.strip() or not width] == []


def test_tables_have_headers_and_no_empty_body(page: str, driver: Any) -> None:
    tables = found(driver, """return [...document.querySelectorAll("table")].map(t => [
        t.querySelectorAll("thead th[scope=col]").length, t.querySelectorAll("tbody tr").length,
        t.closest(".scroll").scrollWidth <= t.closest(".scroll").clientWidth + 1 || t.closest(".scroll").tabIndex === 0,
        t.getAttribute("aria-label")])""")  # fmt: skip
    assert [t for t in tables if not all(t)] == []


def test_nothing_is_left_to_be_replaced(page: str, driver: Any) -> None:
    said = words(driver)
    assert [mark for mark in ("{{<", ">}}", "?@", "@fig-", "@tbl-", "@sec-", ":::", "{#") if mark in said] == []
    assert not {"nan", "None", "NaT", "??"} & set(said.split())


def test_links_and_anchors_lead_somewhere(driver: Any, site: Path) -> None:
    ids: dict[Path, set[str]] = {}
    links: list[tuple[str, str]] = []
    for name in PAGES:
        show(driver, site / f"{name}.html")
        ids[site / f"{name}.html"] = set(found(driver, "return [...document.querySelectorAll('[id]')].map(e => e.id)"))
        links += [(name, href) for href in found(driver, "return [...document.links].map(a => a.href)")]
    lost = []
    for name, href in links:
        address, anchor = urldefrag(href)
        if not address.startswith("file:"):
            continue
        path = Path(unquote(urlparse(address).path))
        if not path.is_file() or (anchor and unquote(anchor) not in ids[path]):
            lost.append(f"{name}: {href}")
    assert lost == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_out_of_the_window(page: str, driver: Any, site: Path, width: int) -> None:
    show(driver, site / f"{page}.html", width)
    assert found(driver, STANDING_OUT) == []
    wide, window = found(driver, "const d = document.documentElement; return [d.scrollWidth, d.clientWidth]")
    assert wide <= window


def test_text_can_be_read_against_its_ground(page: str, driver: Any) -> None:
    assert found(driver, CONTRAST) == []


def test_contrast_is_really_measured(driver: Any, site: Path) -> None:
    show(driver, site / "index.html")
    found(driver, "document.querySelector('h1').style.color = '#999'")
    assert [said for said, _ in found(driver, CONTRAST)] == [driver.find_element("css selector", "h1").text]


def test_flow_has_the_published_numbers(driver: Any, site: Path) -> None:
    show(driver, site / "flow.html")
    alt = found(driver, "return document.querySelector('#fig-flow-1 img').alt")
    for number in ("17,784", "10,941", "153 [129 + 24]", "140", "13", "11"):
        assert number in alt
    pooled = words(driver)
    for number in ("10,812", "6,843", "Of 153 [129 + 24] reports that were sought, 2 were not retrieved, 151 were"):
        assert number in pooled


def test_matrix_has_all_studies_and_argument_its_steps(driver: Any, site: Path) -> None:
    show(driver, site / "translation.html")
    heads = found(driver, "return [...document.querySelectorAll('#tbl-matrix th')].map(h => h.textContent)")
    assert [*heads[:2], heads[-1]] == ["Group", "Concept", "Studies"]
    assert len(heads[2:-1]) == 11
    assert "11 studies" in found(driver, "return document.querySelector('#fig-matrix img').alt")
    show(driver, site / "argument.html")
    steps = found(
        driver, "return [...document.querySelectorAll('#tbl-argument tbody tr')].map(r => r.cells[0].innerText)"
    )
    assert steps == ["1", "2", "3", "4", "5"]


def test_hostile_title_is_text(driver: Any, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    (reports / "pages").mkdir(parents=True)
    (reports / "_quarto.yml").write_text("project:\n  type: website\n  output-dir: _output\n")
    said = {"title": md.escape(HOSTILE), "notice": md.escape(HOSTILE)}
    (reports / "_variables.yml").write_text(yaml.safe_dump(said))
    table = md.table(["Title"], [[md.escape(HOSTILE)]], md.escape(HOSTILE), "hostile")
    text = f'---\ntitle: "{{{{< var title >}}}}"\n---\n\n## {md.escape(HOSTILE)}\n\n{{{{< var title >}}}}\n\n{table}\n'
    (reports / "pages/index.qmd").write_text(text)
    choose_engine("embedded", {}).render(reports)
    show(driver, reports / "_output/pages/index.html")
    assert found(driver, "return document.scripts.length + document.images.length") == 0
    assert driver.get_log("browser") == []  # an alert would have stopped the calls above
    for place in (".notice", "h1", "h2", "main > p", ".caption", "td"):
        assert HOSTILE in driver.find_element("css selector", f"main {place}" if " " not in place else place).text
    assert HOSTILE in driver.title
