"""Folds in durable storage."""

from __future__ import annotations

from core.storage import Storage, StorageError
from core.types import Identifier

from .codec import decode, encode
from .digest import fold_id
from .errors import UnknownFoldError
from .lineage import ancestors_of
from .record import FoldRecord

__all__ = ["MAX_DEPTH", "FoldStore"]

MAX_DEPTH = 32


class FoldStore:
    """Keeps folds under their content, so that putting one twice keeps it once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._parents: dict[Identifier, tuple[Identifier, ...]] = {}

    async def put(self, record: FoldRecord) -> Identifier:
        """Keep a fold and return its identifier. Raises ValueError for a lineage deeper than `MAX_DEPTH`."""
        data = encode(record)
        key = fold_id(data)
        if len(ancestors_of(key, {**self._parents, key: record.parents})) > MAX_DEPTH:
            raise ValueError(f"lineage of {key} is deeper than {MAX_DEPTH}")
        await self._storage.put(key, data)
        self._parents[key] = record.parents
        return key

    async def get(self, key: Identifier) -> FoldRecord:
        """The fold under `key`. Raises UnknownFoldError when there is none."""
        try:
            return decode(await self._storage.get(key))
        except StorageError as error:
            raise UnknownFoldError(key) from error
