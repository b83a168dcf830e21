"""The one parser of this process, and the key that names what it would say."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

REVISION = 1
"""Raised whenever the same bytes give other facts than before, so that cached facts are read anew."""


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_python

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))


def syntax_tree(data: bytes) -> Node:
    """The root of the syntax tree of UTF-8 `data`; time grows linearly with its length, whatever it holds."""
    return _parser().parse(data).root_node


@lru_cache(maxsize=1)
def parser_key() -> str:
    """Everything but the bytes that decides the facts of a file: our revision, the binding, the grammar."""
    from importlib.metadata import version

    parts = [f"source/{REVISION}"]
    parts += [f"{package}/{version(package)}" for package in ("tree-sitter", "tree-sitter-python")]
    return " ".join(parts)
