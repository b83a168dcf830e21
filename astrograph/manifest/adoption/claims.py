"""Claims: what adoption says will become of each value of an old document, before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from astrograph.formats.canonical_json import encode_line
from astrograph.formats.foreign_json import Repeated
from astrograph.formats.pointer import escape
from astrograph.model.canon import Canon, StarId
from astrograph.model.digests import Fingerprint, fingerprint
from astrograph.model.workspace import Placement


class Kind(Enum):
    """What is claimed of a value: said by a field, made by us, kept beside, or lost."""

    FIELD = auto()
    GENERATED = auto()
    KEPT = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class Digest:
    """Stands for a value: the digest of its canonical JSON."""

    of: Fingerprint

    def matches(self, value: object) -> bool:
        """Whether a value is the one this stands for, types included."""
        return fingerprint(encode_line(value)) == self.of


@dataclass(slots=True)
class Claim:
    """One old value and what the new manifest should hold for it.

    `pointer` and `value` are those of the old document, `at` and `expected` those of the new manifest. `renamed` says
    that both mean the same and are written differently. `reason` tells why a value is lost. `leaves` counts the values
    below `pointer`; it is there once the claim is settled.
    """

    kind: Kind
    pointer: str
    value: object
    at: str = ""
    expected: object = None
    renamed: bool = False
    reason: str = ""
    leaves: int = 0

    def settle(self) -> None:
        """Let go of what is large and only had to be looked at once: a tree has 100,000 documents."""
        self.leaves = count_leaves(self.value)
        if self.kind is not Kind.GENERATED:
            if isinstance(self.expected, dict | list):
                self.expected = Digest(fingerprint(encode_line(self.expected)))
            self.value = self.value if self.renamed else None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know of a document: code, sentence, way out."""

    code: str
    message: str
    fix: str = ""


@dataclass(frozen=True)
class Target:
    """What new manifests can hold.

    `carried` are the top-level names that pass through unchanged, and `fits` tells whether the schema takes a value
    under one of them. `home` is the one under which values without a field are kept, None where there is none, and
    `homeless` says why. `complaint` is what is wrong with a value of an authored field, None when nothing is.
    """

    canon: Canon
    placements: Mapping[str, Placement]
    generated: frozenset[str]
    carried: frozenset[str]
    home: str | None
    homeless: str
    fits: Callable[[str, object], bool]
    complaint: Callable[[str, object], str | None]

    def place(self, name: str) -> str | None:
        """Where a field stands in new manifests, None when it is left out of them."""
        placement = self.placements.get(name)
        return None if placement is None else placement.pointer


@dataclass
class Adopted:
    """What adoption makes of one document: the fields to author, and what is claimed of every value in it."""

    shape: str
    fields: dict[str, object] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    stars: tuple[StarId, ...] = ()

    def text(self, name: str) -> str | None:
        """The value of a text field."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else None

    @property
    def contracts(self) -> tuple[str, ...]:
        """The contracts."""
        value = self.fields.get("contracts")
        return tuple(map(str, value)) if isinstance(value, list) else ()


def leaves(pointer: str, value: object) -> Iterator[tuple[str, object]]:
    """Every scalar, empty object and empty array with its pointer, earlier values of a repeated key included."""
    waiting = [(pointer, value)]
    while waiting:
        at, inner = waiting.pop()
        if inner and isinstance(inner, dict):
            if isinstance(inner, Repeated):
                waiting += [(f"{at}/{escape(key)}", earlier) for key, earlier in inner.earlier]
            waiting += [(f"{at}/{escape(key)}", below) for key, below in inner.items()]
        elif inner and isinstance(inner, list):
            waiting += [(f"{at}/{index}", below) for index, below in enumerate(inner)]
        else:
            yield at, inner


def count_leaves(value: object) -> int:
    """How many values a document has: scalars, empty objects and empty arrays."""
    count = 0
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if inner and isinstance(inner, dict):
            waiting += inner.values()
            if isinstance(inner, Repeated):
                waiting += [earlier for _, earlier in inner.earlier]
        elif inner and isinstance(inner, list):
            waiting += inner
        else:
            count += 1
    return count
