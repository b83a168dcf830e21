"""Trees that were published until a moment ago: kept whole for whoever still reads them, then removed.

What a person had changed in one of them by hand is not ours to delete: those files stay, named in a list beside.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress

from astrograph.model import limits
from astrograph.store.faults import Point, reach
from astrograph.store.files import read, write_atomically
from astrograph.store.trees import remove_empty_folders, remove_tree, walk_files

GRACE_SECONDS = 60
_SECOND_NS = 1_000_000_000
_KEPT = ".kept"
_EDITED = "edited-"


def retired_name(number: int | None) -> str:
    """The name for a tree that is about to be retired: its generation, and when (nanoseconds since 1970)."""
    return f"{'none' if number is None else number}-{time.time_ns()}"


def retire(tree: str, retired: str, kept: Iterable[str]) -> str:
    """Move an old tree to its retired name; raises OSError.

    `kept` are the paths in it that are never removed. Returns the folder in which they stay, `""` when there are none.
    """
    reach(Point.RETIRE)
    paths = sorted(kept)
    folder, _, name = retired.rpartition("/")
    target = f"{folder}/{_EDITED}{name}" if paths else retired
    if paths:
        text = "".join(json.dumps(path) + "\n" for path in paths)
        write_atomically(f"{target}{_KEPT}", text.encode("utf-8"), durable=True)
    if tree != target:
        os.rename(tree, target)
    reach(Point.RETIRED)
    return target if paths else ""


def due(folder: str) -> list[str]:
    """The names in a folder of retired trees whose time has come: a tree, or the list of what stays of one."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    now = time.time_ns()
    found = []
    for name in names:
        stamp = name.removesuffix(_KEPT).rpartition("-")[2]
        whole = not name.startswith(_EDITED) or name.endswith(_KEPT)
        if whole and stamp.isdecimal() and abs(now - int(stamp)) > GRACE_SECONDS * _SECOND_NS:
            found.append(name)
    return sorted(found)


def sweep_retired(folder: str) -> None:
    """Remove the trees that nobody reads any more; what cannot be removed stays, and so does what links lead to."""
    if os.path.islink(folder):
        return
    for name in due(folder):
        path = f"{folder}/{name}"
        if name.endswith(_KEPT):
            _remove_others(path.removesuffix(_KEPT), path)
        else:
            with suppress(OSError):
                remove_tree(path)


def _remove_others(tree: str, listing: str) -> None:
    """Remove what is not listed, and folders left empty; without a list that can be read everything stays."""
    if os.path.islink(tree):
        return
    try:
        kept = {str(json.loads(line)) for line in read(listing, limits.OUTPUT).splitlines()}
    except (OSError, ValueError):
        return
    for path in list(walk_files(tree)):
        if os.path.relpath(path, tree).replace(os.sep, "/") not in kept:
            with suppress(OSError):
                os.unlink(path)
    remove_empty_folders(tree)
    with suppress(OSError):
        os.rmdir(tree)
    with suppress(OSError):
        os.unlink(listing)
