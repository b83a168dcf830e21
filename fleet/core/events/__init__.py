"""Events and the bus that carries them from publishers to subscribers."""

from core.events.bus import Event, EventBus, Subscriber

__all__ = ["Event", "EventBus", "Subscriber"]
