"""Module ids: the POSIX path of a package below its source root, and the only key anything is kept under."""

from __future__ import annotations

from typing import NewType

ModuleId = NewType("ModuleId", str)
"""A guarded id such as `memory/fold` (SPEC section 1). Made only by `astrograph.inventory.guards` and readers of
our own checked state."""


def stratum_of(module: ModuleId) -> str:
    """The first segment of a module id: `memory` for `memory/fold`."""
    return module.partition("/")[0]


def dotted_name(module: ModuleId) -> str:
    """The importable name of a module: `memory.fold` for `memory/fold`."""
    return module.replace("/", ".")


def ancestors_of(module: ModuleId) -> list[str]:
    """The folders above a module, outermost first, `""` (the root) included: `["", "memory"]`."""
    parts = module.split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts))]
