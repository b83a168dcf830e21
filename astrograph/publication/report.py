"""The canary as documents: its list, and the report that a person approves (SPEC sections 10 and 13).

Both are functions of the plan alone, so that they are the same bytes whoever writes them, and stay what they were
approved as while the plan stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from astrograph.formats.canonical_json import encode
from astrograph.model.digests import Sha256
from astrograph.model.facts import Tier
from astrograph.model.ids import ModuleId, stratum_of
from astrograph.model.plan import CanarySample, ChangeCause, ChangeKind, Changes, ModuleChange, ParityCounts, Plan
from astrograph.publication.bound import Bound, bounds_of
from astrograph.publication.document import change_document, parity_document, plan_digest, promotion_document
from astrograph.publication.sampling import strata_of

SCHEMA = "astrograph.canary-report/1"

SHOWN = 20
"""So many modules are named for each reason to look; the rest are counted."""


class CanaryStatus(StrEnum):
    """What a report is good for: `PARTIAL` is a look before everything is built, and can not be approved."""

    NO_PLAN = "NO_PLAN"
    PARTIAL = "PARTIAL"
    PENDING_APPROVAL = "PENDING_APPROVAL"


def canary_list_text(sample: CanarySample | None) -> bytes:
    """The ids of the sample, one a line, in id order; nothing without a plan."""
    return b"" if sample is None else "".join(f"{module}\n" for module in sample.modules).encode()


def canary_report(plan: Plan | None) -> bytes:
    """The canonical bytes of the report on a plan's canary."""
    if plan is None:
        return encode(_document(_NOTHING, changed=(), status=CanaryStatus.NO_PLAN, digest=""))
    return encode(report_document(plan))


def report_document(plan: Plan) -> dict[str, object]:
    """The report on a plan's canary as a JSON value."""
    changed = [change.module for change in plan.changes.modules]
    return _document(plan, changed=changed, status=CanaryStatus.PENDING_APPROVAL, digest=plan_digest(plan))


def partial_report(preview: Plan, *, modules: Iterable[ModuleId]) -> bytes:
    """The report on a sample of all modules, drawn before there was a plan.

    `preview` holds what is known of the sample alone; `modules` are all that it was drawn from.
    """
    return encode(_document(preview, changed=tuple(modules), status=CanaryStatus.PARTIAL, digest=""))


def sample_bounds(plan: Plan, changed: Iterable[ModuleId]) -> tuple[Bound, ...]:
    """What a clean sample of this size proves of everything it was drawn from."""
    strata = strata_of(changed, plan.canary)
    return bounds_of(
        ((stratum.population, stratum.chosen) for stratum in strata.values()), population=plan.canary.population
    )


def _document(plan: Plan, *, changed: Iterable[ModuleId], status: CanaryStatus, digest: str) -> dict[str, object]:
    population = tuple(changed)
    sample = set(plan.canary.modules)
    looked_at = [change for change in plan.changes.modules if change.module in sample]
    return {
        "schema": SCHEMA,
        "status": status.value,
        "plan": digest,
        "population": plan.canary.population,
        "sample": len(plan.canary.modules),
        "critical": list(plan.canary.critical),
        "size": plan.size,
        "outputs": plan.canary.outputs,
        "strata": _strata(population, sample),
        "bound": [
            {
                "confidence": bound.confidence,
                "defects": bound.defects,
                "population": bound.population,
                "per_mille": _per_mille(bound),
            }
            for bound in sample_bounds(plan, population)
        ],
        "distribution": [{"star": item.star, "before": item.before, "after": item.after} for item in plan.distribution],
        "parity": parity_document(plan.parity),
        "gates": dict(plan.gates),
        "promotions": [promotion_document(item) for item in plan.changes.promotions if item.module in sample],
        "look_at": [
            {"why": why, "count": len(modules), "modules": list(modules[:SHOWN])}
            for why, modules in reasons_to_look(plan)
        ],
        "modules": [change_document(change) for change in looked_at],
    }


def _per_mille(bound: Bound) -> int:
    """The share of possible defects in thousandths, rounded up: never better than it is."""
    share = bound.share * 1000
    return -(-share.numerator // share.denominator)


def _strata(changed: tuple[ModuleId, ...], sample: set[ModuleId]) -> list[dict[str, object]]:
    counts: dict[str, list[int]] = {}
    for module in changed:
        count = counts.setdefault(stratum_of(module), [0, 0])
        count[0] += 1
        count[1] += module in sample
    return [{"stratum": name, "changed": total, "sampled": drawn} for name, (total, drawn) in sorted(counts.items())]


def reasons_to_look(plan: Plan) -> list[tuple[str, tuple[ModuleId, ...]]]:
    """Why a person should look at modules of the sample, most alarming first; reasons that hold for none are left out.

    One module may be there for several reasons.
    """
    sample = set(plan.canary.modules)
    promoted = {item.module for item in plan.changes.promotions}
    changes = [change for change in plan.changes.modules if change.module in sample]
    reasons: list[tuple[str, Callable[[ModuleChange], bool]]] = [
        ("nothing tells why it changed", lambda change: _caused(change, ChangeCause.UNKNOWN)),
        ("it is removed", lambda change: change.kind is ChangeKind.REMOVED),
        ("it is T1_critical", lambda change: change.tier == Tier.T1),
        ("it is promoted to a star", lambda change: change.module in promoted),
        ("a change of policy changes it", lambda change: _caused(change, ChangeCause.POLICY)),
        ("another version of this program changes it", lambda change: _caused(change, ChangeCause.TOOL)),
        ("people decided otherwise", lambda change: _caused(change, ChangeCause.AUTHORED)),
    ]
    found = [(why, tuple(change.module for change in changes if holds(change))) for why, holds in reasons]
    return [(why, modules) for why, modules in found if modules]


def _caused(change: ModuleChange, cause: ChangeCause) -> bool:
    return any(item.cause is cause for item in change.fields)


def _nothing() -> Plan:
    return Plan(
        parent=None,
        parent_digest="",
        modules=0,
        changes=Changes((), (), 0),
        classes=(),
        canary=CanarySample(0, (), (), Sha256("")),
        inputs=(),
        outputs=Sha256(""),
        gates=(),
        distribution=(),
        parity=ParityCounts(0, 0, 0, 0, 0),
        size=0,
    )


_NOTHING = _nothing()
