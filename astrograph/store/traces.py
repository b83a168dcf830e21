"""Traces: what each target was made from and what came out, by digest (SPEC section 8).

These are the "verifying traces" of *Build Systems à la Carte*.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from astrograph.model.digests import NOTHING, Fingerprint

_PACK = Struct("16s16s16s16s16s16s16s16s")
_PACK_NODE = Struct("16s16s16s")


class ModuleTrace(NamedTuple):
    """The trace of one manifest, eight fingerprints in the order they are stored.

    `signature` and `output_signature` digest stat keys (NOTHING when they prove nothing); the others digest
    content as it was read: the package source, the authored files, the policy, what its imports resolve to, the
    manifest's bytes, and the ledger line.
    """

    signature: Fingerprint
    source: Fingerprint
    authored: Fingerprint
    policy: Fingerprint
    resolution: Fingerprint
    output: Fingerprint
    output_signature: Fingerprint
    line: Fingerprint

    def pack(self) -> bytes:
        """The 128 bytes to store."""
        return _PACK.pack(*self)

    @classmethod
    def unpack(cls, data: bytes) -> ModuleTrace | None:
        """The inverse of `pack`, None for bytes of another shape."""
        if len(data) != _PACK.size:
            return None
        return cls(*map(Fingerprint, _PACK.unpack(data)))


class NodeTrace(NamedTuple):
    """The trace of a target that is made from others: a ledger, a gate."""

    inputs: Fingerprint
    output: Fingerprint
    output_signature: Fingerprint = NOTHING

    def pack(self) -> bytes:
        """The 48 bytes to store."""
        return _PACK_NODE.pack(*self)

    @classmethod
    def unpack(cls, data: bytes | None) -> NodeTrace | None:
        """The inverse of `pack`, None for bytes of another shape."""
        if data is None or len(data) != _PACK_NODE.size:
            return None
        return cls(*map(Fingerprint, _PACK_NODE.unpack(data)))
