"""What the pages say, from values alone: links that lead somewhere, nothing from elsewhere, hostile text as text."""

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import pytest

from astrograph.audit.site.files import ASSETS, site_files
from astrograph.audit.site.model import Detail, PlanView, SiteModel
from astrograph.audit.site.page import POLICY, share
from astrograph.model.assignment import Assignment, Evidence, Origin, Score
from astrograph.model.canon import SUPPORTING, Canon, Star, StarId
from astrograph.model.dependencies import Cycle, Dependencies, Edge, Reach, When
from astrograph.model.digests import Sha256
from astrograph.model.facts import Authored, PackageSummary, Position, SourceSummary
from astrograph.model.finding import Finding, Severity
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import (
    CanarySample,
    ChangeCause,
    ChangeClass,
    ChangeKind,
    Changes,
    FieldChange,
    ModuleChange,
    ParityCounts,
    Plan,
    Promotion,
)
from astrograph.model.rules import Rule, Signal

BAD = "</p></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'\u202e"
TRAIL, OTHER = StarId("Trail"), StarId("Other")
CANON = Canon((Star(TRAIL, "✦", "Memory", "✦ Trail (Memory)"), Star(SUPPORTING, "🔧", BAD, "🔧 Supporting")), ())
FOLD, TYPES, ODD = ModuleId("memory/fold"), ModuleId("core/types"), ModuleId('core/"><img src=x>')
NO_DIGEST = Sha256("0" * 64)


def line(module: ModuleId, **said: Any) -> LedgerLine:
    values: dict[str, Any] = {
        "manifest": NO_DIGEST,
        "owner": None,
        "tier": None,
        "lane": None,
        "described": False,
        "contracts": (),
        "capabilities": (),
        "node": None,
        "assignment": Assignment((SUPPORTING,), 0, Origin.DEFAULT),
        "internal": (),
        "external": (),
        "files": 1,
        "has_tests": False,
        "exports_documented": 0,
        "exports_total": 0,
    }
    return LedgerLine(module=module, **(values | said))


INFERRED = Assignment(
    (TRAIL,),
    900,
    Origin.INFERRED,
    evidence=(
        Evidence(Signal.NODE, TRAIL, "/node_overrides/0", BAD, 500),
        Evidence(Signal.PATH, TRAIL, "/rules/0", "memory.", 400),
    ),
    scores=(Score(TRAIL, 900),),
)

LINES = (
    line(ODD, owner=BAD, tier=BAD, external=(BAD,), contracts=(BAD,), capabilities=(BAD,)),
    line(TYPES, owner="@core", tier="T1_critical", exports_total=4, exports_documented=1),
    line(
        FOLD, contracts=("fold@v1",), owner="@memory", tier="T2_important", assignment=INFERRED, internal=(TYPES, ODD)
    ),
)

FINDING = Finding("src/x.py", 3, 1, "AG701", Severity.WARNING, BAD, BAD, TYPES)

DETAIL = Detail(
    folder=BAD,
    manifest="build/manifests/x",
    authored={
        "owner": Authored("@memory", Position("manifests_src/memory/_defaults.yaml", 2)),
        "description": Authored(BAD, Position(BAD, 3)),
        "links": Authored({"runbook": "javascript:alert(1)", BAD: [BAD]}, Position("x.yaml", 4)),
    },
    summary=SourceSummary(
        PackageSummary(("Fold", BAD), (("unfold", True),), ("KEY",), f"{BAD}\n\nMore.", 1, 2),
        (),
        (),
        ("tests/t.py",),
        3,
    ),
    instead=BAD,
)

CHANGES = Changes(
    modules=(
        ModuleChange(TYPES, ChangeKind.ADDED, "", "b", None),
        ModuleChange(
            FOLD,
            ChangeKind.CHANGED,
            "a",
            "b",
            None,
            (FieldChange("/module/owner", BAD, '"@x"', ChangeCause.AUTHORED, BAD),),
        ),
        ModuleChange(ModuleId("memory/gone"), ChangeKind.REMOVED, "a", "", None),
    ),
    promotions=(Promotion(FOLD, (SUPPORTING,), (TRAIL,), (TRAIL,), "T2_important", 900, Origin.INFERRED),),
    unchanged=1,
)

PLAN = Plan(
    parent=3,
    parent_digest="d",
    modules=3,
    changes=CHANGES,
    classes=(
        ChangeClass("/module/owner", BAD, "*", ChangeCause.AUTHORED, 1, FOLD),
        ChangeClass("module", "module", "", ChangeCause.INVENTORY, 1, ModuleId("memory/gone")),
    ),
    canary=CanarySample(3, (FOLD, ModuleId("memory/gone")), (FOLD,), NO_DIGEST),
    inputs=(("policy/rules.json", "1" * 64),),
    outputs=NO_DIGEST,
    gates=(),
    distribution=(),
    parity=ParityCounts(1, 1, 0, 0, 0),
    size=1000,
)

REPORT: Mapping[str, object] = {
    "look_at": [{"why": "it is promoted to a star", "count": 1, "modules": [FOLD]}],
    "bound": [{"confidence": 95, "defects": 1, "population": 3, "per_mille": 334}],
}

EDGE = Edge(FOLD, TYPES, "__init__.py", 7, When.CALL)

MODEL = SiteModel(
    title=BAD,
    canon=CANON,
    lines=LINES,
    detail_of=lambda _: DETAIL,
    gates=(
        GateResult("source", Verdict.WARN, 3, 3, (FINDING,)),
        GateResult("parity", Verdict.NOT_APPLICABLE, 0, 0, reason=BAD),
    ),
    dependencies=Dependencies(
        tuple(each.module for each in LINES),
        (EDGE,),
        (Cycle((TYPES, FOLD), 2, (EDGE,), exact=True, at_load=False),),
        {FOLD: Reach(2, 0, 2, 0), TYPES: Reach(0, 1, 0, 1), ODD: Reach(0, 1, 0, 1)},
    ),
    rules={"/rules/0": Rule(Signal.PATH, TRAIL, BAD, "/rules/0", 31)},
    rules_path="rules/star_rules.json",
    baseline={FOLD: Entry(FOLD, NO_DIGEST, stars=(SUPPORTING,))},
    changes=CHANGES,
    plan=PlanView(PLAN, "f" * 64, "pending", BAD, "run doit approve", REPORT),
    trend=({"number": 1, "modules": 2, "stars": {"Supporting": 1}}, {"number": 2, "modules": 3, "coverage": BAD}),
    coverage={"totals": {"covered": 3, "eligible": 3}, "unowned": [BAD]},
    contract_coverage={
        "contracts": [{"id": "fold@v1", "path": "contracts/fold.json", "status": "broken"}],
        "tiers": {"T1_critical": {"covered": 0, "modules": 1}},
        "broken": [{"path": BAD}],
    },
)


class Page(HTMLParser):
    """One page as a parser reads it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self.policy = ""
        self.words = ""
        self.feed(data.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        self.tags.append(tag)
        self.handlers += [key for key in said if key.startswith("on") or key == "style"]
        self.addresses += [said[key] for key in ("href", "src") if key in said]
        if "id" in said:
            assert said["id"] not in self.ids, f"two elements are {said['id']}"
            self.ids.add(said["id"])
        if tag == "script":
            self.scripts.append(said.get("src", ""))
        if said.get("http-equiv") == "Content-Security-Policy":
            self.policy = said["content"]

    def handle_data(self, data: str) -> None:
        self.words += data


def whole_site(model: SiteModel = MODEL) -> dict[str, bytes]:
    return dict(site_files(model, dict.fromkeys(ASSETS, b"")))


def read_pages(files: Mapping[str, bytes]) -> dict[str, Page]:
    return {path: Page(data) for path, data in files.items() if path.endswith(".html")}


def broken_links(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    pages = read_pages(files)
    broken = []
    for path, page in pages.items():
        for address in page.addresses:
            if address.startswith("data:image/svg+xml,"):
                continue
            target, _, fragment = address.partition("#")
            to = normpath(join(dirname(path), target)) if target else path
            known = to in files and (not fragment or to == "index.html" or fragment in pages[to].ids)
            if not known:
                broken.append((path, address))
    return broken


def test_every_link_leads_to_a_file_of_the_site() -> None:
    assert broken_links(whole_site()) == []


def test_every_link_of_the_fleet_leads_to_a_file_of_its_site(fleet: Path) -> None:
    files = {path.relative_to(fleet).as_posix(): path.read_bytes() for path in fleet.rglob("*") if path.is_file()}

    assert len(files) > 100
    assert broken_links(files) == []


@pytest.mark.parametrize("path", sorted(read_pages(whole_site())))
def test_hostile_text_adds_no_element_and_no_handler(path: str) -> None:
    page = read_pages(whole_site())[path]

    assert page.handlers == []
    assert "img" not in page.tags
    assert "" not in page.scripts, "a script without a file"
    assert page.policy == POLICY
    assert not [
        each for each in page.addresses if each.partition(":")[0].strip().lower() in {"javascript", "http", "https"}
    ]
    assert "\u202e" not in page.words


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    said = dict(each.strip().split(" ", 1) for each in POLICY.split(";"))

    assert said["default-src"] == "'none'"
    assert {source for sources in said.values() for source in sources.split()} == {"'none'", "'self'", "data:"}
    assert said["script-src"] == said["style-src"] == "'self'"


def test_the_page_of_a_module_tells_what_info_tells() -> None:
    words = read_pages(whole_site())["modules/memory/fold.html"].words

    for told in (
        "memory/fold",
        "T2_important",
        "manifests_src/memory/_defaults.yaml:2",
        "inferred 0.90",
        "rules/star_rules.json:31",
        "+0.50",
        "core/types",
        "__init__.py:7 when called",
        "2 direct, 2 in all",
        "async unfold",
        "1 of 2",
        "tests/t.py",
        "More.",
        "/module/owner",
        "runbook: javascript:alert(1)",
        "fold@v1 broken",
    ):
        assert told in words


def test_the_findings_of_gates_are_on_the_page_of_their_module() -> None:
    pages = read_pages(whole_site())

    assert "AG701" in pages["modules/core/types.html"].words
    assert "AG701" not in pages["modules/memory/fold.html"].words


def test_the_plan_shows_classes_promotions_canary_and_what_it_proves() -> None:
    words = read_pages(whole_site())["plan.html"].words

    for told in (
        "pending",
        "on top of generation 3",
        "f" * 64,
        "/module/owner",
        "various",
        "inventory",
        "2 of 3 changed modules",
        "critical",
        "with 95 % confidence at most 1 of 3",
        "memory/gone",
        "doit approve",
    ):
        assert told in words


def test_a_plan_that_is_published_makes_room_for_what_came_since() -> None:
    since = Changes((ModuleChange(TYPES, ChangeKind.CHANGED, "a", "b", None),), (), 2)
    plan = PlanView(PLAN, "f" * 64, "spent", "published as generation 4", generation=4, holds=False)
    spent = replace(MODEL, changes=since, plan=plan)

    words = read_pages(whole_site(spent))["plan.html"].words

    assert "published as generation 4" in words
    assert "core/types" in words
    assert "memory/gone" not in words
    assert "Change classes" not in words


def test_without_a_plan_the_page_says_how_to_make_one() -> None:
    bare = SiteModel(title="bare", canon=CANON, lines=LINES, detail_of=lambda _: DETAIL)

    words = read_pages(whole_site(bare))["plan.html"].words

    assert "There is no plan" in words
    assert "doit plan" in words


def test_the_dashboard_shows_before_and_after_gates_coverage_and_trend() -> None:
    words = read_pages(whole_site())["dashboard.html"].words

    for told in (
        "66.6 %",
        "3 of 3",
        "parity",
        "T1 without tests",
        "smallest",
        "2 publications",
        "0 of 1",
        "promotion",
    ):
        assert told in words


def test_the_share_of_supporting_in_the_trend_is_told_as_a_share() -> None:
    trend = ({"number": 1, "modules": 73, "stars": {"Supporting": 45}},)
    words = read_pages(whole_site(replace(MODEL, trend=trend)))["dashboard.html"].words

    assert "61.6 % Supporting" in words
    assert "generation 1: 61.6 %" in words
    assert "of 1,000" not in words


def test_a_share_that_lacks_one_module_never_reads_as_all() -> None:
    assert share(1999, 2000) == "99.9 %"
    assert share(2000, 2000) == "100.0 %"
    assert share(0, 0) == "-"


def test_a_module_of_two_stars_is_drawn_in_its_first_and_counted_in_both() -> None:
    both = replace(LINES[1], assignment=Assignment((TRAIL, OTHER), 900, Origin.INFERRED))
    canon = Canon((*CANON.stars[:1], Star(OTHER, "*", "Other", "* Other"), *CANON.stars[1:]), ())
    files = whole_site(replace(MODEL, canon=canon, lines=(LINES[0], both, LINES[2])))
    data, pages = files["data/sky.js"].decode(), read_pages(files)

    assert '"star":[2,0,0]' in data
    assert '"also":{"1":[1]}' in data
    assert "Trail266.6 %" in pages["dashboard.html"].words
    assert "Other133.3 %" in pages["dashboard.html"].words
    assert "core/types" in pages["stars/~other.html"].words
    assert "Trail 1 Other 1" in pages["owners/-~~40~core.html"].words


def test_a_table_can_be_reached_by_keys_and_has_a_name() -> None:
    dashboard = whole_site()["dashboard.html"].decode()

    boxes = dashboard.count('<div class="scroll"')
    assert boxes > 5
    assert boxes == dashboard.count('<div class="scroll" tabindex="0" role="group" aria-label="Table: ')


def test_the_same_model_gives_the_same_bytes() -> None:
    assert whole_site() == whole_site()


def test_a_site_may_have_no_module_at_all() -> None:
    empty = SiteModel(title="empty", canon=CANON, lines=(), detail_of=lambda _: DETAIL)

    files = whole_site(empty)

    assert broken_links(files) == []
    assert b'"ids":[]' in files["data/sky.js"]
