"""A sketch that was saved half-way: it does not parse, and the fleet has to live with it."""

from labs.broken_wing.flight import glide

__all__ = ["glide", "flap"


def flap(times: int) -> float:
    """Height gained by flapping
    return times *
