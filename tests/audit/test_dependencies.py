"""The import graph: cycles, where to cut them, how far a change reaches; held against networkx and brute force."""

import json
from itertools import combinations, pairwise

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from astrograph.audit import dependencies
from astrograph.audit.cuts import EXACT_UP_TO, smallest_cut
from astrograph.audit.dependencies import cycles_in_document, dependencies_of, graph_artifact
from astrograph.model.dependencies import Edge, When
from astrograph.model.ids import ModuleId


def edge(source: str, target: str, *, line: int = 1, when: When = When.LOAD) -> Edge:
    return Edge(ModuleId(source), ModuleId(target), "__init__.py", line, when)


def edges_of(text: str) -> list[Edge]:
    return [edge(*pair.split(">")) for pair in text.split()]


def modules_of(edges: list[Edge]) -> list[ModuleId]:
    return sorted({module for item in edges for module in (item.source, item.target)})


def as_networkx(modules: list[ModuleId], edges: list[Edge]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(modules)
    graph.add_edges_from((item.source, item.target) for item in edges)
    return graph


def without(graph: nx.DiGraph, pairs: set[tuple[str, str]]) -> nx.DiGraph:
    rest = graph.copy()
    rest.remove_edges_from(pairs)
    return rest


@st.composite
def graphs(draw: st.DrawFn, *, most: int = 9) -> tuple[list[ModuleId], list[Edge]]:
    count = draw(st.integers(1, most))
    names = [ModuleId(f"m/{number}") for number in range(count)]
    pairs = [(a, b) for a in names for b in names if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=18)) if pairs else []
    return names, [edge(a, b, when=draw(st.sampled_from(When))) for a, b in chosen]


@given(graphs())
def test_reach_is_what_networkx_counts(graph: tuple[list[ModuleId], list[Edge]]) -> None:
    modules, edges = graph
    reference = as_networkx(modules, edges)

    found = dependencies_of(modules, edges)

    assert {module: reach.all_dependents for module, reach in found.reach.items()} == {
        module: len(nx.ancestors(reference, module)) for module in modules
    }
    assert {module: reach.all_dependencies for module, reach in found.reach.items()} == {
        module: len(nx.descendants(reference, module)) for module in modules
    }
    assert {module: (reach.dependents, reach.dependencies) for module, reach in found.reach.items()} == {
        module: (reference.in_degree(module), reference.out_degree(module)) for module in modules
    }


@given(graphs(most=6))
def test_the_cut_of_a_small_cycle_is_one_of_the_smallest(graph: tuple[list[ModuleId], list[Edge]]) -> None:
    modules, edges = graph
    for cycle in dependencies_of(modules, edges).cycles:
        inside = as_networkx(modules, edges).subgraph(cycle.members)
        cut = {(item.source, item.target) for item in cycle.cut}

        assert cycle.exact
        assert nx.is_directed_acyclic_graph(without(inside, cut))
        smaller = combinations(inside.edges, len(cut) - 1)
        assert not any(nx.is_directed_acyclic_graph(without(inside, set(pairs))) for pairs in smaller)


@given(graphs())
def test_cycles_are_the_strongly_connected_components(graph: tuple[list[ModuleId], list[Edge]]) -> None:
    modules, edges = graph
    found = dependencies_of(modules, edges)
    components = nx.strongly_connected_components(as_networkx(modules, edges))
    loading = [item for item in edges if item.when is When.LOAD]

    assert sorted(cycle.members for cycle in found.cycles) == sorted(
        tuple(sorted(members)) for members in components if len(members) > 1
    )
    for cycle in found.cycles:
        at_load = as_networkx(modules, loading).subgraph(cycle.members)
        assert cycle.at_load == (not nx.is_directed_acyclic_graph(at_load))


@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_modules_and_edges_changes_nothing(graph: tuple[list[ModuleId], list[Edge]], random) -> None:
    modules, edges = graph
    folders = {module: module for module in modules}
    expected = b"".join(graph_artifact(dependencies_of(modules, edges), folders))

    random.shuffle(modules)
    random.shuffle(edges)

    assert b"".join(graph_artifact(dependencies_of(modules, edges), folders)) == expected


def test_a_large_cycle_gets_a_cut_that_is_said_not_to_be_known_as_the_smallest() -> None:
    ring = [f"ring/{number:02}" for number in range(EXACT_UP_TO + 1)]
    edges = [edge(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]

    (cycle,) = dependencies_of(modules_of(edges), edges).cycles

    assert (len(cycle.members), len(cycle.cut), cycle.exact) == (EXACT_UP_TO + 1, 1, False)


def test_the_cut_of_a_large_dense_cycle_leaves_no_ring() -> None:
    names = [f"m/{number:02}" for number in range(30)]
    edges = [edge(a, b) for a in names for b in names if a != b and (int(a[2:]) * 7 + int(b[2:]) * 3) % 4 == 0]
    reference = as_networkx(modules_of(edges), edges)

    cut, exact = smallest_cut(modules_of(edges), edges)

    assert not nx.is_directed_acyclic_graph(reference)
    assert (exact, 0 < len(cut) <= len(edges) // 2) == (False, True)
    assert nx.is_directed_acyclic_graph(without(reference, {(item.source, item.target) for item in cut}))
    # Every import of the set is needed: putting any one back closes a ring.
    for item in cut:
        rest = {(other.source, other.target) for other in cut if other != item}
        assert not nx.is_directed_acyclic_graph(without(reference, rest))


def test_reach_is_the_same_when_sets_are_counted_in_slices(monkeypatch) -> None:
    names = [f"m/{number:04}" for number in range(2500)]
    edges = [edge(a, b) for a, b in pairwise(names)]
    whole = dependencies_of(names, edges).reach
    monkeypatch.setattr(dependencies, "_MEMORY_BITS", 1)

    sliced = dependencies_of(names, edges).reach

    assert sliced == whole
    assert (sliced[names[0]].all_dependencies, sliced[names[-1]].all_dependents) == (2499, 2499)


def test_the_document_is_what_networkx_reads() -> None:
    edges = edges_of("a>b b>a b>c")
    document = json.loads(
        b"".join(graph_artifact(dependencies_of(modules_of(edges), edges), dict.fromkeys("abc", "src")))
    )

    graph = nx.node_link_graph(document, edges="edges")

    assert sorted(graph.edges) == [("a", "b"), ("b", "a"), ("b", "c")]
    assert graph.edges["a", "b"] == {"at": "src/__init__.py:1", "when": "load"}
    assert document["totals"] == {"modules": 3, "imports": 3, "cycles": 1, "modules_in_cycles": 2}


def test_the_cycles_are_read_back_from_the_document() -> None:
    edges = edges_of("a>b b>a b>c c>d d>c")
    folders = {ModuleId(name): f"src/{name}" for name in "abcd"}
    found = dependencies_of(modules_of(edges), edges)

    assert cycles_in_document(json.loads(b"".join(graph_artifact(found, folders))), folders) == found.cycles
    assert len(found.cycles) == 2
