"""Merge neighbours that say the same thing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from core.types import Moment

__all__ = ["compact"]


def compact(moments: Iterable[Moment]) -> list[Moment]:
    """The first moment of each run with equal payload."""
    return [next(run) for _, run in groupby(moments, key=lambda moment: moment.payload)]
