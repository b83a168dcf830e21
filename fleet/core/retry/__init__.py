"""Try again, a little later each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.telemetry import Telemetry

__all__ = ["backoff_seconds", "retry"]

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 5.0


def backoff_seconds(attempt: int) -> float:
    """How long to pause after the given failed attempt, counted from 1."""
    return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))


async def retry(
    action: Callable[[], Awaitable[T]],
    *,
    attempts: int = 3,
    telemetry: Telemetry | None = None,
) -> T:
    """The result of `action`, tried at most `attempts` times; the last failure is raised."""
    for attempt in range(1, attempts):
        try:
            return await action()
        except OSError:
            if telemetry is not None:
                telemetry.count("retry")
            await asyncio.sleep(backoff_seconds(attempt))
    return await action()
