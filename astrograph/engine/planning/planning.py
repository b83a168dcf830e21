"""The plan: made, written, read (SPEC section 10). Whether it may be published is told by `plan_state`."""

from __future__ import annotations

from astrograph.engine.planning.inputs import read_inputs, remember_inputs
from astrograph.engine.planning.staged import baseline, outputs_of, staged_changes, staged_entries
from astrograph.engine.planning.state import (
    CANARY_LIST,
    CANARY_REPORT,
    ApprovedPlan,
    PlanState,
    PlanStatus,
    check_approval,
    plan_status,
    refusal,
    unapproved_status,
)
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, AstrographError
from astrograph.gates.registry import AFTER_ARTIFACTS, OF_THE_PLAN, Gate
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256, sha256
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.plan import ChangeKind, Changes, ParityCounts, Plan, StarCount
from astrograph.publication.approval import LONGEST_HOURS
from astrograph.publication.classes import classes_of
from astrograph.publication.document import decode_plan, encode_plan
from astrograph.publication.sampling import SIZE_UNIT, sample_of
from astrograph.store.files import read, write_atomically

__all__ = [
    "CANARY_LIST",
    "CANARY_REPORT",
    "LONGEST_HOURS",
    "ApprovedPlan",
    "PlanState",
    "PlanStatus",
    "baseline",
    "check_approval",
    "make_plan",
    "plan_status",
    "read_plan",
    "refusal",
    "staged_changes",
    "staged_entries",
    "unapproved_status",
    "write_plan",
]
"""What other parts ask about a plan, under one roof."""

_PARITY_FIELDS = ("owner", "tier", "contracts")

_EMPTY = frozenset({"", "null", "[]"})
"""How a value that went away reads in a change."""


def make_plan(session: Session) -> Plan:
    """The plan from the baseline to what is built, with every gate's verdict. Ask only after a build with gates.

    Raises UsageError for unknown critical ids, AstrographError when what is built does not cover every module, and
    ActionNeededError when files changed while the plan was made.
    """
    reading = read_inputs(session)
    if reading.moved:
        raise ActionNeededError(
            "source changed while the plan was made",
            fields=_fields("module", reading.moved),
            hint="run doit plan again",
        )
    after = staged_entries(session)
    if len(after) != len(session.survey.modules):
        raise AstrographError(
            "the ledgers do not cover every module",
            fields=(("modules", str(len(session.survey.modules))), ("ledger lines", str(len(after)))),
            hint="run doit, then doit plan again",
        )
    generations = session.generations
    current = generations.current()
    before = baseline(session)
    changes = staged_changes(session)
    space = session.workspace
    size = round(space.canary.size * SIZE_UNIT)
    return Plan(
        parent=None if current is None else current.number,
        parent_digest="" if current is None else current.digest,
        modules=len(after),
        changes=changes,
        classes=classes_of(changes.modules),
        canary=sample_of(
            changes.modules, before=before or {}, after=after, configured=space.canary.critical, size=size
        ),
        inputs=tuple(sorted(reading.inputs.items())),
        outputs=outputs_of(after),
        gates=tuple(
            sorted(
                (gate.value, session.gates.result(gate).verdict.value)
                for gate in Gate
                if gate not in OF_THE_PLAN | AFTER_ARTIFACTS
            )
        ),
        distribution=_distribution(session, before or {}, after),
        parity=_parity(session, before or {}, after, changes),
        size=size,
    )


def _distribution(
    session: Session, before: dict[ModuleId, Entry], after: dict[ModuleId, Entry]
) -> tuple[StarCount, ...]:
    old, new = _count(before), _count(after)
    return tuple(StarCount(star.id, old.get(star.id, 0), new.get(star.id, 0)) for star in session.policy.canon.stars)


def _count(entries: dict[ModuleId, Entry]) -> dict[StarId, int]:
    counts: dict[StarId, int] = {}
    for entry in entries.values():
        for star in entry.stars:
            counts[star] = counts.get(star, 0) + 1
    return counts


def _parity(
    session: Session, before: dict[ModuleId, Entry], after: dict[ModuleId, Entry], changes: Changes
) -> ParityCounts:
    placements = session.policy.placements
    pointers = tuple(placements[name].pointer for name in _PARITY_FIELDS if name in placements)
    fields = {change.module: change.fields for change in changes.modules if change.kind is ChangeKind.CHANGED}
    compared = unchanged = authored = 0
    for module, old in before.items():
        new = after.get(module)
        if new is None:
            continue
        compared += 1
        if (old.owner, old.tier, old.contracts) == (new.owner, new.tier, new.contracts):
            unchanged += 1
            continue
        touched = [
            item
            for item in fields.get(module, ())
            if any(f"{item.pointer}/".startswith(f"{pointer}/") for pointer in pointers)
        ]
        authored += bool(touched) and all(item.is_written(lost=item.after in _EMPTY) for item in touched)
    return ParityCounts(compared, unchanged, authored, compared - unchanged - authored, len(before) - compared)


# on disk


def read_plan(session: Session) -> Plan | None:
    """The plan on disk, None when there is none; raises DecodeError when it is no plan as we write it."""
    data = _bytes(session, session.layout.plan)
    return None if data is None else decode_plan(data)


def write_plan(session: Session, plan: Plan) -> Sha256:
    """Put a plan on disk and return its digest."""
    data = encode_plan(plan)
    digest = sha256(data)
    if _bytes(session, session.layout.plan) != data:
        write_atomically(session.layout.absolute(session.layout.plan), data, durable=True)
    remember_inputs(session, digest=digest)
    return digest


def _bytes(session: Session, path: str) -> bytes | None:
    try:
        return read(session.layout.absolute(path))
    except OSError:
        return None


def _fields(name: str, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for value in values[:5])
