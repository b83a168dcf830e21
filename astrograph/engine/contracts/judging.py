"""The contracts of a survey, and who refers to them: what the gate judges and `doit contracts` shows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from astrograph.engine.contracts.folder import ContractFolder
from astrograph.engine.survey import Survey, facts_key
from astrograph.model import limits
from astrograph.model.digests import Fingerprint, combine
from astrograph.model.facts import Position
from astrograph.model.ids import ModuleId
from astrograph.store.files import read
from astrograph.store.layout import Layout
from astrograph.store.state import State, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astrograph.model.contract import ContractUser, Promise, Registry
    from astrograph.model.facts import AuthoredFacts
    from astrograph.model.gate import GateResult

_CONTRACTS = "contracts"
_EXPORTS = frozenset({"classes", "functions", "constants"})


class User(NamedTuple):
    """What one module says of itself that matters here, as its authored files say it."""

    module: ModuleId
    tier: str | None
    contracts: tuple[str, ...]


class Contracts:
    """The contracts of one survey."""

    def __init__(self, survey: Survey, state: State, layout: Layout) -> None:
        self.survey = survey
        self.state = state
        self.layout = layout
        self.folder = ContractFolder(survey.policy.workspace, state)
        self._positions: dict[str, dict[str, tuple[int, int]]] = {}

    @cached_property
    def registry(self) -> Registry:
        """The registry; what was found out about new contents is handed to the state."""
        registry = self.folder.registry
        self.survey.writes += self.folder.writes()
        return registry

    @property
    def fingerprint(self) -> Fingerprint:
        """One digest of all that the gate reads beside ledgers and authored files."""
        self.survey.writes += self.folder.writes()
        if self.survey.policy.placements.keys() >= _EXPORTS:
            return self.folder.fingerprint
        # Exports that no manifest shows move no ledger line.
        named = sorted({contract.module for contract in self.registry.contracts if contract.module})
        return combine(self.folder.fingerprint, repr([self._promise(ModuleId(name)) for name in named]).encode())

    def users(self) -> list[User]:
        """Every module with its references, read from the authored files: the same as a build would find."""
        found = []
        for module in self.survey.modules:
            facts = self.survey.authored.facts_of(module)
            said = facts.value(_CONTRACTS)
            references = tuple(map(str, said)) if isinstance(said, list) else ()
            found.append(User(module, facts.text("tier"), references))
        return found

    def judge(self, modules: Sequence[ContractUser]) -> GateResult:
        """What the gate says; `modules` are the lines of all ledgers, or `users()`."""
        from astrograph.contracts.references import follow
        from astrograph.gates.contracts import contracts_gate

        survey = self.survey
        named = {ModuleId(contract.module) for contract in self.registry.contracts if contract.module}
        return contracts_gate(
            modules,
            self.registry,
            follow(modules, self.registry, self._place),
            expected=len(survey.inventory.packages),
            tier_place=lambda module: _field_place(survey.authored.facts_of(module), "tier"),
            exports={module: self._promise(module) for module in named if module in survey.inventory.packages},
        )

    def _promise(self, module: ModuleId) -> Promise | None:
        """What a module exports now, None where that is not known (yet)."""
        from astrograph.engine.summaries import unpack_summary
        from astrograph.model.contract import Promise

        trace = self.survey.traces.get(module)
        record = None if trace is None else self.state.get(Table.SUMMARY, facts_key(trace.source))
        summary = unpack_summary(record)
        if summary is None:
            return None
        return Promise(summary.exports.classes, summary.exports.functions, summary.exports.constants)

    def _place(self, module: ModuleId, position: int) -> Position:
        """Where the n-th reference of a module stands: its own place in the list, else that of the field."""
        at = _field_place(self.survey.authored.facts_of(module), _CONTRACTS)
        if at.path not in self._positions:
            self._positions[at.path] = self._places_in(at.path)
        line, column = self._positions[at.path].get(f"/{_CONTRACTS}/{position}", (at.line, at.column))
        return Position(at.path, line, column)

    def _places_in(self, path: str) -> dict[str, tuple[int, int]]:
        from astrograph.formats import strict_yaml

        try:
            return strict_yaml.decode(read(self.layout.absolute(path), limits.YAML)).positions if path else {}
        except OSError:
            return {}


def _field_place(facts: AuthoredFacts, name: str) -> Position:
    said = facts.fields.get(name)
    return Position("") if said is None else said.position
