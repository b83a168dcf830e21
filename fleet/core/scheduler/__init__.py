"""Run callbacks when logical time reaches them."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

from core.clock import Clock
from core.events import EventBus

__all__ = ["Scheduler"]


@dataclass(order=True)
class _Entry:
    due: int
    order: int
    action: Callable[[], None] = field(compare=False)


class Scheduler:
    """A queue of callbacks ordered by due tick, then by when they were added."""

    def __init__(self, clock: Clock, bus: EventBus | None = None) -> None:
        self._clock = clock
        self._bus = bus
        self._entries: list[_Entry] = []
        self._added = 0

    def after(self, ticks: int, action: Callable[[], None]) -> None:
        """Call `action` once, `ticks` from now."""
        self._added += 1
        heapq.heappush(self._entries, _Entry(self._clock.tick + ticks, self._added, action))

    def run_due(self) -> int:
        """Call everything that is due; returns how many callbacks ran."""
        ran = 0
        while self._entries and self._entries[0].due <= self._clock.tick:
            heapq.heappop(self._entries).action()
            ran += 1
        if self._bus is not None and ran:
            self._bus.publish("scheduler.ran", count=ran)
        return ran
