"""Generations: every published state, numbered and kept; publishing one, and coming back to it (SPEC section 10)."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from astrograph.errors import AstrographError
from astrograph.formats.generation_text import tree_digest
from astrograph.model.digests import Fingerprint
from astrograph.model.generation import PublishedDifference
from astrograph.store.archive import REMOVING, Archive
from astrograph.store.faults import Point, reach
from astrograph.store.files import storage_error

if TYPE_CHECKING:
    from astrograph.store.published import Found
    from astrograph.store.switching import Switch

__all__ = ["Generations", "tree_digest"]


class Generations(Archive):
    """The generations of one workspace and the folder that people read. What writes expects the lock to be held."""

    def switch(self, number: int, *, strict: bool = True) -> Switch:
        """Make `publish_to` hold a generation, in one step; what was edited there by hand is kept aside.

        `strict` refuses a folder with files that are no manifests. Raises ConfigurationError and StorageError, with
        the old tree in place.
        """
        from astrograph.store.switching import Switching

        return Switching(self).switch(number, strict=strict)

    def recover(self, *, sweep: bool = True) -> str | None:
        """Finish or undo what an interrupted command left; one line for the person, None when there was nothing.

        With `sweep`, trees that were retired long enough ago are removed as well, which takes a while.
        """
        from astrograph.store.recovery import Recovery

        return Recovery(self).recover(sweep=sweep)

    def found(self) -> Found:
        """What stands in `publish_to` now."""
        from astrograph.store.published import look

        return look(self.published)

    def published_signature(self) -> Fingerprint:
        """A digest of what stands in `publish_to`, by stats alone; of a tree too young to tell it is never the same."""
        return self.found().signature

    def published_differences(self) -> list[PublishedDifference]:
        """What in `publish_to` is not as the current generation says; a tree that is costs its stats alone.

        Empty where nothing was published yet, or the current generation was adopted and never put there.
        """
        from astrograph.store.published import differences

        pointer = self.pointer()
        if pointer is None or not pointer.placed:
            return []
        current = self.current()
        if current is None:
            return []
        found = differences(self.found(), self.index(current), lambda: self.entries(current.number))
        return [PublishedDifference(f"{self.layout.published}/{path}", kind) for path, kind in found]

    def prune(self, *, keep: int) -> list[int]:
        """Remove all but the newest `keep` generations; returns the numbers removed.

        Never the current one, the known-good one, the parent of either, or generation 0: what was there before us.
        """
        pointer = self.pointer()
        if pointer is None:
            return []
        numbers = self.numbers()
        kept = {0, pointer.current, pointer.known_good, *numbers[-max(keep, 1) :]}
        for number in (pointer.current, pointer.known_good):
            with suppress(AstrographError):
                kept.add(self.get(number).parent or 0)
        gone = [number for number in numbers if number not in kept]
        try:
            for number in gone:
                reach(Point.PRUNE)
                os.rename(f"{self.folder}/{number:06}", f"{self.folder}/{REMOVING}{number:06}")
        except OSError as error:
            raise storage_error(error, self.folder) from error
        self.remove_leftovers()
        return gone
