"""The artifacts that say what gates found: coverage, parity, ceilings (SPEC section 13)."""

from __future__ import annotations

from collections.abc import Mapping

from astrograph.audit.registry import Artifact
from astrograph.model.gate import GateResult

_CEILINGS = ("ceiling_run", "ceiling_star", "ceiling_module", "supporting_floor")


def coverage_document(result: GateResult) -> dict[str, object]:
    """The artifact of what is covered and what is not; everything the gate `coverage` counted and listed."""
    notes = dict(result.notes)
    return {
        "schema": Artifact.COVERAGE.schema,
        "totals": {"covered": _number(notes.pop("covered", 0)), "eligible": _number(notes.pop("eligible", 0))},
        **_verdict(result),
        **notes,
    }


def parity_document(result: GateResult) -> dict[str, object]:
    """The artifact of what became of owner, tier and contracts of every module in the baseline."""
    return {
        "schema": Artifact.PARITY.schema,
        "totals": {"compared": result.compared, "expected": result.expected, "violations": len(result.findings)},
        **_verdict(result),
        "authored_changes": _note(result, "authored_changes", {}),
        "baseline": _note(result, "baseline", 0),
        "removed": _note(result, "removed", []),
        "with_a_value": _note(result, "with_a_value", {}),
        "violations": [item.to_json() for item in result.findings],
        "known": [item.to_json() for item in result.known],
    }


def ceilings_document(results: Mapping[str, GateResult]) -> dict[str, object]:
    """The artifact of promotions against their limits; `results` are those of the three ceilings and the floor."""
    run = dict(results["ceiling_run"].notes) if "ceiling_run" in results else {}
    return {
        "schema": Artifact.CEILINGS.schema,
        "totals": {"promotions": _number(run.get("promotions", 0)), "forced": _number(run.get("forced", 0))},
        **{
            name: {**_verdict(results[name]), "numbers": dict(results[name].notes)}
            for name in _CEILINGS
            if name in results
        },
    }


def _verdict(result: GateResult) -> dict[str, object]:
    return {"verdict": result.verdict.value, "reason": result.reason}


def _note(result: GateResult, name: str, otherwise: object) -> object:
    return dict(result.notes).get(name, otherwise)


def _number(value: object) -> int:
    return value if type(value) is int else 0
