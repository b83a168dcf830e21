"""Where the bytes go: a profiler for the memory of a process."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Allocations", "profiled"]

SHOWN = 10


class Allocations:
    """The largest growths between two snapshots, filled in when the block ends."""

    def __init__(self) -> None:
        self.lines: list[str] = []


@contextmanager
def profiled() -> Iterator[Allocations]:
    """Measure the body of a `with` statement."""
    found = Allocations()
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    try:
        yield found
    finally:
        growth = tracemalloc.take_snapshot().compare_to(before, "lineno")
        tracemalloc.stop()
        found.lines = [str(entry) for entry in growth[:SHOWN]]
