"""Choose the few things worth noticing."""

from __future__ import annotations

from collections.abc import Iterable

from consciousness.qualia import Quale
from consciousness.stream import Stream

__all__ = ["Spotlight", "salience"]

CAPACITY = 4


def salience(quale: Quale) -> float:
    """Strong and unfamiliar things stand out."""
    return quale.intensity * (1.0 - 0.5 * quale.familiarity)


class Spotlight:
    """Keeps the most salient qualia of a stream in view."""

    def __init__(self, stream: Stream, *, capacity: int = CAPACITY) -> None:
        self._stream = stream
        self._capacity = capacity

    def noticed(self) -> list[Quale]:
        """What is in view now, the most salient first."""
        return self.rank(self._stream.recent())[: self._capacity]

    @staticmethod
    def rank(qualia: Iterable[Quale]) -> list[Quale]:
        """All of `qualia`, the most salient first."""
        return sorted(qualia, key=lambda quale: (-salience(quale), quale.source))
