"""Which authored file a change was written in: those there are now, beside those a generation was published with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from astrograph.errors import DecodeError
from astrograph.formats.canonical_json import encode_line
from astrograph.formats.strict_json import decode_fast
from astrograph.model.ids import ModuleId

if TYPE_CHECKING:
    from astrograph.engine.authored.tree import AuthoredTree

AUTHORED_FILES = "authored_files.jsonl"
"""The name under which a generation keeps the list of the authored files it was made of."""


class _File(NamedTuple):
    """One authored file of a generation: the digest of its content, and the fields it has a value for."""

    content: str
    fields: frozenset[str]


def authored_files_lines(tree: AuthoredTree) -> bytes:
    """One line a file, in path order: its path, the digest of its content, the fields it has a value for."""
    return b"".join(
        encode_line([path, content.hex(), *sorted(tree.fields_in(path))]) for path, content in tree.contents.items()
    )


class AuthoredFiles:
    """The authored files of now held against those of a generation.

    `listed` is the list that the generation keeps, None where it keeps none.
    """

    def __init__(self, tree: AuthoredTree, listed: bytes | None) -> None:
        self._tree = tree
        self._now: Mapping[str, str] = {path: content.hex() for path, content in tree.contents.items()}
        self._before = None if listed is None else dict(_read(listed))

    def place(
        self, module: ModuleId, names: Sequence[str], standing: Mapping[str, str], *, follows: bool = False
    ) -> str:
        """The place to name for a change that authored facts made: `path:line`, or a path with what became of it.

        `names` are the authored fields that the changed value comes from, `standing` the places where those of them
        stand that somebody says now. Where the file that said it before does not do so any more, that file is the
        cause; where the value comes from now is told beside it, unless the change only `follows` from authored values.
        """
        first = next((standing[name] for name in names if name in standing), "")
        if self._before is None:
            return first or self._nearest(module)
        chain = self._tree.places_for(module)
        for name in names:
            was, now = self._said_before(name, chain), standing.get(name, "")
            if was == _path_of(now):
                continue
            if was and not self._is_said(name, was):
                beside = f", now {now}" if now and not follows else ""
                return f"{was}{'' if was in self._now else ' (removed)'}{beside}"
            return now or was
        touched = [path for path in chain if self._content_before(path) != self._now.get(path)]
        edited = (standing[name] for name in names if _path_of(standing.get(name, "")) in touched)
        return next(edited, first) or (touched[-1] if touched else self._nearest(module))

    def _said_before(self, name: str, chain: Sequence[str]) -> str:
        """The file of the generation that a field of a module came from, `""` when nobody said it."""
        before = self._before or {}
        return next((path for path in reversed(chain) if path in before and name in before[path].fields), "")

    def _content_before(self, path: str) -> str | None:
        known = (self._before or {}).get(path)
        return None if known is None else known.content

    def _is_said(self, name: str, path: str) -> bool:
        return path in self._now and name in self._tree.fields_in(path)

    def _nearest(self, module: ModuleId) -> str:
        """The file to look into where nothing tells more."""
        return (self._tree.paths_for(module) or self._tree.places_for(module))[-1]


def _read(listed: bytes) -> Iterator[tuple[str, _File]]:
    """What can be read of the list: it only tells people where to look."""
    for line in listed.splitlines():
        try:
            said = decode_fast(line)
        except DecodeError:
            continue
        if isinstance(said, list) and len(said) > 1:
            path, content, *names = map(str, said)
            yield path, _File(content, frozenset(names))


def _path_of(place: str) -> str:
    path, _, line = place.rpartition(":")
    return path if line.isdecimal() else place
