"""Reading a package: bytes and digests as they were at one moment, and the signature that may stand for them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from astrograph.model import limits
from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.store.files import open_regular, read_descriptor
from astrograph.store.stamps import signature, trusted


class FileRead(NamedTuple):
    """One file as read: its bytes, else its size if that is too large, else the reason there are none.

    `stat` is that of the bytes, None when the file changed while it was read.
    """

    name: str
    data: bytes | None
    reason: str
    stat: os.stat_result | None
    too_large: int = 0


def read_file(folder: str, name: str, limit: int = limits.SOURCE) -> FileRead:
    """The bytes of one file of at most `limit` bytes and the stat they belong to.

    There is no stat when the file changed while it was read. Of one that is too large only the size is known.
    """
    try:
        descriptor, before = open_regular(f"{folder}/{name}")
    except OSError as error:
        return FileRead(name, None, error.strerror or "unreadable", None)
    try:
        if before.st_size > limit:
            return FileRead(name, None, "", before, before.st_size)
        data = read_descriptor(descriptor, before.st_size, limit)
        after = os.fstat(descriptor)
    except OSError as error:
        return FileRead(name, None, error.strerror or "unreadable", None)
    finally:
        os.close(descriptor)
    still = (before.st_mtime_ns, before.st_ctime_ns, before.st_size) == (
        after.st_mtime_ns,
        after.st_ctime_ns,
        after.st_size,
    )
    return FileRead(name, data, "", before if still else None)


def digest_package(
    root: str,
    folder: str,
    files: Iterable[str],
    test_paths: tuple[str, ...],
    *,
    use: Callable[[FileRead, Fingerprint], object] = lambda _, __: None,
) -> tuple[Fingerprint, Fingerprint]:
    """Read the package in `folder` below the absolute `root`, handing each file and its digest to `use`.

    Returns its signature to record (NOTHING when unsafe) and its source fingerprint. The folder is part of both:
    findings name it. One file is held in memory at a time.
    """
    started = time.time_ns()
    names: list[str] = []
    parts = [folder.encode("utf-8", "surrogateescape")]
    stats: list[os.stat_result] = []
    for name in files:
        item = read_file(f"{root}/{folder}", name)
        digest = _digest(item)
        use(item, digest)
        names.append(name)
        parts += (name.encode("utf-8", "surrogateescape"), digest)
        if item.stat is not None:
            stats.append(item.stat)
    source = combine(*parts, *(path.encode("utf-8", "surrogateescape") for path in test_paths))
    if len(stats) < len(names):
        return NOTHING, source
    return trusted(signature(folder, names, stats, test_paths), stats, started), source


def _digest(item: FileRead) -> Fingerprint:
    """The digest of what was read, else of the reason why nothing was: findings report it."""
    if item.data is not None:
        return fingerprint(item.data)
    # Longer than the digest of any content, and so equal to none.
    reason = item.reason or f"{item.too_large} bytes"
    return Fingerprint(b"unreadable source: " + reason.encode("utf-8", "backslashreplace"))
