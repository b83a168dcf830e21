from core.events import EventBus
from guardian.audit import AuditLog


def test_a_changed_line_is_noticed() -> None:
    bus, log = EventBus(), AuditLog()
    log.record(bus.publish("policy.refused"))
    log.record(bus.publish("policy.refused"))
    assert log.intact()
    log.lines[0] = log.lines[0].replace("refused", "allowed")
    assert not log.intact()
