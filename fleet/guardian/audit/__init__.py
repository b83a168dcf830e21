"""A log whose lines vouch for each other."""

from __future__ import annotations

import json
from hashlib import sha256

from core.events import Event

__all__ = ["AuditLog"]

GENESIS = "0" * 64


class AuditLog:
    """Each line holds the digest of the line before, so that no line can be changed alone."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def record(self, event: Event) -> None:
        """Append an event. Fits `EventBus.subscribe`."""
        before = sha256(self.lines[-1].encode()).hexdigest() if self.lines else GENESIS
        line = {"before": before, "topic": event.topic, "tick": event.moment.tick}
        self.lines.append(json.dumps(line, sort_keys=True))

    def intact(self) -> bool:
        """Whether every line still fits the one before."""
        expected = GENESIS
        for line in self.lines:
            if json.loads(line)["before"] != expected:
                return False
            expected = sha256(line.encode()).hexdigest()
        return True
