"""What of a file is no Python, in plain words and with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from astrograph.facts.source.decoding import position
from astrograph.facts.source.walking import ERROR, nodes_at, source_of
from astrograph.model.facts import Problem

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST_EXCERPT = 40
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]+")

_STRING_START, _STRING_END = "string_start", "string_end"
_CLOSES = {")": "(", "]": "[", "}": "{", _STRING_END: _STRING_START}
_OPENS = frozenset(_CLOSES.values())

_TYPE_PARAMETERS = frozenset({"type_parameter", "constrained_type"})
_OLD_WORDS = (b"print ", b"exec ")
_OLD_WORD = re.compile(b"|".join(_OLD_WORDS))
_OLD_STATEMENTS = frozenset({"print_statement", "exec_statement"})


def syntax_problems(root: Node, data: bytes) -> list[Problem]:
    """At most one `syntax` problem, for the first error, and a `partial` one for what is left open."""
    if not root.has_error:
        return _old_statement(root, data)
    error = _first_error(root, data)
    unclosed = _first_unclosed(root, data)
    problems = []
    if unclosed is not None:
        opening = source_of(unclosed, data).decode("utf-8", "replace")
        message = f"{opening} is opened here and never closed; what follows it may be lost"
        problems.append(Problem("partial", message, *position(data, unclosed.start_byte)))
    if error is not None:
        place = unclosed if error.id == root.id and unclosed is not None else error
        problems.append(Problem("syntax", _said(place, data), *position(data, place.start_byte)))
    return problems


def _said(node: Node, data: bytes) -> str:
    if node.is_missing:
        return f"{_excerpt(node.type)} is missing here"
    excerpt = _line_at(node.start_byte, data)
    return f"this is not Python: {excerpt}" if excerpt else "the file ends too early"


def _excerpt(text: str) -> str:
    """A piece of somebody's source that is safe to print: one short line without control characters."""
    text = _CONTROL.sub("?", text.rstrip())
    return text if len(text) <= _LONGEST_EXCERPT else text[: _LONGEST_EXCERPT - 1] + "…"


def _erroneous(root: Node) -> Iterator[tuple[Node, str]]:
    """Every node with an error in it and every node beside one, in document order, with its parent's type."""
    cursor = root.walk()
    above = [""]
    node = root
    while True:
        yield node, above[-1]
        kind = node.type
        if node.has_error and cursor.goto_first_child():
            above.append(kind)
        else:
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
                above.pop()
        moved = cursor.node
        assert moved is not None
        node = moved


def _first_error(root: Node, data: bytes) -> Node | None:
    """The innermost first error; None when all that was met is syntax newer than the grammar.

    Defaults of type parameters (PEP 696) are that: it sets `T =` aside and reads on. They are no error.
    """
    whole = root if root.type == ERROR else None
    for node, parent in _erroneous(root):
        if not (node.is_error or node.is_missing) or node.id == root.id:
            continue
        if parent in _TYPE_PARAMETERS and node.is_error and b"=" in source_of(node, data):
            continue
        return node
    return whole


def _first_unclosed(root: Node, data: bytes) -> Node | None:
    """The first bracket or triple-quoted string that the end of the file finds open."""
    open_nodes: list[Node] = []
    counts = dict.fromkeys(_OPENS, 0)
    for node, _parent in _erroneous(root):
        kind = node.type
        if kind in _OPENS:
            open_nodes.append(node)
            counts[kind] += 1
        elif (opening := _CLOSES.get(kind)) and counts[opening]:
            # What was opened inside and not closed ends here too.
            closed = ""
            while closed != opening:
                closed = open_nodes.pop().type
                counts[closed] -= 1
    for node in open_nodes:
        if node.type != _STRING_START or len(source_of(node, data).lstrip(b"rRbBuUfFtT")) > 1:
            return node
    return None


def _old_statement(root: Node, data: bytes) -> list[Problem]:
    """A `print` or `exec` statement: the grammar reads both, no Python 3 does."""
    if not any(word in data for word in _OLD_WORDS):
        return []
    words = (word.start() for word in _OLD_WORD.finditer(data))
    for node, _field, _context in nodes_at(root, words, stop=_OLD_STATEMENTS, start=None, enter=lambda *_: None):
        if node.type not in _OLD_STATEMENTS:
            continue
        if any(child.type == "chevron" for child in node.named_children[:1]):
            continue  # `print >> file, text` is an expression of Python 3 too
        word = node.type.removesuffix("_statement")
        message = f"the {word} statement is Python 2: {_line_at(node.start_byte, data)}"
        return [Problem("syntax", message, *position(data, node.start_byte))]
    return []


def _line_at(offset: int, data: bytes) -> str:
    """An excerpt of the line that begins at or after a byte offset."""
    return _excerpt(data[offset : offset + 400].decode("utf-8", "replace").lstrip().partition("\n")[0])
