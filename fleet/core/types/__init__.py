"""Small immutable values that travel between packages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

__all__ = ["EMPTY_VECTOR", "Identifier", "Moment", "Vector", "clamp"]

Identifier = NewType("Identifier", str)
Vector = tuple[float, ...]

EMPTY_VECTOR: Vector = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened at a logical tick, with whatever was known about it."""

    identifier: Identifier
    tick: int
    payload: Mapping[str, object] = field(default_factory=dict)

    def at(self, tick: int) -> Moment:
        """The same moment at another tick."""
        return Moment(self.identifier, tick, self.payload)


def clamp(value: float, *, low: float = 0.0, high: float = 1.0) -> float:
    """`value`, moved into the closed range from `low` to `high`."""
    return max(low, min(high, value))
