"""Generations: one published state each, numbered, kept, able to come back (SPEC section 10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from astrograph.model.assignment import Origin
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256
from astrograph.model.ids import ModuleId


class GenerationKind(StrEnum):
    """How a generation came about.

    `EMPTY` is generation 0 where nothing had been published before the first publication, `FOUND` generation 0 made
    of a tree that stood in `publish_to` already, `ADOPTED` generation 0 made by `doit adopt`. `FULL` is a publication
    of everything staged, `CANARY` one of the sample alone over what its parent held.
    """

    EMPTY = "empty"
    FOUND = "found"
    ADOPTED = "adopted"
    FULL = "full"
    CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Entry:
    """One module in a generation, with all that comparisons with it need.

    `manifest` is the SHA-256 of its manifest's bytes. `confidence` is in thousandths. `origin` is None where it is not
    known (a tree that we did not write). `source`, `authored` and `resolution` are opaque texts that tell equal inputs
    from changed ones, `""` where they are not known; they are only ever compared for equality.
    """

    module: ModuleId
    manifest: Sha256
    owner: str | None = None
    tier: str | None = None
    lane: str | None = None
    contracts: tuple[str, ...] = ()
    stars: tuple[StarId, ...] = ()
    confidence: int = 0
    origin: Origin | None = None
    source: str = ""
    authored: str = ""
    resolution: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """What is recorded of one generation.

    `tree` is the SHA-256 over the sorted lines `<sha256>  <module>` of its manifests: equal trees, equal digest.
    `digest` is the SHA-256 of its sealed metadata, its identity. `plan` and `approval` are the digests of the plan and
    of the approval it was published with, `""` for generation 0. `policy` maps each policy path to its SHA-256.
    `created` is UTC, ISO 8601. `added`, `changed` and `removed` count its modules against its parent.
    """

    number: int
    parent: int | None
    kind: GenerationKind
    created: str
    by: str
    reason: str
    modules: int
    tree: Sha256
    plan: str = ""
    approval: str = ""
    policy: tuple[tuple[str, str], ...] = ()
    added: int = 0
    changed: int = 0
    removed: int = 0
    digest: Sha256 = field(default=Sha256(""), compare=False)


class DifferenceKind(StrEnum):
    """How a published file differs from what the current generation holds."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True, order=True)
class PublishedDifference:
    """One file in `publish_to` that is not what was published; `path` is relative to the workspace."""

    path: str
    kind: DifferenceKind


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """One approval as `doit approve` logged it.

    `digest` is the SHA-256 of the bytes of the approval file, `plan` the digest of the plan it speaks of, `at` UTC in
    ISO 8601, `generation` the number of the generation that spent it, None while it is unspent.
    """

    digest: Sha256
    plan: Sha256
    by: str
    at: str
    generation: int | None = None
