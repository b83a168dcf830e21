"""One generation on disk: `generation.json` (sealed metadata), `entries.jsonl`, `manifests.zip`, and attachments.

The folder is self-contained: with these files alone it can be verified, compared and put back. The zip is a standard
one; names, order and times in it depend on nothing but the modules. What it must hold is told by the entries, digest
by digest, so that no bytes of the container are ever compared between machines.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from astrograph.errors import ActionNeededError, DamagedGenerationError, DecodeError, StorageError
from astrograph.formats.generation_text import (
    decode_entries,
    decode_generation,
    encode_entry,
    encode_generation,
    tree_digest,
)
from astrograph.model import limits
from astrograph.model.digests import Sha256, sha256
from astrograph.model.generation import Entry, Generation
from astrograph.model.ids import ModuleId
from astrograph.store.durable import FILE_MODE, FOLDER_MODE, sync_folder
from astrograph.store.faults import Point, reach
from astrograph.store.files import read, storage_error, write_atomically
from astrograph.store.layout import GENERATION_METADATA, MANIFEST_NAME

if TYPE_CHECKING:
    from zipfile import ZipFile

METADATA = GENERATION_METADATA
ENTRIES = "entries.jsonl"
MANIFESTS = "manifests.zip"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3


def write_generation(
    folder: str,
    generation: Generation,
    *,
    entries: Mapping[ModuleId, Entry],
    manifests: Iterable[tuple[ModuleId, bytes]],
    attachments: Mapping[str, bytes],
) -> Generation:
    """Write and seal a generation into a new folder, durable when this returns; gives it back with its digest.

    `manifests` come in module order. Raises ActionNeededError when one of them is not the one its entry names, and
    StorageError.
    """
    try:
        os.makedirs(folder)
        reach(Point.SEAL)
        files = {
            ENTRIES: _write(f"{folder}/{ENTRIES}", b"".join(encode_entry(entry) for entry in entries.values())),
            MANIFESTS: _write_zip(f"{folder}/{MANIFESTS}", entries, manifests),
        }
        for name, data in sorted(attachments.items()):
            files[name] = _write(f"{folder}/{name}", data)
        sealed, data = encode_generation(generation, files)
        _write(f"{folder}/{METADATA}", data)
        for name in (*files, METADATA):
            os.chmod(f"{folder}/{name}", FILE_MODE)
        os.chmod(folder, FOLDER_MODE)
        sync_folder(folder)
        sync_folder(os.path.dirname(folder))
        reach(Point.SEALED)
    except OSError as error:
        raise storage_error(error, folder) from error
    return sealed


def _write(path: str, data: bytes) -> Sha256:
    write_atomically(path, data, durable=True)
    return sha256(data)


def _write_zip(path: str, entries: Mapping[ModuleId, Entry], manifests: Iterable[tuple[ModuleId, bytes]]) -> Sha256:
    from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

    waiting = iter(entries.items())
    with open(path, "xb") as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for module, data in manifests:
                expected, entry = next(waiting, (None, None))
                if expected != module or entry is None or sha256(data) != entry.manifest:
                    raise _not_as_planned(module)
                info = ZipInfo(f"{module}/{MANIFEST_NAME}", _EPOCH)
                info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, _PLAIN_FILE, _UNIX
                reach(Point.WRITE)
                archive.writestr(info, data)
            left = next(waiting, None)
            if left is not None:
                raise _not_as_planned(left[0])
        file.flush()
        reach(Point.SYNC)
        os.fsync(file.fileno())
    return digest_of_file(path)


def _not_as_planned(module: str) -> ActionNeededError:
    return ActionNeededError(
        "a manifest is not the one that was approved",
        fields=(("module", module),),
        hint="something wrote to the build folder meanwhile: run doit plan and approve anew",
    )


def digest_of_file(path: str) -> Sha256:
    """The SHA-256 of a file of any size; raises OSError."""
    with open(path, "rb") as file:
        return Sha256(hashlib.file_digest(file, "sha256").hexdigest())


def read_generation(folder: str) -> tuple[Generation, dict[str, Sha256]]:
    """The generation in a folder and the digests of its files; raises StorageError when it is missing or damaged."""
    try:
        return decode_generation(read(f"{folder}/{METADATA}", limits.RECORD))
    except OSError as error:
        raise damaged(folder, f"{METADATA} cannot be read: {error.strerror}") from None
    except DecodeError as error:
        raise damaged(folder, f"{METADATA}: {error.title}") from None


def read_entries(folder: str) -> dict[ModuleId, Entry]:
    """The entries of the generation in a folder, held to their digest; raises StorageError."""
    return _decoded_entries(folder, read_attachment(folder, ENTRIES))


def _decoded_entries(folder: str, data: bytes | None) -> dict[ModuleId, Entry]:
    if data is None:
        raise damaged(folder, f"it has no {ENTRIES}")
    try:
        return decode_entries(data)
    except DecodeError as error:
        raise damaged(folder, f"{ENTRIES}:{error.line}: {error.title}") from None


def read_attachment(folder: str, name: str) -> bytes | None:
    """The bytes of a file that was sealed with a generation, None when it keeps none of that name."""
    _, files = read_generation(folder)
    if name not in files:
        return None
    try:
        data = read(f"{folder}/{name}", limits.OUTPUT)
    except OSError as error:
        raise damaged(folder, f"{name} cannot be read: {error.strerror}") from None
    if sha256(data) != files[name]:
        raise damaged(folder, f"{name} is not what was sealed: its digest disagrees")
    return data


def read_manifests(
    folder: str, entries: Mapping[ModuleId, Entry], modules: Iterable[ModuleId]
) -> Iterator[tuple[ModuleId, bytes]]:
    """The manifests of some modules, each held to the digest of its entry; raises StorageError."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(f"{folder}/{MANIFESTS}") as archive:
            for module in modules:
                yield module, _member(folder, archive, module, entries)
    except OSError as error:
        raise damaged(folder, f"{MANIFESTS} cannot be read: {error.strerror or error}") from None
    except BadZipFile as error:
        raise damaged(folder, f"{MANIFESTS}: {error}") from None


def _member(folder: str, archive: ZipFile, module: ModuleId, entries: Mapping[ModuleId, Entry]) -> bytes:
    from zlib import error as inflate_error

    entry = entries.get(module)
    try:
        data = archive.read(f"{module}/{MANIFEST_NAME}")
    except (KeyError, inflate_error, EOFError, NotImplementedError):
        data = b""
    if entry is None or sha256(data) != entry.manifest:
        raise damaged(folder, f"the manifest of {module} in {MANIFESTS} is not what was sealed")
    return data


def problems_of(folder: str, entries_of: Callable[[Generation], Mapping[ModuleId, Entry]]) -> list[str]:
    """Everything that is wrong with the generation in a folder, in words; empty when it is intact.

    `entries_of` reads its entries; it may raise StorageError.
    """
    try:
        generation, files = read_generation(folder)
    except StorageError as error:
        return [_reason(error)]
    found = [reason for name, digest in files.items() if (reason := _file_problem(f"{folder}/{name}", name, digest))]
    found += [f"{name} is missing" for name in (ENTRIES, MANIFESTS) if name not in files]
    if found:
        return found
    try:
        entries = entries_of(generation)
    except StorageError as error:
        return [_reason(error)]
    if len(entries) != generation.modules or tree_digest(entries.values()) != generation.tree:
        found.append(f"{ENTRIES} does not hold the tree that {METADATA} names")
    return found


def _file_problem(path: str, name: str, digest: Sha256) -> str:
    try:
        return "" if digest_of_file(path) == digest else f"{name} is not what was sealed: its digest disagrees"
    except OSError as error:
        return f"{name} cannot be read: {error.strerror}"


def _reason(error: StorageError) -> str:
    return dict(error.fields).get("reason", error.title)


def damaged(folder: str, reason: str) -> DamagedGenerationError:
    """The error for people about a generation that cannot be used."""
    name = os.path.basename(folder).lstrip(".").removeprefix("sealed-")
    return DamagedGenerationError(
        f"generation {name.lstrip('0') or '0'} is damaged",
        fields=(("folder", folder), ("reason", reason)),
        hint="`doit generations --verify` tells which are whole, and `doit rollback N` goes to one of them; "
        "or restore its folder from a backup",
    )
