"""Where a fold came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.types import Identifier

__all__ = ["ancestors_of"]


def ancestors_of(
    key: Identifier, parents: Mapping[Identifier, Iterable[Identifier]]
) -> tuple[Identifier, ...]:
    """Every fold that `key` was folded from, directly or not, nearest first; each once."""
    found: dict[Identifier, None] = {}
    frontier = list(parents.get(key, ()))
    while frontier:
        found.update(dict.fromkeys(frontier))
        frontier = [parent for child in frontier for parent in parents.get(child, ()) if parent not in found]
    return tuple(found)
