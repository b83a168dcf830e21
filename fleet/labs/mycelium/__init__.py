"""Routing the way fungi do it: paths that are used grow, the others wither."""

from __future__ import annotations

from collections.abc import Iterable

from bio.growth import grow

__all__ = ["Edge", "reinforce"]

Edge = tuple[str, str]

WITHER = 0.9


def reinforce(widths: dict[Edge, float], used: Iterable[Edge], *, rate: float = 0.5) -> dict[Edge, float]:
    """The width of every edge after one round."""
    grown = {edge: width * WITHER for edge, width in widths.items()}
    for edge in used:
        course = grow(widths.get(edge, 0.1), rate=rate, capacity=1.0)
        next(course)
        grown[edge] = next(course)
    return grown
