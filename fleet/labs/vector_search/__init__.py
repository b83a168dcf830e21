"""Nearest neighbours, tried as an alternative to the word index."""

from __future__ import annotations

import faiss
import numpy as np

from core.types import Identifier, Vector

__all__ = ["VectorSearch"]


class VectorSearch:
    """A flat index over vectors of one length."""

    def __init__(self, length: int) -> None:
        self._index = faiss.IndexFlatL2(length)
        self._keys: list[Identifier] = []

    def add(self, key: Identifier, vector: Vector) -> None:
        """Make a vector findable."""
        self._index.add(np.array([vector], dtype="float32"))
        self._keys.append(key)

    def nearest(self, vector: Vector, *, count: int = 5) -> list[Identifier]:
        """The keys of the nearest vectors, nearest first."""
        _, positions = self._index.search(np.array([vector], dtype="float32"), count)
        return [self._keys[position] for position in positions[0] if position >= 0]
