"""What a JSON Schema says of one place in a document, without a document: is there room, for what, must it be there.

Only what is certain is said. A schema that branches (`anyOf`, `if`, `patternProperties`) may forbid more than can be
seen from outside; it never allows what one of its conjuncts forbids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from astrograph.errors import DecodeError
from astrograph.formats import pointer

_BRANCHES = ("anyOf", "oneOf", "if", "not", "dependentSchemas", "$dynamicRef", "$recursiveRef")
_DRAFT_7 = "http://json-schema.org/draft-07/schema"


@dataclass(frozen=True, slots=True)
class Room:
    """One place. `allowed` is False when no valid document has it; `certain` when no branch may say otherwise.

    `types` are the JSON types a value may have, None when nothing is said. `fewest` is how many items a list needs.
    `at` is the pointer, in the schema, of what decides.
    """

    allowed: bool
    certain: bool
    types: frozenset[str] | None
    fewest: int
    at: str


class SchemaRooms:
    """The places of one schema document."""

    def __init__(self, document: object) -> None:
        self._document = document
        named = document.get("$schema") if isinstance(document, dict) else None
        self._is_draft_7 = isinstance(named, str) and named.removesuffix("#") == _DRAFT_7

    def room(self, place: str) -> Room:
        """What the schema says of the place a JSON pointer names; its parts are names, not indexes."""
        holders = list(self._expanded(self._document, ""))
        certain = True
        for part in pointer.split(place):
            step = _Step(part, holders)
            if step.refused_at is not None:
                return Room(allowed=False, certain=True, types=frozenset(), fewest=0, at=step.refused_at)
            certain = certain and not step.vague
            holders = [each for schema, at in step.inner for each in self._expanded(schema, at)]
        refused = next((at for schema, at in holders if schema is False), None)
        if refused is not None:
            return Room(allowed=False, certain=True, types=frozenset(), fewest=0, at=refused)
        plain = [schema for schema, _ in holders if isinstance(schema, dict)]
        certain = certain and not any(name in schema for schema in plain for name in _BRANCHES)
        fewest = max((n for schema in plain if isinstance(n := schema.get("minItems"), int)), default=0)
        at = holders[0][1] if holders else ""
        return Room(allowed=True, certain=certain, types=_types(plain), fewest=fewest, at=at)

    def required(self, made: Iterable[str]) -> list[tuple[str, str]]:
        """Every place that each document must have, and the pointer of the schema that says so; sorted.

        An object that is not required asks for its members only where one of the places `made` lies in it.
        """
        tops = {place[:end] for place in made for end in _ends(place)}
        found: dict[str, str] = {}
        waiting = [("", list(self._expanded(self._document, "")))]
        while waiting:
            place, holders = waiting.pop()
            asked: dict[str, str] = {}
            for schema, at in holders:
                names = schema.get("required") if isinstance(schema, dict) else None
                for i, name in enumerate(names if isinstance(names, list) else ()):
                    asked.setdefault(str(name), f"{at}/required/{i}")
            for name, said in asked.items():
                found[f"{place}/{pointer.escape(name)}"] = said
            below = {top[len(place) + 1 :] for top in tops if top.startswith(f"{place}/")}
            inside = {pointer.escape(name) for name in asked} | {top for top in below if "/" not in top}
            for part in sorted(inside):
                step = _Step(pointer.split(f"/{part}")[0], holders)
                inner = [each for schema, at in step.inner for each in self._expanded(schema, at)]
                if inner and place.count("/") < _DEEPEST:
                    waiting.append((f"{place}/{part}", inner))
        return sorted(found.items())

    def _expanded(self, schema: object, at: str) -> Iterator[tuple[object, str]]:
        """A schema and all it includes without condition: `$ref` inside the document, and `allOf`."""
        seen: set[str] = set()
        waiting = [(schema, at)]
        while waiting:
            each, where = waiting.pop(0)
            if where in seen:
                continue
            seen.add(where)
            reference = each.get("$ref") if isinstance(each, dict) else None
            target = self._target(reference)
            if target is not None:
                waiting.append(target)
            elif isinstance(reference, str):  # by an anchor, which only the validator follows
                yield {"$dynamicRef": reference}, where
            if reference is not None and self._is_draft_7:  # what stands beside a `$ref` counts for nothing there
                continue
            yield each, where
            parts = each.get("allOf") if isinstance(each, dict) else None
            for i, part in enumerate(parts if isinstance(parts, list) else ()):
                waiting.append((part, f"{where}/allOf/{i}"))

    def _target(self, reference: object) -> tuple[object, str] | None:
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        place = reference[1:]
        try:
            return pointer.get(self._document, place), place
        except (KeyError, DecodeError):
            return None


_DEEPEST = 20
"""Schemas may refer to themselves; manifests are not nested deeper than this."""


class _Step:
    """One step into an object: what the schemas of its holders say of a member."""

    def __init__(self, name: str, holders: list[tuple[object, str]]) -> None:
        self.refused_at: str | None = None
        self.vague = False
        self.inner: list[tuple[object, str]] = []
        evaluated = False
        closed_at = ""
        for schema, at in holders:
            if not isinstance(schema, dict):
                if schema is False:
                    self._refuse(at)
                continue
            self.vague = self.vague or any(branch in schema for branch in _BRANCHES)
            types = _types([schema])
            if types is not None and "object" not in types:
                self._refuse(f"{at}/type")
            evaluated = self._member(name, schema, at) or evaluated
            if schema.get("unevaluatedProperties") is False:
                closed_at = f"{at}/unevaluatedProperties"
        if closed_at and not evaluated:
            if not self.vague:
                self._refuse(closed_at)
            self.vague = True

    def _refuse(self, at: str) -> None:
        if self.refused_at is None:
            self.refused_at = at

    def _member(self, name: str, schema: dict[str, object], at: str) -> bool:
        """Note what one schema says; returns whether it names the member."""
        properties = schema.get("properties")
        if isinstance(properties, dict) and name in properties:
            self.inner.append((properties[name], f"{at}/properties/{pointer.escape(name)}"))
            return True
        if schema.get("patternProperties"):
            self.vague = True  # whether a pattern takes the name is the validator's to say
            return True
        others = schema.get("additionalProperties")
        if others is False:
            self._refuse(f"{at}/additionalProperties")
        elif isinstance(others, dict):
            self.inner.append((others, f"{at}/additionalProperties"))
            return True
        return others is True


def _types(schemas: Iterable[dict[str, object]]) -> frozenset[str] | None:
    """The types that all of some schemas allow, None when none says anything."""
    allowed: frozenset[str] | None = None
    for schema in schemas:
        for said in (_stated(schema.get("type")), _of_values(schema)):
            if said is not None:
                allowed = said if allowed is None else _both(allowed, said)
    return allowed


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    shared = one & other
    if "number" in one | other and "integer" in one | other:
        shared |= {"integer"}
    return shared


def _stated(said: object) -> frozenset[str] | None:
    if isinstance(said, str):
        return frozenset({said})
    return frozenset(map(str, said)) if isinstance(said, list) else None


def _of_values(schema: dict[str, object]) -> frozenset[str] | None:
    """The types of the values that `enum` or `const` lists."""
    if "const" in schema:
        return frozenset({_type_of(schema["const"])})
    values = schema.get("enum")
    return frozenset(map(_type_of, values)) if isinstance(values, list) else None


def _type_of(value: object) -> str:
    names = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"))
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def _ends(place: str) -> Iterator[int]:
    """Where each folder of a pointer ends."""
    return (i for i in range(1, len(place)) if place[i] == "/")
