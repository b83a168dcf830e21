"""Logical time: ticks that only move forward."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ..types import Identifier, Moment

__all__ = ["Clock", "wait_for_tick"]

POLL_SECONDS = 0.005


@dataclass
class Clock:
    """A counter that hands out strictly increasing ticks."""

    tick: int = 0

    def advance(self, by: int = 1) -> int:
        """Move forward by at least one tick and return where the clock now stands."""
        if by < 1:
            raise ValueError("a clock only moves forward")
        self.tick += by
        return self.tick

    def stamp(self, name: str, **payload: object) -> Moment:
        """A moment at the next tick."""
        return Moment(Identifier(name), self.advance(), payload)


async def wait_for_tick(clock: Clock, tick: int) -> None:
    """Return as soon as `clock` has reached `tick`."""
    while clock.tick < tick:
        await asyncio.sleep(POLL_SECONDS)
