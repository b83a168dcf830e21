"""The stream itself: what was felt, in order, with a short tail."""

from __future__ import annotations

from collections import deque

from consciousness.qualia import Quale

__all__ = ["Stream"]

TAIL = 64


class Stream:
    """A bounded sequence of qualia."""

    def __init__(self, *, tail: int = TAIL) -> None:
        self._qualia: deque[Quale] = deque(maxlen=tail)

    def append(self, quale: Quale) -> None:
        """Let one more quale pass."""
        self._qualia.append(quale)

    def recent(self) -> tuple[Quale, ...]:
        """What is still in the tail, oldest first."""
        return tuple(self._qualia)

    def highlight(self) -> Quale | None:
        """The most salient quale of the tail, None when nothing has passed."""
        from consciousness.attention import Spotlight

        ranked = Spotlight.rank(self._qualia)
        return ranked[0] if ranked else None
