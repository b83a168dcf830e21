"""Published trees as benchmarks need them: made up, sealed and switched in directly, and looked at as a whole."""

from __future__ import annotations

import os
from collections.abc import Mapping

from astrograph.model.digests import sha256
from astrograph.model.generation import Entry, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import Workspace
from astrograph.store.generations import Generations
from astrograph.store.layout import MANIFEST_NAME, Layout

Tree = Mapping[ModuleId, bytes]

_HIDDEN = (".sealed", ".staging", ".removing", ".astrograph", "journal")


def generations_at(root: str) -> Generations:
    """The generations of a folder that is a workspace as far as they care."""
    os.makedirs(root, exist_ok=True)
    return Generations(Layout(Workspace(root=root)))


def made_tree(modules: int, *, text: str) -> dict[ModuleId, bytes]:
    """So many manifests of 1.6 KB that all begin with the same text."""
    names = sorted(ModuleId(f"stratum_{at % 50:02}/module_{at:06}") for at in range(modules))
    return {name: f"{text}\n{name}\n".encode().ljust(1600, b".") for name in names}


def publish(generations: Generations, tree: Tree) -> int:
    """Seal a tree and switch it in; returns its number."""
    if generations.current() is None:
        _seal(generations, {}, kind=GenerationKind.EMPTY, parent=None)
    current = generations.current()
    number = _seal(generations, tree, kind=GenerationKind.FULL, parent=0 if current is None else current.number)
    generations.switch(number)
    return number


def _seal(generations: Generations, tree: Tree, *, kind: GenerationKind, parent: int | None) -> int:
    return generations.seal(
        parent=parent,
        kind=kind,
        created="2026-01-01T12:00:00+00:00",
        by="benchmark",
        reason="",
        entries=[Entry(module=module, manifest=sha256(data)) for module, data in tree.items()],
        manifests=tree.items(),
    ).number


def published(generations: Generations) -> dict[str, bytes]:
    """Every file below the published folder."""
    found = {}
    for top, _, names in os.walk(generations.published):
        for name in names:
            path = f"{top}/{name}"
            with open(path, "rb") as file:
                found[os.path.relpath(path, generations.published)] = file.read()
    return found


def as_files(tree: Tree) -> dict[str, bytes]:
    """A tree as `published` shows it."""
    return {f"{module}/{MANIFEST_NAME}": data for module, data in tree.items()}


def held(generations: Generations, number: int) -> dict[str, bytes]:
    """What a generation holds, as `published` shows it."""
    return as_files(dict(generations.manifests(number, generations.entries(number))))


def complaints(generations: Generations, *, before: int, after: int) -> list[str]:
    """What is wrong after the next command: a mixture, a note that does not fit, damage, leftovers."""
    current = generations.current()
    if current is None or current.number not in {before, after}:
        return [f"generation {None if current is None else current.number} is current"]
    found: list[str] = []
    if published(generations) != held(generations, current.number):
        found.append(f"what is published is not generation {current.number}")
    if generations.published_differences():
        found.append("differences are told")
    for number in generations.numbers():
        found += [f"generation {number}: {problem}" for problem in generations.problems(number)]
    return found + [f"{name} is left over" for name in os.listdir(generations.folder) if name.startswith(_HIDDEN)]
