"""Logistic growth towards a carrying capacity."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["grow"]


def grow(population: float, *, rate: float, capacity: float) -> Iterator[float]:
    """The population generation by generation, without end."""
    while True:
        yield population
        population += rate * population * (1 - population / capacity)
