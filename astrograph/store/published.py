"""What stands in `publish_to`: which files, whether they are those that were published, and what else is there.

An index of stat signatures, made when a generation is switched in, lets an unchanged tree be known by its stats alone.
It is a cache: lost or damaged, the files are read and hashed instead.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from stat import S_ISREG

from xxhash import xxh3_128_digest

from astrograph.errors import ConfigurationError, StorageError
from astrograph.model import limits
from astrograph.model.digests import NOTHING, Fingerprint, Sha256, combine, sha256
from astrograph.model.generation import DifferenceKind as Kind
from astrograph.model.generation import Entry
from astrograph.model.ids import ModuleId
from astrograph.store.files import read, write_atomically
from astrograph.store.layout import MANIFEST_NAME
from astrograph.store.sealed import seal, unseal
from astrograph.store.stamps import is_racy, stat_key

_INDEX_KEY = b"astrograph.index/1"
_BELOW = f"/{MANIFEST_NAME}"
_SHOWN = 5
_SIZE = 16
_COUNT = 4


@dataclass
class Found:
    """The files below a folder, by path relative to it, with their stat; and the folders that cannot be listed."""

    folder: str
    files: dict[str, os.stat_result] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """What is neither a manifest in a module's folder nor one of git's own files at the top, sorted."""
        return sorted(
            path for path, stat in self.files.items() if not (S_ISREG(stat.st_mode) and _is_expected(path))
        ) + sorted(self.unreadable)

    @property
    def manifests(self) -> dict[ModuleId, str]:
        """The manifests by the module in whose folder they lie, in module order."""
        found = {
            ModuleId(path.removesuffix(_BELOW)): path
            for path, stat in self.files.items()
            if path.endswith(_BELOW) and S_ISREG(stat.st_mode)
        }
        return dict(sorted(found.items()))

    @property
    def of_git(self) -> list[str]:
        """git's own files at the top: `.gitignore`, `.gitattributes`, `.gitkeep`."""
        return sorted(path for path, stat in self.files.items() if _is_of_git(path) and S_ISREG(stat.st_mode))

    @cached_property
    def signature(self) -> Fingerprint:
        """One digest of every path and its stat key; a tree too young to prove anything never has the same twice."""
        now = time.time_ns()
        if any(is_racy(stat, now) for stat in self.files.values()):
            return combine(b"racy", now.to_bytes(8), os.urandom(8))
        parts: list[bytes] = []
        for path in sorted(self.files):
            parts += [os.fsencode(path), stat_key(self.files[path])]
        parts += [os.fsencode(path) for path in self.unreadable]
        return Fingerprint(xxh3_128_digest(b"\0".join(parts)))


def _is_expected(path: str) -> bool:
    return path.endswith(_BELOW) or _is_of_git(path)


def _is_of_git(path: str) -> bool:
    return path.startswith(".git") and "/" not in path


def look(folder: str, *, deep: bool = True) -> Found:
    """Every file below a folder; links are told, not followed. A folder that is not there holds nothing.

    Unless `deep`, only those at its top.
    """
    found = Found(folder)
    pending = [""]
    while pending:
        below = pending.pop()
        try:
            with os.scandir(f"{folder}/{below}") as entries:
                for entry in entries:
                    path = f"{below}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        pending += [f"{path}/"] if deep else []
                    else:
                        found.files[path] = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        except OSError:
            found.unreadable.append(below or ".")
    return found


def check_place(folder: str, *, name: str) -> None:
    """Raise ConfigurationError unless `folder` can be switched: it is no link, no file and no mount point.

    `name` is what the workspace calls it.
    """
    said = (("publish_to", name),)
    if os.path.islink(folder):
        raise ConfigurationError(
            "publish_to is a symbolic link, which cannot be switched",
            fields=said,
            hint="name the folder it leads to in [tool.astrograph]",
        )
    try:
        here = os.stat(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigurationError(f"publish_to cannot be read: {error.strerror}", fields=said) from None
    if not os.path.isdir(folder):
        raise ConfigurationError("publish_to is a file", fields=said, hint="name a folder in [tool.astrograph]")
    if os.path.ismount(folder) or here.st_dev != os.stat(os.path.dirname(folder)).st_dev:
        raise ConfigurationError(
            "publish_to is a mount point, which cannot be switched in one step",
            fields=said,
            hint="name a folder inside it, such as `publish_to/manifests`",
        )


def check_contents(found: Found, *, name: str) -> None:
    """Raise ConfigurationError when a folder to be published to holds what is not ours to replace."""
    foreign = found.foreign
    if foreign:
        fields = [("publish_to", name)] + [("file", path) for path in foreign[:_SHOWN]]
        if len(foreign) > _SHOWN:
            fields.append(("and", f"{len(foreign) - _SHOWN:,} more"))
        raise ConfigurationError(
            "publish_to holds files that are no manifests",
            fields=tuple(fields),
            hint="move them away, or give publish_to in [tool.astrograph] a folder of its own",
        )


# against what was published


class Index:
    """The stat signatures under which the files of one generation were last seen to be what they should be."""

    def __init__(self, path: str, generation: Sha256) -> None:
        self.path = path
        self.key = _INDEX_KEY + generation.encode()

    def read(self) -> tuple[Fingerprint, dict[str, Fingerprint]]:
        """The signature of a whole tree that is right (NOTHING when it is not known), and of each path."""
        try:
            payload = unseal(self.key, read(self.path, limits.OUTPUT))
        except OSError:
            payload = None
        if payload is None:
            return NOTHING, {}
        count = int.from_bytes(payload[_SIZE : _SIZE + _COUNT])
        signatures = payload[_SIZE + _COUNT : _SIZE + _COUNT + _SIZE * count]
        paths = payload[_SIZE + _COUNT + _SIZE * count :].split(b"\0")
        each = (Fingerprint(signatures[at : at + _SIZE]) for at in range(0, len(signatures), _SIZE))
        return Fingerprint(payload[:_SIZE]), dict(zip(map(os.fsdecode, paths), each, strict=False))

    def write(self, whole: Fingerprint, known: Mapping[str, Fingerprint]) -> None:
        """Keep signatures; a disk that refuses costs time later, nothing else."""
        parts = [whole, len(known).to_bytes(_COUNT), *known.values(), b"\0".join(map(os.fsencode, known))]
        with suppress(StorageError):
            write_atomically(self.path, seal(self.key, b"".join(parts)))


def differences(
    found: Found,
    index: Index,
    entries: Callable[[], Mapping[ModuleId, Entry]],
    *,
    verified: Mapping[str, Fingerprint] | None = None,
) -> list[tuple[str, Kind]]:
    """Each path below the folder that is not as published, sorted; nothing is read where stats say enough.

    `verified` are signatures under which files were read a moment ago and found right.
    """
    whole, known = index.read() if verified is None else (NOTHING, verified)
    if whole == found.signature:
        return []
    told: list[tuple[str, Kind]] = [(path, Kind.EXTRA) for path in found.unreadable]
    seen: dict[str, Fingerprint] = {}
    now = time.time_ns()
    for module, entry in entries().items():
        path = f"{module}{_BELOW}"
        stat = found.files.get(path)
        if stat is None:
            told.append((path, Kind.MISSING))
            continue
        signature = signature_of(stat)
        if known.get(path) == signature or _holds(f"{found.folder}/{path}", stat, entry.manifest):
            seen[path] = NOTHING if is_racy(stat, now) else signature
        else:
            told.append((path, Kind.CHANGED))
    changed = {path for path, _ in told}
    of_git = set(found.of_git)
    told += [(path, Kind.EXTRA) for path in found.files if not (path in seen or path in changed or path in of_git)]
    # A young file would have had another signature a moment later; the whole says so itself by never being the same.
    index.write(NOTHING if told else found.signature, seen)
    return sorted(told)


def signature_of(stat: os.stat_result) -> Fingerprint:
    """The signature of one file."""
    return Fingerprint(xxh3_128_digest(stat_key(stat)))


def _holds(path: str, stat: os.stat_result, manifest: Sha256) -> bool:
    try:
        return S_ISREG(stat.st_mode) and sha256(read(path, limits.OUTPUT)) == manifest
    except OSError:
        return False
