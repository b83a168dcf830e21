"""What a gate says: a verdict, what it compared, and its findings (SPEC section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from astrograph.model.finding import Finding, Severity


class Verdict(StrEnum):
    """The verdict of a gate. `N/A` always comes with a reason."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True, slots=True, order=True)
class KnownViolation:
    """One entry of the ratchet: findings of `code` about `module` are known, and why; `line` is where it says so."""

    code: str
    module: str
    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True, order=True)
class KnownFinding:
    """A finding that the ratchet knows: it is shown, and does not count for the verdict."""

    finding: Finding
    reason: str

    def to_json(self) -> dict[str, object]:
        """The finding as a JSON object, with the reason it is known for."""
        return {**self.finding.to_json(), "known": self.reason}

    @classmethod
    def from_json(cls, data: dict[str, object]) -> KnownFinding:
        """The inverse of `to_json`; raises KeyError or ValueError on anything else."""
        return cls(Finding.from_json(data), str(data["known"]))


@dataclass(frozen=True, slots=True)
class GateResult:
    """The outcome of one gate: `compared` of `expected` things were looked at.

    `notes` are facts to read beside the verdict (counts, lists), sorted by name, JSON values. `known` are findings
    that the ratchet knows; they are not among `findings`.
    """

    gate: str
    verdict: Verdict
    compared: int
    expected: int
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[tuple[str, object], ...] = ()
    known: tuple[KnownFinding, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The result as a JSON object."""
        return {
            "gate": self.gate,
            "verdict": self.verdict.value,
            "compared": self.compared,
            "expected": self.expected,
            "reason": self.reason,
            "notes": dict(self.notes),
            "findings": [finding.to_json() for finding in self.findings],
            "known": [item.to_json() for item in self.known],
        }

    @classmethod
    def from_json(cls, data: object) -> GateResult:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on anything else."""
        if not isinstance(data, dict):
            raise TypeError("a gate result must be an object")
        findings, notes, known = data["findings"], data["notes"], data["known"]
        if not isinstance(findings, list) or not isinstance(notes, dict) or not isinstance(known, list):
            raise TypeError("findings and known must be lists and notes an object")
        return cls(
            gate=str(data["gate"]),
            verdict=Verdict(str(data["verdict"])),
            compared=int(str(data["compared"])),
            expected=int(str(data["expected"])),
            findings=tuple(Finding.from_json(item) for item in findings),
            reason=str(data["reason"]),
            notes=tuple(notes.items()),
            known=tuple(KnownFinding.from_json(item) for item in known),
        )


def judge(
    gate: str,
    *,
    compared: int,
    expected: int,
    findings: tuple[Finding, ...] = (),
    notes: tuple[tuple[str, object], ...] = (),
) -> GateResult:
    """The verdict the counts and findings call for: comparing less than expected fails, and so does any error."""
    reason = ""
    if compared < expected or expected == 0:
        verdict = Verdict.FAIL
        reason = f"compared {compared} of {expected}"
    elif any(finding.severity is Severity.ERROR for finding in findings):
        verdict = Verdict.FAIL
    elif findings:
        verdict = Verdict.WARN
    else:
        verdict = Verdict.PASS
    return GateResult(
        gate=gate,
        verdict=verdict,
        compared=compared,
        expected=expected,
        findings=tuple(sorted(findings)),
        reason=reason,
        notes=tuple(sorted(notes)),
    )


def not_applicable(gate: str, reason: str, *, notes: tuple[tuple[str, object], ...] = ()) -> GateResult:
    """The result of a gate that has nothing to judge yet, and why."""
    return GateResult(gate, Verdict.NOT_APPLICABLE, 0, 0, reason=reason, notes=tuple(sorted(notes)))


def acknowledge(result: GateResult, ratchet: Mapping[tuple[str, str], str]) -> GateResult:
    """Set the findings aside that the ratchet knows, and judge by the others.

    `ratchet` maps (code, module) to the reason. Only findings can be known: a gate that compared less than it should
    fails as before, and so does one that fails for no finding.
    """
    known = [item for item in result.findings if item.module and (item.code, item.module) in ratchet]
    if not known:
        return result
    rest = tuple(item for item in result.findings if not (item.module and (item.code, item.module) in ratchet))
    verdict = result.verdict
    if verdict in {Verdict.FAIL, Verdict.WARN} and result.compared >= result.expected > 0:
        verdict = judge(result.gate, compared=1, expected=1, findings=rest).verdict
    return replace(
        result,
        verdict=verdict,
        findings=rest,
        known=tuple(KnownFinding(item, ratchet[item.code, item.module]) for item in known),
    )
