"""From facts and assignment to the manifest document. Pure: the same values give the same document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from astrograph.formats.pointer import split
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


class Assembler:
    """Assembles manifests: the placements of a workspace, worked out once.

    Fields in `left_out_when_empty` stay away from a document while they are null or an empty list.
    """

    def __init__(
        self,
        placements: Mapping[str, Placement],
        *,
        canon: Canon,
        carried: Collection[str],
        schema_version: str,
        left_out_when_empty: Collection[str] = (),
    ) -> None:
        self._canon = canon
        self._carried = carried
        self._schema_version = schema_version
        self._left_out_when_empty = left_out_when_empty
        self._stars = placements.get("stars")
        self._ways = [(name, *_way(placement.pointer)) for name, placement in placements.items()]

    def assemble(
        self, module: ModuleId, source: SourceView, authored: AuthoredFacts, assignment: Assignment
    ) -> dict[str, object]:
        """The manifest document of one module, each field where its placement says (SPEC section 5)."""
        values = self._values(module, source, authored, assignment)
        for name in self._left_out_when_empty:
            if values[name] in (None, []):
                del values[name]
        document: dict[str, object] = {
            name: said.value for name, said in authored.fields.items() if name in self._carried
        }
        for name, folders, last in self._ways:
            if name in values:
                holder = document
                for part in folders:
                    holder = holder.setdefault(part, {})  # type: ignore[assignment]
                holder[last] = values[name]
        return document

    def _values(
        self, module: ModuleId, source: SourceView, authored: AuthoredFacts, assignment: Assignment
    ) -> dict[str, object]:
        values: dict[str, object] = {
            "schema_version": self._schema_version,
            "name": dotted_name(module),
            "path": module,
            "owner": authored.value("owner"),
            "tier": authored.value("tier"),
            "lane": authored.value("lane"),
            "description": authored.value("description"),
            "stars": None if self._stars is None else _stars(assignment, self._canon, self._stars),
            "confidence": assignment.confidence / 1000,
            "origin": assignment.origin.value,
            "contracts": authored.value("contracts") or [],
            "capabilities": authored.value("capabilities") or [],
            "node": authored.value("node"),
            "internal": source.internal,
            "external": source.external,
            "classes": source.classes,
            "functions": [{"name": name, "async": is_async} for name, is_async in source.functions],
            "constants": source.constants,
            "docstring": source.docstring,
            "exports_documented": source.exports_documented,
            "exports_total": source.exports_total,
            "has_tests": bool(source.test_paths),
            "test_paths": source.test_paths,
        }
        if assignment.suggestion is not None:
            values["suggestion"] = {
                "star": assignment.suggestion.star,
                "confidence": assignment.suggestion.confidence / 1000,
            }
        return values


def _way(pointer: str) -> tuple[tuple[str, ...], str]:
    """The folders of a pointer and its last part."""
    *folders, last = split(pointer)
    return tuple(folders), last


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
