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
    CEILING_MODULE = "ceiling_module"
    COVERAGE = "coverage"
