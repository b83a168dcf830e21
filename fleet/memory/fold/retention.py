"""How long a fold is kept."""

from __future__ import annotations

from dataclasses import dataclass

from .record import FoldRecord

__all__ = ["DEFAULT_RETENTION", "RetentionPolicy"]


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """Keeps a fold for `ticks`, and for ever when it has at least `precious` moments."""

    ticks: int
    precious: int

    def keeps(self, record: FoldRecord, *, now: int) -> bool:
        """Whether the record is still to be kept at tick `now`."""
        if len(record.moments) >= self.precious:
            return True
        return bool(record.moments) and now - record.moments[-1].tick <= self.ticks


DEFAULT_RETENTION = RetentionPolicy(ticks=10_000, precious=64)
