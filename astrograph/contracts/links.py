"""The references inside contracts: where each `$ref` leads, without ever opening what it leads to.

A target is a file of the folder of contracts, an `$id` that one of them declares, or a metaschema that every validator
carries with it. Nothing is ever fetched: any other target is a finding.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from astrograph.formats import pointer
from astrograph.model.contract import ContractKind

WORKSPACE = "https://contracts.invalid/"
"""Validators know a file of the workspace by its path below this URI, which by RFC 2606 can never be opened."""

_REFERENCES = frozenset({"$ref", "$dynamicRef", "$recursiveRef"})
_ANCHORS = frozenset({"$anchor", "$dynamicAnchor"})
_DATA = frozenset({"const", "enum", "default", "examples"})
_DATA_OF_OPENAPI = _DATA | {"example", "value"}
_SCHEMA_MAPS = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"}
)
_OPENAPI_MAPS = _SCHEMA_MAPS | {
    "schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links",
    "callbacks", "pathItems", "paths", "webhooks", "content", "encoding", "variables", "mapping", "scopes",
}  # fmt: skip
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~/@!$&'()*+,;=-]")
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_CARRIED = re.compile(r"https?://(?:json-schema\.org/draft[-/]|spec\.openapis\.org/oas/3\.1/)")


class Link(NamedTuple):
    """One reference as written at a JSON pointer.

    `target` is the URI it leads to without its fragment, `fragment` what it means there, unescaped.
    """

    at: str
    text: str
    target: str
    fragment: str


@dataclass(frozen=True)
class Links:
    """All references of one document, and what others may refer to in it.

    `resources` maps each URI that the document declares, its own included, to the JSON pointer of what bears it.
    `anchors` are names that a fragment may be, each with the URI of the resource it is in.
    """

    links: tuple[Link, ...] = ()
    resources: dict[str, str] = field(default_factory=dict)
    anchors: frozenset[tuple[str, str]] = frozenset()


def uri_of(path: str) -> str:
    """The URI that stands for a file of the workspace."""
    return WORKSPACE + _UNSAFE.sub(_percent, path)


def path_of(uri: str) -> str | None:
    """The path that `uri_of` was given; None for any other URI."""
    return unescape(uri.removeprefix(WORKSPACE)) if uri.startswith(WORKSPACE) else None


def unescape(text: str) -> str:
    """Read percent escapes, as UTF-8."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found.group().replace("%", "")).decode("utf-8", "replace"), text)


def is_carried(uri: str) -> bool:
    """Whether a URI names a metaschema that validators carry with them."""
    return _CARRIED.match(uri) is not None


def join(base: str, reference: str) -> str:
    """Resolve a reference without fragment against a URI (RFC 3986, as far as schemas use it)."""
    if not reference:
        return base
    if _URI.match(reference):
        return reference
    scheme, _, rest = base.partition("://")
    authority, _, path = rest.partition("/")
    if reference.startswith("//"):
        return f"{scheme}:{reference}"
    whole = reference if reference.startswith("/") else f"/{posixpath.dirname(path)}/{reference}"
    parts: list[str] = []
    for part in whole.split("/")[1:]:
        if part == "..":
            # One level too many leads out of the workspace: kept, so that it is found to lead nowhere.
            parts = parts[:-1] if parts and parts[-1] != ".." else [*parts, part]
        elif part not in ("", "."):
            parts.append(part)
    return f"{scheme}://{authority}/{'/'.join(parts)}"


def links_of(document: object, path: str, kind: ContractKind | None) -> Links:
    """Find every reference of a contract; constants, examples and extensions are no references."""
    return _Walk(uri_of(path), is_openapi=kind is ContractKind.OPENAPI).walk(document)


class _Walk:
    def __init__(self, uri: str, *, is_openapi: bool) -> None:
        self._links: list[Link] = []
        self._resources = {uri: ""}
        self._anchors: set[tuple[str, str]] = set()
        self._uri = uri
        self._data = _DATA_OF_OPENAPI if is_openapi else _DATA
        self._maps = _OPENAPI_MAPS if is_openapi else _SCHEMA_MAPS
        self._is_openapi = is_openapi

    def walk(self, document: object) -> Links:
        waiting: list[tuple[str, object, str, bool]] = [("", document, self._uri, False)]
        while waiting:
            at, value, base, is_map = waiting.pop()
            if isinstance(value, list):
                waiting += [(f"{at}/{i}", each, base, False) for i, each in enumerate(value)]
            elif isinstance(value, dict):
                inside = base if is_map else self._note(at, value, base)
                waiting += self._below(at, value, inside, is_map=is_map)
        return Links(tuple(sorted(self._links)), self._resources, frozenset(self._anchors))

    def _note(self, at: str, value: dict[str, object], base: str) -> str:
        """Take note of what one schema says; returns the URI that its references start from."""
        for keyword in ("$id", "id"):
            said = value.get(keyword)
            # `id` names a schema in draft 4 alone; elsewhere, and in our own contracts, it is no URI.
            if isinstance(said, str) and (keyword == "$id" or _URI.match(said)) and not self._is_openapi:
                target, _, name = said.partition("#")
                base = join(base, target)
                self._resources.setdefault(base, at)
                if name:
                    self._anchors.add((base, name))  # as drafts 4 to 7 write an anchor
        for keyword, said in value.items():
            if not isinstance(said, str):
                continue
            if keyword in _REFERENCES:
                target, _, fragment = said.partition("#")
                self._links.append(Link(f"{at}/{keyword}", said, join(base, target), unescape(fragment)))
            elif keyword in _ANCHORS:
                self._anchors.add((base, said))
        return base

    def _below(
        self, at: str, value: dict[str, object], base: str, *, is_map: bool
    ) -> Iterator[tuple[str, object, str, bool]]:
        for key, each in value.items():
            inner = f"{at}/{pointer.escape(key)}"
            if is_map:
                # A callback is a map of maps: expression -> path item.
                yield inner, each, base, False
            elif key in self._maps and isinstance(each, dict):
                yield inner, each, base, True
            elif key not in self._data and not (self._is_openapi and key.startswith("x-")):
                yield inner, each, base, False


def _percent(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found.group().encode("utf-8", "surrogateescape"))
