"""Which of many CODEOWNERS patterns is the last to match a path, without trying each on each path.

The patterns are one tree over path segments: a path is walked through it once, in all the places it could be at. So
thousands of lines cost a file about as much as its depth, and paths below one folder share the walk to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_NEVER = -1
_ANY_DEPTH = "**"
_END = "/"
"""Stands behind the last place of a glob; no character of a segment equals it."""


class _Glob(NamedTuple):
    """One segment with wildcards: the places of its text, `*` as None and `?` as "", and the longest text in it."""

    places: tuple[str | None, ...]
    needle: str

    def matches(self, segment: str) -> bool:
        """Whether it matches a whole segment, in time bounded by the product of the lengths."""
        places = self.places
        at = place = 0
        retry_at = retry_place = -1
        while at < len(segment):
            wanted = places[place] if place < len(places) else _END
            if wanted is None:
                retry_at, retry_place = at, place + 1
                place += 1
            elif wanted in ("", segment[at]):
                at += 1
                place += 1
            elif retry_place >= 0:
                retry_at += 1
                at, place = retry_at, retry_place
            else:
                return False
        return all(wanted is None for wanted in places[place:])


class _Node:
    """One place in the tree. `exact` is the last rule a path that ends here matches, `below` one that goes on."""

    __slots__ = ("any_depth", "below", "exact", "globs", "known", "literals", "sticky")

    def __init__(self, *, sticky: bool = False) -> None:
        self.exact = _NEVER
        self.below = _NEVER
        self.sticky = sticky
        self.literals: dict[str, _Node] = {}
        self.globs: dict[str, tuple[str, _Glob, _Node]] = {}
        self.any_depth: _Node | None = None
        self.known: dict[str, list[_Node]] = {}

    def matching(self, segment: str) -> list[_Node]:
        """The places that one more segment leads to."""
        found = self.known.get(segment)
        if found is None:
            # A text that is not in the segment rules a glob out at a tenth of what matching it costs.
            likely = [(glob, child) for needle, glob, child in self.globs.values() if needle in segment]
            found = [child for glob, child in likely if glob.matches(segment)]
            literal = self.literals.get(segment)
            if literal is not None:
                found.append(literal)
            self.known[segment] = found
        return found


class _Walk(NamedTuple):
    """All places a folder leads to, and the last rule that matches everything below it."""

    places: tuple[_Node, ...]
    below: int


class Matcher:
    """The patterns of a file, in order; later ones win. Patterns are sound: `codeowners.decode` has looked at them."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._root = _Node()
        for index, pattern in enumerate(patterns):
            self._add(pattern, index)
        self._walks = {"": self._arrive([self._root], _NEVER)}

    def last(self, path: str) -> int:
        """The index of the last pattern that matches a file, -1 when none does. `path` is relative, with `/`."""
        folder, _, name = path.rpartition("/")
        walk = self._walk(folder)
        best = walk.below
        for place in walk.places:
            for reached in place.matching(name):
                best = max(best, reached.exact)
        return best

    def _walk(self, folder: str) -> _Walk:
        above = folder
        while above not in self._walks:
            above = above.rpartition("/")[0]
        walk = self._walks[above]
        for name in folder[len(above) :].strip("/").split("/") if above != folder else ():
            above = f"{above}/{name}" if above else name
            places = [place for place in walk.places if place.sticky]
            places += [reached for place in walk.places for reached in place.matching(name)]
            walk = self._walks[above] = self._arrive(places, walk.below)
        return walk

    @staticmethod
    def _arrive(places: list[_Node], below: int) -> _Walk:
        """Add the places behind a `**` that stands for no folder, and what now matches everything below."""
        every = dict.fromkeys(places)
        for place in places:
            if place.any_depth is not None:
                every[place.any_depth] = None
        return _Walk(tuple(every), max([below, *(place.below for place in every)]))

    def _add(self, pattern: str, index: int) -> None:
        parts = _segments(pattern)
        folder_only = parts[-1] == _ANY_DEPTH
        if folder_only:
            parts = parts[:-1]
        node = self._root
        for part in parts:
            node = _child(node, part)
        if folder_only:
            node.below = index
            return
        node.exact = index
        if parts[-1] != "*":  # `docs/*` reaches the files of a folder, and no deeper
            node.below = index


def _segments(pattern: str) -> list[str]:
    """The segments of a pattern as it is read from the root; a final `**` stands for everything below."""
    parts = pattern.removesuffix("/").split("/")
    if parts[0] == "":
        parts = parts[1:]
    elif len(parts) == 1:
        parts = [_ANY_DEPTH, *parts]
    if pattern.endswith("/"):  # a folder: `a/**/` is any folder below `a`, and so no file right in it
        parts += ["*", _ANY_DEPTH] if parts[-1] == _ANY_DEPTH else [_ANY_DEPTH]
    return [part for i, part in enumerate(parts) if part and (part != _ANY_DEPTH or i == 0 or parts[i - 1] != part)]


def _child(node: _Node, part: str) -> _Node:
    if part == _ANY_DEPTH:
        if node.any_depth is None:
            node.any_depth = _Node(sticky=True)
        return node.any_depth
    if re.search(r"(?<!\\)(?:\\\\)*[*?]", part) is None:
        return node.literals.setdefault(re.sub(r"\\(.)", r"\1", part), _Node())
    if part not in node.globs:
        glob = _glob(part)
        node.globs[part] = (glob.needle, glob, _Node())
    return node.globs[part][2]


def _glob(part: str) -> _Glob:
    places: list[str | None] = []
    needle = run = ""
    at = 0
    while at < len(part):
        character = part[at]
        if character in "*?":
            places.append(None if character == "*" else "")
            run = ""
        else:
            at += character == "\\" and at + 1 < len(part)
            places.append(part[at])
            run += part[at]
            needle = max(needle, run, key=len)
        at += 1
    return _Glob(tuple(places), needle)
