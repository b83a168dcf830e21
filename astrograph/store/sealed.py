"""Sealed records: a payload with a checksum over its key and itself, so that a flipped bit is a miss, not an answer."""

from __future__ import annotations

import marshal
from collections.abc import Iterable

from xxhash import xxh3_64_digest

_SEAL_SIZE = 8


def seal(key: bytes, payload: bytes) -> bytes:
    """The record to store under `key`."""
    return xxh3_64_digest(b"%b\0%b" % (key, payload)) + payload


def unseal(key: bytes, record: object) -> bytes | None:
    """The payload of a record read back under `key`, None when it is not what was sealed."""
    if not isinstance(record, bytes):
        return None
    payload = record[_SEAL_SIZE:]
    return payload if xxh3_64_digest(b"%b\0%b" % (key, payload)) == record[:_SEAL_SIZE] else None


def unseal_all(rows: Iterable[tuple[object, ...]]) -> dict[bytes, bytes]:
    """The payloads of all sound (key, record) rows; written out, since a no-op does little else."""
    records: dict[bytes, bytes] = {}
    for key, record in rows:
        if isinstance(key, bytes) and isinstance(record, bytes):
            payload = record[_SEAL_SIZE:]
            if xxh3_64_digest(b"%b\0%b" % (key, payload)) == record[:_SEAL_SIZE]:
                records[key] = payload
    return records


def unmarshal(payload: bytes) -> object:
    """The plain value that a payload holds, None for bytes that are none: whoever reads it looks at its shape."""
    try:
        return marshal.loads(payload)
    except (EOFError, MemoryError, TypeError, ValueError):
        return None
