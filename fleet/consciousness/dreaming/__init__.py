"""Awareness at night: loosely re-combines what the day has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consciousness.mood import NEUTRAL, Mood
from dream.remix import remix

if TYPE_CHECKING:
    from consciousness.stream import Stream

__all__ = ["Night", "rem_cycle"]

CYCLE_TICKS = 90


class Night:
    """A sequence of cycles, each further from what was lived."""

    def __init__(self, stream: Stream, *, mood: Mood = NEUTRAL) -> None:
        self._stream = stream
        self._mood = mood
        self.cycles = 0

    async def sleep(self, cycles: int) -> list[str]:
        """Dream `cycles` times; returns what each was about."""
        return [await self._cycle() for _ in range(cycles)]

    async def _cycle(self) -> str:
        self.cycles += 1
        sources = [quale.source for quale in self._stream.recent()]
        return rem_cycle(sources, depth=self.cycles, mood=self._mood)


def rem_cycle(sources: list[str], *, depth: int, mood: Mood) -> str:
    """What one cycle is about, given the sources it draws on."""
    return remix(sources, seed=depth, boldness=mood.level)
