"""Many moments into one record, and one record back into moments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .record import FoldRecord

if TYPE_CHECKING:
    from core.types import Identifier, Moment

__all__ = ["fold", "unfold"]


def fold(moments: Iterable[Moment], *, parents: Iterable[Identifier] = ()) -> FoldRecord:
    """One record of all moments in the order of their ticks, linked to the folds they came from."""
    ordered = sorted(moments, key=lambda moment: (moment.tick, moment.identifier))
    return FoldRecord(tuple(ordered), tuple(sorted(set(parents))))


def unfold(record: FoldRecord, *, since: int = 0) -> tuple[Moment, ...]:
    """The moments of a record from tick `since` on."""
    return tuple(moment for moment in record.moments if moment.tick >= since)
