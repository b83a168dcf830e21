"""Random change, one base at a time."""

from __future__ import annotations

from random import Random

__all__ = ["BASES", "mutate"]

BASES = "ACGT"


def mutate(sequence: str, *, rate: float, seed: int) -> str:
    """A copy in which each base was replaced with probability `rate`."""
    random = Random(seed)
    return "".join(
        random.choice(BASES.replace(base, "")) if random.random() < rate else base for base in sequence
    )
