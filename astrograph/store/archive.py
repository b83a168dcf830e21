"""The generations that are kept: which there are, what is in them, which is current, and sealing a new one.

`build/generations/` holds one folder each, `current.json`, the log of approvals and the trend. A generation gets its
number as the name of its folder once it has been switched in; until then its folder is hidden, so that an interrupted
command leaves nothing that looks like a publication.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from astrograph.errors import AstrographError, DecodeError, StorageError, UsageError
from astrograph.formats.generation_text import Current, decode_current, encode_current, tree_digest
from astrograph.model import limits
from astrograph.model.digests import Sha256
from astrograph.model.generation import ApprovalRecord, Entry, Generation, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.store.clone import MARKER, clone_identity
from astrograph.store.durable import make_folder_durably, sync_folder
from astrograph.store.faults import Point, reach
from astrograph.store.files import read, storage_error, write_atomically
from astrograph.store.layout import GENERATION_METADATA, Layout
from astrograph.store.trees import remove_tree

if TYPE_CHECKING:
    from astrograph.store.approvals import ApprovalLog
    from astrograph.store.published import Index

SEALED = ".sealed-"
REMOVING = ".removing-"

NOT_THERE = "it is not there"

_BESIDE = frozenset({"current.json", "current.index", "approvals.jsonl", "trend.jsonl", "journal.json", MARKER})
"""What lies beside the generations."""

_FIRST = frozenset({GenerationKind.EMPTY, GenerationKind.FOUND, GenerationKind.ADOPTED})


class Archive:
    """The generations of one workspace on disk. What writes expects the lock of the workspace to be held."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.folder = layout.absolute(layout.generations)
        self.published = layout.absolute(layout.published)
        self._known: dict[Sha256, dict[ModuleId, Entry]] = {}

    # which there are

    def pointer(self) -> Current | None:
        """What `current.json` says, None while nothing was ever published; raises StorageError when it is damaged."""
        path = self.layout.absolute(self.layout.current)
        try:
            return decode_current(read(path, limits.RECORD))
        except FileNotFoundError:
            if not self.numbers():
                return None
            reason = "the file is missing"
        except OSError as error:
            reason = f"the file cannot be read: {error.strerror}"
        except DecodeError as error:
            reason = error.title
        raise StorageError(
            "which generation is published is not known",
            fields=(("path", path), ("reason", reason)),
            hint="run doit validate: it compares what is published with every generation and notes the right one",
        )

    def current(self) -> Generation | None:
        """The generation that is published, None while nothing was ever published; raises StorageError."""
        pointer = self.pointer()
        if pointer is None:
            return None
        folder = self.folder_of(pointer.current)
        if not os.path.isdir(folder):
            from astrograph.store.generation_files import damaged

            raise damaged(folder, NOT_THERE)
        return read_generation_at(folder)

    def known_good(self) -> int | None:
        """The number of the last whole generation that was switched in and verified."""
        pointer = self.pointer()
        return None if pointer is None else pointer.known_good

    def numbers(self) -> list[int]:
        """The numbers of all that were ever switched in and are still kept, ascending."""
        return sorted(int(entry.name) for entry in self._listed() if _is_generation(entry))

    def strays(self, *, last: int | None) -> list[str]:
        """The names in the folder that nothing of ours has, sorted.

        A folder with a number that was never given, by `last`, and without metadata is one of them.
        """
        found = []
        for entry in self._listed():
            never = last is not None and _is_generation(entry) and int(entry.name) > last
            empty = never and not os.path.lexists(f"{entry.path}/{GENERATION_METADATA}")
            if empty or not (_is_generation(entry) or entry.name in _BESIDE or entry.name.startswith(".")):
                found.append(entry.name)
        return sorted(found)

    def _listed(self) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder) as entries:
                return list(entries)
        except OSError:
            return []

    def get(self, number: int) -> Generation:
        """One generation; raises UsageError with the numbers there are, and StorageError when it is damaged."""
        if not os.path.isdir(self.folder_of(number)):
            known = ", ".join(map(str, self.numbers())) or "none yet"
            raise UsageError(
                f"there is no generation {number}",
                fields=(("generations", known),),
                hint="`doit generations` tells about each",
            )
        return read_generation_at(self.folder_of(number))

    def folder_of(self, number: int) -> str:
        """The folder of a generation, sealed or switched in."""
        official = f"{self.folder}/{number:06}"
        sealed = f"{self.folder}/{SEALED}{number:06}"
        return sealed if not os.path.isdir(official) and os.path.isdir(sealed) else official

    # what is in them

    def entries(self, number: int) -> dict[ModuleId, Entry]:
        """The entries of a generation by module, in module order; raises UsageError and StorageError."""
        from astrograph.store.generation_files import read_entries

        generation = self.get(number)
        if generation.digest not in self._known:
            self._remember(generation, read_entries(self.folder_of(number)))
        return self._known[generation.digest]

    def _remember(self, generation: Generation, entries: dict[ModuleId, Entry]) -> None:
        """Keep what was read of the last two: the one published and the one on its way."""
        self._known = {**dict(list(self._known.items())[-1:]), generation.digest: entries}

    def manifests(self, number: int, modules: Iterable[ModuleId]) -> Iterator[tuple[ModuleId, bytes]]:
        """The manifests of some modules of a generation, each held to its digest; raises StorageError."""
        from astrograph.store.generation_files import read_manifests

        return read_manifests(self.folder_of(number), self.entries(number), modules)

    def attachment(self, number: int, name: str) -> bytes | None:
        """A further file that was sealed with a generation, None when it keeps none of that name."""
        from astrograph.store.generation_files import read_attachment

        self.get(number)
        return read_attachment(self.folder_of(number), name)

    def problems(self, number: int) -> list[str]:
        """What is wrong with a generation, in words; empty when it is intact."""
        from astrograph.store.generation_files import problems_of

        if not os.path.isdir(self.folder_of(number)):
            return [NOT_THERE]
        return problems_of(self.folder_of(number), lambda _: self.entries(number))

    # making them

    def seal(
        self,
        *,
        parent: int | None,
        kind: GenerationKind,
        created: str,
        by: str,
        reason: str,
        entries: Iterable[Entry],
        manifests: Iterable[tuple[ModuleId, bytes]],
        plan: str = "",
        approval: str = "",
        policy: Iterable[tuple[str, str]] = (),
        attachments: Mapping[str, bytes] | None = None,
    ) -> Generation:
        """Write a generation durably. It is published by `switch`; an adopted or found one becomes current at once.

        `manifests` come in module order, their bytes as the entries say. `attachments` are kept with it.
        EMPTY, FOUND and ADOPTED are number 0, others get the next number. Raises UsageError when there is a
        generation 0 already (an adopted one is replaced while it is all there is), and StorageError.
        """
        from astrograph.store.generation_files import write_generation

        by_module = {entry.module: entry for entry in sorted(entries, key=lambda entry: entry.module)}
        number = self._first_number(kind) if kind in _FIRST else self.next_number()
        added, changed, removed = compared({} if parent is None else self.entries(parent), by_module)
        sealed = f"{self.folder}/{SEALED}{number:06}"
        try:
            make_folder_durably(self.folder)
            if os.path.isdir(sealed):
                remove_tree(sealed)
        except OSError as error:
            raise storage_error(error, sealed) from error
        generation = write_generation(
            sealed,
            Generation(
                number=number,
                parent=parent,
                kind=kind,
                created=created,
                by=by,
                reason=reason,
                modules=len(by_module),
                tree=tree_digest(by_module.values()),
                plan=plan,
                approval=approval,
                policy=tuple(sorted(policy)),
                added=added,
                changed=changed,
                removed=removed,
            ),
            entries=by_module,
            manifests=manifests,
            attachments=attachments or {},
        )
        self._remember(generation, by_module)
        if kind in {GenerationKind.ADOPTED, GenerationKind.FOUND}:
            self._adopt(placed=kind is GenerationKind.FOUND)
        return generation

    def _first_number(self, kind: GenerationKind) -> int:
        numbers = self.numbers()
        if numbers and not (kind is GenerationKind.ADOPTED and numbers == [0] and self.get(0).kind is kind):
            raise UsageError(
                "there are generations already",
                fields=(("generations", ", ".join(map(str, numbers))),),
                hint="a tree can be adopted before the first publication; `doit generations` tells what there is",
            )
        return 0

    def next_number(self) -> int:
        """The number the next publication gets: no number is ever given twice."""
        pointer = self.pointer()
        return 1 + max([0 if pointer is None else pointer.last, *self.numbers()])

    def _adopt(self, *, placed: bool) -> None:
        """Make generation 0 current without touching what is published."""
        try:
            official = self.folder_of(0)
            if not os.path.basename(official).startswith(SEALED):
                os.rename(official, f"{self.folder}/{REMOVING}000000")
            self.make_official()
            self.point(Current(current=0, known_good=0, last=0, placed=placed))
        except OSError as error:
            raise storage_error(error, self.folder) from error
        self.remove_leftovers()

    def make_official(self) -> None:
        """Give every sealed generation its number as its name; raises OSError."""
        reach(Point.OFFICIAL)
        for name in self.hidden(SEALED):
            os.rename(f"{self.folder}/{name}", f"{self.folder}/{name.removeprefix(SEALED)}")
        sync_folder(self.folder)

    def point(self, current: Current) -> None:
        """Note durably which generation is current."""
        reach(Point.CURRENT)
        write_atomically(self.layout.absolute(self.layout.current), encode_current(current), durable=True)

    def hidden(self, prefix: str) -> list[str]:
        """The hidden names of a kind in the folder, sorted."""
        try:
            return sorted(name for name in os.listdir(self.folder) if name.startswith(prefix))
        except OSError:
            return []

    def remove_leftovers(self) -> None:
        """Remove generations that were about to go."""
        for name in self.hidden(REMOVING):
            with suppress(OSError):
                remove_tree(f"{self.folder}/{name}")

    # beside them

    def index(self, generation: Generation) -> Index:
        """The stat signatures kept for a generation."""
        from astrograph.store.published import Index

        return Index(f"{self.folder}/current.index", generation.digest)

    def log_approval(self, *, digest: Sha256, plan: Sha256, by: str, at: str) -> None:
        """Note durably that an approval was given; `digest` is the SHA-256 of the bytes of its file."""
        self._approvals().give(ApprovalRecord(digest=digest, plan=plan, by=by, at=at))

    def approvals(self) -> list[ApprovalRecord]:
        """Every approval that was given, in order; raises StorageError when the log is damaged."""
        return self._approvals().read()

    def spend(self, digest: Sha256, *, generation: int) -> None:
        """Note durably which generation an approval was used for; spending twice changes nothing.

        The clone gets another identity: every approval given until now is void, whatever becomes of the log.
        """
        self._approvals().spend(digest, generation=generation)
        with suppress(FileNotFoundError):
            os.unlink(f"{self.folder}/{MARKER}")

    def spent_by(self, digest: str) -> int | None:
        """The generation that a plan or an approval was used for, None while it was not.

        The generations that are kept say so themselves; of those that were pruned the log of approvals does.
        """
        for number in reversed(self.numbers()):
            with suppress(AstrographError):
                generation = self.get(number)
                if digest in {generation.plan, generation.approval}:
                    return number
        used = [item.generation for item in self.approvals() if digest in {item.plan, item.digest}]
        return next((number for number in reversed(used) if number is not None), None)

    def clone(self, *, create: bool = False) -> str | None:
        """What identifies this clone until the next publication, None while nothing does; raises StorageError.

        Only the kernel gives it, so that no approval given before a publication, or elsewhere, can have it.
        """
        try:
            return clone_identity(self.folder, create=create)
        except OSError as error:
            raise storage_error(error, f"{self.folder}/{MARKER}") from error

    def _approvals(self) -> ApprovalLog:
        from astrograph.store.approvals import ApprovalLog

        return ApprovalLog(self.layout.absolute(self.layout.approvals))


def _is_generation(entry: os.DirEntry[str]) -> bool:
    """Whether a name is as we write a number, and a folder has it."""
    name = entry.name
    return name.isascii() and name.isdecimal() and name == f"{int(name):06}" and entry.is_dir()


def read_generation_at(folder: str) -> Generation:
    """The generation of a folder; raises StorageError."""
    from astrograph.store.generation_files import read_generation

    return read_generation(folder)[0]


def compared(before: Mapping[ModuleId, Entry], after: Mapping[ModuleId, Entry]) -> tuple[int, int, int]:
    """How many modules are added, changed in their manifest, and removed."""
    common = [module for module in after if module in before]
    changed = sum(before[module].manifest != after[module].manifest for module in common)
    return len(after) - len(common), changed, len(before) - len(common)
