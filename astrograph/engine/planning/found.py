"""A tree that stands in `publish_to` before anything was published from here: the baseline of the first plan."""

from __future__ import annotations

from collections.abc import Iterator

from astrograph.engine.session import Session
from astrograph.errors import ActionNeededError
from astrograph.model import limits
from astrograph.model.generation import Entry, Generation, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.publication.baseline import entry_of_document
from astrograph.store.files import read
from astrograph.store.generations import Generations

BEFORE_THE_FIRST = "what stood there before the first publication"


def note_found_tree(session: Session, *, by: str, now: str) -> Generation | None:
    """Make the tree that stands in `publish_to` generation 0; None when nothing stands there or is known already.

    The lock is held; `now` is UTC, ISO 8601. Raises ActionNeededError for a manifest that cannot be read, StorageError.
    """
    generations = session.generations
    if generations.current() is not None or generations.numbers():
        return None
    standing = standing_entries(session)
    if not standing:
        return None
    return generations.seal(
        parent=None,
        kind=GenerationKind.FOUND,
        created=now,
        by=by,
        reason=BEFORE_THE_FIRST,
        entries=standing.values(),
        manifests=_found(generations),
    )


def standing_entries(session: Session) -> dict[ModuleId, Entry]:
    """The manifests that stand in `publish_to`, as entries."""
    policy = session.policy
    return {
        module: entry_of_document(module, data, placements=policy.placements, canon=policy.canon)
        for module, data in _found(session.generations)
    }


def _found(generations: Generations) -> Iterator[tuple[ModuleId, bytes]]:
    for module, path in generations.found().manifests.items():
        try:
            yield module, read(f"{generations.published}/{path}", limits.OUTPUT)
        except OSError as error:
            raise ActionNeededError(
                f"a manifest that is published cannot be read: {error.strerror}",
                fields=(("path", path),),
                hint="make it readable, or remove it, then run doit plan again",
            ) from None
