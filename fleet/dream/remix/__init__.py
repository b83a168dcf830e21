"""Put known pieces together in an unknown order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

__all__ = ["remix"]

SEPARATOR = " / "


def remix(pieces: Sequence[str], *, seed: int, boldness: float = 0.5) -> str:
    """Some of the pieces, shuffled: the bolder, the fewer."""
    if not pieces:
        return ""
    keep = max(1, round(len(pieces) * (1.0 - boldness)))
    return SEPARATOR.join(Random(seed).sample(list(pieces), keep))
