"""The one door for files that people write: read again under a lock, replaced whole, all else about them kept."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from stat import S_IMODE, S_ISREG

from astrograph.errors import EditRefusedError, LockError, StorageError
from astrograph.model import limits
from astrograph.store.durable import exchange, sync_folder
from astrograph.store.faults import Point, reach
from astrograph.store.files import TEMPORARY_PREFIX, read, write_new

_LEFTOVER = re.compile(re.escape(TEMPORARY_PREFIX) + r"[0-9]+-[0-9a-f]{12}\..")
"""Temporary files among those of people: process id and a random part. Nobody else names a file like that."""

_ATTEMPTS = 5
_LOOKS = 1_000
_POLL_SECONDS = 0.01

Change = Callable[[bytes | None], bytes | None]
"""The new bytes of a file from its old ones, None where there is no file. It may be called more than once."""


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One edit: the path relative to the workspace, and the bytes before (None: no file) and after."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def changes(self) -> bool:
        """Whether there was anything to write."""
        return self.before != self.after


class PeopleFiles:
    """The files of the workspace at `root` that people write and commands edit."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._tidy: set[str] = set()

    def edit(
        self, path: str, change: Change, *, no_links_below: str = "", durable: bool = True, dry_run: bool = False
    ) -> FileEdit:
        """Replace what the file at `path` holds by what `change` makes of it, if it is still that when it is replaced.

        The lock on its folder is held from reading to replacing. Mode and, where permitted, owner are kept. A symbolic
        link stays, and the file it leads to is replaced, as long as that is in the repository; where the folder
        `no_links_below` is given, links below it are refused. `durable` syncs the file; a `dry_run` writes nothing.

        Raises EditRefusedError when the file must be left alone, LockError, StorageError; the file is untouched then.
        """
        target = self._target(path, no_links_below)
        folder = os.path.dirname(target)
        try:
            if dry_run:
                before, stat = _read(target, path)
                after = change(before)
                if after not in (None, before):
                    _refuse_unwritable(target, path, stat)
                return FileEdit(path, before, before if after is None else after)
            os.makedirs(folder, exist_ok=True)
            with _locked(folder) as alone:
                if alone and folder not in self._tidy:
                    self._tidy.add(folder)
                    _clear(folder)
                return _replace(path, target, change, durable=durable)
        except OSError as error:
            raise StorageError(
                f"cannot write: {error.strerror or error}",
                fields=(("path", f"{self._root}/{path}"),),
                hint="the file is as it was: make room, or fix the path or its permissions, then run the command again",
            ) from error

    def create(self, path: str, data: bytes, *, dry_run: bool = False) -> bool:
        """Put a file where there is none; False when something is there already, which is left alone."""
        if os.path.lexists(f"{self._root}/{path}"):
            return False
        return self.edit(path, lambda before: data if before is None else before, dry_run=dry_run).changes

    def _target(self, path: str, no_links_below: str) -> str:
        """The absolute path of the file itself, behind any link."""
        absolute = f"{self._root}/{path}"
        target = os.path.realpath(absolute)
        root = os.path.realpath(self._root)
        if target == f"{root}/{path}":
            return target
        leads = (("leads to", target),)
        top = os.path.realpath(f"{self._root}/{no_links_below}")
        if no_links_below and target != top + path.removeprefix(no_links_below):
            raise EditRefusedError(
                f"{path} is a symbolic link, which no build follows", fields=leads, hint="put the file itself there"
            )
        if not target.startswith(f"{_repository(root)}/"):
            raise EditRefusedError(
                f"{path} leads out of the repository through a link", fields=leads, hint="edit that file by hand"
            )
        if os.path.islink(absolute) and not os.path.exists(target):
            raise EditRefusedError(
                f"{path} is a symbolic link to nothing", fields=leads, hint="remove the link, or put the file there"
            )
        return target


def clear_leftovers(folder: str) -> None:
    """Remove the temporary files that killed commands left in a folder of people, unless a command is at work there.

    Temporary files are made and removed under the lock on their folder, so those that are there while it is free
    belong to nobody. What cannot be looked at is left for another time.
    """
    try:
        with _locked(folder, looks=1) as alone:
            if alone:
                _clear(folder)
    except (OSError, LockError):
        return


def _clear(folder: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if _LEFTOVER.match(entry.name) and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)


@contextmanager
def _locked(folder: str, *, looks: int = _LOOKS) -> Iterator[bool]:
    """Hold the lock on a folder; yields False where folders cannot be locked (Windows, some network file systems).

    It is a lock of its own, so that a long build keeps nobody from editing, and the kernel frees it with its process.
    """
    if sys.platform == "win32":
        yield False
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for look in range(looks):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_POLL_SECONDS if look + 1 < looks else 0)
            except OSError:
                yield False
                return
            else:
                yield True
                return
        raise LockError(
            "another command is editing files here", fields=(("folder", folder),), hint="let it finish, then run again"
        )
    finally:
        os.close(descriptor)


def _replace(path: str, target: str, change: Change, *, durable: bool) -> FileEdit:
    for _ in range(_ATTEMPTS):
        before, stat = _read(target, path)
        after = change(before)
        if after is None or after == before:
            return FileEdit(path, before, before)
        _refuse_unwritable(target, path, stat)
        if _put(target, before, after, stat, durable=durable):
            return FileEdit(path, before, after)
    raise EditRefusedError(f"{path} keeps changing", hint="see who writes it, then run the command again")


def _read(target: str, path: str) -> tuple[bytes | None, os.stat_result | None]:
    try:
        stat = os.lstat(target)
        if not S_ISREG(stat.st_mode):
            raise EditRefusedError(f"{path} is not a regular file", hint="put a file there, or move it away")
        return read(target, limits.POLICY), stat
    except FileNotFoundError:
        return None, None
    except OSError as error:
        raise EditRefusedError(
            f"{path} cannot be read: {error.strerror}", hint="fix its permissions, then run the command again"
        ) from error


def _refuse_unwritable(target: str, path: str, stat: os.stat_result | None) -> None:
    """A rename needs no permission of the file: whoever made it read-only did so to keep it as it is."""
    if stat is not None and not (stat.st_mode & 0o222 and os.access(target, os.W_OK)):
        raise EditRefusedError(
            f"{path} is read-only", hint=f"if it may be edited: chmod u+w {path}, then run the command again"
        )
    folder = os.path.dirname(target)
    if os.path.lexists(folder) and not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
        raise EditRefusedError(
            f"{path} cannot be written: {os.path.dirname(path) or '.'} is not a folder you may write to",
            hint="fix the folder or its permissions, then run the command again",
        )


def _put(target: str, before: bytes | None, after: bytes, stat: os.stat_result | None, *, durable: bool) -> bool:
    """Replace a file that still holds `before`; False, and nothing has changed, when it holds something else by now."""
    folder, _, name = target.rpartition("/")
    temporary = f"{folder}/{TEMPORARY_PREFIX}{os.getpid()}-{os.urandom(6).hex()}.{name[:60]}"
    try:
        write_new(temporary, after, durable=durable)
        if stat is not None:
            _keep_owner_and_mode(temporary, stat)
        reach(Point.RENAME)
        if not (_link_new(temporary, target) if before is None else _exchange_old(temporary, target, before)):
            return False
        reach(Point.RENAMED)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    if durable:
        with suppress(OSError):  # the edit is made and seen: it must not be reported as failed
            sync_folder(folder)
    return True


def _link_new(temporary: str, target: str) -> bool:
    """Give a new file its name, unless the name is taken by now."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            return False
        os.replace(temporary, target)
    return True


def _exchange_old(temporary: str, target: str, before: bytes) -> bool:
    """Put the new file in place of the old one, which is looked at once more when nobody can open it by name any more.

    Looked at before it was replaced, it could still be saved by an editor in between, and that edit would be lost.
    """
    if read(target, limits.POLICY) != before:
        return False
    if not exchange(temporary, target):
        os.replace(temporary, target)
        return True
    if read(temporary, limits.POLICY) == before:
        return True
    with suppress(OSError):
        if exchange(temporary, target):
            return False
    os.replace(temporary, target)
    return False


def _keep_owner_and_mode(path: str, wanted: os.stat_result) -> None:
    if hasattr(os, "chown") and (wanted.st_uid, wanted.st_gid) != (os.geteuid(), os.getegid()):
        for owner in (wanted.st_uid, -1):  # the group alone, where the owner may not be given away
            with suppress(OSError):
                os.chown(path, owner, wanted.st_gid)
                break
    os.chmod(path, S_IMODE(wanted.st_mode))  # after the owner: changing that takes bits away


def _repository(root: str) -> str:
    """The nearest folder at or above `root` that git knows, `root` itself when there is none."""
    folder = root
    while not os.path.lexists(f"{folder}/.git"):
        above = os.path.dirname(folder)
        if above == folder:
            return root
        folder = above
    return folder
