"""The value everything here is about."""

from __future__ import annotations

from dataclasses import dataclass

from core.types import Identifier, Moment

__all__ = ["FoldRecord"]


@dataclass(frozen=True, slots=True)
class FoldRecord:
    """Moments in the order of their ticks, and the folds they were folded from."""

    moments: tuple[Moment, ...]
    parents: tuple[Identifier, ...] = ()

    @property
    def span(self) -> int:
        """How many ticks the record covers."""
        return self.moments[-1].tick - self.moments[0].tick if self.moments else 0
