"""What an experience is like: a felt quality derived from what has been folded away."""

from __future__ import annotations

from dataclasses import dataclass

from core.types import Identifier, clamp
from memory.fold import FoldStore, unfold

__all__ = ["Quale", "feel"]

FULL_INTENSITY_MOMENTS = 16


@dataclass(frozen=True, slots=True)
class Quale:
    """A felt quality: how strong it is, and how familiar."""

    source: Identifier
    intensity: float
    familiarity: float


async def feel(store: FoldStore, key: Identifier, *, since: int = 0) -> Quale:
    """The quality of re-living a fold from tick `since` on."""
    record = await store.get(key)
    lived = unfold(record, since=since)
    return Quale(
        source=key,
        intensity=clamp(len(lived) / FULL_INTENSITY_MOMENTS),
        familiarity=clamp(len(record.parents) / 4),
    )
