"""What a clean sample proves: exact, never too good, and the worst case over strata."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest

from astrograph.publication.bound import CONFIDENCES, bounds_of, most_defects, most_defects_in, unseen


@pytest.mark.parametrize(
    ("population", "sample", "confidence", "defects"),
    [
        (100, 10, 95, 24),
        (100, 10, 99, 35),
        (1000, 100, 95, 28),
        (1000, 100, 99, 42),
        (2, 1, 95, 1),
        (1, 1, 95, 0),
        (50, 50, 99, 0),
        (50, 0, 95, 50),
        (0, 0, 95, 0),
        (20, 19, 95, 0),  # one of twenty is missed with a chance of exactly 5 %: that rules it out
    ],
)
def test_a_clean_sample_leaves_at_most_so_many_defects(population, sample, confidence, defects):
    assert most_defects(population, sample, confidence=confidence) == defects


def test_the_bound_is_the_largest_number_that_the_hypergeometric_distribution_cannot_rule_out():
    for population, confidence in product(range(1, 40), CONFIDENCES):
        for sample in range(population + 1):
            limit = Fraction(100 - confidence, 100)
            possible = [d for d in range(population + 1) if unseen(population, sample, d) > limit]
            assert most_defects(population, sample, confidence=confidence) == max(possible)


def test_the_chance_of_seeing_nothing_is_what_counting_samples_gives():
    population, sample, defects = 8, 3, 2
    clean = [chosen for chosen in combinations(range(population), sample) if min(chosen) >= defects]
    assert unseen(population, sample, defects) == Fraction(len(clean), comb(population, sample))
    assert unseen(3, 1, 4) == 0


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize(
    "strata", [[(6, 1), (3, 2)], [(4, 2), (4, 1), (2, 1)], [(10, 1), (1, 1)], [(5, 0), (5, 2)], [(7, 7), (3, 1)]]
)
def test_of_several_strata_the_worst_way_the_defects_can_lie_counts(strata, confidence):
    limit = Fraction(100 - confidence, 100)
    worst = 0
    for lying in product(*(range(population + 1) for population, _ in strata)):
        chance = Fraction(1)
        for (population, sample), defects in zip(strata, lying, strict=True):
            chance *= unseen(population, sample, defects)
        worst = max(worst, sum(lying) if chance > limit else 0)
    assert most_defects_in(strata, confidence=confidence) == worst


def test_a_large_stratum_hides_more_than_the_size_of_the_whole_sample_suggests():
    strata = [(1000, 100)] + [(1, 1)] * 100
    assert most_defects_in(strata, confidence=95) == most_defects(1000, 100, confidence=95)
    assert most_defects(1100, 200, confidence=95) < most_defects_in(strata, confidence=95)


def test_more_confidence_and_smaller_samples_leave_more_open():
    bounds = {c: [most_defects(500, n, confidence=c) for n in range(1, 500, 20)] for c in CONFIDENCES}
    assert all(a >= b for c in CONFIDENCES for a, b in zip(bounds[c], bounds[c][1:], strict=False))
    assert all(a <= b for a, b in zip(bounds[95], bounds[99], strict=True))


def test_a_bound_knows_its_share_of_everything_that_changes():
    bounds = bounds_of([(90, 9)], population=100)
    assert [(b.confidence, b.population) for b in bounds] == [(95, 100), (99, 100)]
    assert bounds[0].share == Fraction(bounds[0].defects, 100)
    assert bounds_of([], population=0)[0].share == 0


@pytest.mark.parametrize(("population", "sample", "confidence"), [(5, 6, 95), (5, -1, 95), (5, 1, 0), (5, 1, 100)])
def test_what_is_no_sample_or_no_confidence_is_refused(population, sample, confidence):
    with pytest.raises(ValueError, match=r"sample|confidence"):
        most_defects(population, sample, confidence=confidence)


def test_a_sample_of_one_in_a_hundred_thousand_is_worked_out_too():
    assert most_defects(100_000, 1, confidence=95) == 94_999
