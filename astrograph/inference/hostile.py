"""Hostile texts, derived from a pattern, on which runaway backtracking shows (SPEC section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from astrograph.inference.patterns import MatchLimitError, Pattern

_LENGTH: Final = 256  # above the text of any path people write, yet a merely quadratic pattern stays in its limit
_ALWAYS: Final = ("a", "0", "_", "/", ".", " ", "a0", "a_", "a.")
_CHARACTERS: Final = 12
_WORDS: Final = 8
_LITERAL: Final = re.compile(r"(?<!\\)[A-Za-z0-9_]+")


def hostile_texts(pattern: str) -> Iterator[str]:
    """Yield long repetitions of what the pattern names, after each of its words, with an odd end or none."""
    words = list(dict.fromkeys(_LITERAL.findall(pattern)))[:_WORDS]
    characters = "".join(dict.fromkeys(each for each in pattern if each.isalnum()))
    units = dict.fromkeys((*words, *characters[:_CHARACTERS], characters, characters[:-1], *_ALWAYS))
    # An odd end makes a match fail late. The pattern's letters somewhere, in the wrong order, keep the engine
    # from seeing early that one it needs is missing.
    prefixes = ("", characters[::-1], *words)
    tails = ("", "!", f"!{characters}")
    for prefix in prefixes:
        for unit in filter(None, units):
            body = (unit * (_LENGTH // len(unit) + 1))[:_LENGTH]
            for tail in tails:
                yield prefix + body + tail


def first_over_limit(pattern: Pattern) -> str | None:
    """Find the first hostile text on which the pattern exceeds its limit, None when it copes with all."""
    for text in hostile_texts(pattern.source):
        try:
            pattern.search(text)
        except MatchLimitError:
            return text
    return None
