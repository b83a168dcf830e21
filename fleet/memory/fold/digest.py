"""What a fold is called."""

from __future__ import annotations

from hashlib import blake2b

from core.types import Identifier

__all__ = ["fold_id"]


def fold_id(data: bytes) -> Identifier:
    """The identifier of a fold: a digest of its canonical bytes."""
    return Identifier(blake2b(data, digest_size=16).hexdigest())
