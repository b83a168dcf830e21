"""The one parser of this process, and the key that names what it would say."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

REVISION = 2
"""Raised whenever the same bytes give other facts than before, so that cached facts are read anew."""

_SMALL = 16 * 1024
_CHUNK = 1024
_MOST_READ = 128 * 1024 * 1024
_MOST_CALLS = 32_000
"""The parser calls back after every 100 of its steps: 3.2 million are enough for 4 MiB of honest code."""
_MOST_MARKS = 1_500_000
_MARKS = b"()[]{}<>.,:;=+-*/%@&|^~!?$`'\"\\"
"""A mark costs up to 250 bytes of memory, a letter hardly any."""

_COMMENT_LINE = re.compile(rb"^[ \t]*#[^\n'\"]*$", re.MULTILINE)


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def syntax_tree(data: bytes) -> Node | None:
    """The root of the syntax tree of UTF-8 `data`; None when making it takes more work than any honest file does.

    The limits count bytes read, steps and marks, not seconds: the answer is the same on every machine.
    """
    if len(data) <= _SMALL:
        return _parser().parse(data).root_node
    if len(data) - len(data.translate(None, _MARKS)) > _MOST_MARKS:
        return None
    root, is_read_too_often = _within_limit(data)
    return _within_limit(_without_comment_lines(data))[0] if is_read_too_often else root


def _within_limit(data: bytes) -> tuple[Node | None, bool]:
    """The root of the syntax tree, None beyond a limit; and whether that was the limit on bytes read."""
    parser = _parser()
    served = calls = 0

    def read(offset: int, _point: object) -> bytes:
        nonlocal served
        served += _CHUNK
        # Within one token nothing but the end of the file stops the parser.
        return data[offset : offset + _CHUNK] if served <= _MOST_READ else b""

    def is_beyond(_offset: int, _error: bool) -> bool:
        nonlocal calls
        calls += 1
        return served > _MOST_READ or calls > _MOST_CALLS

    try:
        tree = parser.parse(read, encoding="utf8", progress_callback=is_beyond)
    except ValueError:
        parser.reset()
        return None, served > _MOST_READ
    return (None, True) if served > _MOST_READ else (tree.root_node, False)


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
