"""Counters and timings that cost next to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

__all__ = ["Telemetry", "timed"]


class Telemetry:
    """Named counters and the total seconds spent under each name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}

    def count(self, name: str, amount: int = 1) -> None:
        """Add `amount` to a counter."""
        self.counts[name] += amount

    def spend(self, name: str, seconds: float) -> None:
        """Add a duration, in seconds."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds


@contextmanager
def timed(telemetry: Telemetry, name: str) -> Iterator[None]:
    """Measure the body of a `with` statement."""
    started = perf_counter()
    try:
        yield
    finally:
        telemetry.spend(name, perf_counter() - started)
