"""Pins, rules and the ceiling of stars per module."""

from __future__ import annotations

import pytest
from support.ledger import bare_line

from astrograph.gates.policy import PinCheck, ceiling_module_gate, pins_gate, rules_gate
from astrograph.model.assignment import Assignment, Origin
from astrograph.model.canon import StarId
from astrograph.model.codes import finding
from astrograph.model.digests import Sha256, sha256
from astrograph.model.gate import GateResult, Verdict
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Limits

OLD, NEW = sha256(b"old"), sha256(b"new")
LIMITS = Limits(800, 200, 2, 55_000)
KINDS = ("rules", "exceptions", "canon", "schema")


def check(kind: str, pinned: Sha256 | None = OLD, actual: Sha256 | None = OLD) -> PinCheck:
    return PinCheck(kind, f"rules/{kind}.json", pinned, actual)


def with_rules(pinned: Sha256 | None, actual: Sha256 | None) -> list[PinCheck]:
    return [check("rules", pinned, actual), *map(check, KINDS[1:])]


def told(result: GateResult) -> list[tuple[str, str, str, str]]:
    return [(item.code, item.path, item.message, item.fix) for item in result.findings]


def test_four_files_that_match_their_pins_pass():
    result = pins_gate([check(kind) for kind in KINDS])
    assert (result.gate, result.verdict, result.compared, result.expected) == ("pins", Verdict.PASS, 4, 4)
    assert result.findings == ()


def test_a_changed_file_fails_with_both_digests_and_the_way_out():
    result = pins_gate(with_rules(OLD, NEW))
    assert (result.verdict, result.compared) == (Verdict.FAIL, 4)
    assert told(result) == [
        (
            "AG514",
            "rules/rules.json",
            f"the rules file does not match its pin: pinned {OLD}, actual {NEW}",
            'review the change, then run `doit pin --reason "..."`; or restore rules/rules.json',
        )
    ]


def test_a_file_without_a_pin_fails_and_is_not_compared():
    result = pins_gate(with_rules(None, NEW))
    assert (result.verdict, result.compared, result.reason) == (Verdict.FAIL, 3, "compared 3 of 4")
    assert told(result) == [
        (
            "AG515",
            "rules/rules.json",
            f"the rules file has no pin: pinned nothing, actual {NEW}",
            'review the change, then run `doit pin --reason "..."`',
        )
    ]


def test_a_missing_file_fails_and_is_not_compared():
    result = pins_gate(with_rules(OLD, None))
    assert (result.verdict, result.compared) == (Verdict.FAIL, 3)
    assert told(result)[0][:3] == (
        "AG514",
        "rules/rules.json",
        f"the rules file is missing or cannot be read: pinned {OLD}, actual nothing",
    )


def test_neither_file_nor_pin_fails():
    result = pins_gate(with_rules(None, None))
    assert [item.code for item in result.findings] == ["AG515"]
    assert result.verdict is Verdict.FAIL


@pytest.mark.parametrize("checks", [[], [check("rules")], [check("rules")] * 4])
def test_fewer_than_four_kinds_fail(checks: list[PinCheck]):
    assert pins_gate(checks).verdict is Verdict.FAIL


def test_rules_without_a_finding_pass():
    result = rules_gate((), rules_count=40)
    assert (result.gate, result.verdict, result.compared, result.expected) == ("rules", Verdict.PASS, 40, 40)


def test_a_lint_warning_warns_and_a_lint_error_fails():
    warning = finding("AG506", "matches nothing", path="rules/star_rules.json", line=4)
    error = finding("AG501", "does not compile", path="rules/star_rules.json", line=9)
    assert rules_gate([warning], rules_count=2).verdict is Verdict.WARN
    assert rules_gate([warning, error], rules_count=2).verdict is Verdict.FAIL
    assert rules_gate([warning, warning], rules_count=2).findings == (warning,)


def test_no_rules_at_all_fail():
    assert rules_gate((), rules_count=0).verdict is Verdict.FAIL


def with_stars(module: str, *stars: str, origin: Origin = Origin.INFERRED) -> LedgerLine:
    return bare_line(module, assignment=Assignment(tuple(map(StarId, stars)), 1000, origin))


def ceiling(lines: list[LedgerLine], expected: int) -> GateResult:
    return ceiling_module_gate(
        lines, LIMITS, expected=expected, authored="manifests_src", rules_path="rules/star_rules.json"
    )


def test_modules_at_the_limit_pass():
    result = ceiling([with_stars("a", "Trail", "Watch"), with_stars("b", "Flow")], 2)
    assert (result.gate, result.verdict, result.compared) == ("ceiling_module", Verdict.PASS, 2)
    assert dict(result.notes) == {"limit": 2, "most": 2}


def test_a_module_above_the_limit_fails():
    result = ceiling([with_stars("a", "Trail", "Watch", "Flow")], 1)
    assert result.verdict is Verdict.FAIL
    assert told(result) == [
        (
            "AG517",
            "rules/star_rules.json",
            "module a has 3 stars (Trail, Watch, Flow), the limit is 2",
            "run `doit` to assign the stars again under the limit",
        )
    ]


def test_stars_given_by_a_person_are_mended_where_they_are_written():
    result = ceiling([with_stars("m/a", "Trail", "Watch", "Flow", origin=Origin.AUTHORED)], 1)
    assert [(item.path, item.module) for item in result.findings] == [("manifests_src/m/a.yaml", "m/a")]


@pytest.mark.parametrize("lines", [[], [with_stars("a", "Trail")], [with_stars("a", "Trail")] * 2])
def test_a_ledger_that_lacks_modules_fails(lines: list[LedgerLine]):
    assert ceiling(lines, 2).verdict is Verdict.FAIL


def test_an_empty_ledger_of_an_empty_inventory_fails():
    assert ceiling([], 0).verdict is Verdict.FAIL
