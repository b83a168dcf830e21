"""Where to cut a ring of imports: a smallest set of edges without which none is left (a minimum feedback arc set)."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from astrograph.model.dependencies import Edge
from astrograph.model.ids import ModuleId

EXACT_UP_TO = 12
"""Components of so many modules get a smallest set; its search doubles with each module more."""

_STEPS = 5_000_000
"""What making a set that is not known to be smallest smaller may cost, in edges looked at."""


def smallest_cut(members: Sequence[ModuleId], edges: Sequence[Edge]) -> tuple[tuple[Edge, ...], bool]:
    """The edges to cut, sorted, and whether no smaller set would do; the same for the same component always.

    An order of the modules makes every edge that points back in it one to cut. Up to `EXACT_UP_TO` modules the best
    order is found among all; beyond that a good one is, by the rule of Eades, Lin and Smyth (1993), and edges that
    close no ring are taken back.
    """
    ordered = sorted(members)
    place = {module: position for position, module in enumerate(ordered)}
    if len(ordered) <= EXACT_UP_TO:
        order = _best_order(len(ordered), [(place[edge.source], place[edge.target]) for edge in edges])
        return tuple(sorted(_backward(edges, [ordered[position] for position in order]))), True
    backward = sorted(_backward(edges, _good_order(ordered, edges)))
    return tuple(_needed(ordered, edges, backward)), False


def _backward(edges: Sequence[Edge], order: Sequence[ModuleId]) -> list[Edge]:
    place = {module: position for position, module in enumerate(order)}
    return [edge for edge in edges if place[edge.source] > place[edge.target]]


def _best_order(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The order with the fewest edges that point back: best beginnings of every set of modules (Held and Karp)."""
    leaving = [0] * count
    for source, target in edges:
        leaving[source] |= 1 << target
    best = [0] * (1 << count)
    last = [0] * (1 << count)
    for group in range(1, 1 << count):
        fewest, chosen = len(edges) + 1, 0
        for member in range(count):
            if group >> member & 1:
                before = group & ~(1 << member)
                cost = best[before] + (leaving[member] & before).bit_count()
                if cost < fewest:
                    fewest, chosen = cost, member
        best[group], last[group] = fewest, chosen
    order: list[int] = []
    group = (1 << count) - 1
    while group:
        order.append(last[group])
        group &= ~(1 << last[group])
    return order[::-1]


def _good_order(members: Sequence[ModuleId], edges: Sequence[Edge]) -> list[ModuleId]:
    """Take sinks to the end, sources to the front, and else the module that most more edges leave than enter."""
    leaving: dict[ModuleId, set[ModuleId]] = {module: set() for module in members}
    entering: dict[ModuleId, set[ModuleId]] = {module: set() for module in members}
    for edge in edges:
        leaving[edge.source].add(edge.target)
        entering[edge.target].add(edge.source)
    front: list[ModuleId] = []
    back: list[ModuleId] = []
    left = dict.fromkeys(members)
    surplus = [(len(entering[module]) - len(leaving[module]), module) for module in members]
    heapify(surplus)
    while left:
        entry = heappop(surplus)
        module = entry[1]
        if module not in left or entry[0] != len(entering[module]) - len(leaving[module]):
            continue  # taken already, or another entry tells how it stands now
        ends = [module]
        while ends:
            module = ends.pop()
            if module in left:
                (back if not leaving[module] and entering[module] else front).append(module)
                touched = _take_away(module, left, leaving, entering)
                for other in touched:
                    heappush(surplus, (len(entering[other]) - len(leaving[other]), other))
                ends += [other for other in touched if not leaving[other] or not entering[other]]
    return front + back[::-1]


def _take_away(
    module: ModuleId,
    left: dict[ModuleId, None],
    leaving: dict[ModuleId, set[ModuleId]],
    entering: dict[ModuleId, set[ModuleId]],
) -> list[ModuleId]:
    """Remove a module; returns those that it imported or that imported it, in id order."""
    del left[module]
    for target in leaving[module]:
        entering[target].discard(module)
    for source in entering[module]:
        leaving[source].discard(module)
    return sorted(leaving[module] | entering[module])


def _needed(members: Sequence[ModuleId], edges: Sequence[Edge], backward: Sequence[Edge]) -> list[Edge]:
    """The backward edges without those that can be put back one after the other and close no ring."""
    steps = _STEPS
    cut = set(backward)
    leaving: dict[ModuleId, list[ModuleId]] = {module: [] for module in members}
    for edge in edges:
        if edge not in cut:
            leaving[edge.source].append(edge.target)
    needed: list[Edge] = []
    for edge in backward:
        found, cost = (True, 0) if steps <= 0 else _leads_to(edge.target, edge.source, leaving)
        steps -= cost
        if found:
            needed.append(edge)
        else:
            leaving[edge.source].append(edge.target)
    return needed


def _leads_to(start: ModuleId, end: ModuleId, leaving: dict[ModuleId, list[ModuleId]]) -> tuple[bool, int]:
    """Whether a way leads from one module to another, and how many edges were looked at to know."""
    seen = {start}
    pending = [start]
    steps = 0
    while pending:
        for target in leaving[pending.pop()]:
            steps += 1
            if target == end:
                return True, steps
            if target not in seen:
                seen.add(target)
                pending.append(target)
    return False, steps
