"""One count of modules by star, wherever it is told: pages, picture and reports say the same."""

import json
import re
from collections import Counter
from pathlib import Path


def picture(site: Path) -> dict[str, int]:
    """What the picture counts beside its stars while no filter is set."""
    text = (site / "data/sky.js").read_text(encoding="ascii")
    sky = json.loads(text.removeprefix("window.ASTROGRAPH_SKY=").removesuffix(";\n"))
    counts = Counter(sky["star"])
    counts.update(star for stars in sky["also"].values() for star in stars)
    return {said[0]: counts[at] for at, said in enumerate(sky["stars"])}


def ledger(site: Path) -> dict[str, int]:
    """Every star of every module, counted from the ledger itself."""
    lines = [line for path in site.parent.glob("ledger/*.jsonl") for line in path.read_bytes().splitlines()]
    return dict(Counter(star for line in lines for star in json.loads(line)["assignment"]["stars"]))


def shown(path: Path, pattern: str) -> dict[str, tuple[int, str]]:
    """Star, number of modules and share in each place of a text that a pattern finds."""
    found = re.findall(pattern, path.read_text(encoding="utf-8"))
    return {star: (int(number.replace(",", "")), percent) for star, number, percent in found}


def test_every_place_that_counts_modules_by_star_says_the_same(fleet: Path) -> None:
    counted = ledger(fleet)
    total = 73
    wanted = {star: (count, f"{count * 1000 // total / 10:.1f} %") for star, count in counted.items()}
    audit = fleet.parent / "audit"

    assert sum(counted.values()) > total, "no module of two stars: this test would prove nothing"
    assert picture(fleet) == counted
    assert shown(fleet / "dashboard.html", _BAR) == wanted
    assert shown(audit / "CONSTELLATION_TOP.md", r"\| \S+ (\w+) \| [^|]+ \| ([\d,]+) \| ([\d.]+ %) \|") == wanted
    assert shown(audit / "report.md", r"\| \S+ (\w+) \| \S+ \| ([\d,]+) \| \S+ \| ([\d.]+ %) \|") == wanted
    for star, (count, percent) in wanted.items():
        page = (fleet / f"stars/~{star.lower()}.html").read_text(encoding="utf-8")
        assert f"<b>{count}</b><span>modules</span><small>{percent} of all</small>" in page


_BAR = (
    r"</span> (\w+)</a></th><td><svg[^>]*>(?:<rect[^>]*></rect>)+</svg></td>"
    r'<td class="n">([\d,]+)</td><td class="n">([\d.]+ %)</td>'
)


def test_the_share_of_supporting_is_the_same_on_dashboard_and_in_reports(fleet: Path) -> None:
    dashboard = (fleet / "dashboard.html").read_text(encoding="utf-8")
    [tile] = re.findall(r"<b>([\d.]+ %)</b><span>Supporting</span>", dashboard)
    [sentence] = re.findall(r"it holds ([\d.]+ %)\.", dashboard)
    reports = [(fleet.parent / "audit" / name).read_text(encoding="utf-8") for name in _REPORTS]

    assert tile == sentence
    assert [re.findall(r"([\d.]+ %)(?: of the modules are)? Supporting, within", text) for text in reports] == [
        [tile],
        [tile],
    ]


_REPORTS = ("CONSTELLATION_TOP.md", "report.md")
