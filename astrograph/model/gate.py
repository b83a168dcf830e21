"""What a gate says: a verdict, what it compared, and its findings (SPEC section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from astrograph.model.finding import Finding, Severity


class Verdict(StrEnum):
    """The verdict of a gate. `N/A` always comes with a reason."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True, slots=True)
class GateResult:
    """The outcome of one gate: `compared` of `expected` things were looked at.

    `notes` are facts to read beside the verdict (counts, lists), sorted by name, JSON values.
    """

    gate: str
    verdict: Verdict
    compared: int
    expected: int
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[tuple[str, object], ...] = ()

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
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> GateResult:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on anything else."""
        findings, notes = data["findings"], data["notes"]
        if not isinstance(findings, list) or not isinstance(notes, dict):
            raise TypeError("findings must be a list and notes an object")
        return cls(
            gate=str(data["gate"]),
            verdict=Verdict(str(data["verdict"])),
            compared=int(str(data["compared"])),
            expected=int(str(data["expected"])),
            findings=tuple(Finding.from_json(item) for item in findings),
            reason=str(data["reason"]),
            notes=tuple(notes.items()),
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
