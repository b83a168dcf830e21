"""Notice that files have changed, by asking again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

__all__ = ["changes"]

PAUSE_SECONDS = 0.5


def _stamps(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


async def changes(folder: Path, *, pause: float = PAUSE_SECONDS) -> AsyncIterator[set[Path]]:
    """The files added, changed or removed since the time before; never an empty set."""
    before = _stamps(folder)
    while True:
        await asyncio.sleep(pause)
        after = _stamps(folder)
        if changed := {path for path, _ in before.items() ^ after.items()}:
            yield changed
        before = after
