"""A share of one piece of work, done by a forked process and handed over when it is done.

A fork starts in a few milliseconds and has everything that was read and compiled so far. Workers that are given one
unit after another, and may not outlive a killed parent, are in `workers`.
"""

from __future__ import annotations

import marshal
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar, cast

_T = TypeVar("_T")


class ForkedChild(Generic[_T]):
    """A forked process that does `work` at once; what it gives has to be of the plain types that marshal knows."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self._reader, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._work(work, writer)
        os.close(writer)

    def _work(self, work: Callable[[], Any], writer: int) -> None:
        """Work, hand over, and end without running anything that belongs to the parent."""
        status = 1
        with suppress(BaseException):
            os.close(self._reader)
            with os.fdopen(writer, "wb") as stream:
                stream.write(marshal.dumps(work()))
            status = 0
        os._exit(status)

    def join(self) -> _T | None:
        """What `work` gave, once it is done; None when the process failed or died, and the share is still to do."""
        with os.fdopen(self._reader, "rb") as stream:
            data = stream.read()
        _, status = os.waitpid(self._pid, 0)
        return cast(_T, marshal.loads(data)) if status == 0 else None  # noqa: S302 - what our own forked child sent


def die_with(parent: int) -> None:
    """Have this forked process killed when its parent is; ends at once when that is gone already. Linux only."""
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
