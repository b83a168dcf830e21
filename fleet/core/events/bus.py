"""A synchronous bus with an asynchronous drain."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import Clock
from core.types import Moment

WILDCARD = "*"


@dataclass(frozen=True, slots=True)
class Event:
    """A moment published under a topic."""

    topic: str
    moment: Moment


Subscriber = Callable[[Event], None]


class EventBus:
    """Delivers each event once to every subscriber of its topic, in the order of subscription."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._subscribers: defaultdict[str, list[Subscriber]] = defaultdict(list)
        self._queue: deque[Event] = deque()

    def subscribe(self, topic: str, subscriber: Subscriber) -> None:
        """Call `subscriber` for every event of `topic`, or of all topics for `*`."""
        self._subscribers[topic].append(subscriber)

    def publish(self, topic: str, **payload: object) -> Event:
        """Queue an event and return it."""
        event = Event(topic, self._clock.stamp(topic, **payload))
        self._queue.append(event)
        return event

    async def drain(self) -> int:
        """Deliver everything that is queued; returns how many events were delivered."""
        delivered = 0
        while self._queue:
            event = self._queue.popleft()
            for subscriber in (*self._subscribers[event.topic], *self._subscribers[WILDCARD]):
                subscriber(event)
            delivered += 1
        return delivered
