"""What stays of a picture when the eyes are closed."""

from __future__ import annotations

from core.types import Moment, Vector
from memory.recall import freshness

__all__ = ["Afterimage"]


class Afterimage:
    """A fading copy of the last vector seen."""

    def __init__(self) -> None:
        self._seen: Vector = ()
        self._tick = 0

    def look(self, moment: Moment, vector: Vector) -> None:
        """Replace what is held by what is seen now."""
        self._seen, self._tick = vector, moment.tick

    def linger(self, now: int) -> Vector:
        """What is left at tick `now`."""
        fading = freshness(now - self._tick)
        return tuple(value * fading for value in self._seen)
