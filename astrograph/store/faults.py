"""Fault points: named places on the write path where a test makes a disk or a kernel fail.

`ASTROGRAPH_FAULT=point:kind[:nth]` arms one for this process and its workers: at the nth time (default 1) a process
reaches `point`, it dies (`kill`), meets a full disk (`enospc`) or a broken one (`eio`), or writes only a part
(`short`). Unset, as it always is outside tests, a point costs one comparison.
"""

from __future__ import annotations

import errno
import os
import signal
from enum import StrEnum


class Point(StrEnum):
    """Every fault point, in the order a run meets them."""

    LOCK = "lock"
    STATE_OPEN = "state-open"
    STATE_BEGIN = "state-begin"
    STATE_COMMIT = "state-commit"
    STATE_COMMITTED = "state-committed"
    SWEEP = "sweep"
    FOLDER = "folder"
    CREATE = "create"
    WRITE = "write"
    WRITTEN = "written"
    READ_BACK = "read-back"
    SYNC = "sync"
    RENAME = "rename"
    RENAMED = "renamed"
    REMOVE = "remove"
    REMOVED = "removed"
    FINISH = "finish"
    SEAL = "seal"
    SEALED = "sealed"
    TREE = "tree"
    TREE_FILE = "tree-file"
    TREE_READ_BACK = "tree-read-back"
    TREE_SYNC = "tree-sync"
    JOURNAL = "journal"
    EXCHANGE = "exchange"
    EXCHANGED = "exchanged"
    OFFICIAL = "official"
    CURRENT = "current"
    SPEND = "spend"
    SPENT = "spent"
    RETIRE = "retire"
    RETIRED = "retired"
    INDEX = "index"
    JOURNAL_DONE = "journal-done"
    PRUNE = "prune"


PUBLISHING = frozenset(point for point in Point if list(Point).index(point) >= list(Point).index(Point.SEAL))
"""The points that only a publication or a rollback reaches."""


class _Fault:
    """One armed fault and how often its point was reached."""

    def __init__(self, description: str) -> None:
        point, _, rest = description.partition(":")
        kind, _, nth = rest.partition(":")
        self.point = Point(point)
        self.kind = kind
        self.left = int(nth or 1)

    def is_due(self, point: Point) -> bool:
        if point is not self.point or self.left == 0:
            return False
        self.left -= 1
        return self.left == 0


_armed = _Fault(os.environ["ASTROGRAPH_FAULT"]) if os.environ.get("ASTROGRAPH_FAULT") else None


def reach(point: Point) -> None:
    """Pass a fault point: nothing happens, unless a test has armed it."""
    if _armed is not None and _armed.kind != "short" and _armed.is_due(point):
        match _armed.kind:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "enospc":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            case _:
                raise OSError(errno.EIO, os.strerror(errno.EIO))


def allowed(point: Point, size: int) -> int:
    """How many of `size` bytes a write gets through: all, unless a test has armed a short write."""
    if _armed is not None and _armed.kind == "short" and _armed.is_due(point):
        return size // 2
    return size
