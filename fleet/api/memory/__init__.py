"""Read access to folds for callers outside."""

from __future__ import annotations

from pydantic import BaseModel

from core.types import Identifier
from memory.fold import FoldStore, UnknownFoldError

__all__ = ["FoldView", "MemoryService"]


class FoldView(BaseModel):
    """A fold as callers see it: no payloads, only its size and lineage."""

    key: str
    moments: int
    span: int
    parents: list[str]


class MemoryService:
    """Answers questions about folds."""

    def __init__(self, store: FoldStore) -> None:
        self._store = store

    async def view(self, key: str) -> FoldView | None:
        """The view of one fold, None when it is unknown."""
        try:
            record = await self._store.get(Identifier(key))
        except UnknownFoldError:
            return None
        return FoldView(key=key, moments=len(record.moments), span=record.span, parents=list(record.parents))
