"""A real browser on pages from the disk: Chromium without a window, driven by Selenium.

Shared by the browser tests, the measurements of the site and the script that makes the pictures of the documents.
Nothing is downloaded: browser and driver are those that the system has.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DRIVERS = ("chromedriver", "chromium.chromedriver")

_ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--hide-scrollbars",
    "--no-first-run",
)


class NoBrowserError(Exception):
    """There is no browser, no driver for it, or no Selenium."""


def find_browser() -> tuple[str, str]:
    """The paths of a browser and of its driver. Raises NoBrowserError that says what is missing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = next(filter(None, map(shutil.which, DRIVERS)), None)
    if browser is None or driver is None:
        missing = "Chromium" if browser is None else "its driver"
        raise NoBrowserError(f"{missing} is not installed (on Debian: apt-get install chromium chromium-driver)")
    return browser, driver


class Browser:
    """One browser with one page; a context manager that ends it."""

    def __init__(self, *, width: int = 1440, height: int = 900, dark: bool = True) -> None:
        browser, executable = find_browser()
        try:
            from selenium import webdriver
            from selenium.webdriver.chrome.service import Service
        except ImportError:
            raise NoBrowserError("Selenium is not installed (pip install -e '.[browser]')") from None
        options = webdriver.ChromeOptions()
        options.binary_location = browser
        for argument in _ARGUMENTS:
            options.add_argument(argument)
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # Chromium refuses to run as root otherwise, as containers do
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver: Any = webdriver.Chrome(options=options, service=Service(executable))
        self.driver.set_page_load_timeout(60)
        self.resize(width, height)
        self.theme("dark" if dark else "light")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the browser."""
        self.driver.quit()

    # what it shows

    def resize(self, width: int, height: int) -> None:
        """Give the page a size in CSS pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def theme(self, name: str, *, medium: str = "") -> None:
        """What the system prefers, `dark` or `light`; `medium` lays the page out for `print` without printing it."""
        features = [
            {"name": "prefers-color-scheme", "value": name},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": features})

    def open(self, file: Path | str, fragment: str = "") -> None:
        """Load a page from the disk anew, whatever was shown before."""
        self.driver.get("about:blank")
        self.driver.get(Path(file).absolute().as_uri() + fragment)
        self._until_loaded()

    def reload(self) -> None:
        """Load the page anew."""
        self.driver.refresh()
        self._until_loaded()

    def _until_loaded(self) -> None:
        """Wait for the whole page: on a busy machine the driver answers while a page from the disk still comes."""
        from selenium.webdriver.support.ui import WebDriverWait

        loaded = "return document.readyState === 'complete'"
        WebDriverWait(self.driver, 60, poll_frequency=0.02).until(lambda driver: driver.execute_script(loaded))

    def run(self, script: str, *arguments: object) -> Any:
        """What a script in the page returns."""
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        """The text of the first element that a selector finds, `""` when there is none."""
        return str(self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector))

    def texts(self, selector: str) -> list[str]:
        """The text of every element that a selector finds."""
        found = self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector)
        return [str(each) for each in found]

    def type(self, selector: str, *keys: str) -> None:
        """Type into an element."""
        self.driver.find_element("css selector", selector).send_keys(*keys)

    def click(self, selector: str) -> None:
        """Click an element."""
        self.driver.find_element("css selector", selector).click()

    @property
    def address(self) -> str:
        """Where the page is."""
        return str(self.driver.current_url)

    def picture(self) -> bytes:
        """What is on the screen, as PNG."""
        return base64.b64decode(self.driver.get_screenshot_as_base64())

    # what went on

    def messages(self) -> list[str]:
        """What the console said since it was last asked, errors and violations of the page's policy among it."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Every address asked for since it was last asked."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(str(message["params"]["request"]["url"]))
        return found

    def painted_after(self) -> float:
        """Milliseconds from the start of the navigation to the first picture of the constellation."""
        return float(self.run("return performance.getEntriesByName('constellation-painted')[0].startTime"))
