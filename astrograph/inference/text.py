"""The text path rules see: dotted name, space, module id, lower-cased, less exclusions (SPEC section 7)."""

from __future__ import annotations

from collections.abc import Sequence

from astrograph.inference.patterns import PatternSet, compile_pattern
from astrograph.model.ids import ModuleId, dotted_name
from astrograph.model.rules import Exclusion


def module_text(module: ModuleId) -> str:
    """Compose the text of a module: `memory.fold memory/fold`."""
    return f"{dotted_name(module)} {module}".lower()


class Blanker:
    """The exclusions, compiled: replaces what they match by spaces, in file order."""

    def __init__(self, exclusions: Sequence[Exclusion]) -> None:
        self._exclusions = tuple(exclusions)
        self._patterns = [compile_pattern(each.pattern) for each in exclusions]
        self._any = PatternSet(self._patterns)

    def blank(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Give the text with each match as one space, and the pointers of the exclusions that changed it.

        Each exclusion works on what the ones before it left. Raises MatchLimitError.
        """
        if not self._any.find(text):
            return text, ()
        hits = []
        for exclusion, pattern in zip(self._exclusions, self._patterns, strict=True):
            blanked = pattern.sub_space(text)
            if blanked != text:
                hits.append(exclusion.pointer)
                text = blanked
        return text, tuple(hits)
