"""The workspace: `[tool.astrograph]` as a value (SPEC section 2). All paths are POSIX, relative to its root."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from astrograph.model.adoption import Shape


class Form(StrEnum):
    """How stars are written in a manifest: ids (`Trail`), labels, or one label."""

    IDS = "ids"
    LABELS = "labels"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one manifest field lands: a JSON pointer (`/module/owner`), and the form of a star field."""

    pointer: str
    form: Form = Form.IDS


@dataclass(frozen=True, slots=True)
class CanaryPolicy:
    """How large a canary is (a fraction of the plan) and the module ids always in it."""

    size: float = 0.10
    critical: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workspace:
    """The configuration of one workspace, defaults filled in.

    `root` is the absolute folder of `pyproject.toml`, `name` is what the site calls it. `build_dir` is the build folder
    that a person chose instead of `build`, absolute where it lies outside the workspace, `""` without one; neither
    `root` nor `build_dir` comes from the file. `placements` maps a manifest field name to where it lands; None means
    the field is left out of the manifest; a field not named stays where SPEC section 5 puts it.
    `format_assertion` is whether `format` in the manifest schema is a requirement rather than a remark.
    `approver_must_differ` is whether who pinned a policy change may not approve the plan made under it.
    `keep_generations` is how many published states are kept, the current and the known-good one always among them.
    `adopt` are the shapes of old documents, tried in order, and `adopt_name` is the file name of such a document.
    """

    root: str
    name: str = "workspace"
    source_roots: tuple[str, ...] = (".",)
    exclude: tuple[str, ...] = ()
    legacy_prefixes: tuple[str, ...] = ()
    rules: str = "rules/star_rules.json"
    exceptions: str = "rules/star_rules_exceptions.json"
    canon: str = "rules/star_canon.json"
    schema: str = "schemas/module_manifest.schema.json"
    pins: str = "rules/pins.json"
    authored: str = "manifests_src"
    contracts: str = "contracts"
    build: str = "build"
    publish_to: str = "build/published"
    schema_version: str = "1.1.0"
    canary: CanaryPolicy = field(default_factory=CanaryPolicy)
    coverage_min: float = 0.99
    placeholder_owners: tuple[str, ...] = ("unassigned", "triage")
    codeowners: str | None = None
    format_assertion: bool = False
    approver_must_differ: bool = False
    placements: tuple[tuple[str, Placement | None], ...] = ()
    adopt: tuple[Shape, ...] = ()
    adopt_name: str = "module.manifest.json"
    keep_generations: int = 10
    build_dir: str = ""

    @property
    def build_place(self) -> str:
        """Where the build folder is."""
        return self.build_dir or self.build

    @property
    def published_place(self) -> str:
        """Where people read what was published; a `publish_to` below `build` goes where that goes."""
        below = f"{self.build}/"
        place = self.publish_to
        return f"{self.build_place}/{place.removeprefix(below)}" if place.startswith(below) else place


BUILD_DIR = "ASTROGRAPH_BUILD"
"""The environment variable with the build folder that a person chose; `--build-dir` sets it in this process."""

NOT_SETTINGS = frozenset({"root", "build_dir"})
"""The fields of a workspace that are no keys of its table."""
