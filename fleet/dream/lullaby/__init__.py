"""Melodies that slow down."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["PENTATONIC", "lullaby"]

PENTATONIC = (0, 2, 4, 7, 9)
SLOWING = 1.06


def lullaby(bars: int, *, tempo: float = 72.0) -> Iterator[tuple[int, float]]:
    """Pairs of scale degree and seconds, each bar slower than the one before."""
    beat = 60.0 / tempo
    for bar in range(bars):
        for degree in (*PENTATONIC, PENTATONIC[-2], PENTATONIC[-3]):
            yield degree, beat
        beat *= SLOWING
