"""A token bucket per caller."""

from __future__ import annotations

from dataclasses import dataclass

from core.types import clamp

__all__ = ["Bucket"]


@dataclass
class Bucket:
    """Holds up to `size` tokens and gains `per_tick` with every tick."""

    size: float
    per_tick: float
    level: float = 0.0
    _tick: int = 0

    def take(self, now: int, *, cost: float = 1.0) -> bool:
        """Take `cost` tokens if there are enough at tick `now`."""
        gained = (now - self._tick) * self.per_tick
        self.level, self._tick = clamp(self.level + gained, high=self.size), now
        if self.level < cost:
            return False
        self.level -= cost
        return True
