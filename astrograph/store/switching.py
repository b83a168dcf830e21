"""A publication or a rollback from its first write to its last, and what becomes of one that was interrupted."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from astrograph.errors import AstrographError, DecodeError, StorageError
from astrograph.formats.generation_text import Current
from astrograph.formats.strict_json import decode_fast
from astrograph.model import limits
from astrograph.model.digests import Fingerprint, Sha256
from astrograph.model.generation import DifferenceKind, Entry, Generation, GenerationKind, PublishedDifference
from astrograph.model.ids import ModuleId
from astrograph.store.archive import REMOVING, SEALED, Archive, compared
from astrograph.store.durable import append_line, make_folder_durably, sync_folder
from astrograph.store.faults import Point, reach
from astrograph.store.files import TEMPORARY_PREFIX, read, storage_error
from astrograph.store.published import check_contents, check_place, differences, look
from astrograph.store.retired import retire, retired_name
from astrograph.store.switch import Journal, build_tree, identity_of, put_back, put_in_place, sync_places
from astrograph.store.trees import remove_tree

TREND_LINE = "trend.json"
"""The file of a generation whose one line goes to the trend once it is published."""

_UNSWITCHABLE = frozenset({errno.EXDEV, errno.EBUSY})


@dataclass(frozen=True, slots=True)
class Switch:
    """What a switch did. `before` is None where nothing was published.

    `edited` are files that had been changed in the old tree by hand; they are kept below the folder `kept_in`, relative
    to the workspace, `""` when there are none. `one_step` is False where the system could not exchange folders.
    """

    before: Generation | None
    after: Generation
    added: int
    changed: int
    removed: int
    edited: tuple[PublishedDifference, ...] = ()
    kept_in: str = ""
    one_step: bool = True


class Switching:
    """Switches and recovers one workspace's generations; the lock of the workspace is held."""

    def __init__(self, generations: Archive) -> None:
        self.generations = generations
        self.layout = generations.layout
        self.folder = generations.folder
        self.published = generations.published
        self.journal_path = f"{self.folder}/journal.json"

    # forward

    def switch(self, number: int, *, strict: bool) -> Switch:
        """Make `publish_to` hold a generation."""
        generations = self.generations
        check_place(self.published, name=self.layout.published)
        found = look(self.published, deep=strict)
        if strict:
            check_contents(found, name=self.layout.published)
        target = self._intact(number)
        before = self._before(target)
        yard = self.yard()
        journal = None
        try:
            make_folder_durably(os.path.dirname(self.published), for_readers=True)
            self._prepare_yard(yard)
            verified = build_tree(
                f"{yard}/.staging",
                generations.manifests(number, generations.entries(number)),
                entries=generations.entries(number),
                mode=os.stat(self.published).st_mode if os.path.isdir(self.published) else None,
                beside=[
                    (name, found.files[name].st_mode, read(f"{self.published}/{name}", limits.RECORD))
                    for name in found.of_git
                ],
            )
            journal = Journal(
                first=number not in generations.numbers(),
                before=None if before is None else before.number,
                after=number,
                staging=f"{yard}/.staging",
                old=identity_of(self.published),
                new=identity_of(f"{yard}/.staging") or (0, 0),
                retired=f"{yard}/.retired/{retired_name(None if before is None else before.number)}",
            )
            journal.write(self.journal_path, root=self.layout.workspace.root)
            one_step = put_in_place(self.published, journal)
        except BaseException as error:
            self._abandon(journal)
            if isinstance(error, OSError):
                raise _refused(error, self.published) from error
            raise
        edited, kept_in = self.finish(journal, verified=verified)
        added, changed, removed = (
            (target.added, target.changed, target.removed)
            if before is not None and before.number == target.parent
            else compared({} if before is None else self._entries_or_none(before), generations.entries(number))
        )
        return Switch(before, target, added, changed, removed, edited, kept_in, one_step)

    def _intact(self, number: int) -> Generation:
        target = self.generations.get(number)
        problems = self.generations.problems(number)
        if problems:
            raise StorageError(
                f"generation {number} is damaged and cannot be published",
                fields=tuple(("problem", problem) for problem in problems),
                hint="`doit generations --verify` tells which ones are intact; `doit rollback N` goes to one of them",
            )
        return target

    def _before(self, target: Generation) -> Generation | None:
        """What is published now: the current generation, else what stood there before the first one.

        None where that cannot be told any more: then every file of the old tree is kept aside.
        """
        pointer = self.generations.pointer()
        return self._get_or_none(target.parent if pointer is None else pointer.current)

    def _get_or_none(self, number: int | None) -> Generation | None:
        try:
            return None if number is None else self.generations.get(number)
        except AstrographError:
            return None

    def _entries_or_none(self, generation: Generation) -> Mapping[ModuleId, Entry]:
        """The entries of a generation; none when it is damaged, so that nothing passes for known."""
        try:
            return self.generations.entries(generation.number)
        except AstrographError:
            return {}

    def yard(self) -> str:
        """Where trees lie that are not published: beside the generations, or, on another file system, beside those."""
        parent = os.path.dirname(self.published)
        while not os.path.isdir(parent):
            parent = os.path.dirname(parent)
        if os.stat(parent).st_dev == os.stat(self.folder).st_dev:
            return self.folder
        return f"{os.path.dirname(self.published)}/.astrograph-{os.path.basename(self.published)}"

    def _prepare_yard(self, yard: str) -> None:
        make_folder_durably(f"{yard}/.retired")
        if yard != self.folder:
            with open(f"{yard}/.gitignore", "wb") as file:
                file.write(b"*\n")
        if os.path.isdir(f"{yard}/.staging"):
            remove_tree(f"{yard}/.staging")

    def _abandon(self, journal: Journal | None) -> None:
        """Clear away what an attempt left; should the disk refuse that as well, the next command does it."""
        with suppress(OSError, AstrographError):
            if journal is not None:
                if identity_of(self.published) == journal.new:
                    return  # it is in place already: the next command finishes
                self.undo(journal)
            self.clear_away()

    def undo(self, journal: Journal) -> None:
        """Put everything back as it was before a switch that did not come to its exchange; raises OSError."""
        put_back(self.published, journal)
        if journal.old is not None and identity_of(journal.staging) == journal.old:
            # Somebody put another folder in place meanwhile: the old tree, with what was edited there, is kept.
            self._retire(journal, self._get_or_none(journal.before))
        with suppress(FileNotFoundError):
            os.unlink(self.journal_path)
        sync_folder(self.folder)

    def clear_away(self) -> None:
        """Remove what only an interrupted command leaves."""
        for name in (*self.generations.hidden(SEALED), *self.generations.hidden(REMOVING)):
            remove_tree(f"{self.folder}/{name}")
        for yard in {self.folder, self.yard()}:
            if os.path.isdir(f"{yard}/.staging"):
                remove_tree(f"{yard}/.staging")
        for name in self.generations.hidden(TEMPORARY_PREFIX):
            os.unlink(f"{self.folder}/{name}")

    # after the exchange

    def finish(
        self, journal: Journal, *, verified: Mapping[str, Fingerprint] | None
    ) -> tuple[tuple[PublishedDifference, ...], str]:
        """Everything after the exchange; each step may have been done before, by a command that was killed."""
        generations = self.generations
        try:
            reach(Point.EXCHANGED)
            sync_places(self.published, journal)
            generations.make_official()
            target = generations.get(journal.after)
            if journal.first:
                self._note_publication(target)
            told = self._retire(journal, self._get_or_none(journal.before))
            generations.point(self._pointer_after(target))
            reach(Point.INDEX)
            entries = generations.entries(target.number)
            if verified is not None:
                differences(look(self.published), generations.index(target), lambda: entries, verified=verified)
            reach(Point.JOURNAL_DONE)
            os.unlink(self.journal_path)
            sync_folder(self.folder)
        except OSError as error:
            raise _unfinished(error, journal, self.published) from error
        return told

    def _pointer_after(self, target: Generation) -> Current:
        try:
            pointer = self.generations.pointer()
        except StorageError:
            pointer = None
        good = target.number
        if target.kind is GenerationKind.CANARY:
            good = pointer.known_good if pointer is not None else target.parent or 0
        last = max(target.number, 0 if pointer is None else pointer.last, *self.generations.numbers())
        return Current(current=target.number, known_good=good, last=last, placed=True)

    def _retire(self, journal: Journal, before: Generation | None) -> tuple[tuple[PublishedDifference, ...], str]:
        """Move the old tree out of the way, and see which of its files a person had changed."""
        place = journal.staging if os.path.isdir(journal.staging) else journal.retired
        if not os.path.isdir(place):
            return (), ""
        found = look(place)
        edited = [(path, DifferenceKind.EXTRA) for path in sorted(found.files)]
        if before is not None:
            edited = differences(found, self.generations.index(before), lambda: self._entries_or_none(before))
        kept_in = retire(place, journal.retired, [path for path, _ in edited if path in found.files])
        told = tuple(PublishedDifference(f"{self.layout.published}/{path}", kind) for path, kind in edited)
        return told, self.layout.shown(kept_in)

    def _note_publication(self, target: Generation) -> None:
        """What a publication leaves behind and a rollback does not: a used approval, a line in the trend."""
        if target.approval:
            self.generations.spend(Sha256(target.approval), generation=target.number)
        line = self.generations.attachment(target.number, TREND_LINE)
        path = self.layout.absolute(self.layout.trend)
        if line is not None and target.number not in _numbers_in(path):
            append_line(path, line)


def _numbers_in(path: str) -> set[int]:
    """The numbers of the generations that the trend tells of; a line that cannot be read tells of none."""
    found: set[int] = set()
    try:
        lines = read(path, limits.LOG).splitlines()
    except FileNotFoundError:
        return found
    for line in lines:
        with suppress(DecodeError):
            values = decode_fast(line)
            if isinstance(values, dict) and isinstance(values.get("number"), int):
                found.add(values["number"])
    return found


def _refused(error: OSError, published: str) -> StorageError:
    if error.errno in _UNSWITCHABLE:
        return StorageError(
            "publish_to cannot be switched where it lies",
            fields=(("path", published), ("reason", os.strerror(error.errno or 0))),
            hint="a mount or a read-only layer holds it: give publish_to in [tool.astrograph] a plain folder",
        )
    return storage_error(error, published)


def _unfinished(error: OSError, journal: Journal, published: str) -> StorageError:
    told = storage_error(error, published)
    return StorageError(
        f"generation {journal.after} is in place, but that could not be noted down",
        fields=(("reason", os.strerror(error.errno) if error.errno else str(error)), *told.fields),
        hint="mend the disk (free some space), then run doit validate: it finishes what was begun",
    )
