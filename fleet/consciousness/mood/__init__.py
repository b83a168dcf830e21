"""A slow average of how things have felt."""

from __future__ import annotations

from dataclasses import dataclass

from consciousness.qualia import Quale
from core.types import clamp

__all__ = ["NEUTRAL", "Mood"]

INERTIA = 0.9


@dataclass(frozen=True, slots=True)
class Mood:
    """A level from 0 (flat) to 1 (elated)."""

    level: float

    def after(self, quale: Quale) -> Mood:
        """The mood once `quale` has been felt."""
        return Mood(clamp(INERTIA * self.level + (1 - INERTIA) * quale.intensity))


NEUTRAL = Mood(0.5)
