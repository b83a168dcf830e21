"""Who imports whom, where, and what comes of it: rings, and how far a change reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from astrograph.model.ids import ModuleId


class When(StrEnum):
    """When an import happens: as the module is loaded, as a function is called, or never but for type checkers."""

    LOAD = "load"
    CALL = "call"
    TYPING = "typing"


class Edge(NamedTuple):
    """One module importing another.

    `file` is the name of the importing module's file and `line` (from 1) the line in it of the first import that
    happens as early as any of them does; `when` says how early that is.
    """

    source: ModuleId
    target: ModuleId
    file: str
    line: int
    when: When


class Reach(NamedTuple):
    """How many modules import one and how many it imports; `all_` counts those reached through others too."""

    dependencies: int
    dependents: int
    all_dependencies: int
    all_dependents: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """Modules that import each other in rings: a strongly connected component of two or more, in id order.

    Removing the imports in `cut` leaves no ring. `exact` tells that no smaller set does. `at_load` tells that the
    imports that happen as modules are loaded make a ring by themselves.
    """

    members: tuple[ModuleId, ...]
    edges: int
    cut: tuple[Edge, ...]
    exact: bool
    at_load: bool


@dataclass(frozen=True)
class Dependencies:
    """The import graph of a workspace: edges by source, then target; cycles by size (largest first), then id."""

    modules: tuple[ModuleId, ...] = ()
    edges: tuple[Edge, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    reach: Mapping[ModuleId, Reach] = field(default_factory=dict)
