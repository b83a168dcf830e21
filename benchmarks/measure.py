"""Measure a command: wall and processor seconds and the peak memory of its largest process.

`os.wait4` gives the usage of the command and of the descendants it waited for. Workers that it did not wait
for come back to us as orphans (Linux only, `PR_SET_CHILD_SUBREAPER`) and are counted too, so that no memory
hides in a pool. A command that fails, hangs or leaves a process behind is a `BenchmarkError`, never a number.

This process must stay small: the kernel counts what a process held before its `exec`, so a peak below our own
size cannot be seen. Trees are therefore written by processes of their own.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO

from benchmarks.errors import BenchmarkError

_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 10.0
_SHOWN_LINES = 15


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: arguments, folder, additions to the environment, and the exit codes that are answers.

    `timeout` is in seconds; a command that needs longer has failed.
    """

    argv: tuple[str, ...]
    folder: str
    environment: tuple[tuple[str, str], ...] = ()
    accepted: tuple[int, ...] = (0,)
    timeout: float = 3600.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of wall and processor time, peak KiB of the largest process, and the exit code."""

    wall: float
    cpu: float
    peak_kib: int
    exit_code: int


@dataclass(slots=True)
class Series:
    """The samples of one tool in one case."""

    case: str
    tool: str
    samples: list[Sample] = field(default_factory=list)

    @property
    def wall(self) -> float:
        """Median wall seconds."""
        return median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float:
        """Median processor seconds, all processes together."""
        return median(sample.cpu for sample in self.samples)

    @property
    def peak_kib(self) -> int:
        """The largest peak of any run, in KiB."""
        return max(sample.peak_kib for sample in self.samples)


def median(values: Iterable[float]) -> float:
    """Return the middle value, or the mean of the two middle ones; raises `ValueError` for none."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("the median of no values")
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def ratio(value: float, *, base: float) -> float | None:
    """`value` as a multiple of `base`; None when `base` is too small to divide by."""
    return value / base if base > 1e-9 else None


def own_size_kib() -> int:
    """Return the size of this process: a peak at or below it cannot be told apart from it."""
    return _kib(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def run(command: Command) -> Sample:
    """Run a command to its end and measure it.

    Raises `BenchmarkError` when it cannot start, ends with an exit code that is no answer, does not end in
    time, or leaves a process behind.
    """
    adopt_orphans()
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        child = _start(command, output=output)
        late = threading.Event()
        timer = threading.Timer(command.timeout, _stop, (child.pid, late))
        timer.daemon = True
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
        orphan_cpu, orphan_peak, left = _orphans(child.pid)
        _judge(command, exit_code=child.returncode, late=late.is_set(), left=left, output=output)
    return Sample(
        wall=wall,
        cpu=cpu + orphan_cpu,
        peak_kib=_kib(max(peak, orphan_peak)),
        exit_code=child.returncode,
    )


def output_of(command: Command) -> str:
    """Return the standard output of a command, which is not measured; standard error is kept for the message.

    Raises `BenchmarkError` like `run`.
    """
    with tempfile.TemporaryFile() as errors:
        try:
            done = subprocess.run(
                command.argv,
                cwd=command.folder,
                env=_environment(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                timeout=command.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _failure(command, why=f"did not end in {command.timeout:g} s", told="") from error
        except OSError as error:
            raise _failure(command, why=f"could not start: {error.strerror}", told="") from error
        if done.returncode not in command.accepted:
            told = _tail(errors) or done.stdout.decode(errors="replace")[-2000:]
            raise _failure(command, why=_ending(done.returncode), told=told)
    return done.stdout.decode(errors="replace")


def adopt_orphans() -> None:
    """Ask the kernel to hand us the processes that a measured command leaves behind (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _start(command: Command, *, output: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command.argv,
            cwd=command.folder,
            env=_environment(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise _failure(command, why=f"could not start: {error.strerror}", told="") from error


def _environment(command: Command) -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1", **dict(command.environment)}


def _stop(pid: int, late: threading.Event) -> None:
    late.set()
    _kill_group(pid)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _orphans(group: int) -> tuple[float, int, bool]:
    """Return processor seconds and peak of the orphans, and whether some had to be killed."""
    cpu, peak, left = 0.0, 0, False
    deadline = time.monotonic() + _GRACE_SECONDS
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return cpu, peak, left
        if pid:
            cpu += usage.ru_utime + usage.ru_stime
            peak = max(peak, usage.ru_maxrss)
        elif time.monotonic() > deadline and not left:
            left = True
            _kill_group(group)
        elif time.monotonic() > deadline + _GRACE_SECONDS:
            return cpu, peak, left
        else:
            time.sleep(0.005)


def _judge(command: Command, *, exit_code: int, late: bool, left: bool, output: IO[bytes]) -> None:
    if late:
        raise _failure(command, why=f"did not end in {command.timeout:g} s", told=_tail(output))
    if exit_code not in command.accepted:
        raise _failure(command, why=_ending(exit_code), told=_tail(output))
    if left:
        raise _failure(command, why="left processes behind", told=_tail(output))


def _ending(exit_code: int) -> str:
    return f"exit code {exit_code}" if exit_code >= 0 else f"signal {signal.Signals(-exit_code).name}"


def _tail(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - 8192))
    lines = output.read().decode(errors="replace").splitlines()
    return "\n".join(lines[-_SHOWN_LINES:])


def _failure(command: Command, *, why: str, told: str) -> BenchmarkError:
    fields: Sequence[tuple[str, str]] = (
        ("command", " ".join(command.argv)),
        ("folder", command.folder),
        ("because", why),
        *((("it said", "\n    " + told.replace("\n", "\n    ")),) if told else ()),
    )
    return BenchmarkError("A measured command failed", fields=tuple(fields))


def _kib(maxrss: int) -> int:
    """Convert `ru_maxrss`, bytes on macOS and KiB elsewhere."""
    return maxrss // 1024 if sys.platform == "darwin" else maxrss
