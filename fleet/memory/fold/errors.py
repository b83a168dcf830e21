"""What can go wrong with a fold."""

from __future__ import annotations

__all__ = ["UnknownFoldError"]


class UnknownFoldError(LookupError):
    """No fold is kept under this identifier."""
