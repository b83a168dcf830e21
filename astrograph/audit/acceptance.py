"""Every gate, and every criterion with what speaks for it (SPEC section 13)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from astrograph.audit.distribution import BAND
from astrograph.audit.findings import why_it_stands
from astrograph.audit.registry import Artifact
from astrograph.model.gate import GateResult, Verdict


class Met(StrEnum):
    """How a criterion stands. `NOT_YET` is for what nothing can be said of before there is a plan or a publication."""

    MET = "met"
    NOT_MET = "not met"
    NOT_YET = "not yet"


class Criterion(NamedTuple):
    """One criterion, the gates that judge it and the artifacts to read about it."""

    name: str
    gates: tuple[str, ...]
    artifacts: tuple[Artifact, ...] = ()


DISTRIBUTION = "55 to 70 % of the modules are Supporting"

CRITERIA = (
    Criterion("policy files match their pins", ("pins",), (Artifact.DIGESTS,)),
    Criterion("manifests are made under the pinned policy and are what their inputs give", ("pins", "roundtrip")),
    Criterion("the manifest schema is locked", ("pins", "schema")),
    Criterion("canon, rules and schema agree", ("canon",)),
    Criterion("the rules have no error", ("rules",), (Artifact.RULE_HITS,)),
    Criterion("every manifest is valid", ("schema",)),
    Criterion("every manifest survives reading and writing", ("roundtrip",)),
    Criterion("authored facts are valid and complete", ("authored", "source")),
    Criterion("contracts are valid, and every T1 module has one", ("contracts",), (Artifact.CONTRACT_COVERAGE,)),
    Criterion("owner, tier and contracts are kept", ("parity",), (Artifact.PARITY,)),
    Criterion(
        "promotions stay within their limits",
        ("ceiling_run", "ceiling_star", "ceiling_module"),
        (Artifact.CEILINGS, Artifact.PROMOTIONS),
    ),
    Criterion("Supporting stays above its floor", ("supporting_floor",), (Artifact.CEILINGS,)),
    Criterion(DISTRIBUTION, ("supporting_floor",), (Artifact.STARS_AFTER, Artifact.CONSTELLATION)),
    Criterion("enough modules are covered", ("coverage",), (Artifact.COVERAGE,)),
    Criterion("no legacy path, no broken one", ("paths",)),
    Criterion("the canary is approved", ("canary",), (Artifact.CANARY_REPORT, Artifact.APPROVAL)),
    Criterion("what is published is what was published", ("drift",), (Artifact.DIGESTS,)),
    Criterion("there is a generation to go back to, whole", ("rollback",), (Artifact.DIGESTS,)),
    Criterion("known violations only shrink", ("ratchet",)),
    Criterion("every artifact is there and agrees with the ledger", ("audit",), (Artifact.REPORT,)),
)
"""Every criterion, in the order of a publication."""


_OPTIONAL = frozenset({"ratchet"})
"""Gates that have nothing to judge where nothing is wrong."""


class Judged(NamedTuple):
    """A criterion as it stands, and the reason in words."""

    criterion: Criterion
    met: Met
    why: str


def judge_criteria(results: Sequence[GateResult], *, approved: bool) -> tuple[Judged, ...]:
    """Every criterion in the light of what the gates say; `approved` tells that what is published was approved."""
    by_name = {result.gate: result for result in results}
    return tuple(_judged(criterion, by_name, approved=approved) for criterion in CRITERIA)


def _judged(criterion: Criterion, results: Mapping[str, GateResult], *, approved: bool) -> Judged:
    if criterion.name == DISTRIBUTION:
        return _distribution(criterion, results)
    optional = _OPTIONAL | ({"canary"} if approved else frozenset())
    asked = [results[name] for name in criterion.gates if name in results]
    missing = [name for name in criterion.gates if name not in results]
    failing = [result for result in asked if result.verdict is Verdict.FAIL]
    idle = [result for result in asked if result.verdict is Verdict.NOT_APPLICABLE]
    waiting = [result for result in idle if result.gate not in optional]
    if missing or failing:
        said = [*(f"{name}: no result" for name in missing), *map(_why, failing)]
        return Judged(criterion, Met.NOT_MET, "; ".join(said))
    if waiting:
        return Judged(criterion, Met.NOT_YET, "; ".join(map(_why, waiting)))
    return Judged(criterion, Met.MET, "; ".join(map(_why, asked)))


def _why(result: GateResult) -> str:
    return f"{result.gate}: {why_it_stands(result)}"


def _distribution(criterion: Criterion, results: Mapping[str, GateResult]) -> Judged:
    floor = results.get("supporting_floor")
    supporting = None if floor is None else dict(floor.notes).get("supporting")
    if floor is None or type(supporting) is not int or not floor.compared:
        return Judged(criterion, Met.NOT_YET, "nothing was counted")
    low, high = BAND
    inside = low * floor.compared <= supporting * 1000 <= high * floor.compared
    return Judged(
        criterion, Met.MET if inside else Met.NOT_MET, f"{supporting:,} of {floor.compared:,} modules are Supporting"
    )


def acceptance_document(results: Sequence[GateResult], *, approved: bool) -> dict[str, object]:
    """The artifact."""
    verdicts = Counter(result.verdict for result in results)
    judged = judge_criteria(results, approved=approved)
    return {
        "schema": Artifact.ACCEPTANCE.schema,
        "totals": {
            "gates": len(results),
            **{verdict.name.lower(): verdicts[verdict] for verdict in Verdict},
            "criteria": len(judged),
            "criteria_met": sum(item.met is Met.MET for item in judged),
        },
        "verdict": "fail" if verdicts[Verdict.FAIL] else "pass",
        "gates": [
            {
                "gate": result.gate,
                "verdict": result.verdict.value,
                "compared": result.compared,
                "expected": result.expected,
                "reason": result.reason,
                "findings": len(result.findings),
                "known": len(result.known),
            }
            for result in results
        ],
        "criteria": [
            {
                "criterion": item.criterion.name,
                "met": item.met.value,
                "why": item.why,
                "gates": list(item.criterion.gates),
                "artifacts": [artifact.value for artifact in item.criterion.artifacts],
            }
            for item in judged
        ],
    }
