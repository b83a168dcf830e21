"""The import graph: rings and where to cut them, how far a change reaches, and pictures of a neighbourhood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from astrograph.audit.cuts import smallest_cut
from astrograph.audit.registry import Artifact
from astrograph.errors import DecodeError
from astrograph.model.dependencies import Cycle, Dependencies, Edge, Reach, When
from astrograph.model.ids import ModuleId

_MEMORY_BITS = 1 << 29
"""What the sets of reached modules may take at a time: 64 MB."""


def dependencies_of(modules: Sequence[ModuleId], edges: Iterable[Edge]) -> Dependencies:
    """Everything that follows from who imports whom; the same whatever order `modules` and `edges` come in."""
    import networkx as nx

    ordered = tuple(sorted(modules))
    listed = tuple(sorted(edges))
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(ordered)
    graph.add_edges_from((edge.source, edge.target) for edge in listed)
    components = sorted((sorted(members) for members in nx.strongly_connected_components(graph)), key=_size_first)
    condensed: Any = nx.condensation(graph, [set(members) for members in components])
    order = list(nx.lexicographical_topological_sort(condensed))
    return Dependencies(
        modules=ordered,
        edges=listed,
        cycles=_cycles(components, listed),
        reach=_reach(graph, condensed, order, components),
    )


def _size_first(members: list[ModuleId]) -> tuple[int, list[ModuleId]]:
    return (-len(members), members)


def _cycles(components: list[list[ModuleId]], edges: Sequence[Edge]) -> tuple[Cycle, ...]:
    rings = [members for members in components if len(members) > 1]
    ring_of = {module: position for position, members in enumerate(rings) for module in members}
    inside: list[list[Edge]] = [[] for _ in rings]
    for edge in edges:
        ring = ring_of.get(edge.source)
        if ring is not None and ring == ring_of.get(edge.target):
            inside[ring].append(edge)
    return tuple(cycle_of(members, own) for members, own in zip(rings, inside, strict=True))


def cycle_of(members: Sequence[ModuleId], edges: Sequence[Edge]) -> Cycle:
    """One strongly connected component, with what to cut; `edges` are those between its members."""
    cut, exact = smallest_cut(members, edges)
    at_load = [edge for edge in edges if edge.when is When.LOAD]
    return Cycle(
        members=tuple(sorted(members)), edges=len(edges), cut=cut, exact=exact, at_load=_has_ring(members, at_load)
    )


def _has_ring(members: Iterable[ModuleId], edges: Sequence[Edge]) -> bool:
    """Whether some of the edges make a ring: whether taking away what nothing leads to leaves anything."""
    incoming = dict.fromkeys(members, 0)
    leaving: dict[ModuleId, list[ModuleId]] = {module: [] for module in incoming}
    for edge in edges:
        incoming[edge.target] += 1
        leaving[edge.source].append(edge.target)
    free = [module for module, count in incoming.items() if not count]
    for module in free:
        for target in leaving[module]:
            incoming[target] -= 1
            if not incoming[target]:
                free.append(target)  # the list is the queue
    return len(free) < len(incoming)


def _reach(graph: Any, condensed: Any, order: list[int], components: list[list[ModuleId]]) -> dict[ModuleId, Reach]:
    sizes = [len(components[node]) for node in order]
    place = {node: position for position, node in enumerate(order)}
    above = [sorted(place[item] for item in condensed.predecessors(node)) for node in order]
    below = [sorted(place[item] for item in condensed.successors(node)) for node in order]
    dependents = _closure_sizes(range(len(order)), above, sizes)
    dependencies = _closure_sizes(range(len(order) - 1, -1, -1), below, sizes)
    found: dict[ModuleId, Reach] = {}
    for position, node in enumerate(order):
        for module in components[node]:
            found[module] = Reach(
                dependencies=graph.out_degree(module),
                dependents=graph.in_degree(module),
                all_dependencies=dependencies[position] - 1,
                all_dependents=dependents[position] - 1,
            )
    return dict(sorted(found.items()))


def _closure_sizes(walk: Sequence[int], neighbours: Sequence[Sequence[int]], sizes: Sequence[int]) -> list[int]:
    """How many modules each component reaches through its neighbours, itself included.

    `walk` meets the neighbours of a component before the component. Sets of modules are the bits of whole numbers,
    a slice of all modules at a time, so that memory stays bounded whatever the size.
    """
    starts: list[int] = []
    total = 0
    for size in sizes:
        starts.append(total)
        total += size
    counts = [0] * len(sizes)
    step = max(1024, _MEMORY_BITS // max(1, len(sizes)))
    for low in range(0, total, step):
        reached = [0] * len(sizes)
        for position in walk:
            first = max(starts[position] - low, 0)
            last = min(starts[position] + sizes[position] - low, step)
            bits = ((1 << last) - (1 << first)) if last > first else 0
            for neighbour in neighbours[position]:
                bits |= reached[neighbour]
            reached[position] = bits
            counts[position] += bits.bit_count()
    return counts


def graph_document(found: Dependencies, folders: Mapping[ModuleId, str]) -> dict[str, object]:
    """The artifact: what `networkx.node_link_graph(document, edges="edges")` reads, with cycles and totals beside.

    `folders` tells where each module lies, relative to the workspace.
    """
    ring_of = {module: number for number, cycle in enumerate(found.cycles) for module in cycle.members}
    return {
        "schema": Artifact.DEPENDENCY_GRAPH.schema,
        "totals": {
            "modules": len(found.modules),
            "imports": len(found.edges),
            "cycles": len(found.cycles),
            "modules_in_cycles": len(ring_of),
        },
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [
            {"id": module, "cycle": ring_of.get(module), **found.reach[module]._asdict()} for module in found.modules
        ],
        "edges": [_edge(edge, folders) for edge in found.edges],
        "cycles": [
            {
                "modules": list(cycle.members),
                "imports": cycle.edges,
                "cut": [_edge(edge, folders) for edge in cycle.cut],
                "exact": cycle.exact,
                "at_load": cycle.at_load,
            }
            for cycle in found.cycles
        ],
    }


def cycles_in_document(document: object, folders: Mapping[ModuleId, str]) -> tuple[Cycle, ...]:
    """The cycles that the artifact tells of; raises DecodeError when it is none of ours."""
    try:
        return tuple(
            Cycle(
                members=tuple(ModuleId(member) for member in item["modules"]),
                edges=item["imports"],
                cut=tuple(_edge_in(edge, folders) for edge in item["cut"]),
                exact=item["exact"],
                at_load=item["at_load"],
            )
            for item in document["cycles"]  # type: ignore[index]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DecodeError("no dependency graph as we write it") from error


def _edge_in(said: Mapping[str, str], folders: Mapping[ModuleId, str]) -> Edge:
    source = ModuleId(said["source"])
    file, _, line = said["at"].removeprefix(f"{folders[source]}/").rpartition(":")
    return Edge(source, ModuleId(said["target"]), file, int(line), When(said["when"]))


def _edge(edge: Edge, folders: Mapping[ModuleId, str]) -> dict[str, object]:
    return {
        "source": edge.source,
        "target": edge.target,
        "at": f"{folders[edge.source]}/{edge.file}:{edge.line}",
        "when": edge.when.value,
    }
