"""Where things are below the workspace: the one place that knows the shape of `build/` (SPEC section 8)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

from astrograph.model.ids import ModuleId
from astrograph.model.workspace import Workspace

MANIFEST_NAME = "module.manifest.json"
GENERATION_METADATA = "generation.json"
"""What a generation says of itself, in its folder."""

STATE_FOLDER = ".astrograph"


@dataclass(frozen=True)
class Layout:
    """Paths of one workspace. Relative ones are for people and for doit; `absolute` makes them usable anywhere.

    All are relative to the workspace, but those in a build folder that a person put outside of it are absolute.
    """

    workspace: Workspace

    def absolute(self, path: str) -> str:
        """A path of the layout, made absolute."""
        return path if os.path.isabs(path) else f"{self.workspace.root}/{path}"

    def shown(self, path: str) -> str:
        """An absolute path as people are to read it: relative to the workspace where it lies in it."""
        return path.removeprefix(f"{self.workspace.root}/")

    @cached_property
    def build(self) -> str:
        """The folder of everything generated."""
        return self.workspace.build_place

    @cached_property
    def is_outside(self) -> bool:
        """Whether the build folder lies outside of the workspace."""
        return os.path.isabs(self.build)

    @cached_property
    def state_folder(self) -> str:
        """State, lock and temporary files: a cache, never part of what is compared or published."""
        return f"{self.build}/{STATE_FOLDER}"

    @cached_property
    def state(self) -> str:
        """The state database."""
        return f"{self.state_folder}/state.db"

    @cached_property
    def lock(self) -> str:
        """The lock file, with its holder inside."""
        return f"{self.state_folder}/lock"

    @cached_property
    def manifests(self) -> str:
        """The folder of all manifests."""
        return f"{self.build}/manifests"

    def manifest(self, module: ModuleId) -> str:
        """The manifest of one module."""
        return f"{self.manifests}/{module}/{MANIFEST_NAME}"

    @cached_property
    def ledgers(self) -> str:
        """The folder of the ledgers, one file a stratum."""
        return f"{self.build}/ledger"

    def ledger(self, stratum: str) -> str:
        """The ledger of one stratum."""
        return f"{self.ledgers}/{stratum}.jsonl"

    @cached_property
    def gates(self) -> str:
        """The folder of gate results."""
        return f"{self.build}/gates"

    def gate(self, name: str) -> str:
        """The result of one gate."""
        return f"{self.gates}/{name}.json"

    @cached_property
    def plan(self) -> str:
        """The plan."""
        return f"{self.build}/plan.json"

    @cached_property
    def approval(self) -> str:
        """The approval of the plan."""
        return f"{self.build}/approval.json"

    @cached_property
    def known_violations(self) -> str:
        """The ratchet (SPEC section 11), beside the other policy files of people."""
        return "rules/known_violations.yaml"

    @cached_property
    def generations(self) -> str:
        """The folder of what was published, one folder a generation."""
        return f"{self.build}/generations"

    def generation(self, number: int) -> str:
        """The folder of one generation."""
        return f"{self.generations}/{number:06}"

    @cached_property
    def current(self) -> str:
        """Which generation is published."""
        return f"{self.generations}/current.json"

    @cached_property
    def approvals(self) -> str:
        """The log of the approvals that were given and used."""
        return f"{self.generations}/approvals.jsonl"

    @cached_property
    def trend(self) -> str:
        """One line a publication."""
        return f"{self.generations}/trend.jsonl"

    @cached_property
    def snapshots(self) -> str:
        """The dated copies of what was published."""
        return f"{self.build}/snapshots"

    @cached_property
    def published(self) -> str:
        """The folder that people read."""
        return self.workspace.published_place

    @cached_property
    def audit(self) -> str:
        """The folder of the audit artifacts."""
        return f"{self.build}/audit"

    def artifact(self, name: str) -> str:
        """One audit artifact."""
        return f"{self.audit}/{name}"

    @cached_property
    def site(self) -> str:
        """The folder of the site."""
        return f"{self.build}/site"
