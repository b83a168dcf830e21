"""Switching `publish_to` from one tree to another: in one step for readers, all or nothing for whoever pulls the plug.

The new tree is built and read back beside the old one, made durable, noted in a journal, and then the two folders are
exchanged. The journal tells the next command what a killed one was about: before the exchange it is undone, after it
it is finished. Which of the two it was is read off the folders themselves, by their identity.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass

from astrograph.errors import StorageError
from astrograph.model import limits
from astrograph.model.digests import Fingerprint, Sha256, sha256
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.store.durable import FILE_MODE, FOLDER_MODE, exchange, sync_file_system, sync_folder
from astrograph.store.faults import Point, allowed, reach
from astrograph.store.files import read, write_atomically
from astrograph.store.layout import MANIFEST_NAME
from astrograph.store.published import signature_of
from astrograph.store.trees import remove_tree

Identity = tuple[int, int]
"""Device and inode of a folder, which it keeps wherever it is moved."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What a switch is about to do. `staging` is the folder of the new tree, of the old one once exchanged.

    `before` is None where nothing was published; `old` is the identity of the folder to be replaced, None where there
    is none; `new` that of the tree that takes its place. `retired` is the name the old tree is to get. `first` is
    whether the generation was never published before.
    """

    before: int | None
    after: int
    staging: str
    old: Identity | None
    new: Identity
    retired: str
    first: bool

    def write(self, path: str, *, root: str) -> None:
        """Make the journal durable. Folders are noted relative to `root`, which may be moved meanwhile."""
        reach(Point.JOURNAL)
        folders = {name: os.path.relpath(getattr(self, name), root) for name in ("staging", "retired")}
        data = json.dumps({**asdict(self), **folders}, sort_keys=True).encode("utf-8", "surrogatepass")
        write_atomically(path, data, durable=True)

    @classmethod
    def read(cls, path: str, *, root: str) -> Journal | None:
        """The journal that a killed command left, None when there is none; raises StorageError when it is damaged."""
        try:
            values = json.loads(read(path, limits.RECORD))
            return cls(
                before=values["before"],
                after=int(values["after"]),
                staging=os.path.normpath(f"{root}/{values['staging']}"),
                old=None if values["old"] is None else _identity(values["old"]),
                new=_identity(values["new"]),
                retired=os.path.normpath(f"{root}/{values['retired']}"),
                first=bool(values["first"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(
                "the journal of an interrupted publication is damaged",
                fields=(("path", path), ("reason", str(error))),
                hint="compare publish_to with `doit generations`; remove the journal once it is as you want it",
            ) from None


def _identity(values: list[int]) -> Identity:
    device, inode = values
    return int(device), int(inode)


def identity_of(folder: str) -> Identity | None:
    """The identity of a folder, None when it is not there."""
    try:
        stat = os.lstat(folder)
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


# the new tree


def build_tree(
    folder: str,
    manifests: Iterable[tuple[ModuleId, bytes]],
    *,
    entries: Mapping[ModuleId, Entry],
    beside: Iterable[tuple[str, int, bytes]],
    mode: int | None,
) -> dict[str, Fingerprint]:
    """Write a tree into a new folder, make it durable, read every file back; raises OSError.

    Returns the signature under which each file was found right.

    `beside` are git's own files at the top of the published tree, which go along: name, mode and bytes.
    `mode` is that of the published folder, which the new one keeps. All else gets the modes that readers need, whatever
    the umask.
    """
    reach(Point.TREE)
    os.mkdir(folder)
    os.chmod(folder, FOLDER_MODE if mode is None else mode & 0o7777)
    made = {""}
    for module, data in manifests:
        _make_folders(folder, module, made)
        _write_new(f"{folder}/{module}/{MANIFEST_NAME}", data)
    for name, bits, data in beside:
        _write_new(f"{folder}/{name}", data)
        os.chmod(f"{folder}/{name}", bits & 0o7777)
    reach(Point.TREE_SYNC)
    sync_file_system(folder)
    reach(Point.TREE_READ_BACK)
    return {
        f"{module}/{MANIFEST_NAME}": _verified(f"{folder}/{module}/{MANIFEST_NAME}", entry.manifest)
        for module, entry in entries.items()
    }


def _make_folders(folder: str, module: str, made: set[str]) -> None:
    missing: list[str] = []
    while module not in made:
        missing.append(module)
        module = module.rpartition("/")[0]
    for path in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(f"{folder}/{path}")
            os.chmod(f"{folder}/{path}", FOLDER_MODE)
    made.update(missing)


def _write_new(path: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    reach(Point.TREE_FILE)
    descriptor = os.open(path, flags, 0o666)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view[: allowed(Point.TREE_FILE, len(view))]) :]
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, FILE_MODE)
    finally:
        os.close(descriptor)


def _verified(path: str, expected: Sha256) -> Fingerprint:
    if sha256(read(path, limits.OUTPUT)) != expected:
        raise OSError(errno.EIO, "what was written does not read back", path)
    return signature_of(os.lstat(path))


# the step itself


def put_in_place(published: str, journal: Journal) -> bool:
    """Exchange the two trees; returns whether it took one step. Raises OSError, with the old tree still in place."""
    reach(Point.EXCHANGE)
    if journal.old is None:
        os.rename(journal.staging, published)
        one_step = True
    else:
        one_step = exchange(journal.staging, published)
        if not one_step:
            _in_two_steps(published, journal)
    return one_step


def _in_two_steps(published: str, journal: Journal) -> None:
    """Where the system cannot exchange: for the moment between two renames nothing is published.

    The old tree waits under its retired name meanwhile, so that a killed command can be undone.
    """
    os.rename(published, journal.retired)
    try:
        os.rename(journal.staging, published)
    except OSError:
        os.rename(journal.retired, published)
        raise


def sync_places(published: str, journal: Journal) -> None:
    """Make the exchange durable."""
    for folder in {os.path.dirname(published), os.path.dirname(journal.staging), os.path.dirname(journal.retired)}:
        sync_folder(folder)


def put_back(published: str, journal: Journal) -> None:
    """Undo what a switch did before its exchange; raises OSError. The old tree is where it was, afterwards."""
    if journal.old is not None and identity_of(published) is None:
        for place in (journal.retired, journal.staging):
            # The retired name is of this switch alone, and identities change where a disk is mounted again.
            if identity_of(place) == journal.old or (place == journal.retired and os.path.isdir(place)):
                os.rename(place, published)
                sync_folder(os.path.dirname(published))
                break
    if identity_of(journal.staging) not in {None, journal.old}:
        remove_tree(journal.staging)
