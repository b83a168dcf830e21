"""One rule, and what it decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase


class Effect(Enum):
    """What a rule decides when it applies."""

    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Rule:
    """Applies to an actor and an action, both as glob patterns."""

    effect: Effect
    actor: str = "*"
    action: str = "*"

    def applies_to(self, actor: str, action: str) -> bool:
        """Whether the rule speaks about this actor doing this action."""
        return fnmatchcase(actor, self.actor) and fnmatchcase(action, self.action)
