"""What a clean sample proves: the most defects that can have gone unseen, exactly (SPEC section 10).

A sample of n out of N that shows none of D defects has the probability C(N-D, n) / C(N, n), the hypergeometric
distribution at zero. The largest D for which that is more than 1 - confidence cannot be ruled out: it is the bound.
Whole numbers and exact fractions throughout: the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heapreplace
from math import comb

CONFIDENCES = (95, 99)
"""The levels that reports tell, in per cent."""


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `defects` of `population` can be defective, with `confidence` per cent, when the sample is clean."""

    confidence: int
    defects: int
    population: int

    @property
    def share(self) -> Fraction:
        """The defects as a share of the population, 0 for an empty one."""
        return Fraction(self.defects, self.population) if self.population else Fraction(0)


def unseen(population: int, sample: int, defects: int) -> Fraction:
    """The probability that a random `sample` of `population` shows none of `defects`."""
    return (
        Fraction(comb(population - defects, sample), comb(population, sample)) if defects <= population else Fraction(0)
    )


def most_defects(population: int, sample: int, *, confidence: int) -> int:
    """The most defects in a population of which a simple random sample was clean, with `confidence` per cent.

    Raises ValueError unless 0 <= sample <= population and 0 < confidence < 100.
    """
    return most_defects_in([(population, sample)], confidence=confidence)


def most_defects_in(strata: Iterable[tuple[int, int]], *, confidence: int) -> int:
    """The same for a sample drawn stratum by stratum: (population, sample) each, however the defects lie.

    The defects are thought where they are hardest to see. The chance to miss one more in a stratum only falls with
    each that is there already, so putting each where that chance is greatest gives the worst case.
    """
    if not 0 < confidence < 100:  # noqa: PLR2004 (per cent)
        raise ValueError("confidence is between 0 and 100 per cent")
    pairs = [(population, sample) for population, sample in strata if population]
    if any(not 0 <= sample <= population for population, sample in pairs):
        raise ValueError("a sample is a part of its population")
    # What nobody looked at may all be defective, whatever the rest says.
    free = sum(population for population, sample in pairs if not sample)
    # Smallest first: the share of a stratum's clean looking modules that was drawn, where one more would be seen.
    heap = [(Fraction(sample, population), population, sample) for population, sample in pairs if sample]
    heapify(heap)
    limit = Fraction(100 - confidence, 100)
    chance, defects = Fraction(1), 0
    while heap:
        seen, population, sample = heap[0]
        chance *= 1 - seen
        if chance <= limit:
            break
        defects += 1
        heapreplace(heap, (Fraction(sample, population - 1), population - 1, sample))
    return free + defects


def bounds_of(strata: Iterable[tuple[int, int]], *, population: int) -> tuple[Bound, ...]:
    """The bound at each confidence; `population` counts the critical modules too, which were all looked at."""
    pairs = list(strata)
    return tuple(
        Bound(confidence, most_defects_in(pairs, confidence=confidence), population) for confidence in CONFIDENCES
    )
