"""The import graph: rings and where to cut them, how far a change reaches, and pictures of a neighbourhood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from astrograph.audit.cuts import smallest_cut
from astrograph.audit.registry import Artifact
from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import encode_long
from astrograph.model.dependencies import Cycle, Dependencies, Edge, Reach, When
from astrograph.model.ids import ModuleId

_MEMORY_BITS = 1 << 29
"""What the sets of reached modules may take at a time: 64 MB."""


class _Neighbours(NamedTuple):
    """Who imports each module, and whom it imports; modules are told by their places in an order."""

    above: list[list[int]]
    below: list[list[int]]


def dependencies_of(modules: Sequence[ModuleId], edges: Iterable[Edge]) -> Dependencies:
    """Everything that follows from who imports whom; the same whatever order `modules` and `edges` come in."""
    ordered = tuple(sorted(modules))
    listed = tuple(sorted(edges))
    graph = _neighbours(ordered, listed)
    rings = _rings(graph)
    return Dependencies(
        modules=ordered,
        edges=listed,
        cycles=_cycles([[ordered[node] for node in ring] for ring in rings], listed),
        reach=dict(zip(ordered, _reach(graph, rings), strict=True)),
    )


def _neighbours(modules: Sequence[ModuleId], edges: Iterable[Edge]) -> _Neighbours:
    place = {module: position for position, module in enumerate(modules)}
    graph = _Neighbours([[] for _ in modules], [[] for _ in modules])
    for edge in edges:
        source, target = place[edge.source], place[edge.target]
        graph.below[source].append(target)
        graph.above[target].append(source)
    return graph


def _rings(graph: _Neighbours) -> list[list[int]]:
    """The strongly connected components of two or more, the largest first; each in order."""
    core = _without_beginnings(_led_to(graph), above=graph.below, below=graph.above)
    if not core:
        return []
    import networkx as nx

    inner: Any = nx.DiGraph()
    inner.add_edges_from((source, target) for source in core for target in graph.below[source] if target in core)
    components = (sorted(members) for members in nx.strongly_connected_components(inner) if len(members) > 1)
    return sorted(components, key=lambda members: (-len(members), members))


def _led_to(graph: _Neighbours) -> set[int]:
    """The members of rings, and what rings lead to."""
    return _without_beginnings(range(len(graph.above)), above=graph.above, below=graph.below)


def _without_beginnings(
    nodes: Iterable[int], *, above: Sequence[Iterable[int]], below: Sequence[Iterable[int]]
) -> set[int]:
    """What is left once all that nothing leads to is taken away, over and over."""
    left = set(nodes)
    leading = {node: sum(other in left for other in above[node]) for node in left}
    free = [node for node, count in leading.items() if not count]
    for node in free:
        left.remove(node)
        for other in below[node]:
            if other in left:
                leading[other] -= 1
                if not leading[other]:
                    free.append(other)  # the list is the queue
    return left


def _cycles(rings: Sequence[Sequence[ModuleId]], edges: Sequence[Edge]) -> tuple[Cycle, ...]:
    ring_of = {module: number for number, members in enumerate(rings) for module in members}
    inside: list[list[Edge]] = [[] for _ in rings]
    for edge in edges:
        ring = ring_of.get(edge.source)
        if ring is not None and ring == ring_of.get(edge.target):
            inside[ring].append(edge)
    return tuple(cycle_of(members, own) for members, own in zip(rings, inside, strict=True))


def cycle_of(members: Sequence[ModuleId], edges: Sequence[Edge]) -> Cycle:
    """One strongly connected component, with what to cut; `edges` are those between its members."""
    cut, exact = smallest_cut(members, edges)
    at_load = _neighbours(members, (edge for edge in edges if edge.when is When.LOAD))
    return Cycle(members=tuple(sorted(members)), edges=len(edges), cut=cut, exact=exact, at_load=bool(_led_to(at_load)))


def _reach(graph: _Neighbours, rings: Sequence[list[int]]) -> list[Reach]:
    """How far a change reaches, module by module; the members of a ring reach the same."""
    alone = set(range(len(graph.above))).difference(*rings)
    components, condensed = _condensed(graph, [*rings, *([node] for node in alone)])
    sizes = list(map(len, components))
    dependents = _closure_sizes(range(len(sizes)), condensed.above, sizes)
    dependencies = _closure_sizes(range(len(sizes) - 1, -1, -1), condensed.below, sizes)
    counts = {
        node: (dependencies[number] - 1, dependents[number] - 1)
        for number, members in enumerate(components)
        for node in members
    }
    return [Reach(len(graph.below[node]), len(graph.above[node]), *counts[node]) for node in range(len(counts))]


def _condensed(graph: _Neighbours, components: Sequence[list[int]]) -> tuple[list[list[int]], _Neighbours]:
    """The graph of components, with the components in an order in which all imports point forward."""
    component_of = {node: number for number, members in enumerate(components) for node in members}
    above = {
        number: {component_of[other] for node in members for other in graph.above[node]} - {number}
        for number, members in enumerate(components)
    }
    order = list(TopologicalSorter(above).static_order())
    place = {number: position for position, number in enumerate(order)}
    condensed = _Neighbours([[place[other] for other in above[number]] for number in order], [[] for _ in order])
    for position, others in enumerate(condensed.above):
        for other in others:
            condensed.below[other].append(position)
    return [components[number] for number in order], condensed


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


def graph_artifact(found: Dependencies, folders: Mapping[ModuleId, str]) -> Iterator[bytes]:
    """The artifact in pieces: what `networkx.node_link_graph(document, edges="edges")` reads, with cycles and totals.

    `folders` tells where each module lies, relative to the workspace.
    """
    ring_of = {module: number for number, cycle in enumerate(found.cycles) for module in cycle.members}
    document: dict[str, object] = {
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
    nodes = ({"id": module, "cycle": ring_of.get(module), **found.reach[module]._asdict()} for module in found.modules)
    edges = (_edge(edge, folders) for edge in found.edges)
    return encode_long(document, {"nodes": nodes, "edges": edges})


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
