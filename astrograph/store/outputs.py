"""Outputs: what stands on disk, believed only when its digest agrees with the trace (SPEC section 8, 1 and 13)."""

from __future__ import annotations

import os
import time
from stat import S_ISREG

from xxhash import xxh3_128_digest

from astrograph.model import limits
from astrograph.model.digests import NOTHING, Fingerprint, fingerprint
from astrograph.store.faults import Point, reach
from astrograph.store.files import TEMPORARY_PREFIX, digest_file, refuse_links, remove, storage_error, write_atomically
from astrograph.store.stamps import is_racy, stat_key
from astrograph.store.trees import remove_empty_folders, walk_files


def output_signature(path: str, *, follow: bool = False) -> Fingerprint | None:
    """The stat signature of an output, or with `follow` of what a link leads to; None when it is no regular file."""
    try:
        stat = os.stat(path, follow_symlinks=follow)
    except OSError:
        return None
    return Fingerprint(xxh3_128_digest(stat_key(stat))) if S_ISREG(stat.st_mode) else None


def recorded_signature(stat: os.stat_result) -> Fingerprint:
    """The signature to record for a file just written or about to be read: NOTHING while it is too young for proof."""
    return NOTHING if is_racy(stat, time.time_ns()) else Fingerprint(xxh3_128_digest(stat_key(stat)))


def verify(path: str, expected: Fingerprint) -> Fingerprint | None:
    """Read an output and compare: its signature to record when the bytes are the expected ones, else None."""
    try:
        signature = signature_before_reading(path)
        return signature if signature is not None and digest_file(path, limits.OUTPUT) == expected else None
    except OSError:
        return None


def signature_before_reading(path: str) -> Fingerprint | None:
    """The signature to record for an output that is read next, None when it is not a regular file. Raises OSError."""
    stat = os.lstat(path)
    return recorded_signature(stat) if S_ISREG(stat.st_mode) else None


def put(path: str, data: bytes, *, below: str = "") -> tuple[bool, Fingerprint]:
    """Make `path` hold `data`, leaving it alone when it does already.

    Nothing is written through a link on the way from the absolute folder `below`, where one is given. Returns whether
    it was written, and the signature to record. Raises StorageError.
    """
    same = verify(path, fingerprint(data))
    if same is not None:
        return False, same
    if below:
        refuse_links(path, below=below)
    return True, recorded_signature(write_atomically(path, data))


def sweep(folder: str, wanted: set[str], *, name: str = "") -> int:
    """Remove every file below `folder` that is not wanted, and every folder left empty; returns how many files.

    `wanted` holds absolute paths; with `name` only files whose path ends so are removed. Leftover temporary files are
    removed without being counted. Raises StorageError, as for a link in the way of what is wanted.
    """
    removed = 0
    try:
        reach(Point.SWEEP)
    except OSError as error:
        raise storage_error(error, folder) from error
    for path in files_below(folder):
        temporary = path.rpartition("/")[2].startswith(TEMPORARY_PREFIX)
        if temporary or (path not in wanted and path.endswith(name)):
            if os.path.islink(path) and any(each.startswith(f"{path}/") for each in wanted):
                refuse_links(f"{path}/", below=folder)  # taking it away would take what is believed to be there
            removed += remove(path, up_to=folder) and not temporary
    remove_empty_folders(folder, remove_deepest=True)
    return removed


def sweep_temporary(folder: str) -> None:
    """Remove the temporary files that a killed run left below a folder."""
    for path in files_below(folder):
        if path.rpartition("/")[2].startswith(TEMPORARY_PREFIX):
            remove(path, up_to=folder)


def files_below(folder: str) -> list[str]:
    """Every file below a folder, absolute paths; what cannot be listed is left out."""
    return list(walk_files(folder))
