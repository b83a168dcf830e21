"""Reach: what would have to be true of a module for another star to win (`doit info`, SPEC section 14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from astrograph.inference.score import Scored
from astrograph.model.assignment import Assignment, Origin
from astrograph.model.canon import SUPPORTING, Canon, StarId
from astrograph.model.rules import Rule, Rules, Signal

_SINGLE: Final = (Signal.NODE, Signal.PATH, Signal.OWNER)
"""Facts a module has one of: where one already counts, another can only come by losing it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One more signal: an example of a rule that would give it, and its weight in thousandths."""

    rule: Rule
    weight: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How `star` would win: from its raw score `current`, with `steps`, to `total` (all thousandths)."""

    star: StarId
    current: int
    steps: tuple[Step, ...]
    total: int


def what_it_takes(
    assignment: Assignment,
    scored: Scored,
    *,
    rules: Rules,
    canon: Canon,
    star: StarId | None = None,
    forbidden: bool = False,
) -> Reach | None:
    """Find the fewest further signals, one of a kind at most, that would promote another star above the rest.

    Without `star` it is the best one not assigned: the highest score, else the first in canon order that
    may be inferred. Of equally few signals the smallest sufficient sum wins, then the order of `Signal`.
    None when they cannot reach it, and where signals decide nothing: authored or forced stars, or
    `forbidden` modules.
    """
    if forbidden or assignment.origin in (Origin.AUTHORED, Origin.FORCED):
        return None
    target = _next_best(assignment, scored, rules=rules, canon=canon) if star is None else star
    if target is None or target not in _targets(rules, canon) or target in assignment.stars:
        return None
    current = next((score.raw for score in scored.scores if score.star == target), 0)
    needed = _needed(scored, rules=rules, canon=canon, star=target)
    steps = _fewest(_available(scored, rules=rules, star=target), missing=needed - current)
    if steps is None:
        return None
    total = current + sum(step.weight for step in steps)
    return Reach(star=target, current=current, steps=steps, total=total)


def _targets(rules: Rules, canon: Canon) -> tuple[StarId, ...]:
    return tuple(each.id for each in canon.stars if each.id not in rules.deny and each.id != SUPPORTING)


def _next_best(assignment: Assignment, scored: Scored, *, rules: Rules, canon: Canon) -> StarId | None:
    targets = _targets(rules, canon)
    ranked = (*(score.star for score in scored.scores if score.star in targets), *targets)
    return next((star for star in ranked if star not in assignment.stars), None)


def _needed(scored: Scored, *, rules: Rules, canon: Canon, star: StarId) -> int:
    """Find the raw score at which `star` is promoted and ranks first."""
    needed = rules.min_autopromote
    for score in scored.scores:
        if score.star != star:
            ahead = canon.order[star] < canon.order[score.star]
            needed = max(needed, score.raw if ahead else score.raw + 1)
    return needed


def _available(scored: Scored, *, rules: Rules, star: StarId) -> tuple[Step, ...]:
    """Pick the first rule of each kind that could still fire for `star` beside all that has fired."""
    fired = {evidence.pointer for evidence in scored.evidence}
    taken = {evidence.signal for evidence in scored.evidence if evidence.signal in _SINGLE}
    steps = []
    for signal in Signal:
        if signal in taken or rules.weights[signal] == 0:
            continue
        rule = next((each for each in rules.of(signal) if each.star == star and each.pointer not in fired), None)
        if rule is not None:
            steps.append(Step(rule=rule, weight=rules.weights[signal]))
    return tuple(steps)


def _fewest(steps: tuple[Step, ...], *, missing: int) -> tuple[Step, ...] | None:
    if missing <= 0:
        return None
    for count in range(1, len(steps) + 1):
        enough = [chosen for chosen in combinations(steps, count) if _sum(chosen) >= missing]
        if enough:
            return min(enough, key=_sum)
    return None


def _sum(steps: Iterable[Step]) -> int:
    return sum(step.weight for step in steps)
