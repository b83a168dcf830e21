"""The one parser of this process, and the key that names what it would say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

REVISION = 1
"""Raised whenever the same bytes give other facts than before, so that cached facts are read anew."""

_SMALL = 16 * 1024
_CHUNK = 1024
_LIMIT = 128 * 1024 * 1024
_COMMENT_LINE = re.compile(rb"^[ \t]*#[^\n'\"]*$", re.MULTILINE)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def syntax_tree(data: bytes) -> Node | None:
    """The root of the syntax tree of UTF-8 `data`; None when making it takes more work than any honest file does.

    The limit counts bytes read, not seconds: the answer is the same on every machine.
    """
    if len(data) <= _SMALL:
        return _parser().parse(data).root_node
    root = _within_limit(data)
    return root if root is not None else _within_limit(_without_comment_lines(data))


def _within_limit(data: bytes) -> Node | None:
    parser = _parser()
    served = 0

    def read(offset: int, _point: object) -> bytes:
        nonlocal served
        served += _CHUNK
        return data[offset : offset + _CHUNK]

    try:
        tree = parser.parse(read, encoding="utf8", progress_callback=lambda _offset, _error: served > _LIMIT)
    except ValueError:
        parser.reset()
        return None
    return tree.root_node


def _without_comment_lines(data: bytes) -> bytes:
    """The same length and lines, comments on lines of their own blanked.

    The grammar's scanner reads a run of such lines to its end once for each of them. A line that might be the end
    of a string stays; one inside a string is blanked for the parser only, text is always taken from the original.
    """
    return _COMMENT_LINE.sub(lambda line: b" " * len(line[0]), data)


@lru_cache(maxsize=1)
def parser_key() -> str:
    """Everything but the bytes that decides the facts of a file: our revision, the binding, the grammar."""
    from importlib.metadata import version

    parts = [f"source/{REVISION}"]
    parts += [f"{package}/{version(package)}" for package in ("tree-sitter", "tree-sitter-python")]
    return " ".join(parts)
