"""What must outlive a power cut: folders and whole file systems synced, lines appended for good, trees exchanged."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from contextlib import suppress

from astrograph.store.faults import Point, allowed, reach
from astrograph.store.trees import walk_files

FILE_MODE, FOLDER_MODE = 0o644, 0o755
"""What is published can be read by all, and written by its owner alone."""

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_NOT_HERE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def sync_folder(folder: str) -> None:
    """Make the names in a folder durable; nothing to do where folders cannot be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file_system(folder: str) -> None:
    """Make everything written so far below a folder durable, at one go: an fsync a file takes ten times as long."""
    if os.name != "posix":
        _sync_each(folder)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        syncfs = getattr(_libc(), "syncfs", None)
        if syncfs is None:
            os.sync()
        elif syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(descriptor)


def _sync_each(folder: str) -> None:
    for path in walk_files(folder):
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def append_line(path: str, line: bytes) -> None:
    """Append a line (with its end) for good; what an interrupted append left at the end is cut off first."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        end = _end_of_lines(descriptor)
        os.ftruncate(descriptor, end)
        os.lseek(descriptor, end, os.SEEK_SET)
        view = memoryview(line)
        while view:
            reach(Point.WRITE)
            view = view[os.write(descriptor, view[: allowed(Point.WRITE, len(view))]) :]
        reach(Point.SYNC)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(os.path.dirname(path))


def _end_of_lines(descriptor: int) -> int:
    """Where the last whole line of a file ends."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - 4096)
        os.lseek(descriptor, start, os.SEEK_SET)
        block = os.read(descriptor, end - start)
        found = block.rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def exchange(first: str, second: str) -> bool:
    """Exchange two folders in one step that no reader sees the middle of; False where the system cannot do it."""
    libc = _libc()
    names = (os.fsencode(first), os.fsencode(second))
    if sys.platform == "darwin":
        call = getattr(libc, "renamex_np", None)
        code = -1 if call is None else call(*names, _RENAME_SWAP)
    else:
        call = getattr(libc, "renameat2", None)
        code = -1 if call is None else call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    if call is None:
        return False
    if code == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), first, None, second)


def _libc() -> ctypes.CDLL | None:
    if os.name != "posix":
        return None
    with suppress(OSError):
        return ctypes.CDLL(None, use_errno=True)
    return None


def make_folder_durably(folder: str, *, for_readers: bool = False) -> None:
    """Make a folder and those above it, and their names durable; `for_readers` whatever the umask."""
    missing: list[str] = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for path in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(path)
            if for_readers:
                os.chmod(path, FOLDER_MODE)
        sync_folder(os.path.dirname(path))
