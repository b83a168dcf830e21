"""The lock of a workspace: free when its holder is gone, given back for all who share it, refused with the reason."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.runs import environ, until

from astrograph.engine.forked_child import ForkedChild
from astrograph.errors import LockError, StorageError
from astrograph.store.lock import RunLock

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")
posix_only = pytest.mark.skipif(os.name != "posix", reason="the lock is taken with flock")


def is_free(path: str) -> bool:
    try:
        with RunLock(path):
            return True
    except LockError:
        return False


@linux_only
def test_a_lock_given_back_is_free_though_a_forked_child_shares_it(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with RunLock(path):
        child = ForkedChild(lambda: time.sleep(60))
        try:
            assert not is_free(path)
        finally:
            taken = RunLock(path)
    try:
        taken.acquire()
        taken.release()
        assert is_free(path)
    finally:
        child.end()


HOLDER = """\
import os, time
from astrograph.engine.forked_child import ForkedChild
from astrograph.store.lock import RunLock

lock = RunLock({path!r})
lock.acquire()

def work():
    print(os.getpid(), flush=True)
    time.sleep(60)

child = ForkedChild(work)
time.sleep(60)
"""


@linux_only
@pytest.mark.parametrize("stopped", [False, True])
def test_the_lock_of_a_killed_run_is_free_whatever_its_children_are_at(tmp_path: Path, stopped: bool) -> None:
    path = str(tmp_path / "lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER.format(path=path)], env=environ(), stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        if stopped:
            os.kill(child, signal.SIGSTOP)
        try:
            assert not is_free(path)
            holder.kill()
            holder.wait()
            until(lambda: is_free(path))
        finally:
            holder.kill()
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)


@posix_only
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.EAGAIN, LockError),
        (errno.EWOULDBLOCK, LockError),
        (errno.EACCES, StorageError),
        (errno.ENOLCK, StorageError),
        (errno.EIO, StorageError),
    ],
)
def test_only_a_lock_that_somebody_has_is_told_as_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[Exception]
) -> None:
    import fcntl

    def refuse(descriptor: int, _: int) -> None:
        asked.append(descriptor)
        raise OSError(number, os.strerror(number))

    asked: list[int] = []
    monkeypatch.setattr(fcntl, "flock", refuse)

    with pytest.raises(expected):
        RunLock(str(tmp_path / "lock")).acquire()

    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        os.fstat(asked[0])


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["/lib/doit/__main__.py", "validate"], "doit validate"),
        (["/bin/doit", "-n", "2"], "doit -n 2"),
        (["dodo.py"], "dodo.py"),
    ],
)
def test_the_holder_is_named_by_the_command_a_person_gave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], expected: str
) -> None:
    path = tmp_path / "lock"
    monkeypatch.setattr(sys, "argv", argv)

    with RunLock(str(path)):
        assert json.loads(path.read_bytes())["command"] == expected
