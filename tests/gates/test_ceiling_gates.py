"""At the limit passes, one above fails: per run, per star, per module, and at the floor."""

from __future__ import annotations

import pytest
from support.ledger import bare_line

from astrograph.gates.ceilings import ceiling_run_gate, ceiling_star_gate, supporting_floor_gate
from astrograph.gates.policy import ceiling_module_gate
from astrograph.model.assignment import Assignment, Origin
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.digests import sha256
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Promotion
from astrograph.model.rules import Limits

TRAIL, WATCH = StarId("Trail"), StarId("Watch")
RULES = "rules/star_rules.json"


def limits(*, run: int = 800, star: int = 200, module: int = 2, floor: int = 55_000) -> Limits:
    return Limits(run, star, module, floor)


def promotion(module: str, *gained: StarId, origin: Origin = Origin.INFERRED) -> Promotion:
    stars = gained or (TRAIL,)
    return Promotion(ModuleId(module), (SUPPORTING,), stars, stars, None, 900, origin)


def line(module: str, *stars: StarId) -> LedgerLine:
    return bare_line(module, assignment=Assignment(stars, 0, Origin.INFERRED)) if stars else bare_line(module)


def lines(supporting: int, others: int) -> list[LedgerLine]:
    return [line(f"s{n}") for n in range(supporting)] + [line(f"t{n}", TRAIL) for n in range(others)]


def baseline(supporting: int, others: int) -> dict[ModuleId, Entry]:
    found = {f"s{n}": (SUPPORTING,) for n in range(supporting)} | {f"t{n}": (TRAIL,) for n in range(others)}
    return {ModuleId(name): Entry(ModuleId(name), sha256(b""), stars=stars) for name, stars in found.items()}


def codes(result: GateResult) -> list[str]:
    return [item.code for item in result.findings]


# ── a run ─────────────────────────────────────────────────────────────────────


def run_gate(count: int, limit: int, *, compared: int = 10, expected: int = 10) -> GateResult:
    promotions = [promotion(f"m{n}") for n in range(count)]
    return ceiling_run_gate(promotions, limits(run=limit), compared=compared, expected=expected, rules_path=RULES)


@pytest.mark.parametrize(
    ("count", "limit", "verdict"), [(3, 3, "pass"), (4, 3, "fail"), (0, 0, "pass"), (1, 0, "fail")]
)
def test_a_run_may_promote_as_many_as_the_limit_and_not_one_more(count: int, limit: int, verdict: str):
    assert run_gate(count, limit).verdict == verdict


def test_a_run_above_the_limit_says_both_numbers_and_some_names():
    result = run_gate(7, 3)
    assert [(item.code, item.path, item.message) for item in result.findings] == [
        ("AG408", RULES, "7 modules are promoted, the limit is 3: m0, m1, m2, m3, m4 and 2 more")
    ]


def test_forced_promotions_count_like_any_other():
    forced = [promotion("a", origin=Origin.FORCED), promotion("b")]
    result = ceiling_run_gate(forced, limits(run=1), compared=2, expected=2, rules_path=RULES)
    assert (result.verdict, dict(result.notes)) == (Verdict.FAIL, {"forced": 1, "limit": 1, "promotions": 2})


def test_a_run_that_did_not_see_every_module_fails():
    result = run_gate(0, 3, compared=9)
    assert (result.verdict, result.reason) == (Verdict.FAIL, "compared 9 of 10")


# ── a star ────────────────────────────────────────────────────────────────────


def star_gate(*promotions: Promotion, limit: int) -> GateResult:
    return ceiling_star_gate(
        promotions, limits(star=limit), stars=[TRAIL, WATCH, SUPPORTING], compared=5, expected=5, rules_path=RULES
    )


@pytest.mark.parametrize(("limit", "verdict"), [(2, "pass"), (1, "fail")])
def test_a_star_may_gain_as_many_as_the_limit_and_not_one_more(limit: int, verdict: str):
    assert star_gate(promotion("a"), promotion("b"), promotion("c", WATCH), limit=limit).verdict == verdict


def test_only_the_star_above_its_limit_is_named():
    result = star_gate(promotion("a"), promotion("b"), promotion("c", WATCH), limit=1)
    assert [(item.code, item.message) for item in result.findings] == [
        ("AG409", "2 modules are promoted to Trail, the limit is 1: a, b")
    ]
    assert dict(result.notes) == {"limit": 1, "promotions": {"Trail": 2, "Watch": 1, "Supporting": 0}}


def test_a_module_with_two_new_stars_counts_for_each():
    result = star_gate(promotion("a", TRAIL, WATCH), promotion("b", WATCH), limit=1)
    assert [item.message.split(",")[0] for item in result.findings] == ["2 modules are promoted to Watch"]


def test_a_star_that_the_canon_lacks_is_counted_too():
    assert star_gate(promotion("a", StarId("Odd")), promotion("b", StarId("Odd")), limit=1).verdict is Verdict.FAIL


# ── a module ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("limit", "verdict"), [(2, "pass"), (1, "fail")])
def test_a_module_may_have_as_many_stars_as_the_limit_and_not_one_more(limit: int, verdict: str):
    result = ceiling_module_gate(
        [line("a", TRAIL, WATCH)], limits(module=limit), expected=1, authored="manifests_src", rules_path=RULES
    )
    assert result.verdict == verdict


# ── the floor ─────────────────────────────────────────────────────────────────


def floor_gate(
    staged: list[LedgerLine], before: dict[ModuleId, Entry] | None = None, *, floor: int = 55_000
) -> GateResult:
    return supporting_floor_gate(staged, before, limits(floor=floor), expected=len(staged), rules_path=RULES)


@pytest.mark.parametrize(
    ("supporting", "others", "verdict"), [(55, 45, "pass"), (54, 46, "fail"), (11, 9, "pass"), (1_099, 901, "fail")]
)
def test_exactly_the_floor_is_enough_and_one_module_less_is_not(supporting: int, others: int, verdict: str):
    assert floor_gate(lines(supporting, others)).verdict == verdict


@pytest.mark.parametrize("floor", range(101))
def test_no_floor_is_missed_by_rounding(floor: int):
    assert floor_gate(lines(floor, 100 - floor), floor=floor * 1000).verdict is Verdict.PASS


def test_one_module_short_never_reads_as_the_floor():
    message = floor_gate(lines(1_099, 901)).findings[0].message
    assert message == "54.9 % of 2,000 modules are Supporting, the floor is 55.0 %"


def test_a_floor_that_was_broken_before_warns_and_this_run_is_not_blamed():
    result = floor_gate(lines(5, 5), baseline(5, 5))
    assert (result.verdict, codes(result)) == (Verdict.WARN, ["AG411"])
    assert result.findings[0].message.endswith("the floor is 55.0 %, as 50.0 % of what is published")


def test_a_floor_that_was_broken_before_and_is_better_now_warns():
    assert codes(floor_gate(lines(54, 46), baseline(5, 5))) == ["AG411"]


def test_a_floor_that_was_broken_before_and_is_worse_now_fails():
    assert codes(floor_gate(lines(49, 51), baseline(5, 5))) == ["AG410"]


def test_a_floor_that_held_before_fails():
    assert codes(floor_gate(lines(54, 46), baseline(55, 45))) == ["AG410"]


def test_a_baseline_whose_stars_nobody_knows_excuses_nothing():
    unknown = {ModuleId("a"): Entry(ModuleId("a"), sha256(b""))}
    assert codes(floor_gate(lines(1, 1), unknown)) == ["AG410"]


def test_supporting_beside_another_star_is_not_supporting_alone():
    assert floor_gate([line("a", SUPPORTING, TRAIL)]).verdict is Verdict.FAIL


def test_a_floor_over_no_module_compares_nothing():
    assert floor_gate([]).verdict is Verdict.FAIL
