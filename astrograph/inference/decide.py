"""Decide: from scores, exceptions and a person's word to an assignment (SPEC section 7).

Precedence: authored, then forced, then forbidden, then inferred. An authored `Supporting` is no decision:
it says what holds anyway.

Rules may name `Supporting` too: where it scores best and high enough, the module is Supporting because the
rules say so (origin inferred), and no lower star is promoted past it. It is never a second star beside
another, and never a suggestion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from astrograph.inference.exceptions import ExceptionIndex
from astrograph.inference.score import Scored
from astrograph.model.assignment import Assignment, Origin, Score
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.ids import ModuleId
from astrograph.model.rules import Rules

CERTAIN: Final = 1000
"""The confidence of a person's decision, in thousandths."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What policy alone says: the stars it sets (best first), how, and what it merely suggests."""

    stars: tuple[Score, ...]
    origin: Origin
    suggestion: Score | None = None


def decide(
    *,
    authored_stars: tuple[StarId, ...],
    scored: Scored,
    rules: Rules,
    exceptions: ExceptionIndex,
    module: ModuleId,
) -> Assignment:
    """Decide the assignment of one module.

    Authored stars other than Supporting stand, in the order written, with confidence 1.000; the best star
    that policy (a forced promotion included) would have set and they lack is kept as the disagreement.
    """
    verdict = _by_policy(scored=scored, rules=rules, exceptions=exceptions, module=module)
    known = Assignment(
        stars=(SUPPORTING,),
        confidence=0,
        origin=Origin.DEFAULT,
        suggestion=verdict.suggestion,
        evidence=scored.evidence,
        scores=scored.scores,
        tie=tied(scored.scores),
        exclusions=scored.exclusions,
    )
    decided = tuple(dict.fromkeys(star for star in authored_stars if star != SUPPORTING))
    if decided:
        return replace(
            known,
            stars=decided,
            confidence=CERTAIN,
            origin=Origin.AUTHORED,
            suggestion=None,
            disagreement=next((each for each in verdict.stars if each.star not in decided), None),
        )
    if verdict.stars:
        return replace(
            known,
            stars=tuple(each.star for each in verdict.stars),
            confidence=verdict.stars[0].confidence,
            origin=verdict.origin,
        )
    return known


def inferred(scores: tuple[Score, ...], rules: Rules) -> tuple[Score, ...]:
    """Select the stars the rules set: at or above `min_autopromote`, best first, at most the limit.

    Supporting stands alone when it is the best of them, and is left out otherwise.
    """
    enough = [score for score in scores if score.confidence >= rules.min_autopromote]
    if enough and enough[0].star == SUPPORTING:
        return (enough[0],)
    others = [score for score in enough if score.star != SUPPORTING]
    return tuple(others[: rules.limits.max_stars_per_module])


def tied(scores: tuple[Score, ...]) -> tuple[StarId, ...]:
    """List the stars that share the top score, in canon order; empty when one stands alone."""
    top = tuple(score.star for score in scores if score.raw == scores[0].raw)
    return top if len(top) > 1 else ()


def _by_policy(*, scored: Scored, rules: Rules, exceptions: ExceptionIndex, module: ModuleId) -> _Verdict:
    forced = exceptions.forced(module)
    if forced is not None:
        return _Verdict((Score(star=forced.star, raw=CERTAIN),), Origin.FORCED)
    suggestion = _suggestion(scored.scores, rules)
    if exceptions.forbidden(module) is not None:
        return _Verdict((), Origin.DEFAULT, suggestion)
    stars = inferred(scored.scores, rules)
    if not stars:
        return _Verdict((), Origin.DEFAULT, suggestion)
    return _Verdict(stars, Origin.INFERRED, suggestion if stars[0].star == SUPPORTING else None)


def _suggestion(scores: tuple[Score, ...], rules: Rules) -> Score | None:
    best = next((score for score in scores if score.star != SUPPORTING), None)
    return best if best is not None and best.confidence >= rules.min_suggest else None
