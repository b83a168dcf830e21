"""Generations without a build: trees of made-up manifests, sealed and switched in directly."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from astrograph.model.digests import sha256
from astrograph.model.generation import Entry, Generation, GenerationKind
from astrograph.model.ids import ModuleId
from astrograph.model.workspace import Workspace
from astrograph.store.generations import Generations
from astrograph.store.layout import Layout

NAME = "module.manifest.json"
NOON = "2026-01-01T12:00:00+00:00"

Tree = Mapping[str, bytes]
"""Module -> the bytes of its manifest."""


def generations_at(root: Path, *, publish_to: str = "build/published", build: str = "build") -> Generations:
    """The generations of a workspace that is a folder and nothing else."""
    root.mkdir(parents=True, exist_ok=True)
    return Generations(Layout(Workspace(root=str(root), publish_to=publish_to, build=build)))


def entry(module: str, data: bytes) -> Entry:
    """The entry of a manifest."""
    return Entry(module=ModuleId(module), manifest=sha256(data), owner=f"@{module}")


def sealed(
    generations: Generations,
    tree: Tree,
    *,
    kind: GenerationKind = GenerationKind.FULL,
    parent: int | None = None,
    approval: str = "",
    attachments: Mapping[str, bytes] | None = None,
) -> Generation:
    """Seal a tree as the next generation; its parent is the current one unless told."""
    current = generations.current()
    if parent is None and kind in {GenerationKind.FULL, GenerationKind.CANARY}:
        parent = 0 if current is None else current.number
    return generations.seal(
        parent=parent,
        kind=kind,
        created=NOON,
        by="test",
        reason="",
        approval=approval,
        entries=[entry(module, data) for module, data in tree.items()],
        manifests=[(ModuleId(module), data) for module, data in sorted(tree.items())],
        attachments=attachments,
    )


def publish(generations: Generations, tree: Tree, **named: object) -> int:
    """Seal a tree and switch it in; the first one over an empty generation 0. Returns its number."""
    if generations.current() is None:
        sealed(generations, {}, kind=GenerationKind.EMPTY)
    number = sealed(generations, tree, **named).number  # type: ignore[arg-type]
    generations.switch(number)
    return number


def tree_of(*modules: str, text: str = "one") -> dict[str, bytes]:
    """A manifest of each module, all saying the same."""
    return {module: f'{{"module": "{module}", "says": "{text}"}}\n'.encode() for module in sorted(modules)}


def published(generations: Generations) -> dict[str, bytes]:
    """Every file below `publish_to`."""
    top = Path(generations.published)
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if not path.is_dir()}


def as_files(tree: Tree) -> dict[str, bytes]:
    """A tree as `published` shows it."""
    return {f"{module}/{NAME}": data for module, data in sorted(tree.items())}


def hidden(generations: Generations) -> list[str]:
    """What lies in the folder of the generations beside what belongs there."""
    names = (path.name for path in Path(generations.folder).iterdir())
    return sorted(name for name in names if name.startswith((".sealed", ".staging", ".removing", ".astro", "journal")))


def digest(text: str) -> str:
    """A SHA-256 to stand for something."""
    return hashlib.sha256(text.encode()).hexdigest()
