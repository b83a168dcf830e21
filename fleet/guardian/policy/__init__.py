"""Who may do what: rules are tried in order, and silence means no."""

from guardian.policy.engine import Decision, PolicyEngine
from guardian.policy.rule import Effect, Rule

__all__ = ["Decision", "Effect", "PolicyEngine", "Rule"]
