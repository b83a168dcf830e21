"""From libyaml's events to JSON values, without ever building what the events do not allow.

Imported only by `strict_yaml.decode`: this module loads PyYAML.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from yaml import CSafeLoader, YAMLError, parse
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    StreamEndEvent,
)

from astrograph.formats.pointer import escape
from astrograph.formats.text import quoted, safe, shown
from astrograph.formats.yaml_values import Ambiguity, YamlDocument, YamlProblem, resolve

MAX_DEPTH = 50
MAX_NODES = 50_000
MAX_PROBLEMS = 100
MAX_POINTER = 2048
"""Longer pointers are not recorded, or a file with one long key near the root would take quadratic space."""

_MERGE_KEY = "<<"
_QUOTE = 'put the value in double quotes: owner: "@team"'
_COLON = 'a value that holds ": " needs double quotes'
_LOOK = "correct the YAML here, or what is left open above"
_COLON_PROBLEM = "mapping values are not allowed"
_DEPTH_PROBLEM = "exceeded maximum nesting depth"
"""libyaml 0.2.6 and later stop at 1,000 levels, while they look ahead: before the event of our own limit comes."""
_FIX_AT = {
    "@": _QUOTE,
    "`": _QUOTE,
    "\t": "indent with spaces; YAML allows no tabs there",
}


class _Where(NamedTuple):
    """A place in the document: its pointer or, when not `exact`, that of the nearest place around it."""

    pointer: str
    exact: bool = True

    def inside(self, key: str | int) -> _Where:
        pointer = f"{self.pointer}/{escape(key)}" if self.exact else ""
        return _Where(pointer) if pointer and len(pointer) <= MAX_POINTER else _Where(self.pointer, exact=False)

    def hidden(self) -> _Where:
        """Give a place inside whose values are read only for the problems in them."""
        return _Where(self.pointer, exact=False)


class _GiveUpError(Exception):
    """Reading on would be of no use; the problem is already noted."""


def read(text: str) -> YamlDocument:
    """Read one YAML text, in time linear in its length; never raises, whatever the text holds."""
    reader = _Reader(text)
    try:
        value = reader.document()
    except MarkedYAMLError as error:
        mark = error.problem_mark
        if mark is not None and 0 < mark.index < len(text) and (error.problem or "").startswith(_DEPTH_PROBLEM):
            return read(text[: mark.index])  # our own limit lies before that place
        reader.syntax(error)
    except YAMLError as error:
        reader.end("AG201", f"not valid YAML: {safe(str(error))}", at=(1, 1))
    except _GiveUpError:
        pass
    else:
        return reader.result(value)
    return YamlDocument(value=None, positions={}, problems=tuple(reader.problems), doubtful=frozenset({""}))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[Event] = parse(text, Loader=CSafeLoader)
        self._nodes = 0
        self._positions: dict[str, tuple[int, int]] = {}
        self._doubtful: set[str] = set()
        self.problems: list[YamlProblem] = []

    def result(self, value: object) -> YamlDocument:
        return YamlDocument(
            value=value,
            positions=self._positions,
            problems=tuple(self.problems),
            doubtful=frozenset(self._doubtful),
        )

    def document(self) -> object:
        """Read the first document; another one is a problem and is not read."""
        value: object = None
        seen = False
        for event in self._events:
            if isinstance(event, StreamEndEvent):
                break
            if isinstance(event, DocumentStartEvent) and seen:
                self._doubtful.add("")
                self.note("AG203", "a second document starts here", at=_at(event), fix="keep one document per file")
                break
            if isinstance(event, NodeEvent):
                seen = True
                where = _Where("")
                self._positions[""] = _at(event)
                value = self._node(event, where, depth=0)
        return value

    def _node(self, event: Event, where: _Where, *, depth: int) -> object:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self.end("AG203", f"more than {MAX_NODES:,} values", at=_at(event), fix="split the file")
            raise _GiveUpError
        if isinstance(event, AliasEvent):
            self._beyond(event, where, f"the alias {quoted('*' + (event.anchor or ''))}", fix="write the value out")
            return None
        if isinstance(event, ScalarEvent):
            self._properties(event, where)
            return self._scalar(event, where)
        assert isinstance(event, CollectionStartEvent)
        self._properties(event, where)
        if depth == MAX_DEPTH:
            self.end("AG203", f"nested deeper than {MAX_DEPTH}", at=_at(event), fix="flatten the file")
            raise _GiveUpError
        if isinstance(event, MappingStartEvent):
            return self._mapping(where, depth=depth + 1)
        return self._sequence(where, depth=depth + 1)

    def _sequence(self, where: _Where, *, depth: int) -> list[object]:
        items: list[object] = []
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                break
            inner = where.inside(len(items))
            self._record(inner, event)
            items.append(self._node(event, inner, depth=depth))
        return items

    def _mapping(self, where: _Where, *, depth: int) -> dict[str, object]:
        members: dict[str, object] = {}
        places: dict[str, tuple[int, int]] = {}
        for event in self._events:
            if isinstance(event, CollectionEndEvent):
                break
            key = self._key(event, where, depth=depth)
            inner = where.hidden()
            if key is not None and key in places:
                line, column = places[key]
                message = f"the key {quoted(key)} is already on line {line}, column {column}"
                self._doubtful.add(where.inside(key).pointer)
                self.note("AG202", message, at=_at(event), fix="keep one of the two")
            elif key is not None:
                places[key] = _at(event)
                inner = where.inside(key)
                self._record(inner, event)
                members[key] = self._node(next(self._events), inner, depth=depth)
                continue
            self._node(next(self._events), inner, depth=depth)
        return members

    def _key(self, event: Event, where: _Where, *, depth: int) -> str | None:
        """Read a key; None when its entry cannot be kept."""
        if not isinstance(event, ScalarEvent):
            if not isinstance(event, AliasEvent):
                self._beyond(event, where, "a key that is not text", fix="use plain text as the key; quote `{`")
            self._node(event, where.hidden(), depth=depth)
            return None
        self._properties(event, where)
        if _is_plain(event) and event.value == _MERGE_KEY:
            self._beyond(event, where, "a merge key", fix="write the merged values out")
            return None
        resolved = resolve(event.value) if _is_plain(event) else event.value
        if not isinstance(resolved, str):
            message = (
                resolved.message if isinstance(resolved, Ambiguity) else f"{shown(resolved)} is no text, as a key is"
            )
            self._doubtful.add(where.inside(event.value).pointer)
            self.note("AG206", message, at=_at(event), fix=f"quote the key: {shown(event.value)}")
        return event.value

    def _scalar(self, event: ScalarEvent, where: _Where) -> object:
        if not _is_plain(event):
            return event.value
        resolved = resolve(event.value)
        if not isinstance(resolved, Ambiguity):
            return resolved
        self._doubtful.add(where.pointer)
        self.note("AG206", resolved.message, at=_at(event), fix=resolved.fix)
        return event.value

    def _properties(self, event: ScalarEvent | CollectionStartEvent, where: _Where) -> None:
        if event.anchor is not None:
            self._beyond(event, where, f"the anchor {quoted('&' + event.anchor)}", fix="remove it")
        if event.tag is not None:
            self._beyond(event, where, f"the tag {quoted(event.tag)}", fix="remove it; quote what is text")

    def _beyond(self, event: Event, where: _Where, what: str, *, fix: str) -> None:
        self._doubtful.add(where.pointer)
        self.note("AG203", f"{what} is beyond the accepted subset of YAML", at=_at(event), fix=fix)

    def _record(self, where: _Where, event: Event) -> None:
        if where.exact:
            self._positions[where.pointer] = _at(event)

    def note(self, code: str, message: str, *, at: tuple[int, int], fix: str = "") -> None:
        """Note one problem; beyond the limit they are only doubts."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(YamlProblem(code, message, *at, fix))

    def end(self, code: str, message: str, *, at: tuple[int, int], fix: str = "") -> None:
        """Note the problem that ends the reading; it is told however many others there are."""
        self.problems[MAX_PROBLEMS - 1 :] = [YamlProblem(code, message, *at, fix)]

    def syntax(self, error: MarkedYAMLError) -> None:
        """Note what libyaml could not parse."""
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        context = f" {error.context}" if error.context else ""
        found = self._text[mark.index : mark.index + 1] if mark is not None else ""
        problem = error.problem or "unknown problem"
        fix = _COLON if problem.startswith(_COLON_PROBLEM) else _FIX_AT.get(found, _LOOK)
        self.end("AG201", f"not valid YAML: {safe(problem + context)}", at=at, fix=fix)


def _is_plain(event: ScalarEvent) -> bool:
    """Whether a scalar is resolved by its looks: it has no quotes, is no block and has no tag."""
    return event.implicit[0] and event.tag is None


def _at(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
