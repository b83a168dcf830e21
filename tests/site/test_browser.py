"""The site in a real browser, opened from the disk: it draws, searches, filters, links, and asks for nothing else."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from support.browser import REQUIRED, open_browser
from support.runs import until

from benchmarks.browser import Browser

SITES = ("fleet", "everyday")
PAGES = ("index.html", "dashboard.html", "plan.html", "modules.html")


def arrives(browser: Browser, heading: str) -> None:
    """Wait until a page of this heading is there: a click returns before the next page has come."""
    from selenium.common.exceptions import WebDriverException

    def is_there() -> bool:
        try:
            return browser.text("h1") == heading
        except WebDriverException:  # between two pages
            return False

    until(is_there)


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, browser: Browser) -> Path:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Path)
    return found


def test_the_constellation_is_painted_without_a_word_on_the_console(site: Path, browser: Browser) -> None:
    browser.open(site / "index.html")
    until(lambda: browser.run("return document.documentElement.dataset.painted") == "yes")

    painted = browser.run(
        "const c = document.getElementById('canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "const seen = new Set(); for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);"
        "return seen.size"
    )

    assert painted > 200
    assert browser.messages() == []


def test_no_page_asks_for_anything_outside_the_site(site: Path, browser: Browser) -> None:
    some = [
        *PAGES,
        "stars/~trail.html",
        *(str(each.relative_to(site)) for each in sorted(site.glob("modules/**/*.html"))[:3]),
    ]
    for page in some:
        browser.open(site / page)

    asked = {url for url in browser.requests() if not url.startswith(("data:", "about:"))}

    assert len(asked) >= len(some)
    assert [url for url in asked if not unquote(urlsplit(url).path).startswith(str(site))] == []
    assert {urlsplit(url).scheme for url in asked} == {"file"}
    assert browser.messages() == []


def test_search_finds_a_module_and_chooses_it(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html")

    browser.type("input[type=search]", "mem fold")
    found = browser.texts("#found li")
    browser.type("input[type=search]", "\ue007")

    assert found[0].startswith("memory/fold")
    assert browser.text("#detail h2") == "memory/fold"
    assert browser.address.endswith("#m=memory/fold")
    assert browser.messages() == []


def test_search_on_another_page_leads_to_the_page_of_the_module(everyday: Path, browser: Browser) -> None:
    browser.open(everyday / "dashboard.html")

    browser.type("input[type=search]", "part1234")
    until(lambda: browser.texts("#found li") == ["vision/group44/part1234Horizon"])
    browser.type("input[type=search]", "\ue007")

    arrives(browser, "vision/group44/part1234")
    assert browser.messages() == []


def test_search_says_so_when_nothing_is_found(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html")

    browser.type("input[type=search]", "no/such/module")

    assert browser.texts("#found li") == ["no module has these words in its id"]


def test_filters_narrow_what_is_shown_and_are_in_the_address(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html")
    whole = browser.text("#status")

    browser.run(
        "const s = document.getElementById('by-tier'); s.value = 'T1_critical'; s.dispatchEvent(new Event('change'))"
    )

    assert whole.startswith("73 modules")
    assert browser.text("#status") == "5 of 73 modules"
    assert browser.address.endswith("#tier=T1_critical")

    browser.click("#filters .legend button:nth-child(3)")

    assert browser.text("#status") == "1 of 73 modules"
    assert browser.address.endswith("#star=Trail&tier=T1_critical")
    assert browser.messages() == []


@pytest.mark.parametrize(
    ("fragment", "shown"),
    [
        ("#star=Trail", "5 of 73 modules"),
        ("#stratum=memory", "8 of 73 modules"),
        ("#owner=%40memory-team", "of 73 modules"),
        ("#gate=source", "1 of 73 modules"),
        ("#change=promoted", "27 of 73 modules"),
        ("#star=Nothing", "0 of 73 modules"),
    ],
)
def test_a_filter_in_the_address_is_applied(fleet: Path, browser: Browser, fragment: str, shown: str) -> None:
    browser.open(fleet / "index.html", fragment)

    said = browser.text("#status")

    if fragment == "#stratum=memory":
        count = len(list((fleet / "modules/memory").glob("*.html")))
        shown = f"{count} of 73 modules"
    assert said.endswith(shown)
    assert said != "73 of 73 modules"


def test_a_deep_link_opens_its_module_and_survives_a_reload(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html", "#m=memory/fold")
    browser.driver.refresh()

    assert browser.text("#detail h2") == "memory/fold"
    browser.click("#detail a")

    arrives(browser, "memory/fold")
    assert browser.address.endswith("/modules/memory/fold.html")
    assert browser.messages() == []


def test_a_link_to_a_module_that_is_gone_says_so(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html", "#m=memory/never")

    assert browser.text("#status") == "There is no module memory/never any more"
    assert browser.messages() == []


def test_a_page_links_to_its_neighbours_and_back(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "modules/memory/fold.html")

    browser.driver.find_element("link text", "core/storage").click()
    arrives(browser, "core/storage")
    browser.driver.find_element("link text", "memory/fold").click()

    arrives(browser, "memory/fold")


def test_hostile_text_stays_text(fleet: Path, browser: Browser, hostile: str) -> None:
    for page in ("modules/memory/index.html", "dashboard.html", "plan.html", "stars/~trail.html"):
        browser.open(fleet / page)
        assert browser.run("return document.images.length") == 0
        assert browser.run("return [...document.scripts].filter(s => !s.src).length") == 0
    browser.open(fleet / "modules/memory/index.html")

    shown = [text for text in browser.texts("dd") if "onerror" in text]

    assert len(shown) == 1
    assert shown[0].startswith(hostile)
    assert browser.messages() == []


def test_an_inline_script_would_not_run(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "dashboard.html")

    browser.run(
        "const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.body.append(s)"
    )

    assert browser.run("return window.ran") is None
    assert any("Content Security Policy" in message for message in browser.messages())


def test_the_theme_can_be_chosen_and_is_kept(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "dashboard.html")
    dark = browser.run("return getComputedStyle(document.documentElement).backgroundColor")

    browser.click("#tools button")
    light = browser.run("return getComputedStyle(document.documentElement).backgroundColor")
    browser.open(fleet / "dashboard.html")

    assert dark != light
    assert browser.run("return getComputedStyle(document.documentElement).backgroundColor") == light
    browser.click("#tools button")
    assert browser.messages() == []


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("page", ["dashboard.html", "plan.html", "modules.html", "modules/memory/fold.html"])
def test_text_has_contrast(fleet: Path, browser: Browser, page: str, theme: str) -> None:
    """Every text against what is behind it: 4.5 to 1, as WCAG 2.2 AA asks."""
    browser.theme(theme)
    browser.open(fleet / page)

    weak = browser.run(_CONTRAST)

    assert weak == []


_CONTRAST = """
const channel = v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || (c.length === 4 && c[3] === 1)) return c; } return [255, 255, 255]; };
const weak = new Set();
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
  if (e.closest('.skip')) continue;
  const [one, other] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (ratio < 4.5) weak.add(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
}
return [...weak];
"""


def test_everything_can_be_done_with_the_keyboard(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html")

    browser.type("body", "/")
    assert browser.run("return document.activeElement.type") == "search"
    browser.type("input[type=search]", "core/types", "\ue007")
    assert browser.run("return document.activeElement.id") == "canvas"
    browser.type("#canvas", "+", "-", "\ue012", "0", "\ue00c")
    assert browser.run("return document.getElementById('detail').hidden") is True
    browser.type("#canvas", "\ue007")

    browser.open(fleet / "index.html", "#m=core/types")
    browser.type("#canvas", "\ue007")
    arrives(browser, "core/types")
    assert browser.messages() == []


def test_the_pointer_finds_a_module_and_a_click_chooses_it(fleet: Path, browser: Browser) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    browser.open(fleet / "index.html", "#m=memory/fold")
    browser.type("#canvas", "\ue00c")
    canvas = browser.driver.find_element("css selector", "#canvas")

    ActionChains(browser.driver).move_to_element(canvas).click().perform()

    assert browser.text("#detail h2") == "memory/fold"
    assert browser.run("return document.getElementById('canvas').classList.contains('near')") is True
    assert browser.messages() == []


def test_printing_is_light_and_leaves_the_controls_out(fleet: Path, browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.open(fleet / "modules/memory/fold.html")

    assert browser.run("return getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("return getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.run("return getComputedStyle(document.getElementById('search')).display") == "none"
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_pages_can_be_read_without_scripts(fleet: Path, browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(fleet / "index.html")
        shown = browser.driver.find_element("css selector", "noscript").text
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert "all modules" in shown
    assert "memory" in shown


def test_without_a_browser_the_tests_are_skipped_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(REQUIRED, raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium chromium-driver"):
        open_browser()


def test_where_a_browser_is_required_they_fail_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(REQUIRED, "required")

    with pytest.raises(pytest.fail.Exception, match="a browser is required here"):
        open_browser()
