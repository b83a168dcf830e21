"""Let go of what nobody asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from core.types import Moment

if TYPE_CHECKING:
    from memory.recall import Recall

__all__ = ["forgettable", "strength"]

STABILITY_TICKS = 2_000.0


def strength(age: int, rehearsals: int) -> float:
    """Exponential forgetting, slowed down by every rehearsal."""
    return math.exp(-age / (STABILITY_TICKS * (1 + rehearsals)))


def forgettable(
    moments: Iterable[Moment], *, now: int, recall: Recall, threshold: float = 0.05
) -> Iterator[Moment]:
    """The moments too weak to keep that their own words no longer bring back."""
    for moment in moments:
        if strength(now - moment.tick, 0) >= threshold:
            continue
        question = " ".join(str(value) for value in moment.payload.values())
        if moment.identifier not in recall.ask(question, now=now):
            yield moment
