"""Entries: one module of a set of manifests, whether we made it or found it (SPEC section 10)."""

from __future__ import annotations

from collections.abc import Mapping

from astrograph.errors import DecodeError
from astrograph.formats import pointer
from astrograph.formats.strict_json import decode
from astrograph.model.assignment import Origin
from astrograph.model.canon import Canon, StarId
from astrograph.model.digests import sha256
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine
from astrograph.model.workspace import Placement

_ORIGINS = {origin.value: origin for origin in Origin}


def entry_of_line(line: LedgerLine, *, source: str, authored: str, resolution: str) -> Entry:
    """The entry of a module that this program built.

    `source`, `authored` and `resolution` are opaque texts that tell equal inputs from changed ones.
    """
    return Entry(
        module=line.module,
        manifest=line.manifest,
        owner=line.owner,
        tier=line.tier,
        lane=line.lane,
        contracts=line.contracts,
        stars=line.assignment.stars,
        confidence=line.assignment.confidence,
        origin=line.assignment.origin,
        source=source,
        authored=authored,
        resolution=resolution,
    )


def entry_of_document(module: ModuleId, data: bytes, *, placements: Mapping[str, Placement], canon: Canon) -> Entry:
    """The entry of a manifest that stood there already; what it does not say, or says otherwise than we do, is unknown.

    Bytes that are no JSON object give an entry with a digest and nothing else: never an error.
    """
    try:
        document = decode(data)
    except DecodeError:
        document = None
    read = _Reading(document, placements)
    return Entry(
        module=module,
        manifest=sha256(data),
        owner=read.text("owner"),
        tier=read.text("tier"),
        lane=read.text("lane"),
        contracts=read.texts("contracts"),
        stars=_stars(read.texts("stars"), canon),
        confidence=_thousandths(read.value("confidence")),
        origin=_ORIGINS.get(read.text("origin") or ""),
    )


class _Reading:
    """Fields of a document of unknown shape, at the places where this workspace puts them."""

    def __init__(self, document: object, placements: Mapping[str, Placement]) -> None:
        self._document = document
        self._placements = placements

    def value(self, field: str) -> object:
        placement = self._placements.get(field)
        if placement is None:
            return None
        try:
            return pointer.get(self._document, placement.pointer)
        except KeyError:
            return None

    def text(self, field: str) -> str | None:
        value = self.value(field)
        return value if isinstance(value, str) and value else None

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.value(field)
        if isinstance(value, str) and value:
            return (value,)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _stars(names: tuple[str, ...], canon: Canon) -> tuple[StarId, ...]:
    known = (canon.resolve(name) for name in names)
    return tuple(dict.fromkeys(star for star in known if star is not None))


def _thousandths(value: object) -> int:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return round(value * 1000) if plain and 0 <= value <= 1 else 0  # type: ignore[operator]
