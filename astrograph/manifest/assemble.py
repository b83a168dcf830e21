"""From facts and assignment to the manifest document. Pure: the same values give the same document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from astrograph.formats.pointer import put
from astrograph.model.assignment import Assignment
from astrograph.model.canon import Canon, StarId
from astrograph.model.facts import AuthoredFacts
from astrograph.model.ids import ModuleId, dotted_name
from astrograph.model.workspace import Form, Placement


@dataclass(frozen=True, slots=True)
class SourceView:
    """What the source contributes to a manifest, resolved and summed up.

    `functions` are (name, is async); the lists are sorted and unique.
    """

    internal: tuple[ModuleId, ...]
    external: tuple[str, ...]
    classes: tuple[str, ...]
    functions: tuple[tuple[str, bool], ...]
    constants: tuple[str, ...]
    docstring: str | None
    exports_documented: int
    exports_total: int
    test_paths: tuple[str, ...]


def assemble(
    module: ModuleId,
    *,
    source: SourceView,
    authored: AuthoredFacts,
    assignment: Assignment,
    canon: Canon,
    placements: dict[str, Placement],
    carried: Collection[str],
    schema_version: str,
) -> dict[str, object]:
    """The manifest document of one module, each field where its placement says (SPEC section 5)."""
    values: dict[str, object] = {
        "schema_version": schema_version,
        "name": dotted_name(module),
        "path": module,
        "owner": authored.value("owner"),
        "tier": authored.value("tier"),
        "lane": authored.value("lane"),
        "description": authored.value("description"),
        "stars": list(assignment.stars),
        "confidence": assignment.confidence / 1000,
        "origin": assignment.origin.value,
        "contracts": authored.value("contracts") or [],
        "capabilities": authored.value("capabilities") or [],
        "node": authored.value("node"),
        "internal": list(source.internal),
        "external": list(source.external),
        "classes": list(source.classes),
        "functions": [{"name": name, "async": is_async} for name, is_async in source.functions],
        "constants": list(source.constants),
        "docstring": source.docstring,
        "exports_documented": source.exports_documented,
        "exports_total": source.exports_total,
        "has_tests": bool(source.test_paths),
        "test_paths": list(source.test_paths),
    }
    if assignment.suggestion is not None:
        values["suggestion"] = {
            "star": assignment.suggestion.star,
            "confidence": assignment.suggestion.confidence / 1000,
        }
    document: dict[str, object] = {}
    for name, said in authored.fields.items():
        if name in carried:
            document[name] = said.value
    for name, placement in placements.items():
        if name in values:
            value = values[name]
            put(document, placement.pointer, _stars(assignment, canon, placement) if name == "stars" else value)
    return document


def _stars(assignment: Assignment, canon: Canon, placement: Placement) -> object:
    match placement.form:
        case Form.IDS:
            return list(assignment.stars)
        case Form.LABELS:
            return [_label(canon, star) for star in assignment.stars]
        case Form.LABEL:
            return _label(canon, assignment.stars[0])


def _label(canon: Canon, star: StarId) -> str:
    return canon.by_id[star].label
