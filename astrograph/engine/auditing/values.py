"""What the audit artifacts are made of, read and worked out once a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from astrograph.audit.dependencies import cycles_in_document, dependencies_of
from astrograph.audit.distribution import Distribution, Placed, distribution_of
from astrograph.audit.registry import Artifact
from astrograph.engine.survey import sites_fingerprint
from astrograph.errors import AstrographError, DecodeError
from astrograph.formats.canonical_json import member
from astrograph.formats.strict_json import decode, decode_fast
from astrograph.gates.registry import Gate
from astrograph.inventory.guards import printable
from astrograph.model import limits
from astrograph.model.dependencies import Cycle, Dependencies, Edge, When
from astrograph.model.digests import NOTHING, Sha256, sha256
from astrograph.model.gate import GateResult
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.plan import Approval, Plan
from astrograph.store.files import read
from astrograph.store.state import FullEdgeRow

if TYPE_CHECKING:
    from astrograph.engine.session import Session

_WHEN = tuple(When)


def _edge(source: ModuleId, target: str, file: str, line: int, late: int) -> Edge:
    return Edge(source, ModuleId(target), file, line, _WHEN[late])


class AuditValues:
    """The values of one session. Ask when ledgers and gates are built."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.layout = session.layout

    @cached_property
    def lines(self) -> Sequence[LedgerLine]:
        """Every ledger line, in id order."""
        return sorted(self.session.gates.lines, key=lambda line: line.module)

    @property
    def results(self) -> list[GateResult]:
        """What the gates found, in order; read from disk, where they are kept."""
        return [self.session.gates.result(gate) for gate in Gate]

    @property
    def approved(self) -> bool:
        """Whether what is published was published with an approval."""
        current = self.session.gate_inputs.values.current
        return current is not None and bool(current.approval)

    # stars

    @cached_property
    def after(self) -> Distribution:
        """The distribution as built."""
        placed = (Placed(line.assignment.stars, line.tier, line.assignment.origin.value) for line in self.lines)
        return distribution_of(placed, self.session.policy.canon)

    @cached_property
    def before(self) -> Distribution | None:
        """The distribution as published, None while nothing is."""
        entries = self.session.gate_inputs.values.before
        if entries is None:
            return None
        placed = (
            Placed(entry.stars, entry.tier, None if entry.origin is None else entry.origin.value)
            for entry in entries.values()
        )
        return distribution_of(placed, self.session.policy.canon)

    # the plan

    @property
    def plan_bytes(self) -> bytes | None:
        """The plan file, None where there is none."""
        return self.bytes_of(self.layout.plan)

    @property
    def plan(self) -> Plan | None:
        """The plan, None where there is none that can be read."""
        from astrograph.publication.document import decode_plan

        data = self.plan_bytes
        try:
            return None if data is None else decode_plan(data)
        except DecodeError:
            return None

    def approval(self) -> tuple[Approval | None, Sha256 | None, str]:
        """The approval on disk, the digest of its file, and why it cannot be read (`""` when it can)."""
        from astrograph.publication.approval import decode_approval

        data = self.bytes_of(self.layout.approval)
        if data is None:
            return None, None, ""
        try:
            return decode_approval(data), sha256(data), ""
        except DecodeError as error:
            return None, sha256(data), error.title

    def bytes_of(self, path: str) -> bytes | None:
        """A file of the workspace, None when it cannot be read."""
        try:
            return read(self.layout.absolute(path), limits.OUTPUT)
        except OSError:
            return None

    def made(self, artifact: Artifact) -> bytes | None:
        """An artifact as it is on disk, None when it cannot be read."""
        data = self.bytes_of(self.layout.artifact(artifact))
        self.session.reads.see_node(f"audit:{artifact}", data)
        return data

    # imports

    @cached_property
    def folders(self) -> Mapping[ModuleId, str]:
        """Where each module lies, relative to the workspace, fit to be shown."""
        packages = self.session.survey.inventory.packages
        return {module: printable(package.folder) for module, package in packages.items()}

    @property
    def edges(self) -> list[Edge]:
        """Every import between modules, held against the traces; one that the state has lost is found again.

        An import of a module that is gone is left out: where its importer was not built since, this is recorded as made
        of nothing known.
        """
        found, lost = self.held_against_traces(self.session.state.edges())
        every = [*found, *chain.from_iterable(map(self._found_again, lost))]
        packages = self.session.survey.inventory.packages
        there = [edge for edge in every if edge.target in packages]
        self.session.reads.see(len(there) == len(every))
        return there

    def held_against_traces(self, rows: Iterable[FullEdgeRow]) -> tuple[list[Edge], list[ModuleId]]:
        """The imports of the modules for which the state tells what their traces do, and the other modules."""
        packages, traces = self.session.survey.inventory.packages, self.session.survey.traces
        grouped = {source: list(own) for source, own in groupby(rows, key=itemgetter(0))}
        found: list[Edge] = []
        lost: list[ModuleId] = []
        for module, package in packages.items():
            own = grouped.get(module, [])
            if sites_fingerprint(package.folder, (row[1:] for row in own)) == traces.sites(module):
                with suppress(IndexError, TypeError):  # of another shape: as if they were lost
                    found += [_edge(module, *row[1:]) for row in own]
                    continue
            lost.append(module)
        return found, lost

    def _found_again(self, module: ModuleId) -> list[Edge]:
        trace = self.session.survey.traces.get(module)
        if trace is not None:
            self.session.survey.traces.put(module, trace._replace(sites=NOTHING))
        self.session.builder.manifest(module)
        return [_edge(module, *row) for row in self.session.state.edges_of(module)]

    @cached_property
    def dependencies(self) -> Dependencies:
        """The whole import graph with what follows from it; takes seconds at 100,000 modules."""
        return dependencies_of(self.session.survey.modules, self.edges)

    @property
    def cycles(self) -> Sequence[Cycle]:
        """The import cycles, from the artifact when it is there."""
        if "dependencies" not in self.__dict__:
            data = self.made(Artifact.DEPENDENCY_GRAPH)
            try:
                cycles = None if data is None else member(data, "cycles")
                if cycles is not None:
                    return cycles_in_document({"cycles": decode_fast(cycles)}, self.folders)
            except AstrographError:
                pass
        return self.dependencies.cycles

    # history

    @property
    def trend(self) -> list[Mapping[str, object]]:
        """One object a publication, oldest first; a line that cannot be read is left out."""
        found: list[Mapping[str, object]] = []
        for line in (self.bytes_of(self.layout.trend) or b"").splitlines():
            try:
                item = decode(line)
            except DecodeError:
                continue
            if isinstance(item, dict):
                found.append(item)
        return found
