"""String literals as values: module docstrings and the names in `__all__`, without running anything."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from astrograph.facts.source.walking import source_of

if TYPE_CHECKING:
    from tree_sitter import Node

_OPENING = re.compile(r"([uUrR]?)(\"\"\"|'''|\"|')")
_TEXT_OPENING = re.compile(rb"[uUrR]?['\"]")
_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]{1,100})\}|([\n\\'\"abfnrtv]))"
)
_SIMPLE = {
    "\n": "", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b",
    "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_SURROGATE = re.compile("[\ud800-\udfff]")


def text_of(node: Node, data: bytes) -> str | None:
    """The value of a text literal (plain, raw, concatenated, in parentheses); None for any other expression.

    Bytes, f-strings and t-strings are not text. Lone surrogates, which no file can hold, become U+FFFD.
    """
    parts = literal_parts(node, data)
    if parts is None:
        return None
    values = [_value(source_of(part, data).decode("utf-8", "replace")) for part in parts]
    return _SURROGATE.sub("\ufffd", "".join(values))


def literal_parts(node: Node, data: bytes) -> list[Node] | None:
    """The pieces of a text literal, in order; None for any other expression."""
    while node.type == "parenthesized_expression":
        inner = [child for child in node.named_children if not child.is_extra]
        if len(inner) != 1:
            return None
        node = inner[0]
    if node.has_error:
        return None
    if node.type == "string":
        return [node] if _is_text(node, data) else None
    if node.type != "concatenated_string":
        return None
    parts = [child for child in node.named_children if not child.is_extra]
    return parts if all(_is_text(part, data) for part in parts) else None


def _is_text(part: Node, data: bytes) -> bool:
    return _TEXT_OPENING.match(data, part.start_byte) is not None


def _value(literal: str) -> str:
    opening = _OPENING.match(literal)
    if opening is None:
        return ""
    body = literal[opening.end() : len(literal) - len(opening[2])]
    if "\\" not in body or opening[1] in {"r", "R"}:
        return body
    return _ESCAPE.sub(_unescaped, body)


def _unescaped(escape: re.Match[str]) -> str:
    octal, two, four, eight, name, simple = escape.groups()
    if simple is not None:
        return _SIMPLE[simple]
    if name is not None:
        return _named(name) or escape[0]
    code = int(octal, 8) if octal is not None else int(two or four or eight, 16)
    return chr(code) if code <= 0x10FFFF else escape[0]  # noqa: PLR2004 - the last code point


def _named(name: str) -> str | None:
    """The character of a Unicode name, if Unicode 3.2 has it: the one database every interpreter carries."""
    try:
        character = unicodedata.lookup(name)
    except KeyError:
        return None
    if len(character) != 1 or unicodedata.ucd_3_2_0.category(character) == "Cn":
        return None
    return character


def clean_docstring(text: str) -> str:
    """A docstring without its indentation, by the rules of PEP 257; the same under every interpreter."""
    if "\n" not in text and "\t" not in text:
        return text.lstrip(" ")
    first, *rest = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip(" ")), default=0)
    lines = [first.lstrip(" "), *(line[margin:] for line in rest)]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines).lstrip("\n")
