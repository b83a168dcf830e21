"""One file per key below the data folder, with a cache in front."""

from __future__ import annotations

from pathlib import Path

from core.config import Settings
from core.events import EventBus
from core.in_memory_cache import InMemoryCache
from core.retry import retry
from core.types import Identifier

from .journal import Journal

SUFFIX = ".bin"


class StorageError(Exception):
    """A key that cannot be stored or is not there."""


class Storage:
    """Bytes under identifiers. Each change is announced on the bus and noted in the journal."""

    def __init__(self, settings: Settings, *, bus: EventBus, journal: Journal) -> None:
        self._folder = settings.data_folder
        self._attempts = settings.attempts
        self._bus = bus
        self._journal = journal
        self._cache: InMemoryCache[Identifier, bytes] = InMemoryCache(settings.cache_entries)

    def _path(self, key: Identifier) -> Path:
        if not key.replace("-", "").isalnum():
            raise StorageError(f"not a storable key: {key!r}")
        return self._folder / f"{key}{SUFFIX}"

    async def put(self, key: Identifier, data: bytes) -> None:
        """Store `data` under `key`, replacing what was there."""
        path = self._path(key)

        async def write() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

        await retry(write, attempts=self._attempts)
        self._cache.put(key, data)
        self._journal.note("put", key)
        self._bus.publish("storage.put", key=key)

    async def get(self, key: Identifier) -> bytes:
        """The bytes under `key`. Raises StorageError when there are none."""
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        path = self._path(key)
        if not path.exists():
            raise StorageError(f"nothing is stored under {key!r}")
        data = path.read_bytes()
        self._cache.put(key, data)
        return data


def open_storage(settings: Settings) -> Storage:
    """A storage with a bus and a journal of its own."""
    return Storage(settings, bus=EventBus(), journal=Journal())
