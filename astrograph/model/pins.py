"""Pins: the digests a person recorded for the policy files (SPEC section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from astrograph.model.digests import Sha256


class PolicyKind(StrEnum):
    """The four pinned policy files, in the order they are shown."""

    RULES = "rules"
    EXCEPTIONS = "exceptions"
    CANON = "canon"
    SCHEMA = "schema"


@dataclass(frozen=True, slots=True)
class Pin:
    """One pin: the file (relative to the workspace), its digest, who, when (ISO 8601, UTC) and why."""

    kind: PolicyKind
    path: str
    sha256: Sha256
    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pins:
    """The recorded pins, in the order of `PolicyKind`; a kind that was never pinned is not there."""

    pins: tuple[Pin, ...] = ()

    def of(self, kind: PolicyKind) -> Pin | None:
        """Find the pin of one file, None when it has none."""
        return next((pin for pin in self.pins if pin.kind is kind), None)
