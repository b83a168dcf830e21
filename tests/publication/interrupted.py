"""Work in a forked process that meets a fault, or dies at a random moment."""

import os
import signal
import time
from collections.abc import Callable

from astrograph.errors import AstrographError
from astrograph.store import faults

KILLED = -9
REFUSED = 2


def with_fault(fault: str, work: Callable[[], object]) -> int:
    """Do work in a child in which a fault (`point:kind:nth`) is armed: 0 done, 2 refused with a message, -9 killed."""
    return _in_child(work, before=lambda: setattr(faults, "_armed", faults._Fault(fault)))


def killed_after(seconds: float, work: Callable[[], object]) -> int:
    """Do work in a child that is killed after some time: 0 when it was faster, -9 when it was not."""
    return _in_child(work, before=lambda: None, kill_after=seconds)


def _in_child(work: Callable[[], object], *, before: Callable[[], None], kill_after: float | None = None) -> int:
    child = os.fork()
    if child == 0:
        code = 99
        try:
            before()
            work()
            code = 0
        except AstrographError:
            code = REFUSED
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)  # not reaped yet, so the number is still its own
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, REFUSED, KILLED}, code
    return code
