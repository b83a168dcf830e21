"""Decide, and say which rule decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.events import EventBus

from .rule import Effect, Rule


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, and the rule behind it; None when no rule applied."""

    allowed: bool
    rule: Rule | None


class PolicyEngine:
    """The first rule that applies decides."""

    def __init__(self, rules: Iterable[Rule], bus: EventBus) -> None:
        self._rules = tuple(rules)
        self._bus = bus

    def decide(self, actor: str, action: str) -> Decision:
        """Whether `actor` may do `action`. A refusal is published."""
        rule = next((rule for rule in self._rules if rule.applies_to(actor, action)), None)
        decision = Decision(rule is not None and rule.effect is Effect.ALLOW, rule)
        if not decision.allowed:
            self._bus.publish("policy.refused", actor=actor, action=action)
        return decision
