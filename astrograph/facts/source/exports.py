"""`__all__` as far as it can be read without running the code: what is certain, and whether that is all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from astrograph.facts.source.literals import text_of
from astrograph.facts.source.walking import nodes_at

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
_CHANGES = re.compile(rb"\s*\.\s*(?:remove|pop|clear|sort|reverse|__\w+__)\b")


class Exports(NamedTuple):
    """`names` is None when the file has no `__all__`; `dynamic` when part of it is computed."""

    names: tuple[str, ...] | None = None
    dynamic: bool = False


class ExportList:
    """Follows `__all__` down a file, statement by statement."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._present = False
        self._dynamic = False
        self._handled: list[tuple[int, int]] = []

    def assign(self, value: Node, statement: Node, *, conditional: bool) -> None:
        """`__all__ = value`; under a condition nothing of it, nor of what was there, is certain."""
        self._seen(statement)
        names, complete = _strings(value, tuple(self._names))
        self._names = [] if conditional else names
        # What came before no longer counts, unless the new value was built from it.
        self._dynamic = conditional or not complete or (self._dynamic and NAME in (value.text or b""))

    def change(self, call: Node, statement: Node, *, conditional: bool) -> None:
        """`__all__ += value`, `.extend(value)` and `.append(name)`; anything else is left to `finish`."""
        operation = _operation(call)
        if operation is None:
            return
        self._seen(statement)
        method, value = operation
        if method == "append":
            name = text_of(value)
            names, complete = ([], False) if name is None else ([name], True)
        else:
            names, complete = _strings(value, tuple(self._names))
        if not conditional:
            self._names += names
        self._dynamic |= conditional or not complete

    def _seen(self, statement: Node) -> None:
        self._present = True
        self._handled.append((statement.start_byte, statement.end_byte))

    def finish(self, root: Node, data: bytes) -> Exports:
        """What is known once the whole file has been followed, every other write to the name counted in."""
        for node, field, parent in nodes_at(
            root, self._other_mentions(data), stop=_NOTHING, start="", enter=lambda _, node, __: node.type
        ):
            if node.type != "identifier":
                continue
            after = data[node.end_byte : node.end_byte + 40]
            adds = _ADDS.match(after) is not None
            bound = parent in _WRITES or (parent == "assignment" and field == "left")
            if adds or bound or _CHANGES.match(after):
                self._present = self._dynamic = True
                self._names = self._names if adds else []
        if not self._present:
            return Exports()
        return Exports(tuple(dict.fromkeys(self._names)), self._dynamic)

    def _other_mentions(self, data: bytes) -> list[int]:
        handled = iter(sorted(self._handled))
        start, end = next(handled, (len(data), len(data)))
        mentions = []
        for mention in _MENTION.finditer(data):
            offset = mention.start()
            while end <= offset:
                start, end = next(handled, (len(data), len(data)))
                if start == len(data):
                    break
            if not start <= offset < end:
                mentions.append(offset)
        return mentions


def _operation(node: Node) -> tuple[str, Node] | None:
    """The method (`extend` for `+=`) and the argument of a change to `__all__` that only adds names."""
    if node.type == "augmented_assignment":
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        right = node.child_by_field_name("right")
        if left is None or left.text != NAME or operator is None or operator.type != "+=" or right is None:
            return None
        return "extend", right
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or function.type != "attribute" or node.has_error:
        return None
    target, method = function.child_by_field_name("object"), function.child_by_field_name("attribute")
    if target is None or target.text != NAME or method is None or method.text not in {b"append", b"extend"}:
        return None
    given = [child for child in arguments.named_children if not child.is_extra]
    return (method.text.decode(), given[0]) if len(given) == 1 else None


def _strings(value: Node, current: tuple[str, ...]) -> tuple[list[str], bool]:
    """The strings a sequence is certain to hold, and whether they are all; `current` is `__all__` itself."""
    names: list[str] = []
    complete = not value.has_error
    pending = [(value, False)]
    while pending:
        node, is_element = pending.pop()
        if node.is_extra:
            continue
        name = text_of(node) if is_element else None
        if name is not None:
            names.append(name)
        elif not is_element and node.type == "identifier" and node.text == NAME:
            names += current
        else:
            inner = _inner(node, is_element=is_element)
            complete &= inner is not None
            pending += reversed(inner or [])
    return names, complete


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
