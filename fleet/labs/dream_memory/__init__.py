"""Is a dream remembered better when it was told?"""

from __future__ import annotations

from collections.abc import Iterable

from consciousness.mood import NEUTRAL
from core.types import Moment
from dream.narrative import tell
from memory.compaction import compact
from memory.recall import freshness

__all__ = ["night_to_remember", "recall_after", "retell"]


def retell(motifs: list[str], nights: int) -> list[str]:
    """The same dream, told once per night."""
    return [tell(motifs, NEUTRAL, seed=night) for night in range(nights)]


def recall_after(tellings: int, *, age: int) -> float:
    """How vivid a dream of that age is when it was told so often."""
    return freshness(age // (1 + tellings))


def night_to_remember(moments: Iterable[Moment]) -> Moment | None:
    """The last distinct moment of a night, None when there was none."""
    distinct = compact(moments)
    return distinct[-1] if distinct else None
