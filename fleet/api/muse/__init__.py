"""A line of inspiration on request."""

from __future__ import annotations

from consciousness.mood import NEUTRAL
from dream.narrative import tell

__all__ = ["inspire"]


def inspire(motifs: list[str], *, seed: int) -> str:
    """One sentence around the motifs of a caller."""
    return tell(motifs, NEUTRAL, seed=seed)
