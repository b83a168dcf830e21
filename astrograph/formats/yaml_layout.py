"""Where the members of a YAML file stand, to the character: what an edit that touches nothing else needs to know.

Imported only by `yaml_editing`: this module loads PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from yaml import CSafeLoader, parse
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

_LINE_END = re.compile(r"[\r\n]")
_BLOCK_STYLES = ("|", ">")


class Shape(Enum):
    """How a value is written."""

    NOTHING = "nothing"
    INLINE = "inline"
    BLOCK_TEXT = "block text"
    BLOCK_LIST = "block list"
    BLOCK_MAPPING = "block mapping"


@dataclass(frozen=True, slots=True)
class Node:
    """A value: its shape, and the characters from `start` up to `end`, comments and blank lines behind it left out.

    `kept_end` is where a block text ends with the blank lines that may belong to it. `items` are those of a list.
    """

    shape: Shape
    start: int
    end: int
    kept_end: int
    items: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the outermost mapping: its key, as characters from `start` up to `key_end`, and its value."""

    name: str
    start: int
    key_end: int
    value: Node


@dataclass(frozen=True, slots=True)
class Layout:
    """The outermost mapping of a file, None when the file says nothing; `end` is where its text ends."""

    members: tuple[Member, ...]
    start: int
    end: int
    flow: bool


def layout_of(text: str) -> Layout | None:
    """Lay out a file that `strict_yaml` reads as a mapping or as nothing; None for nothing.

    `text` has no byte order mark. Raises yaml.YAMLError for anything that is no YAML.
    """
    events = parse(text, Loader=CSafeLoader)
    for event in events:
        if isinstance(event, DocumentStartEvent):
            root = next(events)
            return _Reader(text, events).root(root) if isinstance(root, MappingStartEvent) else None
    return None


def dangling_aliases(text: str) -> set[str]:
    """The aliases of a file that no anchor stands above. Raises yaml.YAMLError for anything that is no YAML."""
    anchors: set[str | None] = set()
    dangling: set[str] = set()
    for event in parse(text, Loader=CSafeLoader):
        if isinstance(event, AliasEvent) and event.anchor not in anchors:
            dangling.add(event.anchor or "")
        elif isinstance(event, NodeEvent) and event.anchor is not None:
            anchors.add(event.anchor)
    return dangling


class _Reader:
    def __init__(self, text: str, events: Iterator[Event]) -> None:
        self._text = text
        self._events = events

    def root(self, event: MappingStartEvent) -> Layout:
        members: list[Member] = []
        for key in self._events:
            if isinstance(key, CollectionEndEvent):
                end = members[-1].value.end if members and not event.flow_style else _end(key)
                return Layout(tuple(members), _start(event), end, flow=bool(event.flow_style))
            name = key.value if isinstance(key, ScalarEvent) else ""
            written = self._node(key)
            members.append(Member(name, written.start, written.end, self._node(next(self._events))))
        raise AssertionError("libyaml ends what it starts")

    def _node(self, event: Event) -> Node:
        assert isinstance(event, NodeEvent)
        start, end = _start(event), _end(event)
        if isinstance(event, AliasEvent):
            return Node(Shape.INLINE, start, end, end)
        if isinstance(event, ScalarEvent):
            if event.style in _BLOCK_STYLES:
                return Node(Shape.BLOCK_TEXT, start, self._end_of_block_text(start, end), end)
            shape = Shape.NOTHING if start == end else Shape.INLINE
            return Node(shape, start, end, end)
        assert isinstance(event, CollectionStartEvent)
        children: list[Node] = []
        for child in self._events:
            if isinstance(child, CollectionEndEvent):
                if event.flow_style:
                    return Node(Shape.INLINE, start, _end(child), _end(child))
                break
            children.append(self._node(child))
        is_list = isinstance(event, SequenceStartEvent)
        last = children[-1]
        shape = Shape.BLOCK_LIST if is_list else Shape.BLOCK_MAPPING
        return Node(shape, start, last.end, last.kept_end, tuple(children) if is_list else ())

    def _end_of_block_text(self, start: int, end: int) -> int:
        """Where the last line of a block text ends that is not blank."""
        last = start + len(self._text[start:end].rstrip(" \t\r\n"))
        line_end = _LINE_END.search(self._text, last)
        return min(end, line_end.start() if line_end is not None else end)


def _start(event: Event) -> int:
    assert event.start_mark is not None
    return event.start_mark.index


def _end(event: Event) -> int:
    assert event.end_mark is not None
    return event.end_mark.index
