"""What becomes of a publication that was interrupted: finished or undone, read off the folders themselves."""

from __future__ import annotations

import os

from astrograph.errors import StorageError
from astrograph.formats.generation_text import Current, lines_digest
from astrograph.model import limits
from astrograph.model.digests import Sha256, sha256
from astrograph.model.generation import GenerationKind
from astrograph.store.archive import SEALED
from astrograph.store.files import read, storage_error
from astrograph.store.published import look
from astrograph.store.retired import sweep_retired
from astrograph.store.switch import Journal, identity_of
from astrograph.store.switching import Switching


class Recovery(Switching):
    """Mends one workspace's generations; the lock of the workspace is held."""

    def recover(self, *, sweep: bool) -> str | None:
        """Finish or undo what an interrupted command left; with `sweep`, remove trees that were retired long ago."""
        if not os.path.isdir(self.folder):
            return None
        said = None
        try:
            journal = Journal.read(self.journal_path, root=self.layout.workspace.root)
            if journal is not None:
                said = self._recover_switch(journal)
            elif self.generations.hidden(SEALED):
                said = f"an interrupted publication was undone: {self._standing()}"
            self.clear_away()
        except OSError as error:
            raise storage_error(error, self.folder) from error
        if said is None and self.generations.numbers():
            said = self._recover_pointer()
        for yard in {self.folder, self.yard()} if sweep else ():
            sweep_retired(f"{yard}/.retired")
        return said

    def _recover_switch(self, journal: Journal) -> str:
        self._check_places(journal)
        if self._was_exchanged(journal):
            self.finish(journal, verified=None)
            return f"an interrupted publication was finished: generation {journal.after} is published"
        self.undo(journal)
        return f"an interrupted publication was undone: {self._standing()}"

    def _check_places(self, journal: Journal) -> None:
        """Believe a journal only where it names the folders that a switch of ours uses: what it names is removed."""
        for yard in {self.folder, self.yard()}:
            named = (os.path.normpath(journal.staging), os.path.dirname(os.path.normpath(journal.retired)))
            places = (os.path.normpath(f"{yard}/.staging"), os.path.normpath(f"{yard}/.retired"))
            if named == places and not any(map(os.path.islink, places)):
                return
        raise StorageError(
            "the journal of an interrupted publication names folders that are not ours",
            fields=(("path", self.journal_path), ("staging", journal.staging), ("retired", journal.retired)),
            hint="compare publish_to with `doit generations`; remove the journal once it is as you want it",
        )

    def _was_exchanged(self, journal: Journal) -> bool:
        """By identity; by content where a file system gives folders new identities when it is mounted again."""
        here = identity_of(self.published)
        if here in {journal.new, journal.old, None}:
            return here == journal.new
        return self._tree_published() == self.generations.get(journal.after).tree

    def _standing(self) -> str:
        try:
            pointer = self.generations.pointer()
        except StorageError:
            return "what was published before still is"
        return "nothing is published yet" if pointer is None else f"generation {pointer.current} is still published"

    def _recover_pointer(self) -> str | None:
        """Find out which generation is published where that is not noted any more."""
        generations = self.generations
        try:
            generations.pointer()
        except StorageError:
            pass
        else:
            return None
        intact = [number for number in generations.numbers() if not generations.problems(number)]
        if not intact:
            return None
        tree = self._tree_published()
        same = [number for number in intact if generations.get(number).tree == tree]
        number = (same or intact)[-1]
        good = [each for each in intact if each <= number and generations.get(each).kind is not GenerationKind.CANARY]
        generations.point(
            Current(
                current=number, known_good=(good or [number])[-1], last=generations.numbers()[-1], placed=bool(same)
            )
        )
        if same:
            return f"which generation is published was not known any more: it is {number}, by its digest"
        which = "the newest" if number == generations.numbers()[-1] else "the newest that is whole"
        return f"which generation is published was not known any more, and none is: {which}, {number}, is taken for it"

    def _tree_published(self) -> Sha256:
        found = look(self.published)
        return lines_digest(
            (module, sha256(read(f"{self.published}/{path}", limits.OUTPUT)))
            for module, path in found.manifests.items()
        )
