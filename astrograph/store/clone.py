"""Which clone a build folder belongs to: one that was copied, restored or checked out came from somewhere else."""

from __future__ import annotations

import os
from contextlib import suppress
from stat import S_ISREG

MARKER = "clone"
"""The name of the marker file in the state folder. It is empty; only its inode matters."""


def clone_identity(state_folder: str, *, create: bool = False) -> str | None:
    """What tells this build folder from a copy of it; None while it has no marker.

    It is the inode number and the change time of a marker file, which only the kernel sets: neither git nor cp, tar
    or a CI cache can bring them along, so what names them was written here. With `create`, a missing marker is made.
    Raises OSError when it cannot be.
    """
    path = f"{state_folder}/{MARKER}"
    if create:
        os.makedirs(state_folder, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o644))
    try:
        stat = os.lstat(path)
    except OSError:
        return None
    return f"{stat.st_ino:x}-{stat.st_ctime_ns:x}" if S_ISREG(stat.st_mode) else None
