"""What was changed, in order, flushed a little later."""

from __future__ import annotations

from core.clock import Clock
from core.scheduler import Scheduler

FLUSH_AFTER_TICKS = 8


class Journal:
    """Collects changes and moves them to `flushed` when logical time allows."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._scheduler = Scheduler(self._clock)
        self._pending: list[tuple[str, str]] = []
        self.flushed: list[tuple[str, str]] = []

    def note(self, change: str, key: str) -> None:
        """Remember one change."""
        if not self._pending:
            self._scheduler.after(FLUSH_AFTER_TICKS, self.flush)
        self._pending.append((change, key))
        self._clock.advance()
        self._scheduler.run_due()

    def flush(self) -> None:
        """Move everything pending to `flushed`."""
        self.flushed += self._pending
        self._pending.clear()
