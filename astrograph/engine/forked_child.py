"""A share of one piece of work, done by a forked process and handed over when it is done.

A fork starts in a few milliseconds and has everything that was read and compiled so far. Workers that are given one
unit after another are in `workers`.
"""

from __future__ import annotations

import marshal
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Generic, TypeVar, cast

_T = TypeVar("_T")

_ROOM = 16
"""Descriptors that must be left for work itself: without them files that are there count as unreadable."""


class ForkedChild(Generic[_T]):
    """A forked process that does `work` at once; what it gives has to be of the plain types that marshal knows.

    It dies with its parent. One that is not to be had, for want of processes or descriptors, is as one that died.
    """

    def __init__(self, work: Callable[[], _T]) -> None:
        self._process: tuple[int, BinaryIO] | None = None
        parent = os.getpid()
        try:
            reader, writer = os.pipe()
        except OSError:
            return
        answer = os.fdopen(reader, "rb")
        try:
            see_room(reader)
            pid = os.fork()
        except OSError:
            answer.close()
        else:
            if pid == 0:
                _work(work, answer, writer, parent)
            self._process = pid, answer
        os.close(writer)

    def join(self) -> _T | None:
        """What `work` gave, once it is done; None when the process failed or died, and the share is still to do."""
        if self._process is None:
            return None
        pid, answer = self._process
        with answer:
            data = answer.read()
        return cast(_T, marshal.loads(data)) if self._reap(pid) else None  # noqa: S302 - our own forked child sent it

    def end(self) -> None:
        """End the process, whatever it is at; nothing to do when it was joined or ended before."""
        if self._process is not None:
            pid, answer = self._process
            answer.close()
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self._reap(pid)

    def _reap(self, pid: int) -> bool:
        """Wait until the process is gone; whether it is known to have ended well."""
        try:
            _, status = os.waitpid(pid, 0)
        except ChildProcessError:  # where SIGCHLD is ignored, nobody is told
            status = 1
        self._process = None
        return status == 0


def _work(work: Callable[[], Any], answer: BinaryIO, writer: int, parent: int) -> None:
    """Work, hand over, and end without running anything that belongs to the parent."""
    status = 1
    with suppress(BaseException):
        die_with(parent)
        answer.close()
        with os.fdopen(writer, "wb") as stream:
            stream.write(marshal.dumps(work()))
        status = 0
    os._exit(status)


def see_room(descriptor: int) -> None:
    """Raise OSError when this process could not open a few files more; `descriptor` is any that is open."""
    taken: list[int] = []
    try:
        while len(taken) < _ROOM:
            taken.append(os.dup(descriptor))
    finally:
        for item in taken:
            os.close(item)


def die_with(parent: int) -> None:
    """Have this forked process killed when its parent is (Linux); ends at once when that is gone already.

    Outliving a killed run it would hold the lock of the workspace, which it shares.
    """
    with suppress(ImportError, OSError, AttributeError):  # a Python without ctypes, a system without prctl
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
