"""A browser for the tests: Debian's chromium, its own profile, nothing from elsewhere; and what they ask of a page."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

webdriver = pytest.importorskip("selenium.webdriver")

from selenium.webdriver.chrome.service import Service  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
MARKS = [
    pytest.mark.browser,
    pytest.mark.xdist_group("example"),
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="needs chromium and chromedriver (Debian: chromium-driver)"),
]
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@contextmanager
def browser(profile: Path) -> Iterator[Any]:
    """Open a browser of its own, which never looks for a driver or a profile elsewhere."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SE_OFFLINE", "true")
        opened = webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))
    yield opened
    opened.quit()


def show(driver: Any, path: Path, width: int = 1440) -> None:
    """Open a page from the disk and wait until its script, where it has one, has done its work."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 700}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.get_log("browser")
    driver.get_log("performance")
    driver.get(path.as_uri())
    wait(driver, "return !document.querySelector('script[src]') || document.documentElement.dataset.ready === 'yes'")


def wait(driver: Any, script: str, seconds: float = 10) -> None:
    """Wait until a script of the page returns something true."""
    end = time.monotonic() + seconds
    while not driver.execute_script(script):
        assert time.monotonic() < end, f"never came true: {script}"
        time.sleep(0.02)


def found(driver: Any, script: str) -> Any:
    return driver.execute_script(script)


def words(driver: Any) -> str:
    """Return what can be read on a page: its text, and what its images say in words."""
    alt = found(driver, "return [...document.images].map(i => i.alt).join(' ')")
    return " ".join(f"{found(driver, 'return document.body.innerText')} {alt}".split())


def requests(driver: Any) -> list[str]:
    """Return the addresses that were asked for since the page was opened."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
