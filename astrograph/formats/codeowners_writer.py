"""From the owner of each folder to the fewest CODEOWNERS lines that say the same.

A line for a folder serves everything below it, so the lines are the places in the tree where the owner changes. Which
owner a folder is given decides how many those are; the fewest come out when each takes one of the owners that most of
what is right below it asks for (Hartigan 1973, who counts changes in family trees).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from astrograph.formats.codeowners import is_owner

Owners = tuple[str, ...]
"""Who owns something, as words of a line; nobody is `()`."""

_NOBODY: Owners = ()
_SEPARATOR = re.compile(r"[\s,]+")
_UNFIT = re.compile(r"[\[\]\x00-\x1f\x7f]")
_ESCAPED = re.compile(r"([ *?\\])")


@dataclass(slots=True)
class _Folder:
    """A folder: what is right below it, who owns the files right in it (None: nobody asks), and the best owners.

    `asked` counts for each owner how much of what is right below would need no line of its own.
    """

    below: list[str] = field(default_factory=list)
    own: Owners | None = None
    asked: Counter[Owners] = field(default_factory=Counter)
    best: frozenset[Owners] = frozenset()


def owners_of(text: str | None) -> Owners | None:
    """The words of an owner text, apart at spaces or commas; None when one of them cannot stand in the file."""
    words = tuple(word for word in _SEPARATOR.split(text or "") if word)
    return words if all(map(is_owner, words)) else None


def is_writable(folder: str) -> bool:
    """Whether there is a pattern for a folder: character ranges cannot be escaped."""
    return _UNFIT.search(folder) is None


def lines_for(owners: Mapping[str, Owners], *, tops: Collection[str]) -> list[str]:
    """The fewest lines by which the files right in each folder have these owners; the same lines for the same owners.

    `owners` maps folders to who owns the files right in them. A line is never for more than one of `tops`, folders
    that all others lie in (`.`: never for everything).
    """
    tree = _tree(owners, tops)
    ordered = sorted(tree)
    for folder in reversed(ordered):
        node = tree[folder]
        node.asked.update(each for name in node.below for each in tree[name].best)
        if node.own is not None:
            node.asked[node.own] += 1
        most = max(node.asked.values())
        node.best = frozenset(each for each, count in node.asked.items() if count == most)
    return list(_lines(tree, ordered))


def _tree(owners: Mapping[str, Owners], tops: Collection[str]) -> dict[str, _Folder]:
    tree: dict[str, _Folder] = {}
    for folder, own in owners.items():
        name, below = folder, ""
        while name and name not in tree:
            tree[name] = _Folder([below] if below else [])
            name, below = "" if name in tops else name.rpartition("/")[0], name
        if name and below:
            tree[name].below.append(below)
        tree[folder].own = own
    return tree


def _lines(tree: Mapping[str, _Folder], ordered: list[str]) -> Iterator[str]:
    given: dict[str, Owners] = {}
    for folder in ordered:
        node = tree[folder]
        before = given.get(folder.rpartition("/")[0], _NOBODY)
        chosen = before if before in node.best else min(node.best, key=lambda each: (each != node.own, each))
        # A folder that is no package and whose line would save none but itself goes without: it holds other things.
        if node.own is None and node.asked[chosen] <= node.asked[before] + 1:
            chosen = before
        given[folder] = chosen
        if chosen != before:
            yield _line(f"/{folder}/", chosen)
        if node.own is not None and node.own != chosen:
            yield _line(f"/{folder}/*", node.own)


def _line(pattern: str, owners: Owners) -> str:
    body = pattern.removesuffix("*")
    escaped = _ESCAPED.sub(r"\\\1", body) + pattern[len(body) :]
    return " ".join((escaped, *owners))
