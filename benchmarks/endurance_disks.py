"""Disks that fail: one that runs full, and one that loses what was not yet written when the power went."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.dice import Dice
from benchmarks.endurance_process import KILLED, Victim
from benchmarks.endurance_result import Case
from benchmarks.endurance_trial import Trial

_FREE_KIB = (0, 4, 16, 48, 96, 160, 256, 384, 512, 768, 1024, 1536, 2048, 4096)
"""How much space a run finds, from nothing to enough."""

_EXT4_IOC_SHUTDOWN = 0x8004587D
_WITHOUT_FLUSH = struct.pack("I", 2)
_WAITS = (0.0, 0.4, 1.3, 2.2)
"""Seconds between the end of a run and the cut; the journal is committed each second, data is written back later."""

_ERROR = 2


class NotHere(Exception):  # noqa: N818 - no error: the machine does not allow the case
    """Why this machine cannot play a case."""


# a disk that runs full


def full_disk(folder: str, *, packages: int, seed: int, words: Sequence[str]) -> Case:
    """Builds and rebuilds with little space left; then space is freed, and the next run must end well by itself."""
    case = Case("disk")
    try:
        with mounted(folder, ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", folder]):
            trial = Trial.make(f"{folder}/workspace", packages=packages, seed=seed, words=words)
            for free in _FREE_KIB:
                for cold in (True, False):
                    what = f"{free} KiB free, {'from nothing' if cold else 'other rules'}"
                    case.judge(what, _fill(trial, case, f"{folder}/ballast", free=free, cold=cold))
            print(f"{case.name} {case.rounds} rounds", file=sys.stderr)
    except NotHere as reason:
        case.skipped = str(reason)
    return case


def _fill(trial: Trial, case: Case, ballast: str, *, free: int, cold: bool) -> list[str]:
    before = trial.reference()
    if cold:
        trial.clear()
    trial.use(trial.policy.other)
    goal = trial.reference()
    _leave_free(ballast, free * 1024)
    found: list[str] = []
    for attempt in ("first", "second"):
        run = trial.start()
        ended = run.wait()
        found += [*ended.complaints(goal.exit, _ERROR), *run.left()]
        if ended.exit == _ERROR and "free some space" not in ended.err:
            found.append(f"the {attempt} run names no way out: {ended.tail}")
        found += trial.torn(before, goal, killed=False)
        case.notes["refused with a message" if ended.exit == _ERROR else "had enough"] += 1
    os.unlink(ballast)
    return found + trial.run().complaints(goal.exit) + trial.complaints()


def _leave_free(path: str, size: int) -> None:
    stat = os.statvfs(os.path.dirname(path))
    with open(path, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, stat.f_bavail * stat.f_frsize - size))


# a power cut


def power_cut(folder: str, *, packages: int, seed: int, words: Sequence[str], rounds: int) -> Case:
    """Cut the power after runs that ended well, and amid others; the next run must find what is lost."""
    case = Case("power")
    try:
        with image_mounted(f"{folder}/disk") as (place, mount):
            trial = Trial.make(f"{place}/workspace", packages=packages, seed=seed, words=words)
            for turn in range(rounds):
                case.judge("cut", _cut(trial, case, Dice(seed=seed, index=turn), place, mount))
                print(f"{case.name} {turn + 1}/{rounds}", file=sys.stderr)
    except NotHere as reason:
        case.skipped = str(reason)
    return case


def _cut(trial: Trial, case: Case, dice: Dice, place: str, mount: Sequence[str]) -> list[str]:
    trial.use(trial.policy.other)
    goal = trial.reference()
    if dice.chance(0.7):
        trial.clear()
    _sync(place)
    amid = dice.chance(0.3)
    running = trial.start()
    if amid:
        running.wait_for_lock(trial.lock)
        running.sleep(dice.below(100) / 100)
        shut_down(place)
        running.sleep(5.0)
        running.hit(signal.SIGKILL, Victim.GROUP, choose=dice.pick)
    ended = running.wait()
    found = [*ended.complaints(goal.exit, *((_ERROR, KILLED) if amid else ())), *running.left()]
    if not amid:
        time.sleep(dice.pick(_WAITS))
        shut_down(place)
    system(["umount", place])
    system(mount)
    right = trial.snapshot()
    lost = sum(right.get(path) != data for path, data in goal.files.items())
    case.notes["cut amid a run" if amid else "cut after a run"] += 1
    if not amid:
        case.notes["found files lost"] += lost > 0
        case.measure("files lost", lost)
    return found + trial.run().complaints(goal.exit) + trial.complaints()


@contextmanager
def image_mounted(place: str) -> Iterator[tuple[str, list[str]]]:
    """A disk image mounted for the time of a block: where, and the command that mounts it there again after a cut.

    Raises NotHere where that cannot be done.
    """
    os.makedirs(place, exist_ok=True)
    _make_image(f"{place}.img")
    mount = ["mount", "-o", "loop,commit=1", f"{place}.img", place]
    with mounted(place, mount):
        yield place, mount


def _make_image(path: str) -> None:
    """Make a disk image with a file system in it; raises NotHere where only root may mount it."""
    if os.geteuid() != 0:
        raise NotHere("only root may mount a disk image")
    if shutil.which("mkfs.ext4") is None:
        raise NotHere("there is no mkfs.ext4")
    with open(path, "wb") as file:
        file.truncate(192 << 20)
    system(["mkfs.ext4", "-q", "-F", path])


def shut_down(place: str) -> None:
    """Make the file system stop at once, with nothing flushed: what a power cut does to it."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, _EXT4_IOC_SHUTDOWN, _WITHOUT_FLUSH)
    except OSError as error:
        raise NotHere(f"the file system cannot be shut down: {error.strerror}") from error
    finally:
        os.close(descriptor)


def _sync(place: str) -> None:
    system(["sync", "-f", place])


@contextmanager
def mounted(place: str, command: Sequence[str]) -> Iterator[None]:
    """A disk mounted for the time of a block; raises NotHere where that cannot be done."""
    os.makedirs(place, exist_ok=True)
    system(command)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)


def system(words: Sequence[str]) -> None:
    """Run a command of the system; raises NotHere when it fails."""
    try:
        done = subprocess.run(words, check=False, capture_output=True, text=True)
    except OSError as error:
        raise NotHere(f"{words[0]}: {error.strerror}") from error
    if done.returncode != 0:
        raise NotHere(f"{words[0]}: {done.stderr.strip() or 'failed'}")
