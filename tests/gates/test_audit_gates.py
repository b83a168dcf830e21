"""Every artifact is there, and says what the ledger says."""

from __future__ import annotations

import pytest

from astrograph.gates.audit import audit_gate
from astrograph.model.artifact import ArtifactCheck, Total
from astrograph.model.gate import GateResult, Verdict


def check(name: str, *totals: Total, present: bool = True, problem: str = "") -> ArtifactCheck:
    return ArtifactCheck(name, f"build/audit/{name}", present, problem, totals)


def codes(result: GateResult) -> list[tuple[str, str]]:
    return [(item.code, item.path) for item in result.findings]


def test_artifacts_that_agree_with_the_ledger_pass():
    result = audit_gate([check("a.json", Total("modules", 73, 73)), check("b.csv", Total("rows", 0, 0))], expected=2)
    assert (result.verdict, result.compared, result.expected) == (Verdict.PASS, 2, 2)
    assert result.reason == "2 totals counted anew"


@pytest.mark.parametrize("stated", [72, 74, None])
def test_a_total_that_is_another_fails(stated: int | None):
    result = audit_gate([check("a.json", Total("modules", stated, 73))], expected=1)
    assert (result.verdict, codes(result)) == (Verdict.FAIL, [("AG415", "build/audit/a.json")])


@pytest.mark.parametrize("broken", [{"present": False}, {"problem": "it is not JSON"}])
def test_an_artifact_that_is_not_there_or_not_readable_fails_and_was_not_compared(broken: dict[str, object]):
    result = audit_gate([check("a.json"), check("b.json", **broken)], expected=2)
    assert (result.verdict, result.compared, codes(result)) == (Verdict.FAIL, 1, [("AG414", "build/audit/b.json")])


def test_an_artifact_that_nobody_looked_at_fails():
    assert audit_gate([check("a.json")], expected=2).verdict is Verdict.FAIL
    assert audit_gate([], expected=0).verdict is Verdict.FAIL
