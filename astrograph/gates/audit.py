"""The gate that every audit artifact is there, and says what the ledger says (SPEC sections 9 and 13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from astrograph.formats.text import plural
from astrograph.gates.registry import Gate
from astrograph.model.artifact import ArtifactCheck, Total
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge


def audit_gate(checks: Iterable[ArtifactCheck], *, expected: int) -> GateResult:
    """Judge whether every artifact is present and sound and agrees with the ledger.

    `expected` is the number of artifacts there should be. Each total stands beside the same number counted anew.
    """
    problems: list[Finding] = []
    compared = totals = 0
    for check in checks:
        problem = _unusable(check)
        if problem is not None:
            problems.append(problem)
            continue
        compared += 1
        totals += len(check.totals)
        problems += [_disagreement(check, total) for total in check.totals if total.stated != total.counted]
    result = judge(
        Gate.AUDIT.value,
        compared=compared,
        expected=expected,
        findings=tuple(problems),
        notes=(("totals", totals),),
    )
    return replace(result, reason=result.reason or f"{plural(totals, 'total')} counted anew")


def _unusable(check: ArtifactCheck) -> Finding | None:
    if not check.present:
        return finding("AG414", f"{check.artifact} is missing", path=check.path, fix="run `doit`")
    if check.problem:
        return finding("AG414", f"{check.artifact} cannot be used: {check.problem}", path=check.path, fix="run `doit`")
    return None


def _disagreement(check: ArtifactCheck, total: Total) -> Finding:
    stated = "is missing" if total.stated is None else f"is {total.stated:,}"
    message = f"the total {total.name!r} of {check.artifact} {stated}, the ledger gives {total.counted:,}"
    return finding("AG415", message, path=check.path, fix="run `doit`")
