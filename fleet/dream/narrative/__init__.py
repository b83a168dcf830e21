"""Short stories from a mood and a handful of motifs."""

from __future__ import annotations

from collections.abc import Sequence

from consciousness.mood import Mood
from dream.remix import remix

__all__ = ["OPENINGS", "tell"]

OPENINGS = {
    "bright": "It began with light:",
    "even": "Nothing had changed, except",
    "dark": "Nobody spoke of",
}


def tell(motifs: Sequence[str], mood: Mood, *, seed: int) -> str:
    """One sentence that holds the motifs in the tone of a mood."""
    tone = "bright" if mood.level > 0.66 else "dark" if mood.level < 0.33 else "even"
    return f"{OPENINGS[tone]} {remix(motifs, seed=seed, boldness=mood.level)}."
