"""What can be done on the pages, in a real browser from the disk: by mouse and by keyboard, at three widths."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.report_site import PAGES as HOSTILE_PAGES
from tests.report_site import SHOWN

pytest.importorskip("selenium.webdriver")

from selenium.webdriver.common.keys import Keys

from tests.browser import MARKS, found, requests, show, wait

pytestmark = MARKS
WIDTHS = (360, 768, 1440)
PAGES = ("index", "review", "flow", "search", "included", "excluded", "translation", "argument", "checklists", "audit")
HEAVIEST = 1_000_000  # bytes of a page with all it loads by itself
FIRST_VIEW = 1000  # milliseconds
OPEN = "return document.querySelector('dialog[open]') !== null"
LIST = "return [...document.querySelectorAll('dialog .me-records li')].map(e => e.innerText)"
# Contrast is measured by a test of its own, and here would take most of the time.
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {preload: false, resultTypes: ["violations"], rules: {"color-contrast": {enabled: false}},
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
  .then(r => done(r.violations.filter(v => ["serious", "critical"].includes(v.impact))
    .map(v => `${v.id}: ${v.nodes.length}, as ${v.nodes[0].html.slice(0, 200)}`)));
"""


@pytest.fixture(scope="module")
def site(example: Path) -> Path:
    """Return the folder of the worked example's pages."""
    return example / "reports/_output/pages"


def element(driver: Any, selector: str) -> Any:
    return driver.find_element("css selector", selector)


def press(driver: Any, selector: str, way: str) -> Any:
    """Use a button by mouse or by keyboard; return it."""
    button = element(driver, selector)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    if way == "mouse":
        button.click()
    else:
        driver.execute_script("arguments[0].focus()", button)
        button.send_keys(Keys.ENTER if way == "enter" else Keys.SPACE)
    return button


def close_and_return(driver: Any, button: Any) -> None:
    """Close the dialog by Esc: the focus must be where it was."""
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not found(driver, OPEN)
    assert driver.switch_to.active_element == button


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("way", ["mouse", "enter"])
def test_a_cell_of_the_matrix_opens_its_quotations(driver: Any, site: Path, width: int, way: str) -> None:
    show(driver, site / "translation.html", width)
    button = press(driver, "#tbl-matrix .me-cell", way)
    dialog = element(driver, "dialog[open]")
    said = dialog.text
    assert button.get_attribute("title") == element(driver, "dialog h2").text
    assert "In the concept’s terms:" in said
    quotation = element(driver, "dialog blockquote").text
    assert quotation
    assert "Words of: review author" in element(driver, "dialog figcaption").text
    assert "Findings, section" in element(driver, "dialog figcaption").text  # where it stands
    box = found(driver, "const r = document.querySelector('dialog').getBoundingClientRect(); return [r.left, r.right]")
    assert box[0] >= 0
    assert box[1] <= width
    close_and_return(driver, button)


def test_every_mark_of_the_matrix_opens_something(driver: Any, site: Path) -> None:
    show(driver, site / "translation.html")
    marks = found(
        driver, "return [...document.querySelectorAll('#tbl-matrix td')].filter(e => e.innerText === '●').length"
    )
    assert marks == found(driver, "return document.querySelectorAll('#tbl-matrix .me-cell').length")
    assert marks > 30


@pytest.mark.parametrize("width", WIDTHS)
def test_the_matrix_is_filtered_by_group_study_and_concept(driver: Any, site: Path, width: int) -> None:
    show(driver, site / "translation.html", width)
    rows = "return [...document.querySelectorAll('#tbl-matrix tbody tr')].filter(r => !r.hidden).map(r => r.innerText)"
    heads = "return [...document.querySelectorAll('#tbl-matrix th')].filter(h => !h.hidden).map(h => h.innerText)"
    whole = len(found(driver, rows))
    group, study, concept = driver.find_elements("css selector", "#tbl-matrix .me-bar select")

    def choose(select: Any, text: str) -> None:
        """Choose by keyboard alone: the letters of what is to be chosen."""
        driver.execute_script("arguments[0].focus()", select)
        select.send_keys(text)

    choose(group, "Organ")
    part = found(driver, rows)
    assert 0 < len(part) < whole
    assert part[0].startswith("Organisational factors")
    assert not [row for row in part[1:] if row.startswith("Organisational factors")]
    choose(study, "Orton")
    assert len(found(driver, heads)) == 4  # group, concept, the study, how many studies
    mine = found(driver, rows)
    assert 0 < len(mine) < len(part)
    assert all("●" in row for row in mine)
    assert mine[0].startswith("Organisational factors")
    status = element(driver, "#tbl-matrix [role=status]").text
    assert status.startswith(f"{len(mine)} rows of {whole} and 1 study of 11")
    press(driver, "#tbl-matrix .me-bar button", "enter")
    assert len(found(driver, rows)) == whole
    choose(concept, "Having")
    [row] = found(driver, rows)
    assert "Having to stay apolitical" in row


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("way", ["mouse", "space"])
def test_a_sentence_lights_up_what_it_rests_on(driver: Any, site: Path, width: int, way: str) -> None:
    show(driver, site / "argument.html", width)
    sentence = press(driver, ".me-columns section:nth-child(1) li:nth-child(5) button", way)
    assert sentence.get_attribute("aria-pressed") == "true"
    lit = found(driver, """return [...document.querySelectorAll('.me-columns section')].map(s =>
        [...s.querySelectorAll('.me-lit')].map(b => b.innerText))""")  # fmt: skip
    assert lit[1] == ["Challenges in operationalising counter-discourses"]
    assert len(lit[2]) == 11  # the concepts C21 to C31 of that construct
    assert len(lit[3]) == 7  # as the table of the argument counts
    row = element(driver, "#tbl-argument tbody tr:nth-child(5)").text
    assert "7 studies" in row
    said = element(driver, ".me-map [role=status]").text
    assert said.startswith("Step 5 rests on 1 third-order construct, 11 concepts, ")
    assert said.endswith(" 7 studies.")
    assert len(driver.find_elements("css selector", ".me-found blockquote")) >= 11
    sentence.send_keys(Keys.ESCAPE)
    assert driver.find_elements("css selector", ".me-lit, .me-found blockquote") == []
    assert driver.switch_to.active_element == sentence


@pytest.mark.parametrize("way", ["mouse", "enter"])
def test_from_a_study_back_up_to_the_argument(driver: Any, site: Path, way: str) -> None:
    show(driver, site / "argument.html")
    nth = found(driver, """return [...document.querySelectorAll('.me-columns section:nth-child(4) button')]
        .findIndex(b => b.innerText.startsWith('Orton')) + 1""")  # fmt: skip
    press(driver, f".me-columns section:nth-child(4) li:nth-child({nth}) button", way)
    lit = found(driver, "return [...document.querySelectorAll('.me-columns .me-lit')].map(b => b.innerText)")
    assert "Poor fit with the demand for evidence" in lit
    steps = found(driver, """return [...document.querySelectorAll('.me-columns section:nth-child(1) .me-lit')]
        .map(b => b.innerText[0])""")  # fmt: skip
    table = found(driver, """return [...document.querySelectorAll('#tbl-argument tbody tr')]
        .filter(r => r.cells[3].innerText.includes('Orton')).map(r => r.cells[0].innerText)""")  # fmt: skip
    assert steps == table
    quoted = found(driver, "return [...document.querySelectorAll('.me-construct strong')].map(e => e.innerText)")
    assert set(quoted) == {"Orton et al. 2011"}


def test_a_sentence_of_the_table_leads_into_the_map(driver: Any, site: Path) -> None:
    show(driver, site / "argument.html")
    press(driver, "#tbl-argument tbody tr:nth-child(3) .me-sentence", "enter")
    assert driver.switch_to.active_element.text.startswith("3. The discourses")
    assert driver.switch_to.active_element.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("way", ["mouse", "enter"])
def test_a_number_of_the_flow_opens_the_list_of_its_records(driver: Any, site: Path, width: int, way: str) -> None:
    show(driver, site / "flow.html", width)
    button = press(driver, "#tbl-flow-1 tbody tr:nth-child(1) td:nth-child(2) button", way)
    wait(driver, OPEN)
    assert element(driver, "dialog h2").text == "Records identified, 2018-12-11: 17,784"
    assert "17,784 exported rows of 10,941 records. Shown: 1 to 50 of 10,941." in element(driver, "dialog").text
    first = found(driver, LIST)
    assert len(first) == 50
    press(driver, "dialog .me-bar button:last-child", way)
    wait(driver, "return document.querySelector('dialog [role=status]').textContent.includes('51 to 100')")
    assert not set(first) & set(found(driver, LIST))
    close_and_return(driver, button)


def box_of(driver: Any, figure: str, start: str) -> str:
    """Return the selector of the box of a diagram whose label begins so."""
    labels = found(driver, f"return [...document.querySelectorAll('{figure} .me-box')].map(e => e.ariaLabel)")
    [place] = [i for i, said in enumerate(labels, 1) if said.startswith(start)]
    return f"{figure} .me-box:nth-of-type({place})"


def choose(driver: Any, label: str, start: str) -> str:
    """Choose in a list of the dialog by keyboard; return what was chosen once the heading says so."""
    field = f"//dialog//label[span[text()='{label}']]/select"
    select = driver.find_element("xpath", field)
    driver.execute_script("arguments[0].focus()", select)
    select.send_keys(start)
    said: str = driver.find_element("xpath", f"{field}/option[starts-with(., '{start}')]").text
    count = said.rpartition(": ")[2]
    wait(driver, f"return document.querySelector('dialog h2').innerText.endsWith(': {count}')")
    return count


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("way", ["mouse", "enter", "space"])
@pytest.mark.parametrize("name", ["flow", "index"])
def test_a_box_of_the_diagram_opens_its_list(driver: Any, site: Path, name: str, width: int, way: str) -> None:
    show(driver, site / f"{name}.html", width)
    button = press(driver, box_of(driver, "#fig-flow-1", "Records excluded: 10,812"), way)
    wait(driver, OPEN)
    assert element(driver, "dialog h2").text == "Records excluded, all runs: 10,812"
    assert "Shown: 1 to 50 of 10,812." in element(driver, "dialog").text
    assert len(found(driver, LIST)) == 50
    assert not driver.find_elements("css selector", "dialog select")  # one number, of one run
    close_and_return(driver, button)


def test_all_numbers_of_a_box_can_be_chosen_by_keyboard(driver: Any, site: Path) -> None:
    show(driver, site / "flow.html", 360)
    button = press(driver, box_of(driver, "#fig-flow-1", "Full texts excluded: 140, and 11 more numbers"), "enter")
    wait(driver, OPEN)
    assert element(driver, "dialog h2").text == "Full texts excluded, all runs: 140"
    assert choose(driver, "Run", "2018") == "118"  # the paper's figure: 140 [118 + 22]
    assert "Shown: 1 to 50 of 118." in element(driver, "dialog").text
    assert choose(driver, "Number", "Wrong sample") == "13"
    assert element(driver, "dialog h2").text == "Wrong sample, all runs: 13"
    assert len(found(driver, LIST)) == 13
    close_and_return(driver, button)


def test_the_number_that_is_pointed_at_opens(driver: Any, site: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    show(driver, site / "flow.html")
    box = element(driver, box_of(driver, "#fig-flow-2", "Reports excluded (databases): 136"))
    line = box.find_elements("css selector", ".me-line")[4]  # its own number, and then the reasons in their order
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", line)
    ActionChains(driver).move_to_element(line).click().perform()
    wait(driver, OPEN)
    assert element(driver, "dialog h2").text == "Wrong sample, all runs: 13"


def test_the_boxes_lie_on_the_boxes_of_the_picture(driver: Any, site: Path) -> None:
    """Whatever the width: the edges of each box of the picture are found where the buttons' edges are."""
    shapes = ElementTree.parse(site.parent / "_generated/flow_published.svg").getroot()
    drawn = [p.get("d", "") for p in shapes.iter("{http://www.w3.org/2000/svg}path") if "stroke:" in p.get("style", "")]
    whole = [float(n) for n in shapes.get("viewBox", "").split()[2:]]
    boxes = set()
    for path in drawn:
        corners = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path)]
        if len(corners) == 4:
            (left, right), (top, bottom) = ((min(c), max(c)) for c in zip(*corners, strict=True))
            boxes.add(
                tuple(round(100 * n / side) for n, side in zip((left, top, right, bottom), whole * 2, strict=True))
            )
    for width in WIDTHS:
        show(driver, site / "flow.html", width)
        places = found(driver, """const p = document.querySelector('#fig-flow-1 img').getBoundingClientRect();
            return [...document.querySelectorAll('#fig-flow-1 .me-box')].map(e => e.getBoundingClientRect()).map(r =>
              [(r.left - p.left) / p.width, (r.top - p.top) / p.height,
               (r.right - p.left) / p.width, (r.bottom - p.top) / p.height].map(n => 100 * n))""")  # fmt: skip
        assert len(places) == 8
        for place in places:
            assert min(max(abs(a - b) for a, b in zip(place, box, strict=True)) for box in boxes) < 1


def test_every_number_of_the_flow_has_its_list(driver: Any, site: Path) -> None:
    show(driver, site / "flow.html")
    left = found(driver, """return [...document.querySelectorAll('[id^=tbl-flow-] tbody td:not(:first-child)')]
        .filter(e => !e.querySelector('button')).map(e => e.innerText.trim())""")  # fmt: skip
    assert set(left) <= {"0", "–"}
    assert found(driver, "return document.querySelectorAll('.me-count').length") > 100


def test_the_lists_of_the_included_are_the_included(driver: Any, site: Path) -> None:
    show(driver, site / "flow.html")
    number = """return [...document.querySelectorAll('#tbl-flow-1 tbody tr')]
        .findIndex(r => r.innerText.startsWith(arguments[0])) + 1"""
    row = driver.execute_script(number, "Studies included")
    press(driver, f"#tbl-flow-1 tbody tr:nth-child({row}) td:last-child button", "mouse")
    wait(driver, OPEN)
    assert len(found(driver, LIST)) == 11
    assert any(said.startswith("Orton et al. 2011") for said in found(driver, LIST))
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    row = driver.execute_script(number, "Reports included")
    press(driver, f"#tbl-flow-1 tbody tr:nth-child({row}) td:last-child button", "mouse")
    wait(driver, OPEN)
    assert len(found(driver, LIST)) == 13
    assert any("title not found" in said for said in found(driver, LIST))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_light_and_soon_there(driver: Any, site: Path, name: str) -> None:
    views = []
    for _ in range(6):  # the machine may be busy with something else
        show(driver, site / f"{name}.html")
        paint = "return performance.getEntriesByName('first-contentful-paint')"
        wait(driver, f"{paint}.length")
        views.append(found(driver, f"{paint}[0].startTime"))
        if views[-1] < FIRST_VIEW:
            break
    assert min(views) < FIRST_VIEW
    loaded = {url for url in requests(driver) if url.startswith("file:")}
    assert not [url for url in loaded if "records_" in url or "flow_lists" in url]
    assert sum(Path(url.removeprefix("file://").partition("#")[0]).stat().st_size for url in loaded) < HEAVIEST


def test_without_scripts_the_tables_say_the_same(driver: Any, site: Path) -> None:
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        for name, table in (("translation", "#tbl-matrix"), ("argument", "#tbl-argument"), ("flow", "#tbl-flow-1")):
            driver.get((site / f"{name}.html").as_uri())
            assert driver.find_elements("css selector", "main button, main select, .me-hint") == []
            assert len(driver.find_elements("css selector", f"{table} tbody tr")) >= 5
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def axe(driver: Any) -> list[str]:
    """Return the serious violations of WCAG 2.2 A and AA that axe-core finds, and of its best practices."""
    path = resources.files("axe_playwright_python") / "axe.min.js"
    driver.execute_script(path.read_text(encoding="utf-8"))
    driver.set_script_timeout(60)
    violations: list[str] = driver.execute_async_script(AXE)
    return violations


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(driver: Any, site: Path, name: str) -> None:
    pytest.importorskip("axe_playwright_python")
    show(driver, site / f"{name}.html", 360)
    assert axe(driver) == []


def test_axe_finds_nothing_serious_in_what_opens(driver: Any, site: Path) -> None:
    pytest.importorskip("axe_playwright_python")
    show(driver, site / "argument.html")
    press(driver, ".me-columns section:nth-child(1) li:nth-child(1) button", "enter")
    assert axe(driver) == []
    show(driver, site / "flow.html", 360)
    press(driver, "#tbl-flow-1 tbody tr:nth-child(1) td:nth-child(2) button", "enter")
    wait(driver, OPEN)
    assert axe(driver) == []
    found(driver, "document.querySelector('dialog .me-close').replaceChildren()")
    assert [said for said in axe(driver) if said.startswith("button-name")], "axe isn't really run"


@pytest.fixture
def watched(driver: Any) -> Any:
    """Return the browser with `alert` replaced: whatever is run on a page from now on is written down."""
    script = "window.ran = []; window.alert = said => window.ran.push(String(said));"
    done = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
    yield driver
    driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": done["identifier"]})


def test_hostile_text_is_shown_and_never_runs(watched: Any, hostile_site: Path) -> None:
    driver = watched
    only = "return [...document.scripts].map(s => s.src.split('/').pop())"
    for name in HOSTILE_PAGES:
        show(driver, hostile_site / f"{name}.html")
        assert found(driver, "return window.ran") == []
        allowed = {"interactive.js", "matrix.js", "argument.js", "flow.js", "flow_lists.js"}
        allowed |= {f"records_{i}.js" for i in range(8)}
        assert set(found(driver, only)) <= allowed
        assert found(driver, "return [...document.images].filter(i => !/_generated/.test(i.src)).length") == 0
        assert (
            found(driver, "return [...document.links].filter(a => !/^(https?|file|mailto):/.test(a.href)).length") == 0
        )
        assert [e for e in driver.get_log("browser") if e["level"] == "SEVERE"] == []
        assert "root:x:0" not in element(driver, "body").text


def test_hostile_text_is_shown_in_all_that_opens(watched: Any, hostile_site: Path) -> None:
    driver = watched
    show(driver, hostile_site / "translation.html")
    press(driver, "#tbl-matrix .me-cell", "mouse")
    seen = " ".join(element(driver, "dialog").text.split())
    assert seen.count(SHOWN) >= 3
    assert SHOWN in " ".join(element(driver, "dialog blockquote").text.split())
    show(driver, hostile_site / "argument.html")
    press(driver, ".me-columns button", "mouse")
    assert SHOWN in " ".join(element(driver, ".me-columns button").text.split())
    assert SHOWN in " ".join(element(driver, ".me-found").text.split())
    show(driver, hostile_site / "flow.html")
    press(driver, "#tbl-flow-2 .me-count", "mouse")
    wait(driver, OPEN)
    assert len(found(driver, LIST)) > 1
    assert "Care</script><script>alert(1)" in element(driver, "dialog .me-title").text
    assert driver.find_elements("css selector", "dialog .me-records a") == []  # that DOI is none
    assert found(driver, "return window.ran") == []
    assert json.dumps(found(driver, "return [...document.querySelectorAll('dialog script, dialog img')].length")) == "0"
