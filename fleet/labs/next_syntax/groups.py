"""Exception groups (Python 3.11)."""

import asyncio
from collections.abc import Awaitable, Iterable


async def gather_quietly(awaitables: Iterable[Awaitable[None]]) -> int:
    """Run everything at once; returns how many failed with an OSError. Other failures are raised."""
    failed = 0

    async def run(awaitable: Awaitable[None]) -> None:
        await awaitable

    try:
        async with asyncio.TaskGroup() as group:
            for awaitable in awaitables:
                group.create_task(run(awaitable))
    except* OSError as errors:
        failed = len(errors.exceptions)
    return failed
