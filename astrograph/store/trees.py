"""Folders however deep and long their paths: listed, made and removed without recursion."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress

from astrograph.model import limits


def is_too_long(path: str) -> bool:
    """Whether the path of a folder, relative to where a walk began, is so long that nothing below it is walked."""
    return len(path) * 4 > limits.FOLDER and len(os.fsencode(path)) > limits.FOLDER  # 4 bytes are the most of any


def walk_files(folder: str) -> Iterator[str]:
    """Every file below a folder, absolute paths; what cannot be listed is left out."""
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        yield entry.path
        except OSError:
            continue


def remove_empty_folders(folder: str, *, remove_deepest: bool = False) -> None:
    """Remove the folders below a folder that hold nothing.

    Where paths become too long to walk on, folders stay, unless `remove_deepest` has them removed with all they hold.
    """
    found: list[str] = []
    pending = [folder]
    while pending:
        found.append(pending.pop())
        with suppress(OSError), os.scandir(found[-1]) as entries:
            for entry in [entry for entry in entries if entry.is_dir(follow_symlinks=False)]:
                if not is_too_long(entry.path[len(folder) :]):
                    pending.append(entry.path)
                elif remove_deepest:
                    remove_tree(entry.path)
    for path in reversed(found[1:]):
        with suppress(OSError):
            os.rmdir(path)


def remove_tree(top: str) -> None:
    """Remove a folder and everything in it that can be removed; raises OSError, at the end, for what cannot.

    Links are removed, not followed, and `top` may not be one.
    """
    if os.path.islink(top):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), top)
    failed: list[OSError] = []
    found: list[str] = []
    pending = [top]
    while pending:
        found.append(pending.pop())
        try:
            with os.scandir(found[-1]) as entries:
                for entry in list(entries):
                    try:
                        _remove_entry(entry, pending, top)
                    except OSError as error:
                        failed.append(error)
        except OSError as error:
            failed.append(error)
    for folder in reversed(found):
        try:
            os.rmdir(folder)
        except OSError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def _remove_entry(entry: os.DirEntry[str], pending: list[str], top: str) -> None:
    if not entry.is_dir(follow_symlinks=False):
        os.unlink(entry.path)
    elif is_too_long(entry.path[len(top) :]):
        # No path may lead further down: what is below is brought up first.
        lifted = f"{top}/{os.urandom(8).hex()}"
        os.rename(entry.path, lifted)
        pending.append(lifted)
    else:
        pending.append(entry.path)
