"""The public names a file binds at module level: classes, functions, constants; and its `__all__`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from astrograph.facts.source.exports import NAME, ExportList, Exports
from astrograph.facts.source.literals import clean_docstring, literal_parts, text_of
from astrograph.facts.source.walking import DEFINITIONS, first_statement, module_statements, source_of
from astrograph.model.facts import Definition

if TYPE_CHECKING:
    from tree_sitter import Node

_TARGET_LISTS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"})


class PublicNames(NamedTuple):
    """The definitions of a file by kind, in the order first bound, and its `__all__`."""

    classes: tuple[Definition, ...]
    functions: tuple[Definition, ...]
    constants: tuple[Definition, ...]
    exports: Exports


def module_docstring(root: Node, data: bytes) -> str | None:
    """The docstring of a file, dedented; None when it has none."""
    docstring = _docstring(root, data)
    text = None if docstring is None else text_of(docstring, data)
    return None if text is None else clean_docstring(text)


def public_names(root: Node, data: bytes) -> PublicNames:
    """The names a file offers, lines from 1.

    Classes and functions are public without a leading underscore, constants moreover only in capitals; a name
    listed in `__all__` is public whatever it looks like.
    """
    names = _Names(data)
    for node, conditional in module_statements(root):
        names.take(node, conditional=conditional)
    exports = names.exports.finish(root) if names.may_export else Exports()
    listed = frozenset(exports.names or ())
    return PublicNames(
        classes=_public(names.classes, listed),
        functions=_public(names.functions, listed),
        constants=tuple(
            constant for constant in names.constants.values() if constant.name in listed or _is_constant(constant.name)
        ),
        exports=exports,
    )


class _Names:
    """What the statements of one module bind; the first place counts, and any docstring among several."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.may_export = NAME in data
        self.exports = ExportList(data)
        self.classes: dict[str, Definition] = {}
        self.functions: dict[str, Definition] = {}
        self.constants: dict[str, Definition] = {}

    def take(self, node: Node, *, conditional: bool) -> None:
        """Count in one statement; `conditional` when a block encloses it."""
        kind = node.type
        if kind == "expression_statement":
            self._expression(node, conditional=conditional)
            return
        if kind == "type_alias_statement":
            self._alias(node)
            return
        if kind == "decorated_definition":
            definition = node.child_by_field_name("definition")
            if definition is None:
                return
            node, kind = definition, definition.type
        if kind in DEFINITIONS:
            self._definition(node, self.classes if kind == "class_definition" else self.functions)

    def _definition(self, node: Node, known: dict[str, Definition]) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        if name is None or name.is_missing:
            return
        text = self._text(name)
        if text.startswith("_") and not self.may_export:
            return
        documented = body is not None and _docstring(body, self.data) is not None
        is_async = self.data.startswith(b"async", node.start_byte) and node.type == "function_definition"
        before = known.get(text)
        if before is None:
            known[text] = Definition(text, node.start_point[0] + 1, documented, is_async)
        elif (documented and not before.documented) or (is_async and not before.is_async):
            known[text] = Definition(text, before.line, documented or before.documented, is_async or before.is_async)

    def _expression(self, statement: Node, *, conditional: bool) -> None:
        node = statement.child(0) if statement.child_count else None
        if node is None:
            return
        kind = node.type
        if kind == "assignment":
            self._assignment(node, statement, conditional=conditional)
        elif self.may_export and kind in {"augmented_assignment", "call"}:
            self.exports.change(node, statement, conditional=conditional)

    def _assignment(self, node: Node, statement: Node, *, conditional: bool) -> None:
        value: Node | None = node
        targets = []
        while value is not None and value.type == "assignment":
            targets.append(value.child_by_field_name("left"))
            value = value.child_by_field_name("right")
        if value is None:
            self.exports.declare(statement)  # an annotation alone binds nothing
            return
        line = statement.start_point[0] + 1
        for target in targets:
            if target is None:
                continue
            if self.may_export and source_of(target, self.data) == NAME:
                self.exports.assign(value, statement, conditional=conditional)
            for name in _bound(target):
                self._constant(self._text(name), line)

    def _alias(self, statement: Node) -> None:
        name: Node | None = statement.child_by_field_name("left")
        while name is not None and name.type in {"type", "generic_type"} and name.child_count:
            name = name.child(0)
        if name is not None and name.type == "identifier":
            self._constant(self._text(name), statement.start_point[0] + 1)

    def _constant(self, name: str, line: int) -> None:
        if name not in self.constants and (self.may_export or _is_constant(name)):
            self.constants[name] = Definition(name, line)

    def _text(self, name: Node) -> str:
        text = source_of(name, self.data).decode("utf-8", "replace")
        return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _bound(target: Node) -> Iterator[Node]:
    """The identifiers an assignment target binds, in order."""
    pending = [target]
    while pending:
        node = pending.pop()
        if node.type == "identifier":
            yield node
        elif node.type in _TARGET_LISTS:
            pending += reversed(node.named_children)


def _docstring(block: Node, data: bytes) -> Node | None:
    """The docstring literal of a module or body, None when it does not begin with one."""
    statement = first_statement(block)
    if statement is None or statement.type != "expression_statement" or statement.child_count != 1:
        return None
    literal = statement.child(0)
    return literal if literal_parts(literal, data) is not None else None


def _is_constant(name: str) -> bool:
    return name.isupper() and not name.startswith("_")


def _public(definitions: dict[str, Definition], listed: frozenset[str]) -> tuple[Definition, ...]:
    return tuple(
        definition
        for definition in definitions.values()
        if definition.name in listed or not definition.name.startswith("_")
    )
