"""How long is a night, counted in cycles?"""

from __future__ import annotations

from typing import NamedTuple

from consciousness.dreaming import CYCLE_TICKS

__all__ = ["Phase", "phases"]


class Phase(NamedTuple):
    """A phase of the night and its first tick."""

    name: str
    start: int


def phases(ticks: int) -> list[Phase]:
    """Alternating deep and light phases over `ticks`."""
    starts = range(0, ticks, CYCLE_TICKS // 2)
    return [Phase("light" if number % 2 else "deep", start) for number, start in enumerate(starts)]
