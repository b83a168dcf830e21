from core.clock import Clock
from core.scheduler import Scheduler


def test_callbacks_run_in_due_order() -> None:
    clock, ran = Clock(), []
    scheduler = Scheduler(clock)
    scheduler.after(2, lambda: ran.append("late"))
    scheduler.after(1, lambda: ran.append("early"))

    assert scheduler.run_due() == 0
    clock.advance(2)
    assert scheduler.run_due() == 2
    assert ran == ["early", "late"]
