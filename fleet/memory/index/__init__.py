"""Which moments speak of which words."""

from __future__ import annotations

import re
from collections import defaultdict

from core.types import Identifier, Moment

__all__ = ["MemoryIndex", "words_of"]

_WORD = re.compile(r"\w+")


def words_of(moment: Moment) -> frozenset[str]:
    """The words in the text values of a moment, case-folded."""
    texts = (value for value in moment.payload.values() if isinstance(value, str))
    return frozenset(word.casefold() for text in texts for word in _WORD.findall(text))


class MemoryIndex:
    """An inverted index from word to moment."""

    def __init__(self) -> None:
        self._postings: defaultdict[str, set[Identifier]] = defaultdict(set)

    def add(self, moment: Moment) -> None:
        """Make a moment findable."""
        for word in words_of(moment):
            self._postings[word].add(moment.identifier)

    def find(self, *words: str) -> frozenset[Identifier]:
        """The moments that hold every one of `words`."""
        sets = [self._postings.get(word.casefold(), set()) for word in words]
        return frozenset(set.intersection(*sets)) if sets else frozenset()
