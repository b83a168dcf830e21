from core.events import EventBus
from guardian.policy import Decision, Effect, PolicyEngine, Rule

READ = Rule(Effect.ALLOW, action="read:*")
NO_GUESTS = Rule(Effect.DENY, actor="guest-*")


def test_the_first_rule_that_applies_decides() -> None:
    engine = PolicyEngine([NO_GUESTS, READ], EventBus())
    assert engine.decide("guest-1", "read:fold") == Decision(False, NO_GUESTS)
    assert engine.decide("ana", "read:fold") == Decision(True, READ)


def test_silence_means_no() -> None:
    assert PolicyEngine([], EventBus()).decide("ana", "read:fold") == Decision(False, None)
