"""Atomic files: a reader sees the old bytes or the new ones, and what was written is read back before it counts."""

from __future__ import annotations

import errno
import os
from contextlib import suppress

from astrograph.errors import StorageError
from astrograph.store.faults import Point, allowed, reach
from astrograph.store.stamps import stat_key

TEMPORARY_PREFIX = ".astrograph-"
"""Names that start so are leftovers of a killed run, and are swept."""

_made: set[str] = set()


def read(path: str) -> bytes:
    """The bytes of a file; OSError when it cannot be read. A pipe without a writer is empty, it is not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags)
    try:
        return read_descriptor(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


def read_descriptor(descriptor: int, size: int) -> bytes:
    """Everything an open file holds; `size` is what it is expected to hold."""
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while data:
        data = os.read(descriptor, 1 << 20)
        parts.append(data)
    return b"".join(parts)


def write_atomically(path: str, data: bytes, *, durable: bool = False) -> os.stat_result:
    """Put `data` at the absolute `path` by way of a temporary file and a rename; returns its stat.

    The bytes are read back and compared before the rename. `durable` asks for an fsync of file and folder, for
    the few files a person's word depends on; builds are sealed by one `syncfs` instead (SPEC section 8, 16).
    Raises StorageError; the old file is untouched then.
    """
    folder, _, name = path.rpartition("/")
    # What is written durably lies outside the build, where nothing is swept: the next write takes the same name.
    writer = "" if durable else f"{os.getpid()}."
    temporary = f"{folder}/{TEMPORARY_PREFIX}{writer}{name[:60]}"
    try:
        make_folder(folder)
        stat = _write_new(temporary, data, durable=durable)
        reach(Point.RENAME)
        os.replace(temporary, path)
        reach(Point.RENAMED)
        if durable:
            _sync_folder(folder)
    except BaseException as error:  # Ctrl-C too leaves no half file
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise storage_error(error, path) from error
        raise
    return stat


def _write_new(path: str, data: bytes, *, durable: bool) -> os.stat_result:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    reach(Point.CREATE)
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileExistsError:
        # A killed run left it, or somebody put a link there: it is never written through.
        os.unlink(path)
        descriptor = os.open(path, flags, 0o666)
    except FileNotFoundError:
        # The folder was made earlier in this run and removed since by somebody else.
        _made.clear()
        make_folder(path.rpartition("/")[0])
        descriptor = os.open(path, flags, 0o666)
    try:
        view = memoryview(data)
        while view:
            reach(Point.WRITE)
            view = view[os.write(descriptor, view[: allowed(Point.WRITE, len(view))]) :]
        reach(Point.WRITTEN)
        os.lseek(descriptor, 0, os.SEEK_SET)
        reach(Point.READ_BACK)
        if read_descriptor(descriptor, len(data)) != data:
            raise OSError(errno.EIO, "what was written does not read back")
        if durable:
            reach(Point.SYNC)
            os.fsync(descriptor)
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: str) -> None:
    """Make a folder and those above it, once per run."""
    if folder in _made:
        return
    reach(Point.FOLDER)
    os.makedirs(folder, exist_ok=True)
    _made.add(folder)


def refuse_links(path: str, *, below: str) -> None:
    """Raise StorageError when a folder on the way from the absolute folder `below` to `path` is a symbolic link.

    What is written or removed through one would be somewhere else, where nobody expects it.
    """
    folder = path.rpartition("/")[0]
    while len(folder) > len(below):
        if os.path.islink(folder):
            raise StorageError(
                "a folder of generated files is a symbolic link, and no link is followed there",
                fields=(("path", folder), ("leads to", os.path.realpath(folder))),
                hint="remove the link, then run again; to have all of it on another disk, set `build` elsewhere",
            )
        folder = folder.rpartition("/")[0]


def _sync_folder(folder: str) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: str, *, up_to: str) -> bool:
    """Remove a file and the folders it leaves empty below the absolute folder `up_to`; False when it was not there."""
    try:
        reach(Point.REMOVE)
        os.unlink(path)
        reach(Point.REMOVED)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise storage_error(error, path) from error
    folder = path.rpartition("/")[0]
    while len(folder) > len(up_to) and folder.startswith(up_to):
        try:
            os.rmdir(folder)
        except OSError:
            break
        _made.discard(folder)
        folder = folder.rpartition("/")[0]
    return True


def stat_key_of(path: str) -> bytes | None:
    """The stat key of a regular file, None when there is none."""
    try:
        return stat_key(os.lstat(path))
    except OSError:
        return None


_HINTS = {
    errno.ENOSPC: "free some space, then run again: what was done is kept",
    errno.EDQUOT: "free some space within the quota, then run again: what was done is kept",
    errno.EROFS: "the file system is read-only: mount it writable, then run again",
    errno.EACCES: "make the file and its folder writable for this user, then run again",
    errno.EEXIST: "a file stands where a folder has to be: remove it, then run again",
    errno.ENOTDIR: "a file stands where a folder has to be: remove it, then run again",
    errno.EISDIR: "a folder stands where a file has to be: remove it, then run again",
    errno.EPERM: "make the file and its folder writable for this user, then run again",
}


def storage_error(error: OSError, path: str, *, doing: str = "write") -> StorageError:
    """The error for people when the disk refuses."""
    hint = _HINTS.get(error.errno or 0, "fix the disk or the path, then run again: what was done is kept")
    return StorageError(
        f"cannot {doing}: {os.strerror(error.errno) if error.errno else error}", fields=(("path", path),), hint=hint
    )
