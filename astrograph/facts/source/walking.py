"""Two ways through a syntax tree, linear in its size and without recursion, however deep or wide it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tree_sitter import Node

ERROR = "ERROR"
DEFINITIONS = frozenset({"function_definition", "class_definition"})

_BLOCKS = frozenset(
    {
        "block",
        "if_statement", "elif_clause", "else_clause",
        "try_statement", "except_clause", "except_group_clause", "finally_clause",
        "with_statement", "for_statement", "while_statement", "match_statement", "case_clause",
        ERROR,
    }
)  # fmt: skip
_STATEMENTS = DEFINITIONS | {"decorated_definition", "expression_statement", "type_alias_statement"}

Context = TypeVar("Context")


def source_of(node: Node, data: bytes) -> bytes:
    """The bytes of a node, from the file itself."""
    return data[node.start_byte : node.end_byte]


def module_statements(root: Node) -> Iterator[tuple[Node, bool]]:
    """The definitions and expression statements at module level, each with whether a block encloses it.

    Blocks of `if`, `try`, `with`, `for`, `while` and `match` belong to the module. In a file with errors only what
    starts a line counts: the rest may be the inside of a broken function or class.
    """
    levels = [(iter(root.children), root.has_error)]
    while levels:
        nodes, broken = levels[-1]
        for node in nodes:
            kind = node.type
            if kind in _STATEMENTS:
                if not broken or node.start_point[1] == 0:
                    yield node, len(levels) > 1
            elif kind in _BLOCKS:
                levels.append((iter(node.children), kind == ERROR))
                break
        else:
            levels.pop()


def nodes_at(
    root: Node,
    offsets: Iterable[int],
    *,
    stop: frozenset[str],
    start: Context,
    enter: Callable[[Context, Node, str | None], Context],
) -> Iterator[tuple[Node, str | None, Context]]:
    """The node over each byte offset (ascending), its field in its parent, and the context of that parent.

    It is the outermost node whose type is in `stop`, or else a leaf; each node is given once. `enter` makes
    the context of a node's children out of that of the node, the node and its field. The cursor only moves
    forward.
    """
    cursor = root.walk()
    node = root
    above: list[tuple[int, Context]] = []
    context = start
    passed = 0
    for offset in offsets:
        if offset < passed:
            continue
        while True:
            if node.end_byte <= offset:
                if cursor.goto_next_sibling():
                    pass
                elif above and above[-1][0] <= offset:
                    cursor.goto_parent()
                    context = above.pop()[1]
                else:
                    break
            elif node.start_byte > offset:
                break
            elif node.type not in stop and node.child_count:
                above.append((node.end_byte, context))
                context = enter(context, node, cursor.field_name)
                cursor.goto_first_child()
            else:
                passed = node.end_byte
                yield node, cursor.field_name, context
                break
            moved = cursor.node
            assert moved is not None
            node = moved


def first_statement(block: Node) -> Node | None:
    """The first child of a module or block that is not a comment."""
    first = block.child(0) if block.child_count else None
    if first is None or not first.is_extra:
        return first
    cursor = block.walk()
    found = cursor.goto_first_child()
    while found:
        node = cursor.node
        assert node is not None
        if not node.is_extra:
            return node
        found = cursor.goto_next_sibling()
    return None
