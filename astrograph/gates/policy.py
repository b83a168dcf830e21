"""The gates over the policy files: pins, rules, and the ceiling rules set per module (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from astrograph.gates.registry import Gate
from astrograph.model.assignment import Origin
from astrograph.model.codes import finding
from astrograph.model.digests import Sha256
from astrograph.model.finding import Finding
from astrograph.model.gate import GateResult, judge
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.rules import Limits

_PINNED_KINDS = 4
"""Rules, exceptions, canon and schema (SPEC section 3)."""

_PIN = 'review the change, then run `doit pin --reason "..."`'


@dataclass(frozen=True, slots=True)
class PinCheck:
    """One policy file beside its pin.

    `kind` is `rules`, `exceptions`, `canon` or `schema`; `pinned` is None when there is no pin, `actual` when
    the file is not there or cannot be read.
    """

    kind: str
    path: str
    pinned: Sha256 | None
    actual: Sha256 | None


def pins_gate(checks: Sequence[PinCheck]) -> GateResult:
    """Judge whether rules, exceptions, canon and schema are the ones a person pinned.

    A file without a pin or without content has not been compared.
    """
    compared = {check.kind for check in checks if check.pinned is not None and check.actual is not None}
    problems = [problem for check in checks if (problem := _pin_problem(check)) is not None]
    return judge(Gate.PINS.value, compared=len(compared), expected=_PINNED_KINDS, findings=tuple(problems))


def _pin_problem(check: PinCheck) -> Finding | None:
    if check.pinned is None:
        actual = check.actual or "not readable"
        message = f"the {check.kind} file has no pin: pinned nothing, actual {actual}"
        return finding("AG515", message, path=check.path, fix=_PIN)
    if check.actual is None:
        message = f"the {check.kind} file is missing or cannot be read: pinned {check.pinned}, actual nothing"
        return finding("AG514", message, path=check.path, fix=f"restore {check.path}")
    if check.actual != check.pinned:
        message = f"the {check.kind} file does not match its pin: pinned {check.pinned}, actual {check.actual}"
        return finding("AG514", message, path=check.path, fix=f"{_PIN}; or restore {check.path}")
    return None


def rules_gate(lint_findings: Iterable[Finding], *, rules_count: int) -> GateResult:
    """Judge the findings of the rule lint, which has looked at `rules_count` rules."""
    return judge(
        Gate.RULES.value,
        compared=rules_count,
        expected=rules_count,
        findings=tuple(dict.fromkeys(lint_findings)),
    )


def ceiling_module_gate(
    lines: Iterable[LedgerLine], limits: Limits, *, expected: int, authored: str, rules_path: str
) -> GateResult:
    """Judge whether every module keeps to `max_stars_per_module`, whoever gave it its stars.

    `expected` is the number of modules in the inventory, `authored` the folder of authored facts.
    """
    problems: list[Finding] = []
    seen: set[ModuleId] = set()
    most = 0
    for line in lines:
        seen.add(line.module)
        count = len(line.assignment.stars)
        most = max(most, count)
        if count > limits.max_stars_per_module:
            problems.append(_too_many_stars(line, limits, authored=authored, rules_path=rules_path))
    return judge(
        Gate.CEILING_MODULE.value,
        compared=len(seen),
        expected=expected,
        findings=tuple(problems),
        notes=(("limit", limits.max_stars_per_module), ("most", most)),
    )


def _too_many_stars(line: LedgerLine, limits: Limits, *, authored: str, rules_path: str) -> Finding:
    stars = line.assignment.stars
    by_hand = line.assignment.origin is Origin.AUTHORED
    message = (
        f"module {line.module} has {len(stars)} stars ({', '.join(stars)}), the limit is {limits.max_stars_per_module}"
    )
    fix = (
        "keep the stars that matter most under `stars`, here or in the `_defaults.yaml` that states them"
        if by_hand
        else "run `doit` to assign the stars again under the limit"
    )
    path = f"{authored}/{line.module}.yaml" if by_hand else rules_path
    return finding("AG517", message, path=path, fix=fix, module=line.module)
