"""The closed list of gates, in the order reports show them (SPEC section 9)."""

from __future__ import annotations

from enum import StrEnum


class Gate(StrEnum):
    """The name of a gate, as in its task `gate:<name>` and its file `build/gates/<name>.json`."""

    PINS = "pins"
    CANON = "canon"
    RULES = "rules"
    PATHS = "paths"
    SCHEMA = "schema"
    ROUNDTRIP = "roundtrip"
    AUTHORED = "authored"
    SOURCE = "source"
    CONTRACTS = "contracts"
    PARITY = "parity"
    CEILING_RUN = "ceiling_run"
    CEILING_STAR = "ceiling_star"
    CEILING_MODULE = "ceiling_module"
    SUPPORTING_FLOOR = "supporting_floor"
    COVERAGE = "coverage"
    DRIFT = "drift"
    CANARY = "canary"
    ROLLBACK = "rollback"
    RATCHET = "ratchet"
    AUDIT = "audit"


OF_THE_PLAN = frozenset({Gate.CANARY})
"""The gates that judge the plan itself, and so can be no part of it."""

AFTER_GATES = frozenset({Gate.RATCHET})
"""The gates that read what the others found (all but those after the artifacts), and run after them."""

AFTER_ARTIFACTS = frozenset({Gate.AUDIT})
"""The gates that read the audit artifacts, and run after those."""
