"""Shadow: whether one pattern matches wherever another does, judged by their text alone and never guessed."""

from __future__ import annotations

import re
from typing import Final

from astrograph.inference.patterns import Engine, Pattern

_FREE_FLAGS: Final = re.compile(r"\(\?[A-Za-z-]+\)")


def covers(earlier: Pattern, later: Pattern) -> bool:
    """Tell whether every alternative of `later` is literally one of `earlier`, which then matches too.

    False means "not certain".
    """
    return alternatives(later) <= alternatives(earlier)


def alternatives(pattern: Pattern) -> frozenset[str]:
    """Split a pattern at its top-level bars; the pattern alone where that could change its meaning."""
    source = pattern.source
    whole = frozenset((source,))
    if pattern.engine is not Engine.RE2 or r"\Q" in source or _FREE_FLAGS.search(source):
        return whole
    return frozenset(_split(source))


def _split(source: str) -> list[str]:
    parts, start, depth, position = [], 0, 0, 0
    while position < len(source):
        character = source[position]
        if character == "\\":
            position += 1
        elif character == "[":
            position = _class_end(source, position)
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif character == "|" and depth == 0:
            parts.append(source[start:position])
            start = position + 1
        position += 1
    return [*parts, source[start:]]


def _class_end(source: str, start: int) -> int:
    """Find the bracket that closes the character class opened at `start`."""
    position = start + 1
    if source.startswith("^", position):
        position += 1
    if source.startswith("]", position):
        position += 1
    while source[position] != "]":
        if source.startswith("[:", position):
            named = source.find(":]", position)
            position = named + 1 if named != -1 else position
        elif source[position] == "\\":
            position += 1
        position += 1
    return position
