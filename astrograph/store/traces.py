"""Traces: what each target was made from and what came out, by digest (SPEC section 8).

These are the "verifying traces" of *Build Systems à la Carte*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct, error
from typing import NamedTuple

from astrograph.model.digests import NOTHING, Fingerprint, combine
from astrograph.model.ids import ModuleId

_PACK = Struct("16s16s16s16s16s16s16s16s16s")
_PACK_NODE = Struct("16s16s16s")
_OUTPUT_SIGNATURE_AT, _AUTHORED_AT, _RESOLUTION_AT, _SOURCE_AT = 16, 32, 64, 80
_OUTPUT_AT, _LINE_AT, _SITES_AT = 96, 112, 128

_NO_TRACE = bytes(_PACK.size)

StructError = error
"""Raised for a record of another shape."""


class ModuleTrace(NamedTuple):
    """The trace of one manifest, nine fingerprints in the order they are stored.

    `signature` and `output_signature` digest stat keys (NOTHING when they prove nothing); the others digest
    content as it was read: the package source, the authored files, the policy, what its imports resolve to, the
    manifest's bytes, the ledger line, and where its imports stand.
    """

    signature: Fingerprint
    output_signature: Fingerprint
    authored: Fingerprint
    policy: Fingerprint
    resolution: Fingerprint
    source: Fingerprint
    output: Fingerprint
    line: Fingerprint
    sites: Fingerprint

    def pack(self) -> bytes:
        """The 144 bytes to store."""
        return _PACK.pack(*self)

    @classmethod
    def unpack(cls, data: bytes) -> ModuleTrace:
        """The inverse of `pack`; raises StructError for bytes of another shape."""
        return cls._make(_PACK.unpack(data))


class Traces:
    """The traces of all modules, kept packed: a run with nothing to do compares 100,000 of them and opens none."""

    def __init__(self, packed: dict[ModuleId, bytes]) -> None:
        self._packed = {module: data for module, data in packed.items() if len(data) == _PACK.size}
        self.changes = 0
        """How often a trace was set: what was worked out from all of them holds while this stands still."""

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[ModuleId]:
        return iter(self._packed)

    def get(self, module: ModuleId) -> ModuleTrace | None:
        """The trace of one module, None when it has none."""
        data = self._packed.get(module)
        return None if data is None else ModuleTrace.unpack(data)

    def put(self, module: ModuleId, trace: ModuleTrace) -> None:
        """Set the trace of one module."""
        self.changes += 1
        self._packed[module] = trace.pack()

    def is_settled(self, module: ModuleId) -> bool:
        """Whether the manifest of a module is proved by its stat key, once it was old enough to be."""
        data = self._packed.get(module)
        return data is not None and data[_OUTPUT_SIGNATURE_AT:_AUTHORED_AT] != NOTHING

    def items(self) -> Iterator[tuple[ModuleId, ModuleTrace]]:
        """Every module with its trace."""
        return ((module, ModuleTrace.unpack(data)) for module, data in self._packed.items())

    def output(self, module: ModuleId) -> Fingerprint:
        """The fingerprint of the manifest of a module, NOTHING when it has no trace."""
        data = self._packed.get(module)
        return NOTHING if data is None else Fingerprint(data[_OUTPUT_AT:_LINE_AT])

    def line(self, module: ModuleId) -> Fingerprint:
        """The fingerprint of the ledger line of a module, NOTHING when it has no trace."""
        data = self._packed.get(module)
        return NOTHING if data is None else Fingerprint(data[_LINE_AT:_SITES_AT])

    def sites(self, module: ModuleId) -> Fingerprint:
        """The fingerprint of where the imports of a module stand, NOTHING when it has no trace."""
        data = self._packed.get(module)
        return NOTHING if data is None else Fingerprint(data[_SITES_AT:])

    def lines_digest(self, modules: Sequence[ModuleId]) -> Fingerprint:
        """One digest of the ledger lines of several modules, as `line` tells them."""
        return self._digest(modules, _LINE_AT, _SITES_AT)

    def sites_digest(self, modules: Sequence[ModuleId]) -> Fingerprint:
        """One digest of where the imports of several modules stand, as `sites` tells it."""
        return self._digest(modules, _SITES_AT, _PACK.size)

    def _digest(self, modules: Sequence[ModuleId], start: int, end: int) -> Fingerprint:
        get = self._packed.get
        told = [get(module, _NO_TRACE)[start:end] for module in modules]
        return combine("\n".join(modules).encode(), b"".join(told))

    def holds(
        self, module: ModuleId, *, signature: bytes, output_signature: bytes, authored: bytes, policy: bytes
    ) -> bool:
        """Whether a module has a resolved trace with these four fingerprints; one comparison of their bytes."""
        data = self._packed.get(module)
        return (
            data is not None
            and data[:_RESOLUTION_AT] == signature + output_signature + authored + policy
            and data[_RESOLUTION_AT:_SOURCE_AT] != NOTHING
        )


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
        return cls._make(_PACK_NODE.unpack(data))
