"""The plan: made, written, read (SPEC section 10). Whether it may be published is told by `state`."""

from __future__ import annotations

from dataclasses import replace

from astrograph.engine.planning.derived import derived_plan
from astrograph.engine.planning.inputs import read_inputs, remember_inputs
from astrograph.engine.planning.staged import baseline, staged_changes, staged_entries
from astrograph.engine.planning.state import (
    CANARY_LIST,
    CANARY_REPORT,
    ApprovedPlan,
    PlanState,
    PlanStatus,
    approved_plan,
    changes_nothing,
    check_approval,
    plan_status,
    refusal,
    unapproved_status,
)
from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError, AstrographError
from astrograph.gates.registry import AFTER_ARTIFACTS, OF_THE_PLAN, Gate
from astrograph.model import limits
from astrograph.model.digests import Sha256, sha256
from astrograph.model.plan import Plan
from astrograph.publication.approval import LONGEST_HOURS
from astrograph.publication.document import decode_plan, encode_plan
from astrograph.store.files import read, write_atomically

__all__ = [
    "CANARY_LIST",
    "CANARY_REPORT",
    "LONGEST_HOURS",
    "ApprovedPlan",
    "PlanState",
    "PlanStatus",
    "approved_plan",
    "baseline",
    "changes_nothing",
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
    gates = [
        (gate.value, session.gates.result(gate).verdict.value)
        for gate in Gate
        if gate not in OF_THE_PLAN | AFTER_ARTIFACTS
    ]
    return replace(derived_plan(session), inputs=tuple(sorted(reading.inputs.items())), gates=tuple(sorted(gates)))


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
        return read(session.layout.absolute(path), limits.OUTPUT)
    except OSError:
        return None


def _fields(name: str, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for value in values[:5])
