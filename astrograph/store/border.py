"""The border of what we write: no link among our own folders, and a note of where the state was made."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from stat import S_ISDIR
from typing import NamedTuple

from astrograph.model import limits
from astrograph.store.clone import clone_identity
from astrograph.store.files import linked_folder, read
from astrograph.store.layout import STATE_FOLDER, Layout
from astrograph.store.stamps import stat_key

HOME = b"home"
"""The key of the note, in the table `meta`."""

_FOLDERS = (
    *(STATE_FOLDER, "manifests", "ledger", "gates", "audit", "site", "snapshots"),
    *("generations", "generations/.staging", "generations/.retired"),
)
_WRITTEN_IN_PLACE = (
    *(f"{STATE_FOLDER}/{name}" for name in ("lock", "state.db", "state.db-wal", "state.db-shm", "state.db-journal")),
    *(f"generations/{name}" for name in ("approvals.jsonl", "trend.jsonl")),
)
"""Files that are opened for writing under their own name; all others are replaced by a rename."""


def refuse_linked(layout: Layout) -> None:
    """Raise StorageError when a link is where a folder of ours, or a file that is written in place, has to be.

    Looks from the workspace down. A build folder that a person chose is taken as they reach it; nothing below it may
    be a link. What `publish_to` itself is matters to a switch alone, which looks at that.
    """
    for path in _places(layout):
        if os.path.islink(path):
            raise linked_folder(path)


def _places(layout: Layout) -> Iterator[str]:
    root, build = layout.workspace.root, layout.absolute(layout.build)
    if not layout.is_outside:
        yield from _steps(root, layout.build)
    for name in (*_FOLDERS, *_WRITTEN_IN_PLACE):
        yield f"{build}/{name}"
    above, _, name = layout.absolute(layout.published).rpartition("/")
    top = build if f"{above}/".startswith(f"{build}/") else root
    yield from _steps(top, above[len(top) + 1 :])
    yard = f"{above}/.astrograph-{name}"
    yield from (yard, f"{yard}/.staging", f"{yard}/.retired", f"{yard}/.gitignore")


def _steps(top: str, path: str) -> Iterator[str]:
    for name in path.split("/") if path else ():
        top = f"{top}/{name}"
        yield top


class Home(NamedTuple):
    """Where a state was made, as the state notes it.

    `clone` is the identity of the build folder, `root` the workspace, `settings` those that place our folders among
    the packages, `git` a stamp of git's index (`""` without git), `claimed` the folders and files below `build` that
    were found to be ours.
    """

    clone: str | None
    root: str
    settings: str
    git: str
    claimed: tuple[str, ...] = ()

    @classmethod
    def of(cls, layout: Layout, *, claimed: tuple[str, ...]) -> Home:
        """The note to make now; the marker of the clone is made where there is none. Raises OSError."""
        space = layout.workspace
        placed = (space.source_roots, space.exclude, layout.build, layout.published, space.contracts, space.authored)
        clone = clone_identity(layout.absolute(layout.state_folder), create=True)
        return cls(clone, space.root, repr(placed), _index_stamp(layout.absolute(layout.build)), claimed)

    def pack(self) -> bytes:
        """The record to store."""
        return json.dumps(self).encode()

    @classmethod
    def unpack(cls, record: bytes | None) -> Home | None:
        """The inverse of `pack`, None for anything else."""
        try:
            clone, root, settings, git, claimed = json.loads(record or b"")
        except (ValueError, TypeError):
            return None
        texts = (root, settings, git, *(claimed if isinstance(claimed, list) else (None,)))
        if not all(isinstance(text, str) for text in texts):
            return None
        return cls(clone, root, settings, git, tuple(claimed))


def _index_stamp(folder: str) -> str:
    """What changes whenever git's index does, `""` where the folder is in no repository."""
    while not os.path.lexists(f"{folder}/.git"):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    git = f"{folder}/.git"
    try:
        if not S_ISDIR(os.stat(git).st_mode):  # a worktree or a submodule: the file names the folder
            git = os.path.join(folder, os.fsdecode(read(git, limits.RECORD).removeprefix(b"gitdir:").strip()))
        return stat_key(os.stat(f"{git}/index")).hex()
    except (OSError, ValueError):
        return ""
