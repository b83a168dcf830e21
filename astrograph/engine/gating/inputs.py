"""What each gate reads, as one digest: equal to the one its result was made from, the result still holds."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from astrograph.audit.registry import DATA as ARTIFACTS
from astrograph.engine.ledger import node_is_fresh
from astrograph.gates.registry import AFTER_ARTIFACTS, AFTER_GATES, Gate
from astrograph.model.digests import NOTHING, Fingerprint, combine
from astrograph.store.state import Table, Write
from astrograph.store.traces import NodeTrace

if TYPE_CHECKING:
    from astrograph.engine.gating.values import ChangeValues
    from astrograph.engine.session import Session

JUDGED_BY_RATCHET = tuple(gate for gate in Gate if gate not in AFTER_GATES | AFTER_ARTIFACTS)
"""The gates whose findings the ratchet may know: no artifact is a module's."""


class GateInputs:
    """The inputs of the gates of one session.

    `plan_is_idle` is set once the gate over the plan has found that there is none, or that it is spent.
    """

    def __init__(self, session: Session, values: ChangeValues) -> None:
        self.session = session
        self.survey = session.survey
        self.policy = session.survey.policy
        self.workspace = session.workspace
        self.state = session.state
        self.layout = session.layout
        self.ledgers = session.ledgers
        self.values = values
        self.plan_is_idle = False

    def is_fresh(self, gate: Gate, writes: list[Write]) -> bool:
        """Whether the result on disk is what the gate would say now."""
        if gate in AFTER_GATES and not all(self.is_fresh(other, writes) for other in JUDGED_BY_RATCHET):
            return False
        path = self.layout.absolute(self.layout.gate(gate))
        return node_is_fresh(self.state, f"gate:{gate}", inputs=self.of(gate), path=path, writes=writes)

    def of(self, gate: Gate) -> Fingerprint:
        """The digest of everything a gate reads, the tool, its settings and the ratchet included."""
        values = self.values
        parts: list[bytes] = [self.policy.fingerprint, gate.encode(), values.known_digest]
        match gate:
            case Gate.PINS:
                parts.append(self.policy.pins_data or b"")
            case Gate.CANON:
                pass
            case Gate.PATHS:
                parts += [self._inventory_digest, self._settings_digest]
            case Gate.SOURCE | Gate.SCHEMA | Gate.ROUNDTRIP | Gate.CEILING_MODULE | Gate.RULES:
                parts.append(self.ledgers.fingerprint)
            case Gate.AUTHORED:
                parts += [self.ledgers.fingerprint, self.survey.authored.fingerprint, self._stray_digest]
            case Gate.CONTRACTS:
                parts += [self.ledgers.fingerprint, self.survey.authored.fingerprint]
                parts.append(self.session.contracts.fingerprint)
            case Gate.PARITY:
                parts += [self.ledgers.fingerprint, self.survey.authored.fingerprint, values.generation_digest]
            case Gate.CEILING_RUN | Gate.CEILING_STAR | Gate.SUPPORTING_FLOOR:
                parts += [self.ledgers.fingerprint, values.generation_digest]
            case Gate.COVERAGE:
                parts += [self.ledgers.fingerprint, self._inventory_digest, self._settings_digest]
                parts += [self.survey.authored.fingerprint, values.generation_digest]
            case Gate.DRIFT:
                parts += [self.ledgers.fingerprint, values.generation_digest, values.differences_digest]
                parts.append(self._settings_digest)
            case Gate.CANARY:
                return self._canary_inputs(parts)
            case Gate.ROLLBACK:
                parts.append(values.generation_digest)
                parts += [part for path in values.generation_files() for part in (path.encode(), values.content(path))]
            case Gate.RATCHET:
                parts += [values.generation_digest, *(self._said(other) for other in JUDGED_BY_RATCHET)]
            case Gate.AUDIT:
                parts += [self.ledgers.fingerprint, values.generation_digest, self._inventory_digest]
                parts += [values.content(self.layout.artifact(artifact)) for artifact in ARTIFACTS]
        return combine(*parts)

    def _canary_inputs(self, parts: list[bytes]) -> Fingerprint:
        """A plan that is none or spent stays so until a file of it changes; any other rests on everything."""
        idle = combine(*parts, self.values.plan_digest())
        trace = NodeTrace.unpack(self.state.get(Table.NODE, f"gate:{Gate.CANARY}".encode()))
        if self.plan_is_idle or (trace is not None and trace.inputs == idle):
            return idle
        return combine(idle, self.values.world_digest())

    def _said(self, gate: Gate) -> bytes:
        """The fingerprint of the result of a gate, as it was written last."""
        trace = NodeTrace.unpack(self.state.get(Table.NODE, f"gate:{gate}".encode()))
        return NOTHING if trace is None else trace.output

    @cached_property
    def _inventory_digest(self) -> bytes:
        inventory = self.survey.inventory
        listed = (list(inventory.packages), inventory.rejected, inventory.excluded)
        return combine(repr(listed).encode("utf-8", "backslashreplace"))

    @cached_property
    def _settings_digest(self) -> bytes:
        space = self.workspace
        settings = (
            space.legacy_prefixes,
            space.coverage_min,
            space.placeholder_owners,
            space.authored,
            self.layout.published,
            space.source_roots,
            space.exclude,
        )
        return combine(repr(settings).encode())

    @cached_property
    def _stray_digest(self) -> bytes:
        return combine(repr(self.survey.authored.findings).encode("utf-8", "backslashreplace"))
