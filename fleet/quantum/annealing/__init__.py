"""Find a low-energy state by cooling down slowly."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import TypeVar

State = TypeVar("State")

__all__ = ["anneal"]

START_TEMPERATURE = 1.0
COOLING = 0.95


def anneal(
    state: State,
    *,
    energy: Callable[[State], float],
    neighbour: Callable[[State, Random], State],
    steps: int,
    seed: int,
) -> State:
    """The best state met in `steps` steps; the same seed gives the same answer."""
    random, temperature = Random(seed), START_TEMPERATURE
    best = state
    for _ in range(steps):
        candidate = neighbour(state, random)
        change = energy(candidate) - energy(state)
        if change <= 0 or random.random() < math.exp(-change / temperature):
            state = candidate
        if energy(state) < energy(best):
            best = state
        temperature *= COOLING
    return best
