import asyncio

from core.events import Event, EventBus


def test_each_subscriber_of_a_topic_sees_each_event_once() -> None:
    seen: list[Event] = []
    bus = EventBus()
    bus.subscribe("stored", seen.append)
    event = bus.publish("stored", key="a")
    bus.publish("forgotten", key="b")

    assert asyncio.run(bus.drain()) == 2
    assert seen == [event]


def test_the_wildcard_sees_every_topic() -> None:
    seen: list[Event] = []
    bus = EventBus()
    bus.subscribe("*", seen.append)
    events = [bus.publish("stored"), bus.publish("forgotten")]

    asyncio.run(bus.drain())
    assert seen == events
