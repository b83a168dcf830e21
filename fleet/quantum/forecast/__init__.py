"""What comes next, as a distribution rather than a number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from itertools import pairwise

from quantum.entropy import shannon_bits

__all__ = ["MarkovForecast"]


class MarkovForecast:
    """First-order transitions, counted."""

    def __init__(self) -> None:
        self._next: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)

    def learn(self, sequence: Iterable[Hashable]) -> None:
        """Count each step of a sequence."""
        for before, after in pairwise(sequence):
            self._next[before][after] += 1

    def after(self, state: Hashable) -> dict[Hashable, float]:
        """The distribution of what follows `state`; empty when it was never left."""
        counts = self._next.get(state, Counter())
        total = sum(counts.values())
        return {following: count / total for following, count in counts.items()}

    def surprise_bits(self, state: Hashable) -> float:
        """How open the future of `state` is, in bits."""
        return shannon_bits(self.after(state).values())
