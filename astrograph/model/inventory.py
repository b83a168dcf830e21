"""The inventory: every module found, every one rejected or excluded, each with its reason (SPEC section 1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from astrograph.model.digests import Fingerprint
from astrograph.model.finding import Finding
from astrograph.model.ids import ModuleId


class Package(NamedTuple):
    """One package folder as it stood when it was listed.

    `folder` is relative to the workspace, `files` are the names of its own `*.py` files, sorted; `test_paths` are
    test files relative to the folder, sorted. `signature` digests the stat keys of the files and the test names;
    it is None when a file is so fresh that an equal stat key would not prove equal content.
    """

    id: ModuleId
    folder: str
    files: tuple[str, ...]
    test_paths: tuple[str, ...]
    signature: Fingerprint | None


class Excluded(NamedTuple):
    """A folder left out on purpose, and the pattern that says so."""

    path: str
    reason: str


@dataclass(frozen=True)
class Inventory:
    """Everything the walk met. `rejected` holds one finding per path guard broken."""

    packages: dict[ModuleId, Package] = field(default_factory=dict)
    rejected: tuple[Finding, ...] = ()
    excluded: tuple[Excluded, ...] = ()
