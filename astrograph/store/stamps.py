"""Stat keys: (mtime, ctime, size, inode) as a cheap stand-in for content, and when they cannot be trusted.

A file changed within the clock granularity of its file system keeps its stat key, so a key is recorded only
once it is older than that ("racily clean" in git's words). ctime decides because no user call can set it.

A program that has mapped a file and made a page dirty can change that page again without any time stamp moving: on a
disk until the kernel has written it back (30 seconds on Linux), in a file system in memory for ever. `distrust` is for
the latter.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from struct import pack

from xxhash import xxh3_128_digest

from astrograph.model.digests import NOTHING, Fingerprint

SLACK_NS = 50_000_000
"""Younger than this (nanoseconds), a stat key proves nothing: above the 10 ms tick of the slowest kernel clock."""

COARSE_SLACK_NS = 2_100_000_000
"""The same for file systems that keep whole seconds (FAT keeps two)."""

SIGNATURE_SEPARATOR = "|"
"""Stands between the files of a signature and its further names; no file name is that short and no path ends so."""

_IN_MEMORY = (b"tmpfs", b"ramfs")

_distrusted: frozenset[int] = frozenset()

_SECOND_NS = 1_000_000_000
_KEY_FORMAT = "QQQQ"
_MASK = 0xFFFFFFFFFFFFFFFF
_LATEST_NS = 1 << 63


def memory_devices(mounts: str = "/proc/self/mountinfo") -> frozenset[int]:
    """The devices (`st_dev`) of file systems in memory; none where the system has no such list."""
    try:
        with open(mounts, "rb") as file:
            found = [line.partition(b" - ") for line in file]
    except OSError:
        return frozenset()
    numbers = [head.split()[2].split(b":") for head, _, tail in found if tail.startswith(_IN_MEMORY)]
    return frozenset(os.makedev(int(major), int(minor)) for major, minor in numbers)


def distrust(devices: frozenset[int]) -> None:
    """For the rest of this process, let no stat key of a file on one of these devices equal another."""
    global _distrusted  # noqa: PLW0603 - a process is one command, and every stat of it goes by here
    _distrusted = devices


def stat_key(stat: os.stat_result) -> bytes:
    """The 32-byte stat key of one file; a file whose key leaves something out is racy."""
    if stat.st_dev in _distrusted:
        return os.urandom(32)
    return pack(
        _KEY_FORMAT, stat.st_mtime_ns & _MASK, stat.st_ctime_ns & _MASK, stat.st_size & _MASK, stat.st_ino & _MASK
    )


def signature(
    folder: str, names: Sequence[str], stats: Sequence[os.stat_result], extra: Sequence[str] = ()
) -> Fingerprint:
    """One digest of a folder, the names and stat keys of the files in it (both in one order) and some further names."""
    if _distrusted and any(stat.st_dev in _distrusted for stat in stats):
        return Fingerprint(os.urandom(16))
    text = "\0".join((folder, *names, SIGNATURE_SEPARATOR, *extra)).encode("utf-8", "surrogateescape")
    keys: list[int] = []
    for stat in stats:  # as `stat_key`, written out: this runs for every file on every run
        keys += (stat.st_mtime_ns & _MASK, stat.st_ctime_ns & _MASK, stat.st_size & _MASK, stat.st_ino & _MASK)
    return Fingerprint(xxh3_128_digest(b"%b\0\0%b" % (text, pack(_KEY_FORMAT * len(stats), *keys))))


def is_racy(stat: os.stat_result, now_ns: int) -> bool:
    """Whether an equal stat key later would not prove equal content.

    That is so for a file too young at `now_ns`, and for one with a time before 1970 or after 2262, whose nanoseconds
    the key does not hold in full.
    """
    if stat.st_dev in _distrusted or not (0 <= stat.st_mtime_ns < _LATEST_NS and 0 <= stat.st_ctime_ns < _LATEST_NS):
        return True
    changed = stat.st_ctime_ns if os.name == "posix" else stat.st_mtime_ns
    slack = COARSE_SLACK_NS if changed % _SECOND_NS == 0 else SLACK_NS
    return changed > now_ns - slack


def trusted(found: Fingerprint, stats: Sequence[os.stat_result], now_ns: int) -> Fingerprint:
    """`found`, or NOTHING (which never equals a signature) when one of the files is racy."""
    return NOTHING if any(is_racy(stat, now_ns) for stat in stats) else found
