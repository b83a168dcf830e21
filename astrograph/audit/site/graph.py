"""Who uses whom, in both directions, as far as both have a ledger line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from astrograph.model.dependencies import Dependencies, Edge, Reach
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine


@dataclass(frozen=True, slots=True)
class Graph:
    """Direct internal dependencies of each module and its direct dependents, in id order.

    `edges` has for each module the import of each it uses, where its line is known; `rings` the modules of the cycle
    a module is part of.
    """

    uses: Mapping[ModuleId, tuple[ModuleId, ...]]
    used_by: Mapping[ModuleId, tuple[ModuleId, ...]]
    edges: Mapping[ModuleId, Mapping[ModuleId, Edge]]
    reach: Mapping[ModuleId, Reach]
    rings: Mapping[ModuleId, tuple[ModuleId, ...]]

    @classmethod
    def of(cls, lines: tuple[LedgerLine, ...], dependencies: Dependencies) -> Graph:
        """The graph of a whole ledger; `lines` are in id order."""
        uses: dict[ModuleId, tuple[ModuleId, ...]] = {}
        used_by: dict[ModuleId, list[ModuleId]] = {line.module: [] for line in lines}
        for line in lines:
            uses[line.module] = tuple([each for each in line.internal if each in used_by and each != line.module])
            for each in uses[line.module]:
                used_by[each].append(line.module)
        edges: dict[ModuleId, dict[ModuleId, Edge]] = {}
        for edge in dependencies.edges:
            edges.setdefault(edge.source, {})[edge.target] = edge
        return cls(
            uses=uses,
            used_by={module: tuple(users) for module, users in used_by.items()},
            edges=edges,
            reach=dependencies.reach,
            rings={member: cycle.members for cycle in dependencies.cycles for member in cycle.members},
        )
