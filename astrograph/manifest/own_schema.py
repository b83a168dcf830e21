"""A manifest schema of the repository's own: which fields it has room for, and what it asks that nobody gives.

What the schema alone shows is found here, once; the `schema` gate counts the manifests concerned (SPEC section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from shlex import quote

from astrograph.formats.schema_room import Room, SchemaRooms
from astrograph.formats.text import quoted
from astrograph.manifest.fields import FIELDS, Field, FieldOrigin, carried_names
from astrograph.model.codes import finding
from astrograph.model.finding import Finding
from astrograph.model.schema_fit import Expectation, SchemaFit
from astrograph.model.workspace import Form, Placement

LineOf = Callable[[str], tuple[int, int]]
"""From a pointer in the schema to the line and column where it stands."""

_TABLE = "[tool.astrograph.manifest]"
_SETTINGS = "pyproject.toml"

_WRITTEN: dict[str, str] = {
    "confidence": "number",
    "suggestion": "object",
    "exports_documented": "integer",
    "exports_total": "integer",
    "has_tests": "boolean",
    **dict.fromkeys(("contracts", "capabilities", "internal", "external"), "array"),
    **dict.fromkeys(("classes", "functions", "constants", "test_paths"), "array"),
}
"""The JSON type of each field that is no text."""

_MAY_BE_NULL = frozenset({"owner", "tier", "lane", "description", "node", "docstring"})
_MAY_BE_AWAY = frozenset({"suggestion"})
_MAY_BE_EMPTY = frozenset({"contracts", "capabilities"})
"""Lists that people write; those read from the source always say something, if only that there is nothing."""


def fit(
    document: object, placements: Mapping[str, Placement], *, chosen: frozenset[str], path: str, line_of: LineOf
) -> SchemaFit:
    """How the placed fields fit the schema `document` at `path`.

    `placements` tells where each field lands, `chosen` which of them a person placed. Findings: AG244 for generated
    fields that are left out because there is no room for them, AG246 for a place that cannot hold its field.
    """
    return _Fitting(document, placements, chosen=chosen, path=path, line_of=line_of).fit()


class _Fitting:
    def __init__(
        self,
        document: object,
        placements: Mapping[str, Placement],
        *,
        chosen: frozenset[str],
        path: str,
        line_of: LineOf,
    ) -> None:
        self._rooms = SchemaRooms(document)
        self._document = document
        self._placements = placements
        self._chosen = chosen
        self._path = path
        self._line_of = line_of
        self._left_out: dict[str, Room] = {}
        self._when_empty: set[str] = set()
        self._forbidden: list[Expectation] = []
        self._findings: list[Finding] = []

    def fit(self) -> SchemaFit:
        for name, placement in self._placements.items():
            self._place(FIELDS[name], placement)
        if self._left_out:
            self._findings.append(self._left_out_finding())
        return SchemaFit(
            left_out=frozenset(self._left_out),
            left_out_when_empty=frozenset(self._when_empty),
            required=tuple(self._required()),
            forbidden=tuple(self._forbidden),
            findings=tuple(sorted(self._findings)),
        )

    def _place(self, field: Field, placement: Placement) -> None:
        room = self._rooms.room(placement.pointer)
        if not room.allowed:
            if field.name in self._chosen:
                self._misplaced(field, placement, f"the schema allows nothing at {placement.pointer}", room)
            elif field.origin is FieldOrigin.AUTHORED:
                self._when_empty.add(field.name)
                self._forbidden.append(self._no_room_for(field, placement, room))
            else:
                self._left_out[field.name] = room
            return
        written = _written(field, placement)
        if room.types is not None and not _fits(written, room.types):
            wanted = " or ".join(sorted(room.types)) or "nothing"
            self._misplaced(field, placement, f"{placement.pointer} holds {wanted} there, not {written}", room)
        null_fits = room.types is None or "null" in room.types
        if (field.name in _MAY_BE_NULL and not null_fits) or (field.name in _MAY_BE_EMPTY and room.fewest):
            self._when_empty.add(field.name)

    def _misplaced(self, field: Field, placement: Placement, why: str, room: Room) -> None:
        line, _ = self._line_of(room.at)
        self._findings.append(
            finding(
                "AG246",
                f"{quoted(field.name)} cannot be at {placement.pointer}: {why} ({self._path}:{line})",
                path=_SETTINGS,
                fix=f"in {_TABLE} give {quoted(field.name)} a place the schema has for it, or false to leave it out",
            )
        )

    def _no_room_for(self, field: Field, placement: Placement, room: Room) -> Expectation:
        fix = (
            f"in {_TABLE} give {quoted(field.name)} a place that the schema allows, or false to leave it out of "
            "manifests knowingly; or allow it in the schema and run `doit pin`"
        )
        message = f"people say {quoted(field.name)}, and the schema allows nothing at {placement.pointer}"
        return Expectation(placement.pointer, message, *self._line_of(room.at), fix)

    def _left_out_finding(self) -> Finding:
        first = next(iter(self._left_out.values()))
        line, column = self._line_of(first.at)
        names = ", ".join(self._left_out)
        return finding(
            "AG244",
            f"the schema has no room for {names}: left out of every manifest",
            path=self._path,
            line=line,
            column=column,
            fix=f"in {_TABLE} write `= false` for each to say that this is meant, or give it a place",
        )

    def _required(self) -> list[Expectation]:
        """The places that the schema requires and that not every manifest is sure to have."""
        made = {item.pointer: name for name, item in self._placements.items() if name not in self._left_out}
        carried = carried_names(self._document, dict(self._placements))
        found: list[Expectation] = []
        for place, at in self._rooms.required(made):
            sure = [name for pointer, name in made.items() if f"{pointer}/".startswith(f"{place}/")]
            if any(name not in self._when_empty | _MAY_BE_AWAY for name in sure):
                continue
            field = made.get(place)
            message, fix = self._asked(place, field, carried), self._choices(place, field, carried)
            found.append(Expectation(place, message, *self._line_of(at), fix))
        return found

    def _asked(self, place: str, field: str | None, carried: frozenset[str]) -> str:
        if field is not None:
            return f"the schema requires {place}, which is {quoted(field)}, and nobody says it"
        if place[1:] in carried:
            return f"the schema requires {place}, and nobody says it"
        return f"the schema requires {place}, and nothing is placed there"

    def _choices(self, place: str, field: str | None, carried: frozenset[str]) -> str:
        relax = "or relax the schema and run `doit pin`"
        if field in _MAY_BE_AWAY or field == "docstring":
            return f"place another field there in {_TABLE}, {relax}"
        name = field if field is not None else place[1:]
        if field is not None or name in carried:
            return (
                f"doit facts set MODULE {quote(name)} VALUE, or author `{name}:` for a folder in its _defaults.yaml; "
                f"or place a generated field there in {_TABLE}; {relax}"
            )
        return f"place a field there in {_TABLE}, {relax}; it lies where only we write, so it cannot be authored"


def _written(field: Field, placement: Placement) -> str:
    if field.stars:
        return "string" if placement.form is Form.LABEL else "array"
    return _WRITTEN.get(field.name, "string")


def _fits(written: str, types: frozenset[str]) -> bool:
    return written in types or (written == "integer" and "number" in types)
