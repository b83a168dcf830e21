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
    `created` is UTC, ISO 8601.
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
    digest: Sha256 = field(default=Sha256(""), compare=False)
