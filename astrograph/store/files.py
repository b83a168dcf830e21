"""Atomic files: a reader sees the old bytes or the new ones, and what was written is read back before it counts."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from stat import S_ISDIR, S_ISREG

from xxhash import xxh3_128

from astrograph.errors import StorageError
from astrograph.model.digests import Fingerprint, fingerprint
from astrograph.store.faults import Point, allowed, reach
from astrograph.store.stamps import stat_key

TEMPORARY_PREFIX = ".astrograph-"
"""Names that start so are leftovers of a killed run, and are swept."""

_CHUNK = 1 << 20
_READ = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_BINARY", "O_NONBLOCK", "O_NOCTTY"):
    _READ |= getattr(os, _name, 0)

_made: set[str] = set()


def read(path: str, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes; OSError for anything else, before a byte is read.

    A file that grows while it is read is read no further than one byte beyond the limit.
    """
    descriptor, stat = open_regular(path)
    try:
        return read_descriptor(descriptor, stat.st_size, limit)
    finally:
        os.close(descriptor)


def open_regular(path: str) -> tuple[int, os.stat_result]:
    """Open a regular file for reading, without waiting for a pipe or taking over a terminal; raises OSError."""
    descriptor = os.open(path, _READ)
    try:
        stat = os.fstat(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    if S_ISREG(stat.st_mode):
        return descriptor, stat
    os.close(descriptor)
    raise OSError(errno.EISDIR if S_ISDIR(stat.st_mode) else errno.EINVAL, "it is not a regular file", path)


def read_descriptor(descriptor: int, size: int, limit: int) -> bytes:
    """Everything an open file holds; `size` is what it is expected to hold. OSError for more than `limit` bytes."""
    data = os.read(descriptor, size + 1) if size <= limit else b""
    if len(data) == size:
        return data
    parts = [data]
    held = len(data) if size <= limit else size
    while data and held <= limit:
        data = os.read(descriptor, min(_CHUNK, limit + 1 - held))
        parts.append(data)
        held += len(data)
    if held > limit:
        raise OSError(errno.EFBIG, f"it is larger than {_shown_size(limit)}")
    return b"".join(parts)


def digest_file(path: str, limit: int) -> Fingerprint:
    """The fingerprint of what `read` would give, in little memory whatever the limit; raises OSError."""
    descriptor, stat = open_regular(path)
    try:
        if stat.st_size <= _CHUNK:
            return fingerprint(read_descriptor(descriptor, stat.st_size, limit))
        hasher, left = xxh3_128(), limit
        while stat.st_size <= limit and left >= 0 and (data := os.read(descriptor, _CHUNK)):
            hasher.update(data)
            left -= len(data)
    finally:
        os.close(descriptor)
    if stat.st_size > limit or left < 0:
        raise OSError(errno.EFBIG, f"it is larger than {_shown_size(limit)}")
    return Fingerprint(hasher.digest())


def unreadable_fix(error: OSError) -> str:
    """What a person can do about a file or folder that `read` or a walk could not use."""
    match error.errno:
        case errno.EFBIG:
            return "make it smaller, or split it"
        case errno.EINVAL | errno.EISDIR | errno.ELOOP:
            return "put a regular file there"
        case errno.ENAMETOOLONG:
            return "shorten the names of the folders above it"
        case _:
            return "fix its permissions"


def _shown_size(limit: int) -> str:
    return f"{limit >> 20:,} MiB" if limit >= 1 << 20 else f"{limit:,} bytes"


def write_atomically(path: str, data: bytes, *, durable: bool = False) -> os.stat_result:
    """Put `data` at the absolute `path` by way of a temporary file and a rename; returns its stat.

    The bytes are read back and compared before the rename. `durable` asks for an fsync of file and folder, for
    the few files an approval depends on; builds are sealed by one `syncfs` instead (SPEC section 8, 16). This is for
    our own folders: files of people are edited through `people_files`. Raises StorageError; the old file is untouched
    then.
    """
    folder, _, name = path.rpartition("/")
    # Where plans and approvals are, nothing is swept: the next write takes the same name.
    writer = "" if durable else f"{os.getpid()}."
    temporary = f"{folder}/{TEMPORARY_PREFIX}{writer}{name[:60]}"
    try:
        make_folder(folder)
        stat = write_new(temporary, data, durable=durable)
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


def write_new(path: str, data: bytes, *, durable: bool) -> os.stat_result:
    """Write a temporary file and read it back; what is there by its name is removed first. Raises OSError."""
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
        if read_descriptor(descriptor, len(data), len(data)) != data:
            raise OSError(errno.EIO, "what was written does not read back")
        if durable:
            reach(Point.SYNC)
            os.fsync(descriptor)
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def has_temporary(folder: str) -> bool:
    """Whether a folder may hold what a killed command left; False where it cannot be listed."""
    try:
        return any(name.startswith(TEMPORARY_PREFIX) for name in os.listdir(folder))
    except OSError:
        return False


def make_folder(folder: str) -> None:
    """Make a folder and those above it, once per run."""
    if folder in _made:
        return
    reach(Point.FOLDER)
    missing: list[str] = []
    path = folder
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for path in reversed(missing):
        try:
            os.mkdir(path)
        except FileExistsError:
            if not os.path.isdir(path):
                raise
    _made.add(folder)


def refuse_links(path: str, *, below: str) -> None:
    """Raise StorageError when a folder on the way from the absolute folder `below` to `path` is a symbolic link.

    What is written or removed through one would be somewhere else, where nobody expects it.
    """
    folder = path.rpartition("/")[0]
    while len(folder) > len(below):
        if os.path.islink(folder):
            raise linked_folder(folder)
        folder = folder.rpartition("/")[0]


def linked_folder(path: str) -> StorageError:
    """The refusal of a link where something of ours has to be."""
    return StorageError(
        "a folder of generated files is a symbolic link, and no link is followed there"
        if os.path.isdir(path)
        else "a generated file is a symbolic link, and no link is followed there",
        fields=(("path", path), ("leads to", os.path.realpath(path))),
        hint="remove the link, then run again; to build elsewhere, use --build-dir DIR or set ASTROGRAPH_BUILD",
    )


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
