"""Two kinds of digest that never compare: xxh3 for staleness, SHA-256 for what people sign (SPEC section 3).

A `Fingerprint` is 16 raw bytes, a `Sha256` is text: mixing them up is a type error, and unequal at run time.
"""

from __future__ import annotations

import hashlib
from typing import NewType

from xxhash import xxh3_128_digest

Fingerprint = NewType("Fingerprint", bytes)
"""16 bytes of xxh3-128: tells whether bytes are the ones seen before. Never written where people read."""

Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits: pins, approvals, provenance."""

NOTHING = Fingerprint(bytes(16))
"""The fingerprint of an input that is not there."""


def fingerprint(data: bytes) -> Fingerprint:
    """The staleness digest of `data`."""
    return Fingerprint(xxh3_128_digest(data))


def combine(*parts: bytes) -> Fingerprint:
    """One fingerprint of several byte strings, each length-prefixed so that boundaries count."""
    return Fingerprint(xxh3_128_digest(b"".join(b"%d:%b" % (len(part), part) for part in parts)))


def sha256(data: bytes) -> Sha256:
    """The provenance digest of `data`."""
    return Sha256(hashlib.sha256(data).hexdigest())
