"""Folds: immutable bundles of moments, addressed by content and linked to what they were folded from."""

from .codec import decode, encode
from .digest import fold_id
from .errors import UnknownFoldError
from .folding import fold, unfold
from .lineage import ancestors_of
from .record import FoldRecord
from .retention import DEFAULT_RETENTION, RetentionPolicy
from .store import MAX_DEPTH, FoldStore

__all__ = [
    "DEFAULT_RETENTION",
    "MAX_DEPTH",
    "FoldRecord",
    "FoldStore",
    "RetentionPolicy",
    "UnknownFoldError",
    "ancestors_of",
    "decode",
    "encode",
    "fold",
    "fold_id",
    "unfold",
]
