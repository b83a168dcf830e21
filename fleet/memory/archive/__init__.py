"""Cold storage: compressed, slow, and hard to lose."""

from __future__ import annotations

import gzip

from core.storage import Storage
from core.types import Identifier

__all__ = ["Archive"]


class Archive:
    """Moves blobs between warm storage and compressed copies."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def freeze(self, key: Identifier) -> Identifier:
        """Store a compressed copy and return its key."""
        data = gzip.compress(await self._storage.get(key), mtime=0)
        frozen = Identifier(f"{key}-frozen")
        await self._storage.put(frozen, data)
        return frozen

    async def thaw(self, key: Identifier) -> bytes:
        """The original bytes of a frozen copy."""
        return gzip.decompress(await self._storage.get(key))
