"""Adoption: the shapes of old documents, and what becomes of each of their values (SPEC section 11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class JsonType(StrEnum):
    """The type of a JSON value, as a shape may ask for it. A number is an integer or not."""

    TEXT = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"
    ARRAY = "array"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a document: whether there is a value at a pointer, of which type, equal to what.

    `equals` is the compact JSON text of a value, None when any will do.
    """

    pointer: str
    exists: bool = True
    type: JsonType | None = None
    equals: str | None = None


class Take(StrEnum):
    """What becomes of several values where a field holds one.

    `ONLY` takes the first and tells of the others, `FIRST` takes it without a word, `JOIN` writes all of them.
    """

    ONLY = "only"
    FIRST = "first"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class Source:
    """Where one field stands in old documents.

    `pointers` may hold `*` for every item of an array. A field with one value takes the first pointer that leads to
    one; a list takes what all of them lead to. `values` maps old texts to new ones.
    """

    pointers: tuple[str, ...]
    take: Take = Take.ONLY
    separator: str = ", "
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of old documents: a document has it when all conditions of one of the groups in `match` hold.

    `fields` maps the name of a field to where it stands. `decided` tells whether stars are taken for a person's word
    where the document does not say where they come from.
    """

    name: str
    match: tuple[tuple[Condition, ...], ...]
    fields: tuple[tuple[str, Source], ...]
    decided: bool = True


class Fate(StrEnum):
    """What became of one pointer of an old document.

    `EQUAL`: the new manifest says the same. `GENERATED`: the new manifest has a value of its own there. `CARRIED`: kept
    in the new manifest at another place, unread. `NOT_CARRIED`: nowhere but in the report and in generation 0.
    """

    EQUAL = "equal"
    GENERATED = "generated"
    CARRIED = "carried"
    NOT_CARRIED = "not_carried"


class Standing(StrEnum):
    """What became of one old document.

    `ADOPTED` is the one that counts for its module. Others have no module (`MISSING`), are another copy (`COPY`,
    `TWIN`), lie in an excluded folder (`EXCLUDED`) or below a legacy prefix (`LEGACY`); `UNREADABLE` and `UNKNOWN` (of
    no known shape) could not be adopted, and neither could `BLOCKED`, whose authored file could not be written.
    """

    ADOPTED = "adopted"
    MISSING = "missing"
    COPY = "copy"
    TWIN = "twin"
    EXCLUDED = "excluded"
    LEGACY = "legacy"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    BLOCKED = "blocked"
