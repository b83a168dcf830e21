"""How much there is to be surprised about."""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

__all__ = ["shannon_bits"]


def shannon_bits(probabilities: Iterable[float]) -> float:
    """The entropy of a distribution, in bits."""
    return -sum(p * log2(p) for p in probabilities if p > 0)
