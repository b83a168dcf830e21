"""Evidence and assignment: which stars a module has, how sure that is, and why (SPEC section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from astrograph.model.canon import StarId
from astrograph.model.rules import Signal


class Evidence(NamedTuple):
    """One signal that fired: the rule's JSON pointer, the text it matched, its weight in thousandths."""

    signal: Signal
    star: StarId
    pointer: str
    matched: str
    weight: int

    @property
    def shown(self) -> str:
        """The matched text without the separators a pattern took in around it; all of it where it is only those."""
        return self.matched.strip(" ./_-") or self.matched


class Score(NamedTuple):
    """The raw sum of weights for one star, in thousandths (may exceed 1000)."""

    star: StarId
    raw: int

    @property
    def confidence(self) -> int:
        """The score capped at certainty, in thousandths."""
        return min(self.raw, 1000)


class Origin(StrEnum):
    """Where an assignment comes from."""

    AUTHORED = "authored"
    INFERRED = "inferred"
    FORCED = "forced"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The stars of a module.

    `confidence` is in thousandths. `suggestion` is a star worth a person's look, that was not applied.
    `scores` are all stars with a score above zero, best first (score, then canon order); `tie` holds the stars
    that share the top score when there are several. `disagreement` is the star the rules would have promoted where
    a person decided otherwise. `exclusions` are the pointers of the exclusions that blanked something out.
    """

    stars: tuple[StarId, ...]
    confidence: int
    origin: Origin
    suggestion: Score | None = None
    evidence: tuple[Evidence, ...] = ()
    scores: tuple[Score, ...] = ()
    tie: tuple[StarId, ...] = ()
    disagreement: Score | None = None
    exclusions: tuple[str, ...] = ()
