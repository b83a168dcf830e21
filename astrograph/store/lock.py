"""One run at a time per workspace: an advisory lock that names its holder and dies with it (SPEC section 8, 7).

The lock belongs to the open file, and forked children share that: the kernel frees it when the last of them has
ended, however it ends. Such children die with the run, and `release` unlocks for all of them, so there is no stale
lock to take over.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from astrograph.errors import LockError, StorageError
from astrograph.formats.text import safe
from astrograph.store.faults import Point, reach
from astrograph.store.files import storage_error

_POLL_SECONDS = 0.05
_LOOKS = 5

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN} | ({errno.EACCES} if sys.platform == "win32" else set())
"""How a system says that somebody else has the lock; anything else is that it cannot be had at all."""

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""How a file system says that it has no locks, as some network file systems do."""

_WINDOWS_OFFSET = 1 << 20
"""The byte that is locked on Windows: past the name, which others are to read."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who runs: process id, host, command line, and since when (UTC, ISO 8601)."""

    pid: int
    host: str
    command: str
    since: str

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host}, `{self.command}`, since {self.since}"


class RunLock:
    """The exclusive lock of one workspace, a context manager; entering twice in one process is an error.

    `waited` is whether another run had it first.
    """

    def __init__(self, path: str, *, wait: bool = False) -> None:
        self.path = path
        self.wait = wait
        self.waited = False
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock.

        Raises LockError naming the holder when another run has it and `wait` is off, StorageError when there can be
        no lock here.
        """
        try:
            reach(Point.LOCK)
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        except OSError as error:
            raise storage_error(error, self.path) from error
        try:
            self._take(descriptor)
        except BaseException as error:
            os.close(descriptor)
            if isinstance(error, OSError):
                raise _no_lock(error, self.path) from error
            raise
        self._descriptor = descriptor
        _write_holder(descriptor)

    def _take(self, descriptor: int) -> None:
        looks = 0
        while not _try_lock(descriptor):
            holder = _read_holder(descriptor)
            looks += 1
            if holder is None and looks < _LOOKS:  # it took the lock a moment ago and is about to write its name
                time.sleep(_POLL_SECONDS)
                continue
            if not self.wait:
                raise LockError(
                    "another run holds this workspace",
                    fields=(("holder", str(holder) if holder else "unknown"),),
                    hint="let it finish; doit and doit validate wait for it with --wait",
                )
            if not self.waited:
                sys.stderr.write(f"waiting for {safe(str(holder or 'another run'))}\n")
                self.waited = True
            time.sleep(_POLL_SECONDS)

    def release(self) -> None:
        """Give the lock back; releasing what is not held does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
            with suppress(OSError):
                _unlock(descriptor)
            os.close(descriptor)


def _no_lock(error: OSError, path: str) -> StorageError:
    """The error for people where the lock file is there, and cannot be locked."""
    if error.errno not in _NO_LOCKS:
        return storage_error(error, path, doing="lock")
    return StorageError(
        "this file system has no locks, which keep two runs on one workspace apart",
        fields=(("path", path), ("reason", os.strerror(error.errno))),
        hint="put the build folder on a local disk: --build-dir DIR, or `build` in [tool.astrograph]",
    )


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _WINDOWS_OFFSET, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


def _unlock(descriptor: int) -> None:
    """Give the lock back for every process that shares the open file."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _WINDOWS_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _write_holder(descriptor: int) -> None:
    folder, program = os.path.split(sys.argv[0])
    if program == "__main__.py":  # what `python -m` was given is the package
        program = os.path.basename(folder)
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join([program, *sys.argv[1:]])[:200],
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    # The lock holds without a name in it: on a full disk the next one is told of an unknown holder.
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, json.dumps(holder).encode())


def _read_holder(descriptor: int) -> Holder | None:
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        data = json.loads(os.read(descriptor, 4096))
        return Holder(int(data["pid"]), str(data["host"]), str(data["command"]), str(data["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
