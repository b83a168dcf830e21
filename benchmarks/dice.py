"""Repeatable chance: the same numbers on every Python version, platform and hash seed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

_STREAMS = 1_000_003


class Dice:
    """A stream of choices for one seed and one package index.

    Only `Random(int)` and `Random.random()` are used: they are the parts of `random` that keep their sequence
    between Python versions.
    """

    __slots__ = ("_random",)

    def __init__(self, *, seed: int, index: int) -> None:
        self._random = Random(seed * _STREAMS + index).random

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1."""
        return int(self._random() * bound)

    def low(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1, the low ones more often: what is old is imported more."""
        return int(self._random() ** 3 * bound)

    def chance(self, probability: float) -> bool:
        """Say yes with this probability (0..1)."""
        return self._random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Pick one of the options."""
        return options[int(self._random() * len(options))]

    def some(self, options: Sequence[T], *, count: int) -> list[T]:
        """Pick `count` different options, in the order of `options`, from a random start."""
        start = self.below(len(options))
        return [options[(start + step) % len(options)] for step in range(min(count, len(options)))]
