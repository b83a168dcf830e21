"""The plan: the exact set of changes from baseline to staged, in values (SPEC section 10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from astrograph.model.assignment import Origin
from astrograph.model.canon import StarId
from astrograph.model.digests import Sha256
from astrograph.model.ids import ModuleId

VARIOUS = "*"
"""Stands for values in a change class that differ from module to module; no JSON text, so it is no value either."""

WHOLE = "module"
"""The field of a change class of whole modules that come or go."""


class ChangeCause(StrEnum):
    """Why a field of a manifest differs from the baseline.

    `INVENTORY` is a package that came or went and changed how imports resolve; `POLICY` a rules, exceptions, canon or
    schema change; `TOOL` another version of this program; `UNKNOWN` where the baseline does not tell (a found tree).
    """

    AUTHORED = "authored"
    SOURCE = "source"
    INVENTORY = "inventory"
    POLICY = "policy"
    TOOL = "tool"
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """What happens to a module."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One JSON pointer of a manifest that differs.

    `before` and `after` are compact canonical JSON texts of the values, `""` where the pointer is not there. `at` is
    the place of the authored value (`manifests_src/memory/fold.yaml:3`), `""` when nobody authored it. Where a file
    does not say the value any more that was said there before, it is that file, with ` (removed)` behind it when it is
    gone, and `, now <place>` where the value comes from now.
    """

    pointer: str
    before: str
    after: str
    cause: ChangeCause
    at: str = ""

    def is_written(self, *, lost: bool = False) -> bool:
        """Whether a person wrote this change, and the place is known.

        A value that was `lost` needs the line that says so (`contracts: []`): one that nobody writes any more was not
        decided away, it went missing.
        """
        with_line = self.at.rpartition(":")[2].isdecimal()
        return self.cause is ChangeCause.AUTHORED and (with_line if lost else bool(self.at))


@dataclass(frozen=True, slots=True)
class ModuleChange:
    """One module that is added, changed or removed; `before` and `after` are manifest digests, `""` for none."""

    module: ModuleId
    kind: ChangeKind
    before: str
    after: str
    tier: str | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Promotion:
    """A module whose inferred or forced stars the baseline did not have.

    `before` are its stars in the baseline (Supporting alone for a module that is new), `gained` those of `after` that
    are new. `confidence` is in thousandths.
    """

    module: ModuleId
    before: tuple[StarId, ...]
    after: tuple[StarId, ...]
    gained: tuple[StarId, ...]
    tier: str | None
    confidence: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class ChangeClass:
    """Changes of one shape: the same field, from, to and cause, so that a person reviews classes, not files.

    `field` is a JSON pointer, and `before`/`after` as in `FieldChange`, or both `VARIOUS` where a field has too many
    values to list them. For whole modules that come or go `field` is `module`, and `before` or `after` is `module`.
    `count` counts modules; `example` is the first of them in id order.
    """

    field: str
    before: str
    after: str
    cause: ChangeCause
    count: int
    example: ModuleId


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs between the baseline and what is staged, in module id order."""

    modules: tuple[ModuleChange, ...]
    promotions: tuple[Promotion, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class CanarySample:
    """The modules of a plan that a person looks at.

    `population` is the number of changed modules it was drawn from, `modules` the sample in id order, `critical` those
    of it that were taken for being T1 or configured. `outputs` is the SHA-256 over the lines `<sha256>  <module>` of
    their staged manifests.
    """

    population: int
    modules: tuple[ModuleId, ...]
    critical: tuple[ModuleId, ...]
    outputs: Sha256


@dataclass(frozen=True, slots=True)
class StarCount:
    """How many modules have a star, in the baseline and in what is staged. A module with two stars counts twice."""

    star: StarId
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class ParityCounts:
    """Owner, tier and contracts of the baseline's modules: how many were compared, and what came of it.

    `authored` are modules where one of them differs by an authored edit that the plan names, `other` those where one
    differs otherwise, `removed` those that are no more (not compared).
    """

    compared: int
    unchanged: int
    authored: int
    other: int
    removed: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan. Its digest is the SHA-256 of its canonical document (`astrograph.publication.document`).

    `parent` and `parent_digest` name the baseline generation (None and `""` where there is none). `inputs` maps the
    name of each thing the outcome rests on to its SHA-256: `policy/<path>`, `source/<stratum>`, `authored`,
    `contracts`, `settings`, `engines`, `codeowners`. `outputs` is the SHA-256 over the sorted lines
    `<sha256>  <module>` of all manifests to be published. `gates` maps each gate to its verdict when the plan was made
    (those that judge the plan itself left out). `distribution` counts every star, in canon order. `size` is the share
    of the changed modules that the canary was drawn with, in ten thousandths.
    """

    parent: int | None
    parent_digest: str
    modules: int
    changes: Changes
    classes: tuple[ChangeClass, ...]
    canary: CanarySample
    inputs: tuple[tuple[str, str], ...]
    outputs: Sha256
    gates: tuple[tuple[str, str], ...]
    distribution: tuple[StarCount, ...]
    parity: ParityCounts
    size: int


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's consent to one plan, for one generation, in one clone.

    `generation` is the number that the publication will get, `parent` the digest of the generation it starts from
    (`""` where there is none), `clone` the identity of the clone it was given in. `at` and `expires` are UTC, ISO 8601;
    `signature` is an armored SSH signature.
    """

    plan: Sha256
    canary: Sha256
    generation: int
    parent: str
    clone: str
    by: str
    reason: str
    at: str
    expires: str
    signature: str = ""
