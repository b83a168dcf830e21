"""doit in a process of its own, so that it can be hit: start it, hit it, hear it out, look for who is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.policy import REPOSITORY

KILLED = -int(signal.SIGKILL)
"""The exit code of a process that `kill -9` ended, as `subprocess` counts."""

_HUNG_SECONDS = 180.0
_GRACE_SECONDS = 3.0
_TICK_SECONDS = 0.005
_UNWANTED = ("Traceback", "AG901", "Exception ignored", "Fatal Python error")


class Victim(StrEnum):
    """Who is hit: the whole process group, only the process that schedules, or one of its workers."""

    GROUP = "group"
    PARENT = "parent"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: exit code (a negative signal number when killed), and what it said."""

    exit: int
    out: str
    err: str

    def complaints(self, *accepted: int) -> list[str]:
        """What no run may do: a traceback, whatever happened to it, or an exit code other than the accepted ones."""
        said = self.out + self.err
        found = [f"said {word!r}: {self.tail}" for word in _UNWANTED if word in said]
        if self.exit not in accepted:
            found.append(f"exit {self.exit}, not {' or '.join(map(str, accepted))}: {self.tail}")
        return found

    @property
    def tail(self) -> str:
        """The last lines of what was said on stderr, or else on stdout, in one line."""
        lines = [line.strip() for line in (self.err or self.out).splitlines() if line.strip()]
        return " / ".join(lines[-4:]) or "nothing was said"


class Running:
    """`python -m doit WORDS` in a session of its own; `prefix` is a command that starts it."""

    def __init__(
        self, folder: str, words: Sequence[str], *, environment: Mapping[str, str], prefix: Sequence[str] = ()
    ) -> None:
        # Files, not pipes: an orphan that keeps a pipe open would keep us reading.
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `wait`
        self._err = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `wait`
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "doit", *words],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": REPOSITORY, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            start_new_session=True,
        )
        self.pid = self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def workers(self) -> list[int]:
        """The worker processes it has now."""
        try:
            with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as file:
                return [int(word) for word in file.read().split()]
        except OSError:
            return []

    def hit(self, number: signal.Signals, victim: Victim, *, choose: Callable[[list[int]], int]) -> Victim:
        """Send a signal; returns who got it: the parent, where a worker was meant and there is none."""
        workers = self.workers() if victim is Victim.WORKER else []
        try:
            if victim is Victim.GROUP:
                os.killpg(self.pid, number)
            elif workers:
                os.kill(choose(workers), number)
            else:
                victim = Victim.PARENT
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass
        return victim

    def wait(self) -> Ended:
        """Hear it out. One that hangs is killed, and its exit code tells."""
        try:
            code = self._process.wait(_HUNG_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGABRT)
            code = self._process.wait()
        texts = []
        for file in (self._out, self._err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
            file.close()
        return Ended(code, *texts)

    def left(self, *, grace: float = _GRACE_SECONDS) -> list[str]:
        """Processes of its session that outlive it by more than `grace` seconds; they are ended."""
        deadline = time.monotonic() + grace
        while members := _session(self.pid):
            if time.monotonic() > deadline:
                for pid in members:
                    os.kill(pid, signal.SIGKILL)
                return [f"process {pid} was left behind" for pid in members]
            time.sleep(_TICK_SECONDS)
        return []

    def sleep(self, seconds: float) -> None:
        """Wait, but not longer than it runs."""
        deadline = time.monotonic() + seconds
        while not self.is_over and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(_TICK_SECONDS, left))

    def wait_for_lock(self, lock: str) -> None:
        """Wait until the lock file names it as holder, or it has ended."""
        while not self.is_over and _holder(lock) != self.pid:
            time.sleep(_TICK_SECONDS)


def _holder(lock: str) -> int:
    try:
        with open(lock, encoding="utf-8") as file:
            return int(json.load(file)["pid"])
    except (OSError, ValueError, KeyError):
        return 0


def _session(number: int) -> list[int]:
    """The running processes of a session (zombies do not run)."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                state, _, _, session = file.read().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == number and state not in {"Z", "X"}:
            found.append(int(name))
    return found
