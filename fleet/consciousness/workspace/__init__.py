"""A global workspace: what wins attention is told to everyone."""

from __future__ import annotations

from consciousness.attention import Spotlight
from core.events import EventBus

__all__ = ["GlobalWorkspace"]

TOPIC = "workspace.broadcast"


class GlobalWorkspace:
    """Broadcasts the contents of the spotlight."""

    def __init__(self, spotlight: Spotlight, bus: EventBus) -> None:
        self._spotlight = spotlight
        self._bus = bus

    async def broadcast(self) -> int:
        """Tell everyone what is noticed now; returns how many qualia were told."""
        noticed = self._spotlight.noticed()
        for quale in noticed:
            self._bus.publish(TOPIC, source=quale.source, intensity=quale.intensity)
        await self._bus.drain()
        return len(noticed)
