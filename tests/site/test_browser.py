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
        ("#star=Drift", "4 of 73 modules"),
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
    browser.reload()

    assert browser.text("#detail h2") == "memory/fold"
    browser.click("#detail a")

    arrives(browser, "memory/fold")
    assert browser.address.endswith("/modules/memory/fold.html")
    assert browser.messages() == []


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#m=memory/never", "There is no module memory/never any more. 73 modules, 75 imports between them"),
        ("#star=Nothing", "There is no star Nothing. 0 of 73 modules"),
        ("#tier=T9", "There is no tier T9. 0 of 73 modules"),
        ("#owner=%40nobody", "There is no owner @nobody. 0 of 73 modules"),
        ("#stratum=cellar", "There is no stratum cellar. 0 of 73 modules"),
        ("#gate=heaven", "There is no gate heaven. 0 of 73 modules"),
        ("#gate=pins", "The gate pins says nothing of any module. 0 of 73 modules"),
        ("#change=lost", "There is no change lost. 0 of 73 modules"),
        ("#colour=red", "There is no filter colour. 73 modules, 75 imports between them"),
        ("#star=%3Cb%3Ebold%3C/b%3E%E2%80%AE", "There is no star <b>bold</b>\\u202e. 0 of 73 modules"),
    ],
)
def test_what_a_link_asks_for_and_nobody_knows_is_said(fleet: Path, browser: Browser, fragment: str, said: str) -> None:
    browser.open(fleet / "index.html", fragment)

    assert browser.text("#status") == said
    browser.driver.find_element("xpath", "//button[text()='Reset']").click()
    assert browser.text("#status") == "73 modules, 75 imports between them"
    assert browser.messages() == []


def test_a_module_that_is_gone_is_no_longer_told_of_once_something_else_is_asked(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html", "#m=memory/never")

    browser.click("#filters .legend button:nth-child(3)")

    assert browser.text("#status") == "5 of 73 modules"


def test_a_module_of_two_stars_is_found_and_counted_under_both(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html", "#star=Drift&stratum=consciousness")

    assert browser.text("#status") == "1 of 73 modules"
    assert browser.texts("#filters .legend button")[7] == "Drift1"
    browser.type("input[type=search]", "consciousness/dreaming")
    until(lambda: browser.texts("#found li") == ["consciousness/dreamingFlow, Drift"])
    browser.type("input[type=search]", "\ue007")
    assert browser.text("#detail dl").splitlines()[:4] == ["stars", "Flow, Drift", "confidence", "1.00"]
    assert browser.messages() == []


def test_the_link_past_the_controls_leaves_the_filters_alone(fleet: Path, browser: Browser) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    browser.open(fleet / "index.html", "#star=Trail")

    ActionChains(browser.driver).send_keys("\ue004", "\ue007").perform()

    until(lambda: browser.address.endswith("#content"))
    assert browser.text("#status") == "5 of 73 modules"


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
    left, right = browser.run(
        "return [document.getElementById('filters').getBoundingClientRect().right - innerWidth / 2,"
        " innerWidth / 2 - 16 - 304]"
    )
    bottom = browser.run("return document.getElementById('status').offsetTop - canvas.clientHeight")
    assert browser.run("return document.getElementById('detail').hidden") is True

    ActionChains(browser.driver).move_to_element_with_offset(
        canvas, round((left + right) / 2), round(bottom / 2)
    ).click().perform()

    assert browser.run("return document.getElementById('detail').hidden") is False
    assert browser.text("#detail h2") == "memory/fold"
    assert browser.run("return document.getElementById('canvas').classList.contains('near')") is True
    assert browser.messages() == []


# the room there is


@pytest.mark.parametrize("size", [(1280, 800), (1024, 500), (420, 800), (800, 360)])
def test_the_constellation_fills_exactly_what_the_window_has_left(
    fleet: Path, browser: Browser, size: tuple[int, int]
) -> None:
    browser.resize(*size)
    browser.open(fleet / "index.html")

    whole, top, head, bottom, across = browser.run(
        "const [box, head] = ['canvas', 'header'].map(name => document.querySelector(name).getBoundingClientRect());"
        "const page = document.documentElement;"
        "return [page.scrollHeight, box.top, head.bottom, box.bottom, page.scrollWidth]"
    )

    assert (whole, bottom, across) == (size[1], size[1], size[0])
    assert top == head


def test_in_a_narrow_window_the_filters_come_when_asked_for(fleet: Path, browser: Browser) -> None:
    browser.resize(420, 800)
    browser.open(fleet / "index.html")
    shown = "return document.getElementById('filters').offsetWidth > 0"
    expanded = "return document.getElementById('show-filters').getAttribute('aria-expanded')"

    assert (browser.run(shown), browser.run(expanded)) == (False, "false")
    browser.type("#show-filters", "\ue007")
    assert (browser.run(shown), browser.run(expanded)) == (True, "true")
    browser.type("#show-filters", "\ue004")
    assert browser.run("return document.activeElement.textContent") == "Anchor5"
    browser.type("#filters .legend button:nth-child(3)", "\ue007", "\ue00c")
    assert (browser.run(shown), browser.run(expanded)) == (False, "false")
    assert browser.run("return document.activeElement.id") == "show-filters"
    assert browser.text("#status") == "5 of 73 modules"
    assert browser.messages() == []


def test_in_a_wide_window_the_filters_are_there_and_need_no_button(fleet: Path, browser: Browser) -> None:
    browser.open(fleet / "index.html")

    assert browser.run("return document.getElementById('filters').offsetWidth > 0") is True
    assert browser.run("return document.getElementById('show-filters').offsetWidth") == 0


_LABELS = """
const told = [];
const draw = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (...said) { told.push(said); draw.apply(this, said); };
document.dispatchEvent(new Event('theme-changed'));
CanvasRenderingContext2D.prototype.fillText = draw;
return told;
"""
"""The picture drawn anew: the text and the place on the canvas of each label, in the order they are drawn."""

_IS_COVERED = """
const canvas = document.getElementById('canvas');
const {left, top} = canvas.getBoundingClientRect();
return document.elementFromPoint(left + arguments[0], top + arguments[1]) !== canvas;
"""


@pytest.mark.parametrize(
    ("module", "neighbours", "size"),
    [
        ("memory/fold", ["core/types", "consciousness/qualia", "api/memory"], (1280, 800)),
        ("core/storage", ["core/types", "core/scheduler"], (1280, 800)),
        ("consciousness/dreaming", ["consciousness/mood"], (1280, 800)),
        ("memory/fold", ["consciousness/qualia", "api/memory"], (420, 800)),
        ("bio/mutation", [], (420, 800)),
    ],
)
def test_a_deep_link_shows_its_module_and_neighbours_beside_the_panels(
    fleet: Path, browser: Browser, module: str, neighbours: list[str], size: tuple[int, int]
) -> None:
    browser.resize(*size)
    browser.open(fleet / "index.html", f"#m={module}")

    assert browser.text("#detail h2") == module
    places = {text.split("   ")[0]: (x, y) for text, x, y in browser.run(_LABELS)}
    assert [each for each in (module, *neighbours) if each not in places] == []
    assert [each for each in (module, *neighbours) if browser.run(_IS_COVERED, *places[each])] == []


_TABLES = """
return [...document.querySelectorAll('.scroll')].filter(box => box.checkVisibility()).map(box => {
  const wide = box.scrollWidth > box.clientWidth;
  box.focus();
  const reached = document.activeElement === box;
  box.blur();
  return [wide, reached];
});
"""


@pytest.mark.parametrize("page", ["dashboard.html", "plan.html", "modules.html", "modules/memory/fold.html"])
def test_a_table_wider_than_the_window_scrolls_in_its_own_box_by_keys(fleet: Path, browser: Browser, page: str) -> None:
    browser.resize(420, 800)
    browser.open(fleet / page)
    until(lambda: all(wide == reached for wide, reached in browser.run(_TABLES)))

    assert browser.run("return document.documentElement.scrollWidth") == 420
    assert browser.run(_TABLES) != []


def test_the_arrow_keys_move_a_table_that_has_the_focus(fleet: Path, browser: Browser) -> None:
    browser.resize(420, 800)
    browser.open(fleet / "dashboard.html")
    until(lambda: [True, True] in browser.run(_TABLES))

    browser.run("window.box = [...document.querySelectorAll('.scroll[tabindex]')][0]; box.focus()")
    browser.driver.switch_to.active_element.send_keys("\ue014")

    until(lambda: browser.run("return box.scrollLeft > 0"))


_BROKEN_WORDS = """
const broken = [];
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walk.nextNode(); node; node = walk.nextNode()) {
  if (node.parentElement.closest('.digest, svg, script, noscript')) continue;
  for (const word of node.data.matchAll(/[\\p{L}\\p{N}_]+/gu)) {
    const range = document.createRange();
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) broken.push(word[0]);
  }
}
return broken;
"""


@pytest.mark.parametrize("width", [420, 800, 1280])
@pytest.mark.parametrize("page", ["dashboard.html", "plan.html", "modules.html", "modules/memory/fold.html"])
def test_no_word_is_broken(fleet: Path, browser: Browser, page: str, width: int) -> None:
    browser.resize(width, 800)
    browser.open(fleet / page)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")

    assert browser.run(_BROKEN_WORDS) == []


# paper


_ON_WHITE = """
const canvas = document.getElementById('canvas');
const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
let [white, dark] = [0, 0];
for (let at = 0; at < data.length; at += 4) {
  const sum = data[at] + data[at + 1] + data[at + 2];
  white += sum === 765; dark += sum < 300;
}
return white > data.length / 16 && dark > 100;
"""


_SIZE = "const canvas = document.getElementById('canvas'); return [canvas.width, canvas.height]"


@pytest.mark.parametrize("page", ["dashboard.html", "plan.html", "modules/memory/fold.html", "index.html"])
@pytest.mark.parametrize("chosen", ["", "dark", "light"])
def test_paper_is_light_whatever_the_theme_and_leaves_the_controls_out(
    fleet: Path, browser: Browser, page: str, chosen: str
) -> None:
    browser.theme("dark", medium="print")
    browser.open(fleet / page)
    browser.run("document.documentElement.dataset.theme = arguments[0]", chosen)

    assert browser.run("return getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.run("return getComputedStyle(document.documentElement).colorScheme") == "light"
    assert browser.run("return getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.run("return getComputedStyle(document.getElementById('search')).display") == "none"
    assert browser.run(_CONTRAST) == []


def test_paper_is_light_without_scripts_too(fleet: Path, browser: Browser) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.theme("dark", medium="print")
        browser.open(fleet / "dashboard.html")
        shown = browser.driver.find_element("tag name", "html").value_of_css_property("background-color")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert shown in {"rgb(255, 255, 255)", "rgba(255, 255, 255, 1)"}


def test_a_picture_loaded_on_paper_is_light_and_not_stretched(fleet: Path, browser: Browser) -> None:
    browser.theme("dark", medium="print")
    browser.open(fleet / "index.html", "#m=memory/fold")

    drawn, laid_out = browser.run(
        "const c = document.getElementById('canvas'); return [c.width / c.height, c.clientWidth / c.clientHeight]"
    )

    assert browser.run(_ON_WHITE) is True
    assert abs(drawn - laid_out) < 0.01
    below = browser.run(
        "const [picture, facts] = ['canvas', 'detail'].map(id => document.getElementById(id).getBoundingClientRect());"
        "return facts.top >= picture.bottom"
    )
    assert below is True


@pytest.mark.parametrize("fragment", ["", "#m=memory/fold"])
def test_a_picture_printed_from_a_dark_window_is_light_and_the_window_is_dark_again(
    fleet: Path, browser: Browser, fragment: str
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    browser.open(fleet / "index.html", fragment)
    ActionChains(browser.driver).move_to_element(browser.driver.find_element("css selector", ".brand")).perform()
    before, size = browser.run(_LABELS), browser.run(_SIZE)
    browser.run(f"addEventListener('beforeprint', () => {{ window.printed = (() => {{ {_ON_WHITE} }})(); }})")

    browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})

    assert len(before) > 10
    assert browser.run("return window.printed") is True
    until(lambda: bool(browser.run(_SIZE) == size))
    assert browser.run(_LABELS) == before
    assert browser.run("return document.documentElement.hasAttribute('data-print')") is False
    assert browser.messages() == []
    assert browser.run(_ON_WHITE) is False


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
