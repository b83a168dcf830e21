"""Durable key-value storage: what is put survives the process."""

from .engine import Storage, StorageError, open_storage
from .journal import Journal

__all__ = ["Journal", "Storage", "StorageError", "open_storage"]
