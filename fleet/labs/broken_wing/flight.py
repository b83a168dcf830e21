"""The half that works."""

from __future__ import annotations

__all__ = ["glide"]

GLIDE_RATIO = 12.0


def glide(height: float) -> float:
    """How far a glide from `height` metres reaches, in metres."""
    return height * GLIDE_RATIO
