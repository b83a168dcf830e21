"""The fields of a manifest: which one of three origins each has, and where it lands (SPEC section 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from astrograph.errors import ConfigurationError
from astrograph.model.workspace import Placement, Workspace


class FieldOrigin(StrEnum):
    """Who says the value of a field. Every field has exactly one."""

    AUTHORED = "authored"
    SOURCE = "source"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Field:
    """One manifest field: its name in `[tool.astrograph.manifest]`, origin, default pointer.

    `stars` tells whether it holds stars, which have forms.
    """

    name: str
    origin: FieldOrigin
    pointer: str
    stars: bool = False


_TABLE = (
    Field("schema_version", FieldOrigin.SOURCE, "/schema_version"),
    Field("name", FieldOrigin.SOURCE, "/module/name"),
    Field("path", FieldOrigin.SOURCE, "/module/path"),
    Field("owner", FieldOrigin.AUTHORED, "/module/owner"),
    Field("tier", FieldOrigin.AUTHORED, "/module/tier"),
    Field("lane", FieldOrigin.AUTHORED, "/module/lane"),
    Field("description", FieldOrigin.AUTHORED, "/module/description"),
    Field("stars", FieldOrigin.INFERRED, "/constellation/stars", stars=True),
    Field("confidence", FieldOrigin.INFERRED, "/constellation/confidence"),
    Field("origin", FieldOrigin.INFERRED, "/constellation/origin"),
    Field("suggestion", FieldOrigin.INFERRED, "/constellation/suggestion"),
    Field("contracts", FieldOrigin.AUTHORED, "/contracts"),
    Field("capabilities", FieldOrigin.AUTHORED, "/capabilities"),
    Field("node", FieldOrigin.AUTHORED, "/node"),
    Field("internal", FieldOrigin.SOURCE, "/dependencies/internal"),
    Field("external", FieldOrigin.SOURCE, "/dependencies/external"),
    Field("classes", FieldOrigin.SOURCE, "/exports/classes"),
    Field("functions", FieldOrigin.SOURCE, "/exports/functions"),
    Field("constants", FieldOrigin.SOURCE, "/exports/constants"),
    Field("docstring", FieldOrigin.SOURCE, "/documentation/docstring"),
    Field("exports_documented", FieldOrigin.SOURCE, "/documentation/exports_documented"),
    Field("exports_total", FieldOrigin.SOURCE, "/documentation/exports_total"),
    Field("has_tests", FieldOrigin.SOURCE, "/testing/has_tests"),
    Field("test_paths", FieldOrigin.SOURCE, "/testing/test_paths"),
)

FIELDS: dict[str, Field] = {field.name: field for field in _TABLE}
"""Every field we make or place, in document order."""

AUTHORED_FIELDS = frozenset({"owner", "tier", "lane", "contracts", "capabilities", "node", "stars", "description"})
"""What people may say of a module beside carried fields. `stars` is a person's decision that inference respects."""


def placeable_fields() -> dict[str, bool]:
    """The names `[tool.astrograph.manifest]` may use, with whether each holds stars."""
    return {field.name: field.stars for field in _TABLE}


def placement_of(workspace: Workspace) -> dict[str, Placement]:
    """Where each field lands in this workspace; fields that are left out are missing.

    Raises ConfigurationError when one field would lie inside another.
    """
    chosen = dict(workspace.placements)
    placed = {name: chosen.get(name, Placement(field.pointer)) for name, field in FIELDS.items()}
    placements = {name: placement for name, placement in placed.items() if placement is not None}
    # By their parts, so that what lies in a place comes right behind it: `/a`, `/a/b`, then `/a-b`.
    ordered = sorted(
        ((placement.pointer, name) for name, placement in placements.items()), key=lambda each: each[0].split("/")
    )
    clashes: list[tuple[str, str]] = []
    outer, outer_name = "", ""
    for pointer, name in ordered:
        if outer and f"{pointer}/".startswith(f"{outer}/"):
            clashes.append((name, f"{pointer}, inside {outer} of {outer_name}"))
        else:
            outer, outer_name = pointer, name
    if clashes:
        raise ConfigurationError(
            "[tool.astrograph.manifest] places one field inside another",
            fields=tuple(clashes),
            hint="give each field a place of its own, or false; a field not named stays at its default place",
        )
    return placements


def generated_names(placements: dict[str, Placement]) -> dict[str, str]:
    """Top-level names that only we write, with what makes each: these cannot be authored.

    An authored field's own top-level home (`contracts`, `capabilities`, `node`) is no generated name.
    """
    names: dict[str, str] = {}
    for name, placement in placements.items():
        top = placement.pointer.split("/")[1]
        if top not in AUTHORED_FIELDS:
            names.setdefault(top, _maker(FIELDS[name].origin))
    for name, field in FIELDS.items():
        if name not in AUTHORED_FIELDS:
            names.setdefault(name, _maker(field.origin))
    return names


def _maker(origin: FieldOrigin) -> str:
    match origin:
        case FieldOrigin.AUTHORED:
            return "placed by [tool.astrograph.manifest] from the field of its own name"
        case FieldOrigin.SOURCE:
            return "read from the package's source"
        case FieldOrigin.INFERRED:
            return "inferred by the rules; author `stars` to decide it yourself"


def carried_names(schema: object, placements: dict[str, Placement]) -> frozenset[str]:
    """The top-level properties that the manifest schema allows and nobody generates: authored and carried."""
    taken = {placement.pointer.split("/")[1] for placement in placements.values()} | AUTHORED_FIELDS
    return frozenset(_properties(schema)) - taken - {"schema_version"}


def _properties(schema: object) -> Iterable[str]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else ()
