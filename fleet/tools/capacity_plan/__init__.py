"""When will the disks be full?"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import linear_regression

__all__ = ["days_until_full"]


def days_until_full(used_per_day: Sequence[float], *, capacity: float) -> float | None:
    """Days from the last measurement on, along a straight line; None when usage does not grow."""
    days = range(len(used_per_day))
    slope, intercept = linear_regression(days, used_per_day)
    if slope <= 0:
        return None
    return max(0.0, (capacity - intercept) / slope - days[-1])
