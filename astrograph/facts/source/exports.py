"""`__all__` as far as it can be read without running the code: what is certain, and whether that is all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from astrograph.facts.source.literals import text_of
from astrograph.facts.source.walking import nodes_at, source_of

if TYPE_CHECKING:
    from tree_sitter import Node

NAME = b"__all__"

_MENTION = re.compile(NAME)
_SEQUENCES = frozenset({"list", "tuple", "set", "expression_list"})
_NOTHING: frozenset[str] = frozenset()

# Parents under which the name itself is bound, deleted or changed in place; anywhere else it is only read.
_WRITES = frozenset(
    {
        "augmented_assignment", "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern",
        "delete_statement", "expression_list", "subscript", "named_expression", "global_statement",
        "aliased_import", "dotted_name",
    }
)  # fmt: skip
_ADDS = re.compile(rb"\s*(?:\+=|\.\s*(?:append|extend|insert)\b)")
_METHOD = re.compile(rb"__all__\s*\.\s*(append|extend)")
_CHANGES = re.compile(rb"\s*\.\s*(?:remove|pop|clear|sort|reverse|__\w+__)\b")


class Exports(NamedTuple):
    """`names` is None when the file has no `__all__`; `dynamic` when part of it is computed."""

    names: tuple[str, ...] | None = None
    dynamic: bool = False


class ExportList:
    """Follows `__all__` down a file, statement by statement."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._names: dict[str, None] = {}
        self._present = False
        self._dynamic = False
        self._handled: list[tuple[int, int]] = []

    def assign(self, value: Node, statement: Node, *, conditional: bool) -> None:
        """`__all__ = value`; under a condition nothing of it, nor of what was there, is certain."""
        self._seen(statement)
        read = self._strings(value)
        if conditional or not read.keeps:
            self._names = {}
            self._dynamic = False
        if not conditional:
            self._names |= dict.fromkeys(read.names)
        self._dynamic |= conditional or not read.complete

    def change(self, call: Node, statement: Node, *, conditional: bool) -> None:
        """`__all__ += value`, `.extend(value)` and `.append(name)`; anything else is left to `finish`."""
        operation = _operation(call, self._data)
        if operation is None:
            return
        self._seen(statement)
        method, value = operation
        if method == "append":
            name = text_of(value, self._data)
            read = _Strings([], complete=False) if name is None else _Strings([name])
        else:
            read = self._strings(value)
        if not conditional:
            self._names |= dict.fromkeys(read.names)
        self._dynamic |= conditional or not read.complete

    def declare(self, statement: Node) -> None:
        """An annotation without a value, which says nothing of what the name holds."""
        self._handled.append((statement.start_byte, statement.end_byte))

    def _seen(self, statement: Node) -> None:
        self._present = True
        self._handled.append((statement.start_byte, statement.end_byte))

    def finish(self, root: Node) -> Exports:
        """What is known once the whole file has been followed, every other write to the name counted in."""
        for node, field, parent in nodes_at(
            root, self._other_mentions(), stop=_NOTHING, start="", enter=lambda _, node, __: node.type
        ):
            if node.type != "identifier":
                continue
            after = self._data[node.end_byte : node.end_byte + 40]
            adds = _ADDS.match(after) is not None
            bound = parent in _WRITES or (parent == "assignment" and field == "left")
            if adds or bound or _CHANGES.match(after):
                self._present = self._dynamic = True
                self._names = self._names if adds else {}
        return Exports(tuple(self._names), self._dynamic) if self._present else Exports()

    def _other_mentions(self) -> Iterator[int]:
        """Where the name stands outside the statements already followed, which come in order."""
        handled = iter(self._handled)
        start, end = next(handled, (0, 0))
        for mention in _MENTION.finditer(self._data):
            offset = mention.start()
            while end <= offset and (following := next(handled, None)):
                start, end = following
            if not start <= offset < end:
                yield offset

    def _strings(self, value: Node) -> _Strings:
        read = _Strings([], complete=not value.has_error)
        pending = [(value, False)]
        while pending:
            node, is_element = pending.pop()
            if node.is_extra:
                continue
            name = text_of(node, self._data) if is_element else None
            if name is not None:
                read.names.append(name)
            elif not is_element and node.type == "identifier" and source_of(node, self._data) == NAME:
                read.keeps = True
            else:
                inner = _inner(node, is_element=is_element)
                read.complete &= inner is not None
                pending += reversed(inner or [])
        return read


@dataclass(slots=True)
class _Strings:
    """The strings a sequence is certain to hold, whether they are all, and whether `__all__` itself is in it."""

    names: list[str]
    complete: bool = True
    keeps: bool = False


def _operation(node: Node, data: bytes) -> tuple[str, Node] | None:
    """The method (`extend` for `+=`) and the argument of a change to `__all__` that only adds names."""
    if node.type == "augmented_assignment":
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        right = node.child_by_field_name("right")
        if left is None or source_of(left, data) != NAME or operator is None or operator.type != "+=":
            return None
        return None if right is None else ("extend", right)
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or node.has_error:
        return None
    method = _METHOD.fullmatch(source_of(function, data))
    given = [child for child in arguments.named_children if not child.is_extra]
    return (method[1].decode(), given[0]) if method is not None and len(given) == 1 else None


def _inner(node: Node, *, is_element: bool) -> list[tuple[Node, bool]] | None:
    """The parts of a sequence, each with whether it is one element; None where only a run can tell."""
    kind = node.type
    if is_element:
        return [(child, False) for child in node.named_children] if kind == "list_splat" else None
    if kind in _SEQUENCES:
        return [(child, True) for child in node.named_children]
    operator = node.child_by_field_name("operator")
    if kind == "parenthesized_expression" or (
        kind == "binary_operator" and operator is not None and operator.type == "+"
    ):
        return [(child, False) for child in node.named_children]
    return None
