"""Reading a package: bytes and digests as they were at one moment, and the signature that may stand for them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import NamedTuple

from astrograph.model.digests import NOTHING, Fingerprint, combine, fingerprint
from astrograph.store.files import read_descriptor
from astrograph.store.stamps import signature, trusted


class FileRead(NamedTuple):
    """One file as read: its bytes, else the reason there are none; its stat when it held still meanwhile."""

    name: str
    data: bytes | None
    reason: str
    stat: os.stat_result | None


def read_file(folder: str, name: str) -> FileRead:
    """The bytes of one file and the stat they belong to; no stat when the file moved under the reader."""
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(f"{folder}/{name}", flags)
    except OSError as error:
        return FileRead(name, None, error.strerror or "unreadable", None)
    try:
        before = os.fstat(descriptor)
        data = read_descriptor(descriptor, before.st_size)
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
    root: str, folder: str, files: Iterable[str], test_paths: tuple[str, ...]
) -> tuple[Fingerprint, Fingerprint, list[tuple[FileRead, Fingerprint]]]:
    """Read the package in `folder` below the absolute `root`.

    Returns its signature to record (NOTHING when unsafe), its source fingerprint, and its files. The folder is part of
    both: findings name it.
    """
    started = time.time_ns()
    read = [read_file(f"{root}/{folder}", name) for name in files]
    digested = [(item, _digest(item)) for item in read]
    source = combine(
        folder.encode("utf-8", "surrogateescape"),
        *(part for item, digest in digested for part in (item.name.encode("utf-8", "surrogateescape"), digest)),
        *(path.encode("utf-8", "surrogateescape") for path in test_paths),
    )
    stats = [item.stat for item in read if item.stat is not None]
    if len(stats) < len(read):
        return NOTHING, source, digested
    names = [item.name for item in read]
    return trusted(signature(folder, names, stats, test_paths), stats, started), source, digested


def _digest(item: FileRead) -> Fingerprint:
    """The digest of what was read, else of the reason why nothing was: findings tell it."""
    if item.data is not None:
        return fingerprint(item.data)
    # Longer than the digest of any content, and so equal to none.
    return Fingerprint(b"unreadable source: " + item.reason.encode("utf-8", "backslashreplace"))
