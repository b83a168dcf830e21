"""How the manifests of a workspace fit its manifest schema, as far as the schema alone shows it (SPEC section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from astrograph.model.finding import Finding


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a schema asks of one place in every manifest, to be told once and not once a manifest.

    `pointer` is the place, `message` says what is wrong where manifests do not comply, `line` and `column` where the
    schema asks it, `fix` the choices there are.
    """

    pointer: str
    message: str
    line: int
    column: int
    fix: str


@dataclass(frozen=True, slots=True)
class SchemaFit:
    """The fit of placements and schema.

    `left_out` are generated fields that the schema has no room for and nobody placed: no manifest has them.
    `left_out_when_empty` are fields that stay away from a manifest while they have no value, because the schema allows
    no null (or no empty list) there. `required` are places that some manifest may lack, `forbidden` those where one
    may hold what people said. `findings` are told whatever the manifests hold.
    """

    left_out: frozenset[str] = frozenset()
    left_out_when_empty: frozenset[str] = frozenset()
    required: tuple[Expectation, ...] = ()
    forbidden: tuple[Expectation, ...] = ()
    findings: tuple[Finding, ...] = ()
