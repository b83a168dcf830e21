"""The shapes of old documents: those everybody gets, and which one a document has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from astrograph.errors import DecodeError
from astrograph.formats import canonical_json, pointer
from astrograph.model.adoption import Condition, JsonType, Shape, Source
from astrograph.model.workspace import Placement

_OWN_FIELDS = (
    "owner", "tier", "lane", "description", "stars", "origin", "confidence", "contracts", "capabilities", "node",
)  # fmt: skip


def starter_shapes(placements: Mapping[str, Placement]) -> tuple[Shape, ...]:
    """The shapes tried after those of the workspace: its own manifests, a nested and a flat one."""
    return (_own(placements), NESTED, FLAT)


def _own(placements: Mapping[str, Placement]) -> Shape:
    placed = {name: placements[name].pointer for name in _OWN_FIELDS if name in placements}
    keys = [placed[name] for name in ("owner", "tier", "stars") if name in placed]
    version = placements.get("schema_version")
    head = () if version is None else (Condition(version.pointer),)
    return Shape(
        name="own",
        match=tuple((*head, Condition(key)) for key in keys),
        fields=(*((name, Source((at,))) for name, at in placed.items()), ("tags", Source(("/tags",)))),
    )


NESTED = Shape(
    name="nested",
    match=tuple(
        (Condition(at, type=JsonType.OBJECT),)
        for at in ("/metadata", "/testing", "/constellation_alignment", "/matriz_integration")
    ),
    fields=(
        ("owner", Source(("/metadata/owner",))),
        ("tier", Source(("/testing/quality_tier",))),
        ("lane", Source(("/metadata/lane",))),
        ("stars", Source(("/constellation_alignment/primary_star",))),
        ("confidence", Source(("/constellation_alignment/confidence",))),
        ("contracts", Source(("/contracts",))),
        ("capabilities", Source(("/capabilities/*/name",))),
        ("node", Source(("/matriz_integration/pipeline_nodes",))),
        ("description", Source(("/metadata/description", "/description"))),
        ("tags", Source(("/metadata/tags", "/tags"))),
        ("timestamps", Source(("/metadata/created", "/metadata/last_updated", "/metadata/generated_at"))),
    ),
)
"""Facts in groups: `/metadata/owner`, `/testing/quality_tier`, `/constellation_alignment/primary_star`."""

FLAT = Shape(
    name="flat",
    match=tuple((Condition(at),) for at in ("/constellation_stars", "/tier", "/lane")),
    fields=(
        ("owner", Source(("/owner",))),
        ("tier", Source(("/tier",))),
        ("lane", Source(("/lane",))),
        ("stars", Source(("/constellation_stars",))),
        ("confidence", Source(("/confidence",))),
        ("contracts", Source(("/contracts",))),
        ("capabilities", Source(("/capabilities",))),
        ("node", Source(("/node",))),
        ("description", Source(("/description",))),
        ("tags", Source(("/tags",))),
        ("timestamps", Source(("/created_at", "/updated_at", "/generated_at"))),
    ),
)
"""Facts side by side: `/constellation_stars`, `/tier`, `/lane`."""


def shape_of(document: object, shapes: Sequence[Shape]) -> Shape | None:
    """The first shape a document has, None when it has none of them."""
    return next((shape for shape in shapes if _has(document, shape)), None)


def _has(document: object, shape: Shape) -> bool:
    return any(all(_holds(document, condition) for condition in group) for group in shape.match)


def _holds(document: object, condition: Condition) -> bool:
    try:
        value = pointer.get(document, condition.pointer)
    except KeyError:
        return not condition.exists
    if not condition.exists:
        return False
    if condition.type is not None and type_of(value) is not condition.type:
        return False
    return condition.equals is None or _text(value) == condition.equals


def _text(value: object) -> str | None:
    try:
        return canonical_json.encode_line(value).decode().rstrip("\n")
    except DecodeError:
        return None


_TYPES: tuple[tuple[type, JsonType], ...] = (
    (bool, JsonType.BOOLEAN),
    (str, JsonType.TEXT),
    (dict, JsonType.OBJECT),
    (list, JsonType.ARRAY),
    (type(None), JsonType.NULL),
)


def type_of(value: object) -> JsonType:
    """The type of a decoded value."""
    return next((found for kind, found in _TYPES if isinstance(value, kind)), JsonType.NUMBER)


def found_at(document: object, pattern: str) -> Iterator[tuple[str, object]]:
    """Every value that a pointer leads to, with its own pointer; `*` stands for each item of an array or object."""
    waiting: list[tuple[str, object, tuple[str, ...]]] = [("", document, _parts(pattern))]
    while waiting:
        at, value, way = waiting.pop()
        if not way:
            yield at, value
        elif way[0] == "*":
            waiting += [(f"{at}/{pointer.escape(key)}", inner, way[1:]) for key, inner in reversed(_children(value))]
        elif isinstance(value, dict | list):
            try:
                waiting.append((f"{at}/{pointer.escape(way[0])}", _child(value, way[0]), way[1:]))
            except (KeyError, IndexError, ValueError):
                continue


@lru_cache(maxsize=1024)
def _parts(pattern: str) -> tuple[str, ...]:
    return pointer.split(pattern)


def _children(value: object) -> list[tuple[str | int, object]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _child(value: dict[str, object] | list[object], key: str) -> object:
    if isinstance(value, dict):
        return value[key]
    if not key.isdecimal() or str(int(key)) != key:
        raise KeyError(key)
    return value[int(key)]
