"""Bring back the moments that matter for a question."""

from __future__ import annotations

from core.types import Identifier, clamp
from memory.index import MemoryIndex

__all__ = ["Recall", "freshness"]

HALF_LIFE_TICKS = 500


def freshness(age: int) -> float:
    """How vivid something of that age (in ticks) still is, from 1 down to 0."""
    return clamp(0.5 ** (age / HALF_LIFE_TICKS))


class Recall:
    """Ranks what the index finds by how fresh it is."""

    def __init__(self, index: MemoryIndex, ticks: dict[Identifier, int]) -> None:
        self._index = index
        self._ticks = ticks

    def ask(self, question: str, *, now: int, limit: int = 5) -> list[Identifier]:
        """The freshest moments that answer every word of `question`."""
        found = self._index.find(*question.split())
        return sorted(found, key=lambda key: (-freshness(now - self._ticks[key]), key))[:limit]
