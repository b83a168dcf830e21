"""The import graph for other programs: GraphML, and Mermaid for the neighbourhood of a module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from astrograph.errors import UsageError
from astrograph.formats.text import safe
from astrograph.model.dependencies import Edge, When
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine

MOST_IN_A_PICTURE = 400
"""Mermaid stops at 500 edges; a picture of more tells nobody anything."""

_ARROWS = {When.LOAD: "-->", When.CALL: "-.->", When.TYPING: "-.->"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the graph: its modules in id order and the edges among them; `centre` is what it was taken around."""

    modules: tuple[ModuleId, ...]
    edges: tuple[Edge, ...]
    centre: ModuleId | None = None


def neighbourhood(edges: Sequence[Edge], centre: ModuleId, *, depth: int) -> Part:
    """The modules at most `depth` imports away from one, either way, and every edge among them."""
    beside: dict[ModuleId, set[ModuleId]] = {}
    for edge in edges:
        beside.setdefault(edge.source, set()).add(edge.target)
        beside.setdefault(edge.target, set()).add(edge.source)
    found = {centre}
    edge_of = {centre}
    for _ in range(depth):
        edge_of = {other for module in edge_of for other in beside.get(module, ())} - found
        found |= edge_of
    return Part(tuple(sorted(found)), among(edges, found), centre)


def among(edges: Iterable[Edge], modules: set[ModuleId]) -> tuple[Edge, ...]:
    """The edges between some modules, in order."""
    return tuple(sorted(edge for edge in edges if edge.source in modules and edge.target in modules))


def mermaid(part: Part, lines: Mapping[ModuleId, LedgerLine]) -> str:
    """A part of the graph as a Mermaid flow chart; dotted arrows are imports that do not happen on loading.

    Raises UsageError when it is too large to be looked at.
    """
    if len(part.edges) > MOST_IN_A_PICTURE:
        raise UsageError(
            f"{len(part.edges):,} imports are too many for a Mermaid chart, which holds {MOST_IN_A_PICTURE}",
            hint="name a module and a smaller --depth, or take graphml",
        )
    name_of = {module: f"m{number}" for number, module in enumerate(part.modules)}
    rows = ["flowchart LR"]
    rows += [f'  {name_of[module]}["{_words(module, lines.get(module))}"]' for module in part.modules]
    rows += [f"  {name_of[edge.source]} {_ARROWS[edge.when]} {name_of[edge.target]}" for edge in part.edges]
    if part.centre is not None:
        rows.append(f"  style {name_of[part.centre]} stroke-width:4px")
    return "\n".join(rows) + "\n"


def _words(module: ModuleId, line: LedgerLine | None) -> str:
    stars = "" if line is None else f"<br/>{_entities(', '.join(line.assignment.stars))}"
    return f"{_entities(module)}{stars}"


def _entities(text: str) -> str:
    """Text that Mermaid shows as it is: every character but letters, digits and the marks of paths as an entity."""
    return "".join(
        character if character.isalnum() or character in "_-./ ," else f"#{ord(character)};" for character in safe(text)
    )


def graphml(part: Part, lines: Mapping[ModuleId, LedgerLine], folders: Mapping[ModuleId, str]) -> bytes:
    """A part of the graph as GraphML, with stars, tier, owner, and where each import stands."""
    import networkx as nx

    graph = nx.DiGraph()
    for module in part.modules:
        line = lines.get(module)
        values = {} if line is None else {"stars": line.assignment.stars, "tier": line.tier, "owner": line.owner}
        graph.add_node(_xml(module), **{name: _xml(_joined(value)) for name, value in values.items()})
    for edge in part.edges:
        place = f"{folders.get(edge.source, edge.source)}/{edge.file}:{edge.line}"
        graph.add_edge(_xml(edge.source), _xml(edge.target), at=_xml(place), when=edge.when.value)
    return "".join(f"{row}\n" for row in nx.generate_graphml(graph)).encode("utf-8")


def _joined(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")


def _xml(text: str) -> str:
    """Text without the characters that no XML document may hold, which `safe` writes as escapes."""
    return safe(text)
