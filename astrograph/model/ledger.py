"""The ledger: one line per module with all that gates and reports read (SPEC section 1)."""

from __future__ import annotations

from dataclasses import dataclass

from astrograph.model.assignment import Assignment
from astrograph.model.digests import Sha256
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One module as the gates see it.

    `manifest` is the SHA-256 of the manifest's bytes. `findings` are those of this module alone (its source and
    its authored files). `files` counts its own `*.py` files.
    """

    module: ModuleId
    manifest: Sha256
    owner: str | None
    tier: str | None
    lane: str | None
    described: bool
    contracts: tuple[str, ...]
    capabilities: tuple[str, ...]
    node: str | None
    assignment: Assignment
    internal: tuple[ModuleId, ...]
    external: tuple[str, ...]
    files: int
    has_tests: bool
    exports_documented: int
    exports_total: int
    findings: tuple[Finding, ...] = ()
