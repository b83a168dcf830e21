"""The imports of a file: at the top, in functions, under `TYPE_CHECKING`, and what is left of broken ones."""

from __future__ import annotations

import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from astrograph.facts.source.walking import DEFINITIONS, nodes_at, source_of
from astrograph.model.facts import Import

if TYPE_CHECKING:
    from tree_sitter import Node

# Every import statement holds this word, and few other things do: the tree is entered only where it occurs.
_WORD = re.compile(rb"import\b")
_STATEMENTS = frozenset({"import_statement", "import_from_statement", "future_import_statement"})

_NOISE = re.compile(r"#[^\n]*|[\\();]")
_KEYWORD = re.compile(r"\bimport\b")
_BROKEN_FROM = re.compile(r"from\b[ \t]*(\.*+(?:[^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)?+)[ \t]+import\b")
_BROKEN_IMPORT = re.compile(r"import[ \t]+([^\W\d]\w*+(?:\.[^\W\d]\w*+)*+)[ \t]*(?:[,;#]|as\b|$)")

_TYPE_CHECKING = re.compile(rb"\(*\s*(not\b)?[\s(]*(?:[\w.]+\.)?TYPE_CHECKING[\s)]*")
_LONGEST_CONDITION = 200
_NEAR = 500


class _Context(NamedTuple):
    """Where a node stands; `guard` is 1 below `if TYPE_CHECKING`, -1 below `if not TYPE_CHECKING`, else 0."""

    nested: bool = False
    typing_only: bool = False
    guard: int = 0


def imports_of(root: Node, data: bytes) -> tuple[Import, ...]:
    """Every import of a file, in the order written."""
    offsets = (word.start() for word in _WORD.finditer(data))
    found: list[Import] = []
    enter = partial(_enter, data=data)
    for node, _field, context in nodes_at(root, offsets, stop=_STATEMENTS, start=_Context(), enter=enter):
        if node.type in _STATEMENTS:
            names = _broken(node, data) if node.has_error else _whole(node, data)
        elif node.type == "import":
            names = _broken(node, data)
        else:
            continue
        line = node.start_point[0] + 1
        found += [
            Import(module, name, level, line, context.nested, context.typing_only) for module, name, level in names
        ]
    return tuple(found)


def _enter(context: _Context, node: Node, field: str | None, *, data: bytes) -> _Context:
    nested, typing_only, guard = context
    if (guard > 0 and field == "consequence") or (guard < 0 and field == "alternative"):
        typing_only = True
    kind = node.type
    if kind in DEFINITIONS:
        return _Context(nested=True, typing_only=typing_only)
    if kind in {"if_statement", "elif_clause"}:
        return _Context(nested, typing_only, _guard(node, data))
    return _Context(nested, typing_only)


def _guard(node: Node, data: bytes) -> int:
    condition = node.child_by_field_name("condition")
    if condition is None or condition.end_byte - condition.start_byte > _LONGEST_CONDITION:
        return 0
    match = _TYPE_CHECKING.fullmatch(source_of(condition, data))
    if match is None:
        return 0
    return 1 if match[1] is None else -1


def _whole(node: Node, data: bytes) -> list[tuple[str, str, int]]:
    """(module, name, level) of each name in a statement that parses: it holds words, commas and dots only."""
    text = source_of(node, data).decode()
    if _NOISE.search(text) is not None:
        text = _NOISE.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if text.startswith("import"):
        return [(module, "", 0) for part in text[len("import") :].split(",") if (module := _dotted(part))]
    origin, names = _KEYWORD.split(text[len("from") :], maxsplit=1)
    dotted = "".join(origin.split())
    module = dotted.lstrip(".")
    level = len(dotted) - len(module)
    return [(module, words[0], level) for part in names.split(",") if (words := part.split())]


def _dotted(part: str) -> str:
    words = part.split()
    return "".join(words[: words.index("as")] if "as" in words else words)


def _broken(node: Node, data: bytes) -> list[tuple[str, str, int]]:
    """What is certain of an import that does not parse: the module, when it stands on a line of its own."""
    before = data[max(node.start_byte - _NEAR, 0) : node.start_byte].rpartition(b"\n")[2]
    after = data[node.start_byte : node.start_byte + _NEAR].partition(b"\n")[0]
    line = (before + after).decode("utf-8", "replace").lstrip()
    if not line.isascii():
        line = unicodedata.normalize("NFKC", line)
    if match := _BROKEN_FROM.match(line):
        module = match[1].lstrip(".")
        return [(module, "", len(match[1]) - len(module))] if match[1] else []
    match = _BROKEN_IMPORT.match(line)
    return [(match[1], "", 0)] if match else []
